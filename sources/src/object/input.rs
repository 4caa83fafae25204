//! The bytes of a file, of which no more are read than somebody asks for: of a kernel's fifty megabytes
//! its types are five.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;

/// The bytes of an object.
pub(super) enum Input<'d> {
    /// All of them are there.
    Bytes(Cow<'d, [u8]>),
    /// They are read as they are asked for.
    Parts(Parts),
}

impl<'d> From<&'d [u8]> for Input<'d> {
    fn from(bytes: &'d [u8]) -> Self {
        Self::Bytes(Cow::Borrowed(bytes))
    }
}

impl From<Vec<u8>> for Input<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(Cow::Owned(bytes))
    }
}

impl Input<'_> {
    /// The number of bytes.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Parts(parts) => parts.length,
        }
    }

    /// The bytes of a range; `None` where they lie behind the end, or cannot be read.
    pub(super) fn get(&self, range: Range<usize>) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => bytes.get(range),
            Self::Parts(parts) => parts.get(range),
        }
    }

    /// The bytes from `start` on, no more than `length`.
    pub(super) fn up_to(&self, start: usize, length: usize) -> Option<&[u8]> {
        self.get(start..start.checked_add(length)?.min(self.len()))
    }
}

/// A file and what was read of it.
pub(super) struct Parts {
    file: File,
    length: usize,
    first: OnceCell<Box<Part>>,
    whole: OnceCell<Option<Vec<u8>>>,
}

/// A range of the file. Each holds the next one, so that none moves while others are added.
struct Part {
    start: usize,
    bytes: Vec<u8>,
    next: OnceCell<Box<Self>>,
}

impl Parts {
    /// Parts come to no more than the file has bytes, and are no more than these: sections of a damaged
    /// file may all be the same bytes. Behind that, the file is read as a whole.
    const MOST: usize = 256;

    /// Nothing is read yet.
    pub(super) fn new(file: File, length: usize) -> Self {
        Self { file, length, first: OnceCell::new(), whole: OnceCell::new() }
    }

    fn get(&self, range: Range<usize>) -> Option<&[u8]> {
        if range.start > range.end || range.end > self.length {
            return None;
        }
        let (mut slot, mut count, mut read) = (&self.first, 0, range.len());
        while let Some(part) = slot.get() {
            if part.start <= range.start && range.end <= part.start + part.bytes.len() {
                return part.bytes.get(range.start - part.start..range.end - part.start);
            }
            (slot, count, read) = (&part.next, count + 1, read + part.bytes.len());
        }
        if count >= Self::MOST || read > self.length {
            let whole = self.whole.get_or_init(|| self.read(0..self.length));
            return whole.as_ref()?.get(range);
        }
        let bytes = self.read(range.clone())?;
        let part = Part { start: range.start, bytes, next: OnceCell::new() };
        Some(&slot.get_or_init(|| Box::new(part)).bytes)
    }

    fn read(&self, range: Range<usize>) -> Option<Vec<u8>> {
        let mut bytes = vec![0; range.len()];
        self.file.read_exact_at(&mut bytes, range.start as u64).ok()?;
        Some(bytes)
    }
}

impl Drop for Part {
    /// One after the other: a chain that drops its next one recurses.
    fn drop(&mut self) {
        let mut next = self.next.take();
        while let Some(mut part) = next {
            next = part.next.take();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_parts(content: &[u8], test: impl FnOnce(&Parts)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, content).unwrap();
        test(&Parts::new(File::open(&path).unwrap(), content.len()));
    }

    /// What the parts hold, in bytes.
    fn held(parts: &Parts) -> usize {
        let mut slot = &parts.first;
        let mut held = parts.whole.get().into_iter().flatten().map(Vec::len).sum();
        while let Some(part) = slot.get() {
            held += part.bytes.len();
            slot = &part.next;
        }
        held
    }

    #[test]
    fn ranges_are_those_of_the_file_and_are_read_once() {
        let content: Vec<u8> = (0..=255).collect();
        with_parts(&content, |parts| {
            assert_eq!(parts.get(10..20), content.get(10..20));
            assert_eq!(parts.get(12..15), content.get(12..15));
            assert_eq!(held(parts), 10);
            assert_eq!(parts.get(250..256), content.get(250..256));
            assert_eq!(parts.get(5..5), Some(&[][..]));
            assert_eq!(parts.get(250..257), None);
            assert_eq!(parts.get(usize::MAX - 1..usize::MAX), None);
        });
    }

    #[test]
    fn what_is_held_is_bounded_by_the_file() {
        let content = vec![7; 4096];
        with_parts(&content, |parts| {
            for start in 0..4096 {
                assert_eq!(parts.get(start..4096).map(<[u8]>::len), Some(4096 - start));
            }
            assert!(held(parts) <= 2 * 4096, "{}", held(parts));
        });
        with_parts(&content, |parts| {
            for start in 0..4096 {
                assert_eq!(parts.get(start..start + 1), Some(&[7][..]));
            }
            assert!(held(parts) <= 2 * 4096, "{}", held(parts));
        });
    }

    #[test]
    fn a_file_that_has_become_shorter_lacks_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, [1; 16]).unwrap();
        let parts = Parts::new(File::open(&path).unwrap(), 16);
        std::fs::write(&path, [1; 8]).unwrap();
        assert_eq!(parts.get(0..8), Some(&[1; 8][..]));
        assert_eq!(parts.get(4..16), None);
    }
}
