//! A pseudo-terminal: `/dev/ptmx` answers for its own commands, and returns the other end as a
//! terminal. Terminals' numbers are as old as each architecture.

mod skip;

use ioctlkit::{Errno, Ioctl, IoctlData};
use skip::unless_here;

/// Rows and columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IoctlData)]
#[repr(C)]
#[ioctl(c = "struct winsize")]
pub struct WindowSize {
    #[allow(missing_docs)]
    pub ws_row: u16,
    #[allow(missing_docs)]
    pub ws_col: u16,
    /// In pixels, where anybody says.
    pub ws_xpixel: u16,
    /// In pixels, where anybody says.
    pub ws_ypixel: u16,
}

/// The end of a pseudo-terminal that a program such as `sshd` holds.
#[derive(Ioctl)]
#[ioctl(device = Ptmx, unsafe(path = "/dev/ptmx"))]
pub enum PtmxIoctl {
    /// The other end's number below `/dev/pts`.
    #[ioctl(
        number(
            0x8004_5430,
            "alpha" = 0x4004_5430, "mips" = 0x4004_5430, "powerpc" = 0x4004_5430,
            "parisc" = 0x4004_5430, "sparc" = 0x4004_7486
        ),
        read,
        c = "TIOCGPTN"
    )]
    PeerNumber(u32),
    /// Whether nobody can open the other end, which is so to begin with.
    #[ioctl(
        number(
            0x4004_5431,
            "alpha" = 0x8004_5431, "mips" = 0x8004_5431, "powerpc" = 0x8004_5431,
            "parisc" = 0x8004_5431, "sparc" = 0x8004_7487
        ),
        write,
        c = "TIOCSPTLCK"
    )]
    SetLocked(i32),
    /// Opens the other end with these flags of `open`, whatever `/dev/pts` is.
    #[ioctl(
        number(
            0x5441,
            "alpha" = 0x2000_5441, "mips" = 0x2000_5441, "powerpc" = 0x2000_5441,
            "sparc" = 0x2000_7489
        ),
        value,
        returns = Terminal,
        c = "TIOCGPTPEER"
    )]
    OpenPeer(u32),
}

/// A terminal.
#[derive(Ioctl)]
#[ioctl(device = Terminal, unsafe(verify = is_terminal))]
pub enum TerminalIoctl {
    /// Rows and columns.
    #[ioctl(
        number(
            0x5413,
            "alpha" = 0x4008_7468, "mips" = 0x4008_7468, "powerpc" = 0x4008_7468,
            "sparc" = 0x4008_7468, "sh" = 0x8008_7468, "xtensa" = 0x8008_7468
        ),
        read,
        c = "TIOCGWINSZ"
    )]
    WindowSize(WindowSize),
    /// Changes them, and tells the programs that run there.
    #[ioctl(
        number(
            0x5414,
            "alpha" = 0x8008_7467, "mips" = 0x8008_7467, "powerpc" = 0x8008_7467,
            "sparc" = 0x8008_7467, "sh" = 0x4008_7467, "xtensa" = 0x4008_7467
        ),
        write,
        c = "TIOCSWINSZ"
    )]
    SetWindowSize(WindowSize),
}

fn is_terminal(fd: rustix::fd::BorrowedFd<'_>) -> Result<(), Errno> {
    if rustix::termios::isatty(fd) { Ok(()) } else { Err(Errno::NOTTY) }
}

fn main() -> Result<(), Errno> {
    let ptmx = unless_here("/dev/ptmx", Ptmx::open())?;
    println!("a new terminal: /dev/pts/{}", unless_here("TIOCGPTN", ptmx.peer_number())?);
    ptmx.set_locked(&0)?;

    let flags = rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY | rustix::fs::OFlags::CLOEXEC;
    let terminal = unless_here("TIOCGPTPEER", ptmx.open_peer(flags.bits()))?;
    let size = WindowSize { ws_row: 25, ws_col: 80, ..terminal.window_size()? };
    terminal.set_window_size(&size)?;
    assert_eq!(terminal.window_size()?, size);
    println!("it has {} rows of {} columns", size.ws_row, size.ws_col);

    // Standard output may be one, too.
    match Terminal::from_fd(std::io::stdout()) {
        Ok(terminal) => println!("standard output: {:?}", terminal.window_size()?),
        Err(error) => println!("standard output is no terminal: {error}"),
    }
    Ok(())
}
