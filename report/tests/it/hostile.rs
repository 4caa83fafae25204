//! Text of strangers in every string of a report, in every format: it commands neither a terminal
//! nor a CI system, and a program that reads the format finds it whole.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;

use ioctlkit_model::{FileId, Problem};
use ioctlkit_report::visible::is_invisible;
use ioctlkit_report::{Format, Style};

use crate::sample::{Sample, everything};

const TEXTS: [&str; 14] = [
    "a\n::error::from a name",
    "a\r::error::behind a return",
    "::add-mask::at the beginning",
    "  \t::stop-commands::behind white space",
    "a ##[add-mask]anywhere",
    "a ###[endgroup]",
    "\u{1b}[2J\u{1b}]0;title\u{7}",
    "\u{1b}[31mred\u{1b}[0m",
    "\u{9b}2J\u{9d}0;title\u{9c}",
    "\u{8}\u{8}\u{8}\u{7f}\0\u{b}\u{c}",
    "\u{202e}right to left\u{202c}\u{2066}\u{2067}\u{2068}\u{2069}",
    "\u{200e}\u{200f}\u{61c}\u{202a}\u{202b}\u{202d}",
    "a\u{2028}::error::b\u{2029}::error::c\u{85}::error::d",
    "\u{e0001}\u{e0041}\u{fff9}\u{206a}",
];

/// A report with this text in all of its strings.
fn with(text: &str) -> Sample {
    let mut sample = everything();
    let mut bytes = text.replace('\0', "").into_bytes();
    // A name that is no text, too.
    bytes.push(0xff);
    let path = PathBuf::from(OsString::from_vec(bytes));
    let files: Vec<FileId> = sample.sources.iter().map(|(file, _)| file).collect();
    for file in files {
        let file = sample.sources.file_mut(file);
        let lines: Vec<&str> = file.text.lines().collect();
        // The places stay where they are: each line has it behind its end.
        file.text = lines.join(&format!(" /* {} */\n", text.replace('\n', " "))).into();
    }
    sample.sources.rename(|_| path.clone());
    let text = || text.to_owned();
    for finding in &mut sample.report.findings {
        finding.command = finding.command.take().map(|_| text());
        finding.record = finding.record.take().map(|_| text());
        finding.member = finding.member.take().map(|_| text());
        finding.label = text();
        finding.message = text();
        finding.notes = vec![text(), text()];
        finding.related.iter_mut().for_each(|label| label.text = text());
        if let Some(fix) = &mut finding.fix {
            fix.message = text();
            fix.edits.iter_mut().for_each(|edit| edit.replacement = text());
        }
    }
    for problem in &mut sample.report.problems {
        let path = problem.path.take().map(|_| path.clone());
        *problem = Problem { message: text(), help: Some(text()), path, ..problem.clone() };
    }
    sample
}

/// Without sequences for colours.
fn without_colours(text: &str) -> String {
    let mut rest = text;
    let mut plain = String::new();
    while let Some((before, behind)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        let (numbers, behind) = behind.split_once('m').unwrap();
        assert!(numbers.bytes().all(|b| b.is_ascii_digit() || b == b';'), "{numbers:?}");
        rest = behind;
    }
    plain + rest
}

/// Lines that GitHub's runner obeys: `::NAME` at the beginning, behind white space, and `##[`
/// anywhere. It knows three ends of lines.
fn commands(text: &str) -> Vec<&str> {
    let is_command = |line: &&str| {
        let behind = line.trim_start().strip_prefix("::");
        let is_named = behind.is_some_and(|name| name.starts_with(|c: char| c.is_alphabetic()));
        is_named || line.contains("##[")
    };
    text.split(['\n', '\r']).filter(is_command).collect()
}

#[test]
fn no_format_passes_on_what_nobody_sees() {
    for text in TEXTS {
        for format in Format::ALL {
            for colour in [false, true] {
                let shown = without_colours(&with(text).render_with(format, Style { colour }));
                let found = shown.chars().find(|c| is_invisible(*c) && !matches!(c, '\n' | '\t'));
                assert_eq!(found, None, "{format}: {text:?}\n{shown}");
            }
        }
    }
}

#[test]
fn a_ci_system_gets_no_command_but_those_of_its_own_format() {
    for text in TEXTS {
        let sample = with(text);
        let count = sample.report.findings.len() + sample.report.problems.len();
        for format in Format::ALL {
            for colour in [false, true] {
                let shown = without_colours(&sample.render_with(format, Style { colour }));
                match format {
                    Format::Github => {
                        assert_eq!(shown.lines().count(), count, "{text:?}\n{shown}");
                        for line in shown.lines() {
                            let ours = ["::error ", "::warning ", "::notice "];
                            assert!(ours.iter().any(|name| line.starts_with(name)), "{line}");
                        }
                    }
                    _ => assert_eq!(commands(&shown), Vec::<&str>::new(), "{format}: {text:?}"),
                }
            }
        }
        assert_eq!(sample.render(Format::Concise).lines().count(), count, "{text:?}");
    }
}

#[test]
fn programs_read_every_format_of_theirs() {
    for text in TEXTS {
        let sample = with(text);
        for format in [Format::Json, Format::Sarif, Format::Gitlab] {
            let value: serde_json::Value = serde_json::from_str(&sample.render(format)).unwrap();
            if format == Format::Json {
                assert_eq!(value["findings"][0]["message"], text);
            }
        }
        roxmltree::Document::parse(&sample.render(Format::Junit)).unwrap();
    }
}
