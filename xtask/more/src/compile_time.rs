//! What the derives cost to compile, against zerocopy's on the same structures.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context as _, Result, bail};
use wait4::Wait4 as _;

use xtask::run;

use crate::machine;

/// How many structures and commands beyond the first are paid for.
const COUNT: u32 = 200;

const ZEROCOPY: &str =
    "zerocopy::FromBytes, zerocopy::IntoBytes, zerocopy::KnownLayout, zerocopy::Immutable";

/// A text that is compiled, with all items or with the first only: the difference is what the
/// others cost, and what a crate pays once is in both.
struct Case {
    what: &'static str,
    one: PathBuf,
    all: PathBuf,
}

/// Times the compiler on structures with each library's derives, and on commands, one after the
/// other and again, and prints what one of them costs in processor time. It is the compiler's own
/// time and no other process's, but a busy machine still has slower caches: the fastest run counts.
pub(crate) fn run(runs: u16) -> Result<()> {
    let folder = run::target()?.join("compile-time");
    let libraries = Libraries::build(&folder)?;
    let load = machine::load();
    let cases = cases(&folder)?;
    println!("| derive | `check`, per item | `build`, per item |");
    println!("|---|---|---|");
    let emits = ["metadata", "link"];
    let mut fastest = vec![[[Duration::MAX; 2]; 2]; cases.len()];
    for _ in 0..runs {
        for (case, fastest) in cases.iter().zip(&mut fastest) {
            for (emit, fastest) in emits.iter().zip(fastest) {
                fastest[0] = fastest[0].min(libraries.compile(&case.one, emit)?);
                fastest[1] = fastest[1].min(libraries.compile(&case.all, emit)?);
            }
        }
    }
    for (case, fastest) in cases.iter().zip(fastest) {
        let cost = fastest.map(|[one, all]| all.saturating_sub(one) / COUNT);
        let [check, build] = cost.map(|cost| cost.as_secs_f64() * 1e3);
        println!("| {} | {check:.2} ms | {build:.2} ms |", case.what);
    }
    println!(
        "\nProcessor time, fastest of {runs} runs, ({COUNT} more items − without) / {COUNT}.\n{}; \
         load before: {load}.",
        machine::description()
    );
    Ok(())
}

fn cases(folder: &Path) -> Result<Vec<Case>> {
    let kit = structures(|_| "ioctlkit::IoctlData");
    let texts = [
        (
            "zerocopy's four, on a structure",
            structures(|index| if index == 0 { ZEROCOPY } else { "" }),
            structures(|_| ZEROCOPY),
        ),
        (
            "`IoctlData`, on the same structure",
            structures(|index| if index == 0 { "ioctlkit::IoctlData" } else { "" }),
            kit.clone(),
        ),
        (
            "`Ioctl`, a command with its method",
            format!("{kit}{}", interface(1)),
            format!("{kit}{}", interface(COUNT + 1)),
        ),
    ];
    texts
        .into_iter()
        .enumerate()
        .map(|(index, (what, one, all))| {
            let write = |name: String, text: String| -> Result<PathBuf> {
                let path = folder.join(name);
                fs::write(&path, text)?;
                Ok(path)
            };
            Ok(Case {
                what,
                one: write(format!("one{index}.rs"), one)?,
                all: write(format!("all{index}.rs"), all)?,
            })
        })
        .collect()
}

/// Structures of a few members each, without padding, some in others; the same in every run.
fn structures(derives: impl Fn(u32) -> &'static str) -> String {
    // The largest come first, so that nothing is between them.
    const INTEGERS: [(&str, u32); 6] =
        [("u64", 8), ("i64", 8), ("u32", 4), ("i32", 4), ("u16", 2), ("u8", 1)];
    let mut text = String::new();
    for index in 0..=COUNT {
        let derives = derives(index);
        let _ = writeln!(text, "#[derive(Clone, Copy, {derives})]\n#[repr(C)]");
        let _ = writeln!(text, "pub struct S{index} {{");
        if index % 4 == 3 {
            let _ = writeln!(text, "    pub inner: S{},", index / 2);
        }
        let mut size = 0;
        for (place, (integer, bytes)) in INTEGERS.iter().enumerate() {
            // Of each kind up to three, as the bits of the index have it.
            for copy in 0..(index >> place) % 4 {
                let length = if copy == 2 { 4 } else { 1 };
                let ty = if copy == 2 { format!("[{integer}; 4]") } else { (*integer).to_owned() };
                let _ = writeln!(text, "    pub m{place}_{copy}: {ty},");
                size += bytes * length;
            }
        }
        let rest = 8 - size % 8;
        let _ = writeln!(text, "    pub rest: [u8; {rest}],\n}}");
    }
    text
}

/// An interface with so many commands.
fn interface(count: u32) -> String {
    let mut text = "#[derive(ioctlkit::Ioctl)]\n#[ioctl(type = b'B', device = Bench)]\n\
                    pub enum BenchIoctl {\n"
        .to_owned();
    for index in 0..count {
        let direction = ["read", "write", "read_write"][index as usize % 3];
        let _ = writeln!(
            text,
            "    /// A command.\n    #[ioctl(nr = {index}, {direction})]\n    Command{index}(S{index}),"
        );
    }
    text + "}\n"
}

/// The compiled libraries.
struct Libraries {
    arguments: Vec<String>,
    output: PathBuf,
}

impl Libraries {
    /// Builds them as a crate's dependencies are built for `cargo build`.
    fn build(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let ioctlkit = run::root().join("ioctlkit").display().to_string();
        let manifest = format!(
            "[package]\nname = \"compile-time\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
             [workspace]\n[lib]\npath = \"lib.rs\"\n\
             [dependencies]\nioctlkit = {{ path = {ioctlkit:?} }}\n\
             zerocopy = {{ version = \"0.8\", features = [\"derive\"] }}\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        fs::write(folder.join("lib.rs"), "")?;
        fs::copy(run::root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
        let output = run::cargo()
            .args(["build", "--quiet", "--message-format=json", "--manifest-path"])
            .arg(folder.join("Cargo.toml"))
            .env("CARGO_TARGET_DIR", folder.join("target"))
            .stderr(Stdio::inherit())
            .output()?;
        if !output.status.success() {
            bail!("the libraries do not build");
        }
        let mut arguments = Vec::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let message: serde_json::Value = serde_json::from_str(line)?;
            let name = message["target"]["name"].as_str().unwrap_or_default();
            let files = message["filenames"].as_array().map(Vec::as_slice).unwrap_or_default();
            for file in files.iter().filter_map(serde_json::Value::as_str).map(Path::new) {
                if let Some(parent) = file.parent() {
                    arguments.extend(["-L".into(), format!("dependency={}", parent.display())]);
                }
                let is_library = file.extension().is_some_and(|extension| extension == "rlib");
                if matches!(name, "ioctlkit" | "zerocopy") && is_library {
                    arguments.extend(["--extern".into(), format!("{name}={}", file.display())]);
                }
            }
        }
        Ok(Self { arguments, output: folder.join("output") })
    }

    /// The processor time of one run of the compiler.
    fn compile(&self, source: &Path, emit: &str) -> Result<Duration> {
        let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let mut child = Command::new(rustc)
            .args(["--edition", "2024", "--crate-type", "lib", "--cap-lints", "allow"])
            .args(["-C", "debuginfo=0", "--emit", emit, "-o"])
            .arg(&self.output)
            .arg(source)
            .args(&self.arguments)
            .spawn()
            .context("cannot run rustc")?;
        let used = child.wait4()?;
        if !used.status.success() {
            bail!("{} does not compile", source.display());
        }
        Ok(used.rusage.utime + used.rusage.stime)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_structures_have_no_padding_and_hold_one_another() {
        let text = structures(|_| "X");
        assert_eq!(text.matches("pub struct").count(), COUNT as usize + 1);
        assert!(text.contains("pub inner: S1,"), "{text}");
        assert_eq!(interface(3).matches("S2").count(), 1);
    }
}
