//! The same counters in a BPF array that user space maps, so that a BPF program can read them. Not a
//! per-CPU array: the kernel refuses to map one (`EINVAL`), so it is an array with a line per
//! processor.

use std::io;

use super::shm_counter::{Counters, LINE};
use crate::sys::memory::{Access, Shared, page};
use crate::sys::{affinity, bpf};
use crate::{Class, Entry, Error, Missing, Sizes, Variant};

pub(super) const ENTRY: Entry = Entry {
    name: "bpf-counter",
    class: Class::OneWay,
    variants: &[Variant {
        name: "",
        what: "an atomic increment of this processor's counter in a mapped BPF array",
    }],
    sizes: Sizes::Fixed(8),
    needs: "CAP_BPF, or kernel.unprivileged_bpf_disabled = 0",
    trigger: None,
    requires: |_| memory().map(drop).map_err(Missing::because("a BPF array needs CAP_BPF")),
    open: |_| Ok(Box::new(Counters::new(memory().map_err(Error::call("a BPF array"))?))),
};

/// The mapping keeps the map alive.
fn memory() -> io::Result<Shared> {
    let bytes = (affinity::configured() * LINE).next_multiple_of(page());
    let value = u32::try_from(bytes).map_err(|_| io::ErrorKind::InvalidInput)?;
    let map = bpf::map(bpf::ARRAY, 4, value, 1, bpf::MAPPABLE)?;
    Shared::of(&map, 0, bytes, Access::ReadWrite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_refuses_to_map_a_per_cpu_array() {
        if memory().is_err() {
            eprintln!("skipped: no BPF here");
            return;
        }
        let refused = bpf::map(bpf::PER_CPU_ARRAY, 4, 64, 1, bpf::MAPPABLE).unwrap_err();
        assert_eq!(refused.raw_os_error(), Some(libc::EINVAL));
    }
}
