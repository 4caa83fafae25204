//! `check --patch` and `check -`: what a patch introduces, and what is on standard input.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::run::{CLEAN, Done, Folder, HOLE};

const HEAD: &str = "#include <linux/ioctl.h>\n#include <linux/types.h>\n\n";

/// A header with a hole that is there before any patch, and a command that none of them touches.
fn old_header() -> String {
    format!(
        "{HEAD}struct old {{\n\t__u32 a;\n\t__u64 b;\n}};\n\n#define OLD_GET _IOR('x', 1, struct old)\n\n\
         /* the end */\n"
    )
}

/// The same with one more command, whose structure has a hole as well.
fn new_header() -> String {
    old_header().replace(
        "/* the end */",
        "struct new {\n\t__u32 a;\n\t__u64 b;\n};\n\n#define NEW_GET _IOR('x', 2, struct new)\n\n\
         /* the end */",
    )
}

struct Repository(Folder);

impl Repository {
    fn with(files: &[(&str, &str)]) -> Self {
        let repository = Self(Folder::new());
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        for (path, text) in files {
            repository.write(path, text);
        }
        repository.commit("old");
        repository
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
            .args(arguments)
            .current_dir(self.0.path(""))
            .output()
            .expect("git is needed");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "--all", "."]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
    }

    /// What git says of these changes, which are then in the work tree.
    fn diff(&self, files: &[(&str, &str)], arguments: &[&str]) -> String {
        for (path, text) in files {
            self.write(path, text);
        }
        self.git(&["add", "--intent-to-add", "."]);
        self.git(&[&["diff"], arguments].concat())
    }

    fn undo(&self) {
        self.git(&["reset", "--quiet", "--hard"]);
    }

    /// The paths and contents of all files, to see that nothing was written.
    fn state(&self) -> String {
        self.git(&["status", "--porcelain", "--ignored"]) + &self.git(&["diff"])
    }

    fn check_in(&self, folder: &str, patch: &str, arguments: &[&str]) -> Done {
        let format = ["--format", "concise"];
        let format = if arguments.contains(&"--format") { &[][..] } else { &format };
        let arguments = [&["check", "--patch", "-"], format, arguments].concat();
        let mut command = self.0.command(&arguments);
        let before = self.state();
        let done = with_input(command.current_dir(self.0.path(folder)), patch, &self.0);
        assert_eq!(self.state(), before, "something was written");
        done
    }

    fn check(&self, patch: &str, arguments: &[&str]) -> Done {
        self.check_in("", patch, arguments)
    }
}

fn with_input(command: &mut Command, input: impl AsRef<[u8]>, folder: &Folder) -> Done {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // The program may have refused it already.
    let _ = child.stdin.take().unwrap().write_all(input.as_ref());
    Done::of(child.wait_with_output().unwrap(), &folder.path(""))
}

#[track_caller]
fn says(done: &Done, words: &[&str]) {
    let lines = || done.stdout.lines().chain(done.stderr.lines());
    let found = lines().any(|line| words.iter().all(|word| line.contains(word)));
    assert!(found, "{words:?}: {}", done.seen());
}

#[track_caller]
fn says_not(done: &Done, word: &str) {
    assert!(!done.stdout.contains(word), "{word}: {}", done.seen());
}

#[test]
fn what_the_patch_introduces_is_found_and_what_was_there_is_not() {
    let repository = Repository::with(&[("uapi/x.h", &old_header())]);
    let patch = repository.diff(&[("uapi/x.h", &new_header())], &[]);
    let applied = repository.check(&patch, &[]);
    repository.undo();
    let not_applied = repository.check(&patch, &[]);
    for done in [&applied, &not_applied] {
        assert_eq!(done.code, 1, "{}", done.seen());
        says(done, &["uapi/x.h:12:8", "[L001]"]);
        says_not(done, "uapi/x.h:5:");
        says_not(done, "struct old");
        says(done, &["older than the patch and not shown"]);
    }
    assert_eq!(applied.stdout, not_applied.stdout);
    // From a folder below, with the same prefixes and without.
    let below = repository.check_in("uapi", &patch, &[]);
    says(&below, &["../uapi/x.h:12:8", "[L001]"]);
    let bare = patch.replace("a/uapi", "uapi").replace("b/uapi", "uapi");
    assert_eq!(repository.check(&bare, &[]).stdout, not_applied.stdout);
}

#[test]
fn moved_lines_bring_nothing_and_a_removed_mistake_is_counted() {
    let repository = Repository::with(&[("x.h", &old_header())]);
    let moved = old_header().replace(HEAD, &format!("/* more */\n\n{HEAD}"));
    let done = repository.check(&repository.diff(&[("x.h", &moved)], &[]), &[]);
    assert_eq!((done.code, done.stdout.as_str()), (0, ""), "{}", done.seen());
    let mended = old_header().replace("__u64 b", "__u32 b");
    let done = repository.check(&repository.diff(&[("x.h", &mended)], &[]), &["--select", "L"]);
    assert_eq!((done.code, done.stdout.as_str()), (0, ""), "{}", done.seen());
    says(&done, &["the patch removes"]);
}

#[test]
fn a_changed_layout_of_a_command_is_told_as_diff_tells_it() {
    let repository = Repository::with(&[("include/x.h", &old_header())]);
    let changed = old_header().replace("__u64 b;", "__u64 b;\n\t__u64 c;");
    let patch = repository.diff(&[("include/x.h", &changed)], &[]);
    let done = repository.check(&patch, &[]);
    assert_eq!(done.code, 1, "{}", done.seen());
    says(&done, &["include/x.h:4:8", "error[D003]"]);
    // The same that the comparison of revisions says.
    let diff = repository.0.run(&["diff", "--format", "concise", "--rev", "HEAD", "include/x.h"]);
    let of_diff: Vec<&str> = diff.stdout.lines().filter(|line| line.contains("[D")).collect();
    let of_patch: Vec<&str> = done.stdout.lines().filter(|line| line.contains("[D")).collect();
    assert_eq!(of_patch, of_diff);
    assert!(!of_diff.is_empty());
    // What is gone is shown by the name that the patch has for it, and to services at the file's new one.
    let gone = old_header().replace("#define OLD_GET _IOR('x', 1, struct old)\n", "");
    let patch = repository.diff(&[("include/x.h", &gone)], &[]);
    says(&repository.check(&patch, &["--select", "D"]), &["a/include/x.h:9", "[D001]"]);
    let done = repository.check(&patch, &["--select", "D", "--format", "github"]);
    says(&done, &["file=include/x.h", "D001"]);
}

#[test]
fn an_untouched_line_is_told_that_the_patch_makes_wrong() {
    let other = format!("{HEAD}#include \"x.h\"\n#define Y_GET _IOR('y', 1, struct old)\n");
    let repository = Repository::with(&[("x.h", &old_header()), ("y.h", &other)]);
    // The structure's other user, in a header that the patch does not touch.
    let changed = old_header().replace("__u64 b;", "__u64 b;\n\t__u64 c;");
    let patch = repository.diff(&[("x.h", &changed)], &[]);
    let done = repository.check(&patch, &["--format", "json"]);
    assert!(done.stdout.contains("Y_GET"), "{}", done.seen());
    // A number that a command has already.
    let shared = old_header().replace("/* the end */", "#define B_GET _IOR('x', 1, struct old)\n");
    let patch = repository.diff(&[("x.h", &shared)], &[]);
    says(&repository.check(&patch, &["--select", "N"]), &["[N008]"]);
}

#[test]
fn commands_of_other_headers_are_compared_where_these_are_named() {
    let other =
        format!("{HEAD}struct y {{ __u64 a[2]; }};\n#define Y_GET _IOR('x', 2, struct y)\n");
    let repository = Repository::with(&[("i/x.h", &old_header()), ("i/y.h", &other)]);
    let patch = repository.diff(&[("i/x.h", &new_header())], &[]);
    let done = repository.check(&patch, &["--select", "N"]);
    says(&done, &["numbers were not compared with those of other headers"]);
    says_not(&done, "Y_GET");
    let done = repository.check(&patch, &["--select", "N", "i"]);
    says(&done, &["i/y.h:5", "[N010]", "NEW_GET"]);
    // The header of the patch is no other one, however the folder is spelled.
    let spelled = repository.check(&patch, &["--select", "N", "./i/../i/"]);
    assert_eq!(spelled.stdout, done.stdout);
}

#[test]
fn files_that_are_new_renamed_or_deleted_are_judged() {
    let repository = Repository::with(&[("i/x.h", &old_header()), ("i/gone.h", CLEAN)]);
    fs::remove_file(repository.0.path("i/gone.h")).unwrap();
    fs::create_dir(repository.0.path("j")).unwrap();
    fs::rename(repository.0.path("i/x.h"), repository.0.path("j/moved.h")).unwrap();
    repository.write("new/folder/n.h", HOLE);
    repository.git(&["add", "--all", "."]);
    let patch = repository.git(&["diff", "--cached", "-M", "HEAD"]);
    assert!(patch.contains("rename to j/moved.h"), "{patch}");
    let applied = repository.check(&patch, &[]);
    repository.git(&["reset", "--quiet", "--hard"]);
    repository.git(&["clean", "--quiet", "-fd"]);
    let not_applied = repository.check(&patch, &[]);
    for done in [&applied, &not_applied] {
        says(done, &["new/folder/n.h:5:8", "[L001]"]);
        says(done, &["a/i/gone.h", "[D009]"]);
        says_not(done, "j/moved.h");
    }
    assert_eq!(applied.stdout, not_applied.stdout);
}

#[test]
fn a_new_header_is_judged_as_if_it_were_there() {
    for header in [HOLE, CLEAN] {
        let repository = Repository::with(&[("README", "x")]);
        let patch = repository.diff(&[("i/n.h", header)], &[]);
        let whole = repository.0.run(&["check", "--format", "concise", "i/n.h"]);
        repository.git(&["reset", "--quiet", "--hard"]);
        repository.git(&["clean", "--quiet", "-fd"]);
        let done = repository.check(&patch, &[]);
        assert_eq!((done.stdout, done.code), (whole.stdout, whole.code));
    }
}

#[test]
fn included_headers_are_those_of_the_patch() {
    let of = |bound: &str| format!("#define LENGTH {bound}\n");
    let header = format!(
        "{HEAD}#include \"n.h\"\nstruct w {{ __u8 a[LENGTH]; }};\n#define W_GET _IOR('w', 1, struct w)\n"
    );
    let repository = Repository::with(&[("w.h", &header), ("n.h", &of("8"))]);
    let patch = repository.diff(&[("n.h", &of("16"))], &[]);
    for _ in 0..2 {
        let done = repository.check(&patch, &["--select", "D"]);
        says(&done, &["w.h:5:", "error[D004]"]);
        assert_eq!(done.code, 1, "{}", done.seen());
        repository.undo();
    }
}

#[test]
fn a_series_in_an_mbox_is_judged_as_a_whole() {
    let repository = Repository::with(&[("x.h", &old_header())]);
    let between = old_header().replace("OLD_GET _IOR('x', 1", "OLD_GET _IOR('x', 7");
    for (text, message) in [(between, "one"), (new_header(), "two: grüße")] {
        repository.write("x.h", &text);
        repository.commit(message);
    }
    let mbox = repository.git(&["format-patch", "--stdout", "--attach", "--cover-letter", "-2"]);
    let applied = repository.check(&mbox, &[]);
    repository.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    let half = repository.check(&mbox, &[]);
    repository.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    let not_applied = repository.check(&mbox, &[]);
    for done in [&applied, &half, &not_applied] {
        says(done, &["x.h:12:8", "[L001]"]);
        // The number that one patch changes, the next one changes back.
        says_not(done, "[D");
        assert_eq!(done.stdout, applied.stdout, "{}", done.seen());
    }
}

#[test]
fn rust_and_drivers_are_judged_as_well() {
    let rust = |size: &str| {
        format!(
            "#[repr(C)]\npub struct W {{ pub a: {size} }}\n\
             nix::ioctl_read!(w_get, b'w', 1, W);\n"
        )
    };
    let manifest = "[package]\nname = \"w\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
    let driver = |flags: &str| {
        format!(
            "static long foo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)\n{{\n\
             \tswitch (cmd) {{\n\tcase FOO_GET:\n\t\treturn 0;\n\tdefault:\n\t\treturn {flags};\n\t}}\n}}\n\n\
             static const struct file_operations foo_fops = {{\n\t.unlocked_ioctl = foo_ioctl,\n\
             \t.compat_ioctl = compat_ptr_ioctl,\n}};\n"
        )
    };
    let repository = Repository::with(&[
        ("w/Cargo.toml", manifest),
        ("w/src/lib.rs", &rust("u64")),
        ("d/foo.h", HOLE),
        ("d/foo.c", &driver("-ENOTTY")),
    ]);
    let patch =
        repository.diff(&[("w/src/lib.rs", &rust("usize")), ("d/foo.c", &driver("-EINVAL"))], &[]);
    let applied = repository.check(&patch, &[]);
    repository.undo();
    let not_applied = repository.check(&patch, &[]);
    for done in [&applied, &not_applied] {
        says(done, &["w/src/lib.rs:2", "[R002]"]);
        says(done, &["d/foo.c:7", "[H005]"]);
    }
    assert_eq!(applied.stdout, not_applied.stdout);
}

#[test]
fn a_patch_about_something_else_says_so_and_an_empty_one_as_well() {
    let repository = Repository::with(&[("README", "a\n"), ("mm.c", "int a;\n")]);
    let patch = repository.diff(&[("README", "b\n"), ("mm.c", "int b;\n")], &[]);
    for (patch, said) in
        [(patch.as_str(), "changes no file that has to do with ioctls"), ("", "the patch is empty")]
    {
        let done = repository.check(patch, &[]);
        assert_eq!((done.code, done.stdout.as_str()), (0, ""), "{}", done.seen());
        says(&done, &[said]);
    }
    let done = repository.check("Hello.\n", &[]);
    assert_eq!(done.code, 2, "{}", done.seen());
    says(&done, &["there is no diff in standard input"]);
}

#[test]
fn a_hunk_that_fits_neither_side_is_told_and_the_rest_is_judged() {
    let repository = Repository::with(&[("x.h", &old_header()), ("y.h", CLEAN)]);
    let y = CLEAN.replace("struct bar {", "struct bar {\n\t__u32 first;");
    let patch = repository.diff(&[("x.h", &new_header()), ("y.h", &y)], &[]);
    repository.undo();
    repository.write("y.h", "/* another file */\n");
    repository.commit("other");
    let done = repository.check(&patch, &[]);
    assert_eq!(done.code, 2, "{}", done.seen());
    says(&done, &["this hunk does not apply to y.h"]);
    says(&done, &["x.h:12:8", "[L001]"]);
}

#[test]
fn nothing_outside_of_the_tree_is_read() {
    let outside = Folder::with("secret.h", "secret\n#define X _IO('x', 1)\n");
    let secret = outside.path("secret.h");
    let repository = Repository::with(&[("x.h", CLEAN)]);
    let link = |target: &std::path::Path, name: &str| {
        std::os::unix::fs::symlink(target, repository.0.path(name)).unwrap();
    };
    link(&secret, "link.h");
    link(&outside.path(""), "folder");
    link(&outside.path("none/yet.h"), "dangling.h");
    repository.commit("links");
    let names = [
        format!("{}", secret.display()),
        "../secret.h".into(),
        "i/../../secret.h".into(),
        "link.h".into(),
        "folder/secret.h".into(),
        "folder/new.h".into(),
        "dangling.h".into(),
        ".git/config.h".into(),
    ];
    for name in &names {
        for patch in [
            format!(
                "--- a/{name}\n+++ b/{name}\n@@ -1,2 +1,2 @@\n-secret\n+other\n #define X _IO('x', 1)\n"
            ),
            format!(
                "--- {name}\n+++ {name}\n@@ -1,2 +1,2 @@\n-secret\n+other\n #define X _IO('x', 1)\n"
            ),
            format!("--- /dev/null\n+++ b/{name}\n@@ -0,0 +1 @@\n+#define X _IO('x', 1)\n"),
        ] {
            let done = repository.check(&patch, &[]);
            let leaves = |line: &str| line.starts_with('/') || line.starts_with("..");
            assert!(!done.stdout.lines().any(leaves), "{patch}: {}", done.seen());
            assert!(matches!(done.code, 1 | 2), "{patch}: {}", done.seen());
            if done.code == 1 {
                // `a/` is a folder by that name for one that has no tree.
                assert!(patch.starts_with("--- /dev/null"), "{patch}: {}", done.seen());
            }
        }
    }
}

#[test]
fn a_binary_patch_is_told_and_damage_has_its_line() {
    let repository = Repository::with(&[("x.h", CLEAN)]);
    let patch = repository.diff(&[("x.h", "\0\u{1}\0")], &[]);
    says(&repository.check(&patch, &[]), &["x.h is changed by a binary patch, which is not read"]);
    let cut = "--- a/x.h\n+++ b/x.h\n@@ -1,9 +1,9 @@\n a\n";
    let done = repository.check(cut, &[]);
    assert_eq!(done.code, 2, "{}", done.seen());
    says(&done, &["line 3", "the patch ends before this hunk does"]);
    repository.undo();
    let done = repository.0.run(&["check", "--patch", "none.patch"]);
    assert_eq!(done.code, 2, "{}", done.seen());
    says(&done, &["cannot read the patch none.patch: no such file or directory"]);
}

#[test]
fn services_get_paths_from_the_root_wherever_the_run_is_started() {
    let repository = Repository::with(&[("i/below/x.h", HOLE)]);
    let places =
        [("", "i/below/x.h"), ("i", "below/x.h"), ("i/below", "x.h"), ("i/below", "../below/x.h")];
    for format in ["json", "sarif", "github", "gitlab", "junit", "html"] {
        let mut seen = Vec::new();
        for (folder, path) in places {
            let mut command =
                repository.0.command(&["check", "--select", "L001", "--format", format, path]);
            let output = command.current_dir(repository.0.path(folder)).output().unwrap();
            seen.push(Done::of(output, &repository.0.path("")).stdout);
        }
        assert!(seen[0].contains("i/below/x.h"), "{format}: {}", seen[0]);
        assert!(seen.iter().all(|text| *text == seen[0]), "{format}: {seen:#?}");
    }
}

#[test]
fn standard_input_is_judged_as_the_file_that_it_is_said_to_be() {
    let typed = "struct t { __u32 a; __u64 b; };\n";
    let header = format!("{HEAD}#include \"t.h\"\n#define X_GET _IOR('x', 1, struct t)\n");
    let folder = Folder::with("i/t.h", typed)
        .and("i/x.h", "no header at all {")
        .and("i/ioctl-lint.toml", "[rules]\nimplicit-hole = \"error\"\n");
    let run = |arguments: &[&str]| {
        let arguments = [&["check", "--format", "concise"], arguments].concat();
        with_input(&mut folder.command(&arguments), &header, &folder)
    };
    // Whether there is such a file or not.
    for name in ["i/x.h", "i/new.h"] {
        let done = run(&["-", "--stdin-filename", name, "--select", "N,C,L"]);
        assert_eq!(done.code, 1, "{}", done.seen());
        says(&done, &[&format!("{name}:5:")]);
        says_not(&done, "[L019]");
    }
    assert_eq!(folder.read("i/x.h"), "no header at all {");
    let done = run(&["-"]);
    assert_eq!(done.code, 2, "{}", done.seen());
    says(&done, &["nothing says what file standard input is"]);
    says(&done, &["--stdin-filename include/uapi/linux/foo.h"]);
    let done = run(&["i/t.h", "--stdin-filename", "i/x.h"]);
    assert_eq!(done.code, 2, "{}", done.seen());
    // In Rust, as its name says.
    let rust = "#[repr(C)]\npub struct W { pub a: usize }\nnix::ioctl_read!(w_get, b'w', 1, W);\n";
    let arguments = ["check", "--format", "concise", "-", "--stdin-filename", "src/lib.rs"];
    let done = with_input(&mut folder.command(&arguments), rust, &folder);
    says(&done, &["src/lib.rs:2", "[R002]"]);
}

#[test]
fn a_finding_that_the_patch_makes_worse_is_new() {
    let of = |width: &str| {
        format!(
            "{HEAD}struct p {{\n\t__u32 a;\n\t{width} b;\n\t__u64 c;\n}};\n#define P_GET _IOR('x', 1, struct p)\n"
        )
    };
    let repository = Repository::with(&[("x.h", &of("__u16"))]);
    let full = &["--select", "L001", "--format", "full"];
    let worse = repository.check(&repository.diff(&[("x.h", &of("__u8"))], &[]), full);
    says(&worse, &["3 bytes of padding"]);
    says(&worse, &["without the patch: 2 bytes of padding"]);
    repository.undo();
    repository.write("x.h", &of("__u8"));
    repository.commit("worse");
    let better = repository.check(&repository.diff(&[("x.h", &of("__u16"))], &[]), full);
    says_not(&better, "L001");
    says(&better, &["older than the patch and not shown"]);
}

#[test]
fn what_neither_side_tells_is_not_the_patchs() {
    let of = |command: &str, other: u32| {
        format!("{HEAD}#define ODD VENDOR_IOR(1, int)\n#define EVEN {command}\n#define X {other}\n")
    };
    let even = "_IOR('x', 2, __u32)";
    let repository = Repository::with(&[("x.h", &of(even, 1))]);
    let done = repository.check(&repository.diff(&[("x.h", &of(even, 2))], &[]), &[]);
    says(&done, &["[D012]", "`X`"]);
    says_not(&done, "D011");
    repository.undo();
    let lost = of("VENDOR_IOR(2, __u32)", 1);
    let done = repository.check(&repository.diff(&[("x.h", &lost)], &[]), &[]);
    says(&done, &["error[D011]", "`EVEN`"]);
    says_not(&done, "`ODD`");
}
