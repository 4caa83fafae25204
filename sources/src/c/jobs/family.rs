//! What the commands of a function-like macro share: `_IOC(_IOC_READ, 'E', 0x06, len)` is a read of
//! type E and nr 6 for every `len`.

use ioctlkit_abi::Direction;
use ioctlkit_model::FamilyNumber;

use crate::c::lex::expression::{Names, parse_expression};
use crate::own_encoder::evaluate;

/// The number of a family but for its size; nothing where its parameters tell more than that.
pub(crate) fn shared(expansion: &str, names: &impl Names) -> Option<FamilyNumber> {
    let (name, arguments) = call(expansion)?;
    let (direction, type_letter, nr) = match (name, arguments.as_slice()) {
        ("_IOC", [direction, type_letter, nr, _]) => (worded(direction)?, type_letter, nr),
        ("_IOR", [type_letter, nr, _]) => (Direction::Read, type_letter, nr),
        ("_IOW", [type_letter, nr, _]) => (Direction::Write, type_letter, nr),
        ("_IOWR", [type_letter, nr, _]) => (Direction::ReadWrite, type_letter, nr),
        _ => return None,
    };
    let byte = |text: &str| u8::try_from(evaluate(&parse_expression(text, names)?)?).ok();
    Some(FamilyNumber { direction, type_letter: byte(type_letter)?, nr: byte(nr)? })
}

/// `_IOC_READ|_IOC_WRITE`, whatever is around it.
fn worded(text: &str) -> Option<Direction> {
    match (text.contains("_IOC_READ"), text.contains("_IOC_WRITE"), text.contains("_IOC_NONE")) {
        (true, true, _) => Some(Direction::ReadWrite),
        (true, false, _) => Some(Direction::Read),
        (false, true, _) => Some(Direction::Write),
        (false, false, true) => Some(Direction::None),
        (false, false, false) => None,
    }
}

/// The macro that an expansion is a use of, and what it is given.
fn call(expansion: &str) -> Option<(&str, Vec<&str>)> {
    let mut text = expansion.trim();
    while let Some(inner) = text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        text = inner.trim();
    }
    let (name, rest) = text.split_once('(')?;
    let rest = rest.strip_suffix(')')?;
    let mut arguments = Vec::new();
    let (mut open, mut start) = (0_u32, 0);
    for (at, c) in rest.char_indices() {
        match c {
            '(' | '[' => open += 1,
            // What stands behind the call is no part of it.
            ')' | ']' => open = open.checked_sub(1)?,
            ',' if open == 0 => {
                arguments.push(&rest[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    arguments.push(&rest[start..]);
    Some((name.trim(), arguments))
}

#[cfg(test)]
mod tests {
    use ioctlkit_model::Type;

    use super::*;
    use crate::c::lex::expression::Macro;

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

    #[test]
    fn what_a_length_does_not_change_is_shared() {
        let number = |direction, nr| Some(FamilyNumber { direction, type_letter: b'H', nr });
        for (text, expected) in [
            ("_IOC(_IOC_WRITE|_IOC_READ, 'H', 0x06, len)", number(Direction::ReadWrite, 6)),
            ("(_IOC(_IOC_READ, 'H', 0x04, (len)))", number(Direction::Read, 4)),
            ("_IOW('H', 0, char[SIZE(N)])", number(Direction::Write, 0)),
            ("_IOC(_IOC_READ, 'H', 0x20 + (ev), len)", None),
            ("_IOC(dir, 'H', 1, len)", None),
            ("_IOC(_IOC_READ, 'H', 1, len) + 1", None),
            ("_IOC(_IOC_READ, 'H')", None),
        ] {
            assert_eq!(shared(text, &Nothing), expected, "{text}");
        }
    }
}
