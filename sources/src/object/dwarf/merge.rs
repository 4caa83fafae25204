//! Types that several units define alike become one.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::{MemberNode, Node, RecordNode, TypeId};

/// How often references are made those of the first of equals before types are compared again:
/// a typedef of a structure of typedefs is found in so many steps.
const PASSES: usize = 4;

/// Makes every reference one to the first of equal types. Yields, for each number, that first one.
pub(super) fn merge(nodes: &mut [Node]) -> Vec<TypeId> {
    let mut same_as: Vec<TypeId> = (1..=nodes.len() as TypeId).collect();
    let hasher = RandomState::new();
    for pass in 0..PASSES {
        let mut firsts: HashMap<u64, Vec<TypeId>> = HashMap::new();
        let mut changed = false;
        for index in 0..nodes.len() {
            let id = index as TypeId + 1;
            if same_as[index] != id || matches!(nodes[index], Node::Other) {
                continue;
            }
            let key = Key::of(&nodes[index], pass == 0);
            let firsts = firsts.entry(hasher.hash_one(&key)).or_default();
            let equal =
                firsts.iter().find(|first| Key::of(&nodes[**first as usize - 1], pass == 0) == key);
            match equal {
                Some(first) => {
                    same_as[index] = *first;
                    changed = true;
                }
                None => firsts.push(id),
            }
        }
        if !changed {
            break;
        }
        for node in nodes.iter_mut() {
            node.redirect(&same_as);
        }
    }
    same_as
}

/// What is compared of a type. Structures with a tag are compared by their members' names and
/// places, since the numbers of the members' types differ from unit to unit.
#[derive(PartialEq, Eq, Hash)]
enum Key<'n> {
    Whole(&'n Node),
    Tagged(bool, &'n str, u64, Vec<(&'n str, u64, Option<u64>)>),
}

impl<'n> Key<'n> {
    fn of(node: &'n Node, first_pass: bool) -> Self {
        match node {
            Node::Record(RecordNode { union, name, size, members, .. })
                if first_pass && !name.is_empty() =>
            {
                let place = |member: &'n MemberNode| {
                    (member.name.as_ref(), member.offset_bits, member.bits)
                };
                Self::Tagged(*union, name, *size, members.iter().map(place).collect())
            }
            other => Self::Whole(other),
        }
    }
}

impl Node {
    fn redirect(&mut self, same_as: &[TypeId]) {
        let to = |id: &mut TypeId| {
            if let Some(first) = (*id as usize).checked_sub(1).and_then(|index| same_as.get(index))
            {
                *id = *first;
            }
        };
        match self {
            Self::Pointer(id) | Self::Qualified(id) => to(id),
            Self::Array { element, .. } => to(element),
            Self::Typedef { ty, .. } => to(ty),
            Self::Record(record) => record.members.iter_mut().for_each(|member| to(&mut member.ty)),
            Self::Prototype { returns, parameters } => {
                to(returns);
                parameters.iter_mut().for_each(to);
            }
            Self::Function { prototype, .. } => to(prototype),
            Self::Integer { .. }
            | Self::Float { .. }
            | Self::Declared { .. }
            | Self::Enumeration { .. }
            | Self::Other => {}
        }
    }
}
