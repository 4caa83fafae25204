use insta::assert_snapshot;

use crate::run::{CLEAN, Folder, HOLE};

#[test]
fn a_baseline_accepts_what_was_there_and_reports_what_is_new() {
    let folder = Folder::with("foo.h", HOLE);
    let select = ["check", "--select", "L001"];
    let check = |arguments: &[&str]| folder.run(&[&select, arguments].concat());
    let written = check(&["--write-baseline", "baseline.json", "foo.h"]);
    assert_eq!(written.code, 0, "{}", written.seen());
    assert_eq!(written.stdout, "");
    assert_snapshot!(written.stderr + &folder.read("baseline.json"));

    let accepted = check(&["--baseline", "baseline.json", "foo.h"]);
    assert_eq!(accepted.code, 0, "{}", accepted.seen());
    assert!(accepted.stderr.contains("nothing found (1 in the baseline)"), "{}", accepted.stderr);

    let moved = HOLE.replace("struct foo {", "/* a comment */\n\nstruct foo {");
    std::fs::write(folder.path("foo.h"), moved).unwrap();
    assert_eq!(check(&["--baseline", "baseline.json", "foo.h"]).code, 0);

    let more = HOLE.replace("__u32 reserved;", "__u64 d;");
    std::fs::write(folder.path("foo.h"), more).unwrap();
    let new = check(&["--baseline", "baseline.json", "foo.h"]);
    assert_eq!(new.code, 1, "{}", new.seen());
    assert_eq!(new.stdout.matches("[L001]").count(), 1, "{}", new.seen());
}

#[test]
fn what_a_baseline_accepts_for_nothing_is_said() {
    let folder = Folder::with("foo.h", HOLE);
    folder.run(&["check", "--select", "L001", "--write-baseline", "baseline.json", "foo.h"]);
    std::fs::write(folder.path("foo.h"), CLEAN).unwrap();
    let done = folder.run(&["check", "--select", "L001", "--baseline", "baseline.json", "foo.h"]);
    assert_eq!(done.code, 0);
    assert_snapshot!(done.seen());
}

#[test]
fn a_baseline_of_the_configuration_is_used() {
    let folder = Folder::with("sub/foo.h", HOLE)
        .and("ioctl-lint.toml", "baseline = \"baseline.json\"\n")
        .and("baseline.json", "{\"version\": 1, \"findings\": []}");
    let select = ["check", "--select", "L001", "sub/foo.h"];
    assert_eq!(folder.run(&select).code, 1);
    folder.run(&[&select[..], &["--write-baseline", "baseline.json"]].concat());
    assert_eq!(folder.run(&select).code, 0);
}

#[test]
fn wrong_baselines_are_named() {
    let folder = Folder::with("foo.h", HOLE).and("wrong.json", "{\"version\": 7}");
    let wrong = folder.run(&["check", "--baseline", "wrong.json", "foo.h"]);
    let missing = folder.run(&["check", "--baseline", "none.json", "foo.h"]);
    let nowhere = folder.run(&["check", "--write-baseline", "none/b.json", "foo.h"]);
    assert_eq!((wrong.code, missing.code, nowhere.code), (2, 2, 2));
    assert_snapshot!(wrong.stderr + &missing.stderr + &nowhere.stderr);
}
