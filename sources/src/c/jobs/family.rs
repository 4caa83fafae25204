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

/// The direction that `_IOC_READ|_IOC_WRITE` spells; nothing where the text is anything else.
fn worded(text: &str) -> Option<Direction> {
    let (mut none, mut reads, mut writes) = (false, false, false);
    for word in unwrapped(text).split('|') {
        match unwrapped(word) {
            "_IOC_NONE" => none = true,
            "_IOC_READ" => reads = true,
            "_IOC_WRITE" => writes = true,
            _ => return None,
        }
    }
    match (none, reads, writes) {
        (true, false, false) => Some(Direction::None),
        (false, true, false) => Some(Direction::Read),
        (false, false, true) => Some(Direction::Write),
        (false, true, true) => Some(Direction::ReadWrite),
        // On powerpc, mips and sparc, `_IOC_NONE` is a bit of its own.
        _ => None,
    }
}

/// A text without the spaces and parentheses that are around all of it.
fn unwrapped(text: &str) -> &str {
    let mut text = text.trim();
    while let Some(inner) = text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')'))
        && is_balanced(inner)
    {
        text = inner.trim();
    }
    text
}

fn is_balanced(text: &str) -> bool {
    let left = text.chars().try_fold(0_u32, |open, character| match character {
        '(' => open.checked_add(1),
        ')' => open.checked_sub(1),
        _ => Some(open),
    });
    left == Some(0)
}

/// The macro that an expansion is a use of, and what it is given.
fn call(expansion: &str) -> Option<(&str, Vec<&str>)> {
    let (name, rest) = unwrapped(expansion).split_once('(')?;
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
            ("_IOC((_IOC_READ | (_IOC_WRITE)), 'H', 6, len)", number(Direction::ReadWrite, 6)),
            ("_IOC(_IOC_NONE, 'H', 6, len)", number(Direction::None, 6)),
            ("_IOC((_IOC_READ)|(_IOC_WRITE), 'H', 6, len)", number(Direction::ReadWrite, 6)),
            ("_IOC(_IOC_NONE|_IOC_READ, 'H', 6, len)", None),
            ("_IOC(w ? _IOC_WRITE : _IOC_READ, 'H', 6, len)", None),
            ("_IOC(_IOC_READ & ~_IOC_WRITE, 'H', 6, len)", None),
            ("_IOC(MY_IOC_READ, 'H', 6, len)", None),
            ("_IOC(_IOC_READ || _IOC_WRITE, 'H', 6, len)", None),
            ("_IOC(, 'H', 6, len)", None),
            ("_IOC(_IOC_READ, 'H', 0x20 + (ev), len)", None),
            ("_IOC(dir, 'H', 1, len)", None),
            ("_IOC(_IOC_READ, 'H', 1, len) + 1", None),
            ("_IOC(_IOC_READ, 'H')", None),
        ] {
            assert_eq!(shared(text, &Nothing), expected, "{text}");
        }
    }
}
