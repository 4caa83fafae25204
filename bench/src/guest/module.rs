//! The module's sources, which are in the program.

use std::fs;
use std::path::Path;

use crate::Error;

macro_rules! sources {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_str!(concat!("../../module/", $path)))),*]
    };
}

/// Every file that is needed to build it, below its folder.
const SOURCES: [(&str, &str); 8] = sources![
    "Kbuild",
    "gen/ioctl_bench_abi.c",
    "gen/ioctl_bench_bench.c",
    "gen/ioctl_bench_bench.h",
    "gen/ioctl_bench_ioctl.c",
    "gen/ioctl_bench_ioctl.h",
    "include/uapi/linux/ioctl_bench.h",
    "ioctl_bench_main.c",
];

/// Writes them into a folder.
///
/// # Errors
/// [`Error::Call`] with what the file system says.
pub(super) fn write(folder: &Path) -> Result<(), Error> {
    for (path, text) in SOURCES {
        let path = folder.join(path);
        let wrong = || Error::call(format!("writing {}", path.display()));
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(wrong())?;
        }
        fs::write(&path, text).map_err(wrong())?;
    }
    Ok(())
}
