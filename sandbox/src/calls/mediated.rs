//! Calls that change a file's mode, times, owner or length. Landlock does not control most of them, and a
//! filter sees only the addresses of paths. So the kernel suspends the caller (`SECCOMP_RET_USER_NOTIF`),
//! and a thread that is not confined makes the change for it, if the file is in a writable folder.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd as _, OwnedFd};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use seccompiler::{BpfProgram, SeccompAction};

use super::changes::Request;

/// The calls.
pub(super) const CALLS: &[i64] = &[
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_truncate,
    libc::SYS_utimensat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chmod,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chown,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_lchown,
];

/// `SECCOMP_RET_USER_NOTIF` (`linux/seccomp.h`), which has the kernel ask the listener. seccompiler cannot
/// express it, so filters are compiled with the stand-in, which is then replaced.
const ASK: u32 = 0x7fc0_0000;
const STAND_IN: u32 = 0x7ff0_0000;

/// `BPF_RET | BPF_K`: the instruction that returns a verdict.
const RETURN: u16 = 0x06;

/// Starts the thread that makes changes for confined processes, and hands it the listener.
pub(super) struct Mediator {
    to: SyncSender<OwnedFd>,
    filter: BpfProgram,
}

impl Mediator {
    /// Starts the thread, which ends with the last confined process.
    pub(super) fn start(writable: &[PathBuf]) -> Result<Self, String> {
        let rules = CALLS.iter().map(|call| (*call, Vec::new())).collect();
        let mut filter = super::filter(rules, SeccompAction::Trace(0), SeccompAction::Allow)?;
        for instruction in &mut filter {
            if instruction.code == RETURN && instruction.k == STAND_IN {
                instruction.k = ASK;
            }
        }
        let real = writable.iter().filter_map(|path| path.canonicalize().ok());
        let writable: Vec<PathBuf> = real.collect();
        let (to, from) = sync_channel(1);
        let mediator = thread::Builder::new().name("ioctlkit-mediator".into());
        let started = mediator.spawn(move || mediate(&from, &writable));
        started.map_err(|error| error.to_string())?;
        Ok(Self { to, filter })
    }

    /// Passes these calls of this thread, and of all it starts, to the mediator from now on.
    ///
    /// # Errors
    /// `EBUSY` if a filter of this process already has a listener: the kernel allows only one.
    pub(super) fn listen(self) -> io::Result<()> {
        let program = libc::sock_fprog {
            len: u16::try_from(self.filter.len()).map_err(|_| io::ErrorKind::InvalidInput)?,
            filter: self.filter.as_ptr().cast_mut().cast(),
        };
        // SAFETY: the kernel copies the program, whose instructions outlive the call and have the
        // layout that the kernel gives them (`repr(C)` in seccompiler), and writes nothing.
        let listener = unsafe {
            libc::syscall(
                libc::SYS_seccomp,
                libc::SECCOMP_SET_MODE_FILTER,
                libc::SECCOMP_FILTER_FLAG_NEW_LISTENER,
                &raw const program,
            )
        };
        let listener = i32::try_from(listener).map_err(|_| io::ErrorKind::InvalidData)?;
        if listener < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the kernel has just made this descriptor for us, and nobody else knows it.
        let listener = unsafe { OwnedFd::from_raw_fd(listener) };
        // The mediator waits for this message and cannot end before it arrives.
        self.to.send(listener).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

fn mediate(from: &Receiver<OwnedFd>, writable: &[PathBuf]) {
    // No listener comes if the filters could not be put in place.
    let Ok(listener) = from.recv() else { return };
    loop {
        let mut ready = [PollFd::new(&listener, PollFlags::IN)];
        match poll(&mut ready, None) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => return,
        }
        if ready[0].revents().contains(PollFlags::IN) {
            answer(&listener, writable);
        } else if ready[0].revents().intersects(PollFlags::HUP | PollFlags::ERR) {
            return;
        }
    }
}

/// Answers one suspended call. A caller that has been killed needs no answer.
fn answer(listener: &OwnedFd, writable: &[PathBuf]) {
    // SAFETY: numbers alone, for which zero is a value. The kernel asks for zeroes.
    let mut asked: libc::seccomp_notif = unsafe { std::mem::zeroed() };
    // SAFETY: the structure is the request's own, and the kernel writes no more than its size, which
    // is part of the request's number.
    let received = unsafe {
        libc::ioctl(listener.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_RECV, &raw mut asked)
    };
    if received != 0 {
        return;
    }
    let still_waits = || {
        // SAFETY: the kernel reads the number, and writes nothing.
        let valid = unsafe {
            libc::ioctl(
                listener.as_raw_fd(),
                libc::SECCOMP_IOCTL_NOTIF_ID_VALID,
                &raw const asked.id,
            )
        };
        valid == 0
    };
    let process = Process { thread: asked.pid };
    let request = Request::of(i64::from(asked.data.nr), &asked.data.args, &process);
    let done = request.and_then(|request| request.done(&process, writable, &still_waits));
    let mut told = libc::seccomp_notif_resp {
        id: asked.id,
        val: 0,
        error: done.err().map_or(0, |error| -error.raw_os_error()),
        flags: 0,
    };
    // SAFETY: the structure is the request's own, and the kernel writes no more than its size.
    let _ =
        unsafe { libc::ioctl(listener.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_SEND, &raw mut told) };
}

/// The process that made a call.
pub(super) struct Process {
    thread: u32,
}

impl Process {
    /// The path of an entry of its folder in `/proc`, such as `cwd`.
    pub(super) fn own(&self, name: &str) -> String {
        format!("/proc/{}/{name}", self.thread)
    }

    /// Up to `length` bytes of its memory at an address; fewer if the mapping ends before.
    pub(super) fn memory(&self, address: u64, length: usize) -> Result<Vec<u8>, Errno> {
        let memory = File::open(self.own("mem")).map_err(|_| Errno::PERM)?;
        let mut bytes = vec![0; length];
        let read = memory.read_at(&mut bytes, address).map_err(|_| Errno::FAULT)?;
        bytes.truncate(read);
        Ok(bytes)
    }
}
