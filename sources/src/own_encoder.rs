//! Numbers that a header or a crate packs with shifts of its own, told from the expression: which part
//! is the direction, the type letter, the nr and the size.

use ioctlkit_abi::{Direction, Encoding};
use ioctlkit_model::{BinaryOperator, Expression, Type};

/// A command number as its expression puts it together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parts {
    pub(crate) direction: Direction,
    pub(crate) type_letter: u8,
    pub(crate) nr: u8,
    pub(crate) size: Size,
    /// How many values are put together.
    pub(crate) terms: usize,
}

/// What stands where the size belongs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Size {
    None,
    Type(Type),
    Bytes(u64),
    /// What depends on sizes of types in another way: `2 * sizeof(x)`.
    Expression(Expression),
}

/// Where the size begins, in every encoding of Linux (`asm-generic/ioctl.h`).
const SIZE_SHIFT: i128 = 16;
/// Where the type letter begins.
const TYPE_SHIFT: i128 = 8;
/// The three bits in which all encodings keep the direction.
const DIRECTION: i128 = 0xe000_0000;
/// No expression that anybody writes has more terms.
const MOST_TERMS: usize = 64;

/// One of the values that are put together.
struct Term<'e> {
    value: &'e Expression,
    shift: i128,
}

/// Takes an expression apart that ors or adds a direction (by a shift of 29 or 30, or as bits), a
/// type letter (by a shift of 8) and what else there is. Anything else is no command: a four-letter
/// code shifts by 24, a version by 16 and 8, and neither has a direction.
///
/// `assumed` tells what a direction means that is written as bits and not as a shift: `0x40000000`
/// is a write in the generic encoding and a read in that of powerpc.
pub(crate) fn take_apart(expression: &Expression, assumed: Encoding) -> Option<Parts> {
    let mut terms = Vec::new();
    flatten(expression, 0, &mut terms)?;
    let mut has = Found::default();
    let mut constant: i128 = 0;
    let mut size = Size::None;
    for term in &terms {
        let Some(value) = evaluate(term.value) else {
            if term.shift != SIZE_SHIFT {
                return None;
            }
            size = match measured(term.value) {
                Some(ty) => Size::Type(ty.clone()),
                None => Size::Expression(term.value.clone()),
            };
            continue;
        };
        match term.shift {
            29 => has.direction = Some(Form::ThirteenBits),
            30 => has.direction = has.direction.max(Some(Form::Generic)),
            TYPE_SHIFT => has.letter = true,
            // Only three bits have one that means neither.
            0 if value == 0x2000_0000 => has.direction = Some(Form::ThirteenBits),
            0 if value != 0 && value & !DIRECTION == 0 => {
                has.direction = has.direction.max(Some(Form::Bits));
            }
            // A letter and an nr in one literal.
            0 if value > 0xff => has.letter = true,
            0 | SIZE_SHIFT => {}
            _ => return None,
        }
        constant |= value.checked_shl(u32::try_from(term.shift).ok()?)?;
    }
    let number = u32::try_from(constant & 0xffff_ffff).ok()?;
    let encoding = match has.direction? {
        Form::ThirteenBits => Encoding::ThirteenBits,
        Form::Generic => Encoding::Generic,
        Form::Bits => assumed,
    };
    let decoded = encoding.decode(number);
    if !has.letter || decoded.type_letter == 0 {
        return None;
    }
    if decoded.size != 0 {
        if size != Size::None {
            return None;
        }
        size = Size::Bytes(u64::from(decoded.size));
    }
    Some(Parts {
        direction: decoded.direction?,
        type_letter: decoded.type_letter,
        nr: decoded.nr,
        size,
        terms: terms.len(),
    })
}

impl Parts {
    /// Whether this may be a command although nothing is called `_IO`: a type letter that is one, or
    /// a type's size. Flags that share bits with a direction and a letter have neither.
    pub(crate) fn is_telling(&self) -> bool {
        self.type_letter >= b' ' || matches!(self.size, Size::Type(_) | Size::Expression(_))
    }
}

#[derive(Default)]
struct Found {
    letter: bool,
    direction: Option<Form>,
}

/// How a direction is written; what tells more comes later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    /// As bits in their places, which two encodings may have.
    Bits,
    /// Shifted by 30.
    Generic,
    /// Shifted by 29, or with the bit that means neither.
    ThirteenBits,
}

/// The values that are or-ed or added, each with how far it is shifted to the left in all:
/// `((direction << 14 | size) << 8 | letter) << 8 | nr` shifts a direction by 30.
fn flatten<'e>(expression: &'e Expression, shifted: i128, terms: &mut Vec<Term<'e>>) -> Option<()> {
    match expression {
        // A sum of plain numbers, such as `nr + 1`, is one value.
        Expression::Binary(BinaryOperator::Add, ..) if !has_shift(expression) => {
            terms.push(Term { value: expression, shift: shifted });
        }
        Expression::Binary(BinaryOperator::Or | BinaryOperator::Add, left, right) => {
            flatten(left, shifted, terms)?;
            flatten(right, shifted, terms)?;
        }
        Expression::Binary(BinaryOperator::ShiftLeft, value, shift) => {
            let shift = evaluate(shift).filter(|shift| (0..=32).contains(shift))?;
            flatten(value, shifted + shift, terms)?;
        }
        value => terms.push(Term { value, shift: shifted }),
    }
    (terms.len() <= MOST_TERMS && shifted <= 32).then_some(())
}

/// Whether an expression shifts to the left.
pub(crate) fn has_shift(expression: &Expression) -> bool {
    match expression {
        Expression::Binary(BinaryOperator::ShiftLeft, ..) => true,
        Expression::Binary(_, left, right) => has_shift(left) || has_shift(right),
        _ => false,
    }
}

/// The value of an expression that asks for no size.
pub(crate) fn evaluate(expression: &Expression) -> Option<i128> {
    match expression {
        Expression::Literal(value) => Some(*value),
        Expression::Unary(operator, operand) => operator.apply(evaluate(operand)?),
        Expression::Binary(operator, left, right) => {
            operator.apply(evaluate(left)?, evaluate(right)?)
        }
        Expression::Conditional(condition, then, otherwise) => {
            evaluate(if evaluate(condition)? == 0 { otherwise } else { then })
        }
        Expression::SizeOf(_) | Expression::AlignOf(_) | Expression::BiggestAlign => None,
    }
}

/// The type whose size an expression is, perhaps behind a mask.
fn measured(expression: &Expression) -> Option<&Type> {
    match expression {
        Expression::SizeOf(ty) => Some(ty),
        Expression::Binary(BinaryOperator::And, left, right) => {
            measured(left).or_else(|| measured(right))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use ioctlkit_abi::Scalar;

    use super::*;
    use crate::c::lex::expression::{Macro, Names, parse_expression};

    struct Nothing;

    impl Names for Nothing {
        fn macro_named(&self, _: &str) -> Macro<'_> {
            Macro::None
        }
        fn typedef(&self, _: &str) -> Option<Type> {
            None
        }
        fn record(&self, _: &str) -> Option<Type> {
            None
        }
    }

    fn parts(text: &str) -> Option<Parts> {
        take_apart(&parse_expression(text, &Nothing).expect("an expression"), Encoding::Generic)
    }

    #[test]
    fn numbers_put_together_by_hand_are_taken_apart() {
        let int = Size::Type(Type::Scalar(Scalar::Int));
        let of = |text: &str| {
            let Parts { direction, type_letter, nr, size, .. } = parts(text).expect(text);
            (direction, type_letter, nr, size)
        };
        let cases = [
            ("((2U << 30) | (4 << 16) | ('q' << 8) | 3)", Direction::Read, 3, Size::Bytes(4)),
            ("0x80000000u | (sizeof(int) << 16) | ('q' << 8) | 4", Direction::Read, 4, int.clone()),
            ("((0U) << 30) | (0 << 16) | ('q' << 8) | 2", Direction::None, 2, Size::None),
            (
                "(3 << 30) + ((sizeof(int) & 0x3fff) << 16) + 0x7105",
                Direction::ReadWrite,
                5,
                int.clone(),
            ),
            ("(4U << 29) | (8 << 16) | ('q' << 8) | (6)", Direction::Write, 6, Size::Bytes(8)),
            ("0x20000000 | 'q' << 8 | 7", Direction::None, 7, Size::None),
            ("(((2U << 14 | 2 + 2) << 8) | 'q') << 8 | 2 + 1", Direction::Read, 3, Size::Bytes(4)),
            ("(1U << 14 | sizeof(int)) << 16 | 'q' << 8 | 1", Direction::Write, 1, int.clone()),
            (
                "(1U << 30) | (2 * sizeof(int) << 16) | 'q' << 8 | 1",
                Direction::Write,
                1,
                Size::Expression(parse_expression("2 * sizeof(int)", &Nothing).unwrap()),
            ),
        ];
        for (text, direction, nr, size) in cases {
            assert_eq!(of(text), (direction, b'q', nr, size), "{text}");
        }
    }

    #[test]
    fn four_letter_codes_versions_addresses_and_flags_are_no_commands() {
        for text in [
            "('N') | ('V' << 8) | ('1' << 16) | ('2' << 24)",
            "(6 << 16) + (12 << 8) + 3",
            "(127U << 24) | (0 << 16) | (0 << 8) | 1",
            "1U << 31",
            "(1U << 31) | (1 << 8)  | (1 << 4)",
            "0xc0000000 | 3",
            "(1U << 31) | (1 << 8)",
            "'q' << 8 | 3",
            "(2U << 30) | (sizeof(int) << 8) | 4",
        ] {
            assert_eq!(parts(text), None, "{text}");
        }
        let flags = parts("(1 << 30) | (1 << 16) | (1 << 8)").expect("the looks of a command");
        assert!(!flags.is_telling());
    }
}
