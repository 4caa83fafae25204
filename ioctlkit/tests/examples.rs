//! Runs every example against the kernel of this machine. Each says what it should, or why it
//! cannot here.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What an example writes, and for what it may be skipped.
struct Expected {
    name: &'static str,
    /// Parts of the output, in order.
    says: &'static [&'static str],
    /// What may be absent: a device, a permission, a command of newer kernels.
    needs: &'static [&'static str],
}

const EXAMPLES: [Expected; 17] = [
    Expected {
        name: "block_device",
        says: &["/dev/", " bytes in sectors of ", "read only: "],
        needs: &["/dev/vda"],
    },
    Expected {
        name: "clock",
        says: &["20", "-", ":", "as request 0x"],
        needs: &["/dev/rtc0", "RTC_RD_TIME"],
    },
    Expected {
        name: "clone_file",
        says: &["the clone holds: the same blocks"],
        needs: &["FICLONE"],
    },
    Expected {
        name: "device_mapper",
        says: &["version [4, "],
        needs: &["/dev/mapper/control", "DM_VERSION"],
    },
    Expected { name: "entropy", says: &[" bits of entropy"], needs: &["/dev/random"] },
    Expected {
        name: "extents",
        says: &["a file of 16384 bytes is in ", " bytes at 0"],
        needs: &["FS_IOC_FIEMAP"],
    },
    Expected {
        name: "inode_flags",
        says: &["flags of a new file: 0x", "flags with FS_NODUMP_FL: 0x", "4"],
        needs: &["FS_IOC_GETFLAGS", "FS_IOC_SETFLAGS"],
    },
    Expected {
        name: "input_devices",
        says: &["/dev/input/event", "version 0x10001", "InputId"],
        needs: &["/dev/input/event"],
    },
    Expected {
        name: "kvm",
        says: &["version 12", " memory slots", " bytes shared", "Vm(", "Vcpu("],
        needs: &["/dev/kvm", "KVM_CREATE_VM"],
    },
    Expected {
        name: "loop_control",
        says: &["/dev/loop", " is free", "its status: no such device or address (ENXIO)"],
        needs: &["/dev/loop-control", "LOOP_CTL_GET_FREE"],
    },
    Expected {
        name: "memory_map",
        says: &[" bytes of", "memory_map", "nothing", "(ENOENT)"],
        needs: &["PROCMAP_QUERY"],
    },
    Expected {
        name: "namespaces",
        says: &["type 0x40000000", "type 0x10000000, made by user "],
        needs: &["NS_GET_NSTYPE", "NS_GET_USERNS", "NS_GET_OWNER_UID"],
    },
    Expected {
        name: "pidfd_info",
        says: &["user ", " runs this", "time namespace: OwnedFd"],
        needs: &["pidfd_open", "PIDFD_GET_INFO", "PIDFD_GET_TIME_NAMESPACE"],
    },
    Expected {
        name: "pipe",
        says: &["0 bytes to read", "5 bytes to read", "/dev/null as a pipe: ", "(ENOTTY)"],
        needs: &[],
    },
    Expected {
        name: "terminal",
        says: &["/dev/pts/", "25 rows of 80 columns", "no terminal: ", "(ENOTTY)"],
        needs: &["/dev/ptmx"],
    },
    Expected {
        name: "tun",
        says: &["features: 0x", "the kernel made example"],
        needs: &["/dev/net/tun", "TUNSETIFF"],
    },
    Expected {
        name: "userfaultfd",
        says: &["features 0x", "the same again: invalid argument (EINVAL)"],
        needs: &["/dev/userfaultfd", "USERFAULTFD_IOC_NEW"],
    },
];

/// The errors that mean "not here" or "not for you".
const ABSENCES: [&str; 8] = [
    "(ENOENT)",
    "(ENODEV)",
    "(ENXIO)",
    "(EACCES)",
    "(EPERM)",
    "(ENOTTY)",
    "(ENOSYS)",
    "(EOPNOTSUPP)",
];

/// Builds the examples; their programs by name.
fn programs() -> BTreeMap<String, PathBuf> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let cargo = Command::new(env!("CARGO"))
        .args(["build", "--examples", "--offline", "--message-format=json", "--manifest-path"])
        .arg(manifest)
        .output()
        .unwrap();
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    let text = String::from_utf8(cargo.stdout).unwrap();
    let messages =
        text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let program = |message: serde_json::Value| {
        let path = PathBuf::from(message["executable"].as_str()?);
        Some((message["target"]["name"].as_str()?.to_owned(), path))
    };
    messages.filter_map(program).collect()
}

#[test]
fn every_example_says_what_it_should_or_why_it_cannot_here() {
    let programs = programs();
    let known: BTreeSet<&str> = EXAMPLES.iter().map(|example| example.name).collect();
    assert_eq!(programs.keys().map(String::as_str).collect::<BTreeSet<_>>(), known);
    for example in EXAMPLES {
        let run = Command::new(&programs[example.name]).output().unwrap();
        let (out, err) =
            (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
        assert!(run.status.success(), "{}: {out}{err}", example.name);
        assert_eq!(err, "", "{}", example.name);
        if let Some(reason) = out.lines().find_map(|line| line.strip_prefix("skipped: ")) {
            println!("{}: {reason}", example.name);
            let (what, error) = reason.split_once(": ").unwrap();
            let is_known = example.needs.iter().any(|needed| what.starts_with(needed));
            assert!(is_known, "{}: {what} is always there", example.name);
            let is_absence = ABSENCES.iter().any(|absence| error.ends_with(absence));
            assert!(is_absence, "{}: {error}", example.name);
            let is_there = error.ends_with("(ENOENT)") && Path::new(what).exists();
            assert!(!is_there, "{}: {what} exists", example.name);
            continue;
        }
        let mut rest = &*out;
        for part in example.says {
            let (_, behind) = rest
                .split_once(part)
                .unwrap_or_else(|| panic!("{}: no `{part}` in\n{rest}", example.name));
            rest = behind;
        }
    }
}
