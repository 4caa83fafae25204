//! Numbers and layouts against those of the `libc` crate, which has them from the kernel's headers.

#![allow(missing_docs)]

use core::mem::offset_of;

use ioctlkit::{Interface, Ioctl, IoctlData, Request};

#[derive(Clone, Copy, IoctlData)]
#[repr(C)]
#[ioctl(c = "struct ptp_clock_caps")]
pub struct PtpClockCaps {
    pub max_adj: i32,
    pub n_alarm: i32,
    pub n_ext_ts: i32,
    pub n_per_out: i32,
    pub pps: i32,
    pub n_pins: i32,
    pub cross_timestamping: i32,
    pub adjust_phase: i32,
    pub max_phase_adj: i32,
    #[ioctl(reserved)]
    pub rsv: [i32; 11],
}

#[derive(Clone, Copy, IoctlData)]
#[repr(C)]
#[ioctl(c = "struct ptp_pin_desc")]
pub struct PtpPinDesc {
    pub name: [u8; 64],
    pub index: u32,
    pub func: u32,
    pub chan: u32,
    #[ioctl(reserved)]
    pub rsv: [u32; 5],
}

#[derive(Ioctl)]
#[ioctl(type = b'=', prefix = "PTP_")]
pub enum PtpIoctl {
    #[ioctl(nr = 1, read)]
    ClockGetcaps(PtpClockCaps),
    #[ioctl(nr = 4, write, value)]
    EnablePps(i32),
    #[ioctl(nr = 6, read_write)]
    PinGetfunc(PtpPinDesc),
    #[ioctl(nr = 7, write)]
    PinSetfunc(PtpPinDesc),
    #[ioctl(nr = 10, read, c = "PTP_CLOCK_GETCAPS2")]
    ClockGetcapsAgain(PtpClockCaps),
}

#[derive(Clone, Copy, IoctlData)]
#[repr(C)]
pub struct EpollParams {
    pub busy_poll_usecs: u32,
    pub busy_poll_budget: u16,
    pub prefer_busy_poll: u8,
    #[ioctl(reserved)]
    pub pad: u8,
}

#[derive(Ioctl)]
#[ioctl(type = 0x8a, prefix = "EP")]
pub enum EpollIoctl {
    #[ioctl(nr = 1, write)]
    Iocsparams(EpollParams),
    #[ioctl(nr = 2, read)]
    Iocgparams(EpollParams),
}

#[derive(Clone, Copy, IoctlData)]
#[repr(C)]
pub struct SeccompData {
    pub nr: i32,
    pub arch: u32,
    pub instruction_pointer: u64,
    pub args: [u64; 6],
}

#[derive(Clone, Copy, IoctlData)]
#[repr(C)]
pub struct SeccompNotif {
    pub id: u64,
    pub pid: u32,
    pub flags: u32,
    pub data: SeccompData,
}

/// One command of another interface, on its argument.
#[derive(Clone, Copy, Ioctl)]
#[repr(C)]
#[ioctl(type = b'!', nr = 3, write, c = "SECCOMP_IOCTL_NOTIF_ADDFD")]
pub struct SeccompNotifAddfd {
    pub id: u64,
    pub flags: u32,
    pub srcfd: u32,
    pub newfd: u32,
    pub newfd_flags: u32,
}

#[derive(Ioctl)]
#[ioctl(type = b'!', prefix = "SECCOMP_IOCTL_NOTIF_")]
pub enum SeccompIoctl {
    #[ioctl(nr = 0, read_write)]
    Recv(SeccompNotif),
    #[ioctl(nr = 2, write)]
    IdValid(u64),
}

/// A program of the packet filter: 10 bytes on no machine, and 16 on those of 64 bits.
#[derive(Clone, Copy, IoctlData)]
#[repr(C)]
#[ioctl(not_portable)]
pub struct SockFprog {
    pub len: u16,
    pub filter: *mut u8,
}

#[derive(Ioctl)]
#[ioctl(type = b'T', prefix = "TUN")]
pub enum TunIoctl {
    #[ioctl(nr = 202, write, encoded = i32)]
    Setiff([u8; 40]),
    #[ioctl(nr = 207, read)]
    Getfeatures(u32),
    #[ioctl(nr = 213, write)]
    Attachfilter(SockFprog),
}

#[derive(Ioctl)]
#[ioctl(type = 0xb7, prefix = "NS_GET_")]
pub enum NamespaceIoctl {
    #[ioctl(nr = 1)]
    Userns,
    #[ioctl(nr = 5, read)]
    MntnsId(u64),
    #[ioctl(nr = 6, read, value, returns = i32)]
    PidFromPidns(i32),
}

#[derive(Ioctl)]
pub enum FileIoctl {
    // `asm-generic/ioctls.h`, and `asm/ioctls.h` of two that have their own.
    #[ioctl(number(0x541b, "mips" = 0x467f, "powerpc" = 0x4004_667f), read)]
    Fionread(i32),
}

#[test]
fn numbers_are_those_of_libc() {
    for (derived, of_libc) in [
        (PtpIoctl::CLOCK_GETCAPS, libc::PTP_CLOCK_GETCAPS),
        (PtpIoctl::ENABLE_PPS, libc::PTP_ENABLE_PPS),
        (PtpIoctl::PIN_GETFUNC, libc::PTP_PIN_GETFUNC),
        (PtpIoctl::PIN_SETFUNC, libc::PTP_PIN_SETFUNC),
        (PtpIoctl::CLOCK_GETCAPS_AGAIN, libc::PTP_CLOCK_GETCAPS2),
        (EpollIoctl::IOCSPARAMS, libc::EPIOCSPARAMS),
        (EpollIoctl::IOCGPARAMS, libc::EPIOCGPARAMS),
        (SeccompIoctl::RECV, libc::SECCOMP_IOCTL_NOTIF_RECV),
        (SeccompIoctl::ID_VALID, libc::SECCOMP_IOCTL_NOTIF_ID_VALID),
        (SeccompNotifAddfd::REQUEST, libc::SECCOMP_IOCTL_NOTIF_ADDFD),
        (TunIoctl::SETIFF, libc::TUNSETIFF),
        (TunIoctl::GETFEATURES, libc::TUNGETFEATURES),
        (TunIoctl::ATTACHFILTER, libc::TUNATTACHFILTER),
        (NamespaceIoctl::USERNS, libc::NS_GET_USERNS),
        (NamespaceIoctl::MNTNS_ID, libc::NS_GET_MNTNS_ID),
        (NamespaceIoctl::PID_FROM_PIDNS, libc::NS_GET_PID_FROM_PIDNS),
        (FileIoctl::FIONREAD, libc::FIONREAD),
    ] {
        // C libraries differ in the type of a request, and so in its sign.
        assert_eq!(derived, of_libc as Request, "{derived:#x} {of_libc:#x}");
    }
}

/// Sizes and offsets of members of the same name.
macro_rules! same_layout {
    ($($ours:ident = $theirs:ident { $($member:ident),+ };)+) => {
        $(
            assert_eq!(size_of::<$ours>(), size_of::<libc::$theirs>(), stringify!($ours));
            $(
                assert_eq!(
                    offset_of!($ours, $member),
                    offset_of!(libc::$theirs, $member),
                    stringify!($ours.$member),
                );
            )+
        )+
    };
}

#[test]
fn layouts_are_those_of_libc() {
    same_layout! {
        PtpClockCaps = ptp_clock_caps { max_adj, n_alarm, pps, cross_timestamping, max_phase_adj };
        PtpPinDesc = ptp_pin_desc { name, index, func, chan };
        EpollParams = epoll_params { busy_poll_usecs, busy_poll_budget, prefer_busy_poll };
        SeccompData = seccomp_data { nr, arch, instruction_pointer, args };
        SeccompNotif = seccomp_notif { id, pid, flags, data };
        SeccompNotifAddfd = seccomp_notif_addfd { id, flags, srcfd, newfd, newfd_flags };
        SockFprog = sock_fprog { len, filter };
    }
}

#[test]
fn every_command_is_found_by_its_number_on_every_abi() {
    let interfaces = [PtpIoctl::DESCRIPTION, EpollIoctl::DESCRIPTION, TunIoctl::DESCRIPTION];
    for abi in &ioctlkit::abi::ABIS {
        for interface in &interfaces {
            for command in interface.commands {
                let number = command.number(abi).unwrap();
                let found = interface.command(abi, number).unwrap();
                assert_eq!(found.c_name, command.c_name, "{number:#x} on {}", abi.name);
            }
        }
    }
}
