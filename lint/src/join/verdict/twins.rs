//! The commands that 32-bit programs pass in place of another, and what their handlers copy.

use ioctlkit_model::{
    Access, Amount, Command, Copies, HandledCommand, RecordId, Serves, SourceHandler, Type,
};

use super::Case;

impl Case<'_, '_> {
    /// A command of 32-bit programs that stands for this one, in a handler.
    pub(super) fn translation<'h>(&self, handler: &'h SourceHandler) -> Option<&'h HandledCommand> {
        // A table with a row for each command that 32-bit programs pass.
        let is_table = handler.serves == Serves::Compat && handler.copies == Copies::Core;
        if is_table {
            return handler.commands.iter().find(|row| self.is_named(&row.name));
        }
        handler.commands.iter().find(|other| self.translates(&other.name))
    }

    /// Whether a command is how 32-bit programs spell this one.
    pub(super) fn translates(&self, name: &str) -> bool {
        let is_compat = |own: &&str| is_compat_name(name, own);
        !self.is_named(name) && (self.names.iter().any(is_compat) || self.is_twin(name))
    }

    /// Whether a name stands for the command's number.
    pub(super) fn is_named(&self, name: &str) -> bool {
        self.names.contains(&name)
    }

    pub(super) fn any_translation(&self) -> Option<(&SourceHandler, &HandledCommand)> {
        self.code.handlers.iter().find_map(|handler| Some((handler, self.translation(handler)?)))
    }

    /// Whether a name is a command with the same type and nr, and the number that 32-bit programs pass.
    fn is_twin(&self, name: &str) -> bool {
        let says_compat = name.contains("32") || name.contains("COMPAT") || name.contains("OLD");
        let Some(twin) = self.cx.declared().command(name).filter(|_| says_compat) else {
            return false;
        };
        let parts = |command: &Command| {
            let body = command.variants.get(self.pair.reference)?;
            Some((body.type_letter, body.nr))
        };
        parts(twin).is_some() && parts(twin) == parts(self.found.command)
    }

    /// Whether a copy for 32-bit programs has a type of theirs, in place of the command's own. What native
    /// programs pass as another structure at that place is something that other commands share.
    pub(super) fn copies_compat_type(
        &self,
        handled: &HandledCommand,
        native: &HandledCommand,
    ) -> bool {
        let own = self.argument();
        let is_shared = |access: &Access| {
            native.accesses.iter().filter(|it| it.span == access.span).any(|it| match &it.amount {
                Amount::Type(ty) => {
                    own.is_some() && self.cx.declared().record(self.cx.interface, ty) != own
                }
                _ => false,
            })
        };
        handled.accesses.iter().any(|access| match &access.amount {
            Amount::Type(ty) => (ty.contains("compat") || ty.contains("32")) && !is_shared(access),
            _ => false,
        })
    }

    /// The structure that the command carries.
    pub(super) fn argument(&self) -> Option<RecordId> {
        let body = self.found.command.variants.get(self.pair.reference)?;
        match self.cx.interface.behind_typedefs(body.argument.ty()?)? {
            Type::Record(id) => Some(*id),
            _ => None,
        }
    }
}

/// Whether a handler for 32-bit programs copies elsewhere than the native one.
pub(super) fn has_own_code(own: &HandledCommand, native: &HandledCommand) -> bool {
    !own.accesses.is_empty()
        && own.accesses.iter().all(|access| native.accesses.iter().all(|it| it.span != access.span))
}

/// Whether a name is how the kernel spells the command of 32-bit programs: `FOO32`, `FOO_32`,
/// `FOO_COMPAT`, `COMPAT_FOO`, `FOO_TIME32`.
fn is_compat_name(name: &str, native: &str) -> bool {
    if let Some(rest) = name.strip_prefix(native) {
        return matches!(
            rest,
            "32" | "_32"
                | "_COMPAT"
                | "COMPAT"
                | "_COMPAT32"
                | "_TIME32"
                | "_OLD32"
                | "_IOC32"
                | "_X32"
        );
    }
    if name.strip_prefix("COMPAT_") == Some(native) {
        return true;
    }
    // `FS_IOC32_GETFLAGS`, `VFAT_IOCTL_READDIR_BOTH32`, `DRM_IOCTL_FOO32`
    let marks = ["IOC32_", "IOC_32_", "IOCTL32_", "32_"];
    let plain = ["IOC_", "IOC_", "IOCTL_", "_"];
    marks
        .iter()
        .zip(plain)
        .any(|(mark, plain)| name.contains(mark) && name.replacen(mark, plain, 1) == native)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_commands_for_32_bit_programs_are_known_by_their_spelling() {
        for (name, native) in [
            ("BLKPG32", "BLKPG"),
            ("FS_IOC32_GETFLAGS", "FS_IOC_GETFLAGS"),
            ("COMPAT_SNDCTL", "SNDCTL"),
            ("USBDEVFS_SUBMITURB32", "USBDEVFS_SUBMITURB"),
            ("PPGETTIME_COMPAT", "PPGETTIME"),
        ] {
            assert!(is_compat_name(name, native), "{name}");
        }
        for (name, native) in [("FOO_BAR", "FOO"), ("FOO2", "FOO"), ("BAR32", "FOO")] {
            assert!(!is_compat_name(name, native), "{name}");
        }
    }
}
