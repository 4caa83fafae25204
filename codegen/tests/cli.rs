//! The program: files, exit codes, and what it says.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::path::Path;
use std::process::{Command, Output};

use ioctlkit_report::visible::is_invisible;

const HEADER: &str = "#include <linux/ioctl.h>\n#define A_GET _IOR('A', 1, int)\n";

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let program = env!("CARGO_BIN_EXE_ioctl-gen");
    let Output { status, stdout, stderr } =
        Command::new(program).args(arguments).current_dir(folder).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.h"), HEADER).unwrap();
    folder
}

#[test]
fn a_module_is_printed_or_written_and_then_checked() {
    let folder = folder();
    let (code, printed, said) = run(folder.path(), &["import", "a.h"]);
    assert_eq!((code, said.as_str()), (0, ""));
    let (code, out, said) = run(folder.path(), &["import", "a.h", "-o", "a.rs"]);
    assert_eq!((code, out.as_str(), said.as_str()), (0, "", "a.rs: 1 commands\n"));
    assert_eq!(std::fs::read_to_string(folder.path().join("a.rs")).unwrap(), printed);
    let check = ["import", "a.h", "-o", "a.rs", "--check"];
    assert_eq!(run(folder.path(), &check), (0, String::new(), String::new()));
    std::fs::write(folder.path().join("a.h"), HEADER.replace("int", "short")).unwrap();
    let (code, _, said) = run(folder.path(), &check);
    let expected = "a.rs: the file is not what the header comes to; run without `--check`\n";
    assert_eq!((code, said.as_str()), (1, expected));
    assert_eq!(std::fs::read_to_string(folder.path().join("a.rs")).unwrap(), printed);
    assert_eq!(run(folder.path(), &["import", "a.h", "-o", "a.rs"]).0, 0);
    assert_eq!(run(folder.path(), &check).0, 0);
    assert_eq!(run(folder.path(), &["import", "a.h", "-o", "none.rs", "--check"]).0, 1);
}

#[test]
fn a_file_that_somebody_wrote_is_let_be_unless_forced() {
    let folder = folder();
    let own = folder.path().join("own.rs");
    std::fs::write(&own, "// mine\n").unwrap();
    let (code, _, said) = run(folder.path(), &["import", "a.h", "-o", "own.rs"]);
    assert_eq!(code, 2);
    assert!(said.contains("did not write this file") && said.contains("--force"), "{said}");
    assert_eq!(std::fs::read_to_string(&own).unwrap(), "// mine\n");
    assert_eq!(run(folder.path(), &["import", "a.h", "-o", "own.rs", "--force"]).0, 0);
    assert!(std::fs::read_to_string(&own).unwrap().contains("AIoctl"));
}

#[test]
fn what_cannot_be_done_is_said_and_changes_nothing() {
    let folder = folder();
    for (arguments, words) in [
        (&["import", "none.h"][..], "no such file"),
        (&["import", "a.h", "-o", "none/a.rs"], "cannot write"),
        (&["import", "a.h", "--allow", "("], "regex"),
        (&["import", "a.h", "--interface-name", "no name"], "a capital"),
        (&["import", "."], "--> ."),
    ] {
        let (code, _, said) = run(folder.path(), arguments);
        assert_eq!(code, 2, "{arguments:?}: {said}");
        assert!(said.contains(words), "{arguments:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_header_is_found_by_its_name_below_an_include_folder() {
    let folder = folder();
    let inside = folder.path().join("include/my");
    std::fs::create_dir_all(&inside).unwrap();
    std::fs::write(inside.join("b.h"), HEADER).unwrap();
    let (code, text, said) = run(folder.path(), &["import", "my/b.h", "-I", "include"]);
    assert_eq!((code, said.as_str()), (0, ""));
    assert!(text.contains("interface of `my/b.h`"), "{text}");
}

/// `/dev/full` is a disk without space.
#[test]
fn what_cannot_be_printed_is_told_and_ends_with_2() {
    let folder = folder();
    let gong = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/module/gong.rs");
    let gong = gong.to_str().unwrap();
    for arguments in [
        &["--help"][..],
        &["import", "--help"],
        &["--version"],
        &["import", "a.h"],
        &["new", "bell"],
        &["module", gong, "-o", "driver", "--dry-run"],
        &["module", gong, "-o", "driver", "--diff"],
        &["module", gong, "-o", "driver", "--diff", "--check"],
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_ioctl-gen"))
            .args(arguments)
            .current_dir(folder.path())
            .stdout(full)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        let expected = "cannot write to standard output: no space is left";
        assert!(said.contains(expected), "{arguments:?}: {said}");
        assert!(!folder.path().join("driver").exists(), "{arguments:?}");
    }
}

#[test]
fn no_path_is_more_than_text_in_a_generated_module_or_a_message() {
    let folder = folder();
    let unseen = |text: &str| text.chars().find(|c| is_invisible(*c) && !matches!(c, '\n' | '\t'));
    let header = "a\u{1b}[2J\u{202e}::error::*b`.h";
    std::fs::write(folder.path().join(header), HEADER).unwrap();
    let search = "none\u{202e}\n//! ```\nfn it_ran() {}";
    let (code, text, said) = run(folder.path(), &["import", header, "-I", search]);
    assert_eq!(code, 0, "{said}");
    assert_eq!((unseen(&text), unseen(&said)), (None, None), "{text}{said}");
    assert!(!text.lines().any(|line| line.starts_with("fn it_ran")), "{text}");
    let out = "out\u{202e}\n::error::x.rs";
    for arguments in [
        &["import", header, "-o", out][..],
        &["import", header, "-o", out, "--check"],
        &["import", "none\u{202e}\n::error::x"],
        &["module", "none\u{202e}\n::error::x.rs"],
        &["new", "bell", "--path", out],
        &["new", "bell", "--path", "bell\u{202e}\n::error::x"],
        &["new", "bell", "--ioctlkit", "none\u{202e}\n::error::x"],
        &["test", "none\u{202e}\n::error::x"],
    ] {
        let (_, printed, said) = run(folder.path(), arguments);
        for text in [printed, said] {
            assert_eq!(unseen(&text), None, "{arguments:?}: {text}");
            assert!(!text.lines().any(|line| line.starts_with("::e")), "{arguments:?}: {text}");
        }
    }
}

#[test]
fn completions_and_manual_pages_are_made() {
    let folder = folder();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let (code, text, said) = run(folder.path(), &["completions", shell]);
        assert_eq!((code, said.as_str()), (0, ""));
        assert!(text.contains("ioctl-gen") && text.contains("import"), "{shell}: {text}");
    }
    let (code, page, _) = run(folder.path(), &["man"]);
    assert_eq!(code, 0);
    assert!(page.contains(".TH ioctl-gen 1"), "{page}");
    assert_eq!(run(folder.path(), &["man", "--dir", "pages"]).0, 0);
    for name in ["ioctl-gen.1", "ioctl-gen-new.1", "ioctl-gen-module.1", "ioctl-gen-test.1"] {
        assert!(folder.path().join("pages").join(name).is_file(), "{name}");
    }
    let (code, _, said) = run(folder.path(), &["man", "--dir", "a.h/pages"]);
    assert_eq!(code, 2);
    assert!(said.contains("cannot write a.h/pages"), "{said}");
}

#[test]
fn messages_are_coloured_where_that_is_asked_for() {
    let folder = folder();
    let import = |when: &[&str]| run(folder.path(), &[&["import", "none.h"], when].concat()).2;
    assert!(!import(&[]).contains('\u{1b}'));
    assert!(import(&["--color", "always"]).contains('\u{1b}'));
    assert!(!import(&["--color", "never"]).contains('\u{1b}'));
}

#[test]
fn a_command_line_that_is_wrong_is_answered_in_the_colours_that_it_asks_for() {
    let folder = folder();
    let said = |arguments: &[&str]| run(folder.path(), arguments).2;
    assert!(!said(&["--such"]).contains('\u{1b}'));
    assert!(said(&["--such", "--color=always"]).contains("\u{1b}["));
    assert!(!said(&["--color", "always", "--such", "--color", "never"]).contains('\u{1b}'));
    // What is quoted is no colour.
    let quoted = said(&["--color", "always", "--su\u{1b}[31mch"]);
    assert!(!quoted.contains('\u{1b}') && quoted.contains("unexpected"), "{quoted}");
    let help = run(folder.path(), &["--color", "always", "--help"]).1;
    assert!(help.contains("\u{1b}["), "{help}");
}
