//! Namespaces: commands that return a new file of the same kind, and one that the header writes
//! `_IO` though it moves a number.

mod skip;

use ioctlkit::{Errno, Ioctl};
use rustix::fd::BorrowedFd;
use skip::unless_here;

/// A file below `/proc/self/ns`.
#[derive(Ioctl)]
#[ioctl(type = 0xb7, device = Namespace, unsafe(verify = is_namespace), prefix = "NS_")]
pub enum NamespaceIoctl {
    /// The user namespace that owns this one.
    #[ioctl(nr = 0x1, returns = Namespace)]
    GetUserns,
    /// The one that this is inside of; `EPERM` at the outermost that is visible from here.
    #[ioctl(nr = 0x2, returns = Namespace)]
    GetParent,
    /// `CLONE_NEW*`.
    #[ioctl(nr = 0x3, returns = u32)]
    GetNstype,
    /// The user that made it. In the header: `_IO(0xb7, 0x4)`.
    #[ioctl(nr = 0x4, read, encoded(none))]
    GetOwnerUid(u32),
}

/// Files of one file system, the kernel's nsfs, and of no other.
fn is_namespace(fd: BorrowedFd<'_>) -> Result<(), Errno> {
    const NSFS_MAGIC: rustix::fs::FsWord = 0x6e73_6673;
    if rustix::fs::fstatfs(fd)?.f_type == NSFS_MAGIC { Ok(()) } else { Err(Errno::NOTTY) }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let namespace = Namespace::from_fd(std::fs::File::open("/proc/self/ns/net")?)?;
    let kind = unless_here("NS_GET_NSTYPE", namespace.get_nstype())?;
    println!("the network's: type {kind:#x}");

    let owner: Namespace = unless_here("NS_GET_USERNS", namespace.get_userns())?;
    let uid = unless_here("NS_GET_OWNER_UID", owner.get_owner_uid())?;
    println!("its owner: type {:#x}, made by user {uid}", owner.get_nstype()?);
    match owner.get_parent() {
        Ok(parent) => println!("which is inside of {parent:?}"),
        Err(error) => println!("which is inside of none that is visible: {error}"),
    }
    Ok(())
}
