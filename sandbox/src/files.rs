//! The file system and what Landlock keeps besides: TCP, signals, abstract sockets.

use std::path::PathBuf;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetStatus, Scope, path_beneath_rules,
};

/// The newest version of the interface that is asked for; older kernels give what they have.
const NEWEST: ABI = ABI::V6;

/// Leaves reading below `readable`, listing below `listable`, and nothing else.
pub(crate) fn restrict(readable: &[PathBuf], listable: &[PathBuf]) -> Result<(), String> {
    let list: BitFlags<AccessFs> = AccessFs::ReadDir.into();
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))
        .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(NEWEST)))
        .and_then(|ruleset| ruleset.scope(Scope::from_all(NEWEST)))
        .and_then(Ruleset::create)
        .and_then(|ruleset| {
            ruleset.add_rules(path_beneath_rules(readable, list | AccessFs::ReadFile))
        })
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(listable, list)))
        .map_err(|error| error.to_string())?;
    let status = ruleset.restrict_self().map_err(|error| error.to_string())?;
    match status.ruleset {
        RulesetStatus::NotEnforced => Err("this kernel does not have it".into()),
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(()),
    }
}
