use vmm_sys_util::ioctl::{_IOC_READ, _IOC_WRITE, ioctl_expr};
use vmm_sys_util::{ioctl_io_nr, ioctl_ioc_nr, ioctl_ior_nr, ioctl_iow_nr, ioctl_iowr_nr};

const KVMIO: std::os::raw::c_uint = 0xAE;
const BASE: u32 = 100;

#[repr(C)]
pub struct Region {
    pub slot: u32,
    pub flags: u32,
    pub address: u64,
}

ioctl_io_nr!(CREATE, KVMIO, 0x01);
ioctl_ior_nr!(FEATURES, KVMIO, 0x02, ::std::os::raw::c_ulonglong);
ioctl_iow_nr!(SET_REGION, KVMIO, BASE + 3, Region);
ioctl_iowr_nr!(EXCHANGE, KVMIO.into(), 0x04, ::std::os::raw::c_int);
ioctl_ioc_nr!(WHOLE, _IOC_READ | _IOC_WRITE, KVMIO, 0x05, size_of::<Region>() as u32);
ioctl_ior_nr!(BITS, 0x45, 0x20 + evt, [u8; 128], evt);

pub fn expression() -> std::os::raw::c_ulong {
    ioctl_expr(_IOC_WRITE, KVMIO, 6, 8)
}
