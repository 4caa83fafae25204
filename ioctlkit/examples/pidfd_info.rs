//! `PIDFD_GET_INFO`: an argument that has grown from kernel to kernel. Its size is in the command's
//! number; a kernel fills what it knows of it, and leaves the rest as it was sent: zero.

mod skip;

use ioctlkit::{Errno, Ioctl, IoctlData};
use rustix::fd::{BorrowedFd, OwnedFd};
use rustix::process::{PidfdFlags, getpid, pidfd_open};
use skip::unless_here;

/// The process's numbers are wanted, or given.
pub const PIDFD_INFO_PID: u64 = 1 << 0;
/// The users and groups.
pub const PIDFD_INFO_CREDS: u64 = 1 << 1;
/// The control group.
pub const PIDFD_INFO_CGROUPID: u64 = 1 << 2;
/// How the process ended.
pub const PIDFD_INFO_EXIT: u64 = 1 << 3;

/// What there is to know about a process.
#[derive(Debug, Clone, Copy, IoctlData)]
#[repr(C)]
pub struct PidfdInfo {
    /// `PIDFD_INFO_*`: what is asked for and, behind the call, what is there.
    pub mask: u64,
    /// The control group.
    pub cgroupid: u64,
    /// The thread.
    pub pid: u32,
    /// The process.
    pub tgid: u32,
    /// Its parent.
    pub ppid: u32,
    /// The real user.
    pub ruid: u32,
    /// The real group.
    pub rgid: u32,
    /// The effective user.
    pub euid: u32,
    /// The effective group.
    pub egid: u32,
    /// The saved user.
    pub suid: u32,
    /// The saved group.
    pub sgid: u32,
    /// The user for files.
    pub fsuid: u32,
    /// The group for files.
    pub fsgid: u32,
    /// As `waitpid` gives it.
    pub exit_code: i32,
}

/// A process.
#[derive(Ioctl)]
#[ioctl(type = 0xff, device = Process, unsafe(verify = is_pidfd), prefix = "PIDFD_")]
pub enum PidfdIoctl {
    /// The process's time namespace.
    #[ioctl(nr = 7, returns = OwnedFd)]
    GetTimeNamespace,
    /// What `mask` asks for. Since Linux 6.13.
    #[ioctl(nr = 11, read_write, extensible(min_size = 64))]
    GetInfo(PidfdInfo),
}

/// Only a pidfd has a `Pid:` in its `fdinfo`.
fn is_pidfd(fd: BorrowedFd<'_>) -> Result<(), Errno> {
    use rustix::fd::AsRawFd as _;
    let path = format!("/proc/self/fdinfo/{}", fd.as_raw_fd());
    let text = std::fs::read_to_string(path).map_err(|_| Errno::BADF)?;
    if text.lines().any(|line| line.starts_with("Pid:")) { Ok(()) } else { Err(Errno::NOTTY) }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let fd = pidfd_open(getpid(), PidfdFlags::empty()).map_err(Errno::from);
    let process = Process::from_fd(unless_here("pidfd_open", fd)?)?;

    // Members that are not set begin as zero, and those that a kernel does not know stay so.
    let mut info = PidfdInfo { mask: PIDFD_INFO_PID | PIDFD_INFO_CREDS, ..PidfdInfo::initial() };
    unless_here("PIDFD_GET_INFO", process.get_info(&mut info))?;
    assert_eq!(u64::from(info.pid), u64::from(std::process::id()));
    println!("user {} of group {} runs this", info.euid, info.egid);
    if info.mask & PIDFD_INFO_CGROUPID != 0 {
        println!("the kernel added what it had at hand: control group {}", info.cgroupid);
    }

    // The command returns a file descriptor: it closes when `namespace` goes.
    let namespace = unless_here("PIDFD_GET_TIME_NAMESPACE", process.get_time_namespace())?;
    println!("a new file descriptor for the time namespace: {namespace:?}");
    Ok(())
}
