//! Which ABI an interpreter of Python runs on, as far as structures and numbers of ioctls differ.

use ioctlkit_abi::{ABIS, Abi, AbiSet, Scalar};
use serde::Serialize;

/// How `uname` begins to call a machine, and the family of ABIs whose programs run there.
pub(super) const MACHINES: [(&str, &str); 23] = [
    ("aarch64", "arm"),
    ("alpha", "alpha"),
    ("arc", "arc"),
    ("arm", "arm"),
    ("csky", "csky"),
    ("i3", "x86"),
    ("i4", "x86"),
    ("i5", "x86"),
    ("i6", "x86"),
    ("loongarch", "loongarch"),
    ("m68k", "m68k"),
    ("microblaze", "microblaze"),
    ("mips", "mips"),
    ("nios2", "nios2"),
    ("openrisc", "openrisc"),
    ("parisc", "parisc"),
    ("ppc", "powerpc"),
    ("riscv", "riscv"),
    ("s390", "s390"),
    ("sh", "sh"),
    ("sparc", "sparc"),
    ("x86_64", "x86"),
    ("xtensa", "xtensa"),
];

/// An ABI, or several between which it makes no difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Host {
    pub(super) family: &'static str,
    /// The size of a pointer, in bytes.
    pointer: u64,
    /// The alignment of 64-bit integers in structures, in bytes.
    align: u64,
    name: &'static str,
    #[serde(skip)]
    pub(super) abi: &'static Abi,
}

/// Those of an interface.
pub(super) fn hosts(abis: AbiSet) -> Vec<Host> {
    let mut hosts: Vec<Host> = Vec::new();
    for host in ABIS.iter().filter(|abi| abis.contains(abi.id())).filter_map(host) {
        let key = |host: &Host| (host.family, host.pointer, host.align);
        if hosts.iter().all(|known| key(known) != key(&host)) {
            hosts.push(host);
        }
    }
    hosts
}

fn host(abi: &'static Abi) -> Option<Host> {
    let family = if abi.kernel_arch == "arm64" { "arm" } else { abi.kernel_arch };
    let (pointer, align) = (abi.size_of(Scalar::Pointer)?, abi.align_of(Scalar::LongLong)?);
    // No interpreter was built for the Arm ABI of before 2007.
    (!abi.rounds_records() || family != "arm").then_some(Host {
        family,
        pointer,
        align,
        name: abi.name,
        abi,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALARS: [Scalar; 6] =
        [Scalar::Char, Scalar::Short, Scalar::Int, Scalar::LongLong, Scalar::Long, Scalar::Pointer];

    #[test]
    fn abis_that_python_does_not_tell_apart_have_the_same_layouts_and_numbers() {
        let every = AbiSet::of(|_| true);
        let hosts = hosts(every);
        for other in ABIS.iter().filter_map(host) {
            let key = |host: &Host| (host.family, host.pointer, host.align);
            let one = hosts.iter().find(|host| key(host) == key(&other)).unwrap();
            assert_eq!(one.abi.encoding, other.abi.encoding, "{}", other.name);
            assert_eq!(one.abi.rounds_records(), other.abi.rounds_records(), "{}", other.name);
            for scalar in SCALARS {
                assert_eq!(one.abi.size_of(scalar), other.abi.size_of(scalar), "{}", other.name);
                assert_eq!(one.abi.align_of(scalar), other.abi.align_of(scalar), "{}", other.name);
            }
        }
    }

    #[test]
    fn every_family_has_a_machine() {
        for host in hosts(AbiSet::of(|_| true)) {
            assert!(MACHINES.iter().any(|(_, family)| *family == host.family), "{}", host.family);
        }
    }
}
