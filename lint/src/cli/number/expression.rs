//! `_IOWR('f', 11, 32)` on a command line.

use ioctlkit_abi::{Abi, Direction, EncodeError, Scalar};

/// A command as one spells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expression {
    direction: Direction,
    type_letter: u8,
    nr: u8,
    size: Size,
}

/// What the command's argument takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Size {
    Bytes(u64),
    Of(Scalar),
}

/// Typedefs that mean the same on every ABI, and `size_t`.
const TYPEDEFS: [(&str, Scalar); 13] = [
    ("__s8", Scalar::SignedChar),
    ("__u8", Scalar::UnsignedChar),
    ("__s16", Scalar::Short),
    ("__u16", Scalar::UnsignedShort),
    ("__s32", Scalar::Int),
    ("__u32", Scalar::UnsignedInt),
    ("__s64", Scalar::LongLong),
    ("__u64", Scalar::UnsignedLongLong),
    ("uint32_t", Scalar::UnsignedInt),
    ("uint64_t", Scalar::UnsignedLongLong),
    ("unsigned", Scalar::UnsignedInt),
    ("size_t", Scalar::Pointer),
    ("void*", Scalar::Pointer),
];

impl Expression {
    /// Parses a macro with its arguments.
    ///
    /// # Errors
    /// What was expected.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (name, rest) = text.split_once('(').ok_or("expected a macro and its arguments")?;
        let list = rest.trim_end().strip_suffix(')').ok_or("expected a `)` at the end")?;
        let arguments: Vec<&str> = arguments(list);
        let (direction, rest) = match (name.trim(), arguments.as_slice()) {
            ("_IOC", [direction, rest @ ..]) => (parse_direction(direction)?, rest),
            (name, rest) => {
                let all =
                    [Direction::None, Direction::Read, Direction::Write, Direction::ReadWrite];
                let found = all.into_iter().find(|direction| direction.macro_name() == name);
                (found.ok_or("expected _IO, _IOR, _IOW, _IOWR or _IOC")?, rest)
            }
        };
        let (type_letter, nr, size) = match rest {
            [type_letter, nr] if name.trim() == "_IO" => (type_letter, nr, Size::Bytes(0)),
            [type_letter, nr, size] if name.trim() != "_IO" => (type_letter, nr, parse_size(size)?),
            _ if name.trim() == "_IO" => return Err("expected a type and an nr".into()),
            _ => return Err("expected a type, an nr and a size".into()),
        };
        Ok(Self { direction, type_letter: parse_byte(type_letter)?, nr: parse_byte(nr)?, size })
    }

    /// The number on an ABI; `None` where it has no such integer.
    pub(super) fn encode(&self, abi: &Abi) -> Option<Result<u32, EncodeError>> {
        let size = match self.size {
            Size::Bytes(bytes) => bytes,
            Size::Of(scalar) => abi.size_of(scalar)?,
        };
        Some(abi.encoding.encode(self.direction, self.type_letter, self.nr, size))
    }
}

/// The arguments between commas, but for a comma in quotes.
fn arguments(list: &str) -> Vec<&str> {
    let mut arguments = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, character) in list.char_indices() {
        match character {
            '\'' => quoted = !quoted,
            ',' if !quoted => {
                arguments.push(list[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    arguments.push(list[start..].trim());
    arguments
}

fn parse_direction(text: &str) -> Result<Direction, String> {
    let (mut read, mut write) = (false, false);
    for part in text.split('|') {
        match part.trim().trim_start_matches('(').trim_end_matches(')') {
            "_IOC_NONE" => {}
            "_IOC_READ" => read = true,
            "_IOC_WRITE" => write = true,
            other => return Err(format!("`{other}` is no direction")),
        }
    }
    Ok(match (read, write) {
        (false, false) => Direction::None,
        (true, false) => Direction::Read,
        (false, true) => Direction::Write,
        (true, true) => Direction::ReadWrite,
    })
}

fn parse_byte(text: &str) -> Result<u8, String> {
    let letter = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    if let Some(letter) = letter {
        return match letter.as_bytes() {
            [byte] => Ok(*byte),
            _ => Err(format!("{text} is no single character")),
        };
    }
    let value = parse_integer(text).ok_or_else(|| format!("`{text}` is no number"))?;
    u8::try_from(value).map_err(|_| format!("`{text}` does not fit 8 bits"))
}

fn parse_size(text: &str) -> Result<Size, String> {
    if let Some(bytes) = parse_integer(text) {
        return Ok(Size::Bytes(bytes));
    }
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ").replace(" *", "*");
    let named = TYPEDEFS.iter().find(|(known, _)| *known == name).map(|(_, scalar)| *scalar);
    let scalar = named.or_else(|| Scalar::ALL.into_iter().find(|scalar| scalar.c_name() == name));
    scalar.map(Size::Of).ok_or_else(|| format!("`{text}` is neither a size nor an integer type"))
}

fn parse_integer(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(['u', 'U', 'l', 'L']);
    match digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => digits.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str, abi: &str) -> u32 {
        let abi = Abi::by_name(abi).unwrap();
        Expression::parse(text).unwrap().encode(abi).unwrap().unwrap()
    }

    // The numbers are those of strace's tables for FS_IOC_FIEMAP, TUNGETFEATURES, KVM_CREATE_VM
    // and FS_IOC_GETFLAGS.
    #[test]
    fn expressions_have_the_numbers_of_the_commands_that_they_spell() {
        assert_eq!(number("_IOWR('f', 11, 32)", "x86_64"), 0xc020_660b);
        assert_eq!(number("_IOR('T', 207, unsigned  int)", "mips_o32"), 0x4004_54cf);
        assert_eq!(number("_IO(0xAE, 0x01)", "powerpc64"), 0x2000_ae01);
        assert_eq!(number("_IOR('f', 1, long)", "x86_64"), 0x8008_6601);
        assert_eq!(number("_IOR('f', 1, long)", "i386"), 0x8004_6601);
        assert_eq!(number("_IOC(_IOC_READ|_IOC_WRITE, 'f', 11, 0x20)", "i386"), 0xc020_660b);
        assert_eq!(number("_IOW(',', 1, __u64)", "i386"), 0x4008_2c01);
    }

    #[test]
    fn mistakes_are_named() {
        let texts = [
            "_IOX('f', 1, 4)",
            "_IOR('f', 1)",
            "_IO('f', 1, 4)",
            "_IOR('ff', 1, 4)",
            "_IOR('f', 256, 4)",
            "_IOR('f', 1, struct foo)",
            "_IOR('f', 1, 4",
            "_IOC(READ, 'f', 1, 4)",
            "(",
        ];
        let errors: Vec<_> =
            texts.iter().map(|text| (*text, Expression::parse(text).unwrap_err())).collect();
        insta::assert_debug_snapshot!(errors);
    }

    #[test]
    fn a_size_that_does_not_fit_is_an_error_of_that_abi() {
        let expression = Expression::parse("_IOR('x', 1, 8192)").unwrap();
        let encode = |abi| expression.encode(Abi::by_name(abi).unwrap()).unwrap();
        assert!(encode("x86_64").is_ok());
        assert_eq!(encode("alpha"), Err(EncodeError::SizeOverflow { max: 8191 }));
    }

    proptest! {
        #[test]
        fn nothing_makes_the_parser_panic(text in "[_IORWC('|,)fé0-9xul ]{0,30}") {
            let _ = Expression::parse(&text);
        }
    }
}
