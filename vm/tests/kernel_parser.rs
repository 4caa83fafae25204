//! The kernel's own parser of KTAP, `tools/testing/kunit/kunit_parser.py`, and the examples in the
//! kernel's document as the judges of this one. Both come out of the package `linux-source-6.12`.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod support;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use ioctlkit_vm::console::{TroubleKind, Watch};
use ioctlkit_vm::ktap::{Document, parse};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use support::is_full;

const ARCHIVE: &str = "/usr/src/linux-source-6.12.tar.xz";
const FILES: [&str; 2] = ["Documentation/dev-tools", "tools/testing/kunit"];

/// Reads texts behind lines with their numbers of lines; prints passed, failed and skipped for each.
const JUDGE: &str = r#"
import io, sys
sys.path.insert(0, sys.argv[1])
import kunit_parser
from kunit_printer import Printer
kunit_parser.stdout = Printer(io.StringIO())
for count in sys.stdin:
    lines = [sys.stdin.readline().rstrip("\n") for _ in range(int(count))]
    test = kunit_parser.parse_run_tests(lines)
    print(test.counts.passed, test.counts.failed, test.counts.skipped)
"#;

static UNPACKING: Mutex<()> = Mutex::new(());

/// The unpacked files, kept below the target folder.
fn sources() -> PathBuf {
    let size = std::fs::metadata(ARCHIVE).unwrap().len();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("kernel-{size}"));
    let _one_at_a_time = UNPACKING.lock().unwrap_or_else(PoisonError::into_inner);
    if !folder.exists() {
        let new = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut tar = Command::new("tar");
        tar.args(["--extract", "--strip-components=1", "--file", ARCHIVE, "--directory"]);
        tar.arg(new.path()).args(FILES.map(|file| format!("linux-source-6.12/{file}")));
        assert!(tar.status().unwrap().success());
        std::fs::rename(new.path(), &folder).unwrap();
    }
    folder
}

/// What the kernel's parser counts in each text: passed, failed, skipped.
fn judged(texts: &[String]) -> Vec<[usize; 3]> {
    let mut python = Command::new("python3")
        .args(["-c", JUDGE])
        .arg(sources().join("tools/testing/kunit"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = python.stdin.take().unwrap();
    let asked = texts.iter().fold(String::new(), |mut asked, text| {
        let _ = write!(asked, "{}\n{text}", text.lines().count());
        asked
    });
    let writer = std::thread::spawn(move || input.write_all(asked.as_bytes()).unwrap());
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let counts = text.lines().map(|line| {
        let numbers: Vec<usize> = line.split(' ').map(|n| n.parse().unwrap()).collect();
        <[usize; 3]>::try_from(numbers).unwrap()
    });
    counts.collect()
}

fn counted(document: &Document) -> [usize; 3] {
    let counts = document.counts();
    [counts.passed, counts.failed, counts.skipped]
}

/// The literal blocks of a document in reStructuredText that begin with a line.
fn blocks(text: &str, first: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let indent = line.len() - line.trim_start().len();
        if indent == 0 || line.trim() != first {
            continue;
        }
        let mut block = format!("{}\n", &line[indent..]);
        while let Some(line) =
            lines.next_if(|line| line.is_empty() || line.len() - line.trim_start().len() >= indent)
        {
            block.push_str(line.get(indent..).unwrap_or_default());
            block.push('\n');
        }
        blocks.push(block.trim_end().to_owned() + "\n");
    }
    blocks
}

#[test]
fn the_examples_of_the_kernel_s_document_are_read_as_it_says() {
    if !is_full() {
        return;
    }
    let text = std::fs::read_to_string(sources().join("Documentation/dev-tools/ktap.rst")).unwrap();
    let examples: Vec<String> =
        blocks(&text, "KTAP version 1").into_iter().filter(|text| text.contains("ok ")).collect();
    assert_eq!(examples.len(), 3);
    let documents: Vec<Document> = examples.iter().map(|text| parse(text)).collect();
    for (document, judged) in documents.iter().zip(judged(&examples)) {
        assert_eq!(document.problems, [], "{document:#?}");
        assert_eq!(counted(document), judged, "{document:#?}");
    }
    let mut paths = Vec::new();
    documents[2].each_leaf(&mut |above, test| {
        paths.push(format!("{}/{}", above.join("/"), test.name));
    });
    let expected = ["1/test_1", "2/test_1", "2/test_2", "3/test_1", "3/test_2", "3/test_3"];
    assert_eq!(paths, expected.map(|path| format!("main_test/example_test_{path}")));
    assert_eq!(documents[2].tests[0].subtests[2].subtests[1].diagnostics, ["test_2: FAIL"]);
}

/// A test with its subtests.
#[derive(Debug, Clone)]
enum Tree {
    Leaf(&'static str, &'static str),
    Node(Vec<Tree>),
}

fn tree() -> impl Strategy<Value = Tree> {
    let word = prop_oneof![Just("ok"), Just("not ok")];
    let leaf = (word, prop_oneof![3 => Just(""), 1 => Just(" # SKIP why")]).prop_map(
        |(word, directive)| Tree::Leaf(if directive.is_empty() { word } else { "ok" }, directive),
    );
    leaf.prop_recursive(3, 24, 4, |inner| prop::collection::vec(inner, 1..4).prop_map(Tree::Node))
}

fn fails(tree: &Tree) -> bool {
    match tree {
        Tree::Leaf(word, _) => *word == "not ok",
        Tree::Node(inner) => inner.iter().any(fails),
    }
}

fn write(trees: &[Tree], depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    let _ = writeln!(text, "{indent}KTAP version 1\n{indent}1..{}", trees.len());
    for (number, tree) in (1..).zip(trees) {
        let (word, directive) = match tree {
            Tree::Leaf(word, directive) => (*word, *directive),
            Tree::Node(inner) => {
                write(inner, depth + 1, text);
                (if fails(tree) { "not ok" } else { "ok" }, "")
            }
        };
        let _ = writeln!(text, "{indent}# words\n{indent}{word} {number} test_{number}{directive}");
    }
}

#[test]
fn random_results_are_counted_as_the_kernel_s_parser_counts_them() {
    if !is_full() {
        return;
    }
    let mut runner = TestRunner::deterministic();
    let texts: Vec<String> = (0..500)
        .map(|_| {
            let trees = prop::collection::vec(tree(), 1..5).new_tree(&mut runner).unwrap();
            let mut text = String::new();
            write(&trees.current(), 0, &mut text);
            text
        })
        .collect();
    let judged = judged(&texts);
    assert_eq!(judged.len(), texts.len());
    for (text, judged) in texts.iter().zip(judged) {
        let document = parse(text);
        assert_eq!(document.problems, [], "{text}");
        assert_eq!(counted(&document), judged, "{text}");
    }
}

#[test]
fn the_reports_in_the_kernel_s_documents_are_found() {
    if !is_full() {
        return;
    }
    for (file, kind, count) in [
        ("kasan.rst", TroubleKind::Kasan, 1),
        ("kfence.rst", TroubleKind::Kfence, 5),
        ("kcsan.rst", TroubleKind::Kcsan, 2),
        ("kmsan.rst", TroubleKind::Kmsan, 1),
        ("ubsan.rst", TroubleKind::Ubsan, 1),
    ] {
        let text = std::fs::read_to_string(sources().join("Documentation/dev-tools").join(file));
        let mut watch = Watch::new();
        for (number, line) in (1..).zip(text.unwrap().lines()) {
            watch.line(number, line.trim_start(), None);
        }
        let found: Vec<_> = watch.finish().iter().map(|trouble| trouble.kind).collect();
        assert_eq!(found, vec![kind; count], "{file}");
    }
}
