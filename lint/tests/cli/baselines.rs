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

#[test]
fn a_baseline_is_written_shown_and_pruned() {
    let folder = Folder::with("foo.h", HOLE).and("bar.h", HOLE.replace("foo", "bar"));
    let baseline = |arguments: &[&str]| folder.run(&[&["baseline"], arguments].concat());
    let select = ["--select", "L001", "foo.h", "bar.h"];
    let written = baseline(&[&["write"], &select[..]].concat());
    assert_eq!(written.code, 0, "{}", written.seen());
    let shown = baseline(&["show"]);
    assert_eq!(shown.code, 0);
    let still = baseline(&[&["prune"], &select[..]].concat());
    std::fs::write(folder.path("bar.h"), CLEAN).unwrap();
    let pruned = baseline(&[&["prune"], &select[..]].concat());
    assert_eq!((still.code, pruned.code), (0, 0), "{}", pruned.seen());
    let left = baseline(&["show"]);
    let parts = [&written.stderr, &shown.stdout, &still.stderr, &pruned.stderr, &left.stdout];
    assert_snapshot!(parts.map(String::as_str).join("\n"));
}

#[test]
fn nothing_is_pruned_by_what_could_not_be_read() {
    let folder = Folder::with("foo.h", HOLE);
    let select = ["--select", "L001", "foo.h"];
    folder.run(&[&["baseline", "write"], &select[..]].concat());
    let before = folder.read("ioctl-lint-baseline.json");
    let done = folder.run(&["baseline", "prune", "--select", "L001", "none.h"]);
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("nothing was taken out"), "{}", done.stderr);
    assert_eq!(folder.read("ioctl-lint-baseline.json"), before);
    let missing = Folder::with("foo.h", HOLE).run(&["baseline", "show"]);
    assert_eq!(missing.code, 2);
}
