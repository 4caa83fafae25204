//! What a call asks to change, and the change.

use std::ffi::OsString;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, FileType, Mode, OFlags, ResolveFlags, Timespec, Timestamps, chmodat, fstat,
    ftruncate, openat, openat2, readlinkat, utimensat,
};
use rustix::io::Errno;

use super::mediated::Process;

/// The longest path that the kernel takes, in bytes, with the zero at its end.
const PATH_MAX: usize = 4096;

/// A file, as the caller names it.
#[derive(Debug, PartialEq, Eq)]
enum Named {
    /// By a descriptor.
    Open(i32),
    /// By a path, relative to a descriptor's folder or to [`libc::AT_FDCWD`].
    Path { folder: i32, path: PathBuf, link: Link },
}

/// Whether a link at the end of a path stands for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    Followed,
    Itself,
}

#[derive(Debug, PartialEq, Eq)]
enum Change {
    Mode(u32),
    Times([(i64, i64); 2]),
    /// `u32::MAX` leaves it as it is.
    Owner(u32, u32),
    Length(u64),
}

/// A call.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    named: Named,
    change: Change,
}

impl Request {
    /// What a call with these arguments asks for.
    pub(super) fn of(call: i64, arguments: &[u64; 6], process: &Process) -> Result<Self, Errno> {
        let [first, second, third, fourth, fifth, _] = *arguments;
        let here = libc::AT_FDCWD;
        let path = |folder: i32, address: u64, flags: i32| named(process, folder, address, flags);
        let (named, change) = match call {
            libc::SYS_fchmod => (Named::Open(int(first)), Change::Mode(word(second))),
            libc::SYS_fchmodat => (path(int(first), second, 0)?, Change::Mode(word(third))),
            libc::SYS_fchown => (Named::Open(int(first)), Change::Owner(word(second), word(third))),
            libc::SYS_fchownat => {
                let owner = Change::Owner(word(third), word(fourth));
                (path(int(first), second, int(fifth))?, owner)
            }
            libc::SYS_truncate => (path(here, first, 0)?, Change::Length(second)),
            libc::SYS_utimensat => {
                let named = match second {
                    0 => Named::Open(int(first)),
                    address => path(int(first), address, int(fourth))?,
                };
                (named, Change::Times(times(process, third)?))
            }
            #[cfg(target_arch = "x86_64")]
            libc::SYS_chmod => (path(here, first, 0)?, Change::Mode(word(second))),
            #[cfg(target_arch = "x86_64")]
            libc::SYS_chown => (path(here, first, 0)?, Change::Owner(word(second), word(third))),
            #[cfg(target_arch = "x86_64")]
            libc::SYS_lchown => {
                let named = path(here, first, libc::AT_SYMLINK_NOFOLLOW)?;
                (named, Change::Owner(word(second), word(third)))
            }
            _ => return Err(Errno::NOSYS),
        };
        Ok(Self { named, change })
    }

    /// Makes the change, if the file lies below one of these folders.
    pub(super) fn done(
        &self,
        process: &Process,
        writable: &[PathBuf],
        still_waits: &dyn Fn() -> bool,
    ) -> Result<(), Errno> {
        let file = self.named.opened(process)?;
        // The file's own path, whatever links led to it. Confined processes cannot move or hard-link
        // a file from elsewhere into these folders.
        let place = readlinkat(CWD, own(&file), Vec::new())?;
        let place = PathBuf::from(OsString::from_vec(place.into_bytes()));
        let is_writable = writable.iter().any(|folder| place.starts_with(folder));
        // If the caller has been killed, its number may belong to another process by now.
        if !is_writable || !still_waits() {
            return Err(Errno::PERM);
        }
        self.change.make(&file)
    }
}

impl Named {
    /// Opens the file, without reading it.
    fn opened(&self, process: &Process) -> Result<OwnedFd, Errno> {
        let flags = OFlags::PATH | OFlags::CLOEXEC;
        let at = |folder: i32| match folder {
            libc::AT_FDCWD => process.own("cwd"),
            number => process.own(&format!("fd/{number}")),
        };
        let open = |path: String| openat(CWD, path, flags, Mode::empty());
        match self {
            Self::Open(number) => open(at(*number)).map_err(|_| Errno::BADF),
            Self::Path { folder, path, link } => {
                let folder = if path.is_absolute() {
                    // The kernel ignores the descriptor then, which may be anything.
                    open("/".to_owned())?
                } else {
                    open(at(*folder)).map_err(|_| Errno::BADF)?
                };
                let flags = match link {
                    Link::Followed => flags,
                    Link::Itself => flags | OFlags::NOFOLLOW,
                };
                // A link of `/proc`, such as `/proc/self/fd/3`, would lead to a file of this process.
                openat2(folder, path, flags, Mode::empty(), ResolveFlags::NO_MAGICLINKS)
            }
        }
    }
}

impl Change {
    fn make(&self, file: &OwnedFd) -> Result<(), Errno> {
        let known = fstat(file)?;
        let kind = FileType::from_raw_mode(known.st_mode);
        match *self {
            Self::Mode(_) if kind == FileType::Symlink => Err(Errno::OPNOTSUPP),
            // Set-user-ID and set-group-ID: whoever runs the file would get its owner's rights.
            Self::Mode(mode) if mode & 0o6000 != 0 => Err(Errno::PERM),
            Self::Mode(mode) => {
                // A folder that its owner cannot enter could not be removed.
                let least = if kind == FileType::Directory { 0o700 } else { 0 };
                let mode = Mode::from_raw_mode(mode & 0o1777 | least);
                chmodat(CWD, own(file), mode, AtFlags::empty())
            }
            Self::Times([access, modification]) => {
                let time = |(tv_sec, tv_nsec)| Timespec { tv_sec, tv_nsec };
                let times =
                    Timestamps { last_access: time(access), last_modification: time(modification) };
                utimensat(file.as_fd(), "", &times, AtFlags::EMPTY_PATH)
            }
            // `cp -p` sets the owner that a file already has.
            Self::Owner(user, group) => {
                let stays = |asked: u32, is: u32| asked == u32::MAX || asked == is;
                let all_stay = stays(user, known.st_uid) && stays(group, known.st_gid);
                if all_stay { Ok(()) } else { Err(Errno::PERM) }
            }
            Self::Length(length) => {
                if kind != FileType::RegularFile {
                    return Err(Errno::INVAL);
                }
                let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
                ftruncate(openat(CWD, own(file), flags, Mode::empty())?, length)
            }
        }
    }
}

/// The path of a file that this process has open.
fn own(file: &OwnedFd) -> String {
    format!("/proc/self/fd/{}", file.as_raw_fd())
}

fn named(process: &Process, folder: i32, address: u64, flags: i32) -> Result<Named, Errno> {
    let bytes = process.memory(address, PATH_MAX)?;
    let end = bytes.iter().position(|byte| *byte == 0);
    let end = end.ok_or(if bytes.len() == PATH_MAX { Errno::NAMETOOLONG } else { Errno::FAULT })?;
    let path = PathBuf::from(OsString::from_vec(bytes[..end].to_vec()));
    if path == Path::new("") {
        let is_open = flags & libc::AT_EMPTY_PATH != 0;
        return if is_open { Ok(Named::Open(folder)) } else { Err(Errno::NOENT) };
    }
    if flags & libc::AT_SYMLINK_NOFOLLOW != 0 {
        return Ok(Named::Path { folder, path, link: Link::Itself });
    }
    Ok(match open_file(&path) {
        Some(number) => Named::Open(number),
        None => Named::Path { folder, path, link: Link::Followed },
    })
}

/// The caller's descriptor that a path names, if it is of that kind: C libraries change modes by such paths.
fn open_file(path: &Path) -> Option<i32> {
    let path = path.to_str()?;
    let folders = ["/proc/self/fd/", "/proc/thread-self/fd/", "/dev/fd/"];
    let number = folders.iter().find_map(|folder| path.strip_prefix(folder))?;
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { number.parse().ok() } else { None }
}

/// Times of access and modification, in seconds and nanoseconds, at an address; the current time if it is null.
fn times(process: &Process, address: u64) -> Result<[(i64, i64); 2], Errno> {
    if address == 0 {
        return Ok([(0, libc::UTIME_NOW); 2]);
    }
    let bytes = process.memory(address, 32)?;
    let mut numbers = bytes.chunks_exact(8).map(|word| word.try_into().map(i64::from_ne_bytes));
    let mut next = || numbers.next().and_then(Result::ok).ok_or(Errno::FAULT);
    Ok([(next()?, next()?), (next()?, next()?)])
}

/// The lower half of an argument. The kernel ignores the rest.
fn word(argument: u64) -> u32 {
    argument as u32
}

fn int(argument: u64) -> i32 {
    word(argument).cast_signed()
}
