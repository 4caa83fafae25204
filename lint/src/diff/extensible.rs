//! Which arguments may grow, because kernel and program tell each other how much they know.

use ioctlkit_model::{Command, Interface, RecordId};

use crate::growth::is_structure_size;

/// Why an argument may grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extensible {
    /// A member holds the size that the program knows.
    SizeMember,
    /// The kernel goes by type and nr, and takes the size from the number: what an old program
    /// does not send is zero.
    SizeInNumber,
    /// The definition states the size of its first version.
    Stated,
    /// It is inside another structure, which keeps room for it: no command's number changed.
    Room,
}

impl Extensible {
    /// Why, as a sentence says it: "because …".
    pub fn reason(self) -> &'static str {
        match self {
            Self::SizeMember => "the program states the size that it knows",
            Self::SizeInNumber => "the kernel takes the size from the number",
            Self::Stated => "the definition says that it may grow",
            Self::Room => {
                "the structure around it has room for it, and no command's number changed"
            }
        }
    }
}

/// Macros whose commands the kernel tells apart without the size, with the function that does so.
/// Facts of Linux 6.12: `drm_ioctl()` (`drivers/gpu/drm/drm_ioctl.c`), `kfd_ioctl()`
/// (`drivers/gpu/drm/amd/amdkfd/kfd_chardev.c`), each of which looks its table up by nr, copies as
/// much as the number says and clears the rest.
const BY_NR: [&str; 8] = [
    "DRM_IO",
    "DRM_IOR",
    "DRM_IOW",
    "DRM_IOWR",
    "AMDKFD_IO",
    "AMDKFD_IOR",
    "AMDKFD_IOW",
    "AMDKFD_IOWR",
];

/// Whether the structure may grow as an argument of these commands, and why. `interface` is the
/// old version: what existing programs were compiled with.
pub(super) fn record(
    interface: &Interface,
    id: RecordId,
    commands: &[&Command],
) -> Option<Extensible> {
    let known = interface.record(id);
    let states_size = known.variants.iter().any(|(_, body)| {
        body.members.iter().any(|member| is_structure_size(interface, known, body, member))
    });
    if states_size {
        return Some(Extensible::SizeMember);
    }
    if commands.is_empty() {
        return None;
    }
    let all = |holds: fn(&Command) -> bool| commands.iter().all(|command| holds(command));
    if all(goes_by_nr) {
        return Some(Extensible::SizeInNumber);
    }
    all(states_growth).then_some(Extensible::Stated)
}

/// Whether a command's argument may grow, whatever its type.
pub(super) fn command(command: &Command) -> Option<Extensible> {
    if goes_by_nr(command) {
        return Some(Extensible::SizeInNumber);
    }
    states_growth(command).then_some(Extensible::Stated)
}

fn goes_by_nr(command: &Command) -> bool {
    command.variants.iter().any(|(_, body)| BY_NR.contains(&body.through.as_str()))
}

fn states_growth(command: &Command) -> bool {
    command.contract.as_ref().is_some_and(|contract| contract.min_size.is_some())
}
