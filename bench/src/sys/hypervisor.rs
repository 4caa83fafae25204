//! What the kernel runs on, as the processor tells it.

/// How the name of an emulator begins.
pub const EMULATION: &str = "QEMU's emulation";

/// The hypervisor's name, `none` on hardware, `unknown` where processors do not tell.
pub fn name() -> String {
    detect()
}

#[cfg(target_arch = "x86_64")]
fn detect() -> String {
    use std::arch::x86_64::{__cpuid, CpuidResult};

    // SAFETY: every x86-64 processor has the instruction. Newer compilers call it safe themselves.
    #[allow(unused_unsafe)]
    let ask = |leaf: u32| -> CpuidResult { unsafe { __cpuid(leaf) } };
    let runs_in_a_guest = ask(1).ecx & (1 << 31) != 0;
    if !runs_in_a_guest {
        return "none".to_owned();
    }
    let leaf = ask(0x4000_0000);
    let signature: Vec<u8> =
        [leaf.ebx, leaf.ecx, leaf.edx].iter().flat_map(|word| word.to_le_bytes()).collect();
    let text = String::from_utf8_lossy(&signature);
    match text.trim_matches(['\0', ' ']) {
        "KVMKVMKVM" => "KVM".to_owned(),
        "TCGTCGTCGTCG" => format!("{EMULATION} (TCG)"),
        "VMwareVMware" => "VMware".to_owned(),
        "Microsoft Hv" => "Hyper-V".to_owned(),
        "XenVMMXenVMM" => "Xen".to_owned(),
        "VBoxVBoxVBox" => "VirtualBox".to_owned(),
        "bhyve bhyve" => "bhyve".to_owned(),
        "" => "a hypervisor without a name".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn detect() -> String {
    "unknown".to_owned()
}
