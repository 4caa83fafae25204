//! Takes numbers apart that a crate makes with shifts and ors of its own.

use ioctlkit_abi::Direction;
use ioctlkit_model::{Argument, BinaryOperator};

use super::constant::Env;
use super::item::{Ex, ExKind};
use super::request::{Found, Parts, generic_direction};
use super::through;
use super::world::World;

impl World<'_> {
    /// `dir << 30 | size << 16 | type << 8 | nr`, in any order, with or without masks.
    pub(crate) fn shifts(&mut self, ex: &Ex, env: &Env) -> Option<Found> {
        let mut terms = Vec::new();
        flatten(ex, &mut terms);
        if !(3..=4).contains(&terms.len()) {
            return None;
        }
        let zero = Ex { kind: ExKind::Integer(0), place: ex.place };
        let (mut nr, mut type_letter, mut argument) = (None, None, Some(Argument::None));
        let mut direction = Direction::None;
        for term in terms {
            let term = term.bare();
            let (value, by) = match &term.kind {
                ExKind::Binary(BinaryOperator::ShiftLeft, value, by) => {
                    (self.unmasked(value, env), self.number(by, env)?)
                }
                _ => match self.number(term, env) {
                    // A direction that is shifted already.
                    Some(number) if number != 0 && number.trailing_zeros() >= 30 => {
                        direction = generic_direction(number >> 30)?;
                        continue;
                    }
                    _ => (self.unmasked(term, env), 0),
                },
            };
            match by {
                0 => nr = Some(value),
                8 => type_letter = Some(value),
                16 => argument = self.size(&value, env),
                30 => direction = self.direction(&value, env)?,
                29 => {
                    direction = match self.number(&value, env)? {
                        1 => Direction::None,
                        2 => Direction::Read,
                        4 => Direction::Write,
                        6 => Direction::ReadWrite,
                        _ => return None,
                    }
                }
                _ => return None,
            }
        }
        let through = through::SHIFTS.to_owned();
        let type_letter = &type_letter?;
        let nr = &nr.unwrap_or(zero);
        Some(
            self.encoded(
                Parts { through, direction: Some(direction), type_letter, nr, argument },
                env,
            ),
        )
    }

    /// `x` of `x & 0xff`.
    fn unmasked(&mut self, ex: &Ex, env: &Env) -> Ex {
        let ex = ex.bare();
        if let ExKind::Binary(BinaryOperator::And, left, right) = &ex.kind
            && let Some(mask) = self.number(right, env)
            && (mask + 1) & mask == 0
        {
            return left.bare().clone();
        }
        ex.clone()
    }
}

fn flatten<'e>(ex: &'e Ex, terms: &mut Vec<&'e Ex>) {
    match &ex.bare().kind {
        ExKind::Binary(BinaryOperator::Or | BinaryOperator::Add, left, right)
            if terms.len() < 8 =>
        {
            // `type << 8 | (nr + 1)`: a sum is a term of its own where no shift is in it.
            if matches!(ex.bare().kind, ExKind::Binary(BinaryOperator::Add, ..)) && !has_shift(ex) {
                terms.push(ex);
                return;
            }
            flatten(left, terms);
            flatten(right, terms);
        }
        _ => terms.push(ex),
    }
}

fn has_shift(ex: &Ex) -> bool {
    match &ex.bare().kind {
        ExKind::Binary(BinaryOperator::ShiftLeft, ..) => true,
        ExKind::Binary(_, left, right) => has_shift(left) || has_shift(right),
        _ => false,
    }
}
