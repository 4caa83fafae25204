//! Every refusal of the derives, as a user reads it: `fixtures/ui/` holds items with a mistake each
//! and the compiler's whole output for them.
//!
//! The files are built and not only checked, since some assertions wait for code generation. How
//! the compiler draws an error changes from version to version, so the suite runs on one.
//! `cargo test -p ioctlkit-macros --test ui -- --bless` writes the expected output anew; read it
//! before it is committed.

use std::fs;
use std::path::Path;
use std::process::Command;

use ui_test::color_eyre::Result;
use ui_test::custom_flags::edition::Edition;
use ui_test::custom_flags::rustfix::RustfixMode;
use ui_test::dependencies::DependencyBuilder;
use ui_test::{Config, run_tests};

/// The compiler whose way to draw errors the expected output has.
const COMPILER: &str = "rustc 1.95.";

fn main() -> Result<()> {
    let version = Command::new("rustc").arg("--version").output()?.stdout;
    let version = String::from_utf8_lossy(&version);
    if !version.starts_with(COMPILER) {
        let version = version.trim();
        println!("skipped: the expected output is that of {COMPILER}x, and this is {version}");
        return Ok(());
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut config = Config::rustc("../fixtures/ui");
    config.out_dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ui");
    config.bless_command = Some("cargo test -p ioctlkit-macros --test ui -- --bless".to_owned());
    // Where the library's own lines stand changes with every line above them.
    config.stderr_filter(r"(--> )[^ ]*(ioctlkit/src/[a-z_/]+\.rs):[0-9]+:[0-9]+", "$1$2");
    config.program.args.push("--crate-type=lib".into());
    let defaults = config.comment_defaults.base();
    defaults.set_custom("edition", Edition("2024".to_owned()));
    defaults.set_custom("rustfix", RustfixMode::Disabled);
    defaults.set_custom("dependencies", dependencies(&root)?);
    run_tests(config)
}

/// A crate that depends on `ioctlkit` and nothing else, with the versions that this workspace has.
fn dependencies(root: &Path) -> Result<DependencyBuilder> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ui-dependencies");
    fs::create_dir_all(&folder)?;
    let ioctlkit = root.join("ioctlkit").display().to_string();
    let manifest = format!(
        "[package]\nname = \"dependencies\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
         [workspace]\n\
         [lib]\npath = \"lib.rs\"\n\
         [dependencies]\nioctlkit = {{ path = {ioctlkit:?} }}\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::write(folder.join("lib.rs"), "")?;
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(DependencyBuilder {
        crate_manifest_path: folder.join("Cargo.toml"),
        bless_lockfile: true,
        ..DependencyBuilder::default()
    })
}
