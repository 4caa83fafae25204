//! The kernel's reports are found, named and delimited; what only looks like one is not.
//!
//! The texts are written in the form in which the kernel prints them (`arch/x86/kernel/dumpstack.c`,
//! `kernel/panic.c`, `kernel/locking/lockdep.c`, `mm/kasan/report.c`, `mm/slub.c`, `lib/ubsan.c`,
//! `kernel/hung_task.c`, `kernel/watchdog.c`). Those that a guest can be made to print come from a
//! guest in `failures.rs`.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use ioctlkit_vm::console::{Trouble, TroubleKind, Watch};

fn troubles(text: &str) -> Vec<Trouble> {
    let mut watch = Watch::new();
    for (number, line) in (1..).zip(text.lines()) {
        watch.line(number, line, Some(3));
    }
    watch.finish()
}

fn kinds(text: &str) -> Vec<TroubleKind> {
    troubles(text).iter().map(|trouble| trouble.kind).collect()
}

const WARNING: &str = "\
[    5.100000] echo: loading out-of-tree module taints kernel.
[    5.200000] ------------[ cut here ]------------
[    5.200001] refcount_t: underflow; use-after-free.
[    5.200002] WARNING: CPU: 1 PID: 71 at lib/refcount.c:28 refcount_warn_saturate+0xba/0x110
[    5.200003] Modules linked in: echo(OE)
[    5.200004] CPU: 1 UID: 0 PID: 71 Comm: test Tainted: G           OE      6.12.0-x #1
[    5.200005] Call Trace:
[    5.200006]  <TASK>
[    5.200007]  echo_release+0x1f/0x30 [echo]
[    5.200008]  </TASK>
[    5.200009] ---[ end trace 0000000000000000 ]---
[    5.300000] echo: unloaded
";

#[test]
fn a_warning_is_reported_from_its_frame_to_the_end_of_its_trace() {
    let found = troubles(WARNING);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].kind, found[0].line, found[0].step), (TroubleKind::Warning, 2, Some(3)));
    assert!(found[0].message.starts_with("WARNING: CPU: 1 PID: 71 at lib/refcount.c:28"));
    let expected: Vec<&str> = WARNING.lines().collect();
    assert_eq!(found[0].excerpt, expected[1..11]);
}

#[test]
fn an_exception_is_one_report_and_the_panic_that_follows_another() {
    let text = "\
[    6.000000] BUG: kernel NULL pointer dereference, address: 0000000000000008
[    6.000001] #PF: supervisor write access in kernel mode
[    6.000002] #PF: error_code(0x0002) - not-present page
[    6.000003] PGD 0 P4D 0
[    6.000004] Oops: Oops: 0002 [#1] PREEMPT SMP NOPTI
[    6.000005] CPU: 0 UID: 0 PID: 70 Comm: test Tainted: G           OE
[    6.000006] RIP: 0010:echo_ioctl+0x1f/0x30 [echo]
[    6.000007] ---[ end trace 0000000000000000 ]---
[    6.000008] RIP: 0010:echo_ioctl+0x1f/0x30 [echo]
[    6.000009] Kernel panic - not syncing: Fatal exception
[    6.000010] Kernel Offset: 0x2e000000 from 0xffffffff81000000
[    6.000011] ---[ end Kernel panic - not syncing: Fatal exception ]---
";
    let found = troubles(text);
    let places: Vec<_> = found.iter().map(|trouble| (trouble.kind, trouble.line)).collect();
    assert_eq!(places, [(TroubleKind::Oops, 1), (TroubleKind::Panic, 10)]);
    assert_eq!(found[0].excerpt.len(), 8);
    assert_eq!(found[1].excerpt.len(), 3);
}

#[test]
fn every_exception_of_the_processor_is_an_oops() {
    for line in [
        "divide error: 0000 [#1] PREEMPT SMP NOPTI",
        "invalid opcode: 0000 [#1] SMP",
        "stack segment: 0000 [#12] SMP",
        "general protection fault, probably for non-canonical address 0x6b6b6b6b6b6b6b6b: 0000 [#1]",
        "Oops: general protection fault, probably for non-canonical address 0xdead: 0000 [#1] SMP",
        "BUG: unable to handle page fault for address: ffffc90000400000",
        "kernel BUG at drivers/misc/echo.c:70!",
        "Internal error: Oops: 0000000096000004 [#1] PREEMPT SMP",
    ] {
        assert_eq!(kinds(line), [TroubleKind::Oops], "{line}");
    }
}

#[test]
fn a_bug_with_a_frame_is_one_report_with_the_exception_that_it_raises() {
    let text = "\
[    6.000000] ------------[ cut here ]------------
[    6.000001] kernel BUG at drivers/misc/echo.c:70!
[    6.000002] Oops: invalid opcode: 0000 [#1] PREEMPT SMP NOPTI
[    6.000003] ---[ end trace 0000000000000000 ]---
";
    let found = troubles(text);
    assert_eq!((found.len(), found[0].kind, found[0].line), (1, TroubleKind::Oops, 1));
    assert_eq!(found[0].excerpt.len(), 4);
}

#[test]
fn lockdep_reports_keep_the_rules_inside_them() {
    let text = "\
[    7.000000] ======================================================
[    7.000001] WARNING: possible circular locking dependency detected
[    7.000002] 6.12.0-x #1 Tainted: G           OE
[    7.000003] ------------------------------------------------------
[    7.000004] test/70 is trying to acquire lock:
[    7.000005] ffff888003a3e0a8 (&a->lock){+.+.}-{4:4}, at: echo_ioctl+0x1f/0x30 [echo]
[    7.000006] 
[    7.000007] but task is already holding lock:
[    7.000008] ffff888003a3e128 (&b->lock){+.+.}-{4:4}, at: echo_ioctl+0x10/0x30 [echo]
[    7.000009] stack backtrace:
[    7.000010] Call Trace:
[    7.000011]  <TASK>
[    7.000012]  echo_ioctl+0x1f/0x30 [echo]
[    7.000013]  </TASK>
[    7.000014] echo: unlocked
";
    let found = troubles(text);
    assert_eq!((found.len(), found[0].kind, found[0].line), (1, TroubleKind::Lockdep, 1));
    assert_eq!(found[0].excerpt.len(), 14);
    for line in [
        "WARNING: possible recursive locking detected",
        "WARNING: inconsistent lock state",
        "WARNING: suspicious RCU usage",
        "WARNING: bad unlock balance detected!",
        "WARNING: lock held when returning to user space!",
        "WARNING: test/70 still has locks held!",
        "INFO: trying to register non-static key.",
    ] {
        let rules = "=====================================";
        assert_eq!(kinds(&format!("{rules}\n{line}\n{rules}\n")), [TroubleKind::Lockdep], "{line}");
    }
}

#[test]
fn sanitizers_are_told_apart_and_end_at_their_rule() {
    let text = "\
[    8.000000] ==================================================================
[    8.000001] BUG: KASAN: slab-out-of-bounds in echo_ioctl+0x1f/0x30 [echo]
[    8.000002] Write of size 4 at addr ffff888003a3e0a8 by task test/70
[    8.000003] 
[    8.000004] Call Trace:
[    8.000005]  <TASK>
[    8.000006]  </TASK>
[    8.000007] Memory state around the buggy address:
[    8.000008] ==================================================================
[    8.000009] Disabling lock debugging due to kernel taint
[    8.100000] ------------[ cut here ]------------
[    8.100001] UBSAN: array-index-out-of-bounds in drivers/misc/echo.c:70:12
[    8.100002] index 9 is out of range for type 'int [4]'
[    8.100003] ---[ end trace ]---
[    8.200000] kmemleak: 2 new suspected memory leaks (see /sys/kernel/debug/kmemleak)
";
    let found = troubles(text);
    let places: Vec<_> = found.iter().map(|t| (t.kind, t.line, t.excerpt.len())).collect();
    assert_eq!(
        places,
        [(TroubleKind::Kasan, 1, 9), (TroubleKind::Ubsan, 11, 4), (TroubleKind::Kmemleak, 15, 1)]
    );
    for (line, kind) in [
        ("BUG: KFENCE: use-after-free read in echo_ioctl+0x1f/0x30", TroubleKind::Kfence),
        ("BUG: KCSAN: data-race in echo_ioctl / echo_release", TroubleKind::Kcsan),
        ("BUG: KMSAN: kernel-infoleak in _copy_to_user+0x1f/0x30", TroubleKind::Kmsan),
        ("BUG kmalloc-96 (Tainted: G           OE     ): Poison overwritten", TroubleKind::Slab),
        ("BUG echo_cache (Not tainted): Object already free", TroubleKind::Slab),
    ] {
        assert_eq!(kinds(line), [kind], "{line}");
    }
}

#[test]
fn a_damaged_slab_is_reported_once() {
    let text = "\
[   14.653893] [Poison overwritten] 0xff1799c01ff5cda8-0xff1799c01ff5cda8 @offset=3496.
[   14.656785] =============================================================================
[   14.657207] BUG kmalloc-96 (Tainted: G           OE     ): Object corrupt
[   14.657379] -----------------------------------------------------------------------------
[   14.703703] Object   ff1799c01ff5cd80: 6b 6b 6b 6b 6b 6b 6b 6b 01 6b 6b 6b 6b 6b 6b 6b
[   14.784920] ------------[ cut here ]------------
[   14.785160] WARNING: CPU: 0 PID: 162 at mm/slub.c:1127 object_err+0x1dc/0x2c0
[   15.297111] ---[ end trace 0000000000000000 ]---
[   15.357797] =============================================================================
[   15.358380] BUG kmalloc-96 (Tainted: G    B   W  OE     ): Slab disabled since SLUB metadata \
consistency check failed
";
    let found = troubles(text);
    assert_eq!((found.len(), found[0].kind, found[0].line), (1, TroubleKind::Slab, 1));
    assert_eq!(found[0].excerpt.len(), 5);
}

#[test]
fn hangs_and_want_of_memory_are_reports() {
    for (line, kind) in [
        ("INFO: task test:70 blocked for more than 120 seconds.", TroubleKind::HungTask),
        ("watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [test:70]", TroubleKind::Lockup),
        ("watchdog: Watchdog detected hard LOCKUP on cpu 1", TroubleKind::Lockup),
        ("BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0", TroubleKind::Lockup),
        ("rcu: INFO: rcu_preempt self-detected stall on CPU", TroubleKind::RcuStall),
        ("rcu: INFO: rcu_sched detected stalls on CPUs/tasks:", TroubleKind::RcuStall),
        ("Out of memory: Killed process 70 (test) total-vm:1kB", TroubleKind::OutOfMemory),
        ("BUG: sleeping function called from invalid context at mm/slab.h:3", TroubleKind::Bug),
        ("BUG: scheduling while atomic: test/70/0x00000002", TroubleKind::Bug),
        ("sysfs: cannot create duplicate filename '/class/echo'", TroubleKind::Bug),
        ("PANIC: double fault, error_code: 0x0", TroubleKind::Panic),
        (
            "WARNING: drivers/misc/echo.c:7 at echo_ioctl+0x1/0x2, CPU#0: test/70",
            TroubleKind::Warning,
        ),
    ] {
        assert_eq!(kinds(&format!("[    9.000000][   T70] {line}")), [kind], "{line}");
    }
}

#[test]
fn what_a_healthy_kernel_prints_is_no_report() {
    for line in [
        "traps: test[70] general protection fault ip:401136 sp:7ffd error:0 in test[401000+1000]",
        "test[70]: segfault at 0 ip 0000000000401136 sp 00007ffd error 4 in test[401000+1000]",
        "echo: module verification failed: signature and/or required key missing - tainting kernel",
        "echo: loading out-of-tree module taints kernel.",
        "MDS CPU bug present and SMT on, data leak possible.",
        "Spectre V2 : Mitigation: Retpolines",
        "Warning: unable to open an initial console.",
        "pci 0000:00:01.0: WARNING: quirk in use",
        "WARNING: this driver is experimental",
        "rcu: \tRCU debug extended QS entry/exit.",
        "INFO: lockdep is turned off.",
        "sysrq: Show Blocked State",
        "task:test            state:D stack:0     pid:70    tgid:70    ppid:1",
        "kmemleak: Kernel memory leak detector initialized (mem pool available: 15679)",
        "Lockdep: fixing up alternatives",
        "BUG.h is a header",
        "echo: Oops: said the driver",
        "------------[ cut here ]------------",
        "==================================================================",
        "Modules linked in: echo(OE) [last unloaded: echo]",
        "hello: version 1: 0000 [#one]",
    ] {
        assert_eq!(kinds(&format!("[    1.000000] {line}\n[    1.1] more\n")), [], "{line}");
    }
}

#[test]
fn two_reports_without_a_line_between_them_are_two() {
    let text = format!("{WARNING}{WARNING}");
    let lines: Vec<_> = troubles(&text).iter().map(|trouble| trouble.line).collect();
    assert_eq!(lines, [2, 14]);
}

#[test]
fn a_kernel_that_repeats_itself_does_not_fill_the_memory() {
    let text = "BUG: scheduling while atomic: test/70/0x00000002\n".repeat(10_000);
    assert_eq!(troubles(&text).len(), 50);
    let text = format!("BUG: sleeping function called\n{}", "[ 1.0] trace\n".repeat(10_000));
    assert_eq!(troubles(&text)[0].excerpt.len(), 80);
}
