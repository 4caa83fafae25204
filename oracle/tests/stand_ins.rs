//! What the front end stands in for, where a tree has no `asm/` of an architecture, comes to the
//! same as the kernel's own `asm/posix_types.h` of that architecture.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::{Interface, Layouts, RecordId};
use ioctlkit_oracle::kernel::Kernel;
use ioctlkit_sources::c::{Request, read};

/// The types of `posix_types.h`, without their prefix.
const TYPES: [&str; 26] = [
    "mode_t",
    "pid_t",
    "ipc_pid_t",
    "uid_t",
    "gid_t",
    "suseconds_t",
    "daddr_t",
    "uid32_t",
    "gid32_t",
    "old_uid_t",
    "old_gid_t",
    "old_dev_t",
    "size_t",
    "ssize_t",
    "ptrdiff_t",
    "off_t",
    "loff_t",
    "old_time_t",
    "time64_t",
    "clock_t",
    "timer_t",
    "clockid_t",
    "ino_t",
    "long_t",
    "fsid_t",
    "key_t",
];

#[test]
fn the_stand_ins_for_posix_types_have_the_sizes_of_every_architectures_own() {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../oracle");
    let kernel = Kernel::unpacked(&cache).unwrap_or_else(|error| panic!("{error}")).root();

    // The kernel's tree as it is, and exported headers without any asm/.
    let folder = tempfile::tempdir().unwrap();
    let (tree, bare) = (folder.path().join("tree"), folder.path().join("bare"));
    for name in ["include", "arch"] {
        link(&kernel.join(name), &tree.join(name));
    }
    for name in ["linux", "asm-generic"] {
        link(&kernel.join("include/uapi").join(name), &bare.join(name));
    }

    let (theirs, ours) = (sizes(&tree, &kernel), sizes(&bare, &kernel));
    let mut wrong = String::new();
    for (abi, theirs, ours) in theirs.iter().zip(&ours).map(|(a, b)| (a.0, &a.1, &b.1)) {
        for ((name, theirs), ours) in TYPES.iter().zip(theirs).zip(ours) {
            if theirs != ours {
                let abi = abi.abi().name;
                let _ = writeln!(wrong, "{abi}: __kernel_{name} has {theirs} bytes, not {ours}");
            }
        }
    }
    assert_eq!(theirs.len(), AbiSet::ALL.len());
    assert!(wrong.is_empty(), "{wrong}");
}

fn link(to: &Path, from: &PathBuf) {
    std::fs::create_dir_all(from.parent().unwrap()).unwrap();
    symlink(to, from).unwrap();
}

/// The size of each type on each ABI, as read by a header in that tree, whose links lead to `kernel`.
fn sizes(tree: &Path, kernel: &Path) -> Vec<(AbiId, Vec<u64>)> {
    let mut text = String::from("#include <linux/posix_types.h>\nstruct all {\n");
    for name in TYPES {
        let _ = writeln!(text, "\t__kernel_{name} {name};");
    }
    text.push_str("};\n");
    let header = tree.join("all.h");
    std::fs::write(&header, text).unwrap();
    let (interface, problems) = read(&Request {
        paths: vec![header],
        // Nothing is found there, but what links lead to may be read.
        include_dirs: vec![kernel.to_owned()],
        ..Request::default()
    });
    assert_eq!(problems, []);
    let layouts = Layouts::new(&interface);
    let all = record(&interface);
    let of = |abi: AbiId| {
        let members = layouts.members(all, abi).map(|(_, place)| place.size_bits / 8).collect();
        (abi, members)
    };
    AbiSet::ALL.iter().map(of).collect()
}

fn record(interface: &Interface) -> RecordId {
    let at = interface.records.iter().position(|record| record.name.as_deref() == Some("all"));
    RecordId(at.unwrap() as u32)
}
