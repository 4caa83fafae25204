//! `RTC_RD_TIME`: one structure, one command. The derive on the structure makes both, and adds the
//! command to a device that is declared by itself.

mod skip;

use ioctlkit::{Errno, Ioctl};
use skip::unless_here;

ioctlkit::device! {
    /// A clock that runs when the machine does not.
    pub struct Clock;
}

/// A date and a time.
#[derive(Debug, Clone, Copy, Ioctl)]
#[ioctl(type = b'p', nr = 0x09, read, on = Clock, c = "RTC_RD_TIME", c = "struct rtc_time")]
#[repr(C)]
pub struct Time {
    /// 0 to 59.
    pub tm_sec: i32,
    /// 0 to 59.
    pub tm_min: i32,
    /// 0 to 23.
    pub tm_hour: i32,
    /// 1 to 31.
    pub tm_mday: i32,
    /// 0 to 11.
    pub tm_mon: i32,
    /// Since 1900.
    pub tm_year: i32,
    /// Unused.
    pub tm_wday: i32,
    /// Unused.
    pub tm_yday: i32,
    /// Unused.
    pub tm_isdst: i32,
}

fn main() -> Result<(), Errno> {
    use rustix::fs::{Mode, OFlags};
    let file = rustix::fs::open("/dev/rtc0", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty());
    // SAFETY: devices of that name are clocks.
    let clock = unsafe { Clock::new(unless_here("/dev/rtc0", file.map_err(Errno::from))?) };

    let now: Time = unless_here("RTC_RD_TIME", clock.time())?;
    println!("{}-{:02}-{:02}", now.tm_year + 1900, now.tm_mon + 1, now.tm_mday);
    println!(
        "{:02}:{:02}:{:02}, as request {:#x}",
        now.tm_hour,
        now.tm_min,
        now.tm_sec,
        Time::REQUEST
    );
    Ok(())
}
