//! The proof that a structure has one layout, without padding, on every ABI; and the sentence for
//! a structure that has not.
//!
//! A structure whose members all stand next to each other on an ABI that aligns every integer to
//! its size has them there on ABIs that align less, too. What remains are structures that contain
//! others, packed ones, and ABIs that round structures up; so every ABI is asked, one of each group
//! that places members alike.

use ioctlkit_abi::{ABIS, Abi, AbiSet, LayoutError};

use super::layout::step;
use super::{Portability, Record, SizeAlign, Type};
use crate::text::Text;

/// What keeps a structure from being portable.
#[derive(Clone, Copy)]
pub(crate) struct Fault {
    /// The index of the member that it is told of.
    pub member: usize,
    kind: FaultKind,
    abi: &'static Abi,
}

#[derive(Clone, Copy)]
enum FaultKind {
    /// So many bytes of padding behind the member, from this offset.
    Padding { offset: u64, bytes: u64 },
    /// A variant of a union that does not fill it: its bytes, and the union's.
    ShortVariant { bytes: u64, size: u64 },
    /// The member is elsewhere than on the first ABI.
    Moved { here: u64, there: u64 },
    /// The member has another size than on the first ABI.
    Resized { here: u64, there: u64 },
    /// The structure has another size than on the first ABI.
    Size { here: u64, there: u64 },
    /// The structure has no layout.
    None(LayoutError),
    /// A member's type is not portable.
    NotPortable,
}

/// The ABI that all others are compared with: it aligns every integer to its size.
const FIRST: &Abi = &ABIS[0];

impl Record {
    /// The first thing that keeps the structure from having one layout, without padding, on every
    /// ABI.
    pub(crate) const fn fault(&'static self) -> Option<Fault> {
        if !matches!(self.portability, Portability::Proven) {
            return None;
        }
        let mut i = 0;
        while i < self.members.len() {
            if !is_portable(&self.members[i].ty) {
                return Some(Fault { member: i, kind: FaultKind::NotPortable, abi: FIRST });
            }
            i += 1;
        }
        let padded = self.padding(FIRST, 0);
        if padded.is_some() {
            return padded;
        }
        let mut abis = AbiSet::LAYOUTS;
        while let Some(id) = abis.first() {
            abis = abis.difference(AbiSet::only(id));
            let fault = self.difference(&ABIS[id.index()]);
            if fault.is_some() {
                return fault;
            }
        }
        None
    }

    /// The first padding behind the member `from` or a later one.
    const fn padding(&self, abi: &'static Abi, from: usize) -> Option<Fault> {
        let mut fold = self.fold(abi);
        let mut end = 0;
        let mut i = 0;
        while i < self.members.len() {
            let (next, placement) = match step(fold, abi, &self.members[i]) {
                Ok(step) => step,
                Err(error) => {
                    return Some(Fault { member: i, kind: FaultKind::None(error), abi });
                }
            };
            if i > from && !self.is_union() && placement.offset() > end {
                let bytes = placement.offset() - end;
                let kind = FaultKind::Padding { offset: end, bytes };
                return Some(Fault { member: i - 1, kind, abi });
            }
            end = placement.end_bits() / 8;
            fold = next;
            i += 1;
        }
        let size = match fold.finish() {
            Ok(record) => record.size,
            Err(error) => return Some(Fault { member: 0, kind: FaultKind::None(error), abi }),
        };
        if self.is_union() {
            return self.short_variant(abi, size);
        }
        if size > end && i > from && i > 0 {
            let bytes = size - end;
            let kind = FaultKind::Padding { offset: end, bytes };
            return Some(Fault { member: i - 1, kind, abi });
        }
        None
    }

    const fn short_variant(&self, abi: &'static Abi, size: u64) -> Option<Fault> {
        let mut i = 0;
        while i < self.members.len() {
            if let Ok(SizeAlign { size: bytes, .. }) = self.members[i].ty.size_align(abi)
                && bytes < size
                && !matches!(self.members[i].ty, Type::FlexibleArray(_))
            {
                let kind = FaultKind::ShortVariant { bytes, size };
                return Some(Fault { member: i, kind, abi });
            }
            i += 1;
        }
        None
    }

    /// The first member that is elsewhere on `abi` than on the first ABI.
    const fn difference(&self, abi: &'static Abi) -> Option<Fault> {
        let mut first = self.fold(FIRST);
        let mut fold = self.fold(abi);
        let mut i = 0;
        while i < self.members.len() {
            let member = &self.members[i];
            let (there, here) = match (step(first, FIRST, member), step(fold, abi, member)) {
                (Ok((next_first, there)), Ok((next, here))) => {
                    first = next_first;
                    fold = next;
                    (there, here)
                }
                (Err(error), _) | (_, Err(error)) => {
                    return Some(Fault { member: i, kind: FaultKind::None(error), abi });
                }
            };
            if here.offset_bits != there.offset_bits {
                let (here, there) = (here.offset(), there.offset());
                return Some(Fault { member: i, kind: FaultKind::Moved { here, there }, abi });
            }
            if here.size_bits != there.size_bits {
                let (here, there) = (here.size_bits / 8, there.size_bits / 8);
                return Some(Fault { member: i, kind: FaultKind::Resized { here, there }, abi });
            }
            i += 1;
        }
        match (first.finish(), fold.finish()) {
            (Ok(there), Ok(here)) if there.size == here.size => None,
            (Ok(there), Ok(here)) => {
                let (here, there) = (here.size, there.size);
                let member = self.members.len().saturating_sub(1);
                Some(Fault { member, kind: FaultKind::Size { here, there }, abi })
            }
            (Err(error), _) | (_, Err(error)) => {
                Some(Fault { member: 0, kind: FaultKind::None(error), abi })
            }
        }
    }

    /// How much padding is behind the member on an ABI, in bytes.
    const fn padding_behind(&self, abi: &'static Abi, member: usize) -> Option<u64> {
        match self.padding(abi, member) {
            Some(Fault { member: found, kind: FaultKind::Padding { bytes, .. }, .. })
                if found == member =>
            {
                Some(bytes)
            }
            _ => None,
        }
    }

    /// The sentence.
    pub(crate) const fn sentence(&'static self, fault: &Fault) -> Text {
        let name = self.members[fault.member].name;
        let abi = fault.abi.name;
        let text = Text::new();
        match fault.kind {
            FaultKind::Padding { offset, bytes } => {
                let text = text.counted(bytes, "byte").text(" of padding after ").name(name);
                let text = text.text(" at offset ").number(offset).text(" on ").text(abi);
                let text = self.elsewhere(text, fault.member, bytes);
                let reserved = self.count_reserved();
                let text = text.text(": add ").text("`_reserved").number(reserved);
                let text = text.text(": Reserved<").number(bytes).text(">` behind it");
                self.further(text, fault.member, reserved + 1)
            }
            FaultKind::ShortVariant { bytes, size } => text
                .name(name)
                .text(" has ")
                .counted(bytes, "byte")
                .text(" of the union's ")
                .number(size)
                .text(
                    ": the rest would be uninitialised; make it a structure that ends in \
                       `_reserved0: Reserved<",
                )
                .number(size - bytes)
                .text(">`"),
            FaultKind::Moved { here, there } => text
                .name(name)
                .text(" is at offset ")
                .number(here)
                .text(" on ")
                .text(abi)
                .text(" and at ")
                .number(there)
                .text(" on ")
                .text(FIRST.name)
                .text(": move it to a multiple of its alignment"),
            FaultKind::Resized { here, there } => text
                .name(name)
                .text(" has ")
                .counted(here, "byte")
                .text(" on ")
                .text(abi)
                .text(" and ")
                .number(there)
                .text(" on ")
                .text(FIRST.name)
                .text(": make the size of its type a multiple of 4"),
            FaultKind::Size { here, there } => text
                .name(self.name)
                .text(" has ")
                .counted(here, "byte")
                .text(" on ")
                .text(abi)
                .text(" and ")
                .number(there)
                .text(" on ")
                .text(FIRST.name)
                .text(": add `_reserved")
                .number(self.count_reserved())
                .text(": Reserved<")
                .number(here.abs_diff(there))
                .text(">` behind ")
                .name(name),
            FaultKind::None(LayoutError::TooLarge) => {
                text.name(self.name).text(" is larger than any object can be")
            }
            FaultKind::None(_) => {
                text.text("the type of ").name(name).text(" does not exist on ").text(abi)
            }
            FaultKind::NotPortable => text
                .text("the type of ")
                .name(name)
                .text(
                    " is `not_portable`: what contains it is not portable, either; add \
                       `#[ioctl(not_portable)]` to ",
                )
                .name(self.name)
                .text(" if it mirrors an existing ABI"),
        }
    }

    /// "(none on i386)": the first ABI that disagrees about the padding behind a member.
    #[expect(clippy::large_types_passed_by_value, reason = "nothing is passed: it is compiled")]
    const fn elsewhere(&self, text: Text, member: usize, bytes: u64) -> Text {
        let mut abis = AbiSet::LAYOUTS;
        while let Some(id) = abis.first() {
            abis = abis.difference(AbiSet::only(id));
            let abi = &ABIS[id.index()];
            match self.padding_behind(abi, member) {
                None => return text.text(" (none on ").text(abi.name).text(")"),
                Some(other) if other != bytes => {
                    return text.text(" (").number(other).text(" on ").text(abi.name).text(")");
                }
                Some(_) => {}
            }
        }
        text
    }

    /// What else has to be added, so that one round of mending is enough.
    const fn further(&self, mut text: Text, after: usize, mut reserved: u64) -> Text {
        let mut from = after + 1;
        while from < self.members.len() {
            let Some(Fault { member, kind: FaultKind::Padding { bytes, .. }, .. }) =
                self.padding(FIRST, from)
            else {
                return text;
            };
            text = text
                .text(", `_reserved")
                .number(reserved)
                .text(": Reserved<")
                .number(bytes)
                .text(">` behind ")
                .name(self.members[member].name);
            reserved += 1;
            from = member + 1;
        }
        text
    }

    const fn count_reserved(&self) -> u64 {
        let mut count = 0;
        let mut i = 0;
        while i < self.members.len() {
            if matches!(self.members[i].role, super::Role::Reserved) {
                count += 1;
            }
            i += 1;
        }
        count
    }
}

/// Whether a type is the same on every ABI once its place is.
const fn is_portable(ty: &Type) -> bool {
    match ty {
        Type::Scalar(scalar) => !scalar.is_word_sized(),
        Type::Compat64(_) | Type::UserPointer => true,
        Type::Array { element, .. } | Type::FlexibleArray(element) => is_portable(element),
        Type::Record(record) => matches!(record.portability, Portability::Proven),
    }
}
