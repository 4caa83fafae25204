//! Whether a structure's own declaration changed, or only what its members' types come to.

use std::fmt::Write as _;

use ioctlkit_model::{Interface, RecordBody, RecordId, Type};

/// Nesting past this is not looked at.
const DEEPEST: u32 = 32;

/// Whether both versions declare the same members with the same types.
pub(super) fn alike(old: &Interface, a: RecordId, new: &Interface, b: RecordId) -> bool {
    let texts = |interface: &Interface, id: RecordId| -> Vec<String> {
        let bodies = interface.record(id).variants.iter();
        bodies.map(|(_, body)| declaration(interface, body, 0)).collect()
    };
    texts(old, a) == texts(new, b)
}

fn declaration(interface: &Interface, body: &RecordBody, depth: u32) -> String {
    let mut text = format!("{} {:?} {:?}", body.packed, body.pack, body.aligned.is_some());
    for member in &body.members {
        let _ = write!(
            text,
            ";{} {:?} {:?} {} {}",
            interface.type_name(&member.ty),
            member.name,
            member.bits,
            member.packed,
            member.aligned.is_some()
        );
        if depth < DEEPEST
            && let Some(Type::Record(id)) = interface.behind_typedefs(member.ty.innermost_element())
            && interface.record(*id).is_anonymous()
        {
            for (_, inner) in interface.record(*id).variants.iter() {
                let _ = write!(text, "{{{}}}", declaration(interface, inner, depth + 1));
            }
        }
    }
    text
}
