//! New drivers on each bus: the kernel's judges have nothing to say about what is written for a
//! person to fill in, and where a device takes no hardware, a guest binds, tests and unbinds it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ioctlkit_vm::ktap::Outcome;
use ioctlkit_vm::{Interruption, Script, Step, StepReport, Trust};

use crate::assert_passes_judges;
use crate::support::{Driver, SERIES, boot, is_full, run, target};

const BUSES: [&str; 6] = ["none", "platform", "pci", "usb", "i2c", "auxiliary"];
/// Those whose functions Debian's kernels for virtual machines do not have.
const NOT_IN_THE_GUEST: [&str; 2] = ["usb", "i2c"];

/// The module of a new workspace.
fn module(purpose: &str, bus: &str, device: &str) -> PathBuf {
    module_with(purpose, bus, device, "")
}

/// One whose files can do more.
pub(crate) fn module_with(purpose: &str, bus: &str, device: &str, with: &str) -> PathBuf {
    let parent =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(purpose).join(format!("{bus}-{device}"));
    let _ = fs::remove_dir_all(&parent);
    fs::create_dir_all(&parent).unwrap();
    run(Command::new(env!("CARGO_BIN_EXE_ioctl-gen"))
        .args(["new", "bell", "--bus", bus, "--device", device])
        .args(if with.is_empty() { vec![] } else { vec!["--with", with] })
        .current_dir(&parent)
        .stderr(Stdio::null()));
    parent.join("bell/module")
}

/// What the compiler, sparse and modpost say, but for functions that the kernel is built without.
fn said_while_building(folder: &Path, bus: &str, series: &str) -> Vec<String> {
    let mut arguments = vec!["-s", "W=1", "C=2", "CONFIG_BELL=m", "CONFIG_BELL_TEST_DEVICE=m"];
    if NOT_IN_THE_GUEST.contains(&bus) {
        arguments.push("KBUILD_MODPOST_WARN=1");
        // Without it, the header declares nothing.
        arguments.push("KCFLAGS=-DCONFIG_I2C_MODULE=1");
    }
    let none = Interruption::none();
    let built = target(series).headers.build(folder, &arguments, Trust::Trusted, &none).unwrap();
    let is_known = |line: &&str| {
        line.starts_with("Skipping BTF generation")
            || NOT_IN_THE_GUEST.contains(&bus)
                && line.starts_with("WARNING: modpost:")
                && line.ends_with("undefined!")
    };
    built.output.lines().filter(|line| !is_known(line)).map(str::to_owned).collect()
}

#[test]
fn a_new_driver_on_each_bus_leaves_the_kernel_s_judges_nothing_to_say() {
    let buses: &[&str] = if is_full() { &BUSES } else { &["none", "pci"] };
    for &bus in buses {
        let devices: &[&str] = if is_full() { &["misc", "cdev"] } else { &["misc"] };
        let with = ["", "read", "mmap", "read,mmap"];
        // What is on another bus differs in its probe alone.
        let takes_all = is_full() && ["none", "platform"].contains(&bus);
        let with: &[&str] = if takes_all { &with } else { &with[..1] };
        for (device, with) in
            devices.iter().flat_map(|device| with.iter().map(move |w| (device, w)))
        {
            let folder = module_with("bus-judged", bus, device, with);
            assert_passes_judges(&folder);
            for series in if is_full() { &SERIES[..] } else { &SERIES[1..] } {
                // The probe of an I2C driver had another argument before 6.3.
                if (bus, *series) != ("i2c", "6.1") {
                    let said = said_while_building(&folder, bus, series);
                    assert_eq!(said, [""; 0], "{bus}, {device}, {with}, {series}");
                }
            }
        }
    }
}

/// Builds the module, and that of its device, where tests can have one.
pub(crate) fn built(folder: &Path, bus: &str) {
    let none = Interruption::none();
    let options = ["CONFIG_BELL=m", "CONFIG_BELL_TEST_DEVICE=m"];
    let headers = target(SERIES[1]).headers;
    let built = headers.build(folder, &options, Trust::Trusted, &none).unwrap();
    assert_eq!(built.modules.files.len(), if bus == "none" { 1 } else { 2 });
}

fn tests(step: &StepReport) -> Vec<(&str, &Outcome)> {
    let tests = step.ktap.iter().flat_map(|document| &document.tests);
    tests.map(|test| (test.name.as_str(), &test.outcome)).collect()
}

/// The steps of a module: its device first, where there is one.
fn steps(script: Script, folder: &Path, name: &str) -> Script {
    let bell = Driver { name: "bell", folder: "", handlers: None };
    let program = bell.programs(folder).remove(0);
    let device = folder.join("tests/bell_device.ko");
    let has_device = device.exists();
    let mut script = script;
    if has_device {
        script = script.then(Step::load(device).named(format!("{name}: load the device")));
    }
    script = script
        .then(Step::load(folder.join("bell.ko")).named(format!("{name}: load")))
        .then(Step::test(program).named(name))
        .then(Step::unload("bell").named(format!("{name}: unload")));
    if has_device {
        script = script.then(Step::unload("bell_device").named(format!("{name}: remove")));
    }
    script
}

#[test]
fn a_device_that_takes_no_hardware_is_bound_tested_and_unbound_in_a_guest() {
    let mut script = Script::new();
    let mut names = Vec::new();
    for bus in ["none", "platform", "auxiliary"] {
        let devices: &[&str] = if is_full() { &["misc", "cdev"] } else { &["misc"] };
        for device in devices {
            let folder = module("bus-guest", bus, device);
            built(&folder, bus);
            let name = format!("{bus}-{device}");
            script = steps(script, &folder, &name);
            names.push((bus, name));
        }
    }
    let report = boot(&target(SERIES[1]).guest(), &script);
    assert!(report.failures().is_empty(), "{:#?}", report.failures());
    for (bus, name) in names {
        let step = report.steps.iter().find(|step| step.name == name).unwrap();
        let tests = tests(step);
        assert!(tests.len() > 30, "{name}: {tests:?}");
        let gone = |(test, outcome): &&(&str, &Outcome)| {
            test.ends_with(": the device is gone") && matches!(outcome, Outcome::Passed)
        };
        // Without a bus there is nothing that it could be unbound from.
        assert_eq!(tests.iter().find(gone).is_some(), bus != "none", "{name}: {tests:?}");
    }
}
