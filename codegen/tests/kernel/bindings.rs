//! The functions and methods that are made for programs, called in a guest: from C as 64-bit and
//! 32-bit programs, and from Python with its interpreter and what that needs of its library.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use ioctlkit_vm::{ExtraFile, Script, Step};

use crate::guest::bind;
use crate::support::{DRIVERS, Driver, GONG, SERIES, boot, run, target};

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kernel/bindings").join(name)
}

/// The program that calls the functions of a driver, for that many bits.
fn program(driver: Driver, folder: &Path, bits: &str) -> PathBuf {
    let name = format!("{}_calls", driver.name);
    let program = folder.join(format!("{name}{bits}"));
    run(Command::new("gcc")
        .args(["-std=c99", "-O2", "-Wall", "-Wextra", "-Werror", "-pedantic", "-static", "-s"])
        .args(["-D_DEFAULT_SOURCE", "-D__user=", &format!("-m{bits}")])
        .arg("-isystem")
        .arg(folder.join("include/uapi"))
        .args([folder.join("tools"), folder.join("tests")].map(|path| {
            let mut include = std::ffi::OsString::from("-I");
            include.push(path);
            include
        }))
        .arg("-o")
        .arg(&program)
        .arg(source(&format!("{name}.c"))));
    program
}

/// The interpreter, and the files that it needs for these modules.
fn interpreter(modules: &str) -> (String, Vec<ExtraFile>) {
    let list = format!(
        "import os, sys, {modules}\n\
         print(os.path.realpath(sys.executable))\n\
         for module in list(sys.modules.values()):\n\
         \x20   file = getattr(module, '__file__', None)\n\
         \x20   if file: print(file)"
    );
    let said = run(Command::new("python3").args(["-S", "-E", "-c", &list]));
    let mut files: BTreeSet<String> = said.lines().map(str::to_owned).collect();
    let program = said.lines().next().unwrap().to_owned();
    let is_library = |file: &str| Path::new(file).extension().is_some_and(|end| end == "so");
    let loaded = |file: &&str| **file == program || is_library(file);
    for file in said.lines().filter(loaded) {
        for line in run(Command::new("ldd").arg(file)).lines() {
            let library = line.split_whitespace().find(|word| word.starts_with('/'));
            files.extend(library.map(str::to_owned));
        }
    }
    let extra = |path: String| ExtraFile { source: PathBuf::from(&path), path };
    (program, files.into_iter().map(extra).collect())
}

#[test]
fn every_function_and_method_does_what_its_command_does() {
    let target = target(SERIES[1]);
    let mut guest = target.guest();
    let mut script = Script::new();
    for driver in DRIVERS {
        let folder = driver.copy("bindings");
        let (module, _) = target.build(&folder, &[&driver.option()]);
        script = script.then(Step::load(&module));
        for bits in ["64", "32"] {
            script = script.then(Step::test(program(driver, &folder, bits)));
        }
        if driver.name == GONG.name {
            let (python, files) = interpreter("ctypes, enum, errno, operator");
            guest.files.extend(files);
            for (from, name) in [
                (folder.join("tools/gong_calls.py"), "gong_calls.py"),
                (source("gong_calls_test.py"), "gong_calls_test.py"),
            ] {
                guest.files.push(ExtraFile { source: from, path: format!("python/{name}") });
            }
            let command = format!("{python} -S -E -B /python/gong_calls_test.py");
            script = script.then(bind(driver)).then(Step::shell("gong_calls.py", command));
        }
        script = script.then(Step::unload(driver.name));
    }
    let report = boot(&guest, &script);
    assert!(report.failures().is_empty(), "{:#?}", report.failures());
    let counted = report.steps.iter().filter_map(|step| step.ktap.as_ref());
    assert_eq!(
        counted.map(|ktap| ktap.counts().passed).collect::<Vec<_>>(),
        [4, 4, 25, 25, 8, 8, 9, 9]
    );
}
