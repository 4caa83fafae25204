//! The numbers of the crates against those of the installed C headers, on every ABI.

use std::collections::BTreeSet;
use std::path::Path;

use ioctlkit_abi::{AbiId, Encoding};
use ioctlkit_model::{Command, Interface, Layouts};
use ioctlkit_sources::c;

use crate::corpus;

/// Commands that differ, each with the reason.
type Differences = &'static [(&'static str, &'static str)];

/// The crate, the header, how many commands have one name in both, and which of them differ.
const HEADERS: [(&str, &str, usize, Differences); 9] = [
    ("kvm-ioctls", "linux/kvm.h", 75, &[]),
    ("vfio-ioctls", "linux/vfio.h", 23, &[]),
    ("evdev", "linux/input.h", 14, &[]),
    (
        "evdev",
        "linux/uinput.h",
        18,
        &[("UI_SET_PHYS", "the crate encodes a char where the kernel's number has a pointer")],
    ),
    (
        "input-linux-sys",
        "linux/uinput.h",
        20,
        &[
            ("UI_SET_PHYS", "the crate encodes a char where the kernel's number has a pointer"),
            ("UI_BEGIN_FF_UPLOAD", "libc's ff_effect is aligned to 4 bytes on m68k, not to 2"),
            ("UI_END_FF_UPLOAD", "libc's ff_effect is aligned to 4 bytes on m68k, not to 2"),
        ],
    ),
    ("fuser", "linux/fuse.h", 1, &[]),
    ("tun", "linux/if_tun.h", 4, &[]),
    ("vhost", "linux/vhost.h", 40, &[]),
    (
        "sev",
        "linux/sev-guest.h",
        3,
        &[
            ("SNP_GET_REPORT", VERSION),
            ("SNP_GET_DERIVED_KEY", VERSION),
            ("SNP_GET_EXT_REPORT", VERSION),
        ],
    ),
];

/// Crates whose numbers are those of the generic encoding on every ABI: how many of them the header
/// has another number for somewhere. In a number with both directions the two encodings agree.
const OF_ONE_ENCODING: [(&str, usize); 2] = [("vfio-ioctls", 23), ("vhost", 38)];

const VERSION: &str = "the version is 4 bytes wide, 1 in C: another size on m68k, which has no SEV";

/// The number of a command on each ABI that has one.
fn numbers(interface: &Interface, command: &Command) -> Vec<(AbiId, u32)> {
    let layouts = Layouts::new(interface);
    let on = |abi| layouts.number(command, abi).map(|numbered| (abi, numbered.number));
    command.variants.abis().iter().filter_map(on).collect()
}

#[test]
fn commands_of_one_name_have_one_number_in_the_crate_and_in_the_header() {
    let Some(folders) = corpus::folders() else { return };
    let mut wrong = Vec::new();
    for (name, header, expected, differences) in HEADERS {
        let header = Path::new("/usr/include").join(header);
        if !header.is_file() {
            eprintln!("skipped: {} is not installed", header.display());
            continue;
        }
        let ours = &corpus::read(&folders[name]).interface;
        let (theirs, _) =
            c::read(&c::Request { paths: vec![header.clone()], ..Default::default() });
        let one_encoding = OF_ONE_ENCODING.iter().find(|(krate, _)| *krate == name);
        let mut pairs = 0;
        let mut otherwise = 0;
        let mut different = BTreeSet::new();
        for command in &ours.commands {
            let c_name = command.name.to_uppercase();
            let same = theirs.commands.iter().find(|their| their.name == c_name);
            let Some(their) = same else { continue };
            pairs += 1;
            let their: Vec<(AbiId, u32)> = numbers(&theirs, their);
            let ours = numbers(ours, command);
            let differs_on = |generic: bool| {
                ours.iter().any(|(abi, number)| {
                    (abi.abi().encoding == Encoding::Generic) == generic
                        && their.iter().any(|(other, theirs)| other == abi && theirs != number)
                })
            };
            otherwise += usize::from(one_encoding.is_some() && differs_on(false));
            if differs_on(true) || one_encoding.is_none() && differs_on(false) {
                different.insert(c_name);
            }
        }
        let explained: BTreeSet<String> =
            differences.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(otherwise, one_encoding.map_or(0, |(_, count)| *count), "{name}");
        if pairs != expected || different != explained {
            wrong.push(format!(
                "{name} and {}: {pairs} pairs and not {expected}; different: {different:?}",
                header.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
