//! The proof that a structure has one layout, without padding, on every ABI; and the sentence for
//! a structure that has not.
//!
//! A structure whose members all stand next to each other on an ABI that aligns every integer to
//! its size has them there on ABIs that align less, too. What remains are structures that contain
//! others, packed ones, and ABIs that round structures up; so every ABI is asked, one of each group
//! that places members alike.

use ioctlkit_abi::{ABIS, Abi, AbiSet, LayoutError, Scalar};

use super::layout::step;
use super::{Constraint, Member, Portability, Record, Role, SizeAlign, Type};
use crate::text::Text;

/// What keeps a structure from being portable.
#[derive(Clone, Copy)]
pub(crate) struct Fault {
    /// The index of the member that the message names.
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
    /// An attribute of the member contradicts its type or another attribute.
    Misused(Misuse),
}

/// A contradiction among the attributes of a member.
#[derive(Clone, Copy)]
enum Misuse {
    /// Values of something that is no single integer.
    NoInteger,
    /// Flags that the member has no bits for.
    WideFlags,
    /// A range whose first value is above its last.
    EmptyRange,
    /// Values that the member does not hold.
    Outside,
    /// A second size.
    SecondSize,
    /// A size of less than 32 bits, or that is no integer.
    NarrowSize,
    /// A file descriptor that is no `int`.
    Descriptor,
    /// A handle that is no `unsigned int`.
    Handle,
}

impl Misuse {
    const fn text(self, name: &'static str) -> Text {
        let text = Text::new();
        match self {
            Self::NoInteger => text.name(name).text(
                " is no single integer: only the values of one can be limited; put the limit into \
                 a structure, or check the elements in the driver",
            ),
            Self::WideFlags => text.text("`flags` of ").name(name).text(
                " has bits that the member has not: make the type wider, or the mask narrower",
            ),
            Self::EmptyRange => text
                .text("`range` of ")
                .name(name)
                .text(" has no values: its first is above its last"),
            Self::Outside => text.name(name).text(
                " does not hold all values that it may have: make the type wider, or the limits \
                 narrower",
            ),
            Self::SecondSize => text
                .name(name)
                .text(" is a second member for the size of the structure: keep one of them"),
            Self::NarrowSize => {
                text.name(name).text(" holds the size of the structure: make it a `u32`")
            }
            Self::Descriptor => {
                text.name(name).text(" holds a file descriptor: make it an `i32`, for -1 is none")
            }
            Self::Handle => text.name(name).text(" holds a handle: make it a `u32`"),
        }
    }
}

/// The ABI that all others are compared with: it aligns every integer to its size.
const FIRST: &Abi = &ABIS[0];

impl Member {
    /// The contradiction among its attributes, if there is one.
    const fn misuse(&self) -> Option<Misuse> {
        let limits = self.limits();
        match self.role {
            Role::Size if !matches!(limits, Some((0, last)) if last >= u32::MAX as i128) => {
                return Some(Misuse::NarrowSize);
            }
            Role::Fd if !matches!(self.ty, Type::Scalar(Scalar::Int)) => {
                return Some(Misuse::Descriptor);
            }
            Role::Handle { .. } if !matches!(self.ty, Type::Scalar(Scalar::UnsignedInt)) => {
                return Some(Misuse::Handle);
            }
            _ => {}
        }
        let Some((least, most)) = limits else {
            // A `long` has no width that is known here.
            let is_word = matches!(self.ty, Type::Scalar(_));
            let is_limited = !matches!(self.constraint, Constraint::None);
            return if is_limited && !is_word { Some(Misuse::NoInteger) } else { None };
        };
        match self.constraint {
            Constraint::None => None,
            Constraint::Flags(mask) => {
                let bits = most.unsigned_abs() | least.unsigned_abs();
                if mask as u128 & !bits != 0 { Some(Misuse::WideFlags) } else { None }
            }
            Constraint::Range { first, last } if first > last => Some(Misuse::EmptyRange),
            Constraint::Range { first, last } => {
                if first < least || last > most {
                    Some(Misuse::Outside)
                } else {
                    None
                }
            }
            Constraint::Values(values) => {
                let mut i = 0;
                while i < values.len() {
                    if values[i] < least || values[i] > most {
                        return Some(Misuse::Outside);
                    }
                    i += 1;
                }
                None
            }
        }
    }

    /// The least and the largest value of an integer of fixed width.
    const fn limits(&self) -> Option<(i128, i128)> {
        let (bits, signed) = match self.ty {
            Type::Scalar(Scalar::SignedChar) => (8, true),
            Type::Scalar(Scalar::UnsignedChar) => (8, false),
            Type::Scalar(Scalar::Short) => (16, true),
            Type::Scalar(Scalar::UnsignedShort) => (16, false),
            Type::Scalar(Scalar::Int) => (32, true),
            Type::Scalar(Scalar::UnsignedInt) => (32, false),
            Type::Scalar(Scalar::LongLong) | Type::Compat64(Scalar::LongLong) => (64, true),
            Type::Scalar(Scalar::UnsignedLongLong) | Type::Compat64(_) => (64, false),
            _ => return None,
        };
        Some(if signed {
            (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
        } else {
            (0, (1 << bits) - 1)
        })
    }
}

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

    /// The member that has bytes on both sides of an offset.
    pub(crate) const fn member_across(
        &self,
        abi: &'static Abi,
        offset: u64,
    ) -> Option<&'static str> {
        let mut fold = self.fold(abi);
        let mut i = 0;
        while i < self.members.len() {
            let Ok((next, placement)) = step(fold, abi, &self.members[i]) else { return None };
            if placement.offset() < offset && offset < placement.end_bits() / 8 {
                return Some(self.members[i].name);
            }
            fold = next;
            i += 1;
        }
        None
    }

    /// The member that holds the size, where it is not the first.
    pub(crate) const fn late_size(&self) -> Option<&'static str> {
        let mut i = 1;
        while i < self.members.len() {
            if matches!(self.members[i].role, Role::Size) {
                return Some(self.members[i].name);
            }
            i += 1;
        }
        None
    }

    /// The first member whose attributes contradict each other.
    pub(crate) const fn misused(&self) -> Option<Fault> {
        let mut has_size = false;
        let mut i = 0;
        while i < self.members.len() {
            if let Some(misuse) = self.members[i].misuse() {
                return Some(Fault { member: i, kind: FaultKind::Misused(misuse), abi: FIRST });
            }
            if matches!(self.members[i].role, Role::Size) {
                if has_size {
                    let kind = FaultKind::Misused(Misuse::SecondSize);
                    return Some(Fault { member: i, kind, abi: FIRST });
                }
                has_size = true;
            }
            i += 1;
        }
        None
    }

    /// Whether a fault follows from one of a member's type, which is reported there.
    pub(crate) const fn follows(&self, fault: &Fault) -> bool {
        if matches!(
            fault.kind,
            FaultKind::Padding { .. }
                | FaultKind::ShortVariant { .. }
                | FaultKind::NotPortable
                | FaultKind::Misused(_)
        ) {
            return false;
        }
        let mut i = 0;
        while i < self.members.len() {
            if has_fault(&self.members[i].ty) {
                return true;
            }
            i += 1;
        }
        false
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
                let reserved = self.next_reserved();
                let text = self.reserved(text.text(": add "), reserved, bytes);
                let text = if matches!(self.members[fault.member].ty, Type::FlexibleArray(_)) {
                    text.text(" before it")
                } else {
                    text.text(" behind it")
                };
                self.further(text, fault.member, reserved + 1)
            }
            FaultKind::ShortVariant { bytes, size } => {
                let text = text.name(name).text(" has ").counted(bytes, "byte");
                let text = text.text(" of the union's ").number(size).text(
                    ": the rest would be uninitialised; make it a structure that ends in \
                     `_reserved0: Reserved<",
                );
                let text = text.number(size - bytes).text(">`");
                self.further_variants(text, fault, size)
            }
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
                .text(": structures are aligned to 4 bytes there; move it to a multiple of 4"),
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
            FaultKind::Size { here, there } => {
                let text = text.name(self.name).text(" has ").counted(here, "byte");
                let text = text.text(" on ").text(abi).text(" and ").number(there);
                let text = text.text(" on ").text(FIRST.name).text(": add ");
                let text = self.reserved(text, self.next_reserved(), here.abs_diff(there));
                text.text(" behind ").name(name)
            }
            FaultKind::None(LayoutError::TooLarge) => {
                text.name(self.name).text(" is larger than any object can be")
            }
            FaultKind::None(_) => {
                text.text("the type of ").name(name).text(" does not exist on ").text(abi)
            }
            FaultKind::Misused(misuse) => misuse.text(name),
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
            text = self.reserved(text.text(", "), reserved, bytes);
            text = text.text(" behind ").name(self.members[member].name);
            reserved += 1;
            from = member + 1;
        }
        text
    }

    /// The other variants of a union that are too short.
    const fn further_variants(&self, mut text: Text, first: &Fault, size: u64) -> Text {
        let mut i = first.member + 1;
        while i < self.members.len() {
            if let Ok(SizeAlign { size: bytes, .. }) = self.members[i].ty.size_align(first.abi)
                && bytes < size
                && !matches!(self.members[i].ty, Type::FlexibleArray(_))
            {
                text = text.text(", and ").name(self.members[i].name);
                text = text.text(" one in `Reserved<").number(size - bytes).text(">`");
            }
            i += 1;
        }
        text
    }

    /// A reserved member as it is written.
    #[expect(clippy::large_types_passed_by_value, reason = "nothing is passed: it is compiled")]
    const fn reserved(&self, text: Text, number: u64, bytes: u64) -> Text {
        let text = if self.is_tuple() {
            text.text("`")
        } else {
            text.text("`_reserved").number(number).text(": ")
        };
        text.text("Reserved<").number(bytes).text(">`")
    }

    const fn is_tuple(&self) -> bool {
        match self.members {
            [first, ..] => first.name.as_bytes()[0].is_ascii_digit(),
            [] => false,
        }
    }

    /// The first number that is behind those of all members named `_reserved0` and so on.
    const fn next_reserved(&self) -> u64 {
        let mut next = 0;
        let mut i = 0;
        while i < self.members.len() {
            let name = self.members[i].name.as_bytes();
            if let Some((b"_reserved", digits)) = name.split_at_checked(9)
                && let Some(number) = decimal(digits)
                && number >= next
            {
                next = number + 1;
            }
            i += 1;
        }
        next
    }
}

const fn decimal(mut digits: &[u8]) -> Option<u64> {
    let mut number: u64 = 0;
    while let [digit @ b'0'..=b'9', rest @ ..] = digits {
        if number > 1000 {
            return None;
        }
        number = number * 10 + (*digit - b'0') as u64;
        digits = rest;
    }
    if digits.is_empty() { Some(number) } else { None }
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

/// Whether a type, or a part of it, has a fault of its own.
const fn has_fault(ty: &Type) -> bool {
    match ty {
        Type::Scalar(_) | Type::Compat64(_) | Type::UserPointer => false,
        Type::Array { element, .. } | Type::FlexibleArray(element) => has_fault(element),
        Type::Record(record) => record.fault().is_some(),
    }
}
