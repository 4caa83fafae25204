//! Runs a rule over `fixtures/rules/CODE/`: each folder `bad*` holds two versions, `old` and `new`,
//! of which the rule must say something that matches the snapshot; of `good*` it must say nothing.

use std::path::{Path, PathBuf};

use ioctlkit_model::{Finding, Layouts};
use ioctlkit_sources::c;

use crate::diff::{DiffRule, Version, Versions, compare};
use crate::rules::fixture_test::describe;

pub(super) fn run(rule: &'static DiffRule) {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/rules").join(rule.info.code);
    let (bad, good) = (fixtures(&folder, "bad"), fixtures(&folder, "good"));
    assert!(!bad.is_empty(), "{} has no fixture that must fire", rule.info.code);
    assert!(!good.is_empty(), "{} has no look-alike that must not fire", rule.info.code);
    for path in good {
        let (versions, findings) = check(rule, &path);
        let text = describe(versions.new_version(), &findings);
        assert!(findings.is_empty(), "{}:\n{text}", path.display());
    }
    for path in bad {
        let (versions, findings) = check(rule, &path);
        assert!(!findings.is_empty(), "{} does not fire", path.display());
        let name = path.file_name().unwrap().to_string_lossy();
        insta::with_settings!({
            prepend_module_to_snapshot => false,
            omit_expression => true,
            snapshot_path => folder.clone(),
        }, {
            insta::assert_snapshot!(&*name, describe(versions.new_version(), &findings));
        });
    }
}

fn fixtures(folder: &Path, prefix: &str) -> Vec<PathBuf> {
    let mut fixtures: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(prefix))
        .collect();
    fixtures.sort();
    fixtures
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
    let request = c::Request { paths: roots.clone(), raw_numbers: true, ..c::Request::default() };
    let (interface, problems) = c::read(&request);
    assert!(problems.is_empty(), "{problems:#?}");
    Version { interface, roots, ..Version::default() }
}
