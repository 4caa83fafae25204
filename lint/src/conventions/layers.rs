//! Layers between the system call and a driver's handler that have a list of what they pass on from 32-bit
//! programs by themselves. A command that is not on it needs a handler for such programs in the driver's table.
//!
//! The lists are those of Linux 6.12; `lint/tests/kernel/layers.rs` reads them from its source and compares.

use std::ops::RangeInclusive;

use crate::declared::Declared;
use crate::known_numbers;

/// A layer.
#[derive(Debug, PartialEq, Eq)]
pub struct Layer {
    /// What it is called, as a noun.
    pub noun: &'static str,
    /// The member of its tables for what it does not pass on.
    pub member: &'static str,
    /// What it passes on to the native handler, or answers itself.
    pub passes: Passes,
}

/// How a layer tells what it passes on.
#[derive(Debug, PartialEq, Eq)]
pub enum Passes {
    /// By the whole number.
    Listed {
        /// The commands.
        names: &'static [&'static str],
        /// Numbers that it takes from the first to the last one.
        ranges: &'static [Range],
        /// The file that has the list, and the function.
        source: (&'static str, &'static str),
    },
    /// By type letter and nr.
    Numbered {
        /// The letter.
        letter: u8,
        /// The first nr that it does not pass on.
        end: u32,
        /// How the names of such commands begin, for those whose declaration was not read.
        prefix: &'static str,
        /// The file, and the function.
        source: (&'static str, &'static str),
    },
}

/// Numbers of which a layer asks only whether they lie between two.
#[derive(Debug, PartialEq, Eq)]
pub struct Range {
    /// Names that numbers of it have and that are no commands themselves: drivers add to them.
    pub names: &'static [(&'static str, u32)],
    /// The numbers.
    pub numbers: RangeInclusive<u32>,
}

/// Other names of numbers that a layer lists: the name, and what it stands for.
pub const ALIASES: [(&str, &str); 4] = [
    // include/uapi/linux/sockios.h
    ("SIOCINQ", "FIONREAD"),
    ("SIOCOUTQ", "TIOCOUTQ"),
    // include/uapi/asm-generic/ioctls.h
    ("TIOCINQ", "FIONREAD"),
    // include/uapi/linux/sockios.h, for 64-bit kernels
    ("SIOCGSTAMP", "SIOCGSTAMP_OLD"),
];

/// What the kernel answers for every file, or hands to the native handler, whoever calls: `fs/ioctl.c`,
/// `do_vfs_ioctl`. What it answers for some files only is not here.
pub const FOR_ALL: [&str; 5] = ["FIOCLEX", "FIONCLEX", "FIONBIO", "FIOASYNC", "FIONREAD"];

/// Commands that `sk_ioctl` (`net/core/sock.c`) answers for raw sockets of the internet protocols alone,
/// whichever protocol's handler calls it.
pub const OF_RAW_SOCKETS: [&str; 4] =
    ["SIOCGETMIFCNT_IN6", "SIOCGETSGCNT", "SIOCGETSGCNT_IN6", "SIOCGETVIFCNT"];

/// The tables of these sockets.
pub const RAW_SOCKETS: [&str; 2] = ["inet6_sockraw_ops", "inet_sockraw_ops"];

/// `net/socket.c`.
pub static SOCKET: Layer = Layer {
    noun: "socket layer",
    member: "compat_ioctl",
    passes: Passes::Listed {
        names: &[
            "FIOGETOWN",
            "FIOSETOWN",
            "SIOCADDMULTI",
            "SIOCATMARK",
            "SIOCBONDCHANGEACTIVE",
            "SIOCBONDENSLAVE",
            "SIOCBONDINFOQUERY",
            "SIOCBONDRELEASE",
            "SIOCBONDSETHWADDR",
            "SIOCBONDSLAVEINFOQUERY",
            "SIOCBRADDBR",
            "SIOCBRADDIF",
            "SIOCBRDELBR",
            "SIOCBRDELIF",
            "SIOCDARP",
            "SIOCDELMULTI",
            "SIOCDIFADDR",
            "SIOCETHTOOL",
            "SIOCGARP",
            "SIOCGHWTSTAMP",
            "SIOCGIFADDR",
            "SIOCGIFBR",
            "SIOCGIFBRDADDR",
            "SIOCGIFCONF",
            "SIOCGIFDSTADDR",
            "SIOCGIFFLAGS",
            "SIOCGIFHWADDR",
            "SIOCGIFINDEX",
            "SIOCGIFMAP",
            "SIOCGIFMEM",
            "SIOCGIFMETRIC",
            "SIOCGIFMTU",
            "SIOCGIFNAME",
            "SIOCGIFNETMASK",
            "SIOCGIFPFLAGS",
            "SIOCGIFTXQLEN",
            "SIOCGIFVLAN",
            "SIOCGMIIPHY",
            "SIOCGMIIREG",
            "SIOCGPGRP",
            "SIOCGSKNS",
            "SIOCGSTAMPNS_NEW",
            "SIOCGSTAMPNS_OLD",
            "SIOCGSTAMP_NEW",
            "SIOCGSTAMP_OLD",
            "SIOCOUTQ",
            "SIOCOUTQNSD",
            "SIOCSARP",
            "SIOCSHWTSTAMP",
            "SIOCSIFADDR",
            "SIOCSIFBR",
            "SIOCSIFBRDADDR",
            "SIOCSIFDSTADDR",
            "SIOCSIFFLAGS",
            "SIOCSIFHWADDR",
            "SIOCSIFHWBROADCAST",
            "SIOCSIFMAP",
            "SIOCSIFMEM",
            "SIOCSIFMETRIC",
            "SIOCSIFMTU",
            "SIOCSIFNAME",
            "SIOCSIFNETMASK",
            "SIOCSIFPFLAGS",
            "SIOCSIFTXQLEN",
            "SIOCSIFVLAN",
            "SIOCSMIIREG",
            "SIOCSPGRP",
            "SIOCWANDEV",
        ],
        ranges: &[
            Range { names: &[("SIOCDEVPRIVATE", 0x89f0)], numbers: 0x89f0..=0x89ff },
            // compat_sock_ioctl gives these to the wireless extensions first.
            Range {
                names: &[("SIOCIWFIRST", 0x8b00), ("SIOCIWFIRSTPRIV", 0x8be0)],
                numbers: 0x8b00..=0x8bff,
            },
        ],
        source: ("net/socket.c", "compat_sock_ioctl_trans"),
    },
};

/// `drivers/tty/tty_io.c`.
pub static TTY: Layer = Layer {
    noun: "tty layer",
    member: "compat_ioctl",
    passes: Passes::Listed {
        names: &[
            "PPPIOCGCHAN",
            "PPPIOCGUNIT",
            "TCFLSH",
            "TCGETA",
            "TCGETS",
            "TCGETS2",
            "TCGETX",
            "TCSBRK",
            "TCSBRKP",
            "TCSETA",
            "TCSETAF",
            "TCSETAW",
            "TCSETS",
            "TCSETS2",
            "TCSETSF",
            "TCSETSF2",
            "TCSETSW",
            "TCSETSW2",
            "TCSETX",
            "TCSETXF",
            "TCSETXW",
            "TCXONC",
            "TIOCCBRK",
            "TIOCCONS",
            "TIOCEXCL",
            "TIOCGDEV",
            "TIOCGETC",
            "TIOCGETD",
            "TIOCGETP",
            "TIOCGEXCL",
            "TIOCGICOUNT",
            "TIOCGLCKTRMIOS",
            "TIOCGLTC",
            "TIOCGPGRP",
            "TIOCGPTPEER",
            "TIOCGRS485",
            "TIOCGSERIAL",
            "TIOCGSID",
            "TIOCGSOFTCAR",
            "TIOCGWINSZ",
            "TIOCMBIC",
            "TIOCMBIS",
            "TIOCMGET",
            "TIOCMIWAIT",
            "TIOCMSET",
            "TIOCNOTTY",
            "TIOCNXCL",
            "TIOCOUTQ",
            "TIOCSBRK",
            "TIOCSCTTY",
            "TIOCSERCONFIG",
            "TIOCSERGETLSR",
            "TIOCSETC",
            "TIOCSETD",
            "TIOCSETN",
            "TIOCSETP",
            "TIOCSLCKTRMIOS",
            "TIOCSLTC",
            "TIOCSPGRP",
            "TIOCSRS485",
            "TIOCSSERIAL",
            "TIOCSSOFTCAR",
            "TIOCSTI",
            "TIOCSWINSZ",
            "TIOCVHANGUP",
        ],
        ranges: &[],
        source: ("drivers/tty/tty_io.c", "tty_compat_ioctl"),
    },
};

/// `drivers/media/v4l2-core/v4l2-compat-ioctl32.c`.
pub static VIDEO: Layer = Layer {
    noun: "video core",
    member: "compat_ioctl32",
    passes: Passes::Numbered {
        letter: b'V',
        // BASE_VIDIOC_PRIVATE
        end: 192,
        prefix: "VIDIOC_",
        source: ("drivers/media/v4l2-core/v4l2-compat-ioctl32.c", "v4l2_compat_ioctl32"),
    },
};

impl Layer {
    /// Whether 32-bit programs reach a command without the driver's help.
    pub fn passes(&self, declared: &Declared<'_>, command: &str) -> bool {
        FOR_ALL.contains(&one_name(command)) || self.passes.takes(declared, command)
    }
}

impl Passes {
    fn takes(&self, declared: &Declared<'_>, command: &str) -> bool {
        match self {
            Self::Listed { names, ranges, .. } => {
                names.iter().any(|name| one_name(name) == one_name(command))
                    || is_within(ranges, &numbers(ranges, declared, command))
            }
            Self::Numbered { letter, end, prefix, .. } => match declared.command(command) {
                Some(known) => known
                    .variants
                    .iter()
                    .all(|(_, body)| body.type_letter == u32::from(*letter) && body.nr < *end),
                None => command.starts_with(prefix),
            },
        }
    }
}

/// Whether every number lies in one of the ranges, and there is one.
fn is_within(ranges: &[Range], numbers: &[u32]) -> bool {
    let is_in = |number: &u32| ranges.iter().any(|range| range.numbers.contains(number));
    !numbers.is_empty() && numbers.iter().all(is_in)
}

/// The numbers that a command has on the ABIs: as it was declared, or as the kernel's headers have it; also of
/// `SIOCDEVPRIVATE + 1`.
fn numbers(ranges: &[Range], declared: &Declared<'_>, command: &str) -> Vec<u32> {
    if let Some((base, offset)) = command.split_once('+') {
        let Some(offset) = offset_of(offset.trim()) else { return Vec::new() };
        let numbers = numbers(ranges, declared, base.trim()).into_iter();
        return numbers.filter_map(|number| number.checked_add(offset)).collect();
    }
    if let Some(raw) = declared.raw(command) {
        return raw.variants.iter().map(|(_, number)| *number).collect();
    }
    let mut bases = ranges.iter().flat_map(|range| range.names);
    let base = bases.find(|(name, _)| *name == command).map(|(_, number)| *number);
    base.or_else(|| known_numbers::of(command)).into_iter().collect()
}

/// A number as C source spells it, without a suffix.
fn offset_of(text: &str) -> Option<u32> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// One of the names of a number.
fn one_name(command: &str) -> &str {
    ALIASES.iter().find(|(alias, _)| *alias == command).map_or(command, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_in_order_and_name_nothing_twice() {
        for layer in [&SOCKET, &TTY] {
            let Passes::Listed { names, .. } = layer.passes else { panic!("{layer:?}") };
            assert!(names.is_sorted_by(|one, next| one < next), "{}", layer.noun);
        }
    }

    #[test]
    fn a_layer_passes_what_it_lists_under_any_name() {
        let nothing = Declared::default();
        for passed in ["SIOCOUTQ", "TIOCOUTQ", "SIOCINQ", "SIOCGIFADDR"] {
            assert!(SOCKET.passes(&nothing, passed), "{passed}");
        }
        let of_ranges = [
            "SIOCDEVPRIVATE + 3",
            "SIOCDEVPRIVATE+0xf",
            "SIOCGIWNAME",
            "SIOCIWFIRST",
            "SIOCIWFIRSTPRIV+1",
        ];
        for passed in of_ranges {
            assert!(SOCKET.passes(&nothing, passed), "{passed}");
        }
        let left = ["SIOCPROTOPRIVATE", "SIOCGETLINKNAME", "SIOCADDRT", "TIOCMGET"];
        let beside_ranges =
            ["SIOCDEVPRIVATEX", "SIOCDEVPRIVATE + 16", "SIOCDEVPRIVATE + X", "SIOCGIWNAMES"];
        for left in left.into_iter().chain(beside_ranges) {
            assert!(!SOCKET.passes(&nothing, left), "{left}");
        }
        assert!(TTY.passes(&nothing, "PPPIOCGUNIT"));
        assert!(!TTY.passes(&nothing, "TIOCPKT"));
        assert!(VIDEO.passes(&nothing, "VIDIOC_QUERYCAP"));
        assert!(!VIDEO.passes(&nothing, "DVD_READ_STRUCT"));
    }
}
