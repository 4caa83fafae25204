//! The text of a module against the header, as rule R005 compares them.

use ioctl_lint::against::{Item, Pair};
use ioctlkit_abi::AbiSet;
use ioctlkit_model::Interface;
use ioctlkit_sources::rust;

use super::scope;

/// How many pairs were compared.
#[derive(Debug, Default)]
pub(crate) struct Sum {
    pub(crate) commands: usize,
    pub(crate) raw_numbers: usize,
    pub(crate) records: usize,
}

/// Reads a module as Rust source and compares it with its header.
pub(crate) fn compare(text: &str, header: &Interface, sum: &mut Sum) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lib.rs");
    std::fs::write(&file, text).unwrap();
    let request = rust::Request { paths: vec![file], ..rust::Request::default() };
    let (interface, problems) = rust::read(&request);
    let mut found: Vec<String> = problems.iter().map(|problem| problem.message.clone()).collect();
    let comparison = ioctl_lint::against::compare(&interface, header);
    for pair in &comparison.pairs {
        match pair.item {
            Item::Command | Item::Family => sum.commands += 1,
            Item::RawNumber => sum.raw_numbers += 1,
            Item::Record => sum.records += 1,
        }
    }
    found.extend(comparison.differences().filter_map(shown));
    found
}

/// The faults on ABIs that Rust has targets for: what a `cfg` says of others has no meaning.
fn shown(pair: &Pair) -> Option<String> {
    let meant = AbiSet::of(|abi| scope::target(abi).is_some());
    let faults = pair.faults.iter().filter(|told| !told.abis.intersection(meant).is_empty());
    let faults: Vec<String> = faults.map(|told| format!("{told:?}")).collect();
    let text = || format!("{} is not {}: {}", pair.name, pair.c_name, faults.join(", "));
    (!faults.is_empty()).then(text)
}
