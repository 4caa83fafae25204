//! Macros of a file that are plain numbers: the flags that functions of the file hand to each other.

use rustc_hash::FxHashMap;

/// The macros without parameters that a text defines as a number, a bit, or a shifted number. A name with
/// several definitions is none of them: which one holds is up to the configuration.
pub(crate) fn defined(text: &str) -> FxHashMap<String, i64> {
    let mut found: FxHashMap<String, Option<i64>> = FxHashMap::default();
    for line in text.lines() {
        let Some((name, value)) = definition(line) else { continue };
        found.entry(name.to_owned()).and_modify(|known| *known = None).or_insert(number(value));
    }
    found.into_iter().filter_map(|(name, number)| Some((name, number?))).collect()
}

/// `#define NAME value`, without a comment.
fn definition(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix('#')?.trim_start().strip_prefix("define")?;
    let rest = rest.strip_prefix([' ', '\t'])?.trim_start();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let end = rest.bytes().position(|byte| !is_word(byte))?;
    let (name, value) = rest.split_at(end);
    if value.starts_with('(') {
        return None;
    }
    let value = value.split("/*").next().unwrap_or(value);
    let value = value.split("//").next().unwrap_or(value).trim();
    Some((name, value))
}

/// `4`, `0x10u`, `BIT(2)`, `1 << 2`, also in parentheses.
fn number(text: &str) -> Option<i64> {
    let text = match text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        Some(inner) => inner.trim(),
        None => text,
    };
    if let Some(bit) = text.strip_prefix("BIT(").and_then(|text| text.strip_suffix(')')) {
        return shifted(1, plain(bit.trim())?);
    }
    match text.split_once("<<") {
        Some((number, by)) => shifted(plain(number.trim())?, plain(by.trim())?),
        None => plain(text),
    }
}

fn shifted(number: i64, by: i64) -> Option<i64> {
    let by = u32::try_from(by).ok().filter(|by| *by < 32)?;
    number.checked_mul(1_i64 << by)
}

fn plain(text: &str) -> Option<i64> {
    let digits = text.trim_end_matches(['u', 'U', 'l', 'L']);
    match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) => i64::from_str_radix(hex, 16).ok(),
        None if digits.len() > 1 && digits.starts_with('0') => {
            i64::from_str_radix(&digits[1..], 8).ok()
        }
        None => digits.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_bits_and_shifts_are_read_and_nothing_else() {
        let text = "#define A 4 /* four */\n# define B\tBIT(2)\n#define C (1 << 4)\n#define D 0x10u\n\
                    #define E(x) 5\n#define F A\n#define G 1 + 2\n#define H 010\n#define I\n\
                    #define J 1\n#define J 2\n#define K 1 << 99\n#define L 9223372036854775807\n\
                    #define M 0x7fffffffffffffff << 8\n";
        let found = defined(text);
        let number = |name: &str| found.get(name).copied();
        assert_eq!(["A", "B", "C", "D", "H"].map(number), [4, 4, 16, 16, 8].map(Some));
        assert_eq!(number("L"), Some(i64::MAX));
        assert!(["E", "F", "G", "I", "J", "K", "M"].iter().all(|name| number(name).is_none()));
    }
}
