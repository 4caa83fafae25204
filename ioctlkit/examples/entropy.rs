//! `RNDGETENTCNT`: the smallest interface there is, as one line.

mod skip;

use ioctlkit::Ioctl;
use skip::unless_here;

/// The kernel's random numbers.
#[derive(Ioctl)]
#[ioctl(type = b'R', device = Random, unsafe(path = "/dev/random"))]
pub enum RandomIoctl {
    /// How many bits of entropy there are.
    #[ioctl(nr = 0, read, c = "RNDGETENTCNT")]
    EntropyCount(i32),
}

fn main() -> Result<(), ioctlkit::Errno> {
    let random = unless_here("/dev/random", Random::open_read_only())?;
    println!("{} bits of entropy", unless_here("RNDGETENTCNT", random.entropy_count())?);
    Ok(())
}
