//! Programs of Debian 12. What is found in each was compared with the source by people: every line is true,
//! and everything else in these programs is right. Rules that are off by default run, too.

use std::path::{Path, PathBuf};

use ioctlkit_oracle::sources::unpacked;

use crate::{found, is_full};

/// A source package, and all that is to be found in it.
struct Program {
    package: &'static str,
    /// Whether it is downloaded in each run of the tests.
    is_small: bool,
    found: &'static [&'static str],
}

const PROGRAMS: [Program; 10] = [
    Program {
        package: "hdparm",
        is_small: true,
        found: &["geom.c:92 P001 error", "hdparm.c:2624 P001 warning"],
    },
    Program {
        package: "dosfstools",
        is_small: true,
        found: &["src/blkdev/blkdev.c:234 P003 error"],
    },
    Program { package: "mdadm", is_small: true, found: &["util.c:248 P004 error"] },
    Program {
        package: "busybox",
        is_small: false,
        found: &[
            "miscutils/conspy.c:539 P001 error",
            "miscutils/hdparm.c:1721 P001 warning",
            "miscutils/hdparm.c:1922 P001 error",
            "util-linux/eject.c:112 P004 warning",
        ],
    },
    Program {
        package: "e2fsprogs",
        is_small: false,
        found: &["util/copy_sparse.c:54 P001 warning", "util/copy_sparse.c:115 P001 error"],
    },
    Program {
        package: "btrfs-progs",
        is_small: false,
        found: &[
            "cmds/filesystem-usage.c:755 P007 warning",
            "cmds/filesystem.c:1563 P001 warning",
            "cmds/inspect.c:1483 P001 error",
            "common/utils.c:333 P007 warning",
            "libbtrfsutil/subvolume.c:807 P007 warning",
            "libbtrfsutil/subvolume.c:810 P007 warning",
        ],
    },
    Program {
        package: "util-linux",
        is_small: false,
        found: &["sys-utils/eject.c:426 P004 warning", "term-utils/agetty.c:2082 P001 warning"],
    },
    Program {
        package: "obs-studio",
        is_small: false,
        found: &[
            "plugins/linux-v4l2/v4l2-helpers.c:268 P001 error",
            "plugins/linux-v4l2/v4l2-helpers.c:271 P001 error",
        ],
    },
    Program {
        package: "qemu",
        is_small: false,
        found: &[
            "audio/ossaudio.c:223 P003 error",
            "fsdev/virtfs-proxy-helper.c:414 P001 warning",
            "hw/9pfs/9p-local.c:1413 P001 warning",
            "hw/i386/sgx.c:136 P004 warning",
            "hw/intc/s390_flic_kvm.c:608 P002 error",
        ],
    },
    // What it passes on purpose is passed to no file.
    Program { package: "strace", is_small: false, found: &[] },
];

#[test]
fn every_bug_that_is_known_is_found_and_nothing_else() {
    for program in PROGRAMS.iter().filter(|program| program.is_small || is_full()) {
        let Some(folder) = folder(program.package) else { continue };
        let found: Vec<String> = found(&folder).into_iter().map(|(line, _)| line).collect();
        assert_eq!(found, program.found, "{}", program.package);
    }
}

/// The folder of a package; nothing, with the reason printed, where it cannot be had and need not be.
fn folder(package: &str) -> Option<PathBuf> {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../oracle");
    match unpacked(&cache, package) {
        Ok(folder) => Some(folder),
        Err(reason) => {
            let needed = is_full() || std::env::var_os("CI").is_some();
            assert!(!needed, "{package} cannot be had: {reason}");
            eprintln!("skipped: {package} cannot be had: {reason}");
            None
        }
    }
}
