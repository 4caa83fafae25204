//! The linter on the kernel headers of this machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use crate::{packages, run};

/// How many findings are shown in full.
const SHOWN: usize = 3;

/// Rules whose findings tell a newcomer most, in the order of showing.
const TELLING: [&str; SHOWN] = ["C001", "L001", "N001"];

/// The part of the linter's JSON that the summary needs.
#[derive(Debug, Deserialize)]
pub(crate) struct Checked {
    abis: Vec<String>,
    summary: Summary,
}

#[derive(Debug, Deserialize)]
struct Summary {
    headers: usize,
    commands: usize,
    findings: usize,
    findings_by_rule: BTreeMap<String, usize>,
}

/// Installs what is missing, lints the installed kernel headers, and sums up. The linter is built
/// without optimisation: that takes a third of the time, and the tests need what was built.
///
/// # Errors
/// What is missing, or does not build.
pub fn run() -> Result<()> {
    packages::install(&packages::for_demo())?;
    println!("building the linter: a few minutes where nothing is built yet");
    let linter = run::build()?;
    let headers = installed_headers()?;
    println!("linting the {} headers of linux-libc-dev, every ABI, every rule\n", headers.len());
    let full = check(&linter, "full", &headers)?;
    for finding in telling(&String::from_utf8_lossy(&full.stdout)) {
        println!("{finding}\n");
    }
    let started = Instant::now();
    let json = check(&linter, "json", &headers)?;
    let checked: Checked =
        serde_json::from_slice(&json.stdout).context("the linter's JSON is not as expected")?;
    println!("{}", summary_line(&checked, started.elapsed()));
    Ok(())
}

/// The headers that the package linux-libc-dev installed.
///
/// # Errors
/// That it is not installed.
pub fn installed_headers() -> Result<Vec<PathBuf>> {
    let list = run::output("dpkg-query", &["--listfiles", "linux-libc-dev"])
        .context("the package linux-libc-dev is not installed; run `cargo xtask setup`")?;
    let is_header = |path: &&Path| path.extension().is_some_and(|extension| extension == "h");
    Ok(list.lines().map(Path::new).filter(is_header).map(Path::to_owned).collect())
}

/// Runs the linter; findings are no failure, unusable input is.
fn check(linter: &Path, format: &str, headers: &[PathBuf]) -> Result<Output> {
    let mut command = Command::new(linter);
    command.args(["check", "--format", format]).args(headers);
    let output = command.output().with_context(|| format!("cannot run {}", linter.display()))?;
    match output.status.code() {
        Some(0 | 1) => Ok(output),
        _ => bail!(
            "ioctl-lint ended with {}:\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        ),
    }
}

/// A few findings out of the full report, of different rules.
fn telling(report: &str) -> Vec<String> {
    let findings = findings(report);
    let of_rule = |code: &str| findings.iter().find(|finding| has_code(finding, code));
    let mut chosen: Vec<&String> = TELLING.iter().filter_map(|code| of_rule(code)).collect();
    let others =
        findings.iter().filter(|finding| !TELLING.iter().any(|code| has_code(finding, code)));
    chosen.extend(others.take(SHOWN - chosen.len()));
    chosen.into_iter().cloned().collect()
}

fn has_code(finding: &str, code: &str) -> bool {
    finding.lines().next().is_some_and(|line| line.contains(&format!("[{code}]")))
}

/// The report cut at the lines with which findings begin.
fn findings(report: &str) -> Vec<String> {
    let begins = |line: &str| {
        ["error[", "warning[", "info["].iter().any(|severity| line.starts_with(severity))
    };
    let mut findings: Vec<String> = Vec::new();
    for line in report.lines() {
        if begins(line) {
            findings.push(String::new());
        }
        if let Some(finding) = findings.last_mut() {
            finding.push_str(line);
            finding.push('\n');
        }
    }
    findings.iter().map(|finding| finding.trim_end().to_owned()).collect()
}

fn summary_line(checked: &Checked, elapsed: Duration) -> String {
    let summary = &checked.summary;
    let found = summary.findings_by_rule.iter().filter(|(_, count)| **count > 0);
    let by_rule: Vec<String> = found.map(|(code, count)| format!("{code} {count}")).collect();
    format!(
        "{} headers, {} commands, {} ABIs, {} findings ({}), {:.1} s without optimisation",
        summary.headers,
        summary.commands,
        checked.abis.len(),
        summary.findings,
        by_rule.join(", "),
        elapsed.as_secs_f64(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_is_one_line_with_every_count() {
        let checked: Checked = serde_json::from_str(
            r#"{"version":1,"abis":["x86_64","i386"],"findings":[],
                "summary":{"headers":9,"commands":7,"findings":5,
                           "findings_by_rule":{"L001":3,"L002":0,"C001":2}}}"#,
        )
        .unwrap();
        assert_eq!(
            summary_line(&checked, Duration::from_millis(420)),
            "9 headers, 7 commands, 2 ABIs, 5 findings (C001 2, L001 3), 0.4 s without optimisation"
        );
    }

    #[test]
    fn findings_of_different_rules_are_shown_whole() {
        let report = "warning[L001]: a\n  --> x\n\nwarning[L001]: b\n\nerror[C001]: c\n  |\n\n\
                      info[L011]: d\n";
        assert_eq!(
            telling(report),
            ["error[C001]: c\n  |", "warning[L001]: a\n  --> x", "info[L011]: d"]
        );
    }
}
