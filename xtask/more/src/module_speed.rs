//! What it takes to make a kernel module of a large interface.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Result;

use xtask::run;

use crate::machine;

const COMMANDS: u32 = 100;

/// The interface is in a package, as one is that `ioctl-gen new` makes: cargo is asked about it.
const MANIFEST: &str = "[package]\nname = \"bell\"\nedition = \"2024\"\n\n[workspace]\n";

/// Times `ioctl-gen module` on an interface of [`COMMANDS`] commands, into an empty folder and
/// over what it made, and prints the fastest run and the median of each.
pub(crate) fn run(runs: u16) -> Result<()> {
    run::succeed(run::cargo().args(["build", "--release", "--package", "ioctlkit-gen"]))?;
    let generator = run::target()?.join("release/ioctl-gen");
    let folder = run::target()?.join("module-speed");
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("Cargo.toml"), MANIFEST)?;
    fs::write(folder.join("src/lib.rs"), source())?;
    let output = folder.join("driver");
    let load = machine::load();
    println!("| `ioctl-gen module`, {COMMANDS} commands | fastest | median |");
    println!("|---|---|---|");
    let mut new = Vec::new();
    let mut again = Vec::new();
    for _ in 0..runs {
        if output.exists() {
            fs::remove_dir_all(&output)?;
        }
        new.push(timed(&generator, &folder)?);
        again.push(timed(&generator, &folder)?);
    }
    for (what, mut times) in [("into an empty folder", new), ("nothing to be done", again)] {
        times.sort_unstable();
        let milliseconds = |time: Option<&Duration>| time.map_or(0.0, |t| t.as_secs_f64() * 1e3);
        let (fastest, median) =
            (milliseconds(times.first()), milliseconds(times.get(times.len() / 2)));
        println!("| {what} | {fastest:.1} ms | {median:.1} ms |");
    }
    println!("\n{}; load before: {load}.", machine::description());
    Ok(())
}

fn timed(generator: &Path, folder: &Path) -> Result<Duration> {
    let mut command = Command::new(generator);
    command.current_dir(folder).args(["module", "src/lib.rs", "-o", "driver"]);
    let begin = Instant::now();
    run::succeed(command.stderr(Stdio::null()))?;
    Ok(begin.elapsed())
}

/// Each command has a structure of its own, with something of everything that is checked.
fn source() -> String {
    let mut text = String::from("use ioctlkit::{Ioctl, IoctlData, Reserved};\n");
    let mut commands = String::new();
    for index in 0..COMMANDS {
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "/// Settings of bell {index}.\n#[derive(IoctlData)]\n#[repr(C)]\n\
             pub struct BellSettings{index} {{\n\
             /// What it does.\n#[ioctl(flags = 7)]\npub flags: u32,\n\
             /// How it sounds.\n#[ioctl(values(1, 2, 4))]\npub tone: u32,\n\
             /// How loud it is.\n#[ioctl(range = -9..=9)]\npub level: i32,\n\
             pub reserved0: Reserved<4>,\n\
             /// When it rings, in nanoseconds.\npub times: [u64; 4],\n}}\n"
        );
        let direction = ["read", "write, mode = write", "read_write"][index as usize % 3];
        let _ = write!(
            commands,
            "/// Changes bell {index}.\n#[ioctl(nr = {index}, {direction})]\n\
             Change{index}(BellSettings{index}),\n"
        );
    }
    let _ = write!(
        text,
        "/// Bells.\n#[derive(Ioctl)]\n\
         #[ioctl(type = 0xe6, device = Bell, unsafe(path = \"/dev/bell\"), prefix = \"BELL_\")]\n\
         pub enum BellIoctl {{\n{commands}}}\n"
    );
    text
}
