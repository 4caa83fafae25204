//! Generated drivers on a kernel that looks for their defects: KASAN, lockdep, sleeps where none are allowed,
//! and allocations that fail one by one. `cargo xtask kernel --kasan` builds it once, and these tests run
//! with `cargo xtask test --full`.

use ioctlkit_vm::{Script, Step, Toolchain};

use crate::guest::{assault, conform};
use crate::support::{SHELF, Target, boot, is_full, kept};

/// By default, the kernel injects no fault into an allocation that may sleep.
const FAULTS: &str = "mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null; \
    for kind in failslab fail_page_alloc; do \
    echo N >/sys/kernel/debug/$kind/ignore-gfp-wait || exit 1; done; \
    test -w /proc/self/fail-nth";

fn target() -> Target {
    kept(Toolchain::Kasan, "kasan")
}

#[test]
fn all_drivers_conform_under_kasan_and_survive_each_allocation_that_fails() {
    if is_full() {
        let first = Script::new().then(Step::shell("faults", FAULTS));
        conform("kasan", &target(), first);
    }
}

/// Defects that no test of an answer shows: what the kernel says of them fails the run.
#[test]
fn a_failed_allocation_that_is_ignored_and_memory_that_is_freed_too_soon_are_found() {
    if !is_full() {
        return;
    }
    let target = target();
    let folder = SHELF.copy("defects");
    let main = folder.join("shelf_main.c");
    let original = std::fs::read_to_string(&main).unwrap();
    let programs = SHELF.programs(&folder);
    let ignored = ("\tif (!carton)\n\t\treturn ERR_PTR(-ENOMEM);\n", "");
    let freed =
        ("\targ->bytes = carton->bytes;\n", "\targ->bytes = carton->bytes;\n\tkfree(carton);\n");
    for ((text, instead), said) in [(ignored, "null-ptr-deref"), (freed, "use-after-free")] {
        assert!(original.contains(text), "{text}");
        std::fs::write(&main, original.replacen(text, instead, 1)).unwrap();
        let (module, _) = target.build(&folder, &[&SHELF.option()]);
        let script = Script::new()
            .then(Step::shell("faults", FAULTS))
            .then(Step::load(&module))
            .then(Step::test(&programs[0]));
        let report = boot(&target.guest(), &script);
        let failures = report.failures();
        let found = failures.iter().any(|failure| format!("{failure:?}").contains(said));
        assert!(found, "{said}: {failures:#?}");
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
