//! What stands behind typedefs, found once for each of them: chains may be long.

use ioctlkit_model::{Interface, Type};

/// The structure or union behind each typedef, by its first definition.
pub(super) struct Behind(Vec<Option<u32>>);

/// Where the search for a typedef stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Unknown,
    /// On the chain that is being followed; met again, it stands for itself.
    Open,
    Known(Option<u32>),
}

impl Behind {
    pub(super) fn new(interface: &Interface) -> Self {
        let mut states = vec![State::Unknown; interface.typedefs.len()];
        for start in 0..states.len() {
            let mut chain = Vec::new();
            let mut at = start;
            let found = loop {
                match states[at] {
                    State::Known(found) => break found,
                    State::Open => break None,
                    State::Unknown => {}
                }
                states[at] = State::Open;
                chain.push(at);
                let first = interface.typedefs[at].variants.first();
                match first.map(|body| body.ty.innermost_element()) {
                    Some(Type::Record(id)) => break Some(id.0),
                    Some(Type::Typedef(id)) => at = id.index(),
                    _ => break None,
                }
            };
            for typedef in chain {
                states[typedef] = State::Known(found);
            }
        }
        let found = states.into_iter().map(|state| match state {
            State::Known(found) => found,
            State::Unknown | State::Open => None,
        });
        Self(found.collect())
    }

    /// The structure or union that a type is, or is an array of, as its place in `types`.
    pub(super) fn record(&self, ty: &Type) -> Option<u32> {
        match ty.innermost_element() {
            Type::Record(id) => Some(id.0),
            Type::Typedef(id) => self.0.get(id.index()).copied().flatten(),
            _ => None,
        }
    }
}

/// The enumeration without a tag that a type is, or is an array of, as its place in `enums`: its
/// name does not tell.
pub(super) fn nameless_enum(ty: &Type, interface: &Interface) -> Option<u32> {
    match ty.innermost_element() {
        Type::Enum(id) if interface.enumeration(*id).name.is_none() => Some(id.0),
        _ => None,
    }
}
