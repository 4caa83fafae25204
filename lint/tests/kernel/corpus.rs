//! Known mistakes of the kernel's handlers: as they were in Linux 6.1 and are mended in 6.12, and as they would
//! be if a line of 6.12 were gone. Code that looks like them stays silent in both.
//!
//! `vfio_pci_ioctl_get_info` of 6.1 is not among them, though 6.12 clears its structure: it gives more than it got
//! only where it has set that, which is why code of that shape is silent (H010).
//!
//! What is known and not found:
//! - `pfru_ioctl` of 6.1 (H006): a function copies members with `memcpy()` and lengths of the firmware's, which
//!   may be shorter than the member. What `memcpy()` writes to counts as set.
//! - `sev_mem_enc_ioctl` of 6.1 (H014, five places): it gets no number, but tells commands apart by a member of
//!   what it copies.
//! - `dispatch_ioctl` of drivers/firewire/core-cdev.c without its `memset()` (H010), and with `-EINVAL` (H005):
//!   the handlers are called by an index of an array, with the address of the object.

use crate::tree::{Found, findings, is_full, unpacked};

const VFIO: [&str; 3] =
    ["drivers/vfio/pci/vfio_pci_core.c", "drivers/vfio/pci/vfio_pci.c", "drivers/vfio/vfio_main.c"];

/// Code without a mistake that looks like one with, the functions, and the rule that would be wrong.
const LOOK_ALIKES: [(&str, &str, &str); 10] = [
    ("drivers/net/ppp/ppp_generic.c", "ppp_ioctl", "H011"),
    ("fs/nilfs2/ioctl.c", "nilfs_ioctl", "H011"),
    ("sound/isa/wavefront/wavefront_fx.c", "snd_wavefront_fx_ioctl", "H011"),
    ("drivers/comedi/comedi_fops.c", "comedi_unlocked_ioctl", "H011"),
    ("drivers/video/fbdev/via/viafbdev.c", "viafb_ioctl", "H011"),
    ("sound/core/pcm_native.c", "snd_pcm_ioctl", "H011"),
    ("net/bluetooth/rfcomm/tty.c", "rfcomm_sock_ioctl", "H011"),
    ("drivers/net/hamradio/baycom_epp.c", "baycom_siocdevprivate", "H006"),
    ("drivers/tee/tee_core.c", "tee_ioctl", "H006"),
    ("drivers/vfio/vfio_iommu_type1.c", "vfio_iommu_type1_ioctl", "H010"),
];

/// The files that quick tests need.
pub(crate) fn files() -> Vec<&'static str> {
    let mut files = vec![
        "drivers/firewire/core-cdev.c",
        "net/rfkill/core.c",
        "mm/gup_test.c",
        "mm/gup_test.h",
        "drivers/usb/core/devio.c",
        "sound/core/timer.c",
        "drivers/misc/xilinx_sdfec.c",
    ];
    files.extend(VFIO);
    files.extend(crate::layers::FILES);
    files.extend(LOOK_ALIKES.iter().map(|(file, ..)| *file));
    files
}

fn owned(files: &[&str]) -> Vec<String> {
    files.iter().map(|file| (*file).to_owned()).collect()
}

fn has(found: &std::collections::BTreeSet<Found>, code: &str, words: &str) -> bool {
    found.iter().any(|it| it.code == code && it.message.contains(words))
}

#[test]
fn what_was_mended_after_linux_6_1_is_found_there_and_not_in_6_12() {
    if !is_full() {
        return;
    }
    let kernels = ["6.1", "6.12"].map(|version| unpacked(version, "handlers", &files()));
    for (files, code, words) in [
        (&["net/rfkill/core.c"][..], "H005", "`rfkill_fop_ioctl` returns `-ENOSYS`"),
        (&["mm/gup_test.c"][..], "H001", "`gup_test_fops`"),
    ] {
        let [before, after] =
            [&kernels[0], &kernels[1]].map(|kernel| findings(kernel, &owned(files)));
        assert!(has(&before, code, words), "{code} {words}: {before:?}");
        assert!(!has(&after, code, words), "{code} {words}: {after:?}");
    }
    for kernel in &kernels {
        let there: Vec<&str> = LOOK_ALIKES
            .iter()
            .map(|(file, ..)| *file)
            .filter(|file| kernel.join(file).is_file())
            .collect();
        let found = findings(kernel, &owned(&there));
        for (_, function, code) in LOOK_ALIKES {
            assert!(!has(&found, code, &format!("`{function}`")), "{function}: {found:?}");
        }
    }
}

#[test]
fn a_line_that_is_gone_from_linux_6_12_is_missed() {
    let kernel = unpacked("6.12", "handlers", &files());
    for (files, line, without, code, words) in [
        (
            &["drivers/usb/core/devio.c"][..],
            "memset(&ci, 0, sizeof(ci));\n\tci.devnum",
            "ci.devnum",
            "H006",
            "`struct usbdevfs_connectinfo`",
        ),
        (
            &VFIO[..],
            "return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;",
            "return copy_to_user(arg, &info, minsz);",
            "H009",
            "",
        ),
        (
            &["sound/core/timer.c"][..],
            "memset(&status, 0, sizeof(status));",
            "",
            "H007",
            "`struct snd_timer_status32`",
        ),
        (
            &["drivers/misc/xilinx_sdfec.c"][..],
            "memset(&status, 0, sizeof(status));",
            "",
            "H006",
            "`struct xsdfec_status`",
        ),
    ] {
        let original = owned(files);
        assert!(!has(&findings(&kernel, &original), code, words), "{files:?}");
        let text = std::fs::read_to_string(kernel.join(files[0])).unwrap();
        assert!(text.contains(line), "{}: no {line}", files[0]);
        let folder = files[0].rsplit_once('/').unwrap().0;
        let changed = format!("{folder}/without-{}.c", std::process::id());
        std::fs::write(kernel.join(&changed), text.replacen(line, without, 1)).unwrap();
        let mut undone = original;
        undone[0].clone_from(&changed);
        let found = findings(&kernel, &undone);
        std::fs::remove_file(kernel.join(&changed)).unwrap();
        assert!(has(&found, code, words), "{code} {words}: {found:?}");
    }
}
