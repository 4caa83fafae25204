//! The crate that all modules become, and what it says of itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::Module;
use super::scope::{derived_enums, derived_records};

/// What every line of the crate's output is made with.
const PRELUDE: &str = include_str!("prelude.txt");

/// Builds the crate, runs it, and returns what it prints: a command or a structure a line.
pub(crate) fn describe(modules: &[Module]) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("imported");
    write(&folder, modules);
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline"])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let errors: String =
        said.lines().filter(|line| !line.is_empty()).take(60).flat_map(|l| [l, "\n"]).collect();
    assert!(output.status.success(), "the modules do not compile, or not run:\n{errors}");
    assert!(said.trim().is_empty(), "the compiler warns of the modules:\n{errors}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
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
        main.push_str(&format!("mod {};\n", module.name));
    }
    main.push_str("\nfn main() {\n");
    for module in modules {
        let name = &module.name;
        for item in derived_enums(&module.imported.text) {
            let (cfg, ident) = (&item.cfg, &item.name);
            main.push_str(&format!("    {cfg}interface::<{name}::{ident}>({name:?});\n"));
        }
        for item in derived_records(&module.imported.text) {
            let (cfg, ident) = (&item.cfg, &item.name);
            main.push_str(&format!("    {cfg}record::<{name}::{ident}>({name:?});\n"));
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
