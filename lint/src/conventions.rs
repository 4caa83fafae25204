//! What the kernel's subsystems ask of the handlers that drivers give them. Each fact has its source, a
//! function of Linux 6.12.

pub mod layers;

use crate::declared::Declared;
use layers::Layer;

/// The kernel's handlers that convert the pointer and nothing else, from fs/ioctl.c and block/ioctl.c.
pub const CONVERTING: [&str; 2] = ["compat_ptr_ioctl", "blkdev_compat_ptr_ioctl"];

/// Structures whose callers give the handler another pointer than the program passed, with the source of
/// that.
const REPLACED: &[(&str, &str)] = &[
    (
        "atmdev_ops",
        "net/atm/resources.c, atm_dev_ioctl: the handler gets the pointer in a struct atmif_sioc",
    ),
    (
        "atmphy_ops",
        "drivers/atm/eni.c, eni_ioctl, and others: the handler gets what that of the device got",
    ),
];

/// Whether handlers in a structure of operations get what the program passed.
pub fn passes_argument(structure: &str) -> bool {
    !REPLACED.iter().any(|(known, _)| *known == structure)
}

/// A structure of operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Convention {
    /// Its tag.
    pub structure: &'static str,
    /// What a handler in it returns for a command that it does not know.
    pub unknown: &'static [&'static str],
    /// The function that calls the handler, and what it makes of the answer.
    pub source: &'static str,
    /// What a driver needs for 32-bit programs.
    pub compat: Compat,
}

/// What becomes of a 32-bit program's command where the driver has no compat handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compat {
    /// It fails; the structure has this member for a handler.
    Fails(&'static str),
    /// A layer passes on some commands by itself.
    Layer(&'static Layer),
    /// Another function decides.
    Elsewhere,
}

/// What the caller of a handler does for a 32-bit program where the table has no handler for such.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithoutCompat {
    /// It answers with an error.
    Fails,
    /// It calls the handler of native programs.
    Native,
    /// Nobody has looked.
    Unknown,
}

/// What the callers do of structures whose [`Convention`] does not say, with the source of that.
const WITHOUT_COMPAT: &[(&str, WithoutCompat, &str)] = &[
    (
        "fb_ops",
        WithoutCompat::Fails,
        "drivers/video/fbdev/core/fb_chrdev.c, fb_compat_ioctl: ENOTTY",
    ),
    (
        "snd_hwdep_ops",
        WithoutCompat::Fails,
        "sound/core/hwdep_compat.c, snd_hwdep_ioctl_compat: ENOTTY",
    ),
    ("atmdev_ops", WithoutCompat::Fails, "net/atm/resources.c, atm_dev_ioctl: EINVAL"),
    ("scsi_host_template", WithoutCompat::Fails, "drivers/scsi/scsi_ioctl.c, scsi_ioctl: EINVAL"),
    ("tty_ldisc_ops", WithoutCompat::Fails, "drivers/tty/tty_io.c, tty_compat_ioctl: ENOTTY"),
    ("rtc_class_ops", WithoutCompat::Native, "drivers/rtc/dev.c, rtc_dev_compat_ioctl"),
    ("pppox_proto", WithoutCompat::Native, "drivers/net/ppp/pppox.c, pppox_compat_ioctl"),
    (
        "isst_if_cmd_cb",
        WithoutCompat::Fails,
        "drivers/platform/x86/intel/speed_select_if/isst_if_common.c, isst_if_char_driver_ops: ENOTTY",
    ),
    (
        "atmphy_ops",
        WithoutCompat::Fails,
        "net/atm/resources.c, atm_dev_ioctl: EINVAL before the device's handler, which asks the PHY's",
    ),
    (
        "vfio_iommu_driver_ops",
        WithoutCompat::Native,
        "drivers/vfio/container.c, vfio_fops_unl_ioctl",
    ),
    (
        "vfio_device_ops",
        WithoutCompat::Native,
        "drivers/vfio/vfio_main.c, vfio_device_fops_unl_ioctl",
    ),
];

/// What the caller of a handler does for a 32-bit program where a structure has no handler for such.
pub fn without_compat(structure: &str) -> WithoutCompat {
    if of(structure).is_some_and(|known| matches!(known.compat, Compat::Fails(_))) {
        return WithoutCompat::Fails;
    }
    let known = WITHOUT_COMPAT.iter().find(|(known, _, _)| *known == structure);
    known.map_or(WithoutCompat::Unknown, |(_, known, _)| *known)
}

/// A dispatcher that finds a handler by the nr alone and copies as many bytes as the number says.
#[derive(Debug)]
pub struct ByNumber {
    /// How the names of its commands begin.
    pub commands: &'static str,
    /// The structure that drivers give it.
    pub structure: Option<&'static str>,
    /// The type letter and how the names of arguments begin, where drivers name their commands as they like.
    /// Others use the letter, too.
    pub arguments: Option<(u8, &'static str)>,
    /// What people call it.
    pub name: &'static str,
    /// The file of the kernel and the function.
    pub source: &'static str,
}

/// Those that were read.
pub const BY_NUMBER: &[ByNumber] = &[
    ByNumber {
        commands: "DRM_IOCTL_",
        structure: Some("drm_driver"),
        arguments: Some((b'd', "drm_")),
        name: "DRM",
        source: "drivers/gpu/drm/drm_ioctl.c, drm_ioctl",
    },
    ByNumber {
        commands: "AMDKFD_IOC_",
        structure: None,
        arguments: None,
        name: "`kfd_ioctl`",
        source: "drivers/gpu/drm/amd/amdkfd/kfd_chardev.c, kfd_ioctl",
    },
    ByNumber {
        commands: "FW_CDEV_IOC_",
        structure: None,
        arguments: None,
        name: "`dispatch_ioctl`",
        source: "drivers/firewire/core-cdev.c, dispatch_ioctl",
    },
];

/// The dispatcher that stands in front of a command's handler, if it goes by the nr and the size in the
/// number. `structures` are those of the tables that the handler stands in.
pub fn copies_by_number<'a>(
    command: &str,
    structures: impl Iterator<Item = &'a str>,
) -> Option<&'static str> {
    let structures: Vec<&str> = structures.collect();
    let is_its = |dispatcher: &&ByNumber| {
        command.starts_with(dispatcher.commands)
            || dispatcher.structure.is_some_and(|structure| structures.contains(&structure))
    };
    BY_NUMBER.iter().find(is_its).map(|dispatcher| dispatcher.name)
}

/// Whether such a dispatcher is known by the type letter of a command and the name of its argument.
pub fn copies_argument_by_number(type_letter: u32, argument: &str) -> bool {
    let mut known = BY_NUMBER.iter().filter_map(|dispatcher| dispatcher.arguments);
    known.any(|(letter, prefix)| type_letter == u32::from(letter) && argument.starts_with(prefix))
}

/// Devices that 32-bit programs cannot open: how the names of their commands begin, the function that says
/// so, and its file.
const NOT_OPENED: &[(&str, &str, &str)] =
    &[("AMDKFD_IOC_", "kfd_open", "drivers/gpu/drm/amd/amdkfd/kfd_chardev.c")];

/// The function that refuses to open the device of a command for 32-bit programs.
pub fn refuses_to_open(command: &str) -> Option<&'static str> {
    let known = NOT_OPENED.iter().find(|(prefix, ..)| command.starts_with(prefix));
    known.map(|(_, function, _)| *function)
}

/// Whether the layer in front of a structure of operations passes on a command by itself.
pub fn layer_passes(structure: &str, declared: &Declared<'_>, command: &str) -> bool {
    match of(structure).map(|known| known.compat) {
        Some(Compat::Layer(layer)) => layer.passes(declared, command),
        _ => false,
    }
}

/// What is known of a structure of operations.
pub fn of(structure: &str) -> Option<&'static Convention> {
    CONVENTIONS.iter().find(|known| known.structure == structure)
}

const NOTTY: &[&str] = &["-ENOTTY", "-ENOIOCTLCMD"];

/// The structures whose callers were read.
pub const CONVENTIONS: &[Convention] = &[
    Convention {
        structure: "file_operations",
        unknown: NOTTY,
        source: "fs/ioctl.c, vfs_ioctl: -ENOIOCTLCMD becomes -ENOTTY, all else goes to the program",
        compat: Compat::Fails("compat_ioctl"),
    },
    Convention {
        structure: "proc_ops",
        unknown: NOTTY,
        source: "fs/proc/inode.c, proc_reg_unlocked_ioctl: below vfs_ioctl",
        compat: Compat::Fails("proc_compat_ioctl"),
    },
    Convention {
        structure: "block_device_operations",
        unknown: NOTTY,
        source: "block/ioctl.c, blkdev_ioctl: below vfs_ioctl",
        compat: Compat::Fails("compat_ioctl"),
    },
    Convention {
        structure: "proto_ops",
        unknown: NOTTY,
        source: "net/socket.c, sock_do_ioctl: network devices are asked on -ENOIOCTLCMD alone",
        compat: Compat::Layer(&layers::SOCKET),
    },
    Convention {
        structure: "tty_operations",
        unknown: NOTTY,
        source: "drivers/tty/tty_io.c, tty_ioctl: the line discipline is asked on -ENOIOCTLCMD",
        compat: Compat::Layer(&layers::TTY),
    },
    Convention {
        structure: "tty_ldisc_ops",
        unknown: NOTTY,
        source: "drivers/tty/tty_io.c, tty_ioctl: -ENOIOCTLCMD becomes -ENOTTY",
        compat: Compat::Elsewhere,
    },
    Convention {
        structure: "uart_ops",
        unknown: NOTTY,
        source: "drivers/tty/serial/serial_core.c, uart_ioctl: below tty_ioctl",
        compat: Compat::Elsewhere,
    },
    Convention {
        structure: "usb_serial_driver",
        unknown: NOTTY,
        source: "drivers/usb/serial/usb-serial.c, serial_ioctl: below tty_ioctl",
        compat: Compat::Elsewhere,
    },
    Convention {
        structure: "v4l2_file_operations",
        unknown: NOTTY,
        source: "drivers/media/v4l2-core/v4l2-dev.c, v4l2_ioctl: below vfs_ioctl",
        compat: Compat::Layer(&layers::VIDEO),
    },
    Convention {
        structure: "fb_ops",
        unknown: NOTTY,
        source: "drivers/video/fbdev/core/fb_chrdev.c, do_fb_ioctl: below vfs_ioctl",
        compat: Compat::Elsewhere,
    },
    Convention {
        structure: "snd_hwdep_ops",
        unknown: NOTTY,
        source: "sound/core/hwdep.c, snd_hwdep_ioctl: below vfs_ioctl",
        compat: Compat::Elsewhere,
    },
    Convention {
        structure: "rtc_class_ops",
        unknown: NOTTY,
        source: "drivers/rtc/dev.c, rtc_dev_ioctl: -ENOIOCTLCMD becomes -ENOTTY",
        compat: Compat::Elsewhere,
    },
    Convention {
        structure: "usb_driver",
        unknown: NOTTY,
        source: "drivers/usb/core/devio.c, proc_ioctl: -ENOIOCTLCMD becomes -ENOTTY",
        compat: Compat::Elsewhere,
    },
    Convention {
        structure: "watchdog_ops",
        unknown: &["-ENOIOCTLCMD"],
        source: "drivers/watchdog/watchdog_dev.c, watchdog_ioctl: the core's own commands follow on \
                 -ENOIOCTLCMD alone",
        compat: Compat::Elsewhere,
    },
    Convention {
        structure: "v4l2_subdev_core_ops",
        unknown: NOTTY,
        source: "include/media/v4l2-subdev.h, v4l2_subdev_call: -ENOIOCTLCMD is \"no such operation\"",
        compat: Compat::Elsewhere,
    },
    Convention {
        structure: "net_device_ops",
        unknown: &["-EOPNOTSUPP", "-ENOTTY", "-ENOIOCTLCMD", "-EINVAL"],
        source: "net/core/dev_ioctl.c, dev_eth_ioctl: -EOPNOTSUPP where a device has no handler; \
                 devices that answer -EINVAL are as old",
        compat: Compat::Elsewhere,
    },
    Convention {
        structure: "scsi_host_template",
        unknown: &["-ENOTTY", "-ENOIOCTLCMD", "-EINVAL"],
        source: "drivers/scsi/scsi_ioctl.c, scsi_ioctl: -EINVAL where a host has no handler",
        compat: Compat::Elsewhere,
    },
    Convention {
        structure: "vfio_device_ops",
        unknown: &["-ENOTTY", "-ENOIOCTLCMD", "-EINVAL"],
        source: "drivers/vfio/vfio_main.c, vfio_device_fops_unl_ioctl: -EINVAL where a device has no \
                 handler",
        compat: Compat::Elsewhere,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_structure_has_one_entry_with_a_source_and_an_answer() {
        for convention in CONVENTIONS {
            assert_eq!(of(convention.structure), Some(convention), "{}", convention.structure);
            let (file, rest) = convention.source.split_once(", ").unwrap();
            assert!(matches!(file.rsplit_once('.'), Some((_, "c" | "h"))), "{file}");
            assert!(rest.contains(": "), "{rest}");
            assert!(convention.unknown.iter().all(|errno| errno.starts_with("-E")));
        }
    }

    #[test]
    fn what_a_convention_says_of_compat_is_said_once_and_the_rest_has_a_source() {
        for (structure, known, source) in WITHOUT_COMPAT {
            let said = of(structure).map(|convention| convention.compat);
            assert!(!matches!(said, Some(Compat::Fails(_))), "{structure}");
            assert_eq!(without_compat(structure), *known, "{structure}");
            assert!(source.contains(".c, "), "{source}");
        }
        assert!(BY_NUMBER.iter().all(|known| known.source.contains(".c, ")));
        assert_eq!(without_compat("file_operations"), WithoutCompat::Fails);
        assert_eq!(without_compat("nobody_knows"), WithoutCompat::Unknown);
    }
}
