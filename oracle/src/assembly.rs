//! Reads data definitions out of assembly, whatever the target calls its directives.

use std::collections::HashMap;

use ioctlkit_abi::ByteOrder;

/// C definitions that make the compiler show how it spells two bytes: `.word` and `.uaword` have
/// two bytes on some targets and four on others. [`Data::read`] expects them before all else.
pub const CALIBRATION: &str = "\
const short oracle_short = 1;
const struct { char c; short s; } __attribute__((packed)) oracle_odd_short = { 1, 1 };
";

/// The bytes behind each label.
#[derive(Debug, Clone, Default)]
pub struct Data {
    symbols: HashMap<String, Vec<u8>>,
}

impl Data {
    /// Reads assembly of a target with that byte order.
    pub fn read(assembly: &str, byte_order: ByteOrder) -> Self {
        let mut data = Self::default();
        let two_bytes = two_byte_directives(assembly);
        let mut current: Option<&mut Vec<u8>> = None;
        for line in assembly.lines() {
            if let Some(label) = label(line) {
                current = Some(data.symbols.entry(label.to_owned()).or_default());
                continue;
            }
            if let Some(bytes) = current.as_deref_mut() {
                append(bytes, line.trim(), byte_order, &two_bytes);
            }
        }
        data
    }

    /// The bytes of `symbol` in memory order.
    pub fn bytes(&self, symbol: &str) -> Option<&[u8]> {
        self.symbols.get(symbol).map(Vec::as_slice)
    }
}

/// A label starts its line; hppa's has no colon.
fn label(line: &str) -> Option<&str> {
    let name = line.strip_suffix(':').unwrap_or(line);
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_.$".contains(c);
    (!name.is_empty() && name.chars().all(is_name)).then_some(name)
}

fn append(bytes: &mut Vec<u8>, line: &str, byte_order: ByteOrder, two_bytes: &[&str]) {
    let Some((directive, operands)) = line.split_once(['\t', ' ']) else {
        return;
    };
    if matches!(directive, ".zero" | ".space" | ".skip" | ".block") {
        if let Ok(count) = operands.trim().parse::<usize>() {
            bytes.resize(bytes.len() + count, 0);
        }
        return;
    }
    let Some(width) = width(directive, two_bytes) else {
        return;
    };
    for operand in operands.split(',') {
        let Some(value) = integer(operand.trim()) else {
            continue;
        };
        match byte_order {
            ByteOrder::Little => bytes.extend(&value.to_le_bytes()[..width]),
            ByteOrder::Big => bytes.extend(&value.to_be_bytes()[16 - width..]),
        }
    }
}

/// The directives that stand for the shorts of [`CALIBRATION`].
fn two_byte_directives(assembly: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (symbol, place) in [("oracle_short", 0), ("oracle_odd_short", 1)] {
        let mut behind = assembly.lines().skip_while(|line| label(line) != Some(symbol)).skip(1);
        let directive = behind.nth(place).and_then(|line| line.trim().split(['\t', ' ']).next());
        found.extend(directive);
    }
    found
}

/// How many bytes a directive's operands take.
fn width(directive: &str, two_bytes: &[&str]) -> Option<usize> {
    Some(match directive {
        ".byte" => 1,
        _ if two_bytes.contains(&directive) => 2,
        ".long" | ".word" | ".int" | ".4byte" | ".uaword" | ".ualong" => 4,
        ".quad" | ".dword" | ".xword" | ".8byte" | ".uaxword" | ".uaquad" => 8,
        _ => return None,
    })
}

fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let magnitude = match digits.strip_prefix("0x") {
        Some(hexadecimal) => i128::from_str_radix(hexadecimal, 16),
        None => digits.parse(),
    };
    magnitude.ok().map(|value| if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_of_both_byte_orders_is_read_as_it_lies_in_memory() {
        let text = "v:\n\t.word\t258\n\t.zero\t2\n\t.byte\t-1\n\t.size\tv, 7\nw:\n\t.8byte 0x1\n";
        let little = Data::read(text, ByteOrder::Little);
        assert_eq!(little.bytes("v").unwrap(), [2, 1, 0, 0, 0, 0, 255]);
        assert_eq!(little.bytes("w").unwrap(), [1, 0, 0, 0, 0, 0, 0, 0]);
        let big = Data::read(text, ByteOrder::Big);
        assert_eq!(big.bytes("v").unwrap(), [0, 0, 1, 2, 0, 0, 255]);
        assert_eq!(big.bytes("w").unwrap(), [0, 0, 0, 0, 0, 0, 0, 1]);
    }

    #[test]
    fn a_word_has_two_bytes_where_a_short_is_spelled_so() {
        let text = "oracle_short:\n\t.word\t1\nv:\n\t.word\t-1\n\t.long\t1\n";
        let data = Data::read(text, ByteOrder::Big);
        assert_eq!(data.bytes("v").unwrap(), [255, 255, 0, 0, 0, 1]);
    }

    #[test]
    fn a_label_without_a_colon_is_a_label() {
        let data = Data::read("\t.align 4\nv\n\t.word 7\n\t.block 3\n", ByteOrder::Big);
        assert_eq!(data.bytes("v").unwrap(), [0, 0, 0, 7, 0, 0, 0]);
    }
}
