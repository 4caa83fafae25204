//! Values as bytes and back. Bytes come from a file that anything may have happened to: whatever
//! they say, reading them ends, and takes no more memory than they are worth.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsStr;
use std::hash::Hasher;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use ioctlkit_model::FileId;
use ioctlkit_model::abi::{AbiId, AbiSet};
use twox_hash::XxHash3_64;

/// How much is read at a time.
const PIECE: usize = 1 << 16;

/// Nesting past this is neither written nor read.
const DEEPEST: u32 = 128;

/// No list is given more room than this before its elements have been read.
const LARGEST_GUESS: usize = 1024;

/// What can be kept.
pub(crate) trait Kept: Sized {
    fn put(&self, out: &mut Writer);
    fn take(from: &mut Reader<'_>) -> Option<Self>;
}

/// Collects bytes.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
    depth: u32,
    /// Whether something was met that cannot be kept.
    failed: bool,
    /// The files that spans may be in, by their places among what is written.
    pub(crate) files: HashMap<FileId, u32>,
}

impl Writer {
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Marks all of it as something that cannot be kept.
    pub(crate) fn fail(&mut self) {
        self.failed = true;
    }

    pub(crate) fn count(&mut self, count: usize) {
        match u32::try_from(count) {
            Ok(count) => count.put(self),
            Err(_) => self.fail(),
        }
    }

    pub(crate) fn nested(&mut self, put: impl FnOnce(&mut Self)) {
        self.depth += 1;
        if self.depth > DEEPEST {
            self.fail();
        } else {
            put(self);
        }
        self.depth -= 1;
    }

    pub(crate) fn finish(self) -> Option<Vec<u8>> {
        (!self.failed).then_some(self.bytes)
    }
}

/// Takes bytes, a piece at a time: what is not held twice costs no memory, and memory is most of what
/// reading costs.
pub(crate) struct Reader<'a> {
    source: &'a mut dyn Read,
    /// How many bytes the source has besides those in the piece.
    left: u64,
    piece: Vec<u8>,
    /// What was taken of the piece.
    at: usize,
    /// Over all that came from the source.
    checksum: XxHash3_64,
    depth: u32,
    /// The files that spans may be in.
    pub(crate) files: Vec<FileId>,
    /// How many structures, enumerations and typedefs there will be.
    pub(crate) counts: [u32; 3],
    last_set: (u64, AbiSet),
}

impl<'a> Reader<'a> {
    /// Of a source with that many bytes.
    pub(crate) fn new(source: &'a mut dyn Read, length: u64) -> Self {
        Self {
            source,
            left: length,
            piece: Vec::with_capacity(PIECE),
            at: 0,
            checksum: XxHash3_64::new(),
            depth: 0,
            files: Vec::new(),
            counts: [0; 3],
            last_set: (0, AbiSet::EMPTY),
        }
    }

    /// The next bytes. No more room is made than the source has bytes.
    pub(crate) fn raw(&mut self, count: usize) -> Option<&[u8]> {
        let held = self.piece.len() - self.at;
        if count > held {
            let missing = (count - held) as u64;
            if missing > self.left {
                return None;
            }
            self.piece.drain(..self.at);
            self.at = 0;
            let wanted = missing.max((PIECE - held.min(PIECE)) as u64).min(self.left);
            let taken = self.source.take(wanted).read_to_end(&mut self.piece).ok()?;
            self.checksum.write(&self.piece[held..]);
            if taken as u64 != wanted {
                return None;
            }
            self.left -= wanted;
        }
        let from = self.at;
        self.at += count;
        self.piece.get(from..self.at)
    }

    fn array<const COUNT: usize>(&mut self) -> Option<[u8; COUNT]> {
        self.raw(COUNT)?.try_into().ok()
    }

    pub(crate) fn count(&mut self) -> Option<usize> {
        usize::try_from(u32::take(self)?).ok()
    }

    pub(crate) fn nested<T>(&mut self, take: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth >= DEEPEST {
            return None;
        }
        self.depth += 1;
        let taken = take(self);
        self.depth -= 1;
        taken
    }

    /// The checksum over everything, if everything was taken.
    pub(crate) fn finish(self) -> Option<u64> {
        (self.left == 0 && self.at == self.piece.len()).then(|| self.checksum.finish())
    }

    pub(crate) fn text(&mut self) -> Option<&str> {
        let count = self.count()?;
        std::str::from_utf8(self.raw(count)?).ok()
    }

    fn set(&mut self, bits: u64) -> Option<AbiSet> {
        if self.last_set.0 != bits {
            let has = |index: usize| bits.checked_shr(index as u32).is_some_and(|bit| bit & 1 == 1);
            let set: AbiSet = AbiSet::ALL.iter().filter(|id| has(id.index())).collect();
            if bits_of(set) != bits {
                return None;
            }
            self.last_set = (bits, set);
        }
        Some(self.last_set.1)
    }
}

fn bits_of(set: AbiSet) -> u64 {
    set.iter().fold(0, |bits, id| bits | (1 << id.index()))
}

macro_rules! integers {
    ($($integer:ty),*) => {
        $(impl Kept for $integer {
            fn put(&self, out: &mut Writer) {
                out.raw(&self.to_le_bytes());
            }

            fn take(from: &mut Reader<'_>) -> Option<Self> {
                from.array().map(Self::from_le_bytes)
            }
        })*
    };
}

integers!(u8, u16, u32, u64, i64, i128);

impl Kept for bool {
    fn put(&self, out: &mut Writer) {
        u8::from(*self).put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        match u8::take(from)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Kept for AbiId {
    fn put(&self, out: &mut Writer) {
        AbiSet::from_iter([*self]).put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let mut only = AbiSet::take(from)?.iter();
        let first = only.next()?;
        only.next().is_none().then_some(first)
    }
}

impl Kept for AbiSet {
    fn put(&self, out: &mut Writer) {
        bits_of(*self).put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let bits = u64::take(from)?;
        from.set(bits)
    }
}

impl Kept for String {
    fn put(&self, out: &mut Writer) {
        out.count(self.len());
        out.raw(self.as_bytes());
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        from.text().map(str::to_owned)
    }
}

impl Kept for Box<str> {
    fn put(&self, out: &mut Writer) {
        out.count(self.len());
        out.raw(self.as_bytes());
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        from.text().map(Self::from)
    }
}

impl Kept for PathBuf {
    fn put(&self, out: &mut Writer) {
        let bytes = self.as_os_str().as_bytes();
        out.count(bytes.len());
        out.raw(bytes);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let count = from.count()?;
        Some(Self::from(OsStr::from_bytes(from.raw(count)?)))
    }
}

impl<T: Kept> Kept for Option<T> {
    fn put(&self, out: &mut Writer) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Some(if bool::take(from)? { Some(T::take(from)?) } else { None })
    }
}

impl<T: Kept> Kept for Vec<T> {
    fn put(&self, out: &mut Writer) {
        out.count(self.len());
        for value in self {
            value.put(out);
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let count = from.count()?;
        let mut values = Self::with_capacity(count.min(LARGEST_GUESS));
        for _ in 0..count {
            values.push(T::take(from)?);
        }
        Some(values)
    }
}

/// A box is what nests.
impl<T: Kept> Kept for Box<T> {
    fn put(&self, out: &mut Writer) {
        out.nested(|out| T::put(self, out));
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        from.nested(|from| T::take(from).map(Self::new))
    }
}

impl<A: Kept, B: Kept> Kept for (A, B) {
    fn put(&self, out: &mut Writer) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Some((A::take(from)?, B::take(from)?))
    }
}

impl<T: Kept + Ord> Kept for BTreeSet<T> {
    fn put(&self, out: &mut Writer) {
        out.count(self.len());
        for value in self {
            value.put(out);
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Some(Vec::take(from)?.into_iter().collect())
    }
}

/// Keeps every field of a structure; one that is forgotten does not compile.
macro_rules! fields {
    ($($name:ty { $($field:ident),* $(,)? })*) => {
        $(impl Kept for $name {
            fn put(&self, out: &mut Writer) {
                let Self { $($field),* } = self;
                $($field.put(out);)*
            }

            fn take(from: &mut Reader<'_>) -> Option<Self> {
                // In the order of writing, which is that of this list.
                $(let $field = Kept::take(from)?;)*
                Some(Self { $($field),* })
            }
        })*
    };
}

/// Keeps an enumeration by a number for each variant; one that is forgotten does not compile.
macro_rules! variants {
    ($($name:ty { $($number:literal => $variant:ident $(($($field:ident),*))? $({ $($named:ident),* })?,)* })*) => {
        $(impl Kept for $name {
            fn put(&self, out: &mut Writer) {
                match self {
                    $(Self::$variant $(($($field),*))? $({ $($named),* })? => {
                        u8::put(&$number, out);
                        $($($field.put(out);)*)?
                        $($($named.put(out);)*)?
                    })*
                }
            }

            fn take(from: &mut Reader<'_>) -> Option<Self> {
                match u8::take(from)? {
                    $($number => {
                        $($(let $field = Kept::take(from)?;)*)?
                        $($(let $named = Kept::take(from)?;)*)?
                        Some(Self::$variant $(($($field),*))? $({ $($named),* })?)
                    })*
                    _ => None,
                }
            }
        })*
    };
}

pub(crate) use {fields, variants};
