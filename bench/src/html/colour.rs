//! One colour for each mechanism of the kernel, on every figure of the page.

use std::fmt::Write as _;

use crate::results::Results;

/// A mechanism of the kernel, which several of the measured ones use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mechanism {
    /// The class in the style sheet.
    pub(super) class: &'static str,
    pub(super) words: &'static str,
}

/// By what the names of the measured ones begin with.
const MECHANISMS: [(&str, Mechanism); 7] = [
    ("ioctl", Mechanism { class: "ioctl", words: "ioctl" }),
    ("procfs", Mechanism { class: "procfs", words: "procfs" }),
    ("netlink", Mechanism { class: "netlink", words: "netlink" }),
    ("user-events", Mechanism { class: "events", words: "user_events" }),
    ("bpf", Mechanism { class: "bpf", words: "BPF" }),
    ("shm", Mechanism { class: "shm", words: "shared memory" }),
    ("msg-ring", Mechanism { class: "ring", words: "io_uring" }),
];
const OTHER: Mechanism = Mechanism { class: "floor", words: "the clock and bare system calls" };

impl Mechanism {
    /// That of a measured one, such as `procfs-read`.
    pub(super) fn of(measured: &str) -> Self {
        let found = MECHANISMS.iter().find(|(start, _)| {
            let rest = measured.strip_prefix(start);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        });
        found.map_or(OTHER, |(_, mechanism)| *mechanism)
    }
}

/// Which colour is whose.
pub(super) fn key(results: &Results) -> String {
    let measured = results.cases.iter().filter(|case| case.measured().is_some());
    let used: Vec<Mechanism> = measured.map(|case| Mechanism::of(&case.mechanism)).collect();
    let all = MECHANISMS.iter().map(|(_, mechanism)| *mechanism).chain([OTHER]);
    let mut key = String::from("<p class=\"key\">");
    for Mechanism { class, words } in all.filter(|mechanism| used.contains(mechanism)) {
        let _ = write!(key, "<span><i class=\"{class}\"></i>{words}</span>");
    }
    key + "</p>\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mechanisms;

    #[test]
    fn every_mechanism_but_the_floors_has_a_colour() {
        for entry in mechanisms::CATALOGUE {
            let floor = ["empty-timer", "vdso-clock", "getppid"].contains(&entry.name);
            assert_eq!(Mechanism::of(entry.name) == OTHER, floor, "{}", entry.name);
        }
        assert_eq!(Mechanism::of("ioctlish"), OTHER);
    }

    #[test]
    fn no_two_have_one_class() {
        let mut classes: Vec<&str> =
            MECHANISMS.iter().map(|(_, mechanism)| mechanism.class).collect();
        classes.sort_unstable();
        classes.dedup();
        assert_eq!(classes.len(), MECHANISMS.len());
    }
}
