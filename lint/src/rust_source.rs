//! Which crate's macro or function a command in Rust uses, and what that crate makes of a direction and of
//! a size.

use ioctlkit_abi::Direction;
use ioctlkit_sources::rust::crate_of;

pub use ioctlkit_sources::rust::Packing;

/// The word of a crate for a direction, as an author would write it in place of what is there.
pub fn direction_word(through: &str, direction: Direction) -> &'static str {
    match crate_of(through) {
        Some(krate) => (krate.direction_word)(direction),
        None => direction.name(),
    }
}

/// How the newest version of a crate packs a number; `None` where no crate does that is known.
pub fn packing(through: &str) -> Option<Packing> {
    crate_of(through).map(|krate| krate.packing(None))
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
