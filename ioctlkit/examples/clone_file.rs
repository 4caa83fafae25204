//! `FICLONE`: a file as an argument. It is a `BorrowedFd`, so that no safe code can name a file
//! that it does not have.

mod skip;

use std::io::{Read as _, Seek as _, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd};

use ioctlkit::Ioctl;
use skip::unless_here;

/// A file that can be written.
#[derive(Ioctl)]
#[ioctl(type = 0x94, device = Destination)]
pub enum DestinationIoctl<'a> {
    /// Makes the file's contents that of another, on file systems that share blocks.
    #[ioctl(nr = 9, write, value, c = "FICLONE")]
    CloneFrom(BorrowedFd<'a>),
}

fn scratch(name: &str) -> std::io::Result<std::fs::File> {
    let path = std::env::temp_dir().join(format!("ioctlkit-{name}-{}", std::process::id()));
    let file = std::fs::File::options().read(true).write(true).create_new(true).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut source = scratch("source")?;
    source.write_all(b"the same blocks")?;
    // SAFETY: file systems know this command as it is written above, or answer `EOPNOTSUPP`.
    let destination = unsafe { Destination::new(scratch("destination")?) };
    unless_here("FICLONE", destination.clone_from(source.as_fd()))?;

    let mut text = String::new();
    let mut file = destination.into_backend();
    file.rewind()?;
    file.read_to_string(&mut text)?;
    println!("the clone holds: {text}");
    Ok(())
}
