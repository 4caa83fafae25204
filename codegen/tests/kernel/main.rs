//! The committed drivers before the kernel's own judges: its compiler flags, sparse, checkpatch and
//! kernel-doc, which have nothing to say; and in guests.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod bindings;
mod bus;
mod changes;
mod events;
mod guest;
mod hooks;
mod in_rust;
mod in_tree;
mod lifetime;
mod mutants;
mod sanitizers;
mod support;
mod tracing;
mod unit_tests;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use support::{DRIVERS, GONG, JUDGED, SERIES, attempt, is_full, run, target};

const SOURCE: &str = "/usr/src/linux-source-6.12.tar.xz";

/// The kernel's scripts, from Debian's package of its source.
fn scripts() -> &'static Path {
    static SCRIPTS: OnceLock<PathBuf> = OnceLock::new();
    SCRIPTS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scripts");
        let whole = folder.join("whole");
        if !whole.exists() {
            assert!(Path::new(SOURCE).exists(), "{SOURCE} is missing: install linux-source-6.12");
            fs::create_dir_all(&folder).unwrap();
            let names = ["checkpatch.pl", "kernel-doc", "spelling.txt", "const_structs.checkpatch"];
            let names = names.map(|name| format!("linux-source-6.12/scripts/{name}"));
            run(Command::new("tar")
                .arg("-xf")
                .arg(SOURCE)
                .arg("-C")
                .arg(&folder)
                .arg("--strip-components=2")
                .args(names));
            fs::write(whole, "").unwrap();
        }
        folder
    })
}

fn c_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(c_files(&path));
        } else if matches!(path.extension().and_then(OsStr::to_str), Some("c" | "h")) {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn every_driver_builds_without_a_word_from_the_compiler_and_sparse() {
    for series in SERIES {
        let target = target(series);
        // No driver asks for the kernel's version: one shows that the older one takes what is generated.
        let drivers = if is_full() || series == SERIES[1] { &JUDGED[..] } else { &[GONG] };
        for driver in drivers {
            let folder = driver.copy(&format!("judged-{series}"));
            let (module, said) = target.build(&folder, &["-s", "W=1", "C=2", &driver.option()]);
            // The packages of headers have no vmlinux to take types from.
            let said: Vec<&str> =
                said.lines().filter(|line| !line.starts_with("Skipping BTF generation")).collect();
            assert!(said.is_empty(), "{} for {series}:\n{}", driver.name, said.join("\n"));
            assert!(module.exists());
        }
    }
}

/// Under `W=2` gcc warns of the kernel's headers and macros, too: what counts is where a warning is.
#[test]
fn no_driver_has_a_line_that_the_compiler_warns_of_at_the_second_level() {
    let drivers = if is_full() { &JUDGED[..] } else { &[GONG] };
    for driver in drivers {
        let folder = driver.copy("second-level");
        let (_, said) = target(SERIES[1]).build(&folder, &["-s", "W=2", &driver.option()]);
        let is_ours = |line: &&str| {
            line.starts_with(folder.to_str().unwrap()) && line.contains(": warning: ")
        };
        let ours: Vec<&str> = said.lines().filter(is_ours).collect();
        assert_eq!(ours, [""; 0], "{}", driver.name);
        assert!(said.contains("warning: "), "the level has nothing to say of the headers either");
    }
}

#[test]
fn every_driver_passes_checkpatch_and_kernel_doc() {
    for driver in JUDGED {
        assert_passes_judges(&driver.committed());
    }
}

/// What is made of an interface is laid out with the name that it gets.
#[test]
fn drivers_with_long_names_pass_them_too() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("long-names");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/module/gong.rs");
    for name in ["barometric_sensor", "temperature_controller"] {
        let made = |arguments: &[&str]| {
            let program = env!("CARGO_BIN_EXE_ioctl-gen");
            run(Command::new(program).args(arguments).current_dir(&folder).stderr(Stdio::null()));
        };
        made(&["new", name]);
        assert_passes_judges(&folder.join(name).join("module"));
        let gong = format!("{name}_gong");
        made(&["module", source.to_str().unwrap(), "-o", &gong, "--name", name]);
        assert_passes_judges(&folder.join(gong));
    }
}

fn assert_passes_judges(folder: &Path) {
    let scripts = scripts();
    let files = c_files(folder);
    assert!(files.len() > 7, "{files:?}");
    let said = run(Command::new("perl")
        .arg(scripts.join("checkpatch.pl"))
        .args(["--strict", "--no-tree", "--no-summary", "--terse", "-q", "-f"])
        .args(&files)
        .stderr(Stdio::null()));
    assert_eq!(said, "", "{}", folder.display());
    let said = run(Command::new("perl")
        .arg(scripts.join("kernel-doc"))
        .args(["-none", "-Wall"])
        .args(&files));
    assert_eq!(said, "", "{}", folder.display());
}

/// A judge that is not there, or looks elsewhere, has nothing to say either.
#[test]
fn the_judges_find_what_is_wrong() {
    let folder = DRIVERS[0].copy("misjudged");
    let file = folder.join("gen/echo_ioctl.c");
    let text = fs::read_to_string(&file).unwrap();
    let spoilt = text.replacen("(void __user *)arg", "(void *)arg", 1).replacen(
        " * @cmd: the command's number\n",
        "",
        1,
    ) + "int unused( void ) { return 0; }\n";
    fs::write(&file, spoilt).unwrap();
    let driver = DRIVERS[0];
    let (_, said) = target(SERIES[1]).build(&folder, &["-s", "W=1", "C=2", &driver.option()]);
    assert!(said.contains("different address spaces"), "{said}");
    assert!(said.contains("no previous prototype for"), "{said}");
    let checkpatch = scripts().join("checkpatch.pl");
    let judged = ["--strict", "--no-tree", "--no-summary", "--terse", "-q", "-f"];
    let (_, said) =
        attempt(Command::new("perl").arg(checkpatch).args(judged).arg(&file).stderr(Stdio::null()));
    assert!(said.contains("space prohibited"), "{said}");
    let (_, said) =
        attempt(Command::new("perl").arg(scripts().join("kernel-doc")).arg("-none").arg(&file));
    assert!(said.contains("'cmd' not described"), "{said}");
}
