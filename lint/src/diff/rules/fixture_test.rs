//! Runs a rule over `fixtures/rules/CODE/`: each folder `bad*` holds two versions, `old` and `new`,
//! of which the rule must say something that matches the snapshot; of `good*` it must say nothing.

use std::path::{Path, PathBuf};

use ioctlkit_model::{Finding, Layouts};
use ioctlkit_sources::c;

use crate::diff::{DiffRule, Version, Versions, compare};
use crate::fixture_folder::Folder;
use crate::rules::fixture_test::{assert_is_its_snapshot, describe};

pub(super) fn run(rule: &'static DiffRule) {
    let folder = Folder::of(&rule.info);
    for path in folder.good {
        let (versions, findings) = check(rule, &path);
        let text = describe(versions.new_version(), &findings);
        assert!(findings.is_empty(), "{}:\n{text}", path.display());
    }
    for path in folder.bad {
        let (versions, findings) = check(rule, &path);
        assert!(!findings.is_empty(), "{} does not fire", path.display());
        assert_is_its_snapshot(&path, &describe(versions.new_version(), &findings));
    }
}

fn check(rule: &'static DiffRule, folder: &Path) -> (Versions, Vec<Finding>) {
    let versions = Versions::new(read(folder.join("old")), read(folder.join("new")));
    let mut findings = Vec::new();
    {
        let (old, new) = (Layouts::new(versions.old()), Layouts::new(versions.new_version()));
        (rule.check)(&compare(&versions, &old, &new), &mut findings);
    }
    (versions, findings)
}

fn read(folder: PathBuf) -> Version {
    let roots = vec![folder];
    let request = c::Request {
        paths: roots.clone(),
        raw_numbers: true,
        all_definitions: true,
        ..c::Request::default()
    };
    let (interface, problems) = c::read(&request);
    assert!(problems.is_empty(), "{problems:#?}");
    Version { interface, roots, ..Version::default() }
}
