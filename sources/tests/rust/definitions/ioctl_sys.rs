use ioctl_sys::ioctl;

#[repr(C)]
pub struct Id {
    pub bus: u16,
    pub vendor: u16,
}

ioctl!(none drop_master with b'd', 0x1f);
ioctl!(read get_id with b'E', 0x02; Id);
ioctl!(write set_id with b'E', 0x03; Id);
ioctl!(readwrite exchange with b'E', 0x04; [Id; 2]);

pub fn composed() -> u32 {
    ioctl_sys::iorw!(b'E', 0x05, size_of::<Id>())
}
