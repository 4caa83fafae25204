use std::process::Command;

use insta::assert_snapshot;

use crate::run::Folder;

const OLD: &str = "\
#include <linux/ioctl.h>
#include <linux/types.h>

struct foo {
	__u32 a;
	__u32 b;
};

#define FOO_GET _IOR('x', 1, struct foo)
#define FOO_RESET _IO('x', 2)
";

/// One member more, and a command less.
fn new() -> String {
    OLD.replace("\t__u32 b;\n", "\t__u32 b;\n\t__u32 c;\n")
        .replace("#define FOO_RESET _IO('x', 2)\n", "")
}

fn folder() -> Folder {
    Folder::with("old.h", OLD).and("new.h", new())
}

#[test]
fn a_change_is_shown_with_both_places_and_fails_the_run() {
    let done = folder().run(&["diff", "--quiet", "old.h", "new.h"]);
    assert_eq!(done.code, 1);
    assert_snapshot!(done.seen());
}

#[test]
fn a_version_does_not_differ_from_itself() {
    let done = folder().run(&["diff", "old.h", "old.h"]);
    assert_eq!((done.code, done.stdout.as_str()), (0, ""), "{}", done.seen());
    assert!(done.stderr.contains("nothing found"), "{}", done.stderr);
}

#[test]
fn what_fails_and_what_is_reported_is_chosen() {
    let folder = folder();
    let code =
        |arguments: &[&str]| folder.run(&[&["diff", "old.h", "new.h"], arguments].concat()).code;
    assert_eq!(code(&["--fail-on", "never"]), 0);
    assert_eq!(code(&["--ignore", "D001,size-grew"]), 0);
    assert_eq!(code(&["--severity", "D001=info,D003=info"]), 0);
    assert_eq!(code(&["--select", "D003"]), 1);
    let source =
        folder.run(&["diff", "--breaks", "source", "--format", "concise", "old.h", "new.h"]);
    assert!(source.stdout.contains("D001") && !source.stdout.contains("D003"), "{}", source.seen());
}

#[test]
fn every_format_of_check_is_one_of_diff() {
    let folder = folder();
    for format in ["full", "concise", "json", "sarif", "github", "gitlab", "junit", "html"] {
        let done = folder.run(&["diff", "--format", format, "old.h", "new.h"]);
        assert_eq!(done.code, 1, "{format}: {}", done.stderr);
        assert!(done.stdout.contains("FOO_RESET"), "{format}");
    }
    let json = folder.run(&["diff", "--format", "json", "old.h", "new.h"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let breaks: Vec<&serde_json::Value> =
        json["findings"].as_array().unwrap().iter().map(|finding| &finding["breaks"]).collect();
    assert_eq!(breaks[0], &serde_json::json!(["binary", "binary-32"]));
    assert_eq!(breaks[1], &serde_json::json!(["source", "binary", "binary-32"]));
}

#[test]
fn a_dump_is_a_side_like_any_other() {
    let folder = folder();
    assert_eq!(folder.run(&["dump", "--output", "old.json", "old.h"]).code, 0);
    let with_dump = folder.run(&["diff", "--format", "concise", "old.json", "new.h"]);
    let with_header = folder.run(&["diff", "--format", "concise", "old.h", "new.h"]);
    assert_eq!(with_dump.code, 1);
    let messages = |text: &str| -> Vec<String> {
        text.lines().filter_map(|line| line.split_once("[D")).map(|(_, m)| m.to_owned()).collect()
    };
    assert_eq!(messages(&with_dump.stdout), messages(&with_header.stdout));
    let broken =
        folder.and("broken.json", "{\"version\": 1}").run(&["diff", "broken.json", "new.h"]);
    assert_eq!(broken.code, 2);
    assert!(broken.stderr.contains("broken.json"), "{}", broken.stderr);
}

#[test]
fn a_crate_is_compared_with_what_it_was() {
    let source = |members: &str| {
        format!(
            "#[repr(C)]\npub struct Foo {{ {members} }}\n\
             nix::ioctl_read!(foo_get, b'x', 1, Foo);\n"
        )
    };
    let folder = Folder::with("old/lib.rs", source("a: u32")).and("new/lib.rs", source("a: u64"));
    let done = folder.run(&["diff", "--format", "concise", "old", "new"]);
    assert_eq!(done.code, 1, "{}", done.seen());
    assert!(done.stdout.contains("D004"), "{}", done.seen());
}

#[test]
fn a_baseline_accepts_known_changes() {
    let folder = folder();
    let diff = |more: &[&str]| folder.run(&[&["diff", "old.h", "new.h"], more].concat());
    assert_eq!(diff(&["--write-baseline", "known.json"]).code, 0);
    let accepted = diff(&["--baseline", "known.json"]);
    assert_eq!(accepted.code, 0, "{}", accepted.seen());
    assert!(accepted.stderr.contains("(2 in the baseline)"), "{}", accepted.stderr);
}

#[test]
fn a_comment_in_the_new_version_allows_a_change() {
    let allowed = new().replace(
        "struct foo {",
        "/* ioctl-lint: allow(D003) nobody has this version yet */\nstruct foo {",
    );
    let folder = Folder::with("old.h", OLD).and("new.h", allowed);
    let done = folder.run(&["diff", "--format", "concise", "old.h", "new.h"]);
    assert!(!done.stdout.contains("D003"), "{}", done.seen());
    assert!(done.stderr.contains("1 suppressed"), "{}", done.stderr);
}

#[test]
fn wrong_words_are_answered_with_right_ones() {
    let folder = folder();
    let one = folder.run(&["diff", "old.h"]);
    let missing = folder.run(&["diff", "old.h", "none.h"]);
    let outside = folder.run(&["diff", "--rev", "HEAD", "old.h"]);
    let kind = folder.run(&["diff", "--breaks", "everything", "old.h", "new.h"]);
    for done in [&one, &missing, &outside, &kind] {
        assert_eq!(done.code, 2, "{}", done.seen());
    }
    assert!(one.stderr.contains("name OLD and NEW"), "{}", one.stderr);
    assert!(missing.stderr.contains("none.h"), "{}", missing.stderr);
    assert!(missing.stdout.is_empty(), "nothing is gone only because it was not read");
    assert!(outside.stderr.contains("git"), "{}", outside.stderr);
}

/// A repository with two commits, and changes that are in none.
fn repository() -> Folder {
    let folder = Folder::with("include/foo.h", OLD).and("README", "a driver\n");
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
        let done = Command::new("git")
            .args(identity)
            .args(arguments)
            .current_dir(folder.path(""))
            .output()
            .expect("git is needed");
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    };
    git(&["init", "--quiet", "--initial-branch=main"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message=first"]);
    git(&["tag", "v1"]);
    std::fs::write(folder.path("include/foo.h"), new()).unwrap();
    git(&["commit", "--quiet", "--all", "--message=second"]);
    folder
}

#[test]
fn revisions_are_compared_without_touching_the_work_tree() {
    let folder = repository();
    let committed = folder.run(&["diff", "--format", "concise", "--rev", "v1..HEAD"]);
    assert_eq!(committed.code, 1, "{}", committed.seen());
    assert!(committed.stdout.contains("include/foo.h:4:8"), "{}", committed.seen());
    assert!(committed.stdout.contains("v1:include/foo.h:"), "{}", committed.seen());
    let path = folder.run(&["diff", "--format", "concise", "--rev", "v1..main", "include/foo.h"]);
    assert_eq!(path.stdout, committed.stdout);
    assert_eq!(folder.run(&["diff", "--rev", "HEAD"]).code, 0);
    // What is not committed yet is compared with what is.
    std::fs::write(folder.path("include/foo.h"), OLD).unwrap();
    let edited = folder.run(&["diff", "--format", "concise", "--rev", "HEAD", "include"]);
    assert_eq!(edited.code, 1, "{}", edited.seen());
    assert!(edited.stdout.contains("include/foo.h"), "{}", edited.seen());
    let status = Command::new("git")
        .args(["status", "--porcelain"])
        .current_dir(folder.path(""))
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&status.stdout), " M include/foo.h\n");
    assert_eq!(folder.read("include/foo.h"), OLD);
}

#[test]
fn a_revision_that_is_not_there_is_named() {
    let folder = repository();
    let done = folder.run(&["diff", "--rev", "v9..HEAD"]);
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("there is no revision `v9`"), "{}", done.stderr);
    let done = folder.run(&["diff", "--rev", "v1..HEAD", "include/bar.h"]);
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("include/bar.h"), "{}", done.stderr);
    let done = folder.run(&["diff", "--rev", "--output=x", "include"]);
    assert_eq!(done.code, 2, "{}", done.seen());
}
