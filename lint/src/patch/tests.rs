//! Patches that git and diff made, and what their makers do with them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::series::{Settled, Step, Text, Why, settle};
use super::*;

/// Files by their paths.
type Tree = BTreeMap<PathBuf, Vec<u8>>;

fn tree(files: &[(&str, &str)]) -> Tree {
    files.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec())).collect()
}

fn settled(patch: &Patch, on_disk: &Tree) -> Settled {
    let file = |name: &Option<Name>| name.as_ref().map(|name| name.candidates()[0].clone());
    let steps: Vec<Step<'_>> = patch
        .changes
        .iter()
        .map(|change| Step { change, old: file(&change.old), new: file(&change.new) })
        .collect();
    settle(&steps, &mut |path| on_disk.get(path).map(|text| text.clone().into()))
}

/// The tree on one side of a patch.
fn side(settled: &Settled, on_disk: &Tree, of: impl Fn(&series::Sides) -> Text) -> Tree {
    let mut tree = on_disk.clone();
    for (path, sides) in &settled.files {
        match of(sides) {
            Some(text) => drop(tree.insert(path.clone(), text.to_vec())),
            None => drop(tree.remove(path)),
        }
    }
    tree
}

fn before(settled: &Settled, on_disk: &Tree) -> Tree {
    side(settled, on_disk, |sides| sides.before.clone())
}

fn after(settled: &Settled, on_disk: &Tree) -> Tree {
    side(settled, on_disk, |sides| sides.after.clone())
}

/// That a patch leads from one tree to the other, whichever of both is there.
#[track_caller]
fn leads(patch: &Patch, old: &Tree, new: &Tree) {
    assert_eq!(patch.mistakes, []);
    for on_disk in [old, new] {
        let settled = settled(patch, on_disk);
        assert_eq!(settled.misfits, []);
        assert_eq!(before(&settled, on_disk), *old, "before, on disk: {}", on_disk == old);
        assert_eq!(after(&settled, on_disk), *new, "after, on disk: {}", on_disk == new);
    }
}

fn run(folder: &Path, program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("LC_ALL", "C")
        .output()
        .unwrap_or_else(|error| panic!("{program} is needed: {error}"));
    // `diff` and `git diff --no-index` exit with 1 where there is a difference.
    assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");
    output.stdout
}

fn write(folder: &Path, tree: &Tree) {
    for (path, text) in tree {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// Numbers that are the same in each run, without being the same to look at.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    /// Few different lines, so that many places look alike.
    fn lines(&mut self) -> String {
        let lines = self.below(60);
        let lines: Vec<String> = (0..lines).map(|_| format!("line {}\n", self.below(12))).collect();
        let mut text = lines.concat();
        if self.below(4) == 0 {
            text.pop();
        }
        text
    }

    fn edited(&mut self, text: &str) -> String {
        let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        for _ in 0..=self.below(4) {
            let at = self.below(lines.len() as u64 + 1) as usize;
            match self.below(3) {
                0 if at < lines.len() => drop(lines.remove(at)),
                1 if at < lines.len() => lines[at] = format!("other {}\n", self.below(99)),
                _ => lines.insert(at, format!("added {}\n", self.below(99))),
            }
        }
        let mut text = lines.concat();
        if self.below(4) == 0 && text.ends_with('\n') {
            text.pop();
        }
        text
    }
}

/// Two trees of files with texts that differ, some new, some gone.
fn pair(random: &mut Random) -> (Tree, Tree) {
    let (mut old, mut new) = (Tree::new(), Tree::new());
    for at in 0..60 {
        let path = PathBuf::from(format!("folder {}/ü{at}.h", at % 7));
        let text = random.lines();
        let edited = random.edited(&text);
        let (is_new, is_gone) = (random.below(9) == 0, random.below(9) == 0);
        if !is_new {
            old.insert(path.clone(), text.into_bytes());
        }
        if !is_gone || is_new {
            new.insert(path, edited.into_bytes());
        }
    }
    (old, new)
}

#[test]
fn what_git_and_diff_say_leads_from_one_tree_to_the_other_whichever_is_there() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let makers: [(&str, &[&str]); 6] = [
        ("git", &["diff", "--no-index", "old", "new"]),
        ("git", &["diff", "--no-index", "-U0", "old", "new"]),
        ("git", &["diff", "--no-index", "-U9", "--no-renames", "--histogram", "old", "new"]),
        ("git", &["-c", "core.quotePath=false", "diff", "--no-index", "old", "new"]),
        ("diff", &["-uNr", "old", "new"]),
        ("diff", &["-uNrp", "-U1", "old", "new"]),
    ];
    for (program, arguments) in makers {
        let (old, new) = pair(&mut random);
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("old"), &old);
        write(&folder.path().join("new"), &new);
        let diff = run(folder.path(), program, arguments);
        let mut patch = read(&diff);
        // Without an index git has the folders behind `a/` and `b/`.
        for name in patch.changes.iter_mut().flat_map(|it| it.old.iter_mut().chain(&mut it.new)) {
            let written = name.as_written().to_owned();
            let below = ["a/old", "b/new", "a/new", "b/old", "old", "new"]
                .iter()
                .find_map(|folder| written.strip_prefix(folder).ok())
                .unwrap();
            *name = Name::new(below.as_os_str().as_encoded_bytes(), Strip::Nothing);
        }
        assert!(patch.changes.len() > 30, "{program} {arguments:?}");
        leads(&patch, &old, &new);
    }
}

#[test]
fn hunks_are_found_where_lines_in_front_have_moved_them() {
    let mut random = Random(0x0123_4567_89ab_cdef);
    let (old, new) = pair(&mut random);
    let (old, new): (Tree, Tree) = old
        .into_iter()
        .filter(|(_, text)| text.len() > 200)
        .filter_map(|(path, text)| {
            let edited = new.get(&path)?.clone();
            Some(((path.clone(), text), (path, edited)))
        })
        .unzip();
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("a"), &old);
    write(&folder.path().join("b"), &new);
    let patch = read(&run(folder.path(), "git", &["diff", "--no-index", "--no-prefix", "a", "b"]));
    assert!(patch.changes.len() > 10);
    let head: String = (0..40).fold(String::new(), |mut text, at| {
        let _ = writeln!(text, "in front {at}");
        text
    });
    let moved = |tree: &Tree| -> Tree {
        let text = |text: &Vec<u8>| [head.as_bytes(), text].concat();
        tree.iter().map(|(path, it)| (path.clone(), text(it))).collect()
    };
    let mut patch = patch;
    for name in patch.changes.iter_mut().flat_map(|it| it.old.iter_mut().chain(&mut it.new)) {
        let below: PathBuf = name.as_written().components().skip(1).collect();
        *name = Name::new(below.as_os_str().as_encoded_bytes(), Strip::Nothing);
    }
    let (old, new) = (moved(&old), moved(&new));
    for on_disk in [&old, &new] {
        let settled = settled(&patch, on_disk);
        assert_eq!(settled.misfits, []);
        // Among lines that look alike, patch itself takes the nearest, too.
        let texts = after(&settled, on_disk);
        let same = texts.iter().filter(|(path, text)| new.get(*path) == Some(text)).count();
        assert!(same * 10 >= new.len() * 9, "{same} of {}", new.len());
    }
}

#[test]
fn renames_copies_modes_and_binary_files_are_what_git_says_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let git = |arguments: &[&str]| {
        let who = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
        run(root, "git", &[&who, arguments].concat())
    };
    let text = (0..30).map(|at| format!("{at}\n")).collect::<Vec<String>>().concat();
    let old = tree(&[
        ("moved.h", &text),
        ("copied.h", &text.replace('\n', "!\n")),
        ("mode.h", "m\n"),
        ("gone.h", "g\n"),
        ("empty.h", ""),
    ]);
    write(root, &old);
    std::fs::write(root.join("x.bin"), [0, 1, 2]).unwrap();
    git(&["init", "--quiet", "."]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "old"]);
    let mut new = old.clone();
    let moved = new.remove(Path::new("moved.h")).unwrap();
    new.insert("below/a \"moved\"\tü.h".into(), [b"new\n".as_slice(), &moved].concat());
    let copied = new[Path::new("copied.h")].clone();
    new.insert("copy.h".into(), copied.clone());
    new.insert("copied.h".into(), [copied.as_slice(), b"more\n"].concat());
    new.remove(Path::new("gone.h"));
    new.insert("new and empty.h".into(), Vec::new());
    for path in ["moved.h", "gone.h"] {
        std::fs::remove_file(root.join(path)).unwrap();
    }
    write(root, &new);
    std::fs::write(root.join("x.bin"), [0, 3]).unwrap();
    run(root, "chmod", &["+x", "mode.h"]);
    git(&["add", "--all", "."]);
    for more in
        [&["-M", "-C"][..], &["--no-renames"], &["-M", "-C", "--binary"], &["-M", "--no-prefix"]]
    {
        let patch = read(&git(&[&["diff", "--cached", "HEAD"], more].concat()));
        let kinds: Vec<Kind> = patch.changes.iter().map(|change| change.kind).collect();
        assert_eq!(kinds.contains(&Kind::Renamed), more[0] != "--no-renames", "{more:?}");
        assert_eq!(kinds.contains(&Kind::Copied), more.contains(&"-C"), "{more:?}");
        let is_binary = |change: &&Change| matches!(change.content, Content::Binary);
        assert_eq!(patch.changes.iter().filter(is_binary).count(), 1, "{more:?}");
        let changes = patch.changes.iter().filter(|change| !is_binary(change)).cloned().collect();
        leads(&Patch { changes, ..patch }, &old, &new);
    }
}

/// Mails as git makes them of commits.
#[test]
fn a_series_that_git_formats_is_read_however_its_mails_are_encoded() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let git = |arguments: &[&str]| {
        let who = ["-c", "user.name=Jürgen Äh", "-c", "user.email=a@example.org"];
        run(root, "git", &[&who, arguments].concat())
    };
    git(&["init", "--quiet", "."]);
    let old = tree(&[("w.h", "a\nb\nc\nd\ne\nf\ng\n")]);
    write(root, &old);
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "old"]);
    let long = "x".repeat(300);
    let new = tree(&[("w.h", &format!("a\nB = {long} grüße\nc\nd\ne\nf\nG\n")), ("v.h", "v\n")]);
    std::fs::write(root.join("w.h"), "a\nb\nc\nd\ne\nf\nG\n").unwrap();
    let text = "Grüße: a subject that is so long that it has to be folded, in more than one line\n\n\
        From here on\n>From there on\n--- a/no.h\n+++ b/no.h\ndiff --cc is no start\n";
    git(&["commit", "--quiet", "-a", "-m", text]);
    write(root, &new);
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "second"]);
    let plain = ["format-patch", "--stdout", "-2"];
    for more in [&[][..], &["--attach"], &["--inline"], &["--cover-letter", "--thread"]] {
        let mbox = git(&[&plain, more].concat());
        let patch = read(&mbox);
        leads(&patch, &old, &new);
        let subject = patch.changes[0].place.subject.clone().unwrap();
        assert!(subject.contains("1/2") && subject.contains("Grüße: a subject"), "{subject}");
        let line = patch.changes[0].place.line;
        let at = String::from_utf8_lossy(&mbox).lines().nth(line - 1).unwrap().to_owned();
        assert_eq!(at, "diff --git a/w.h b/w.h", "{more:?}");
        // As servers pass it on.
        let crlf = String::from_utf8(mbox).unwrap().replace('\n', "\r\n");
        leads(&read(crlf.as_bytes()), &old, &new);
    }
}

fn encoded(kind: &str, text: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("text"), text).unwrap();
    if kind == "base64" {
        return run(folder.path(), "base64", &["text"]);
    }
    let quoted: String = text
        .iter()
        .map(|byte| match byte {
            b'\n' => "\n".to_owned(),
            b' '..=b'<' | b'>'..=b'~' => char::from(*byte).to_string(),
            other => format!("={other:02X}"),
        })
        .collect();
    // Lines of no more than 76 characters.
    let lines = quoted.lines().map(|line| {
        let pieces = line.as_bytes().chunks(60);
        let pieces = pieces.map(|piece| String::from_utf8(piece.to_vec()).unwrap());
        pieces.collect::<Vec<_>>().join("=\n")
    });
    (lines.collect::<Vec<_>>().join("\n") + "\n").into_bytes()
}

const DIFF: &str = "Wörter.\n---\n w.h | 2 +-\n\ndiff --git a/w.h b/w.h\n--- a/w.h\n+++ b/w.h\n\
    @@ -1,3 +1,3 @@\n a\n-grüße\n+größe = 1\n c\n-- \n2.39.5\n";

#[test]
fn encoded_mails_are_decoded_and_places_are_told_in_what_they_say() {
    let (old, new) = (tree(&[("w.h", "a\ngrüße\nc\n")]), tree(&[("w.h", "a\ngröße = 1\nc\n")]));
    for kind in ["base64", "quoted-printable"] {
        let head = format!(
            "From: a@example.org\nSubject: =?UTF-8?q?[PATCH]_gr=C3=B6=C3=9Fe?=\nMIME-Version: 1.0\n\
             Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: {kind}\n\n"
        );
        let mail = [head.as_bytes(), &encoded(kind, DIFF.as_bytes())].concat();
        let patch = read(&mail);
        leads(&patch, &old, &new);
        let place = &patch.changes[0].place;
        assert_eq!(place.to_string(), "line 5 of the text that is encoded from line 7");
        assert_eq!(place.subject.as_deref(), Some("[PATCH] größe"));
    }
}

#[test]
fn a_line_that_lost_its_blank_and_a_file_with_other_line_ends_fit_all_the_same() {
    let patch = read(b"--- a/w.h\n+++ b/w.h\n@@ -1,3 +1,3 @@\n a\n\n-b\n+c\n");
    leads(&patch, &tree(&[("w.h", "a\n\nb\n")]), &tree(&[("w.h", "a\n\nc\n")]));
    leads(&patch, &tree(&[("w.h", "a\r\n\r\nb\r\n")]), &tree(&[("w.h", "a\r\n\r\nc\r\n")]));
}

#[test]
fn a_series_of_which_the_tree_has_a_part_is_undone_and_done() {
    let step = |from: &str, to: &str| {
        format!("--- a/w.h\n+++ b/w.h\n@@ -1,3 +1,3 @@\n x\n-{from}\n+{to}\n y\n")
    };
    let patch = read((step("a", "b") + &step("b", "c") + &step("c", "d")).as_bytes());
    for line in ["a", "b", "c", "d"] {
        let on_disk = tree(&[("w.h", &format!("x\n{line}\ny\n"))]);
        let settled = settled(&patch, &on_disk);
        assert_eq!(settled.misfits, [], "{line}");
        assert_eq!(before(&settled, &on_disk), tree(&[("w.h", "x\na\ny\n")]), "{line}");
        assert_eq!(after(&settled, &on_disk), tree(&[("w.h", "x\nd\ny\n")]), "{line}");
    }
}

#[test]
fn what_fits_neither_side_is_told_and_the_rest_is_done() {
    let patch = read(
        b"--- a/w.h\n+++ b/w.h\n@@ -1,2 +1,2 @@\n a\n-no\n+b\n@@ -8,2 +8,2 @@\n c\n-d\n+e\n\
          --- a/x.h\n+++ b/x.h\n@@ -1 +1 @@\n-a\n+b\n\
          diff --git a/y.h b/y.h\nnew file mode 100644\n--- /dev/null\n+++ b/y.h\n@@ -0,0 +1 @@\n+y\n",
    );
    let on_disk = tree(&[("w.h", "a\nyes\nc\nd\n"), ("y.h", "other\n")]);
    let settled = settled(&patch, &on_disk);
    let told: Vec<(usize, &str, Why)> = settled
        .misfits
        .iter()
        .map(|misfit| (misfit.place.line, misfit.path.to_str().unwrap(), misfit.why))
        .collect();
    let expected =
        [(3, "w.h", Why::NoSuchLines), (11, "x.h", Why::NoSuchFile), (16, "y.h", Why::Exists)];
    assert_eq!(told, expected);
    assert_eq!(after(&settled, &on_disk)[Path::new("w.h")], b"a\nyes\nc\ne\n");
}

fn mistakes(patch: &[u8]) -> Vec<String> {
    let told = read(patch).mistakes.into_iter();
    told.map(|Mistake { place, message, .. }| format!("{place}: {message}")).collect()
}

#[test]
fn damaged_patches_are_told_with_their_lines() {
    let head = "--- a/w.h\n+++ b/w.h\n";
    let cases = [
        (format!("{head}@@ -1,3 +1,3 @@\n a\n"), "line 3: the patch ends before this hunk does"),
        (
            format!("{head}@@ -1,3 +1,3 @@\n a\nb\n"),
            "line 5: a line of the hunk begins with neither a blank, `+` nor `-`",
        ),
        (
            format!("{head}@@ -1,1 +1,2 @@\n-a\n-b\n+c\n"),
            "line 3: the hunk has other lines than it says",
        ),
        ("@@ -1 +1 @@\n-a\n+b\n".into(), "line 1: the hunk belongs to no file"),
        (
            "diff --cc w.h\nindex 1,2..3\n".into(),
            "line 1: a merge's diff against all parents is not read",
        ),
        ("*** a/w.h\n--- b/w.h\n".into(), "line 1: a context diff is not read"),
    ];
    for (patch, told) in cases {
        assert_eq!(mistakes(patch.as_bytes()), [told], "{patch}");
    }
}

#[test]
fn names_that_lead_out_of_the_tree_are_no_names_in_it() {
    for name in ["../w.h", "a/../../w.h", "/etc/passwd.h", "a/..", "/"] {
        for strip in [Strip::Nothing, Strip::One, Strip::Unknown] {
            assert_eq!(Name::new(name.as_bytes(), strip).candidates(), Vec::<PathBuf>::new());
        }
    }
    let name = Name::new(b"./a/b/c.h", Strip::Unknown);
    let candidates: Vec<PathBuf> = ["b/c.h", "a/b/c.h", "c.h"].map(PathBuf::from).into();
    assert_eq!(name.candidates(), candidates);
}

#[test]
fn quoted_names_are_read_as_git_writes_them() {
    let name = |text: &str| name::parse(text.as_bytes()).map(|it| String::from_utf8(it).unwrap());
    assert_eq!(name(r#""a/\303\274\t\"x\".h""#).as_deref(), Some("a/ü\t\"x\".h"));
    assert_eq!(name("a/b c.h\t2026-01-01 00:00:00").as_deref(), Some("a/b c.h"));
    assert_eq!(name("/dev/null"), None);
    for broken in [r#""a\"#, r#""a\9""#, r#""a\40"#, r#""a"#, r#""\777""#] {
        // Whatever it is, it is no crash.
        let _ = name(broken);
    }
}

/// Each of these takes hours where anything looks at all of the rest again and again.
#[test]
fn hostile_patches_are_read_in_a_time_that_grows_with_their_length() {
    let many = 50_000;
    let on_disk = tree(&[("w.h", &"a\n".repeat(many))]);
    // Every line could be the one, and none is.
    let hunk = |at: usize| format!("@@ -{at},3 +{at},3 @@\n a\n a\n-b\n+c\n");
    let hunks: String = (0..many / 20).map(hunk).collect();
    let patch = read(format!("--- a/w.h\n+++ b/w.h\n{hunks}").as_bytes());
    assert_eq!(settled(&patch, &on_disk).misfits.len(), many / 20);
    let near_misses =
        format!("@@ -1,{0} +1,{0} @@\n{1}-a\n+b\n-z\n+y\n", many / 2 + 2, " a\n".repeat(many / 2));
    let on_disk = tree(&[("w.h", &("a\n".repeat(many) + "z\nx\n"))]);
    let patch = read(format!("--- a/w.h\n+++ b/w.h\n{near_misses}").as_bytes());
    let _ = settled(&patch, &on_disk);
    // One file, again and again.
    let again = "--- a/w.h\n+++ b/w.h\n@@ -1 +1 @@\n-a\n+a\n".repeat(many / 20);
    let settled = settled(&read(again.as_bytes()), &on_disk);
    assert!(!settled.misfits.is_empty());
    assert!(settled.misfits.iter().all(|misfit| misfit.why == Why::TooMuch));
    // Mails in mails, parts in parts, and boundaries that never come.
    let nested = "Content-Type: message/rfc822\n\n".repeat(many);
    assert!(mistakes(format!("From: a\n{nested}").as_bytes())[0].contains("nests too many"));
    let parts = "Content-Type: multipart/mixed; boundary=\"x\"\n\n--x\n".repeat(many);
    assert!(mistakes(format!("From: a\n{parts}").as_bytes())[0].contains("nests too many"));
    for text in [
        "From a 00:00 2026\n",
        "diff --git a b\n",
        "--- a\n+++ b\n",
        "@@ -1 +1 @@\n",
        "\\\n",
        "\"",
        "a b ",
    ] {
        let _ = read(text.repeat(many).as_bytes());
    }
    let _ = read(format!("diff --git {}", "a ".repeat(many)).as_bytes());
    let _ = read(
        format!("--- a/w.h\n+++ b/w.h\n@@ -{0},{0} +{0},{0} @@\n", "9".repeat(many)).as_bytes(),
    );
    for most in [u64::from(u32::MAX), u64::MAX] {
        let largest = format!(
            "--- a/w.h\n+++ b/w.h\n@@ -1 +1 @@\n-a\n+b\n@@ -{most},{most} +{most},{most} @@\n a\n"
        );
        assert_eq!(mistakes(largest.as_bytes()).len(), 1);
        let far = format!("--- a/w.h\n+++ b/w.h\n@@ -{most} +{most} @@\n-a\n+b\n");
        let _ = self::settled(&read(far.as_bytes()), &on_disk);
    }
}
