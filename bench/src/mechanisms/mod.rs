//! The mechanisms, a file each.

mod bpf_counter;
mod bpf_program;
mod bpf_ring;
mod bpf_trigger;
mod empty_timer;
mod getppid;
mod ioctl_fionread;
mod ioctl_module;
mod ioctl_pidfd;
mod ioctl_unknown;
mod module;
mod msg_ring;
mod msg_ring_post;
mod netlink_ack;
mod netlink_module;
mod netlink_noop;
mod netlink_socket;
mod netlink_usersock;
mod peer;
mod procfs_auxv;
mod procfs_comm;
mod procfs_module;
mod procfs_symbols;
mod shm_counter;
mod shm_futex;
mod trace_page;
mod user_events;
mod vdso_clock;

use crate::Entry;

/// Every mechanism, in the order of a report.
pub static CATALOGUE: &[Entry] = &[
    empty_timer::ENTRY,
    vdso_clock::ENTRY,
    getppid::ENTRY,
    ioctl_unknown::ENTRY,
    bpf_trigger::ENTRY,
    ioctl_fionread::ENTRY,
    ioctl_pidfd::ENTRY,
    ioctl_module::ENTRY,
    procfs_auxv::ENTRY,
    procfs_comm::ENTRY,
    procfs_symbols::ENTRY,
    procfs_module::ENTRY,
    netlink_noop::ENTRY,
    netlink_ack::ENTRY,
    netlink_usersock::ENTRY,
    netlink_module::ENTRY,
    user_events::ENTRY,
    bpf_ring::ENTRY,
    bpf_counter::ENTRY,
    shm_counter::ENTRY,
    msg_ring_post::ENTRY,
    msg_ring::ENTRY,
    shm_futex::ENTRY,
];

/// The mechanism of that name.
pub fn by_name(name: &str) -> Option<&'static Entry> {
    CATALOGUE.iter().find(|entry| entry.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_every_mechanism_says_what_it_needs() {
        let names: BTreeSet<&str> = CATALOGUE.iter().map(|entry| entry.name).collect();
        assert_eq!(names.len(), CATALOGUE.len());
        for entry in CATALOGUE {
            assert!(!entry.needs.is_empty() && !entry.variants.is_empty(), "{}", entry.name);
            let variants: BTreeSet<&str> = entry.variants.iter().map(|known| known.name).collect();
            assert_eq!(variants.len(), entry.variants.len(), "{}", entry.name);
            assert!(entry.variants.iter().all(|variant| !variant.what.is_empty()));
        }
    }

    #[test]
    fn what_is_subtracted_is_a_floor_of_the_catalogue() {
        for trigger in CATALOGUE.iter().filter_map(|entry| entry.trigger) {
            assert_eq!(by_name(trigger).unwrap().class, crate::Class::Floor);
        }
    }
}
