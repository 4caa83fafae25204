//! Members that differ for 32-bit programs, and that a handler copies in with the others and never reads.

use ioctlkit_abi::AbiId;
use ioctlkit_model::{Access, CopiedIn, HandledCommand, Part, Way};

use super::Case;
use crate::compat::{Shape, parted_members};
use crate::driver_code::list;

impl Case<'_, '_> {
    /// Why it does no harm that the argument differs, where the handler reads nothing of what does.
    pub(super) fn harmless_where_unread(&self, handled: &HandledCommand) -> Option<String> {
        if handled.escapes || handled.accesses.is_empty() {
            return None;
        }
        let copies: Option<Vec<&CopiedIn>> =
            handled.accesses.iter().map(|access| self.whole_copy(handled, access)).collect();
        let copies = copies?;
        let shape = |abi: AbiId| {
            let argument = &self.found.command.variants.get(abi)?.argument;
            Shape::of_argument(self.cx.layouts, argument, abi)?.ok()
        };
        let parted = parted_members(&shape(self.pair.reference)?, &shape(self.pair.other)?)?;
        let is_read = |member: &String| {
            copies.iter().any(|copied| copied.read.iter().any(|path| overlap(path, member)))
        };
        if parted.is_empty() || parted.iter().any(is_read) {
            return None;
        }
        let members: Vec<&str> = parted.iter().map(String::as_str).collect();
        Some(format!("the handler reads nothing of {}", list(&members)))
    }

    /// What is known of the structure that an access copies in; nothing where it copies something else, or
    /// where not all is known that is read of it.
    fn whole_copy<'h>(&self, handled: &'h HandledCommand, access: &Access) -> Option<&'h CopiedIn> {
        let is_whole = access.way == Way::In && access.part == Part::Whole;
        let copied = handled.copied_in.iter().find(|it| it.span == access.span)?;
        let record = self.cx.declared().record(self.cx.interface, &copied.ty);
        // Of one of which nothing is read, the analysis may have lost sight.
        let is_followed = !copied.escapes && !copied.read.is_empty();
        let is_known = is_followed && record.is_some() && record == self.argument();
        (is_whole && is_known).then_some(copied)
    }
}

/// Whether two paths lead to the same member, or one into the other.
fn overlap(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    let is_start = |rest: &str| rest.is_empty() || rest.starts_with(['.', '[']);
    short.is_empty() || long.strip_prefix(short).is_some_and(is_start)
}

#[cfg(test)]
mod tests {
    use super::overlap;

    #[test]
    fn a_path_overlaps_what_it_leads_into() {
        for (one, other) in [("a", "a"), ("a", "a.b"), ("a.b", "a"), ("a[0].b", "a"), ("", "a")] {
            assert!(overlap(one, other) && overlap(other, one), "{one} {other}");
        }
        for (one, other) in [("a", "ab"), ("a.b", "a.c"), ("b", "a.b")] {
            assert!(!overlap(one, other) && !overlap(other, one), "{one} {other}");
        }
    }
}
