//! Tracepoints: the kernel's judges have nothing to say of them, and in a guest each command leaves what
//! its argument held, and what it answered.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use ioctlkit_vm::{Script, Step};

use crate::assert_passes_judges;
use crate::support::{Driver, GONG, PULSE, SERIES, SHELF, boot, is_full, run, target};

const PROGRAM: &str = r#"
#include <fcntl.h>
#include <sys/ioctl.h>

#include <linux/gong.h>

#include "ktap.h"

int main(void)
{
	struct gong_config config = { .mode = GONG_MALLET_HARD, .level = -3, .delay_ns = 1ULL << 40 };
	__u64 samples[8] = { 1 };
	int device = open("/dev/gong", O_RDWR);

	ktap_begin(4);
	ktap_result("GONG_SET_CONFIG", "succeeds", ioctl(device, GONG_SET_CONFIG, &config));
	config.level = 101;
	ktap_result("GONG_SET_CONFIG", "is refused", !ioctl(device, GONG_SET_CONFIG, &config));
	ktap_result("GONG_SET_MODE", "fails", ioctl(device, GONG_SET_MODE, -1L) >= 0);
	ktap_result("GONG_NAME", "returns a length", ioctl(device, GONG_NAME(64), samples) != 5);
	return ktap_end();
}
"#;

/// What the kernel's buffer holds afterwards: nothing of the call that was refused in front of its handler.
const TRACED: [&str; 3] = [
    "gong_set_config: flags=0x0 mode=2 level=-3 delay_ns=1099511627776 ret=0$",
    "gong_set_mode: arg=0xffffffffffffffff ret=-22$",
    "gong_name: units=64 ret=5$",
];

/// A driver that got tracepoints, in a folder of the test that asks for it.
fn traced(purpose: &str, driver: Driver) -> PathBuf {
    let line = format!("CFLAGS_gen/{}_ioctl.o := -I$(src)/gen", driver.name);
    driver.made_with(purpose, "--trace", &line)
}

#[test]
fn tracepoints_leave_the_kernel_s_judges_nothing_to_say() {
    let drivers = if is_full() { &[GONG, PULSE, SHELF][..] } else { &[GONG] };
    for driver in drivers {
        let folder = traced("traced-judged", *driver);
        assert_passes_judges(&folder);
        let options = ["-s", "W=1", "C=2", &driver.option()];
        let (_, said) = target(SERIES[1]).build(&folder, &options);
        let said = said.lines().filter(|line| !line.starts_with("Skipping BTF generation"));
        assert_eq!(said.collect::<Vec<_>>(), [""; 0], "{}", driver.name);
    }
}

#[test]
fn a_trace_holds_the_arguments_and_answers_of_commands() {
    let target = target(SERIES[1]);
    let folder = traced("traced-guest", GONG);
    let (module, _) = target.build(&folder, &[&GONG.option()]);
    let source = folder.join("tests/traced.c");
    fs::write(&source, PROGRAM).unwrap();
    let program = folder.join("traced_test");
    run(Command::new("gcc")
        .args(["-O2", "-Wall", "-Wextra", "-Werror", "-static", "-D__user=", "-I"])
        .arg(folder.join("include/uapi"))
        .arg("-o")
        .arg(&program)
        .arg(&source));
    let tracing = "/sys/kernel/tracing";
    let enable = format!(
        "test -e {tracing}/trace || mount -t tracefs none {tracing}; \
         echo 1 >{tracing}/events/gong/enable"
    );
    let mut script = Script::new()
        .then(Step::load(&module))
        .then(Step::shell("enable", enable))
        .then(Step::test(&program));
    for expected in TRACED {
        let looked_for = format!("grep '{expected}' {tracing}/trace");
        script = script.then(Step::shell(expected, looked_for));
    }
    let once = format!("test $(grep -c gong_set_config: {tracing}/trace) = 1");
    let disable = format!("echo 0 >{tracing}/events/gong/enable");
    let script = script
        .then(Step::shell("what was refused is not there", once))
        .then(Step::shell("disable", disable))
        .then(Step::unload("gong"));
    let report = boot(&target.guest(), &script);
    assert!(report.failures().is_empty(), "{:#?}", report.failures());
}
