//! The rules about calls in programs, over programs that Debian ships and on the running kernel.
//!
//! Three small programs are downloaded always, and all of them where `IOCTLKIT_ORACLE` is `full`. Where they
//! cannot be had, that is said, and is a failure with `full` or `CI`.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod debian;
mod running;

use std::path::Path;

use ioctl_lint::against::References;
use ioctl_lint::rules::RULES;
use ioctl_lint::{Rule, engine};
use ioctlkit_abi::AbiSet;
use ioctlkit_model::Finding;
use ioctlkit_sources::program;

/// Whether everything is compared.
fn is_full() -> bool {
    std::env::var("IOCTLKIT_ORACLE").is_ok_and(|effort| effort == "full")
}

/// What the rules find, each as `file:line code severity`, with the whole finding.
fn found(folder: &Path) -> Vec<(String, Finding)> {
    let request = program::Request {
        paths: vec![folder.to_owned()],
        abis: AbiSet::ALL,
        ..program::Request::default()
    };
    let (interface, _) = program::read(&request);
    assert!(!interface.program.calls.is_empty(), "{} has no call", folder.display());
    let rules: Vec<&'static Rule> =
        RULES.iter().copied().filter(|rule| rule.info.code.starts_with('P')).collect();
    let findings = engine::run(&interface, &References::default(), &rules);
    let spelled = |finding: Finding| {
        let path = interface.sources.path(finding.span).to_owned();
        let path = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
        let line = interface.sources.position(finding.span).line;
        (format!("{path}:{line} {} {}", finding.rule.code, finding.severity), finding)
    };
    findings.into_iter().map(spelled).collect()
}
