//! `EVIOC*`: families of commands. `EVIOCGNAME(len)` is another number for every length,
//! `EVIOCGABS(abs)` for every axis, and `EVIOCGBIT(ev, len)` for both.

mod skip;

use ioctlkit::{Errno, Ioctl, IoctlData};
use skip::unless_here;

/// What a device is.
#[derive(Debug, Clone, Copy, IoctlData)]
#[repr(C)]
pub struct InputId {
    /// `BUS_*`.
    pub bustype: u16,
    /// By the bus.
    pub vendor: u16,
    /// By the vendor.
    pub product: u16,
    /// By the vendor.
    pub version: u16,
}

/// Where an axis stands, and where it can.
#[derive(Debug, Clone, Copy, IoctlData)]
#[repr(C)]
#[ioctl(c = "struct input_absinfo")]
pub struct AxisInfo {
    /// Now.
    pub value: i32,
    /// At the least.
    pub minimum: i32,
    /// At the most.
    pub maximum: i32,
    /// Changes that are noise.
    pub fuzz: i32,
    /// Around the middle, what counts as the middle.
    pub flat: i32,
    /// Units per millimetre, or per radian.
    pub resolution: i32,
}

/// A keyboard, a mouse, and whatever else there is.
#[derive(Ioctl)]
#[ioctl(type = b'E', device = Input)]
pub enum InputIoctl {
    /// The driver's version.
    #[ioctl(nr = 0x01, read, c = "EVIOCGVERSION")]
    Version(i32),
    /// What the device is.
    #[ioctl(nr = 0x02, read, c = "EVIOCGID")]
    Id(InputId),
    /// Its name. Returns how many bytes that is, with the zero behind it.
    #[ioctl(nr = 0x06, read, buffer = u8, returns = usize, c = "EVIOCGNAME")]
    Name,
    /// Which codes of an event type it sends, a bit each; of type 0, which types. Returns the
    /// bytes that were filled.
    #[ioctl(nr = 0x20..=0x3f, read, buffer = u8, returns = usize, c = "EVIOCGBIT")]
    Bits,
    /// An axis.
    #[ioctl(nr = 0x40..=0x7f, read, c = "EVIOCGABS")]
    Axis(AxisInfo),
}

/// Absolute axes, as an event type.
const EV_ABS: u8 = 0x03;

fn show(path: &str) -> Result<(), Errno> {
    use rustix::fs::{Mode, OFlags};
    let file = rustix::fs::open(path, OFlags::RDONLY, Mode::empty()).map_err(Errno::from);
    // SAFETY: devices of that name know these commands.
    let input = unsafe { Input::new(unless_here(path, file)?) };

    let mut name = [0; 256];
    let length = input.name(&mut name)?;
    let name = String::from_utf8_lossy(&name[..length.saturating_sub(1)]);
    println!("{path}: {name}, version {:#x}, {:x?}", input.version()?, input.id()?);

    let mut axes = [0; 8];
    let filled = input.bits(EV_ABS, &mut axes)?;
    for axis in (0..64).filter(|axis| axes[..filled][axis / 8] >> (axis % 8) & 1 == 1) {
        let AxisInfo { minimum, maximum, .. } = input.axis(axis as u8)?;
        println!("  axis {axis} from {minimum} to {maximum}");
    }
    Ok(())
}

fn main() -> Result<(), Errno> {
    let devices = std::fs::read_dir("/dev/input").into_iter().flatten().flatten();
    let mut devices: Vec<_> = devices
        .map(|entry| entry.path().display().to_string())
        .filter(|path| path.starts_with("/dev/input/event"))
        .collect();
    devices.sort();
    if devices.is_empty() {
        devices.push("/dev/input/event0".to_owned());
    }
    devices.iter().try_for_each(|path| show(path))
}
