//! The drivers that `ioctl-gen module` made, with handlers written by hand.

use std::path::Path;

use ioctlkit_vm::ktap::{Outcome, Test};

use crate::kernel_parser::assert_counted_alike;
use crate::support::{is_full, step, tested};

/// The names of the tests of a program; none failed, and few were skipped.
fn names(program: &Test) -> Vec<&str> {
    assert_eq!(program.outcome, Outcome::Passed, "{}", program.name);
    let passed = program.subtests.iter().filter(|test| test.outcome == Outcome::Passed).count();
    assert!(passed * 10 > program.subtests.len() * 9, "{}: {passed} passed", program.name);
    program.subtests.iter().map(|test| test.name.as_str()).collect()
}

/// Every test of the driver in a folder passes as a 64-bit and as a 32-bit program, and both have
/// the same. So do the tests of its handlers, if there are any.
fn assert_passes(name: &str, folder: &str, handlers: Option<&str>) {
    let kernels: &[&str] =
        if is_full() { &["--kernel", "6.1", "--kernel", "6.12"] } else { &["--kernel", "6.12"] };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let said = tested(&folder, kernels);
    assert_eq!(said.code, Some(0), "{}\n{}", said.err, said.out);
    assert_eq!(said.log(), None, "a log is kept after a failure only");
    let results = said.results();
    assert_eq!(results.problems, []);
    let series: Vec<String> =
        kernels[..].iter().skip(1).step_by(2).map(|s| format!("{s}.")).collect();
    assert_eq!(results.tests.len(), series.len());
    for (kernel, series) in results.tests.iter().zip(series) {
        assert!(kernel.name.starts_with(&series), "{}", kernel.name);
        let program = step(kernel, &format!("{name}_test"));
        let program_32 = step(kernel, &format!("{name}_test32"));
        assert!(names(program).len() > 100, "{}", names(program).len());
        assert_eq!(names(program), names(program_32));
        if let Some(handlers) = handlers {
            assert!(!names(step(kernel, handlers)).is_empty());
            assert!(!names(step(kernel, &format!("{handlers}32"))).is_empty());
        }
        assert_eq!(step(kernel, "the kernel reports no defect").outcome, Outcome::Passed);
    }
    assert_counted_alike(&said);
    println!("{}", said.err);
}

#[test]
fn every_conformance_test_of_echo_passes_in_a_guest() {
    assert_passes("echo", "examples/echo/module", Some("echo_handlers"));
}

#[test]
fn every_conformance_test_of_gong_passes_in_a_guest() {
    assert_passes("gong", "fixtures/module/gong", Some("gong_handlers"));
}

#[test]
fn every_conformance_test_of_pulse_passes_in_a_guest() {
    if is_full() {
        assert_passes("pulse", "fixtures/module/pulse", None);
    }
}
