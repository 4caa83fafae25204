//! What goes wrong in a guest is told as what it is, with its place in the log. Each test boots a
//! guest, so they run with `IOCTLKIT_VM=full` only.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod support;

use std::time::Duration;

use ioctlkit_vm::console::TroubleKind;
use ioctlkit_vm::{
    Acceleration, Ending, Event, Interruption, Report, Script, Step, StepFailure, StepOutcome,
    Verdict,
};
use rustix::process::{Pid, Signal, kill_process};
use support::{bench, is_full, messages};

fn outcomes(report: &Report) -> Vec<&StepOutcome> {
    report.steps.iter().map(|step| &step.outcome).collect()
}

fn kinds(report: &Report) -> Vec<TroubleKind> {
    report.troubles.iter().map(|trouble| trouble.kind).collect()
}

/// The line of the log that a failure names.
fn line_of_log(report: &Report, line: usize) -> String {
    let log = std::fs::read_to_string(report.log.as_ref().unwrap()).unwrap();
    log.lines().nth(line - 1).unwrap().to_owned()
}

/// Removes a log that was kept after a failure.
fn forget(report: &Report) {
    std::fs::remove_file(report.log.as_ref().unwrap()).unwrap();
}

#[test]
fn failures_that_a_guest_survives_are_told_apart() {
    if !is_full() {
        return;
    }
    let bench = bench("6.12");
    let program = |argument: &str| Step::test(&bench.program).with(argument).named(argument);
    let script = Script::new()
        .then(Step::load(&bench.module).with("warn_on_load=1"))
        .then(program("7"))
        .then(program("die"))
        .then(program("silent"))
        .then(program("skip"))
        .then(program("wait").within(Duration::from_secs(2)))
        .then(Step::shell("status", "exit 3"))
        .then(program("42"))
        .then(Step::unload("vm_hello"))
        .then(Step::unload("vm_hello").named("again"));
    let report = bench.run(&script);
    let failed = |failure| StepOutcome::Failed(failure);
    let skipped = StepOutcome::Skipped { reason: String::new() };
    assert_eq!(
        outcomes(&report),
        [
            &StepOutcome::Passed,
            &failed(StepFailure::Tests),
            &failed(StepFailure::Signal(11)),
            &failed(StepFailure::NoResults),
            &skipped,
            &failed(StepFailure::Expired),
            &failed(StepFailure::Status(3)),
            &StepOutcome::Passed,
            &StepOutcome::Passed,
            &failed(StepFailure::Status(1)),
        ],
        "{:#?}",
        messages(&report)
    );
    assert_eq!((report.verdict(), &report.ending), (Verdict::Failed, &Ending::Finished));
    assert_eq!(kinds(&report), [TroubleKind::Warning]);
    assert_eq!(report.troubles[0].step, Some(0));
    assert!(report.troubles[0].excerpt.iter().any(|line| line.contains("that was asked for")));
    let failures = report.failures();
    let of = |step: &str| failures.iter().find(|f| f.step.as_deref() == Some(step)).unwrap();
    let test = of("7");
    assert_eq!(test.message, "test `answer is 7` failed");
    assert_eq!(test.excerpt, ["answer 42, expected 7"]);
    assert_eq!(line_of_log(&report, test.line.unwrap()), "not ok 2 answer is 7");
    assert!(of("die").message.contains("2 tests were planned and 1 have a result"));
    let frame = line_of_log(&report, failures[0].line.unwrap());
    assert!(frame.contains("cut here"), "{frame}");
    forget(&report);
}

#[test]
fn after_a_module_that_does_not_load_no_step_runs() {
    if !is_full() {
        return;
    }
    let bench = bench("6.12");
    let script = Script::new()
        .then(Step::load(&bench.module).with("refuse=1"))
        .then(Step::test(&bench.program));
    let report = bench.run(&script);
    // busybox ends with the error number, here ENODEV.
    let refused = StepOutcome::Failed(StepFailure::Status(19));
    assert_eq!(outcomes(&report), [&refused, &StepOutcome::NotRun]);
    assert_eq!(report.ending, Ending::Finished);
    let failures = report.failures();
    assert_eq!(failures.len(), 1);
    assert!(failures[0].excerpt.iter().any(|line| line.contains("No such device")), "{failures:?}");
    forget(&report);
}

#[test]
fn a_panic_ends_the_guest_and_is_the_failure() {
    if !is_full() {
        return;
    }
    for series in ["6.1", "6.12"] {
        let bench = bench(series);
        let crash = "echo c >/proc/sysrq-trigger";
        let script =
            Script::new().then(Step::shell("crash", crash)).then(Step::shell("never", "true"));
        let report = bench.run(&script);
        let ended = StepOutcome::Failed(StepFailure::GuestEnded);
        assert_eq!(outcomes(&report), [&ended, &StepOutcome::NotRun]);
        assert_eq!(kinds(&report).first(), Some(&TroubleKind::Panic), "{:?}", messages(&report));
        assert_eq!(report.troubles[0].step, Some(0));
        assert!(report.troubles[0].message.contains("sysrq triggered crash"));
        assert!(matches!(report.ending, Ending::Died { .. }), "{:?}", report.ending);
        let first = &report.failures()[0];
        assert_eq!(first.step.as_deref(), Some("crash"));
        assert!(line_of_log(&report, first.line.unwrap()).contains("Kernel panic - not syncing"));
        forget(&report);
    }
}

#[test]
fn an_oops_in_a_command_is_named_with_its_step() {
    if !is_full() {
        return;
    }
    for series in ["6.1", "6.12"] {
        let bench = bench(series);
        let script = Script::new()
            .then(Step::load(&bench.module))
            .then(Step::program(&bench.program_32).with("oops").named("oops"));
        let report = bench.run(&script);
        assert_eq!(
            kinds(&report),
            [TroubleKind::Oops, TroubleKind::Panic],
            "{:?}",
            messages(&report)
        );
        assert_eq!(report.troubles[0].step, Some(1));
        assert!(report.troubles[0].message.contains("NULL pointer dereference"));
        assert!(report.troubles[0].excerpt.iter().any(|line| line.contains("hello_ioctl")));
        assert_eq!(report.failures().len(), 2, "{:?}", messages(&report));
        forget(&report);
    }
}

#[test]
fn a_freed_object_that_is_written_to_is_found_when_slabs_are_poisoned() {
    if !is_full() {
        return;
    }
    let bench = bench("6.12");
    let script = Script::new()
        .then(Step::load(&bench.module))
        .then(Step::program(&bench.program).with("overwrite"))
        .then(Step::unload("vm_hello"));
    let mut guest = bench.guest();
    guest.command_line = "init_on_alloc=0 slub_debug=FP".to_owned();
    let report = support::run(&guest, &script);
    assert_eq!(kinds(&report), [TroubleKind::Slab], "{:?}", messages(&report));
    let excerpt = report.troubles[0].excerpt.join("\n");
    assert!(excerpt.contains("Poison overwritten") && excerpt.contains("6b 01 6b"), "{excerpt}");
    forget(&report);
}

#[test]
fn a_step_that_cannot_be_killed_ends_the_guest_and_shows_where_it_waits() {
    if !is_full() {
        return;
    }
    let bench = bench("6.12");
    let hang = Step::program(&bench.program).with("hang").within(Duration::from_secs(2));
    let script = Script::new().then(Step::load(&bench.module)).then(hang.named("hang"));
    let report = bench.run(&script);
    assert_eq!(report.ending, Ending::StepLimit { index: 1 });
    let failures = report.failures();
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert_eq!(failures[0].step.as_deref(), Some("hang"));
    assert!(failures[0].message.contains("the guest could not kill it"));
    let log = std::fs::read_to_string(report.log.as_ref().unwrap()).unwrap();
    assert!(log.contains("Show Blocked State") && log.contains("hello_ioctl"), "{log}");
    forget(&report);
}

#[test]
fn a_guest_that_is_killed_or_exceeds_a_limit_is_told_as_that() {
    if !is_full() {
        return;
    }
    let bench = bench("6.12");
    let script = Script::new().then(Step::shell("wait", "echo here; while :; do :; done"));
    let mut guest = bench.guest();
    guest.acceleration = Acceleration::Emulated;
    let mut qemu = None;
    let report = guest.run(&script, &Interruption::none(), &mut |event| match event {
        Event::Started { process, .. } => qemu = Pid::from_raw(process.cast_signed()),
        Event::OutputLine("here") => kill_process(qemu.unwrap(), Signal::KILL).unwrap(),
        _ => {}
    });
    let report = report.unwrap();
    assert!(matches!(&report.ending, Ending::Died { status, .. } if status.contains("SIGKILL")));
    let failures = report.failures();
    assert_eq!(failures.len(), 1);
    assert!(failures[0].message.contains("ended before its steps did"), "{failures:?}");
    assert_eq!(
        (failures[0].step.as_deref(), &failures[0].excerpt[..]),
        (Some("wait"), &["here".to_owned()][..])
    );
    forget(&report);

    guest.log_limit = 1 << 20;
    let report = support::run(&guest, &Script::new().then(Step::shell("flood", "yes")));
    assert_eq!(report.ending, Ending::TooMuchOutput);
    assert_eq!(report.failures()[0].step.as_deref(), Some("flood"));
    forget(&report);

    guest.limit = Duration::from_millis(300);
    let report = support::run(&guest, &script);
    assert_eq!((&report.ending, report.boot), (&Ending::TimeLimit, None));
    forget(&report);

    guest.limit = Duration::from_secs(900);
    guest.boot_limit = Duration::from_millis(300);
    let report = support::run(&guest, &script);
    assert_eq!((&report.ending, report.boot), (&Ending::BootLimit, None));
    forget(&report);
}

#[test]
fn an_interrupted_run_says_so_and_leaves_no_process() {
    if !is_full() {
        return;
    }
    let bench = bench("6.12");
    let script = Script::new().then(Step::shell("wait", "while :; do :; done"));
    let interruption = Interruption::none();
    let mut qemu = 0;
    let report = bench.guest().run(&script, &interruption, &mut |event| match event {
        Event::Started { process, .. } => qemu = process,
        Event::StepBegan { .. } => interruption.interrupt(),
        _ => {}
    });
    let report = report.unwrap();
    assert_eq!((&report.ending, report.verdict()), (&Ending::Interrupted, Verdict::Failed));
    assert!(!std::path::Path::new(&format!("/proc/{qemu}")).exists());
    forget(&report);
}
