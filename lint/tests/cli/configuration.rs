use insta::assert_snapshot;

use crate::run::{CLEAN, Folder, HOLE};

const CONFIG: &str = "ioctl-lint.toml";

#[test]
fn wrong_configurations_are_shown_with_the_line() {
    let texts = [
        "profle = \"new\"\n",
        "profile = \"new\n",
        "[rules]\nL0O1 = \"off\"\nnonsense = \"off\"\n",
        "[rules]\nL001 = \"of\"\n",
        "[[path]]\nglobs = [\"include/{a\"]\n",
        "abis = [\"x86-64\"]\n",
        "# \u{e9}\nbaseline = 1\n",
        "features = \"every\"\n",
        "features = \"all\"\ndefault-features = false\n",
    ];
    let mut seen = String::new();
    for text in texts {
        let folder = Folder::with("foo.h", HOLE).and(CONFIG, text);
        let done = folder.run(&["check", "foo.h"]);
        assert_eq!(done.code, 2, "{text}");
        assert_eq!(done.stdout, "", "{text}");
        seen += &done.stderr;
    }
    assert_snapshot!(seen);
}

#[test]
fn a_configuration_that_is_no_text_or_missing_is_named() {
    let folder = Folder::with("foo.h", HOLE).and(CONFIG, b"# \xff\n");
    let no_text = folder.run(&["check", "foo.h"]);
    let missing = folder.run(&["check", "--config", "none.toml", "foo.h"]);
    assert_eq!((no_text.code, missing.code), (2, 2));
    assert_snapshot!(no_text.stderr + &missing.stderr);
}

#[test]
fn the_nearest_configuration_decides_for_each_path() {
    let folder = Folder::with("a/foo.h", HOLE)
        .and("a/ioctl-lint.toml", "[rules]\nimplicit-hole = \"off\"\n")
        .and("b/inner/foo.h", HOLE)
        .and(CONFIG, "[rules]\nimplicit-hole = \"error\"\n");
    assert_eq!(folder.check(&["a"]).code, 0);
    assert!(folder.check(&["b"]).stdout.contains("error[L001]"));
    let both = folder.check(&["a", "b"]);
    assert_eq!(both.code, 1);
    assert_eq!(both.stdout.matches("[L001]").count(), 1, "{}", both.seen());
    assert!(both.stdout.contains("b/inner/foo.h"), "{}", both.seen());
    assert_eq!(both.stderr.matches("checked 2 headers").count(), 1, "{}", both.seen());
    let without = folder.check(&["--no-config", "a"]);
    assert!(without.stdout.contains("warning[L001]"), "{}", without.seen());
    let named = folder.check(&["--config", CONFIG, "a"]);
    assert!(named.stdout.contains("error[L001]"), "{}", named.seen());
}

#[test]
fn path_entries_are_relative_to_the_configuration() {
    let config = "[[path]]\nglobs = [\"old/**\"]\nrules = { L001 = \"off\" }\n";
    let folder = Folder::with("old/foo.h", HOLE).and("new/foo.h", HOLE).and(CONFIG, config);
    let done = folder.check(&["."]);
    assert_eq!(done.stdout.matches("[L001]").count(), 1, "{}", done.seen());
    assert!(done.stdout.contains("new/foo.h"), "{}", done.seen());
    let mut command = folder.command(&["check", "--select", "L001", "foo.h"]);
    let inside = command.current_dir(folder.path("old")).output().unwrap();
    assert_eq!(inside.status.code(), Some(0), "the folder that it is run in does not matter");
}

#[test]
fn the_configuration_says_what_fails_and_the_command_line_goes_before_it() {
    let folder = Folder::with("foo.h", HOLE).and(CONFIG, "fail-on = \"error\"\n");
    let code = |arguments: &[&str]| folder.check(&[&["foo.h"], arguments].concat()).code;
    assert_eq!(code(&[]), 0);
    assert_eq!(code(&["--fail-on", "warning"]), 1);
    assert_eq!(code(&["--fail-on", "never"]), 0);
    assert_eq!(code(&["--severity", "L001=error"]), 1);
    assert_eq!(code(&["--severity", "L001=info", "--fail-on", "warning"]), 0);
    assert_eq!(code(&["--severity", "L001=info", "--fail-on", "info"]), 1);
}

#[test]
fn include_folders_of_a_configuration_are_beside_it() {
    let config = "include-dirs = [\"include\"]\ndefines = [\"WANTED\"]\n";
    let header = "#ifdef WANTED\n#include \"inner.h\"\n#endif\n";
    let folder = Folder::with("sub/foo.h", header)
        .and("include/inner.h", CLEAN)
        .and("include/outer.h", "")
        .and(CONFIG, config);
    let output =
        folder.command(&["check", "foo.h"]).current_dir(folder.path("sub")).output().unwrap();
    assert!(!String::from_utf8(output.stdout).unwrap().contains("inner.h' file not found"));
}
