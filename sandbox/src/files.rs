//! The file system and what Landlock keeps besides: TCP, signals, abstract sockets.

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetStatus, Scope, path_beneath_rules,
};

use crate::{Calls, Files};

/// The newest version of the interface that is asked for; older kernels give what they have.
const NEWEST: ABI = ABI::V6;

/// Leaves what `files` says, and nothing else.
pub(crate) fn restrict(files: &Files, calls: Calls) -> Result<(), String> {
    let all = AccessFs::from_all(NEWEST);
    let list: BitFlags<AccessFs> = AccessFs::ReadDir.into();
    let read = match calls {
        Calls::Reading => list | AccessFs::ReadFile,
        Calls::Building => list | AccessFs::ReadFile | AccessFs::Execute,
    };
    // Devices would lead around everything, for those who may make them.
    let nodes = AccessFs::MakeChar | AccessFs::MakeBlock | AccessFs::MakeSock;
    let device = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate;
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(all)
        .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(NEWEST)))
        .and_then(|ruleset| ruleset.scope(Scope::from_all(NEWEST)))
        .and_then(Ruleset::create)
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(&files.readable, read)))
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(&files.listable, list)))
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(&files.devices, device)))
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(&files.writable, all & !nodes)))
        .and_then(landlock::RulesetCreated::restrict_self)
        .map_err(|error| error.to_string())?;
    match status.ruleset {
        RulesetStatus::NotEnforced => Err("this kernel does not have it".into()),
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(()),
    }
}
