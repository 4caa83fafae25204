//! A kernel's BTF in bytes that no section divides, as a flat boot image has it.
//!
//! The magic number is two bytes, and a megabyte of code has it by chance. So a header has to make
//! sense, and of those that do the largest whose types can be read is taken: a kernel also holds the
//! BTF of programs that it loads itself.

use super::{Btf, Bytes, HEADER, Header};
use crate::object::types::{Ty, Types};

/// What newer headers tell besides, in bytes.
const LONGEST_HEADER: usize = 64;

/// More types than any program brings along.
const MANY: u32 = 1000;

/// Headers are tried until these many times the bytes there are were looked at.
const EFFORT: usize = 4;

/// The largest BTF in the bytes that can be a kernel's.
pub(in crate::object) fn find(data: &[u8]) -> Option<Btf> {
    let mut found: Vec<&[u8]> = (0..data.len()).filter_map(|at| section(data, at)).collect();
    // Of those of one length, the first.
    found.sort_by_key(|section| std::cmp::Reverse(section.len()));
    let mut left = data.len().saturating_mul(EFFORT);
    for section in found {
        // Headers of a damaged file may all claim the same bytes.
        left = left.checked_sub(section.len())?;
        if let Some(btf) = Btf::parse(section, None).ok().filter(is_a_kernels) {
            return Some(btf);
        }
    }
    None
}

/// The BTF that begins at `at`, if its header makes sense there.
fn section(data: &[u8], at: usize) -> Option<&[u8]> {
    match data.get(at..at.checked_add(4)?)? {
        [0x9f, 0xeb, 1, 0] | [0xeb, 0x9f, 1, 0] => {}
        _ => return None,
    }
    let rest = &data[at..];
    let head = Bytes::of(&rest[..rest.len().min(LONGEST_HEADER)])?;
    let header = Header::read(&head)?;
    let is_plausible = (HEADER..=LONGEST_HEADER).contains(&header.length)
        && header.length.is_multiple_of(4)
        && header.types.0.is_multiple_of(4)
        && header.types.1 > 0
        && header.strings.1 > 0;
    if !is_plausible {
        return None;
    }
    let ranges = [Some(header.types), Some(header.strings), header.kinds];
    let mut end = 0;
    for pair in ranges.into_iter().flatten() {
        end = header.range(pair, rest.len())?.end.max(end);
    }
    let strings = rest.get(header.range(header.strings, rest.len())?)?;
    let is_text = strings.first() == Some(&0) && strings.last() == Some(&0);
    is_text.then(|| &rest[..end])
}

/// Whether these can be the types of a kernel, and not those of a program or no types at all.
fn is_a_kernels(btf: &Btf) -> bool {
    let count = btf.own_ids().len() as u32;
    if count >= MANY {
        return true;
    }
    let is_structure = |id| matches!(btf.get(id), Some(Ty::Record(_)));
    btf.unread().is_none() && btf.named("file_operations").into_iter().any(is_structure)
}
