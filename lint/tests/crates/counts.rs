//! How much each crate defines: what a search of its text finds, and what the linter reads.

/// What a crate defines.
pub(crate) struct Count {
    /// The crate.
    pub(crate) name: &'static str,
    /// Definitions that the search finds, but for the explained ones. In serialport, 9 of them
    /// take a number that libc names, which is no definition of the crate's.
    pub(crate) text: usize,
    /// Commands that the linter reads.
    pub(crate) commands: usize,
    /// Families that it reads.
    pub(crate) families: usize,
    /// Whole numbers that it reads.
    pub(crate) raw: usize,
    /// Definitions that it says it cannot number.
    pub(crate) open: usize,
}

const fn count(
    name: &'static str,
    text: usize,
    [commands, families, raw, open]: [usize; 4],
) -> Count {
    Count { name, text, commands, families, raw, open }
}

/// The crates' counts.
pub(crate) const COUNTS: [Count; 26] = [
    count("cec_linux", 10, [10, 0, 0, 0]),
    count("devicemapper", 1, [0, 1, 0, 0]),
    count("drm-ffi", 62, [62, 0, 0, 0]),
    count("drm-sys", 0, [0, 0, 0, 0]),
    count("evdev", 55, [32, 23, 0, 0]),
    count("fuser", 5, [5, 0, 0, 0]),
    count("gpio-cdev", 6, [6, 0, 0, 0]),
    count("gpiocdev-uapi", 15, [15, 0, 0, 0]),
    count("i2cdev", 5, [0, 0, 5, 0]),
    count("input-linux", 0, [0, 0, 0, 0]),
    count("input-linux-sys", 49, [36, 13, 0, 0]),
    count("kvm-bindings", 0, [0, 0, 0, 0]),
    count("kvm-ioctls", 79, [79, 0, 0, 0]),
    count("loopdev-3", 0, [0, 0, 0, 0]),
    count("serialport", 11, [2, 0, 0, 0]),
    count("sev", 18, [18, 0, 0, 0]),
    count("spidev", 12, [11, 1, 0, 0]),
    count("tun", 17, [4, 0, 13, 0]),
    count("tun-tap", 0, [0, 0, 0, 0]),
    count("userfaultfd", 9, [0, 0, 0, 9]),
    count("v4l", 64, [64, 0, 0, 0]),
    count("v4l2-sys-mit", 0, [0, 0, 0, 0]),
    count("v4l2r", 71, [71, 0, 0, 0]),
    count("vfio-bindings", 0, [0, 0, 0, 0]),
    count("vfio-ioctls", 27, [27, 0, 0, 0]),
    count("vhost", 40, [40, 0, 0, 0]),
];

/// What the search finds and the linter leaves out, or the other way round: the crate, the
/// beginning of the file's path, the name or `*`, and why.
pub(crate) const DIFFERENCES: [(&str, &str, &str, &str); 18] = [
    ("devicemapper", "src/testing", "*", "a module of the crate's own tests"),
    (
        "serialport",
        "src/posix/ioctl.rs",
        "fionread",
        "for the BSDs and macOS; Linux has libc's name",
    ),
    (
        "serialport",
        "src/posix/ioctl.rs",
        "tiocoutq",
        "for the BSDs and macOS; Linux has libc's name",
    ),
    ("sev", "src/launch/linux/ioctl.rs", "_INIT", LIE),
    ("sev", "src/launch/linux/ioctl.rs", "_ES_INIT", LIE),
    ("sev", "src/launch/linux/ioctl.rs", "INIT2", LIE),
    ("sev", "src/launch/linux/ioctl.rs", "LAUNCH_START", LIE),
    ("sev", "src/launch/linux/ioctl.rs", "LAUNCH_UPDATE_DATA", LIE),
    ("sev", "src/launch/linux/ioctl.rs", "LAUNCH_UPDATE_VMSA", LIE),
    ("sev", "src/launch/linux/ioctl.rs", "LAUNCH_SECRET", LIE),
    ("sev", "src/launch/linux/ioctl.rs", "LAUNCH_MEASUREMENT", LIE),
    ("sev", "src/launch/linux/ioctl.rs", "LAUNCH_ATTESTATION", LIE),
    ("sev", "src/launch/linux/ioctl.rs", "LAUNCH_FINISH", LIE),
    ("sev", "src/launch/linux/ioctl.rs", "SNP_LAUNCH_START", LIE),
    ("sev", "src/launch/linux/ioctl.rs", "SNP_LAUNCH_UPDATE", LIE),
    ("sev", "src/launch/linux/ioctl.rs", "SNP_LAUNCH_FINISH", LIE),
    ("tun", "src/platform/freebsd", "*", "a module for FreeBSD"),
    ("tun", "src/platform/macos", "*", "a module for macOS"),
];

const LIE: &str = "`ENC_OP` with another argument: iocuddle's `lie` keeps the number";
