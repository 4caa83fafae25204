use std::process::Stdio;

use insta::assert_snapshot;

use crate::run::{CLEAN, Folder, HOLE};

#[test]
fn a_finding_is_shown_and_the_run_fails() {
    let folder = Folder::with("foo.h", HOLE);
    let done = folder.run(&["check", "--select", "L001", "foo.h"]);
    assert_eq!(done.code, 1);
    assert!(done.stdout.starts_with("warning[L001]: "), "{}", done.stdout);
    assert!(done.stdout.contains("\n --> foo.h:5:8\n"), "{}", done.stdout);
    assert_snapshot!(done.seen().split_once("---- ").unwrap().1);
}

#[test]
fn nothing_found_is_said_on_standard_error_alone() {
    let folder = Folder::with("bar.h", CLEAN);
    let done = folder.run(&["check", "--select", "L001", "bar.h"]);
    assert_eq!(done.code, 0);
    assert_snapshot!(done.seen());
    let quiet = folder.run(&["check", "--quiet", "--select", "L001", "bar.h"]);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
}

#[test]
fn every_format_is_written_with_nothing_else_on_standard_output() {
    let folder = Folder::with("foo.h", HOLE);
    let run = |format: &str| {
        let done = folder.run(&["check", "--select", "L001", "--format", format, "foo.h"]);
        assert_eq!(done.code, 1, "{format}");
        done
    };
    for format in ["json", "sarif", "gitlab"] {
        let done = run(format);
        assert_eq!(done.stderr, "", "{format}");
        let value: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
        assert!(value.to_string().contains("L001"), "{format}");
    }
    assert!(run("github").stdout.starts_with("::warning "));
    assert!(run("junit").stdout.starts_with("<?xml"));
    assert!(run("html").stdout.starts_with("<!doctype html>"));
    let concise = run("concise");
    assert_eq!(concise.stdout.lines().count(), 1);
    assert!(concise.stderr.starts_with("checked 1 header"), "{}", concise.stderr);
}

#[test]
fn a_page_has_the_layouts_and_numbers_behind_its_findings_and_what_was_not_understood() {
    let broken = format!("{HOLE}\n#define FOO_BROKEN _IOR('f', 9, struct missing)\n");
    let folder = Folder::with("foo.h", &broken);
    let page = folder.run(&["check", "--format", "html", "foo.h"]).stdout;
    assert!(page.contains("<svg class=\"map\""), "{page}");
    assert!(page.contains("<details><summary>numbers of <code>"), "{page}");
    assert!(page.contains("checked 1 header") && page.contains("that is not a verdict"), "{page}");
    let silent = folder.run(&["check", "--select", "L015", "--format", "html", "foo.h"]);
    assert!(silent.stdout.contains("<h1>Nothing found</h1>"), "{}", silent.stdout);
}

#[test]
fn an_output_file_is_written_whole_or_not_at_all() {
    let folder = Folder::with("foo.h", HOLE).and("out.json", "old");
    let to = |file: &str| {
        folder.run(&["check", "--select", "L001", "--format", "json", "-o", file, "foo.h"])
    };
    let done = to("out.json");
    assert_eq!((done.code, done.stdout.as_str()), (1, ""));
    assert!(folder.read("out.json").contains("L001"));
    let failed = to("none/out.json");
    assert_eq!(failed.code, 2);
    assert_snapshot!(failed.stderr);
}

#[test]
fn statistics_replace_the_findings() {
    let folder = Folder::with("foo.h", HOLE);
    let done = folder.run(&["check", "--select", "L001", "--statistics", "foo.h"]);
    assert_eq!(done.code, 1);
    assert_snapshot!(done.seen());
}

#[test]
fn colours_come_on_demand_and_no_color_takes_them_away() {
    let folder = Folder::with("foo.h", HOLE);
    let colourful = |arguments: &[&str], name: &str, value: &str| {
        let arguments = [&["check", "--select", "L001", "foo.h"], arguments].concat();
        let output = folder.command(&arguments).env(name, value).output().unwrap();
        output.stdout.contains(&b'\x1b')
    };
    assert!(!colourful(&[], "NO_COLOR", ""), "no terminal, no colour");
    assert!(colourful(&["--color", "always"], "NO_COLOR", "1"), "what is asked for goes first");
    assert!(colourful(&[], "CLICOLOR_FORCE", "1"));
    assert!(!colourful(&["--color", "never"], "CLICOLOR_FORCE", "1"));
    let refused = |arguments: &[&str]| folder.command(arguments).output().unwrap().stderr;
    assert!(refused(&["--such", "--color=always"]).contains(&b'\x1b'));
    assert!(!refused(&["--such", "--color=always", "--color=never"]).contains(&b'\x1b'));
    // What is quoted is no colour.
    assert!(!refused(&["--su\x1b[31mch", "--color=always"]).contains(&b'\x1b'));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = Folder::with("foo.h", HOLE);
    for arguments in [&["rules"][..], &["abis"], &["check", "foo.h"], &["dump", "foo.h"], &["man"]]
    {
        let mut command = folder.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(!stderr.contains("panicked"), "{arguments:?}: {stderr}");
        assert!(!stderr.contains("error:"), "{arguments:?}: {stderr}");
    }
}

/// `/dev/full` is a disk without space.
#[test]
fn what_cannot_be_printed_is_told_and_ends_with_2() {
    let folder = Folder::with("foo.h", HOLE).and("trace", "(3, FOO_GET, 0x1)\n");
    for arguments in [
        &["--help"][..],
        &["check", "--help"],
        &["--version"],
        &["check", "foo.h"],
        &["check", "--format", "json", "foo.h"],
        &["number", "FOO_GET", "foo.h"],
        &["layout", "struct foo", "foo.h"],
        &["decode", "trace", "--abi", "x86_64", "--headers", "foo.h"],
        &["dump", "foo.h"],
        &["rules"],
        &["man"],
        &["completions", "bash"],
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = folder.command(arguments).stdout(full).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        let expected = "cannot write to standard output: no space is left";
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
}
