use nix::{ioctl_none, ioctl_read, ioctl_readwrite, ioctl_write_int, ioctl_write_ptr};

const MAGIC: u8 = b'k';
const NR_BASE: u8 = 0x10;

#[repr(C)]
pub struct Transfer {
    pub address: u64,
    pub length: u32,
    pub flags: u16,
    pub reserved: [u8; 2],
}

ioctl_none!(reset, b'E', 0);
ioctl_none! {
    /// Documentation comes before the name.
    flush, MAGIC, NR_BASE + 1
}
ioctl_read!(get_version, b'E', 0x01, libc::c_int);
ioctl_read!(get_keycode, b'E', 0x04, [::libc::c_uint; 2]);
ioctl_write_ptr!(set_transfer, MAGIC, 0xff, Transfer);
ioctl_write_int!(set_mode, 'k', 3);
ioctl_readwrite!(exchange, MAGIC as u32, { 5 }, [Transfer; 3]);
nix::ioctl_read!(in_full, 0xab, 0o17, u64);
// 20000 bytes do not fit: the macro keeps the low 14 bits, and C's would spill.
ioctl_read!(oversize, b'o', 1, [u8; 20_000]);
