//! What a file can do beside its commands: `read()` and `poll()` wake up on events and when the device
//! goes, and mappings of one device have one memory.

use std::fs;
use std::process::Command;

use ioctlkit_vm::{Script, Step};

use crate::bus::{built, module_with};
use crate::support::{SERIES, SLEEPS, boot, run, target};

/// A handler that tells of an event.
const EVENT: (&str, &str) =
    ("\tprivate->config = *arg;\n", "\tprivate->config = *arg;\n\tbell_event(private->device);\n");

const PROGRAM: &str = r#"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bell.h>

#include "ktap.h"
#include "sleeps.h"

static int device;
static volatile int waiter_id, reader_id;

static void ring(void)
{
	struct bell_config config = { .interval_ms = 1 };

	ioctl(device, BELL_SET_CONFIG, &config);
}

static void *waiter(void *seen)
{
	struct pollfd polled = { .fd = device, .events = POLLIN };

	waiter_id = syscall(SYS_gettid);
	poll(&polled, 1, -1);
	*(short *)seen = polled.revents;
	return NULL;
}

static void *reader(void *error)
{
	__u32 count;

	reader_id = syscall(SYS_gettid);
	*(int *)error = read(device, &count, sizeof(count)) < 0 ? errno : 0;
	return NULL;
}

static void wait_until_it_sleeps(volatile int *thread_id)
{
	while (!*thread_id || !sleeps(*thread_id))
		sched_yield();
}

int main(void)
{
	int unbind = open("/sys/bus/platform/drivers/bell/unbind", O_WRONLY);
	struct pollfd polled = { .events = POLLIN };
	char *one, *other, *nowhere, small[3];
	pthread_t thread, second;
	int error = -1;
	short seen = 0;
	__u32 count = 7;

	ktap_begin(unbind < 0 ? 9 : 12);
	device = polled.fd = open("/dev/bell", O_RDWR);
	ktap_result("poll", "nothing has happened", device < 0 || poll(&polled, 1, 0));
	fcntl(device, F_SETFL, O_NONBLOCK);
	nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ktap_result("read", "EAGAIN", read(device, &count, 4) != -1 || errno != EAGAIN);
	ktap_result("read", "EINVAL of too few bytes",
		    read(device, small, sizeof(small)) != -1 || errno != EINVAL);
	ring();
	ring();
	ktap_result("poll", "POLLIN", poll(&polled, 1, 0) != 1 || polled.revents != POLLIN);
	ktap_result("read", "EFAULT loses nothing", read(device, nowhere, 4) != -1 || errno != EFAULT);
	ktap_result("read", "two events", read(device, &count, 4) != 4 || count != 2);
	fcntl(device, F_SETFL, 0);
	pthread_create(&thread, NULL, waiter, &seen);
	wait_until_it_sleeps(&waiter_id);
	ring();
	pthread_join(thread, NULL);
	ktap_result("poll", "wakes up", seen != POLLIN || read(device, &count, 4) != 4 || count != 1);

	one = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, device, 0);
	other = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, device, 0);
	if (one != MAP_FAILED && other != MAP_FAILED)
		strcpy(one + 100, "bell");
	ktap_result("mmap", "one memory", one == MAP_FAILED || strcmp(other + 100, "bell"));
	ktap_result("mmap", "no more than there is",
		    mmap(NULL, 8192, PROT_READ, MAP_SHARED, device, 0) != MAP_FAILED);
	if (unbind < 0)
		return ktap_end();

	waiter_id = 0;
	pthread_create(&thread, NULL, waiter, &seen);
	pthread_create(&second, NULL, reader, &error);
	wait_until_it_sleeps(&waiter_id);
	wait_until_it_sleeps(&reader_id);
	ktap_result("the device", "goes", write(unbind, "bell", 4) < 0);
	pthread_join(thread, NULL);
	pthread_join(second, NULL);
	ktap_result("poll", "POLLHUP", seen != (POLLERR | POLLHUP));
	ktap_result("read", "ENODEV", error != ENODEV);
	return ktap_end();
}
"#;

#[test]
fn files_tell_of_events_and_share_their_memory() {
    let target = target(SERIES[1]);
    let mut script = Script::new();
    for bus in ["none", "platform"] {
        let folder = module_with("events", bus, "misc", "read,mmap");
        let path = folder.join("bell_main.c");
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches(EVENT.0).count(), 1);
        fs::write(&path, text.replace(EVENT.0, EVENT.1)).unwrap();
        built(&folder, bus);
        let source = folder.join("tests/events.c");
        fs::write(&source, PROGRAM).unwrap();
        fs::write(folder.join("tests/sleeps.h"), SLEEPS).unwrap();
        let program = folder.join(format!("{bus}_events"));
        run(Command::new("gcc")
            .args(["-O2", "-Wall", "-Wextra", "-Werror", "-static", "-pthread", "-D__user=", "-I"])
            .arg(folder.join("include/uapi"))
            .arg("-o")
            .arg(&program)
            .arg(&source));
        if bus != "none" {
            script = script.then(Step::load(folder.join("tests/bell_device.ko")));
        }
        script = script
            .then(Step::load(folder.join("bell.ko")).named(format!("{bus}: load")))
            .then(Step::test(&program).named(format!("{bus}: events")))
            .then(Step::unload("bell").named(format!("{bus}: unload")));
    }
    let report = boot(&target.guest(), &script);
    assert!(report.failures().is_empty(), "{:#?}", report.failures());
}
