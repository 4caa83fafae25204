//! What the linter says of each crate, in both profiles.

use std::collections::BTreeMap;
use std::path::Path;

use ioctl_lint::against::References;
use ioctl_lint::config::Profile;
use ioctl_lint::{Levels, Selection, engine};
use ioctlkit_model::{Finding, Interface};

use crate::corpus::{self, Read};

fn check(interface: &Interface, profile: Profile) -> Vec<Finding> {
    let mut selection = Selection::default();
    selection.set_profile(profile);
    let levels = Levels::of_selection(selection);
    engine::check(interface, &References::default(), &levels).findings
}

/// A line per finding of the profile `new`, the counts of `legacy`, and the problems.
fn summary(folder: &Path, read: &Read) -> String {
    let Read { interface, problems } = read;
    let mut lines = Vec::new();
    for finding in check(interface, Profile::New) {
        let file = interface.sources.file(finding.span.file);
        let path = file.path.strip_prefix(folder).unwrap_or(&file.path);
        let line = file.text[..finding.span.start as usize].matches('\n').count() + 1;
        let subject = [&finding.command, &finding.record, &finding.member];
        let subject: Vec<&str> = subject.into_iter().filter_map(|it| it.as_deref()).collect();
        lines.push(format!(
            "{}:{line} {} {} ({} ABIs)",
            path.display(),
            finding.rule.code,
            subject.join(" "),
            finding.abis.iter().count(),
        ));
    }
    lines.extend(problems.iter().map(|problem| format!("not known: {}", problem.message)));
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in check(interface, Profile::Legacy) {
        *counts.entry(finding.rule.code).or_default() += 1;
    }
    let counts: Vec<String> =
        counts.iter().map(|(code, count)| format!("{code} {count}")).collect();
    lines.push(format!("legacy: {}", counts.join(", ")));
    lines.join("\n")
}

#[test]
fn what_is_said_of_each_crate_stays_as_it_was_read() {
    let Some(folders) = corpus::folders() else { return };
    for (name, folder) in folders {
        insta::assert_snapshot!(*name, summary(folder, corpus::read(folder)));
    }
}
