//! Drivers, built: copies of the committed ones, for a kernel's headers.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use ioctlkit_vm::{
    Cache, Guest, Headers, Interruption, Kernel, Release, Report, Script, SmallKernel, Toolchain,
    Trust,
};

/// A committed driver: its name, and its folder below the root of the workspace.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Driver {
    pub(crate) name: &'static str,
    pub(crate) folder: &'static str,
    /// The test of its handlers, which was written by hand.
    pub(crate) handlers: Option<&'static str>,
}

pub(crate) const ECHO: Driver =
    Driver { name: "echo", folder: "examples/echo/module", handlers: Some("echo_handlers") };
pub(crate) const GONG: Driver =
    Driver { name: "gong", folder: "fixtures/module/gong", handlers: Some("gong_handlers") };
pub(crate) const PULSE: Driver =
    Driver { name: "pulse", folder: "fixtures/module/pulse", handlers: None };
/// One with objects, which programs know by handles.
pub(crate) const SHELF: Driver =
    Driver { name: "shelf", folder: "fixtures/module/shelf", handlers: None };
/// One whose handlers are behind procfs and netlink as well.
pub(crate) const BENCH: Driver =
    Driver { name: "ioctl_bench", folder: "bench/module", handlers: None };
pub(crate) const DRIVERS: [Driver; 4] = [ECHO, GONG, PULSE, SHELF];
/// Those that the kernel's own judges look at.
pub(crate) const JUDGED: [Driver; 5] = [ECHO, GONG, PULSE, SHELF, BENCH];
/// One whose dispatcher is measured beside one that was written by hand.
pub(crate) const SPEED: Driver =
    Driver { name: "speed", folder: "fixtures/module/speed", handlers: Some("speed_handlers") };

/// A header for tests: whether a thread that has said who it is sleeps, as the kernel has it.
pub(crate) const SLEEPS: &str = r#"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int sleeps(int thread_id)
{
	char path[64], text[512] = "";
	const char *name;
	int file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", thread_id);
	file = open(path, O_RDONLY);
	if (read(file, text, sizeof(text) - 1) < 0)
		text[0] = 0;
	close(file);
	name = strrchr(text, ')');
	return name && !strncmp(name, ") S", 3);
}
"#;

/// The series of kernels that a module is made for.
pub(crate) const SERIES: [&str; 2] = ["6.1", "6.12"];

/// Whether the tests that take minutes are wanted: `cargo xtask test --full` sets the second.
pub(crate) fn is_full() -> bool {
    ["IOCTLKIT_VM", "IOCTLKIT_ORACLE"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| value == "full"))
}

impl Driver {
    pub(crate) fn committed(self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(self.folder)
    }

    /// A copy to build in.
    pub(crate) fn copy(self, purpose: &str) -> PathBuf {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(purpose).join(self.name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.parent().unwrap()).unwrap();
        run(Command::new("cp").arg("-r").arg(self.committed()).arg(&folder));
        folder
    }

    /// What the driver is made of.
    fn source(self) -> PathBuf {
        let beside = self.committed().with_extension("rs");
        if beside.is_file() { beside } else { self.committed().join("..") }
    }

    /// A copy that is made again with one more option, which takes a line of the Kbuild.
    pub(crate) fn made_with(self, purpose: &str, option: &str, kbuild_line: &str) -> PathBuf {
        let device: &[&str] =
            if self.name == PULSE.name { &["--device", "cdev", "--minors", "3"] } else { &[] };
        let folder = self.copy(purpose);
        run(Command::new(env!("CARGO_BIN_EXE_ioctl-gen"))
            .arg("module")
            .arg(self.source())
            .arg("-o")
            .arg(&folder)
            .arg(option)
            .args(device)
            .stderr(Stdio::null()));
        let kbuild = std::fs::read_to_string(folder.join("Kbuild")).unwrap();
        std::fs::write(folder.join("Kbuild"), format!("{kbuild}{kbuild_line}\n")).unwrap();
        folder
    }

    /// `CONFIG_ECHO=m`
    pub(crate) fn option(self) -> String {
        format!("CONFIG_{}=m", self.name.to_uppercase())
    }

    /// The test programs of a copy, for 64 and for 32 bits.
    pub(crate) fn programs(self, folder: &Path) -> Vec<PathBuf> {
        let tests = folder.join("tests");
        let targets = [format!("{}_test", self.name), format!("{}_test32", self.name)];
        run(Command::new("make")
            .arg("-s")
            .arg("-C")
            .arg(&tests)
            .arg("CFLAGS=-std=gnu11 -O2 -Wall -Wextra -Werror -pthread")
            .arg("LDFLAGS=-static -s")
            .args(&targets));
        let mut programs: Vec<PathBuf> = targets.iter().map(|name| tests.join(name)).collect();
        for (name, bits) in self.handlers.into_iter().flat_map(|name| [(name, "64"), (name, "32")])
        {
            let program = tests.join(format!("{name}{}", if bits == "32" { "32" } else { "" }));
            run(Command::new("gcc")
                .args([
                    "-std=gnu11",
                    "-O2",
                    "-Wall",
                    "-Wextra",
                    "-Werror",
                    "-static",
                    "-s",
                    "-D__user=",
                ])
                .arg(format!("-m{bits}"))
                .arg("-I")
                .arg(folder.join("include/uapi"))
                .arg("-o")
                .arg(&program)
                .arg(tests.join(format!("{name}.c"))));
            programs.push(program);
        }
        programs
    }
}

/// What a program says, on both of its outputs; it must not fail.
pub(crate) fn run(command: &mut Command) -> String {
    let (succeeded, said) = attempt(command);
    assert!(succeeded, "{command:?}\n{said}");
    said
}

/// Whether a program succeeds, and what it says.
pub(crate) fn attempt(command: &mut Command) -> (bool, String) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// A kernel of a series, and its headers.
pub(crate) struct Target {
    pub(crate) kernel: Kernel,
    pub(crate) headers: Headers,
}

/// The newest kernel of a series: an installed one, or one that is downloaded once.
pub(crate) fn target(series: &str) -> Target {
    // The cache is one for all tests of this program.
    static LOCK: Mutex<()> = Mutex::new(());
    let _lock = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let cache = Cache::at(Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache/ioctlkit"));
    let release = Release::newest(series, &cache).unwrap();
    Target {
        headers: Headers::of(&release, &cache).unwrap(),
        kernel: Kernel::of(&release, &cache).unwrap(),
    }
}

/// A small kernel that `cargo xtask kernel` with that option has built before.
pub(crate) fn kept(toolchain: Toolchain, option: &str) -> Target {
    let kernel = SmallKernel::find(toolchain, &Cache::of_user().unwrap());
    let kernel = kernel.unwrap_or_else(|| panic!("run `cargo xtask kernel --{option}` first"));
    Target { kernel: kernel.kernel().unwrap(), headers: kernel.headers().unwrap() }
}

impl Target {
    /// Builds a module, and yields it with what make printed.
    pub(crate) fn build(&self, folder: &Path, arguments: &[&str]) -> (PathBuf, String) {
        let none = Interruption::none();
        let mut built = self.headers.build(folder, arguments, Trust::Trusted, &none).unwrap();
        (built.modules.files.remove(0), built.output)
    }

    /// A guest whose memory is poisoned, so that what was not written is seen.
    pub(crate) fn guest(&self) -> Guest {
        let mut guest = Guest::new(self.kernel.clone());
        "init_on_alloc=0 slub_debug=FP panic_on_warn".clone_into(&mut guest.command_line);
        guest
    }
}

/// Runs a guest, and shows its progress to who asks for the output of the test.
pub(crate) fn boot(guest: &Guest, script: &Script) -> Report {
    guest.run(script, &Interruption::none(), &mut |event| println!("{event}")).unwrap()
}
