//! `ioctl-gen new` as people meet it: what it makes passes everything that it says it passes, with
//! the real cargo, linter and kernel headers.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use ioctlkit_vm::{Cache, Headers, Release};

/// A driver with a file of each kind, and a name that makes long lines.
const DRIVERS: [(&str, &[&str]); 2] = [
    ("bell", &["--type", "0xe9"]),
    ("barometric_pressure_sensor", &["--device", "cdev", "--type", "B", "--first-nr", "0x40"]),
];

fn generator() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_ioctl-gen"))
}

fn temporary(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("new").join(name)
}

fn new(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(generator()).args(["new", "--path"]).arg(folder).args(arguments).output().unwrap()
}

/// What a program says; it must not fail.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{command:?}\n{said}");
    said
}

/// A new workspace, in a folder for this purpose.
fn made(name: &str, arguments: &[&str], purpose: &str) -> PathBuf {
    let folder = temporary(purpose).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(temporary(purpose)).unwrap();
    // Without one of its own, the style of the folder that the target folder is in would count.
    fs::write(temporary(purpose).join("rustfmt.toml"), "").unwrap();
    let output = new(&folder, &[&[name], arguments].concat());
    assert!(output.status.success(), "{output:?}");
    folder
}

/// The linter's program: built with all others where the whole workspace is tested.
fn linter() -> &'static Path {
    static LINTER: OnceLock<PathBuf> = OnceLock::new();
    LINTER.get_or_init(|| {
        let program = generator().with_file_name("ioctl-lint");
        if !program.exists() {
            let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
            let profile = generator().parent().and_then(Path::file_name);
            let profile = profile.filter(|profile| *profile != "debug");
            run(Command::new(env!("CARGO"))
                .args(["build", "--quiet", "--package", "ioctl-lint", "--profile"])
                .arg(profile.unwrap_or("dev".as_ref()))
                .arg("--manifest-path")
                .arg(manifest));
        }
        program
    })
}

/// The commands of a workflow's jobs that are one line each, without those that install.
fn steps(workflow: &str) -> Vec<&str> {
    workflow
        .lines()
        .filter_map(|line| line.trim().strip_prefix("run: "))
        .filter(|command| *command != "|")
        .collect()
}

/// The build folders of the newest kernel of each series: installed, or downloaded once.
fn kernel_headers() -> Vec<PathBuf> {
    let cache = Cache::at(Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache/ioctlkit"));
    let of = |series: &str| {
        let release = Release::newest(series, &cache).unwrap();
        Headers::of(&release, &cache).unwrap().folder().to_owned()
    };
    ["6.1", "6.12"].map(of).into()
}

#[test]
fn what_is_made_passes_every_step_of_its_own_workflow() {
    let programs = [linter().parent().unwrap(), generator().parent().unwrap()];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = programs.map(Path::to_owned).into_iter().chain(std::env::split_paths(&path));
    let path = std::env::join_paths(path).unwrap();
    for (name, arguments) in DRIVERS {
        let folder = made(name, arguments, "workflow");
        let workflow = fs::read_to_string(folder.join(".github/workflows/ci.yml")).unwrap();
        let steps = steps(&workflow);
        assert!(steps.len() >= 7, "{steps:?}");
        for step in steps {
            // The folder of the kernel's headers is that of the workflow's container.
            if step.contains("KERNEL=") {
                continue;
            }
            run(Command::new("sh")
                .args(["-e", "-c", step])
                .current_dir(&folder)
                .env("PATH", &path)
                .env("CARGO_NET_OFFLINE", "true")
                .env("CARGO_TARGET_DIR", temporary("target"))
                .env("CFLAGS", "-Werror"));
        }
    }
}

#[test]
fn the_module_builds_for_every_kernel_without_a_word_from_the_compiler_and_sparse() {
    let kernels = kernel_headers();
    for (name, arguments) in DRIVERS {
        let module = made(name, arguments, "kernel").join("module");
        for kernel in &kernels {
            run(Command::new("make")
                .arg("-s")
                .arg("-C")
                .arg(&module)
                .arg("clean")
                .arg(kernel_is(kernel)));
            let said = run(Command::new("make")
                .arg("-s")
                .arg("-C")
                .arg(&module)
                .arg(kernel_is(kernel))
                .args(["W=1", "C=2", "modules"]));
            // The packages of headers have no vmlinux to take types from.
            let said: Vec<&str> =
                said.lines().filter(|line| !line.starts_with("Skipping BTF generation")).collect();
            assert!(said.is_empty(), "{name}, {}:\n{}", kernel.display(), said.join("\n"));
            assert!(module.join(format!("{name}.ko")).exists());
        }
    }
}

fn kernel_is(build: &Path) -> String {
    format!("KERNEL={}", build.display())
}

#[test]
fn the_files_read_well() {
    let folder = made("bell", &["--type", "0xe9"], "read");
    for path in [
        ".github/workflows/ci.yml",
        ".gitignore",
        "Cargo.toml",
        "README.md",
        "interface/Cargo.toml",
        "interface/src/lib.rs",
        "interface/tests/commands.rs",
        "interface/tests/driver/mod.rs",
        "ioctl-lint.toml",
        "module/bell_main.c",
    ] {
        let text = fs::read_to_string(folder.join(path)).unwrap();
        insta::assert_snapshot!(path.replace(['/', '.'], "_").trim_start_matches('_'), text);
    }
}

#[test]
fn the_next_commands_are_told() {
    let folder = temporary("told");
    let _ = fs::remove_dir_all(&folder);
    let output = new(&folder, &["bell"]);
    let said = String::from_utf8_lossy(&output.stdout);
    for line in [
        "  cargo test\n",
        "  ioctl-lint check .\n",
        "  make -C module  ",
        "  ioctl-gen test module  ",
    ] {
        assert!(said.contains(line), "{said}");
    }
    assert!(said.ends_with("  ioctl-gen module interface/src/lib.rs -o module --name bell\n"));
}

#[test]
fn what_cannot_be_made_is_refused_and_nothing_is_written() {
    let folder = temporary("refused");
    let _ = fs::remove_dir_all(&folder);
    for (arguments, reason) in [
        (&["Bell"] as &[&str], "begins with a small letter"),
        (&["struct"], "a word of Rust"),
        (&["register"], "a word of C"),
        (&["kvm"], "linux/kvm.h"),
        (&["bell", "--type", "V"], "those of linux/vt.h"),
        (&["bell", "--type", "0xae", "--first-nr", "0x20"], "nr 0x20 to 0x3f of type 0xae"),
        (&["bell", "--type", "BB"], "one character"),
        (&["bell", "--type", "B", "--first-nr", "256"], "8 bits"),
        (&["bell", "--ioctlkit", "/nowhere"], "holds that crate"),
    ] {
        let output = new(&folder, arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(reason), "{arguments:?}: {said}");
        assert!(!folder.exists(), "{arguments:?}");
    }
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("thesis.tex"), "years").unwrap();
    let output = new(&folder, &["bell"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("is not an empty folder"), "{said}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
fn no_link_is_followed_to_the_new_folder() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("link")).unwrap();
    for path in ["link", "link/bell"] {
        let output = Command::new(generator())
            .current_dir(folder.path())
            .args(["new", "bell", "--path", path])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{path}: {said}");
        assert!(said.contains("link is a symbolic link, which is not followed"), "{path}: {said}");
    }
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}

/// rustup runs the programs of the folder that a toolchain file above names.
#[test]
fn no_program_of_the_folder_around_is_run() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let at = |name: &str| parent.path().join(name);
    fs::create_dir_all(at("toolchain/bin")).unwrap();
    let toolchain = format!("[toolchain]\npath = \"{}\"\n", at("toolchain").display());
    fs::write(at("rust-toolchain.toml"), toolchain).unwrap();
    for name in ["rustfmt", "cargo-fmt", "cargo", "rustc"] {
        let program = at("toolchain/bin").join(name);
        fs::write(&program, format!("#!/bin/sh\ntouch {}\n", at("ran").display())).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = Command::new(generator());
    // What cargo sets for its tests stands in front of any file.
    command.env_remove("RUSTUP_TOOLCHAIN").args(["new", "bell", "--path"]).arg(at("bell"));
    run(command.current_dir(parent.path()));
    assert!(at("bell/Cargo.toml").is_file());
    assert!(!at("ran").exists());
}
