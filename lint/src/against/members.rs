//! The members of a structure on an ABI, with anonymous structures and unions opened up.

use ioctlkit_abi::{AbiId, LayoutError, RecordKind};
use ioctlkit_model::{Interface, Layouts, Member, RecordId, Role, Type};

use super::{Extent, MemberName};

/// A member, or an anonymous structure or union that members are in.
#[derive(Debug)]
pub(crate) struct Slot<'a> {
    /// The declaration.
    pub(crate) member: &'a Member,
    /// Where it is in the outermost structure.
    pub(crate) extent: Extent,
    /// Whether it stands for the members in it, which are slots of their own.
    pub(crate) opened: bool,
    /// The anonymous structure or union that it is in, by its place among the slots.
    pub(crate) within: Option<usize>,
    /// Whether a union around it gives its place to other members too.
    pub(crate) shared: bool,
}

impl Slot<'_> {
    /// Whether it is there to take place only.
    pub(crate) fn is_reserved(&self) -> bool {
        self.member.is_reserved()
            || self.member.is_unnamed_bit_field()
            || self.member.purpose.role == Role::Reserved
    }

    /// The name to speak of.
    pub(crate) fn name(&self) -> MemberName {
        let name = self.member.name.clone().unwrap_or_else(|| "(anonymous)".into());
        MemberName { name, span: self.member.name_span }
    }
}

/// Nesting past this is taken for a structure that contains itself.
const DEEPEST: u32 = 64;

/// The size of a structure in bytes, and its members.
///
/// # Errors
/// [`LayoutError`] says why the structure has no layout.
pub(crate) fn slots<'a>(
    layouts: &Layouts<'a>,
    id: RecordId,
    abi: AbiId,
) -> Result<(u64, Vec<Slot<'a>>), LayoutError> {
    let size = layouts.record(id, abi)?.size;
    let mut slots = Vec::new();
    let place = Opened { offset_bits: 0, within: None, shared: false, depth: 0 };
    open(layouts, id, abi, place, &mut slots)?;
    Ok((size, slots))
}

/// Where a structure is opened up.
#[derive(Clone, Copy)]
struct Opened {
    offset_bits: u64,
    within: Option<usize>,
    shared: bool,
    depth: u32,
}

fn open<'a>(
    layouts: &Layouts<'a>,
    id: RecordId,
    abi: AbiId,
    place: Opened,
    slots: &mut Vec<Slot<'a>>,
) -> Result<(), LayoutError> {
    if place.depth > DEEPEST {
        return Err(LayoutError::Recursive);
    }
    layouts.record(id, abi)?;
    let interface = layouts.interface();
    let shared = place.shared || interface.record(id).kind == RecordKind::Union;
    for (member, at) in layouts.members(id, abi) {
        let extent = Extent {
            offset_bits: place.offset_bits.saturating_add(at.offset_bits),
            size_bits: at.size_bits,
        };
        let inner = anonymous(interface, member, abi);
        let here = slots.len();
        let opened = inner.is_some();
        slots.push(Slot { member, extent, opened, within: place.within, shared });
        if let Some(inner) = inner {
            let place = Opened {
                offset_bits: extent.offset_bits,
                within: Some(here),
                shared,
                depth: place.depth + 1,
            };
            open(layouts, inner, abi, place, slots)?;
        }
    }
    Ok(())
}

/// Whether C has no name for a member.
pub(crate) fn is_anonymous(member: &Member) -> bool {
    let made_up = |name: &String| name.starts_with("__bindgen_anon_");
    member.bits.is_none() && member.name.as_ref().is_none_or(made_up)
}

/// The structure whose members C counts to the one around it: a member without a name, or one that
/// bindgen gave a name because Rust needs it.
fn anonymous(interface: &Interface, member: &Member, abi: AbiId) -> Option<RecordId> {
    if !is_anonymous(member) {
        return None;
    }
    match interface.resolved(&member.ty, abi)? {
        Type::Record(id) => Some(*id),
        _ => None,
    }
}
