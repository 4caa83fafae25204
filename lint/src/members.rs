//! Members of declared structures, by the names that driver source uses.

use ioctlkit_abi::AbiId;
use ioctlkit_model::{RecordId, Type};

use crate::context::Context;

/// The least and the greatest width of a member over all ABIs, in bytes. With an empty member, those of a
/// type. Nothing where it was not declared, or where an ABI cannot tell.
pub fn widths(cx: &Context<'_>, ty: &str, member: &str) -> Option<(u64, u64)> {
    let declared = cx.declared();
    let record = declared.record(cx.interface, ty);
    let mut found: Option<(u64, u64)> = None;
    for abi in cx.interface.abis {
        let width = match record {
            _ if member.is_empty() => declared.size(cx.layouts, ty, abi)?,
            Some(id) => width(cx, id, member, abi)?,
            None => return None,
        };
        let (least, greatest) = found.unwrap_or((width, width));
        found = Some((least.min(width), greatest.max(width)));
    }
    found
}

/// A member as a sentence speaks of it.
pub fn words(ty: &str, member: &str) -> String {
    if member.is_empty() {
        format!("the `{ty}` of the program")
    } else {
        format!("`{member}` of `{ty}`")
    }
}

fn width(cx: &Context<'_>, id: RecordId, path: &str, abi: AbiId) -> Option<u64> {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let (ty, size) = find(cx, id, name, abi, 0)?;
    if rest.is_empty() {
        return Some(size);
    }
    match cx.interface.resolved(ty.innermost_element(), abi)? {
        Type::Record(inner) => width(cx, *inner, rest, abi),
        _ => None,
    }
}

/// Nesting past this is not looked at.
const DEEPEST: u32 = 16;

/// A member and its size in bytes, also where it is one of an anonymous structure or union.
fn find<'a>(
    cx: &Context<'a>,
    id: RecordId,
    name: &str,
    abi: AbiId,
    depth: u32,
) -> Option<(&'a Type, u64)> {
    if depth > DEEPEST {
        return None;
    }
    for member in &cx.interface.body(id, abi)?.members {
        match &member.name {
            Some(known) if known == name => {
                if member.bits.is_some() {
                    return None;
                }
                let element = member.ty.innermost_element();
                return Some((&member.ty, cx.layouts.type_size(element, abi).ok()?.size));
            }
            None => {
                if let Some(Type::Record(inner)) = cx.interface.resolved(&member.ty, abi)
                    && let Some(found) = find(cx, *inner, name, abi, depth + 1)
                {
                    return Some(found);
                }
            }
            _ => {}
        }
    }
    None
}
