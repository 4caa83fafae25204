//! Commands that changed for programs with a 64-bit `time_t` alone, on ABIs where it has 32 bits by
//! default.

use std::collections::HashMap;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Command, Layouts, WideTime};

use super::commands::NumberChange;
use super::pairing::NamedPair;
use super::{CommandChange, Fate, Versions};
use crate::against::Numbered;

/// Finds them. Where one version was read in one way only, no number of it depends on `time_t`.
pub(super) fn changes<'a>(
    versions: &'a Versions,
    named: &[NamedPair<'a>],
    old: &Layouts<'a>,
    new: &Layouts<'a>,
) -> Vec<CommandChange<'a>> {
    let (was, is) = (WideTime::of(old), WideTime::of(new));
    if (was.is_none() && is.is_none()) || !versions.know_wide_time() {
        return Vec::new();
    }
    let (was, is) = (Numbers::of(was.as_ref()), Numbers::of(is.as_ref()));
    let mut found = Vec::new();
    for (ours, theirs) in named.iter().copied() {
        let (Numbered::Command(before), Some(Numbered::Command(after))) = (ours, theirs) else {
            continue;
        };
        let among = was.abis(before).union(is.abis(after));
        let within = among.intersection(old.interface().abis).intersection(new.interface().abis);
        let (mut abis, mut changes) = (AbiSet::EMPTY, Vec::<NumberChange>::new());
        for abi in within {
            let usual = (old.number(before, abi), new.number(after, abi));
            let (Some(old_number), Some(new_number)) = (
                was.number(before, abi).or(usual.0.map(|it| it.number)),
                is.number(after, abi).or(usual.1.map(|it| it.number)),
            ) else {
                continue;
            };
            abis.insert(abi);
            // What changed for every program is reported for every program.
            let changed_for_all = usual.0.map(|it| it.number) != usual.1.map(|it| it.number);
            if old_number == new_number || changed_for_all {
                continue;
            }
            let encoding = abi.abi().encoding;
            let (old, new) =
                (encoding.decode(old_number).into(), encoding.decode(new_number).into());
            match changes.iter_mut().find(|change| change.old == old && change.new == new) {
                Some(change) => change.abis.insert(abi),
                None => changes.push(NumberChange {
                    abis: AbiSet::only(abi),
                    old,
                    new,
                    numbers: Some((old_number, new_number)),
                }),
            }
        }
        if !changes.is_empty() {
            found.push(CommandChange {
                name: ours.name(),
                old_span: before.span,
                fate: Fate::Renumbered {
                    span: after.span,
                    abis,
                    changes,
                    taken_by: None,
                    through: false,
                    extensible: None,
                },
            });
        }
    }
    found
}

/// The numbers that such programs see, where they differ from all others'.
struct Numbers<'w, 'a> {
    wide: Option<&'w WideTime<'a>>,
    by_name: HashMap<&'a str, (&'a Command, AbiSet)>,
}

impl<'w, 'a> Numbers<'w, 'a> {
    fn of(wide: Option<&'w WideTime<'a>>) -> Self {
        let commands = wide.into_iter().flat_map(WideTime::commands);
        let by_name =
            commands.map(|(command, abis)| (command.name.as_str(), (command, abis))).collect();
        Self { wide, by_name }
    }

    fn abis(&self, command: &Command) -> AbiSet {
        self.by_name.get(command.name.as_str()).map_or(AbiSet::EMPTY, |(_, abis)| *abis)
    }

    fn number(&self, command: &Command, abi: ioctlkit_abi::AbiId) -> Option<u32> {
        let (own, abis) = self.by_name.get(command.name.as_str())?;
        let layouts = self.wide?.layouts();
        abis.contains(abi).then(|| layouts.number(own, abi))?.map(|it| it.number)
    }
}
