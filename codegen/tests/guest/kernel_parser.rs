//! The kernel's own parser of results, `tools/testing/kunit/kunit_parser.py`, as the judge of what
//! is printed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use crate::support::Said;

const ARCHIVE: &str = "/usr/src/linux-source-6.12.tar.xz";

/// Reads results from a file, prints passed, skipped, and whether any failed. It counts as failed
/// what printed a result; a program that died before its first one is an error of form to it.
const JUDGE: &str = r#"
import io, sys
sys.path.insert(0, sys.argv[1])
import kunit_parser
from kunit_printer import Printer
kunit_parser.stdout = Printer(io.StringIO())
test = kunit_parser.parse_run_tests([line.rstrip("\n") for line in open(sys.argv[2])])
print(test.counts.passed, test.counts.skipped, test.counts.failed + test.counts.crashed > 0)
"#;

static UNPACKING: Mutex<()> = Mutex::new(());

/// The parser's folder, unpacked below the target folder.
fn parser() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kunit");
    let _one_at_a_time = UNPACKING.lock().unwrap_or_else(PoisonError::into_inner);
    if !folder.exists() {
        let new = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut tar = Command::new("tar");
        tar.args(["--extract", "--strip-components=1", "--file", ARCHIVE, "--directory"]);
        tar.arg(new.path()).arg("linux-source-6.12/tools/testing/kunit");
        assert!(tar.status().unwrap().success(), "install linux-source-6.12");
        std::fs::rename(new.path(), &folder).unwrap();
    }
    folder.join("tools/testing/kunit")
}

/// The kernel's parser counts in what was printed what `ioctlkit-vm` counts there.
pub(crate) fn assert_counted_alike(said: &Said) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &said.out).unwrap();
    let mut python = Command::new("timeout");
    python.args(["60", "python3", "-c", JUDGE]).arg(parser()).arg(file.path());
    let judged = Said::of(&mut python);
    assert_eq!(judged.code, Some(0), "{}", judged.err);
    let counts = said.results().counts();
    let is_failed = if counts.failed > 0 { "True" } else { "False" };
    let counted = format!("{} {} {is_failed}\n", counts.passed, counts.skipped);
    assert_eq!(judged.out, counted, "{}", said.out);
}
