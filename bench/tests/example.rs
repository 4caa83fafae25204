//! The committed example: results of real runs, and the pages that `report` makes of them.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod support;

use std::path::Path;

use ioctl_bench::html;
use ioctl_bench::results::Results;
use support::assert_valid;

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("example").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// `ioctl-bench report bench/example/NAME.json --format html -o bench/example/NAME.html` makes it anew.
fn is_what_report_makes(name: &str, suite: &str) {
    let text = read(&format!("{name}.json"));
    assert_valid(&text);
    let results = Results::from_json(&text, name).unwrap();
    assert_eq!(results.suite, suite);
    assert!(results.optimised && !results.interrupted);
    assert!(results.rounds >= 5, "{} rounds", results.rounds);
    assert!(read(&format!("{name}.html")) == html::render(&results), "{name}.html is stale");
}

#[test]
fn the_committed_native_results_are_valid_and_their_page_is_theirs() {
    is_what_report_makes("native", "native");
}

#[test]
fn the_committed_guest_results_are_valid_and_their_page_is_theirs() {
    is_what_report_makes("guest", "guest");
    let results = Results::from_json(&read("guest.json"), "guest").unwrap();
    assert!(results.measured("ioctl/write", 1024).is_some());
    assert!(results.measured("netlink/send", 1024).is_some());
    assert!(results.measured("procfs/pwrite", 1024).is_some());
    assert!(results.measured("user-events/enabled", 8).is_some());
    assert!(results.measured("user-events/disabled", 8).is_some());
}
