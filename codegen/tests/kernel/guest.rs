//! The committed drivers in guests: their conformance tests and those of their handlers, as 64-bit
//! and 32-bit programs, and calls at random.

use std::path::PathBuf;
use std::time::Duration;

use ioctlkit_vm::{ExtraFile, Script, Step};

use crate::support::{DRIVERS, Driver, SERIES, SPEED, Target, boot, is_full, target};

/// A driver with its tests, built for a series.
struct Built {
    driver: Driver,
    module: PathBuf,
    programs: Vec<PathBuf>,
}

fn build(driver: Driver, target: &Target, series: &str) -> Built {
    let folder = driver.copy(&format!("guest-{series}"));
    let (module, _) = target.build(&folder, &[&driver.option()]);
    Built { driver, module, programs: driver.programs(&folder) }
}

/// The conformance test ends with a device that was taken from its driver, where that is on a bus.
pub(crate) fn bind(driver: Driver) -> Step {
    Step::shell(format!("bind {}", driver.name), bind_again(driver))
}

/// What a shell does for it.
pub(crate) fn bind_again(driver: Driver) -> String {
    let name = driver.name;
    format!(
        "cd /sys/bus/platform/drivers/{name} 2>/dev/null || exit 0; \
         test -e {name} || echo {name} >bind"
    )
}

fn conformance(script: Script, built: &Built) -> Script {
    let mut script = script.then(Step::load(&built.module));
    for program in &built.programs {
        script = script.then(bind(built.driver)).then(Step::test(program));
    }
    script.then(Step::unload(built.driver.name))
}

fn assert_all_conform(series: &str) {
    conform(series, &target(series), Script::new());
}

/// All drivers conform on a kernel of that name, behind what the script does first.
pub(crate) fn conform(name: &str, target: &Target, first: Script) {
    let built: Vec<Built> = DRIVERS.into_iter().map(|driver| build(driver, target, name)).collect();
    let script = built.iter().fold(first, conformance);
    let mut guest = target.guest();
    guest.limit = Duration::from_secs(3600);
    let report = boot(&guest, &script);
    assert!(report.failures().is_empty(), "{:#?}", report.failures());
    for step in report.steps.iter().filter(|step| step.ktap.is_some()) {
        let counts = step.ktap.as_ref().unwrap().counts();
        println!("{name}: {}: {counts}", step.name);
        assert!(counts.passed > 10, "{}: {counts}", step.name);
    }
}

#[test]
fn all_drivers_conform_on_6_12() {
    assert_all_conform(SERIES[1]);
}

#[test]
fn all_drivers_conform_on_6_1() {
    if is_full() {
        assert_all_conform(SERIES[0]);
    }
}

/// The test calls at random while a shell unloads, loads, unbinds and binds the driver.
fn assaulted(script: Script, built: &Built, program: &str, seconds: u32) -> Script {
    let name = built.driver.name;
    let command = format!(
        "/assault/{program} --random {seconds} 1 & test=$!\n\
         while kill -0 $test 2>/dev/null; do\n\
         rmmod {name} 2>/dev/null && insmod /assault/{name}.ko\n\
         cd /sys/bus/platform/drivers/{name} 2>/dev/null || continue\n\
         echo {name} >unbind; echo {name} >bind; cd /\n\
         done 2>/dev/null\n\
         wait $test"
    );
    let limit = Duration::from_secs(u64::from(seconds) * 4 + 60);
    script
        .then(Step::shell(format!("{program} at random"), command).within(limit))
        .then(Step::shell("it can still be unloaded", format!("rmmod {name}")))
        .then(Step::load(&built.module))
}

#[test]
fn random_calls_do_no_harm_while_the_driver_comes_and_goes() {
    // Half of a minute as a 64-bit program, and half as a 32-bit one.
    let (seconds, series) = if is_full() { (30, SERIES.as_slice()) } else { (3, &SERIES[1..]) };
    for series in series {
        assault(series, &target(series), seconds);
    }
}

/// Each driver is called at random, by programs of 64 and of 32 bits, for as many seconds each.
pub(crate) fn assault(name: &str, target: &Target, seconds: u32) {
    let mut guest = target.guest();
    guest.processors = 2;
    guest.limit = Duration::from_secs(u64::from(seconds) * 32 + 3600);
    let mut script = Script::new();
    for driver in DRIVERS {
        let built = build(driver, target, &format!("random-{name}"));
        script = script.then(Step::load(&built.module));
        let module = format!("assault/{}.ko", driver.name);
        guest.files.push(ExtraFile { source: built.module.clone(), path: module });
        for program in built.programs.iter().take(2) {
            let name = program.file_name().unwrap().to_string_lossy().into_owned();
            guest
                .files
                .push(ExtraFile { source: program.clone(), path: format!("assault/{name}") });
            script = assaulted(script, &built, &name, seconds);
        }
        script = script.then(Step::unload(driver.name));
    }
    let report = boot(&guest, &script);
    assert!(report.failures().is_empty(), "{:#?}", report.failures());
}

#[test]
fn a_generated_dispatcher_answers_as_one_that_was_written_by_hand() {
    if !is_full() {
        return;
    }
    let target = target(SERIES[1]);
    let built = build(SPEED, &target, "speed");
    // By counted instructions, and by a clock, whose noise they have to be compared with.
    for processors in [1, 2] {
        let mut guest = target.guest();
        guest.processors = processors;
        let report = boot(&guest, &conformance(Script::new(), &built));
        assert!(report.failures().is_empty(), "{:#?}", report.failures());
        for line in report.steps.iter().flat_map(|step| &step.tail) {
            if line.contains("quartiles") {
                println!("{line}");
            }
        }
    }
}
