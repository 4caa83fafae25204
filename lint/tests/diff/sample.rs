//! Thirty of the changes between Linux 6.1 and 6.12, argued one by one.
//!
//! For each: what the kernel's history says, and what the linter has to make of it.

use ioctlkit_model::{Breaks, Finding, Severity};

use super::kernels;

/// A rule's finding about a command, a structure or a member.
fn found(code: &str, about: &str) -> Vec<&'static Finding> {
    let is_about = |finding: &&Finding| {
        let own = [&finding.command, &finding.record, &finding.member];
        own.into_iter().flatten().any(|name| name == about)
    };
    kernels::findings().iter().filter(|f| f.rule.code == code).filter(is_about).collect()
}

#[track_caller]
fn is(code: &str, about: &str, severity: Severity, words: &str) {
    let found = found(code, about);
    assert!(!found.is_empty(), "no {code} about {about}");
    let told = found.iter().any(|finding| {
        let said = finding.notes.iter().chain([&finding.message]);
        finding.severity == severity && said.into_iter().any(|text| text.contains(words))
    });
    assert!(told, "{code} {about}: {found:#?}");
}

#[track_caller]
fn is_not(about: &str) {
    for code in ["D001", "D002", "D003", "D004", "D005", "D006", "D010"] {
        let found = found(code, about);
        assert!(found.is_empty(), "{found:#?}");
    }
}

use Severity::{Error, Info, Warning};

#[test]
fn commands_and_headers_that_are_gone() {
    if !kernels::wanted() {
        return;
    }
    // 1. The driver of Sony's Motion Eye was removed in 6.2 (media: meye), and its header with it.
    is("D009", "linux/meye.h", Error, "programs that include it no longer compile");
    // 2. Its commands are gone from everywhere: no other header took them.
    is("D001", "MEYEIOC_SYNC", Error, "is gone");
    // 3. The cm4000 card reader's driver was removed in 6.4 (char: pcmcia), with its header.
    is("D009", "linux/cm4000_cs.h", Error, "6 commands");
    is("D001", "CM_IOCGATR", Error, "is gone");
    // 4. KVM's memory aliases have returned an error since 2.6.35; 6.12 took the names away. Programs
    //    that still spell them no longer compile, which is all that can be broken.
    is("D001", "KVM_SET_MEMORY_ALIAS", Error, "programs that name it no longer compile");
    // 5. habanalabs moved to the accel subsystem in 6.7: the header is drm/habanalabs_accel.h now.
    is("D009", "misc/habanalabs.h", Error, "is gone");
    // 6. With the move its commands became DRM's, with other names and the letter 'd'. The old names stayed:
    //    they are the nr alone now, which programs that still pass them to ioctl() send instead.
    is("D002", "HL_IOCTL_CS", Error, "the type was 'H'");
    // 7. iommu.h described page requests to a VFIO extension that was never finished; it had no
    //    command, so that the header is all that is missed.
    is("D009", "linux/iommu.h", Error, "is gone");
    // 8. binder.h went from macros to enumerators (for Rust's bindgen): nothing is gone.
    is_not("BINDER_WRITE_READ");
    // 9. termios' commands stand where they stood, in plain numbers.
    is_not("TCGETS");
}

#[test]
fn arguments_that_grew() {
    if !kernels::wanted() {
        return;
    }
    // 10. amdkfd's table is looked up by nr; old sizes are filled up with zeros (kfd_ioctl()).
    is("D003", "struct kfd_ioctl_create_queue_args", Warning, "takes the size from the number");
    // 11. VFIO's device info has argsz: the kernel fills what the program has room for.
    is("D003", "struct vfio_device_info", Warning, "states the size that it knows");
    // 12. v4l2_meta_format grew inside v4l2_format, whose union has 200 bytes: same number.
    is("D003", "struct v4l2_meta_format", Warning, "has room for it");
    // 13. perf_event_attr is passed by a pointer given as the type, so that the number holds a
    //     pointer's size; the structure states its own in a member, which a comment above it says.
    is("D003", "struct perf_event_attr", Warning, "no command's number holds its size");
    // 14. taskstats goes through netlink, which carries lengths: no command, so a warning.
    is("D003", "struct taskstats", Warning, "no command's number holds its size");
    // 15. landlock's attribute has its size as an argument of the system call: a warning.
    is("D003", "struct landlock_ruleset_attr", Warning, "no command's number holds its size");
}

#[test]
fn members_that_changed() {
    if !kernels::wanted() {
        return;
    }
    // 16. snd_pcm_info lost `sync` to padding of the same size: its offsets stay, the name is gone,
    //     and what programs read there is always zero now.
    is("D004", "struct snd_pcm_info", Error, "its bytes are reserved");
    // 17. usb/video.h mended the spelling of bmInterfaceFlags: same bytes, another name.
    is("D004", "struct uvc_format_mjpeg", Warning, "`bmInterlaceFlags` has its place");
    // 18. acrn's uuid was a structure and is the bytes that it consisted of.
    is("D004", "struct acrn_vm_creation", Warning, "`guid_t`");
    // 19. kvm_vcpu_pv_apf_data ended in `enabled`, which the guest's side alone used; it was moved
    //     out of the structure, which a host of the old header would have read behind its end.
    is("D004", "struct kvm_vcpu_pv_apf_data", Error, "`enabled`");
    // 20. ublk_params has a new part on 64-bit ABIs where the compiler padded: old programs state
    //     a length, which is why nothing broke; the header alone does not show that.
    is("D004", "struct ublk_params", Warning, "where there was padding");
    // 21. emu10k1's control values were unsigned and are signed, as its documentation always said.
    is("D005", "struct snd_emu10k1_fx8010_control_gpr", Warning, "`int`");
    // 22. A MIB counter got another number: /proc names it, so programs that use the enumerator
    //     as an index read another counter.
    is("D006", "IPSTATS_MIB_OUTPKTS", Error, "was 5 and is 37");
    // 23. sed-opal's `__align` gave a byte to key_type: reserved bytes, used.
    is("D007", "struct opal_key", Info, "`key_type`");
    is_not("struct opal_key");
}

#[test]
fn reserved_bytes_and_flexible_arrays() {
    if !kernels::wanted() {
        return;
    }
    // 24. V4L2's streams took a word of what drivers had checked to be zero.
    is("D007", "struct v4l2_subdev_crop", Info, "`stream`");
    // 25. PTP's phase adjustment was put into `rsv`, which the kernel had always returned as zero.
    is("D007", "struct ptp_clock_caps", Info, "`max_phase_adj`");
    // 26. An unnamed bit-field of 32 bits that held the place got a name in bpf_map_info.
    is("D007", "struct bpf_map_info", Info, "an unnamed bit-field");
    // 27. ethtool_rxnfc's rule_locs[0] is rule_locs[]: the same layout.
    is("D008", "struct ethtool_rxnfc", Info, "was an array of 0");
    let rxnfc = found("D008", "struct ethtool_rxnfc");
    assert!(rxnfc[0].breaks.is_empty(), "{rxnfc:#?}");
    // 28. vmmdev_hgcm_pagelist's pages[1] is pages[]: sizeof lost an element.
    is("D008", "struct vmmdev_hgcm_pagelist", Info, "was an array of 1");
    let pages = found("D008", "struct vmmdev_hgcm_pagelist");
    assert_eq!(pages[0].breaks, [Breaks::Source]);
}

#[test]
fn what_only_some_abis_have() {
    if !kernels::wanted() {
        return;
    }
    // 29. xdp_umem_reg got a member in what is padding on x86_64, and is larger on i386: 6.8 broke
    //     32-bit programs, and 6.11 had to add a flag for the same reason on all.
    is("D010", "struct xdp_umem_reg", Error, "what it was");
    is("D004", "struct xdp_umem_reg", Warning, "where there was padding");
    // 30. kvm_sev_cmd's implicit padding was written down (6.9), which keeps x86_64 and changes
    //     what i386 has.
    is("D010", "struct kvm_sev_cmd", Error, "on i386");
}

#[test]
fn nothing_that_did_not_change_is_told() {
    if !kernels::wanted() {
        return;
    }
    // Headers that are the same byte for byte but for what they include, and did not change.
    for name in
        ["VIDIOC_QUERYCAP", "FS_IOC_FIEMAP", "struct fiemap", "struct input_event", "EVIOCGID"]
    {
        is_not(name);
    }
    // Nearly all findings say that something is gone or has another value or size, which gcc confirms
    // (`gcc.rs`). Of the others these are few: what could not be compared, though both versions have it.
    let not_compared = kernels::findings().iter().filter(|finding| finding.rule.code == "D011");
    let not_compared: Vec<&str> = not_compared.map(|finding| finding.message.as_str()).collect();
    assert!(not_compared.len() < 60, "{not_compared:#?}");
}
