//! Which crate's macro or function a command in Rust uses, and what that crate calls a direction.

use ioctlkit_abi::Direction;

/// The crate of a command's macro or function: `nix` of `nix::ioctl_readwrite`.
pub fn crate_of(through: &str) -> &str {
    through.split("::").next().unwrap_or(through)
}

/// The word of a crate for a direction, as an author would write it in place of what is there.
pub fn direction_word(through: &str, direction: Direction) -> String {
    match crate_of(through) {
        "nix" => match direction {
            Direction::None => "ioctl_none!",
            Direction::Read => "ioctl_read!",
            Direction::Write => "ioctl_write_ptr!",
            Direction::ReadWrite => "ioctl_readwrite!",
        }
        .into(),
        "vmm_sys_util" => match direction {
            Direction::None => "ioctl_io_nr!",
            Direction::Read => "ioctl_ior_nr!",
            Direction::Write => "ioctl_iow_nr!",
            Direction::ReadWrite => "ioctl_iowr_nr!",
        }
        .into(),
        "libc" | "uoctl" => direction.macro_name().into(),
        _ => direction.name().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_direction_has_the_word_of_its_crate() {
        assert_eq!(direction_word("nix::ioctl_read", Direction::Write), "ioctl_write_ptr!");
        assert_eq!(direction_word("libc::_IOR", Direction::Write), "_IOW");
        assert_eq!(direction_word("derive(Ioctl)", Direction::ReadWrite), "read_write");
    }
}
