//! BTF, the types that a kernel and its modules carry (`Documentation/bpf/btf.rst`).
//!
//! A module's BTF goes on where that of its kernel ends: both number their types and their strings
//! as one. Only the place of each type is worked out beforehand; a type is read when it is asked
//! for. A kind that is not known is skipped where its size is told, which newer writers do in a
//! section of their own.

mod find;
mod kinds;
mod names;

use std::sync::{Arc, OnceLock};

use ioctlkit_abi::ByteOrder;

use super::types::{Member, Ty, TypeId, Types};
pub(super) use find::find;
use names::Names;

/// The first two bytes, as a number in the writer's byte order.
const MAGIC: u16 = 0xeb9f;

/// What of the header is always there, in bytes.
const HEADER: usize = 24;

/// Types of one kernel or module.
#[derive(Debug)]
pub(super) struct Btf {
    bytes: Bytes,
    /// Where in `bytes` the types begin and end.
    types: std::ops::Range<usize>,
    /// Where in `bytes` the strings begin and end.
    strings: std::ops::Range<usize>,
    /// Where in `bytes` each type begins, that of the first id first.
    starts: Vec<u32>,
    /// What the types build upon.
    base: Option<Arc<Btf>>,
    /// The number of the first type.
    first: TypeId,
    /// The offset of the first string.
    first_string: u32,
    /// Why the types behind the last are not read.
    unread: Option<BtfError>,
    names: OnceLock<Names>,
}

/// Why BTF cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BtfError {
    /// The section is shorter than what its header says.
    Truncated,
    /// It does not begin with the magic number.
    NotBtf,
    /// A version that is not known.
    Version(u8),
    /// A type of a kind that is not known, and whose size nothing tells.
    UnknownKind { id: TypeId, kind: u8 },
    /// It refers to what the base does not have.
    OtherBase,
}

impl std::fmt::Display for BtfError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Truncated => f.write_str("its BTF is cut off"),
            Self::NotBtf => f.write_str("its BTF does not begin as BTF does"),
            Self::Version(version) => write!(f, "its BTF has the unknown version {version}"),
            Self::UnknownKind { id, kind } => {
                write!(
                    f,
                    "type {id} of its BTF has the unknown kind {kind}, and nothing tells its size"
                )
            }
            Self::OtherBase => f.write_str(
                "its BTF builds upon that of another kernel than the one that was found",
            ),
        }
    }
}

/// Bytes with their order.
#[derive(Debug)]
struct Bytes {
    data: Box<[u8]>,
    order: ByteOrder,
}

impl Bytes {
    /// The bytes of a section, in the order that its magic number tells.
    fn of(section: &[u8]) -> Option<Self> {
        let magic: [u8; 2] = *section.first_chunk()?;
        let order = if u16::from_le_bytes(magic) == MAGIC {
            ByteOrder::Little
        } else if u16::from_be_bytes(magic) == MAGIC {
            ByteOrder::Big
        } else {
            return None;
        };
        Some(Self { data: section.into(), order })
    }

    fn u8(&self, at: usize) -> Option<u8> {
        self.data.get(at).copied()
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let bytes = *self.data.get(at..)?.first_chunk()?;
        Some(match self.order {
            ByteOrder::Little => u32::from_le_bytes(bytes),
            ByteOrder::Big => u32::from_be_bytes(bytes),
        })
    }
}

/// The offsets and lengths of a header, from the header's end.
struct Header {
    length: usize,
    types: (u32, u32),
    strings: (u32, u32),
    /// Where the sizes of kinds are told.
    kinds: Option<(u32, u32)>,
}

impl Header {
    fn read(bytes: &Bytes) -> Option<Self> {
        let pair = |at| Some((bytes.u32(at)?, bytes.u32(at + 4)?));
        let length = bytes.u32(4)? as usize;
        let kinds = if length >= HEADER + 8 { pair(HEADER) } else { None };
        Some(Self { length, types: pair(8)?, strings: pair(16)?, kinds })
    }

    fn range(&self, (offset, length): (u32, u32), total: usize) -> Option<std::ops::Range<usize>> {
        let start = self.length.checked_add(offset as usize)?;
        let end = start.checked_add(length as usize)?;
        (end <= total).then_some(start..end)
    }
}

/// Whether a section goes on where another ends: it then lacks the empty string that all others
/// begin with.
pub(super) fn builds_upon_another(section: &[u8]) -> bool {
    let first_string = || {
        let head = Bytes::of(section.get(..HEADER)?)?;
        let header = Header::read(&head)?;
        section.get(header.range(header.strings, section.len())?).and_then(|text| text.first())
    };
    first_string().is_some_and(|first| *first != 0)
}

impl Btf {
    /// Reads a section's contents. `base` is what a module's builds upon.
    pub(super) fn parse(section: &[u8], base: Option<Arc<Self>>) -> Result<Self, BtfError> {
        let bytes = Bytes::of(section).ok_or(BtfError::NotBtf)?;
        match bytes.u8(2) {
            Some(1) => {}
            Some(version) => return Err(BtfError::Version(version)),
            None => return Err(BtfError::Truncated),
        }
        let header = Header::read(&bytes).ok_or(BtfError::Truncated)?;
        if header.length < HEADER {
            return Err(BtfError::Truncated);
        }
        let range = |pair| header.range(pair, section.len()).ok_or(BtfError::Truncated);
        let types = range(header.types)?;
        let strings = range(header.strings)?;
        let kinds = header.kinds.map(range).transpose()?;
        let (first, first_string) = match &base {
            Some(base) => (base.end(), base.strings_end()),
            None => (1, 0),
        };
        let mut btf = Self {
            bytes,
            types,
            strings,
            starts: Vec::new(),
            base,
            first,
            first_string,
            unread: None,
            names: OnceLock::new(),
        };
        btf.find_starts(kinds.as_ref());
        if btf.base.is_some() && !btf.fits_its_base() {
            return Err(BtfError::OtherBase);
        }
        Ok(btf)
    }

    fn find_starts(&mut self, kinds: Option<&std::ops::Range<usize>>) {
        // Most types have some 24 bytes; no more of them fit than this.
        self.starts.reserve(self.types.len() / 24);
        let mut at = self.types.start;
        while at < self.types.end {
            let Some(end) = self.end_of(at, kinds) else {
                let (id, kind) = (self.end(), self.kind(at).unwrap_or(0));
                self.unread = Some(if kinds::is_known(kind) {
                    BtfError::Truncated
                } else {
                    BtfError::UnknownKind { id, kind }
                });
                return;
            };
            if end > self.types.end {
                self.unread = Some(BtfError::Truncated);
                return;
            }
            self.starts.push(at as u32);
            at = end;
        }
    }

    fn kind(&self, at: usize) -> Option<u8> {
        Some((self.bytes.u32(at + 4)? >> 24) as u8 & 0x7f)
    }

    /// Where the type that begins at `at` ends; `None` where its size is not known.
    fn end_of(&self, at: usize, kinds: Option<&std::ops::Range<usize>>) -> Option<usize> {
        let info = self.bytes.u32(at + 4)?;
        let kind = (info >> 24) as u8 & 0x7f;
        let count = (info & 0x00ff_ffff) as usize;
        let behind = if let Some(size) = kinds::size_behind(kind, count) {
            size
        } else {
            // What newer writers tell: a size of what follows, and a size for each element.
            let told = kinds?;
            let entry = told.start + usize::from(kind) * 4;
            if entry + 4 > told.end {
                return None;
            }
            usize::from(self.bytes.u8(entry)?) + usize::from(self.bytes.u8(entry + 1)?) * count
        };
        Some(at + kinds::COMMON + behind)
    }

    /// The first number behind the types.
    fn end(&self) -> TypeId {
        self.first.saturating_add(self.starts.len() as u32)
    }

    fn strings_end(&self) -> u32 {
        self.first_string.saturating_add(self.strings.len() as u32)
    }

    /// Whether the names of a module's types and members lie where strings begin, in its own section
    /// or in that of its base. With the base of another kernel, they are shifted and begin anywhere.
    fn fits_its_base(&self) -> bool {
        const LOOKED_AT: usize = 256;
        let starts = self.starts.iter().take(LOOKED_AT).map(|start| *start as usize);
        starts.flat_map(|start| self.names_from(start)).all(|offset| self.begins_string(offset))
    }

    /// The offsets of a type's name and of those of its members.
    fn names_from(&self, start: usize) -> impl Iterator<Item = u32> {
        let info = self.bytes.u32(start + 4).unwrap_or_default();
        let step = kinds::size_of_named((info >> 24) as u8 & 0x7f);
        let count = if step.is_some() { (info & 0x00ff_ffff) as usize } else { 0 };
        let places =
            (0..count).map(move |index| start + kinds::COMMON + index * step.unwrap_or_default());
        std::iter::once(start).chain(places).map_while(|at| self.bytes.u32(at))
    }

    fn begins_string(&self, offset: u32) -> bool {
        let Some(local) = offset.checked_sub(self.first_string) else {
            return self.base.as_ref().is_some_and(|base| base.begins_string(offset));
        };
        let at = self.strings.start + local as usize;
        at < self.strings.end && (local == 0 || self.bytes.u8(at - 1) == Some(0))
    }

    /// Why not all types were read, if so.
    pub(super) fn unread(&self) -> Option<BtfError> {
        self.unread
    }

    /// The string at an offset, empty where there is none.
    fn string(&self, offset: u32) -> &str {
        std::str::from_utf8(self.text(offset)).unwrap_or_default()
    }

    /// The bytes of a string, empty where there is none.
    fn text(&self, offset: u32) -> &[u8] {
        let Some(local) = offset.checked_sub(self.first_string) else {
            return self.base.as_ref().map_or(&[], |base| base.text(offset));
        };
        let text = self.bytes.data.get(self.strings.clone()).unwrap_or_default();
        let text = text.get(local as usize..).unwrap_or_default();
        let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
        &text[..end]
    }

    fn start(&self, id: TypeId) -> Option<usize> {
        let index = id.checked_sub(self.first)?;
        self.starts.get(index as usize).map(|start| *start as usize)
    }

    fn names(&self) -> &Names {
        self.names.get_or_init(|| Names::of(self))
    }
}

impl Types for Btf {
    fn get(&self, id: TypeId) -> Option<Ty<'_>> {
        if id == super::types::VOID {
            return Some(Ty::Void);
        }
        if id < self.first {
            return self.base.as_ref()?.get(id);
        }
        self.read(self.start(id)?)
    }

    fn members(&self, id: TypeId) -> Vec<Member<'_>> {
        match (&self.base, self.start(id)) {
            (_, Some(start)) => self.read_members(start).unwrap_or_default(),
            (Some(base), None) if id < self.first => base.members(id),
            _ => Vec::new(),
        }
    }

    fn values(&self, id: TypeId) -> Vec<(&str, i128)> {
        match (&self.base, self.start(id)) {
            (_, Some(start)) => self.read_values(start).unwrap_or_default(),
            (Some(base), None) if id < self.first => base.values(id),
            _ => Vec::new(),
        }
    }

    fn own_ids(&self) -> std::ops::Range<TypeId> {
        self.first..self.end()
    }

    fn named(&self, name: &str) -> Vec<TypeId> {
        let mut found = self.names().find(self, name);
        if let Some(base) = &self.base {
            found.extend(base.named(name));
        }
        found
    }
}

#[cfg(test)]
pub(super) mod tests;
