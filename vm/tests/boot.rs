//! A module is built, loaded and tested in a guest.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod support;

use ioctlkit_vm::ktap::Counts;
use ioctlkit_vm::{Ending, Report, Script, Step, StepOutcome, Verdict};
use support::{Bench, bench, is_full, messages, run};

fn script(bench: &Bench) -> Script {
    Script::new()
        .then(Step::load(&bench.module).with("answer=7"))
        .then(Step::test(&bench.program).with("7"))
        .then(Step::test(&bench.program_32).with("7"))
        .then(Step::shell("parameter", "test $(cat /sys/module/vm_hello/parameters/answer) = 7"))
        .then(Step::unload("vm_hello"))
        .then(Step::shell("the device is gone", "! test -e /dev/vm_hello"))
}

fn assert_passed(bench: &Bench, report: &Report) {
    assert_eq!(messages(report), Vec::<String>::new());
    assert_eq!((report.verdict(), &report.ending), (Verdict::Passed, &Ending::Finished));
    assert_eq!(report.kernel.as_deref(), Some(bench.release.as_str()));
    assert!(report.boot.is_some() && report.log.is_none(), "{report:?}");
    assert!(report.steps.iter().all(|step| step.outcome == StepOutcome::Passed), "{report:?}");
    let tests: Vec<_> = report.steps.iter().filter_map(|step| step.ktap.as_ref()).collect();
    let names = |index: usize| tests[index].tests.iter().map(|test| test.name.as_str());
    assert_eq!(names(0).collect::<Vec<_>>(), ["device opens", "answer is 7", "words are 64 bits"]);
    assert_eq!(names(1).next_back(), Some("words are 32 bits"));
    for document in tests {
        let expected = Counts { passed: 2, skipped: 1, ..Counts::default() };
        assert_eq!(document.counts(), expected);
    }
    println!(
        "{}: {:?} to boot, {:?} in all, {}",
        bench.release,
        report.boot,
        report.total,
        report.accelerator.name()
    );
}

#[test]
fn a_module_is_loaded_and_tested_with_64_and_32_bits_on_6_12() {
    let bench = bench("6.12");
    assert_passed(&bench, &bench.run(&script(&bench)));
}

#[test]
fn a_module_is_loaded_and_tested_with_64_and_32_bits_on_6_1() {
    if is_full() {
        let bench = bench("6.1");
        assert_passed(&bench, &bench.run(&script(&bench)));
    }
}

#[test]
fn a_guest_may_have_several_processors() {
    if is_full() {
        for series in ["6.1", "6.12"] {
            let bench = bench(series);
            let mut guest = bench.guest();
            guest.processors = 2;
            let script = script(&bench).then(Step::shell("two", "test $(nproc) = 2"));
            assert_passed(&bench, &run(&guest, &script));
        }
    }
}
