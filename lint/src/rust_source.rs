//! What the text of a Rust definition says beside its meaning: the attributes above it, and which
//! crate's macro it uses.

use ioctlkit_abi::Direction;
use ioctlkit_model::{SourceMap, Span};

/// The attributes and comments of an item, from the first of them up to its name.
pub fn attributes(sources: &SourceMap, name: Span) -> &str {
    let text = sources.file(name.file).text.as_ref();
    let start = item_start(text, name.start as usize);
    text.get(start..name.start as usize).unwrap_or("")
}

/// Where an item begins whose name, or keyword, is at `at`: at its first attribute or comment.
pub fn item_start(text: &str, at: usize) -> usize {
    let line_start = |at: usize| text.get(..at).and_then(|before| before.rfind('\n'));
    let mut start = line_start(at).map_or(0, |newline| newline + 1);
    while start > 0 {
        let above_start = line_start(start - 1).map_or(0, |newline| newline + 1);
        let above = text.get(above_start..start).unwrap_or("").trim();
        let other_item = above.is_empty()
            || (above.ends_with([';', '{', '}']) && !above.starts_with("//"))
            || (above.ends_with(',') && !above.starts_with('#') && is_member(above));
        if other_item {
            break;
        }
        start = above_start;
    }
    start
}

/// Whether a line that ends in a comma is a member or a variant, and not the middle of an
/// attribute.
fn is_member(line: &str) -> bool {
    let opened = line.matches(['(', '[', '<']).count();
    let closed = line.matches([')', ']', '>']).count();
    opened == closed && (line.contains(':') || line.ends_with("),"))
}

/// Whether an item derives one of these traits.
pub fn derives(sources: &SourceMap, name: Span, traits: &[&str]) -> bool {
    let attributes = attributes(sources, name);
    attributes.match_indices("derive").any(|(at, word)| {
        let behind = attributes[at + word.len()..].trim_start();
        let list = behind.strip_prefix('(').and_then(|rest| rest.split_once(')'));
        list.is_some_and(|(list, _)| {
            let mut names = list.split(',').map(|path| path.trim().rsplit("::").next());
            names.any(|name| name.is_some_and(|name| traits.contains(&name.trim())))
        })
    })
}

/// The crate of a command's macro or function: `nix` of `nix::ioctl_readwrite`.
pub fn crate_of(through: &str) -> &str {
    through.split("::").next().unwrap_or(through)
}

/// The word of a crate for a direction, as an author would write it in place of what is there.
pub fn direction_word(through: &str, direction: Direction) -> String {
    match crate_of(through) {
        "nix" => match direction {
            Direction::None => "ioctl_none!",
            Direction::Read => "ioctl_read!",
            Direction::Write => "ioctl_write_ptr!",
            Direction::ReadWrite => "ioctl_readwrite!",
        }
        .into(),
        "vmm_sys_util" => match direction {
            Direction::None => "ioctl_io_nr!",
            Direction::Read => "ioctl_ior_nr!",
            Direction::Write => "ioctl_iow_nr!",
            Direction::ReadWrite => "ioctl_iowr_nr!",
        }
        .into(),
        "libc" | "uoctl" => direction.macro_name().into(),
        _ => direction.name().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str, name: &str) -> (SourceMap, Span) {
        let mut sources = SourceMap::default();
        let file = sources.add("x.rs".into(), text.into());
        let start = text.find(name).unwrap() as u32;
        (sources, Span { file, start, end: start + name.len() as u32 })
    }

    fn is_derived(text: &str) -> bool {
        let (sources, span) = named(text, "Name");
        derives(&sources, span, &["IoctlData"])
    }

    #[test]
    fn derives_are_found_in_any_attribute_of_the_item_and_of_no_other() {
        assert!(is_derived("#[derive(Clone, ioctlkit::IoctlData)]\n#[repr(C)]\npub struct Name {"));
        assert!(is_derived(
            "#[derive(\n    Clone,\n    IoctlData,\n)]\n/// doc;\npub struct Name;"
        ));
        assert!(is_derived("#[repr(C)] #[derive(IoctlData)] struct Name { a: u8 }"));
        assert!(!is_derived("#[derive(IoctlData)]\nstruct Other {\n    a: u8,\n}\nstruct Name;"));
        assert!(!is_derived("#[derive(IoctlData)]\nstruct Other;\nstruct Name;"));
        assert!(!is_derived("#[derive(IoctlDataset)]\nstruct Name;"));
    }

    #[test]
    fn an_item_begins_at_its_first_attribute() {
        let text = "struct A { a: u8 }\n\n// c\n#[repr(C)]\nstruct Name;";
        let (_, span) = named(text, "Name");
        assert!(text[item_start(text, span.start as usize)..].starts_with("// c\n"));
        let text = "enum E {\n    A,\n    B(X),\n    #[ioctl(nr = 1)]\n    Name(X),\n}";
        let (_, span) = named(text, "Name");
        assert!(text[item_start(text, span.start as usize)..].starts_with("    #[ioctl"));
    }

    #[test]
    fn a_direction_has_the_word_of_its_crate() {
        assert_eq!(direction_word("nix::ioctl_read", Direction::Write), "ioctl_write_ptr!");
        assert_eq!(direction_word("libc::_IOR", Direction::Write), "_IOW");
        assert_eq!(direction_word("derive(Ioctl)", Direction::ReadWrite), "read_write");
    }
}
