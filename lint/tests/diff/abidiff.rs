//! What abidiff (libabigail) says of the same pair, header by header, on `x86_64`: the machine that it
//! runs on. `docs/diff.md` has the comparison over all headers.

use std::path::Path;
use std::process::Command;

use ioctlkit_abi::Abi;

use super::kernels;

/// Structures of headers that changed, with the rule that reports it here.
const BOTH: [(&str, &str, &str); 10] = [
    ("linux/perf_event.h", "struct perf_event_attr", "D003"),
    ("linux/taskstats.h", "struct taskstats", "D003"),
    ("linux/landlock.h", "struct landlock_ruleset_attr", "D003"),
    ("linux/ptp_clock.h", "struct ptp_clock_caps", "D007"),
    ("linux/v4l2-subdev.h", "struct v4l2_subdev_crop", "D007"),
    ("linux/rseq.h", "struct rseq", "D004"),
    ("linux/if_xdp.h", "struct xdp_umem_reg", "D004"),
    ("sound/asound.h", "struct snd_pcm_info", "D004"),
    ("linux/vfio.h", "struct vfio_device_info", "D003"),
    ("linux/sed-opal.h", "struct opal_key", "D007"),
];

/// What abidiff has no words for, by the rule that has.
const HERE_ALONE: [(&str, &str, &str); 3] = [
    // A zero-length array and a flexible one have the same size in DWARF.
    ("linux/ethtool.h", "struct ethtool_rxnfc", "D008"),
    // A change of name alone counts as harmless, unless it is asked to report those.
    ("linux/usb/video.h", "struct uvc_format_mjpeg", "D004"),
    // On x86_64 the structure is as large as it was: i386 alone has another one.
    ("linux/usb/ch9.h", "struct usb_string_descriptor", "D010"),
];

/// What abidiff says of a header, as check-uapi.sh asks it.
fn abidiff(header: &str) -> String {
    let (old, new) = kernels::folders();
    let scratch = tempfile::tempdir().unwrap();
    let compiled = |name: &str, folders: &[&Path]| {
        let source = scratch.path().join(name).with_extension("c");
        // An object without any symbol is none for abidiff.
        let text = format!("#include <stdint.h>\n#include <{header}>\nint one_symbol;\n");
        std::fs::write(&source, text).unwrap();
        let object = source.with_extension("o");
        let mut gcc = Command::new("gcc");
        gcc.args(["-c", "-g", "-w", "-fno-eliminate-unused-debug-types", "-o"]).arg(&object);
        for folder in folders {
            gcc.arg("-isystem").arg(folder);
        }
        let done = gcc.arg(&source).output().expect("gcc is needed");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        object
    };
    let old = compiled("old", &[&old.join("x86_64-linux-gnu"), old]);
    let new = compiled("new", &[new]);
    let done = Command::new("abidiff")
        .arg("--non-reachable-types")
        .args([old, new])
        .output()
        .expect("abidiff is needed: install abigail-tools");
    String::from_utf8_lossy(&done.stdout).into_owned()
}

/// Whether the linter reports it.
fn is_told(record: &str, code: &str) -> bool {
    kernels::findings()
        .iter()
        .any(|finding| finding.rule.code == code && finding.record.as_deref() == Some(record))
}

#[test]
fn both_tell_what_changed() {
    if !kernels::wanted()
        || Abi::by_name(std::env::consts::ARCH).is_none_or(|abi| abi.kernel_arch != "x86")
    {
        return;
    }
    for (header, record, code) in BOTH {
        assert!(is_told(record, code), "{code} {record}");
        let said = abidiff(header);
        assert!(said.contains(&format!("'{record}")), "{header}: abidiff says:\n{said}");
    }
    for (header, record, code) in HERE_ALONE {
        assert!(is_told(record, code), "{code} {record}");
        let said = abidiff(header);
        assert!(!said.contains(&format!("'{record}")), "{header}: abidiff says:\n{said}");
    }
}

/// What abidiff reports and the linter does not: enumerators that are new, and types that no command
/// carries and that are gone.
#[test]
fn what_abidiff_alone_tells_is_none_of_what_the_rules_are_about() {
    if !kernels::wanted()
        || Abi::by_name(std::env::consts::ARCH).is_none_or(|abi| abi.kernel_arch != "x86")
    {
        return;
    }
    let said = abidiff("linux/io_uring.h");
    assert!(said.contains("io_uring_op") && said.contains("enumerator insertion"), "{said}");
    assert!(!is_told("enum io_uring_op", "D006"));
}
