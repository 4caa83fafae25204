use insta::assert_snapshot;

use crate::run::{Done, Folder, HOLE};

/// L001 and the rules about suppressions.
fn check(header: &str) -> Done {
    Folder::with("foo.h", header).run(&["check", "--select", "L001,S", "foo.h"])
}

#[test]
fn a_comment_at_the_head_of_a_structure_allows_what_is_in_it() {
    let comment = "/* ioctl-lint: allow(L001) in use since 2.6 */\nstruct foo {";
    let done = check(&HOLE.replace("struct foo {", comment));
    assert_eq!(done.code, 0, "{}", done.seen());
    assert!(done.stderr.contains("nothing found (1 suppressed)"), "{}", done.stderr);
    let documented = "/**\n * struct foo - a thing\n * @a: one\n *\n \
                      * ioctl-lint: allow(implicit-hole) in use since 2.6\n */\nstruct foo {";
    assert_eq!(check(&HOLE.replace("struct foo {", documented)).code, 0);
    let beside = "__u32 a; // ioctl-lint: allow(L001) in use since 2.6";
    assert_eq!(check(&HOLE.replace("__u32 a;", beside)).code, 0);
    let far = check(&HOLE.replace("#define", "/* ioctl-lint: allow(L001) no */\n#define"));
    assert_eq!(far.code, 1);
    assert!(far.stdout.contains("warning[S001]"), "{}", far.seen());
}

#[test]
fn a_comment_may_allow_a_rule_in_its_whole_file() {
    let done = check(&format!("{HOLE}\n/* ioctl-lint: allow-file(L001) old */\n"));
    assert_eq!(done.code, 0, "{}", done.seen());
}

#[test]
fn what_is_wrong_with_a_suppression_is_reported_like_any_finding() {
    let header = HOLE
        .replace("struct foo {", "/* ioctl-lint: allow(L001) */\nstruct foo {")
        .replace("__u32 a;", "__u32 a;\t/* ioctl-lint: allow(L0O1) a slip */")
        .replace("__u32 c;", "__u32 c;\t/* ioctl-lint: allow(L001) not needed */")
        .replace("#define", "// ioctl-lint: disable L001\n#define");
    let done = check(&header);
    assert_eq!(done.code, 1);
    assert_snapshot!(done.seen());
}

#[test]
fn a_rule_that_did_not_run_leaves_its_suppressions_alone() {
    let header = HOLE.replace("__u32 c;", "__u32 c;\t/* ioctl-lint: allow(L001) why */");
    let folder = Folder::with("foo.h", &header);
    let stale = |arguments: &[&str]| {
        let done = folder.run(&[&["check", "foo.h"], arguments].concat());
        done.stdout.contains("[S001]")
    };
    assert!(stale(&[]));
    assert!(!stale(&["--ignore", "L001"]));
    assert!(!stale(&["--profile", "legacy"]));
}
