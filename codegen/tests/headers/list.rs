//! Which headers are imported.

use std::path::{Path, PathBuf};

use ioctlkit_oracle::Effort;
use ioctlkit_oracle::kernel::Kernel;

/// Installed ones.
const INSTALLED: &[&str] = &[
    "asm-generic/ioctls.h",
    "linux/btrfs.h",
    "linux/cdrom.h",
    "linux/cec.h",
    "linux/counter.h",
    "linux/dm-ioctl.h",
    "linux/dma-buf.h",
    "linux/dma-heap.h",
    "linux/dvb/frontend.h",
    "linux/fb.h",
    "linux/fiemap.h",
    "linux/fs.h",
    "linux/fscrypt.h",
    "linux/fuse.h",
    "linux/gpio.h",
    "linux/hidraw.h",
    "linux/i2c-dev.h",
    "linux/i2c.h",
    "linux/if_tun.h",
    "linux/input.h",
    "linux/joystick.h",
    "linux/kvm.h",
    "linux/loop.h",
    "linux/lirc.h",
    "linux/media.h",
    "linux/nbd.h",
    "linux/nvme_ioctl.h",
    "linux/perf_event.h",
    "linux/pps.h",
    "linux/ppp-ioctl.h",
    "linux/ptp_clock.h",
    "linux/random.h",
    "linux/rtc.h",
    "linux/spi/spidev.h",
    "linux/uinput.h",
    "linux/usbdevice_fs.h",
    "linux/userfaultfd.h",
    "linux/uvcvideo.h",
    "linux/v4l2-subdev.h",
    "linux/vduse.h",
    "linux/vfio.h",
    "linux/vhost.h",
    "linux/videodev2.h",
    // A structure that only some machines have, and no other.
    "linux/vm_sockets.h",
    "linux/watchdog.h",
    "mtd/ubi-user.h",
    "mtd/mtd-abi.h",
    "sound/asequencer.h",
    "sound/asound.h",
    "sound/compress_offload.h",
];

/// Those of a kernel tree, with the `asm/` headers of every architecture.
const OF_THE_TREE: &[&str] = &["linux/iommufd.h", "linux/kvm.h", "linux/vfio.h", "linux/fwctl.h"];

/// The headers with what each is called.
pub(crate) fn headers() -> Vec<(String, PathBuf)> {
    let installed = Path::new("/usr/include");
    let mut found: Vec<(String, PathBuf)> =
        INSTALLED.iter().map(|name| ((*name).to_owned(), installed.join(name))).collect();
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../oracle");
    let kernel = Kernel::unpacked(&cache).unwrap_or_else(|error| panic!("{error}"));
    let root = kernel.root();
    let in_tree = |name: &str| root.join("include/uapi").join(name);
    let mut of_the_tree: Vec<String> = OF_THE_TREE.iter().map(|name| (*name).to_owned()).collect();
    if Effort::from_environment() == Effort::Full {
        of_the_tree = with_commands(&root.join("include/uapi"));
    }
    found.extend(of_the_tree.into_iter().filter_map(|name| {
        let path = in_tree(&name);
        path.is_file().then(|| (format!("tree/{name}"), path))
    }));
    found
}

/// Whether a header is one of those that are taken as they come, and that may not stand alone.
pub(crate) fn may_fail(shown: &str) -> bool {
    let listed = INSTALLED.iter().chain(OF_THE_TREE);
    !listed.into_iter().any(|name| shown.ends_with(name))
}

/// The headers below a folder that define commands and stand alone.
fn with_commands(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if let Ok(text) = std::fs::read_to_string(&path)
            && ["_IO(", "_IOR(", "_IOW(", "_IOWR(", "_IOC("].iter().any(|word| text.contains(word))
        {
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            found.push(name);
        }
    }
    found.sort();
    found
}
