//! Series for the kernel's tree before its own judges: `git am`, checkpatch, `get_maintainer`, `kernel-doc`,
//! what installs headers, the compiler, sparse, and the test of the series in a guest.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use ioctlkit_vm::{Script, Step};

use crate::SOURCE;
use crate::support::{SERIES, attempt, boot, run, target};

const AUTHOR: &str = "Jane Q. Doe <jane@example.org>";

/// What the series and the judges need of the kernel's source.
const PARTS: [&str; 13] = [
    "MAINTAINERS",
    "Kbuild",
    "Documentation/userspace-api/ioctl/ioctl-number.rst",
    "Documentation/misc-devices/index.rst",
    "drivers/misc/Kconfig",
    "drivers/misc/Makefile",
    "include/uapi/linux/ioctl.h",
    "scripts/*.pl",
    "scripts/*.txt",
    "scripts/*.checkpatch",
    "scripts/kernel-doc",
    "tools/testing/selftests/Makefile",
    "tools/testing/selftests/kselftest.h",
];
const MORE: [&str; 6] = [
    "scripts/subarch.include",
    "scripts/headers_install.sh",
    "scripts/unifdef.c",
    "scripts/Makefile.compiler",
    "tools/testing/selftests/lib.mk",
    "tools/testing/selftests/kselftest_harness.h",
];

/// The parts, unpacked once.
fn source() -> &'static Path {
    static SOURCE_PARTS: OnceLock<PathBuf> = OnceLock::new();
    SOURCE_PARTS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("in-tree/source");
        let whole = folder.with_file_name("whole");
        if !whole.exists() {
            assert!(Path::new(SOURCE).exists(), "{SOURCE} is missing: install linux-source-6.12");
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(&folder).unwrap();
            let parts = PARTS.iter().chain(&MORE).map(|part| format!("linux-source-6.12/{part}"));
            run(Command::new("tar")
                .args(["-xf", SOURCE, "--strip-components=1", "--wildcards", "-C"])
                .arg(&folder)
                .args(parts));
            // By these, get_maintainer.pl knows the kernel.
            for file in ["COPYING", "CREDITS", "Makefile", "README"] {
                fs::write(folder.join(file), "").unwrap();
            }
            for part in ["arch", "drivers", "fs", "include", "init", "ipc", "kernel", "lib"] {
                fs::create_dir_all(folder.join(part)).unwrap();
            }
            fs::write(whole, "").unwrap();
        }
        folder
    })
}

/// A copy of the source as a repository, with series for it.
struct Kernel {
    folder: tempfile::TempDir,
}

impl Kernel {
    fn new() -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        run(Command::new("cp").arg("-r").arg(source()).arg(folder.path().join("linux")));
        let kernel = Self { folder };
        kernel.git(&["init", "-q"]);
        kernel.git(&["config", "user.name", "Somebody Else"]);
        kernel.git(&["config", "user.email", "else@example.org"]);
        kernel.git(&["add", "-A", "-f"]);
        kernel.git(&["commit", "-qm", "base"]);
        kernel
    }

    fn linux(&self) -> PathBuf {
        self.folder.path().join("linux")
    }

    fn git(&self, arguments: &[&str]) -> String {
        run(Command::new("git").arg("-C").arg(self.linux()).args(arguments))
    }

    /// `ioctl-gen module SOURCE --in-tree`
    fn generate(&self, source: &Path, more: &[&str]) -> (bool, String) {
        attempt(
            Command::new(env!("CARGO_BIN_EXE_ioctl-gen"))
                .arg("module")
                .arg(source)
                .arg("--in-tree")
                .arg(self.linux())
                .args(more),
        )
    }

    /// The patches of a series, which git has taken.
    fn taken(&self, source: &Path, more: &[&str]) -> Vec<PathBuf> {
        let output = self.folder.path().join("patches");
        let place = ["--author", AUTHOR, "-o", output.to_str().unwrap()];
        let (made, said) = self.generate(source, &[&place, more].concat());
        assert!(made, "{said}");
        let mut patches: Vec<PathBuf> =
            fs::read_dir(&output).unwrap().map(|entry| entry.unwrap().path()).collect();
        patches.sort();
        let said = run(Command::new("git").arg("-C").arg(self.linux()).arg("am").args(&patches));
        assert!(!said.contains("warning"), "{said}");
        patches
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The gong, with a type letter that the kernel has not given away.
fn gong(kernel: &Kernel) -> PathBuf {
    let text = fs::read_to_string(root().join("fixtures/module/gong.rs")).unwrap();
    let path = kernel.folder.path().join("gong.rs");
    fs::write(&path, text.replace("type = b'E'", "type = 0xe8")).unwrap();
    path
}

fn judged(kernel: &Kernel, patches: &[PathBuf], name: &str) {
    let linux = kernel.linux();
    assert_eq!(patches.len(), 4, "{patches:?}");
    for patch in patches {
        let said = run(Command::new("perl")
            .arg("scripts/checkpatch.pl")
            .args(["--strict", "--no-summary", "--terse", "-q"])
            .arg(patch)
            .current_dir(&linux)
            .stderr(Stdio::null()));
        assert_eq!(said, "", "{}", patch.display());
    }
    let new = kernel.git(&["diff", "--name-only", "--diff-filter=A", "HEAD~4"]);
    let new: Vec<&str> = new.lines().collect();
    assert!(new.len() > 12, "{new:?}");
    for file in &new {
        let said = run(Command::new("perl")
            .arg("scripts/get_maintainer.pl")
            .args(["--no-git", "--no-git-fallback", "--no-rolestats", "-f", file])
            .current_dir(&linux));
        assert!(said.contains("jane@example.org"), "{file}: {said}");
    }
    let is_code = |file: &str| matches!(file.rsplit('.').next(), Some("c" | "h"));
    let sources = new.iter().filter(|file| is_code(file) && !file.starts_with("tools/"));
    let said = run(Command::new("perl")
        .args(["scripts/kernel-doc", "-none", "-Wall", "-Werror"])
        .args(sources)
        .current_dir(&linux));
    assert_eq!(said, "");
    // The generator is not needed again, and leaves nothing for itself.
    for file in &new {
        let text = fs::read_to_string(linux.join(file)).unwrap();
        let mut traces = vec!["ioctl-gen", "ioctlkit", "\"gen/", "Made by"];
        if file.starts_with("include/uapi") {
            traces.extend(["_VALID", "static_assert"]);
        }
        for trace in traces {
            assert!(!text.contains(trace), "{file}: {trace}");
        }
    }
    install(&linux, name);
}

/// Installs the header as the kernel does, and tests it as `usr/include` does.
fn install(linux: &Path, name: &str) {
    run(Command::new("gcc")
        .args(["-o", "scripts/unifdef", "scripts/unifdef.c"])
        .current_dir(linux));
    let installed = format!("usr/include/linux/{name}.h");
    fs::create_dir_all(linux.join("usr/include/linux")).unwrap();
    run(Command::new("sh")
        .arg("scripts/headers_install.sh")
        .arg(format!("include/uapi/linux/{name}.h"))
        .arg(&installed)
        .current_dir(linux));
    for bits in ["-m64", "-m32"] {
        let said = run(Command::new("gcc")
            .args([bits, "-std=c90", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c"])
            .arg("/dev/null")
            .args(["-include", &installed, "-include", &installed])
            .current_dir(linux));
        assert_eq!(said, "");
    }
}

/// The module and the test of a tree, built.
fn built(kernel: &Kernel, name: &str) -> (PathBuf, PathBuf) {
    let linux = kernel.linux();
    let driver = linux.join("drivers/misc").join(name);
    let include = format!("KCFLAGS=-I{}", linux.join("include/uapi").display());
    let option = format!("CONFIG_{}=m", name.to_uppercase());
    let options = ["-s", "W=1", "C=2", &option, &include];
    let (module, said) = target(SERIES[1]).build(&driver, &options);
    let said: Vec<&str> =
        said.lines().filter(|line| !line.starts_with("Skipping BTF generation")).collect();
    assert!(said.is_empty(), "{}", said.join("\n"));
    let tests = linux.join("tools/testing/selftests").join(name);
    let headers = format!("KHDR_INCLUDES=-isystem {}", linux.join("usr/include").display());
    let said = run(Command::new("make")
        .arg("-s")
        .arg("-C")
        .arg(&tests)
        .args([&headers, "LDFLAGS=-static", "ARCH=x86"])
        .env_remove("MAKEFLAGS"));
    assert!(!said.contains("warning"), "{said}");
    (module, tests.join(format!("{name}_test")))
}

fn passes_in_a_guest(built: &[(PathBuf, PathBuf)]) {
    let script = built.iter().fold(Script::new(), |script, (module, test)| {
        script.then(Step::load(module)).then(Step::test(test))
    });
    let report = boot(&target(SERIES[1]).guest(), &script);
    assert!(report.failures().is_empty(), "{:#?}", report.failures());
    let counts: Vec<_> =
        report.steps.iter().filter_map(|step| Some(step.ktap.as_ref()?.counts())).collect();
    assert_eq!(counts.len(), built.len());
    for counts in counts {
        println!("{counts}");
        assert!(counts.passed > 10, "{counts}");
    }
}

#[test]
fn a_driver_with_handlers_goes_into_the_tree_and_passes_its_selftest() {
    let kernel = Kernel::new();
    let written = root().join("fixtures/module/gong");
    let patches = kernel.taken(&gong(&kernel), &["--module", written.to_str().unwrap(), "--kunit"]);
    judged(&kernel, &patches, "gong");
    passes_in_a_guest(&[built(&kernel, "gong")]);
}

#[test]
fn a_driver_of_several_interfaces_goes_into_the_tree_with_all_of_its_files() {
    let kernel = Kernel::new();
    // The name `echo` is another driver's.
    let folder = kernel.linux().join("drivers/misc");
    for file in ["Kconfig", "Makefile"] {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        let lines = text.lines().filter(|line| !line.contains("echo/"));
        fs::write(folder.join(file), lines.flat_map(|line| [line, "\n"]).collect::<String>())
            .unwrap();
    }
    kernel.git(&["commit", "-qam", "no echo"]);
    let written = root().join("examples/echo/module");
    let source = root().join("examples/echo");
    let patches = kernel.taken(&source, &["--module", written.to_str().unwrap()]);
    judged(&kernel, &patches, "echo");
    passes_in_a_guest(&[built(&kernel, "echo")]);
}

#[test]
fn a_driver_without_handlers_builds_with_each_kind_of_device() {
    for options in [&["--device", "cdev", "--minors", "3"][..], &[]] {
        let kernel = Kernel::new();
        let patches = kernel.taken(&root().join("fixtures/module/pulse.rs"), options);
        judged(&kernel, &patches, "pulse");
        passes_in_a_guest(&[built(&kernel, "pulse")]);
    }
}

/// A judge that is not there has nothing to say either.
#[test]
fn the_judges_of_patches_find_what_is_wrong() {
    let kernel = Kernel::new();
    let patches = kernel.taken(&gong(&kernel), &[]);
    let text = fs::read_to_string(&patches[1]).unwrap();
    let spoilt = text.replacen("+#include <linux/fs.h>", "+#include  <linux/fs.h> ", 1);
    assert_ne!(spoilt, text);
    let spoilt = spoilt.replace(" MAINTAINERS ", " MAINTENANCE ");
    fs::write(&patches[1], spoilt).unwrap();
    let (_, said) = attempt(
        Command::new("perl")
            .args(["scripts/checkpatch.pl", "--strict", "--no-summary", "--terse", "-q"])
            .arg(&patches[1])
            .current_dir(kernel.linux())
            .stderr(Stdio::null()),
    );
    assert!(said.contains("trailing whitespace"), "{said}");
    assert!(said.contains("does MAINTAINERS need updating"), "{said}");
}
