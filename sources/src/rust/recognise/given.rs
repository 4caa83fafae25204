//! What a maker of a known crate is given, sorted by what it takes.

use crate::rust::constructors::Takes;
use crate::rust::syntax::item::{Ex, ExKind, Generic, Ty};

/// What stands for what.
#[derive(Debug, Default)]
pub(crate) struct Given {
    pub(crate) direction: Option<Ex>,
    pub(crate) letter: Option<Ex>,
    pub(crate) nr: Option<Ex>,
    pub(crate) size: Option<Ex>,
    pub(crate) number: Option<Ex>,
    pub(crate) ty: Option<Ty>,
}

impl Given {
    /// Sorts the values that a maker is given; `None` where there are more or fewer than it takes.
    pub(crate) fn of(takes: &[Takes], values: &[Ex]) -> Option<Self> {
        let mut given = Self::default();
        let mut values = values.iter().cloned();
        for what in takes {
            if let Some(slot) = given.slot(*what) {
                *slot = Some(values.next()?);
            }
        }
        values.next().is_none().then_some(given)
    }

    /// The same, of what stands in angle brackets.
    pub(crate) fn of_generics(takes: &[Takes], generics: &[Generic]) -> Option<Self> {
        let mut given = Self::default();
        let mut generics = generics.iter();
        for what in takes {
            match (given.slot(*what), generics.next()?) {
                (Some(slot), Generic::Constant(value)) => *slot = Some(value.clone()),
                // A constant's name looks like a type's.
                (Some(slot), Generic::Type(ty)) => {
                    *slot = Some(Ex { kind: ExKind::Path(ty.path()?.clone()), place: ty.place });
                }
                (None, Generic::Type(ty)) => given.ty = Some(ty.clone()),
                (None, Generic::Constant(_)) => return None,
            }
        }
        generics.next().is_none().then_some(given)
    }

    /// Where a value goes; `None` for what is no value.
    fn slot(&mut self, what: Takes) -> Option<&mut Option<Ex>> {
        match what {
            Takes::Direction => Some(&mut self.direction),
            Takes::Letter => Some(&mut self.letter),
            Takes::Nr => Some(&mut self.nr),
            Takes::Size => Some(&mut self.size),
            Takes::Number => Some(&mut self.number),
            Takes::Name | Takes::Type => None,
        }
    }
}
