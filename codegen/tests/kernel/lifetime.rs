//! A device that goes away while a command sleeps: the command wakes up with `ENODEV`, and the driver
//! waits for nothing else.

use std::fs;
use std::process::Command;

use ioctlkit_vm::{Script, Step};

use crate::support::{GONG, SERIES, SLEEPS, boot, run, target};

/// A handler that sleeps until its device goes.
const SLEEPING: (&str, &str) = (
    "\tprivate->config = *arg;\n\tmutex_unlock(&private->lock);\n\treturn 0;\n",
    "\tmutex_unlock(&private->lock);\n\tif (wait_event_interruptible(private->device->wait,\n\
     \t\t\t\t     READ_ONCE(private->device->gone)))\n\t\treturn -EINTR;\n\treturn -ENODEV;\n",
);

/// Unbinds the device once the kernel says that a thread sleeps in its call.
const PROGRAM: &str = r#"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/gong.h>

#include "ktap.h"
#include "sleeps.h"

static int device;
static volatile int thread_id, has_ended;

static void *sleeper(void *error)
{
	struct gong_config config = { .mode = GONG_MALLET_SOFT };

	thread_id = syscall(SYS_gettid);
	*(int *)error = ioctl(device, GONG_SET_CONFIG, &config) ? errno : 0;
	has_ended = 1;
	return NULL;
}

int main(void)
{
	int unbind = open("/sys/bus/platform/drivers/gong/unbind", O_WRONLY);
	pthread_t thread;
	int error = -1;

	ktap_begin(5);
	device = open("/dev/gong", O_RDWR);
	ktap_result("/dev/gong", "opens", device < 0 || unbind < 0);
	pthread_create(&thread, NULL, sleeper, &error);
	while (!has_ended && (!thread_id || !sleeps(thread_id)))
		sched_yield();
	ktap_result("the command", "sleeps", has_ended);
	ktap_result("the device", "can be unbound while a command sleeps",
		    write(unbind, "gong", 4) != 4);
	pthread_join(thread, NULL);
	ktap_say("the command ended with error %d", error);
	ktap_result("the command", "ends with ENODEV", error != ENODEV);
	ktap_result("a new command", "ends with ENODEV",
		    !ioctl(device, GONG_RESET) || errno != ENODEV);
	return ktap_end();
}
"#;

#[test]
fn a_command_that_sleeps_wakes_up_when_its_device_goes() {
    let target = target(SERIES[1]);
    let folder = GONG.copy("lifetime");
    let path = folder.join("gong_main.c");
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.matches(SLEEPING.0).count(), 1);
    fs::write(&path, text.replace(SLEEPING.0, SLEEPING.1)).unwrap();
    let (module, _) = target.build(&folder, &[&GONG.option()]);
    let source = folder.join("tests/gone.c");
    fs::write(&source, PROGRAM).unwrap();
    fs::write(folder.join("tests/sleeps.h"), SLEEPS).unwrap();
    let program = folder.join("gone_test");
    run(Command::new("gcc")
        .args(["-O2", "-Wall", "-Wextra", "-Werror", "-static", "-pthread", "-D__user=", "-I"])
        .arg(folder.join("include/uapi"))
        .arg("-o")
        .arg(&program)
        .arg(&source));
    let script = Script::new()
        .then(Step::load(&module))
        .then(Step::test(&program))
        .then(Step::unload("gong"));
    let report = boot(&target.guest(), &script);
    assert!(report.failures().is_empty(), "{:#?}", report.failures());
}
