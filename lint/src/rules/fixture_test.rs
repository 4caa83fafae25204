//! Runs a rule over `fixtures/rules/CODE/`: `bad*.h` must fire and match its snapshot, and
//! `good*.h` must not. A folder stands for all of its headers, read in one run.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ioctlkit_model::{Finding, Interface};
use ioctlkit_sources::c::{Request, read};

use crate::against::References;
use crate::{Rule, engine};

pub(super) fn run(rule: &'static Rule) {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/rules").join(rule.info.code);
    let bad = headers(&folder, "bad");
    let good = headers(&folder, "good");
    assert!(!bad.is_empty(), "{} has no fixture that must fire", rule.info.code);
    assert!(!good.is_empty(), "{} has no look-alike that must not fire", rule.info.code);
    for path in good {
        let (interface, findings) = check(rule, &path);
        assert!(findings.is_empty(), "{}:\n{}", path.display(), describe(&interface, &findings));
    }
    for path in bad {
        let (interface, findings) = check(rule, &path);
        assert!(!findings.is_empty(), "{} does not fire", path.display());
        let stem = path.file_stem().unwrap().to_string_lossy();
        insta::with_settings!({
            prepend_module_to_snapshot => false,
            omit_expression => true,
            snapshot_path => folder.clone(),
        }, {
            insta::assert_snapshot!(stem.as_ref(), describe(&interface, &findings));
        });
    }
}

fn headers(folder: &Path, prefix: &str) -> Vec<PathBuf> {
    let mut headers: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            (path.is_dir() || path.extension().is_some_and(|extension| extension == "h"))
                && path.file_name().unwrap().to_string_lossy().starts_with(prefix)
        })
        .collect();
    headers.sort();
    headers
}

fn check(rule: &'static Rule, path: &Path) -> (Interface, Vec<Finding>) {
    let (interface, problems) =
        read(&Request { paths: vec![path.to_owned()], raw_numbers: true, ..Request::default() });
    assert!(problems.is_empty(), "{}: {problems:#?}", path.display());
    let findings = engine::run(&interface, &References::default(), &[rule]);
    (interface, findings)
}

/// What a reviewer of a snapshot needs to see: the line, the words, the ABIs, the fix.
fn describe(interface: &Interface, findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let file = interface.sources.file(finding.span.file);
        let position = file.position(finding.span.start);
        let line = &file.text[file.line_range(position.line)];
        let _ = writeln!(
            text,
            "{}:{} {} {}[{}] {}",
            position.line,
            position.column,
            finding.rule.slug,
            finding.severity,
            finding.rule.code,
            finding.message,
        );
        let _ = writeln!(text, "    {}", line.trim());
        let subject = [&finding.command, &finding.record, &finding.member];
        let _ = writeln!(text, "    about {subject:?}: {}", finding.label);
        let _ = writeln!(text, "    on {:?}", finding.abis);
        for related in &finding.related {
            let at = interface.sources.position(related.span);
            let _ = writeln!(text, "    see {}:{} {}", at.line, at.column, related.text);
        }
        for note in &finding.notes {
            let _ = writeln!(text, "    note {note}");
        }
        if let Some(fix) = &finding.fix {
            let _ = writeln!(text, "    fix {} ({:?})", fix.message, fix.safety);
            for edit in &fix.edits {
                let at = interface.sources.position(edit.span);
                let _ = writeln!(text, "        {}:{} {:?}", at.line, at.column, edit.replacement);
            }
        }
    }
    text
}
