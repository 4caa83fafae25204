//! Revisions of git repositories, compared without a work tree's help.

use std::fs;
use std::process::Command;

use crate::run::{Done, Folder};

const HEAD: &str = "#include <linux/types.h>\n#include <linux/ioctl.h>\n";

fn header(members: &str) -> String {
    format!("{HEAD}struct w {{ {members} }};\n#define W_GET _IOR(0xdc, 1, struct w)\n")
}

/// A repository in `repository/` of a folder.
struct Repository(Folder);

impl Repository {
    fn new() -> Self {
        let folder = Folder::with("repository/README", "a driver\n");
        let repository = Self(folder);
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository.commit("empty");
        repository
    }

    fn git(&self, arguments: &[&str]) -> String {
        let done = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
            .args(arguments)
            .current_dir(self.0.path("repository"))
            .output()
            .expect("git is needed");
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path("repository").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.0.path("repository").join(path)).unwrap();
    }

    fn commit(&self, tag: &str) {
        self.git(&["add", "--all", "."]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", tag]);
        self.git(&["tag", tag]);
    }

    fn diff_in(&self, folder: &str, arguments: &[&str]) -> Done {
        let format = ["--format", "concise"];
        let format = if arguments.contains(&"--format") { &[][..] } else { &format };
        let arguments = [&["diff", "--no-config"], format, &["--rev"], arguments].concat();
        let mut command = self.0.command(&arguments);
        command.env("TMPDIR", self.0.path("temporary"));
        fs::create_dir_all(self.0.path("temporary")).unwrap();
        let done =
            Done::of(command.current_dir(self.0.path(folder)).output().unwrap(), &self.0.path(""));
        assert_eq!(fs::read_dir(self.0.path("temporary")).unwrap().count(), 0, "files are left");
        done
    }

    fn diff(&self, arguments: &[&str]) -> Done {
        self.diff_in("repository", arguments)
    }
}

#[track_caller]
fn says(done: &Done, words: &[&str]) {
    let found = done.stdout.lines().any(|line| words.iter().all(|word| line.contains(word)));
    assert!(found, "{words:?}: {}", done.seen());
}

#[test]
fn a_path_that_is_gone_from_the_work_tree_is_compared() {
    let repository = Repository::new();
    repository.write("a/w.h", &header("__u32 a;"));
    repository.commit("v1");
    repository.write("a/w.h", &header("__u64 a;"));
    repository.commit("v2");
    repository.write("b/w.h", &header("__u64 a;"));
    repository.remove("a/w.h");
    fs::remove_dir(repository.0.path("repository/a")).unwrap();
    repository.commit("v3");
    says(&repository.diff(&["v1..v2", "a/w.h"]), &["a/w.h:3:18", "error[D004]"]);
    for gone in [&["v1..v3", "a/w.h"][..], &["v1", "a/w.h"]] {
        let done = repository.diff(gone);
        says(&done, &["v1:a/w.h", "error[D009]"]);
        assert_eq!(done.code, 1, "{}", done.seen());
    }
    let done = repository.diff(&["v1..v3", "b/w.h"]);
    assert_eq!((done.code, done.stdout.as_str()), (0, ""), "it is new: {}", done.seen());
    let done = repository.diff(&["v1..v3", "c/w.h"]);
    assert_eq!(done.code, 2, "{}", done.seen());
    assert!(done.stderr.contains("in either version"), "{}", done.seen());
}

#[test]
fn included_headers_and_folders_of_options_are_those_of_each_revision() {
    let repository = Repository::new();
    let text = format!("{HEAD}#include \"t.h\"\n#define W_GET _IOR(0xdc, 1, struct w)\n");
    repository.write("a/w.h", &text);
    repository.write("b/t.h", "struct w { __u32 a; };\n");
    repository.commit("v1");
    repository.write("b/t.h", "struct w { __u32 a; __u32 b; };\n");
    repository.commit("v2");
    for path in ["a/w.h", "."] {
        let done = repository.diff(&["v1..v2", path, "-I", "b"]);
        says(&done, &["b/t.h:1:8", "error[D003]"]);
    }
}

#[test]
fn three_dots_are_the_merge_base() {
    let repository = Repository::new();
    let of = |more: &str| format!("{HEAD}#define W_OFF _IO(0xdc, 1)\n{more}");
    repository.write("w.h", &of(""));
    repository.commit("base");
    repository.git(&["checkout", "--quiet", "-b", "topic"]);
    repository.write("w.h", &of("#define W_ON _IO(0xdc, 2)\n"));
    repository.commit("t");
    repository.git(&["checkout", "--quiet", "main"]);
    repository.write("w.h", &of("#define W_UP _IO(0xdc, 3)\n"));
    repository.commit("m");
    says(&repository.diff(&["main..topic"]), &["`W_UP` is gone"]);
    let done = repository.diff(&["main...topic"]);
    assert_eq!((done.code, done.stdout.as_str()), (0, ""), "{}", done.seen());
}

#[test]
fn a_repository_without_a_work_tree_is_compared() {
    let repository = Repository::new();
    repository.write("a/w.h", &header("__u32 a;"));
    repository.commit("v1");
    repository.write("a/w.h", &header("__u64 a;"));
    repository.commit("v2");
    repository.git(&["clone", "--quiet", "--bare", ".", "../bare.git"]);
    for (folder, arguments) in [
        ("bare.git", &["v1..v2"][..]),
        ("bare.git", &["v1..v2", "a/w.h"]),
        ("", &["v1..v2", "bare.git"]),
    ] {
        says(&repository.diff_in(folder, arguments), &["a/w.h:3:18", "error[D004]"]);
    }
    let done = repository.diff_in("bare.git", &["v1"]);
    assert_eq!(done.code, 2, "{}", done.seen());
    assert!(done.stderr.contains("no work tree"), "{}", done.seen());
}

#[test]
fn revisions_without_any_header_have_nothing() {
    let repository = Repository::new();
    repository.write("w.h", &header("__u32 a;"));
    repository.commit("v1");
    let done = repository.diff(&["empty..v1"]);
    assert_eq!((done.code, done.stdout.as_str()), (0, ""), "{}", done.seen());
    says(&repository.diff(&["v1..empty"]), &["error[D001]", "`W_GET`"]);
    let done = repository.diff(&["empty..empty"]);
    assert_eq!(done.code, 2, "{}", done.seen());
}

#[test]
fn what_the_repository_lacks_matters_only_to_what_needs_it() {
    let repository = Repository::new();
    repository.write("w.h", &header("__u32 a;"));
    repository.write("other.h", &header("__u32 other;").replace("W_GET", "O_GET"));
    repository.commit("v1");
    repository.write("w.h", &header("__u64 a;"));
    repository.commit("v2");
    let id = repository.git(&["rev-parse", "HEAD:other.h"]);
    let kept = repository.0.path("repository/.git/objects").join(&id[..2]).join(&id[2..]);
    fs::remove_file(kept).unwrap();
    let done = repository.diff(&["v1..v2", "w.h"]);
    says(&done, &["w.h:3:18", "error[D004]"]);
    assert_eq!(done.code, 1, "{}", done.seen());
    // As a part of the whole it is missed, and nothing in it is gone.
    let done = repository.diff(&["v1..v2"]);
    says(&done, &["w.h:3:18", "error[D004]"]);
    assert!(!done.stdout.contains("O_GET"), "{}", done.seen());
    assert_eq!(done.code, 2, "{}", done.seen());
    let json = repository.diff(&["v1..v2", "--format", "json"]);
    assert!(json.stdout.contains("\"other.h\""), "{}", json.stdout);
    assert!(!json.stdout.contains("temporary"), "a path that nobody knows: {}", json.stdout);
}

#[test]
fn services_are_given_places_in_the_new_version() {
    let repository = Repository::new();
    repository.write("include/w.h", &header("__u32 a;"));
    repository.write(
        "include/gone.h",
        &header("__u32 a;").replace("W_GET", "G_GET").replace("struct w", "struct g"),
    );
    repository.commit("v1");
    repository.write("include/w.h", HEAD);
    repository.remove("include/gone.h");
    repository.commit("v2");
    for format in ["sarif", "github", "gitlab"] {
        let done = repository.diff(&["v1..v2", "--format", format]);
        assert!(done.stdout.contains("include/w.h"), "{format}: {}", done.stdout);
        let mark = match format {
            "sarif" => "\"uri\": \"",
            "gitlab" => "\"path\": \"",
            _ => "file=",
        };
        let places: Vec<&str> = done
            .stdout
            .split(mark)
            .skip(1)
            .filter_map(|rest| rest.split(['"', ',']).next())
            .filter(|place| !place.starts_with("https:"))
            .collect();
        assert!(!places.is_empty(), "{format}: {}", done.stdout);
        for place in places {
            assert!(["include/w.h", "include/gone.h"].contains(&place), "{format}: {place}");
        }
    }
}
