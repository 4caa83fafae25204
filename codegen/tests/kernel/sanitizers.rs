//! Generated drivers on a kernel that looks for their defects: KASAN, lockdep, sleeps where none are allowed,
//! and allocations that fail one by one. `cargo xtask kernel --kasan` builds it once, and these tests run
//! with `cargo xtask test --full`.

use ioctlkit_vm::{Cache, Script, SmallKernel, Step, Toolchain};

use crate::guest::{assault, conform};
use crate::support::{Target, is_full};

/// Faults spare what may sleep, unless the kernel is told otherwise.
const FAULTS: &str = "mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null; \
    for kind in failslab fail_page_alloc; do \
    echo N >/sys/kernel/debug/$kind/ignore-gfp-wait || exit 1; done; \
    test -w /proc/self/fail-nth";

fn target() -> Target {
    let kernel = SmallKernel::find(Toolchain::Kasan, &Cache::of_user().unwrap());
    let kernel = kernel.expect("there is no kernel with KASAN: run `cargo xtask kernel --kasan`");
    Target { kernel: kernel.kernel().unwrap(), headers: kernel.headers().unwrap() }
}

#[test]
fn all_drivers_conform_under_kasan_and_survive_each_allocation_that_fails() {
    if is_full() {
        let first = Script::new().then(Step::shell("faults", FAULTS));
        conform("kasan", &target(), first);
    }
}

/// `IOCTLKIT_ASSAULT=3600` makes it an hour for each driver and word size.
#[test]
fn random_calls_do_no_harm_under_kasan_while_the_driver_comes_and_goes() {
    if is_full() {
        let seconds = std::env::var("IOCTLKIT_ASSAULT").ok();
        let seconds = seconds.map_or(60, |text| text.parse().unwrap());
        assault("kasan", &target(), seconds);
    }
}
