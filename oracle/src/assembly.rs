//! Reads data definitions out of assembly, whatever the target calls its directives.

use std::collections::HashMap;

use ioctlkit_abi::ByteOrder;

/// The bytes behind each label.
#[derive(Debug, Clone, Default)]
pub struct Data {
    symbols: HashMap<String, Vec<u8>>,
}

impl Data {
    /// Reads assembly of a target with that byte order.
    pub fn read(assembly: &str, byte_order: ByteOrder) -> Self {
        // `.word` is what the target's manual calls a word: two bytes where four are `.long`.
        let word = if assembly.contains("\t.long\t") { 2 } else { 4 };
        let mut data = Self::default();
        let mut current: Option<&mut Vec<u8>> = None;
        for line in assembly.lines() {
            if let Some(label) = label(line) {
                current = Some(data.symbols.entry(label.to_owned()).or_default());
                continue;
            }
            if let Some(bytes) = current.as_deref_mut() {
                append(bytes, line.trim(), byte_order, word);
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

fn append(bytes: &mut Vec<u8>, line: &str, byte_order: ByteOrder, word: usize) {
    let Some((directive, operands)) = line.split_once(['\t', ' ']) else {
        return;
    };
    if matches!(directive, ".zero" | ".space" | ".skip" | ".block") {
        if let Ok(count) = operands.trim().parse::<usize>() {
            bytes.resize(bytes.len() + count, 0);
        }
        return;
    }
    let Some(width) = width(directive, word) else {
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

/// How many bytes a directive's operands take.
fn width(directive: &str, word: usize) -> Option<usize> {
    Some(match directive {
        ".byte" => 1,
        ".short" | ".half" | ".hword" | ".value" | ".2byte" => 2,
        ".word" => word,
        ".long" | ".int" | ".4byte" => 4,
        ".quad" | ".dword" | ".xword" | ".8byte" => 8,
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
    fn a_word_has_two_bytes_where_a_long_has_four() {
        let data = Data::read("v:\n\t.long\t1\nw:\n\t.word\t-1\n", ByteOrder::Big);
        assert_eq!(data.bytes("w").unwrap(), [255, 255]);
    }

    #[test]
    fn a_label_without_a_colon_is_a_label() {
        let data = Data::read("\t.align 4\nv\n\t.word 7\n\t.block 3\n", ByteOrder::Big);
        assert_eq!(data.bytes("v").unwrap(), [0, 0, 0, 7, 0, 0, 0]);
    }
}
