//! Modules in Rust, on a kernel that has it: they answer as those in C do, 64- and 32-bit programs, and
//! their tests notice each check that is taken out. The kernel is built once, by
//! `cargo xtask kernel --rust`, and these tests run with `cargo xtask test --full`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ioctlkit_vm::ktap::Outcome;
use ioctlkit_vm::{Interruption, Report, Script, Step, Toolchain, Trust};

use crate::guest::bind;
use crate::mutants::{Mutant, missed};
use crate::support::{Driver, GONG, PULSE, SHELF, SPEED, Target, boot, is_full, kept, run};

/// The drivers that have handlers in Rust, too.
const DRIVERS: [Driver; 3] = [GONG, PULSE, SHELF];

fn target() -> Target {
    kept(Toolchain::Rust, "rust")
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/module")
}

/// A driver's module in Rust, with the handlers that were written for it.
fn in_rust(driver: Driver, purpose: &str) -> PathBuf {
    let name = driver.name;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(purpose).join(name);
    let _ = fs::remove_dir_all(&folder);
    run(Command::new(env!("CARGO_BIN_EXE_ioctl-gen"))
        .arg("module")
        .arg(fixtures().join(format!("{name}.rs")))
        .arg("-o")
        .arg(&folder)
        .args(["--language", "rust"])
        .stderr(Stdio::null()));
    let main = format!("{name}_main.rs");
    fs::copy(fixtures().join("in-rust").join(&main), folder.join(&main)).unwrap();
    // The handlers do the same in both languages, and have one test.
    if let Some(handlers) = driver.handlers {
        let test = format!("tests/{handlers}.c");
        fs::copy(driver.committed().join(&test), folder.join(&test)).unwrap();
    }
    folder
}

/// A program of 64 bits that is linked statically.
fn program(source: &Path, headers: &Path) -> PathBuf {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(source.file_stem().unwrap());
    run(Command::new("gcc")
        .args(["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-static", "-D__user="])
        .arg("-I")
        .arg(headers)
        .arg("-o")
        .arg(&program)
        .arg(source));
    program
}

/// What came of each test of a command, by its program and name. Only a device on a bus can go, which
/// one in Rust is not.
fn of_commands(report: &Report, driver: Driver) -> BTreeMap<String, bool> {
    let prefix = format!("{}_", driver.name.to_uppercase());
    let steps = report.steps.iter().filter_map(|step| Some((step, step.ktap.as_ref()?)));
    let tests = steps.flat_map(|(step, ktap)| {
        ktap.tests.iter().map(move |test| (format!("{}: {}", step.name, test.name), test))
    });
    tests
        .filter(|(_, test)| test.name.starts_with(&prefix))
        .filter(|(_, test)| !test.name.ends_with(": the device is gone"))
        .map(|(name, test)| (name, matches!(test.outcome, Outcome::Passed)))
        .collect()
}

fn tested(driver: Driver, module: &Path, programs: &[PathBuf], target: &Target) -> Report {
    let mut script = Script::new().then(Step::load(module));
    for program in programs {
        script = script.then(bind(driver)).then(Step::test(program));
    }
    boot(&target.guest(), &script.then(Step::unload(driver.name)))
}

#[test]
fn modules_in_rust_pass_every_test_that_those_in_c_pass() {
    if !is_full() {
        return;
    }
    let target = target();
    for driver in DRIVERS {
        let in_c = driver.copy("in-c-beside-rust");
        let in_rust = in_rust(driver, "in-rust");
        let (module, _) = target.build(&in_c, &[&driver.option()]);
        let by_c = tested(driver, &module, &driver.programs(&in_c), &target);
        let (module, said) = target.build(&in_rust, &[&driver.option(), "CLIPPY=1"]);
        assert!(!said.contains("warning"), "{said}");
        let by_rust = tested(driver, &module, &driver.programs(&in_rust), &target);
        for report in [&by_c, &by_rust] {
            assert!(report.failures().is_empty(), "{}: {:#?}", driver.name, report.failures());
        }
        let (by_c, by_rust) = (of_commands(&by_c, driver), of_commands(&by_rust, driver));
        println!("{}: {} tests of commands, 64- and 32-bit", driver.name, by_rust.len());
        assert!(by_rust.len() > 100, "{}", by_rust.len());
        assert_eq!(by_c, by_rust, "{}", driver.name);
    }
}

#[test]
fn every_check_that_is_taken_out_in_rust_is_missed_by_a_test() {
    if !is_full() {
        return;
    }
    let target = target();
    let list = Mutant::listed(include_str!("mutants_in_rust.toml"));
    for driver in [GONG, SHELF] {
        let mutants: Vec<&Mutant> = list.iter().filter(|it| it.is_of(driver)).collect();
        let folder = in_rust(driver, "mutants-in-rust");
        let programs = driver.programs(&folder);
        let dispatcher = format!("gen/{}_ioctl.rs", driver.name);
        let missed = missed(driver, &mutants, &target, (&folder, &dispatcher, &programs));
        assert!(missed.is_empty(), "{}", missed.join("\n"));
    }
}

/// The kernel's own registration of misc devices in Rust names no owner: a module could be unloaded while
/// its file is open.
#[test]
fn an_open_file_keeps_a_module_in_rust_loaded() {
    if !is_full() {
        return;
    }
    let target = target();
    let (module, _) = target.build(&in_rust(SHELF, "open-in-rust"), &[&SHELF.option()]);
    let refused = "exec 3<>/dev/shelf || exit 1; rmmod shelf && exit 1; exec 3>&-; exit 0";
    let script = Script::new()
        .then(Step::load(&module))
        .then(Step::shell("rmmod while it is open", refused))
        .then(Step::unload(SHELF.name));
    let report = boot(&target.guest(), &script);
    assert!(report.failures().is_empty(), "{:#?}", report.failures());
}

#[test]
fn a_new_driver_in_rust_builds_without_a_warning_and_conforms() {
    if !is_full() {
        return;
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    run(Command::new(env!("CARGO_BIN_EXE_ioctl-gen"))
        .args(["new", "bell", "--language", "rust"])
        .current_dir(folder.path())
        .stderr(Stdio::null()));
    let target = target();
    let module = folder.path().join("bell/module");
    let bell = Driver { name: "bell", folder: "", handlers: None };
    let (built, said) = target.build(&module, &[&bell.option(), "CLIPPY=1"]);
    assert!(!said.contains("warning"), "{said}");
    let report = tested(bell, &built, &bell.programs(&module), &target);
    assert!(report.failures().is_empty(), "{:#?}", report.failures());
}

/// The root that a kernel with Rust has for builds shows a module nothing of this machine but its folder.
#[test]
fn makefiles_in_the_root_of_a_kernel_with_rust_reach_nothing_else() {
    if !is_full() {
        return;
    }
    let target = target();
    let root = target.headers.folder().join("root");
    let secret = tempfile::NamedTempFile::new().unwrap();
    fs::write(secret.path(), "it is secret").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let secret = secret.path().display();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let lines = [
        format!("cat {secret} /proc/1/environ"),
        "env".to_owned(),
        "ls /proc /sys/class/net /dev".to_owned(),
        "touch /kernel/written /usr/written /written && echo wrote".to_owned(),
        "mount -o remount,rw / && echo mounted".to_owned(),
        "echo x >/proc/sys/kernel/core_pattern && echo wrote".to_owned(),
        "echo h >/proc/sysrq-trigger && echo wrote".to_owned(),
        "unshare --user --map-root-user --mount sh -c 'mount -o remount,rw / && echo mounted'"
            .to_owned(),
        format!(
            "python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", {port}))' && echo connected"
        ),
    ];
    let lines = lines.map(|line| format!("X := $(shell ({line}) >>$(src)/said 2>&1)"));
    fs::write(folder.path().join("Kbuild"), format!("{}\nobj-m := none.o\n", lines.join("\n")))
        .unwrap();
    let none = Interruption::none();
    let built = target.headers.build(folder.path(), &[], Trust::Confined, &none);
    assert!(built.is_err(), "there is no source");
    let said = fs::read_to_string(folder.path().join("said")).unwrap();
    println!("{said}");
    assert!(said.contains("PATH=/usr/local/sbin:"), "it did not run: {said}");
    // It came as far as the call.
    assert!(said.contains("create_connection"), "{said}");
    for word in
        ["it is secret", "wrote", "mounted", "connected", "CARGO_MANIFEST_DIR", "sda", "eth0"]
    {
        assert!(!said.contains(word), "{word}: {said}");
    }
    for written in ["usr/written", "written"] {
        assert!(!root.join(written).exists(), "{written}");
    }
    assert!(!target.headers.folder().join("written").exists());
}

/// What it prints is for people; `docs/speed.md` has the figures.
#[test]
fn a_dispatcher_in_rust_is_called_beside_one_in_c() {
    if !is_full() {
        return;
    }
    let target = target();
    let in_c = SPEED.copy("speed-in-c");
    let calls = program(&fixtures().join("in-rust/speed_calls.c"), &in_c.join("include/uapi"));
    for (language, folder) in [("C", in_c), ("Rust", in_rust(SPEED, "speed-in-rust"))] {
        let (module, _) = target.build(&folder, &[&SPEED.option()]);
        let report = tested(SPEED, &module, std::slice::from_ref(&calls), &target);
        assert!(report.failures().is_empty(), "{:#?}", report.failures());
        for line in report.steps.iter().flat_map(|step| &step.tail) {
            if line.contains("quartiles") {
                println!("{language}: {line}");
            }
        }
    }
}
