//! KVM: a command returns the file of another interface, which comes as that interface's own type.
//! A command of the one cannot be sent to the other.

mod skip;

use ioctlkit::{Errno, Ioctl, IoctlData};
use skip::unless_here;

/// The capabilities that this program asks for.
pub const KVM_CAP_NR_MEMSLOTS: u32 = 10;

/// `/dev/kvm`.
#[derive(Ioctl)]
#[ioctl(type = 0xae, device = Kvm, unsafe(path = "/dev/kvm"), prefix = "KVM_")]
pub enum KvmIoctl {
    /// 12, since 2007.
    #[ioctl(nr = 0x00, returns = u32)]
    GetApiVersion,
    /// Makes a virtual machine of that type, 0 for the usual one.
    #[ioctl(nr = 0x01, value, returns = Vm)]
    CreateVm(u32),
    /// Whether, or how much of, a capability is there.
    #[ioctl(nr = 0x03, value, returns = u32)]
    CheckExtension(u32),
    /// Bytes that each processor shares with its program.
    #[ioctl(nr = 0x04, returns = usize)]
    GetVcpuMmapSize,
}

/// A piece of this program's memory, for the machine to use.
#[derive(Debug, Clone, Copy, IoctlData)]
#[repr(C)]
pub struct KvmUserspaceMemoryRegion {
    /// Which one.
    pub slot: u32,
    /// `KVM_MEM_*`.
    #[ioctl(flags = 0x3)]
    pub flags: u32,
    /// Where the machine sees it.
    pub guest_phys_addr: u64,
    /// In bytes; 0 takes the slot away.
    pub memory_size: u64,
    /// Where it is here.
    pub userspace_addr: u64,
}

/// A virtual machine.
#[derive(Ioctl)]
#[ioctl(type = 0xae, device = Vm, prefix = "KVM_")]
pub enum VmIoctl {
    /// Makes the processor of that number.
    #[ioctl(nr = 0x41, value, returns = Vcpu)]
    CreateVcpu(u32),
    /// Gives the machine memory.
    ///
    /// # Safety
    /// The program leaves that memory to the machine for as long as it runs: no type can say so,
    /// and so the command says `unsafe`.
    #[ioctl(nr = 0x46, write, unsafe)]
    SetUserMemoryRegion(KvmUserspaceMemoryRegion),
}

/// A virtual processor.
#[derive(Ioctl)]
#[ioctl(type = 0xae, device = Vcpu, prefix = "KVM_")]
pub enum VcpuIoctl {
    /// Runs until something happens that the machine does not do itself.
    #[ioctl(nr = 0x80, retry_on_interrupt)]
    Run,
}

fn main() -> Result<(), Errno> {
    let kvm = unless_here("/dev/kvm", Kvm::open())?;
    println!("version {}", unless_here("KVM_GET_API_VERSION", kvm.get_api_version())?);
    println!("{} memory slots", kvm.check_extension(KVM_CAP_NR_MEMSLOTS)?);
    println!("{} bytes shared with each processor", kvm.get_vcpu_mmap_size()?);

    let vm: Vm = unless_here("KVM_CREATE_VM", kvm.create_vm(0))?;
    let vcpu: Vcpu = vm.create_vcpu(0)?;
    println!("a machine and its processor: {vm:?}, {vcpu:?}");
    Ok(())
}
