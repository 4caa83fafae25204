//! The conditions of `#if`: every `CONFIG_` option is on, and the kernel is the newest.
use rustc_hash::FxHashMap;

/// Macros that are defined, by name, with what they stand for.
#[derive(Default)]
pub(super) struct Macros {
    known: FxHashMap<Vec<u8>, Option<Vec<u8>>>,
}

/// How deep a condition may be nested.
const MAX_DEPTH: u32 = 64;
/// How much of the text behind a condition says what it guards.
const GUARDED: usize = 8192;

/// Macros that are always defined, with their values.
const DEFINED: [(&[u8], i64); 18] = [
    (b"__KERNEL__", 1),
    // arch/x86/include/asm/compat.h: 32-bit programs align 64-bit integers to 4 bytes.
    (b"COMPAT_FOR_U64_ALIGNMENT", 1),
    (b"MODULE", 1),
    (b"__linux__", 1),
    (b"__GNUC__", 14),
    (b"__STDC__", 1),
    (b"__LITTLE_ENDIAN", 1234),
    (b"__LITTLE_ENDIAN_BITFIELD", 1),
    (b"__BYTE_ORDER", 1234),
    (b"__x86_64__", 1),
    (b"__LP64__", 1),
    (b"BITS_PER_LONG", 64),
    (b"__BITS_PER_LONG", 64),
    (b"PAGE_SHIFT", 12),
    (b"PAGE_SIZE", 4096),
    (b"HZ", 1000),
    (b"LINUX_VERSION_CODE", i64::MAX),
    (b"IS_ENABLED", 1),
];

/// The first name of a text.
pub(super) fn name(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii_start();
    let end = text.iter().position(|byte| !is_name_byte(*byte)).unwrap_or(text.len());
    &text[..end]
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

impl Macros {
    /// Reads the part of `#define` behind the keyword.
    pub(super) fn define(&mut self, argument: &[u8]) {
        let name = name(argument);
        let body = &argument.trim_ascii_start()[name.len()..];
        let value =
            (!body.starts_with(b"(") && body.len() < 200).then(|| body.trim_ascii().to_vec());
        self.known.insert(name.to_vec(), value);
    }

    pub(super) fn remove(&mut self, argument: &[u8]) {
        self.known.remove(name(argument));
    }

    pub(super) fn is_defined(&self, name: &[u8]) -> bool {
        name.starts_with(b"CONFIG_")
            || self.known.contains_key(name)
            || DEFINED.iter().any(|(known, _)| *known == name)
    }

    /// Whether `#ifdef` of a macro holds in front of text that it guards: a command that the guarded text has
    /// a case for is a macro, wherever that is, and the handler of 32-bit programs is there on some kernel.
    pub(super) fn is_defined_for(&self, name: &[u8], guarded: &[u8]) -> bool {
        self.is_defined(name) || has_case(name, guarded) || has_compat_slot(guarded)
    }

    /// Whether a condition holds. One that makes no sense does not.
    pub(super) fn holds(&self, condition: &[u8], guarded: &[u8]) -> bool {
        self.holds_with(condition, guarded, Unknown::Undefined)
            || (has_compat_slot(guarded) && self.holds_with(condition, guarded, Unknown::One))
    }

    fn holds_with(&self, condition: &[u8], guarded: &[u8], unknown: Unknown) -> bool {
        let mut reader =
            Reader { text: condition, at: 0, macros: self, guarded, unknown, steps: 20_000 };
        reader.conditional(0).is_some_and(|value| value != 0)
    }

    fn value(&self, name: &[u8], depth: u32, unknown: Unknown, steps: &mut u32) -> Option<i64> {
        if let Some(body) = self.known.get(name) {
            let Some(body) = body else { return Some(0) };
            let mut reader =
                Reader { text: body, at: 0, macros: self, guarded: b"", unknown, steps: *steps };
            let value = reader.conditional(depth + 8);
            *steps = reader.steps;
            return value;
        }
        if name.starts_with(b"CONFIG_") {
            return Some(1);
        }
        let of_unknown = i64::from(unknown == Unknown::One);
        let known = DEFINED.iter().find(|(known, _)| *known == name);
        Some(known.map_or(of_unknown, |(_, value)| *value))
    }
}

/// What macros are that no file defines.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unknown {
    Undefined,
    /// Defined as 1.
    One,
}

/// Whether a text has `case name` in front of the next directive of its level, as far as that is near.
fn has_case(name: &[u8], text: &[u8]) -> bool {
    let text = &text[..text.len().min(GUARDED)];
    let end = memchr::memmem::find(text, b"#e").unwrap_or(text.len());
    !name.is_empty()
        && memchr::memmem::find_iter(&text[..end], b"case").any(|at| {
            let behind = &text[at + 4..end];
            behind.first().is_some_and(u8::is_ascii_whitespace) && self::name(behind) == name
        })
}

/// Whether a text fills in the handler of 32-bit programs in front of the next directive.
fn has_compat_slot(text: &[u8]) -> bool {
    const SLOT: &[u8] = b".compat_ioctl";
    let text = &text[..text.len().min(GUARDED)];
    let end = memchr::memchr(b'#', text).unwrap_or(text.len());
    memchr::memmem::find(&text[..end], SLOT)
        .is_some_and(|at| text[at + SLOT.len()..end].trim_ascii_start().starts_with(b"="))
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    macros: &'a Macros,
    guarded: &'a [u8],
    unknown: Unknown,
    steps: u32,
}

/// Operators with two operands, the longer ones first, with how strongly they bind.
const OPERATORS: [(&[u8], u8); 18] = [
    (b"||", 1),
    (b"&&", 2),
    (b"==", 6),
    (b"!=", 6),
    (b"<<", 8),
    (b">>", 8),
    (b"<=", 7),
    (b">=", 7),
    (b"|", 3),
    (b"^", 4),
    (b"&", 5),
    (b"<", 7),
    (b">", 7),
    (b"+", 9),
    (b"-", 9),
    (b"*", 10),
    (b"/", 10),
    (b"%", 10),
];

impl Reader<'_> {
    fn skip_blanks(&mut self) {
        while self
            .text
            .get(self.at)
            .is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b'\\')
        {
            self.at += 1;
        }
    }

    fn eat(&mut self, sign: &[u8]) -> bool {
        self.skip_blanks();
        let is_there = self.text[self.at..].starts_with(sign);
        if is_there {
            self.at += sign.len();
        }
        is_there
    }

    fn conditional(&mut self, depth: u32) -> Option<i64> {
        let condition = self.binary(1, depth)?;
        if !self.eat(b"?") {
            return Some(condition);
        }
        let then = self.conditional(depth + 1)?;
        if !self.eat(b":") {
            return None;
        }
        let otherwise = self.conditional(depth + 1)?;
        Some(if condition != 0 { then } else { otherwise })
    }

    fn binary(&mut self, weakest: u8, depth: u32) -> Option<i64> {
        let mut left = self.unary(depth + 1)?;
        loop {
            self.skip_blanks();
            let rest = &self.text[self.at..];
            let Some(&(operator, strength)) =
                OPERATORS.iter().find(|(sign, _)| rest.starts_with(sign))
            else {
                return Some(left);
            };
            if strength < weakest {
                return Some(left);
            }
            self.at += operator.len();
            let right = self.binary(strength + 1, depth + 1)?;
            left = apply(operator, left, right)?;
        }
    }

    fn unary(&mut self, depth: u32) -> Option<i64> {
        self.steps = self.steps.checked_sub(1)?;
        if depth > MAX_DEPTH {
            return None;
        }
        self.skip_blanks();
        match self.text.get(self.at)? {
            b'!' => {
                self.at += 1;
                self.unary(depth + 1).map(|value| i64::from(value == 0))
            }
            b'-' => {
                self.at += 1;
                self.unary(depth + 1).map(i64::wrapping_neg)
            }
            b'+' => {
                self.at += 1;
                self.unary(depth + 1)
            }
            b'~' => {
                self.at += 1;
                self.unary(depth + 1).map(|value| !value)
            }
            b'(' => {
                self.at += 1;
                let value = self.conditional(depth + 1)?;
                self.eat(b")").then_some(value)
            }
            b'0'..=b'9' => self.number(),
            b'\'' => {
                let value = i64::from(*self.text.get(self.at + 1)?);
                self.at += 3;
                (self.at <= self.text.len()).then_some(value)
            }
            byte if is_name_byte(*byte) => self.named(depth),
            _ => None,
        }
    }

    fn number(&mut self) -> Option<i64> {
        let digits = name(&self.text[self.at..]);
        self.at += digits.len();
        let text = std::str::from_utf8(digits).ok()?.trim_end_matches(['u', 'U', 'l', 'L']);
        let lower = text.to_ascii_lowercase();
        let value = if let Some(hex) = lower.strip_prefix("0x") {
            u64::from_str_radix(hex, 16)
        } else if lower.len() > 1 && lower.starts_with('0') {
            u64::from_str_radix(&lower[1..], 8)
        } else {
            lower.parse()
        };
        value.ok().map(u64::cast_signed)
    }

    fn named(&mut self, depth: u32) -> Option<i64> {
        let name = name(&self.text[self.at..]);
        self.at += name.len();
        if name == b"defined" {
            let is_enclosed = self.eat(b"(");
            self.skip_blanks();
            let name = self::name(&self.text[self.at..]);
            self.at += name.len();
            if is_enclosed && !self.eat(b")") {
                return None;
            }
            let is_defined = self.unknown == Unknown::One
                || self.macros.is_defined(name)
                || has_case(name, self.guarded);
            return Some(i64::from(is_defined));
        }
        if name == b"KERNEL_VERSION" && self.eat(b"(") {
            let major = self.conditional(depth + 1)?;
            self.eat(b",");
            let minor = self.conditional(depth + 1)?;
            self.eat(b",");
            let patch = self.conditional(depth + 1)?;
            return self.eat(b")").then(|| {
                major.wrapping_mul(65536).wrapping_add(minor.wrapping_mul(256)).wrapping_add(patch)
            });
        }
        if self.eat(b"(") {
            self.skip_group();
            // `IS_ENABLED`, `IS_REACHABLE`, `IS_BUILTIN`, `IS_MODULE` of options, all of which are on.
            let is_on =
                name.starts_with(b"IS_") || name.starts_with(b"__has_") || name == b"GCC_VERSION";
            return Some(i64::from(is_on));
        }
        self.macros.value(name, depth, self.unknown, &mut self.steps)
    }

    /// Moves behind the parenthesis that closes the one just read.
    fn skip_group(&mut self) {
        let mut depth = 1;
        while depth > 0 && self.at < self.text.len() {
            match self.text[self.at] {
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
    }
}

fn apply(operator: &[u8], left: i64, right: i64) -> Option<i64> {
    Some(match operator {
        b"||" => i64::from(left != 0 || right != 0),
        b"&&" => i64::from(left != 0 && right != 0),
        b"==" => i64::from(left == right),
        b"!=" => i64::from(left != right),
        b"<=" => i64::from(left <= right),
        b">=" => i64::from(left >= right),
        b"<" => i64::from(left < right),
        b">" => i64::from(left > right),
        b"<<" => left.wrapping_shl(right.cast_unsigned() as u32),
        b">>" => left.wrapping_shr(right.cast_unsigned() as u32),
        b"|" => left | right,
        b"^" => left ^ right,
        b"&" => left & right,
        b"+" => left.wrapping_add(right),
        b"-" => left.wrapping_sub(right),
        b"*" => left.wrapping_mul(right),
        b"/" => left.checked_div(right)?,
        _ => left.checked_rem(right)?,
    })
}
