//! The commands that 32-bit programs pass in place of another, and what their handlers copy.

use ioctlkit_model::{
    Access, Amount, Copies, HandledCommand, RecordId, Serves, SourceHandler, Type,
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
        self.of_compat.contains(name)
    }

    /// Whether a name stands for the command's number.
    pub(super) fn is_named(&self, name: &str) -> bool {
        self.names.contains(&name)
    }

    /// The handlers that have a command of 32-bit programs that stands for this one, in their order.
    pub(super) fn translations(&self) -> impl Iterator<Item = (&SourceHandler, &HandledCommand)> {
        let places = self.index.handlers(self.of_compat.iter().chain(self.names).copied());
        let handlers = places.into_iter().filter_map(|place| self.code.handlers.get(place));
        handlers.filter_map(|handler| Some((handler, self.translation(handler)?)))
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
