//! `init`, and `check --show-settings`.

use crate::run::{CLEAN, Folder, HOLE};

#[test]
fn a_tree_without_findings_gets_the_profile_of_a_new_interface() {
    let folder = Folder::with("bar.h", CLEAN);
    let done = folder.run(&["init"]);
    assert_eq!(done.code, 0, "{}", done.seen());
    let text = folder.read("ioctl-lint.toml");
    assert!(text.starts_with("#:schema https://"), "{text}");
    assert!(text.contains("profile = \"new\"") && !text.contains("baseline"), "{text}");
    assert!(!folder.path("ioctl-lint-baseline.json").exists());
    assert_eq!(folder.run(&["check", "."]).code, 0);
}

#[test]
fn a_tree_in_use_gets_a_baseline_with_which_it_is_clean() {
    let folder = Folder::with("uapi/foo.h", HOLE);
    assert_eq!(folder.run(&["check", "uapi"]).code, 1);
    let done = folder.run(&["init"]);
    assert_eq!(done.code, 0, "{}", done.seen());
    assert!(folder.read("ioctl-lint.toml").contains("profile = \"legacy\""));
    assert!(folder.read("ioctl-lint-baseline.json").contains("C001"));
    let clean = folder.run(&["check", "uapi"]);
    assert_eq!(clean.code, 0, "{}", clean.seen());
    // What comes later is not accepted.
    let more = HOLE.replace("FOO_GET", "FOO_SET").replace("struct foo", "struct later");
    std::fs::write(folder.path("uapi/more.h"), more.replace("'x', 1", "'x', 2")).unwrap();
    assert_eq!(folder.run(&["check", "uapi"]).code, 1);
}

#[test]
fn what_is_there_already_is_left_alone() {
    for file in ["ioctl-lint.toml", "ioctl-lint-baseline.json"] {
        let folder = Folder::with("foo.h", HOLE).and(file, "mine");
        let done = folder.run(&["init"]);
        assert_eq!(done.code, 2, "{}", done.seen());
        assert!(done.stderr.contains("is there already"), "{}", done.stderr);
        assert_eq!(folder.read(file), "mine");
        let both = ["ioctl-lint.toml", "ioctl-lint-baseline.json"];
        assert_eq!(both.iter().filter(|it| folder.path(it).exists()).count(), 1);
    }
    let missing = Folder::new().run(&["init", "none"]);
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("none is no folder"), "{}", missing.stderr);
}

#[test]
fn settings_are_printed_as_a_configuration_that_means_the_same() {
    let config = "profile = \"legacy\"\ninclude-dirs = [\"inc\"]\ndefines = [\"A=1\"]\n\
        abis = [\"x86_64\", \"i386\"]\nfail-on = \"error\"\n\
        [rules]\nL001 = \"info\"\n";
    let folder = Folder::with("a.h", HOLE).and("inc/c.h", CLEAN).and("ioctl-lint.toml", config);
    let shown = folder.run(&["check", "--show-settings", "a.h"]);
    assert_eq!(shown.code, 0, "{}", shown.seen());
    let text = &shown.stdout;
    assert!(text.contains("# configuration: ioctl-lint.toml"), "{text}");
    assert!(text.contains("implicit-hole = \"info\"  # L001"), "{text}");
    assert!(text.contains("unfixed-integer = \"off\""), "{text}");
    let before = folder.run(&["check", "--format", "json", "a.h"]);
    std::fs::write(folder.path("ioctl-lint.toml"), text).unwrap();
    let after = folder.run(&["check", "--format", "json", "a.h"]);
    assert_eq!((before.code, before.stdout), (after.code, after.stdout), "{text}");
}

#[test]
fn settings_are_those_of_the_path_and_of_the_command_line() {
    let config = "profile = \"legacy\"\n[[path]]\nglobs = [\"new/**\"]\nprofile = \"new\"\n";
    let folder = Folder::with("a.h", HOLE)
        .and("new/b.h", HOLE.replace("FOO_GET", "B_GET"))
        .and("ioctl-lint.toml", config);
    let shown = |arguments: &[&str]| {
        folder.run(&[&["check", "--show-settings"], arguments].concat()).stdout
    };
    assert!(shown(&["a.h"]).contains("unfixed-integer = \"off\""), "{}", shown(&["a.h"]));
    let of_new = shown(&["new/b.h"]);
    assert!(of_new.contains("unfixed-integer = \"info\""), "{of_new}");
    assert!(of_new.contains("globs = [\"new/**\"]"), "{of_new}");
    let overridden = shown(&["--no-config", "--ignore", "L", "a.h"]);
    assert!(overridden.contains("# no configuration"), "{overridden}");
    assert!(overridden.contains("implicit-hole = \"off\""), "{overridden}");
}
