//! Every defect is a failure, of the step in which it showed.

use ioctlkit_vm::ktap::Outcome;

use crate::kernel_parser::assert_counted_alike;
use crate::support::{faulty, is_full, step, tested};

fn failed() -> Outcome {
    Outcome::Failed { reason: String::new() }
}

#[test]
fn each_defect_is_told_with_its_test_and_an_oops_ends_the_run() {
    // In the order of their names, which is that in which they run.
    let programs = ["answer", "leak", "overrun", "spin", "warn", "write_null"];
    let folder = faulty(&programs);
    let said = tested(folder.path(), &["--bits", "64", "--test-limit", "1"]);
    assert_eq!(said.code, Some(1), "{}\n{}", said.err, said.out);
    let results = said.results();
    let kernel = &results.tests[0];
    let outcome = |program: &str| step(kernel, &format!("{program}_test")).outcome.clone();
    assert_eq!(outcome("answer"), Outcome::Passed);
    for program in ["leak", "spin", "write_null"] {
        assert_eq!(outcome(program), failed(), "{program}");
    }
    // The program saw nothing; the kernel did.
    for program in ["overrun", "warn"] {
        assert_eq!(outcome(program), Outcome::Passed, "{program}");
    }
    let unload = step(kernel, "unload faulty behind write_null_test");
    assert!(matches!(unload.outcome, Outcome::Skipped { .. }), "{unload:?}");
    let log = step(kernel, "the kernel reports no defect");
    assert_eq!((&log.outcome, &kernel.outcome), (&failed(), &failed()));
    for words in [
        "leak_test: test `no byte of the kernel's memory comes back` failed",
        "64 bytes, of which the first is 0x6b",
        "overrun_test: slab corruption: BUG kmalloc-64",
        "[Right Redzone overwritten]",
        "spin_test: took too long and was killed",
        "warn_test: kernel warning: WARNING:",
        " at faulty.c:",
        "a warning that was asked for",
        "write_null_test: kernel oops: BUG: kernel NULL pointer dereference",
        "FAILED, 4 passed, 1 failed",
    ] {
        assert!(said.err.contains(words), "{words}\n{}", said.err);
    }
    assert!(said.take_log().contains("Kernel panic - not syncing: Fatal exception"));
    assert_counted_alike(&said);
}

#[test]
fn a_test_that_fails_is_shown_with_what_it_printed() {
    let folder = faulty(&["answer"]);
    let said = tested(folder.path(), &["--parameter", "answer=41", "--quiet"]);
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{}", said.err);
    for words in [
        "answer_test: test `the answer is 42` failed",
        "answer_test32: test `the answer is 42` failed",
        "    it answers 41",
        "FAILED, 2 passed, 2 failed",
    ] {
        assert!(said.err.contains(words), "{words}\n{}", said.err);
    }
    let log = said.take_log();
    assert!(log.contains("not ok 2 the answer is 42"), "{log}");
}

#[test]
fn a_guest_that_takes_too_long_is_ended() {
    let folder = faulty(&["spin"]);
    let limits = ["--time-limit", "3", "--test-limit", "3600"];
    let said = tested(folder.path(), &limits);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains("the run took too long and was ended"), "{}", said.err);
    assert_eq!(said.results().tests[0].outcome, failed());
    // On a busy machine, the kernel may not have said a word.
    said.take_log();
}

#[test]
fn a_command_that_never_returns_is_a_failure() {
    if !is_full() {
        return;
    }
    let folder = faulty(&["wait"]);
    let said = tested(folder.path(), &["--test-limit", "2", "--bits", "32"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    let words = "wait_test32: the step took too long and the guest could not kill it";
    assert!(said.err.contains(words), "{}", said.err);
    // Where it waits.
    assert!(said.take_log().contains("faulty_ioctl+0x"));
}
