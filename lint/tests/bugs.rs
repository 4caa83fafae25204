//! Real bugs of the kernel, restated before and after their fix: the linter finds the first, by
//! the rule that names the defect, and accepts the second.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ioctl_lint::against::References;
use ioctl_lint::engine;
use ioctl_lint::rules::RULES;
use ioctlkit_sources::c::{Request, read};

/// The bugs: the stem of their two headers, the commit that fixed them, and the rules that find
/// them.
const BUGS: [(&str, &str, &[&str]); 9] = [
    ("btrfs_subvol_info", "538e5bdbc898", &["C001"]),
    ("f2fs_gc_range", "34178b1bc4b5", &["C001", "L012"]),
    ("pps_fdata", "c2a49fe8eeef", &["C001"]),
    ("rdma_aligned", "819b60286e4e", &["C001"]),
    ("alsa_sync_ptr", "513ace79b657", &["C003"]),
    ("kvm_msr_filter", "1739c7017fb1", &["C002"]),
    ("btrfs_send", "2351f431f727", &["C002"]),
    ("perf_pointer_types", "b3f207855f57", &["N002"]),
    ("iommufd_pgfault", "e721f619e3ec", &["L001"]),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/bugs")
}

/// What the rule `code` says of a header.
fn messages(header: &Path, code: &str) -> Vec<String> {
    let rule = RULES
        .iter()
        .find(|rule| rule.info.code == code)
        .unwrap_or_else(|| panic!("there is no rule {code}"));
    let (interface, problems) =
        read(&Request { paths: vec![header.to_owned()], ..Request::default() });
    assert!(problems.is_empty(), "{}: {problems:#?}", header.display());
    engine::run(&interface, &References::default(), &[rule])
        .into_iter()
        .map(|finding| finding.message)
        .collect()
}

#[test]
fn every_bug_is_found_before_its_fix_and_not_after_it() {
    for (name, commit, codes) in BUGS {
        let before = folder().join(format!("{name}_before.h"));
        let after = folder().join(format!("{name}_after.h"));
        for code in codes {
            assert!(!messages(&before, code).is_empty(), "{name} ({commit}): {code} is silent");
            let still = messages(&after, code);
            assert!(still.is_empty(), "{name} ({commit}): {code} still says {still:#?}");
        }
    }
}

#[test]
fn every_header_of_the_corpus_is_looked_at_and_names_its_commit() {
    let mut expected = BTreeSet::new();
    for (name, commit, _) in BUGS {
        for state in ["before", "after"] {
            let file = format!("{name}_{state}.h");
            let text = std::fs::read_to_string(folder().join(&file)).unwrap();
            assert!(text.starts_with(&format!("/* {commit}: ")), "{file} names another commit");
            expected.insert(file);
        }
    }
    let present: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(present, expected);
}
