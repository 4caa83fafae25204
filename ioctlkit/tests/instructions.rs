//! A derived call compiles to the instructions of the same call written by hand: the crate in
//! `tests/instructions/` is built twice, with the derive and without, over libc's `ioctl` and over
//! rustix's system call, and the functions of the same name are compared.
//!
//! The crate is built in release mode, so the first run takes as long as that of its dependencies.

// Miri runs no other program.
#![cfg(not(miri))]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The instructions of each exported function.
type Functions = BTreeMap<String, Vec<String>>;

#[test]
fn a_derived_call_compiles_to_what_a_bare_call_of_libc_compiles_to() {
    compare("libc", "libc,bare");
}

#[test]
fn a_derived_call_compiles_to_what_a_bare_call_of_rustix_compiles_to() {
    compare("", "bare");
}

fn compare(derived: &str, bare: &str) {
    let (derived, bare) = (functions(derived), functions(bare));
    assert_eq!(derived.keys().collect::<Vec<_>>(), bare.keys().collect::<Vec<_>>());
    assert_eq!(derived.len(), 11, "the crate exports its functions: {:?}", derived.keys());
    let mut worse = String::new();
    for (name, instructions) in &derived {
        let by_hand = &bare[name];
        assert!(instructions.len() > 3, "`{name}` is read: {instructions:?}");
        // One order of blocks can be shorter than another; what is longer, or as long and not the
        // same, is something that the derive adds.
        if instructions != by_hand && instructions.len() >= by_hand.len() {
            let _ = write!(
                worse,
                "\n{name}, derived:\n    {}\n{name}, by hand:\n    {}\n",
                instructions.join("\n    "),
                by_hand.join("\n    ")
            );
        }
    }
    assert!(worse.is_empty(), "{worse}");
}

/// Builds the crate with these features and reads its functions.
fn functions(features: &str) -> Functions {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("instructions-{}", features.replace(',', "-")));
    manifest(&folder);
    let assembly = folder.join("out.s");
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["rustc", "--quiet", "--release", "--lib", "--features", features])
        .arg("--manifest-path")
        .arg(folder.join("Cargo.toml"))
        .args(["--", "--emit"])
        .arg(format!("asm={}", assembly.display()))
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("instructions"))
        // Flags of the outer build, such as those that measure coverage, add instructions.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    read(&fs::read_to_string(assembly).expect("the assembly was written"))
}

/// Writes the crate's manifest, with the versions that this workspace has.
fn manifest(folder: &Path) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let quoted = |path: PathBuf| format!("{:?}", path.display().to_string());
    let text = format!(
        "[package]\nname = \"instructions\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
         [workspace]\n\
         [lib]\npath = {}\n\
         [features]\nlibc = [\"ioctlkit/libc\", \"dep:libc\"]\nbare = []\n\
         [dependencies]\nioctlkit = {{ path = {} }}\n\
         libc = {{ version = \"0.2\", optional = true }}\n\
         rustix = {{ version = \"1\", default-features = false }}\n\
         [profile.release]\ncodegen-units = 1\ndebug = false\nlto = \"off\"\n",
        quoted(here.join("tests/instructions/lib.rs")),
        quoted(here.to_owned()),
    );
    fs::create_dir_all(folder).expect("the folder can be made");
    fs::write(folder.join("Cargo.toml"), text).expect("the manifest can be written");
    if let Ok(lock) = fs::read(here.join("../Cargo.lock")) {
        fs::write(folder.join("Cargo.lock"), lock).expect("the lock file can be written");
    }
}

/// The functions of an assembly text, without directives, and with labels numbered in their order.
fn read(assembly: &str) -> Functions {
    let mut functions = Functions::new();
    let mut current: Option<String> = None;
    for line in assembly.lines() {
        let is_label = !line.starts_with(char::is_whitespace) && line.ends_with(':');
        if is_label && !line.starts_with(['.', '_', '$']) {
            current = Some(line.trim_end_matches(':').to_owned());
        }
        let ends = line.trim_start().starts_with(".cfi_endproc");
        if let Some(name) = &current {
            let line = line.trim();
            let is_local = line.starts_with(".L") && line.ends_with(':');
            let is_instruction = !line.is_empty() && !line.starts_with(['.', '#', '/']);
            if is_local || (is_instruction && !is_label) {
                functions.entry(name.clone()).or_default().push(line.replace('\t', " "));
            }
        }
        if ends {
            current = None;
        }
    }
    functions.retain(|name, _| !name.contains(['.', '$']));
    functions.into_iter().map(|(name, lines)| (name, numbered(&lines))).collect()
}

/// Numbers local labels in the order in which they are defined; those of constants lose theirs.
fn numbered(lines: &[String]) -> Vec<String> {
    let defined: Vec<&str> = lines.iter().filter_map(|line| line.strip_suffix(':')).collect();
    let rename = |line: &String| {
        let mut renamed = String::new();
        let mut rest = line.as_str();
        while let Some(at) = rest.find(".L") {
            let is_part = |c: char| c.is_ascii_alphanumeric() || "._$".contains(c);
            let end = rest[at..].find(|c| !is_part(c)).map_or(rest.len(), |length| at + length);
            let label = &rest[at..end];
            renamed.push_str(&rest[..at]);
            match defined.iter().position(|known| *known == label) {
                Some(number) => {
                    let _ = write!(renamed, "label{number}");
                }
                None => renamed.push_str("constant"),
            }
            rest = &rest[end..];
        }
        renamed + rest
    };
    lines.iter().map(rename).collect()
}

#[test]
fn labels_are_numbered_and_directives_left_out() {
    let text = "f:\n\t.cfi_startproc\n\tjmp\t.LBB7_2\n\t.p2align 4\n.LBB7_2:\n\tleaq\t.Lx.1(%rip), \
                %rdi\n\tret\n.Lfunc_end0:\n\t.cfi_endproc\n\t.size f, 3\n_ZN1g:\n\tret\n";
    let expected = ["jmp label0", "label0:", "leaq constant(%rip), %rdi", "ret", "label1:"];
    assert_eq!(read(text), Functions::from([("f".into(), expected.map(str::to_owned).to_vec())]));
}
