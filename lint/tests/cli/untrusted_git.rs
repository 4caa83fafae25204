//! Repositories that somebody made to do harm: by their configuration, by what they lack, and by where
//! they lead.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};

use crate::run::{CLEAN, Done, Folder, HOLE};

fn git(folder: &Folder, below: &str, arguments: &[&str]) -> String {
    let done = Command::new("git")
        .args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.org",
            "-c",
            "protocol.allow=always",
        ])
        .args(arguments)
        .current_dir(folder.path(below))
        .output()
        .expect("git is needed");
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

fn commit(folder: &Folder, below: &str) {
    git(folder, below, &["init", "--quiet", "--initial-branch=main"]);
    git(folder, below, &["add", "."]);
    git(folder, below, &["commit", "--quiet", "--message=first"]);
}

/// A repository with a commit, and a program beside it that leaves a mark.
fn repository() -> Folder {
    let folder =
        Folder::with("tree/foo.h", HOLE).and("tree/.gitattributes", "*.h diff=x filter=x\n");
    let mark = folder.path("ran");
    let folder = folder.and("x.sh", format!("#!/bin/sh\ntouch {}\ncat\n", mark.display()));
    fs::set_permissions(folder.path("x.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    commit(&folder, "tree");
    folder
}

fn diff(folder: &Folder, below: &str, revisions: &str) -> Done {
    let mut command = folder.command(&["diff", "--rev", revisions]);
    Done::of(command.current_dir(folder.path(below)).output().unwrap(), &folder.path(""))
}

/// Takes away the blob of a header, so that git would have to fetch it.
fn lose_the_header(folder: &Folder, below: &str) {
    let id = git(folder, below, &["rev-parse", "HEAD:foo.h"]);
    let kept = folder.path(below).join(".git/objects").join(&id[..2]).join(&id[2..]);
    fs::remove_file(kept).unwrap();
}

#[test]
fn no_configuration_of_a_repository_runs_anything() {
    let folder = repository();
    let program = folder.path("x.sh").display().to_string();
    fs::create_dir(folder.path("hooks")).unwrap();
    for hook in ["post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc"] {
        fs::copy(folder.path("x.sh"), folder.path("hooks").join(hook)).unwrap();
    }
    for name in [
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "core.askPass",
        "core.editor",
        "core.gitProxy",
        "core.alternateRefsCommand",
        "credential.helper",
        "diff.external",
        "diff.x.command",
        "diff.x.textconv",
        "filter.x.clean",
        "filter.x.smudge",
        "filter.x.process",
        "gpg.program",
        "alias.rev-parse",
        "alias.ls-tree",
        "pager.ls-tree",
        "pager.cat-file",
        "uploadpack.packObjectsHook",
    ] {
        git(&folder, "tree", &["config", name, &program]);
    }
    let hooks = folder.path("hooks").display().to_string();
    git(&folder, "tree", &["config", "core.hooksPath", &hooks]);
    // The configuration above makes git itself run the program.
    fs::write(folder.path("tree/foo.h"), CLEAN).unwrap();
    let _ = fs::remove_file(folder.path("ran"));
    let done = diff(&folder, "tree", "HEAD");
    assert_eq!(done.code, 1, "{}", done.seen());
    assert!(!folder.path("ran").exists(), "a program of the repository was run");
}

/// How a repository can say where to fetch what it lacks.
fn remotes(folder: &Folder) -> Vec<Vec<[String; 2]>> {
    let program = folder.path("x.sh").display().to_string();
    let elsewhere = folder.path("tree").display().to_string();
    let texts: [&[[&str; 2]]; 5] = [
        &[["url", "ext::RUN %S"]],
        &[["url", "file://THERE"], ["uploadpack", "RUN"]],
        &[["url", "THERE"], ["uploadpack", "RUN"]],
        &[["url", "ssh://host/x"]],
        &[["url", "git://host/x"]],
    ];
    let fill = |text: &str| text.replace("RUN", &program).replace("THERE", &elsewhere);
    texts.iter().map(|pairs| pairs.iter().map(|pair| pair.map(fill)).collect()).collect()
}

fn make_partial(folder: &Folder, below: &str, remote: &[[String; 2]]) {
    let program = folder.path("x.sh").display().to_string();
    let set = |name: &str, value: &str| git(folder, below, &["config", name, value]);
    set("core.repositoryFormatVersion", "1");
    set("extensions.partialClone", "evil");
    set("remote.evil.promisor", "true");
    set("core.sshCommand", &program);
    set("core.gitProxy", &program);
    for protocol in ["ext", "file", "ssh", "git"] {
        set(&format!("protocol.{protocol}.allow"), "always");
    }
    for [name, value] in remote {
        set(&format!("remote.evil.{name}"), value);
    }
}

#[test]
fn what_a_repository_lacks_is_not_fetched_and_said() {
    let folder = repository();
    lose_the_header(&folder, "tree");
    for remote in remotes(&folder) {
        make_partial(&folder, "tree", &remote);
        let _ = fs::remove_file(folder.path("ran"));
        let done = diff(&folder, "tree", "HEAD");
        assert_eq!(done.code, 2, "{remote:?}: {}", done.seen());
        assert!(done.stderr.contains("nothing is fetched here"), "{remote:?}: {}", done.stderr);
        assert!(!folder.path("ran").exists(), "{remote:?}: a program of the repository was run");
    }
}

#[test]
fn a_bare_repository_inside_of_a_tree_is_none() {
    let folder = repository();
    lose_the_header(&folder, "tree");
    let remote = &remotes(&folder)[0];
    make_partial(&folder, "tree", remote);
    // As it could be committed: the folder's name is not `.git`.
    fs::create_dir(folder.path("outer")).unwrap();
    fs::write(folder.path("outer/foo.h"), HOLE).unwrap();
    commit(&folder, "outer");
    fs::rename(folder.path("tree/.git"), folder.path("outer/inner")).unwrap();
    fs::write(folder.path("outer/inner/foo.h"), HOLE).unwrap();
    for work_tree in [None, Some("..")] {
        if let Some(work_tree) = work_tree {
            let config = folder.path("outer/inner/config").display().to_string();
            git(&folder, "outer", &["config", "--file", &config, "core.worktree", work_tree]);
        } else {
            let config = folder.path("outer/inner/config").display().to_string();
            git(&folder, "outer", &["config", "--file", &config, "core.bare", "true"]);
        }
        let _ = fs::remove_file(folder.path("ran"));
        let done = diff(&folder, "outer/inner", "HEAD");
        assert_eq!(done.code, 2, "{}", done.seen());
        assert!(done.stderr.contains("git"), "{}", done.stderr);
        assert!(!folder.path("ran").exists(), "{work_tree:?}: a program was run");
    }
}

#[test]
fn another_repository_is_not_read_through_a_tree() {
    let private = Folder::with("tree/foo.h", HOLE);
    commit(&private, "tree");
    let there = private.path("tree/.git");
    let refused = |folder: &Folder, how: &str| {
        let done = diff(folder, "tree", "HEAD");
        assert_eq!(done.code, 2, "{how}: {}", done.seen());
        assert_eq!(done.stdout, "", "{how}");
        assert!(done.stderr.contains("does not know of it"), "{how}: {}", done.stderr);
    };
    let folder = Folder::with("tree/foo.h", CLEAN);
    let at = folder.path("tree/.git");
    fs::write(&at, format!("gitdir: {}\n", there.display())).unwrap();
    refused(&folder, "a .git file");
    fs::remove_file(&at).unwrap();
    symlink(&there, &at).unwrap();
    refused(&folder, "a link");
    fs::remove_file(&at).unwrap();
    // A repository of its own whose references and objects are the other's.
    commit(&folder, "tree");
    for name in ["objects", "refs"] {
        fs::remove_dir_all(at.join(name)).unwrap();
        symlink(there.join(name), at.join(name)).unwrap();
    }
    refused(&folder, "links inside");
    fs::remove_dir_all(&at).unwrap();
    commit(&folder, "tree");
    fs::write(at.join("commondir"), there.display().to_string()).unwrap();
    refused(&folder, "a common folder");
    // A file that leads to a folder of the tree, which leads on.
    fs::rename(&at, folder.path("tree/inner")).unwrap();
    fs::write(folder.path("tree/inner/gitdir"), at.display().to_string()).unwrap();
    fs::write(&at, "gitdir: inner\n").unwrap();
    refused(&folder, "a folder that names it");
    fs::remove_dir_all(folder.path("tree/inner")).unwrap();
    fs::remove_file(&at).unwrap();
    commit(&folder, "tree");
    git(&folder, "tree", &["config", "core.worktree", &private.path("tree").display().to_string()]);
    refused(&folder, "another work tree");
}

#[test]
fn a_work_tree_and_a_submodule_are_read_through_their_own_repository() {
    let folder = Folder::with("tree/foo.h", HOLE).and("library/bar.h", HOLE);
    commit(&folder, "library");
    commit(&folder, "tree");
    git(&folder, "tree", &["submodule", "--quiet", "add", "../library", "library"]);
    git(&folder, "tree", &["worktree", "add", "--quiet", "../other"]);
    for (below, header) in [("other", "foo.h"), ("tree/library", "bar.h"), ("tree", "foo.h")] {
        fs::write(folder.path(below).join(header), CLEAN).unwrap();
        let done = diff(&folder, below, "HEAD");
        assert_eq!(done.code, 1, "{below}: {}", done.seen());
        assert!(done.stdout.contains("FOO_GET"), "{below}: {}", done.seen());
    }
}

#[test]
fn the_environment_of_a_hook_does_not_lead_elsewhere() {
    let folder = repository();
    fs::write(folder.path("tree/foo.h"), CLEAN).unwrap();
    let mut command = folder.command(&["diff", "--rev", "HEAD", "tree"]);
    command.env("GIT_DIR", "/nowhere").env("GIT_WORK_TREE", "/nowhere");
    command.env("GIT_TRACE", folder.path("traced"));
    let done = Done::of(command.output().unwrap(), &folder.path(""));
    assert_eq!(done.code, 1, "{}", done.seen());
    assert!(!folder.path("traced").exists());
}

/// A tree that lists the same tree many times, again and again: 270 bytes each, a billion files in all.
#[test]
fn a_revision_with_a_billion_files_is_refused() {
    let folder = repository();
    let mut mode_and_kind = ("100644 blob", git(&folder, "tree", &["rev-parse", "HEAD:foo.h"]));
    for _ in 0..9 {
        let (kind, id) = &mode_and_kind;
        let lines: Vec<String> = (0..10).map(|at| format!("{kind} {id}\t{at}.h\n")).collect();
        fs::write(folder.path("lines"), lines.concat()).unwrap();
        let made = Command::new("git")
            .arg("mktree")
            .stdin(fs::File::open(folder.path("lines")).unwrap())
            .current_dir(folder.path("tree"))
            .output()
            .unwrap();
        mode_and_kind = ("040000 tree", String::from_utf8(made.stdout).unwrap().trim().to_owned());
    }
    let commit = git(&folder, "tree", &["commit-tree", "-m", "many", &mode_and_kind.1]);
    let done = diff(&folder, "tree", &format!("{commit}..HEAD"));
    assert_eq!(done.code, 2, "{}", done.seen());
    assert!(done.stderr.contains("`git ls-tree` gave no answer"), "{}", done.stderr);
}

#[test]
fn a_signal_takes_the_files_of_a_revision_and_git_away() {
    let folder = repository();
    let real = Command::new("sh").args(["-c", "command -v git"]).output().unwrap();
    let real = String::from_utf8(real.stdout).unwrap();
    // Tells when it is asked for files, and never answers; the pipe is open as long as it is there.
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in\n*cat-file*) exec 3>{}; echo there >&3; exec sleep 600;;\n\
         *) exec {} \"$@\";;\nesac\n",
        folder.path("told").display(),
        real.trim()
    );
    let folder = folder.and("bin/git", script).and("temporary/keep", "");
    fs::set_permissions(folder.path("bin/git"), fs::Permissions::from_mode(0o755)).unwrap();
    assert!(Command::new("mkfifo").arg(folder.path("told")).status().unwrap().success());
    let path = format!("{}:{}", folder.path("bin").display(), std::env::var("PATH").unwrap());
    for signal in ["TERM", "INT", "HUP"] {
        let mut running = folder
            .command(&["diff", "--rev", "HEAD", "tree"])
            .env("PATH", &path)
            .env("TMPDIR", folder.path("temporary"))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut told = fs::File::open(folder.path("told")).unwrap();
        let mut word = [0; 6];
        told.read_exact(&mut word).unwrap();
        let entries = || fs::read_dir(folder.path("temporary")).unwrap().count();
        assert_eq!(entries(), 2, "there is a folder to take away");
        let pid = running.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &pid]).status().unwrap().success());
        assert_eq!(running.wait().unwrap().code(), None, "{signal} ends it as a signal does");
        assert_eq!(entries(), 1, "{signal}");
        let mut rest = Vec::new();
        told.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, b"", "git has ended, too");
    }
}
