//! On which ABIs a structure is made of the same definitions.

use std::collections::HashMap;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Interface, RecordId};

/// What is known of structures so far. One may hold thousands of others, each of which is asked about as
/// well, so each is looked at once.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    alike: HashMap<RecordId, Vec<AbiSet>>,
}

impl Definitions {
    /// The ABIs of `within` in groups that agree on the definition of a structure, and on those of all
    /// structures that it holds by value; in the table's order.
    pub(crate) fn alike(
        &mut self,
        interface: &Interface,
        id: RecordId,
        within: AbiSet,
    ) -> Vec<AbiSet> {
        self.find(interface, id);
        let groups = self.alike.get(&id).into_iter().flatten();
        let mut groups: Vec<AbiSet> = groups.map(|group| group.intersection(within)).collect();
        groups.retain(|group| !group.is_empty());
        groups.sort_by_key(|group| group.first());
        groups
    }

    /// Works it out for a structure and for all that it holds, with a stack of its own.
    fn find(&mut self, interface: &Interface, root: RecordId) {
        let mut open = vec![(root, false)];
        while let Some((id, inner_are_known)) = open.pop() {
            if !inner_are_known && self.alike.contains_key(&id) {
                continue;
            }
            let variants = &interface.record(id).variants;
            let members = variants.iter().flat_map(|(_, body)| &body.members);
            let inner = members.flat_map(|member| interface.records_directly_within(&member.ty));
            if inner_are_known {
                let mut groups = self.alike.remove(&id).unwrap_or_default();
                for id in inner {
                    self.alike
                        .get(&id)
                        .into_iter()
                        .flatten()
                        .for_each(|by| split(&mut groups, *by));
                }
                self.alike.insert(id, groups);
            } else {
                let mut groups = vec![AbiSet::ALL];
                variants.iter().for_each(|(abis, _)| split(&mut groups, abis));
                self.alike.insert(id, groups);
                open.push((id, true));
                open.extend(inner.map(|id| (id, false)));
            }
        }
    }
}

/// Parts the ABIs of each group that are in `by` from those that are not.
fn split(groups: &mut Vec<AbiSet>, by: AbiSet) {
    for at in 0..groups.len() {
        let (inside, outside) = (groups[at].intersection(by), groups[at].difference(by));
        if !inside.is_empty() && !outside.is_empty() {
            groups[at] = inside;
            groups.push(outside);
        }
    }
}

#[cfg(test)]
mod tests {
    use ioctlkit_abi::{Abi, ByteOrder};
    use ioctlkit_model::{Type, Variants};

    use super::*;
    use crate::testing::{Build, LONG, U8};

    /// Two structures of one name: one for some ABIs, and one for the others.
    fn parted(build: &mut Build, name: &str, by: AbiSet) -> RecordId {
        let [one, other] = [U8, LONG].map(|ty| {
            let id = build.structure(name, &[("a", ty)]);
            build.interface.record(id).variants.first().unwrap().clone()
        });
        let id = build.structure(name, &[]);
        let mut variants = Variants::one(by, one);
        variants.add(AbiSet::ALL.difference(by), other);
        build.interface.records[id.0 as usize].variants = variants;
        id
    }

    #[test]
    fn a_structure_is_alike_where_all_that_it_holds_is() {
        let (wide, big) =
            (AbiSet::of(Abi::is_64_bit), AbiSet::of(|abi| abi.byte_order == ByteOrder::Big));
        let mut build = Build::new();
        let plain = build.structure("plain", &[("a", U8)]);
        let by_width = parted(&mut build, "by_width", wide);
        let by_name = parted(&mut build, "by_name", big);
        let inner = build.structure("inner", &[("a", Type::Record(by_name))]);
        let outer =
            build.structure("outer", &[("a", Type::Record(by_width)), ("b", Type::Record(inner))]);
        let twice =
            build.structure("twice", &[("a", Type::Record(outer)), ("b", Type::Record(inner))]);
        let mut definitions = Definitions::default();
        let mut groups = |id, within| {
            let mut groups = definitions.alike(&build.interface, id, within);
            assert!(groups.is_sorted_by_key(|group| group.first()));
            groups.sort_by_key(|group| group.len());
            groups
        };
        let narrow = AbiSet::ALL.difference(wide);
        assert_eq!(groups(plain, AbiSet::ALL), [AbiSet::ALL]);
        assert_eq!(groups(plain, wide), [wide]);
        assert_eq!(groups(by_width, wide), [wide]);
        assert_eq!(groups(by_width, AbiSet::ALL).len(), 2);
        assert_eq!(groups(inner, AbiSet::ALL), groups(by_name, AbiSet::ALL));
        for id in [outer, twice] {
            assert_eq!(groups(id, AbiSet::ALL).len(), 4);
            let mut expected = [narrow.intersection(big), narrow.difference(big)];
            expected.sort_by_key(|group| group.len());
            assert_eq!(groups(id, narrow), expected);
        }
    }

    #[test]
    fn what_holds_itself_comes_to_an_end() {
        // No compiler takes this, but a dump may say so.
        let mut build = Build::new();
        let id = build.structure("a", &[("a", U8)]);
        let again = build.structure("b", &[("a", Type::Record(id))]);
        let body = build.interface.record(again).variants.clone();
        build.interface.records[id.0 as usize].variants = body;
        let groups = Definitions::default().alike(&build.interface, id, AbiSet::ALL);
        assert_eq!(groups, [AbiSet::ALL]);
    }
}
