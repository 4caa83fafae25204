//! The crate that all modules become, and what it says of itself.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ioctlkit_oracle::Effort;
use serde_json::Value;

use super::Module;
use super::scope::{derived_enums, derived_records};

/// What every line of the crate's output is made with.
const PRELUDE: &str = include_str!("prelude.txt");

/// Builds the crate, runs it, and returns what it prints: a command or a structure a line.
pub(crate) fn describe(modules: &[Module]) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("imported");
    write(&folder, modules);
    let text = cargo(&folder, &["run"]);
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Compiles the crate, which [`describe`] made, for other machines: the first of `targets` whose
/// standard library is installed, or all of them. Returns which.
pub(crate) fn check_for(targets: &[&'static str], effort: Effort) -> Vec<&'static str> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("imported");
    let output = Command::new("rustc").args(["--print", "sysroot"]).output().unwrap();
    let sysroot = PathBuf::from(String::from_utf8(output.stdout).unwrap().trim());
    let is_installed =
        |target: &&&str| sysroot.join("lib/rustlib").join(target).join("lib").is_dir();
    let most = if effort == Effort::Full { targets.len() } else { 1 };
    let found: Vec<&str> = targets.iter().filter(is_installed).take(most).copied().collect();
    for target in &found {
        cargo(&folder, &["check", "--target", target]);
    }
    found
}

/// Runs cargo without a network, and without a word of complaint.
fn cargo(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--quiet", "--offline"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let errors: String =
        said.lines().filter(|line| !line.is_empty()).take(60).flat_map(|l| [l, "\n"]).collect();
    assert!(output.status.success(), "{arguments:?}: the modules do not compile or run:\n{errors}");
    assert!(said.trim().is_empty(), "{arguments:?}: the compiler warns of the modules:\n{errors}");
    String::from_utf8(output.stdout).unwrap()
}

fn write(folder: &Path, modules: &[Module]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap();
    let src = folder.join("src");
    // What an earlier list of headers left behind.
    let _ = fs::remove_dir_all(&src);
    fs::create_dir_all(&src).unwrap();
    let manifest = format!(
        "[package]\nname = \"imported\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\
         [dependencies]\nioctlkit = {{ path = {:?}, features = [\"alloc\"] }}\n[workspace]\n",
        root.join("ioctlkit").display().to_string()
    );
    put(&folder.join("Cargo.toml"), &manifest);
    // The versions that the workspace has: nothing has to be downloaded.
    put(&folder.join("Cargo.lock"), &fs::read_to_string(root.join("Cargo.lock")).unwrap());
    let mut main = String::from(PRELUDE);
    for module in modules {
        put(&src.join(format!("{}.rs", module.name)), &module.imported.text);
        writeln!(main, "mod {};", module.name).unwrap();
    }
    main.push_str("\nfn main() {\n");
    for module in modules {
        let name = &module.name;
        for item in derived_enums(&module.imported.text) {
            let (cfg, ident) = (&item.cfg, &item.name);
            writeln!(main, "    {cfg}interface::<{name}::{ident}>({name:?});").unwrap();
        }
        for item in derived_records(&module.imported.text) {
            let (cfg, ident) = (&item.cfg, &item.name);
            writeln!(main, "    {cfg}record::<{name}::{ident}>({name:?});").unwrap();
        }
    }
    main.push_str("}\n");
    put(&src.join("main.rs"), &main);
}

/// Writes a file unless it is that already, so that cargo builds only what is new.
fn put(path: &PathBuf, text: &str) {
    if fs::read_to_string(path).is_ok_and(|known| known == text) {
        return;
    }
    fs::write(path, text).unwrap();
}
