//! What pahole (Debian's package `pahole`) says of structures: their sizes, and the places of their
//! members.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

/// A structure or union as pahole prints it. Members of anonymous structures stand before the member
/// that holds them, with their places in the outermost one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shape {
    /// In bytes; `None` of a union, for which pahole prints none.
    pub size: Option<u64>,
    /// The members; the name is empty for an anonymous one.
    pub members: Vec<MemberRow>,
}

/// The place of a member.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MemberRow {
    /// The name.
    pub name: String,
    /// From the start of the structure, in bits.
    pub offset_bits: u64,
    /// The width of a bit-field, in bits.
    pub bits: Option<u64>,
}

/// Every structure and union of a file, by its name with `struct` or `union` in front, read from
/// `format` (`btf` or `dwarf`).
///
/// # Errors
/// Why pahole could not be run, or a line of it that is not understood.
pub fn shapes(file: &Path, format: &str) -> Result<BTreeMap<String, Vec<Shape>>, String> {
    let mut command = Command::new("pahole");
    command.args(["-F", format]).arg(file).stdin(Stdio::null());
    let output = command.output().map_err(|error| format!("pahole cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    parse(&String::from_utf8_lossy(&output.stdout))
}

fn parse(text: &str) -> Result<BTreeMap<String, Vec<Shape>>, String> {
    let mut shapes: BTreeMap<String, Vec<Shape>> = BTreeMap::new();
    let mut open: Option<(String, Shape)> = None;
    for line in text.lines() {
        let wrong = || format!("pahole prints `{line}`");
        let Some((name, shape)) = &mut open else {
            let head = line.strip_suffix(" {").filter(|head| {
                ["struct ", "union "].iter().any(|keyword| head.starts_with(keyword))
            });
            open = head.map(|head| (head.to_owned(), Shape { size: None, members: Vec::new() }));
            continue;
        };
        if line.starts_with('}') {
            shapes.entry(std::mem::take(name)).or_default().push(shape.clone());
            open = None;
            continue;
        }
        let text = line.trim();
        if let Some(rest) = text.strip_prefix("/* size: ") {
            let size = rest.split([',', ' ']).next().and_then(|size| size.parse().ok());
            // A nested structure states its size, too; the outermost one comes last.
            shape.size = Some(size.ok_or_else(wrong)?);
        } else if let Some((declaration, place)) = text.split_once(';')
            && let Some(place) = place.trim().strip_prefix("/*")
            && !text.starts_with("/*")
        {
            shape.members.push(member(declaration, place).ok_or_else(wrong)?);
        }
    }
    Ok(shapes)
}

/// `int x:3` and `     8: 5  4 */`.
fn member(declaration: &str, place: &str) -> Option<MemberRow> {
    let numbers: Vec<&str> =
        place.split("*/").next()?.split([' ', ':']).filter(|word| !word.is_empty()).collect();
    let is_bit_field = place.split("*/").next()?.contains(':');
    let byte: u64 = numbers.first()?.parse().ok()?;
    let bit: u64 = if is_bit_field { numbers.get(1)?.parse().ok()? } else { 0 };
    let plain = without_attributes(declaration);
    let declaration = plain.trim();
    let (declaration, bits) = match declaration.rsplit_once(':') {
        Some((front, width)) if is_bit_field => (front, Some(width.trim().parse().ok()?)),
        _ => (declaration, None),
    };
    Some(MemberRow { name: name(declaration).to_owned(), offset_bits: byte * 8 + bit, bits })
}

/// A declaration without `__attribute__((…))`, which may stand on either side of the name.
fn without_attributes(declaration: &str) -> String {
    let mut plain = String::new();
    let mut rest = declaration;
    while let Some((front, behind)) = rest.split_once("__attribute__((") {
        plain.push_str(front);
        let mut depth = 2;
        let end = behind.find(|c| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth == 0
        });
        rest = end.map_or("", |end| &behind[end + 1..]);
    }
    plain.push_str(rest);
    plain
}

/// The name in a declaration: `(*name)(int)`, `name[2]`, `name`, or nothing behind `}`.
fn name(declaration: &str) -> &str {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    if let Some(at) = declaration.find("(*") {
        let rest = declaration[at + 2..].trim_start_matches(['*', ' ']);
        let rest = rest.strip_prefix("const ").unwrap_or(rest);
        return &rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())];
    }
    let declaration = declaration.split('[').next().unwrap_or_default().trim_end();
    let start = declaration.rfind(|c| !is_name(c)).map_or(0, |at| at + 1);
    &declaration[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_of_every_kind_are_read() {
        let text = "\
struct t {
	char                       a;                    /*     0     1 */

	/* Bitfield combined with previous fields */

	unsigned int               c:7;                  /*     0:11  4 */
	struct in                  i[2];                 /*    40     8 */
	union {
		int                x;                    /*    48     4 */
	};                                               /*    48     4 */
	struct {
		int                z;                    /*    52     4 */
	} n;                                             /*    52     4 */
	int                        (*f)(int, struct t *); /*    64     8 */
	au64                       q __attribute__((__aligned__(8))); /*   128     8 */

	/* size: 144, cachelines: 3, members: 8 */
};
";
        let shapes = parse(text).unwrap();
        let shape = &shapes["struct t"][0];
        assert_eq!(shape.size, Some(144));
        let members: Vec<_> = shape
            .members
            .iter()
            .map(|member| (member.name.as_str(), member.offset_bits, member.bits))
            .collect();
        assert_eq!(
            members,
            [
                ("a", 0, None),
                ("c", 11, Some(7)),
                ("i", 320, None),
                ("x", 384, None),
                ("", 384, None),
                ("z", 416, None),
                ("n", 416, None),
                ("f", 512, None),
                ("q", 1024, None),
            ]
        );
    }
}
