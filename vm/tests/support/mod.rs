//! What the tests with a guest share: the kernels, the module and the programs, built once.
#![allow(
    clippy::unwrap_used,
    dead_code,
    reason = "a panic is how a test fails; each test file uses a part"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use ioctlkit_vm::{Cache, Guest, Headers, Interruption, Kernel, Release, Report, Script};

/// A kernel with what the tests run on it.
#[derive(Clone)]
pub(crate) struct Bench {
    pub(crate) release: Release,
    pub(crate) kernel: Kernel,
    pub(crate) module: PathBuf,
    pub(crate) program: PathBuf,
    pub(crate) program_32: PathBuf,
}

/// Whether the tests that take longer are wanted, by `IOCTLKIT_VM`, or by `IOCTLKIT_ORACLE`, which
/// `cargo xtask test --full` sets.
pub(crate) fn is_full() -> bool {
    ["IOCTLKIT_VM", "IOCTLKIT_ORACLE"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| value == "full"))
}

/// Below the target folder, so that runs share what was downloaded; with that `cache` as
/// `XDG_CACHE_HOME`, programs share it, too.
pub(crate) fn cache() -> Cache {
    Cache::at(Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache/ioctlkit"))
}

static BENCHES: Mutex<BTreeMap<String, Bench>> = Mutex::new(BTreeMap::new());

/// What is needed for the newest kernel of a series, built once.
pub(crate) fn bench(series: &str) -> Bench {
    let mut benches = BENCHES.lock().unwrap_or_else(PoisonError::into_inner);
    benches.entry(series.to_owned()).or_insert_with(|| build(series)).clone()
}

fn build(series: &str) -> Bench {
    let cache = cache();
    let release = Release::newest(series, &cache).unwrap();
    let headers = Headers::of(&release, &cache).unwrap();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guest");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("vm-{release}"));
    std::fs::create_dir_all(&folder).unwrap();
    for file in ["Kbuild", "vm_hello.c"] {
        std::fs::copy(sources.join("module").join(file), folder.join(file)).unwrap();
    }
    let module = headers.build_module(&folder).unwrap().remove(0);
    let program = sources.join("programs/hello.c");
    Bench {
        kernel: Kernel::of(&release, &cache).unwrap(),
        release,
        module,
        program_32: compiled(&program, &folder.join("hello-32"), &["-m32"]),
        program: compiled(&program, &folder.join("hello-64"), &[]),
    }
}

fn compiled(source: &Path, program: &Path, arguments: &[&str]) -> PathBuf {
    let mut gcc = Command::new("gcc");
    gcc.args(["-O2", "-Wall", "-Werror", "-static", "-o"]).arg(program).arg(source).args(arguments);
    let output = gcc.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    program.to_owned()
}

impl Bench {
    pub(crate) fn guest(&self) -> Guest {
        Guest::new(self.kernel.clone())
    }

    pub(crate) fn run(&self, script: &Script) -> Report {
        run(&self.guest(), script)
    }
}

/// Runs a guest, and shows its progress to who asks for the output of the test.
pub(crate) fn run(guest: &Guest, script: &Script) -> Report {
    guest.run(script, &Interruption::none(), &mut |event| println!("{event}")).unwrap()
}

/// The messages of a report's failures.
pub(crate) fn messages(report: &Report) -> Vec<String> {
    report.failures().iter().map(ToString::to_string).collect()
}
