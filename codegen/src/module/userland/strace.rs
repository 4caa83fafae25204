//! Entries for strace's tables of ioctl numbers, `src/linux/{32,64}/ioctls_inc.h`.

use std::fmt::Write as _;

use ioctlkit_abi::{Abi, Direction};

use super::view::{View, Viewed};
use crate::escape::c_string;
use crate::module::plan::Kind;
use crate::module::stamp::PLACEHOLDER;

/// What 32-bit programs of an x86 kernel send.
pub(super) fn for_32_bits(view: &View<'_>) -> String {
    entries(view, "i386")
}

/// What 64-bit programs send.
pub(super) fn for_64_bits(view: &View<'_>) -> String {
    entries(view, "x86_64")
}

fn entries(view: &View<'_>, abi: &str) -> String {
    let mut text = format!("{PLACEHOLDER}\n");
    let mut entries: Vec<(String, String)> = Vec::new();
    // A number that any length goes into has no entry: strace finds entries by the whole number.
    for command in view.commands().filter(|command| command.plan.kind != Kind::Buffer) {
        for index in 0..command.count() {
            let name = match &command.plan.macro_parameter {
                Some(_) => format!("{}({index})", command.plan.r#macro),
                None => command.plan.r#macro.clone(),
            };
            let size = Abi::by_name(abi).and_then(|abi| size(view, command, abi));
            if let Some(size) = size {
                let direction = direction(command.body.direction);
                let number = (command.body.type_letter << 8) | (command.body.nr + index);
                entries.push((name, format!("{direction}, {number:#06x}, {size:#04x}")));
            }
        }
    }
    entries.sort();
    for (name, rest) in entries {
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{{ \"linux/{}.h\", \"{}\", {rest} }},",
            view.plan.name,
            c_string(&name)
        );
    }
    text
}

fn size(view: &View<'_>, command: &Viewed<'_>, abi: &Abi) -> Option<u64> {
    let numbered = view.layouts.body_number(command.body, abi.id())?;
    Some(numbered.size)
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::None => "_IOC_NONE",
        Direction::Read => "_IOC_READ",
        Direction::Write => "_IOC_WRITE",
        Direction::ReadWrite => "_IOC_READ|_IOC_WRITE",
    }
}
