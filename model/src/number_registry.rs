//! The kernel's registry of type letters and nr ranges, as facts: which block is whose.

use std::path::Path;
use std::sync::LazyLock;

/// The data file. Each line that is no comment holds the type, the first and the last nr (all
/// hexadecimal) and the files, separated by commas, or `-` where none is named; tabs between them.
/// The linter's `number_registry_source` writes it from the kernel's ioctl-number.rst.
pub const DATA: &str = include_str!("../data/ioctl-numbers.tsv");

/// A range of numbers of one type letter, and whom it is registered to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block<'a> {
    /// The type letter.
    pub type_letter: u8,
    /// The first nr.
    pub first: u8,
    /// The last nr.
    pub last: u8,
    /// The files as registered, separated by commas; empty where the registry names only people
    /// or a subsystem.
    files: &'a str,
}

/// Every block, in the order of the kernel's table.
pub static BLOCKS: LazyLock<Vec<Block<'static>>> = LazyLock::new(|| parse(DATA));

/// Reads a data file; lines that are none of its rows are left out.
pub fn parse(text: &str) -> Vec<Block<'_>> {
    text.lines().filter_map(parse_line).collect()
}

fn parse_line(line: &str) -> Option<Block<'_>> {
    let mut fields = line.split('\t');
    let mut number = || u8::from_str_radix(fields.next()?, 16).ok();
    let (type_letter, first, last) = (number()?, number()?, number()?);
    let files = fields.next()?;
    let files = if files == "-" { "" } else { files };
    (first <= last).then_some(Block { type_letter, first, last, files })
}

/// The blocks that hold a type and nr.
pub fn holding(type_letter: u8, nr: u8) -> impl Iterator<Item = &'static Block<'static>> {
    BLOCKS.iter().filter(move |block| {
        block.type_letter == type_letter && (block.first..=block.last).contains(&nr)
    })
}

impl<'a> Block<'a> {
    /// The files that the block is registered to.
    pub fn files(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.files.split(',').filter(|file| !file.is_empty())
    }

    /// Whether the block is registered to `header`. The registry is old and loosely written, so
    /// a match is generous: the name of the file, or the subsystem that the registered path names
    /// (`fs/btrfs/ioctl.h` is `linux/btrfs.h` today).
    pub fn belongs_to(&self, header: &Path) -> bool {
        self.files().any(|file| matches(file, header))
    }

    /// Whether a name speaks of a file that the block is registered to: its first word is the
    /// file's stem, as in `LOOP_SET_FD` and `linux/loop.h`.
    pub fn is_named_by(&self, name: &str) -> bool {
        let Some((first, _)) = name.split_once('_') else { return false };
        self.files().any(|file| {
            let file = file.rsplit('/').next().unwrap_or(file);
            let stem = file.trim_end_matches(".h").trim_end_matches(".c");
            stem.len() > 2
                && !COMMON.contains(&stem)
                && !stem.starts_with("ioctl")
                && stem.eq_ignore_ascii_case(first)
        })
    }
}

/// Names of folders and files that say nothing of a subsystem.
const COMMON: [&str; 14] = [
    "arch", "asm", "drivers", "fs", "include", "ioctl", "kernel", "linux", "misc", "net", "scsi",
    "sound", "uapi", "video",
];

fn matches(registered: &str, header: &Path) -> bool {
    let name = header.file_name().and_then(|name| name.to_str()).unwrap_or("");
    let stem = name.strip_suffix(".h").unwrap_or(name);
    let folder = header.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    let (registered_folders, registered_name) =
        registered.rsplit_once('/').unwrap_or(("", registered));
    let registered_stem = registered_name.trim_end_matches(".h").trim_end_matches(".c");
    // A name such as ioctl.h says something only together with its folder.
    if registered_stem != "ioctl"
        && wildcard(registered_name, name)
        && registered_folders
            .rsplit('/')
            .next()
            .is_none_or(|last| !registered_name.starts_with('*') || folder == Some(last))
    {
        return true;
    }
    let mut words = registered_folders.split('/').chain([registered_stem]);
    let named = |word: &str| {
        word.len() > 2
            && !COMMON.contains(&word)
            && (word == stem
                || folder == Some(word)
                || stem.split(['_', '-']).next() == Some(word)
                || word
                    .split(['_', '-'])
                    .next()
                    .is_some_and(|first| first.len() > 2 && first == stem))
    };
    words.any(named)
}

/// Whether `name` fits a pattern with at most one `*`.
fn wildcard(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((before, after)) => {
            name.len() >= before.len() + after.len()
                && name.starts_with(before)
                && name.ends_with(after)
        }
        None => pattern == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_data_file_is_a_comment_or_a_block() {
        for line in DATA.lines().filter(|line| !line.starts_with('#')) {
            assert!(parse_line(line).is_some(), "{line:?}");
        }
        assert!(BLOCKS.len() > 200, "{} blocks", BLOCKS.len());
    }

    #[test]
    fn bad_lines_are_left_out() {
        for line in ["", "12", "12\t00", "12\t00\tff", "zz\t00\tff\t-", "12\tff\t00\t-"] {
            assert_eq!(parse(line), [], "{line:?}");
        }
    }

    #[test]
    fn blocks_are_found_by_type_and_nr() {
        let files =
            |letter, nr| -> Vec<&str> { holding(letter, nr).flat_map(Block::files).collect() };
        assert_eq!(files(0xae, 0x01), ["linux/kvm.h"]);
        assert_eq!(files(0xae, 0x25), ["linux/nitro_enclaves.h"]);
        assert!(files(b'V', 0).contains(&"linux/vt.h"), "a conflict lists every owner");
        assert!(files(b'V', 0).contains(&"linux/videodev2.h"));
        assert!(files(b'Y', 0).is_empty());
        assert_eq!(holding(b'w', 3).count(), 1, "a block without a file is a block");
    }

    #[test]
    fn a_name_speaks_of_a_block_by_its_first_word() {
        let named =
            |letter, nr, name: &str| holding(letter, nr).any(|block| block.is_named_by(name));
        assert!(named(b'L', 0, "LOOP_SET_FD"));
        assert!(!named(b'L', 0x80, "LOOP_CTL_ADD"), "the block ends at 0x1f");
        assert!(!named(b'L', 0, "LOOPBACK_SET"));
        assert!(!named(b'L', 0, "LOOP"), "one word alone names anything");
        assert!(!named(b'T', 1, "IOCTLS_SET"), "of another file's name");
    }

    #[test]
    fn a_block_belongs_to_the_file_that_it_names() {
        let belongs = |registered, header: &str| matches(registered, Path::new(header));
        assert!(belongs("linux/fs.h", "/usr/include/linux/fs.h"));
        assert!(belongs("uapi/linux/seccomp.h", "include/uapi/linux/seccomp.h"));
        assert!(belongs("linux/atm*.h", "/usr/include/linux/atmdev.h"));
        assert!(belongs("linux/iio/*.h", "/usr/include/linux/iio/buffer.h"));
        assert!(!belongs("linux/iio/*.h", "/usr/include/linux/foo/buffer.h"));
        assert!(belongs("fs/btrfs/ioctl.h", "/usr/include/linux/btrfs.h"));
        assert!(belongs("linux/char/drm/drm.h", "/usr/include/drm/i915_drm.h"));
        assert!(belongs("arch/x86/include/asm/ioctls.h", "/usr/include/asm-generic/ioctls.h"));
        assert!(!belongs("fs/btrfs/ioctl.h", "/usr/include/linux/ioctl.h"));
        assert!(!belongs("linux/soundcard.h", "/usr/include/sound/asound.h"));
        assert!(!belongs("linux/loop.h", "/usr/include/linux/nbd.h"));
        assert!(!belongs("drivers/char/s390/vmcp.h", "x/foo.h"));
    }
}
