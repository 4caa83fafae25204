//! Refuses contradictory attributes of members. The derive does so too, but a definition may be read without
//! having been compiled.

use ioctlkit_abi::spelling::{is_kernel_macro, is_line_of};
use ioctlkit_model::{Member, RecordId, Role, Values};

use super::super::checks::limits;
use super::super::plan::Plan;
use super::super::shape::{Shape, record_type};
use super::super::test_data::allows;
use super::{Builder, CommandGroup, problem};

/// Names, sorted, a line each, that no driver can begin its own names with: with one of the endings that
/// `NAME_main.c` has (`_ioctl`, `_open`, `struct …_device`), gcc takes them for something that the headers of
/// Linux 6.1 or 6.12 declare.
const KERNEL_NAMES: &str = include_str!("../kernel_names.txt");

/// Files in `/dev` that every system has: those of majors 1, 4 and 5 in Documentation/admin-guide/devices.txt of
/// Linux 6.12, the misc devices there that drivers of this kernel still have, and folders and links that
/// devtmpfs, udev and the C library expect.
const DEVICES: [&str; 50] = [
    "aio",
    "autofs",
    "block",
    "btrfs-control",
    "bus",
    "char",
    "console",
    "core",
    "cpu",
    "cuse",
    "disk",
    "dri",
    "fd",
    "full",
    "fuse",
    "hpet",
    "hwrng",
    "initctl",
    "input",
    "kmem",
    "kmsg",
    "kvm",
    "log",
    "loop-control",
    "mapper",
    "mcelog",
    "mem",
    "mqueue",
    "net",
    "null",
    "nvram",
    "oldmem",
    "port",
    "psaux",
    "ptmx",
    "pts",
    "random",
    "rfkill",
    "rtc",
    "shm",
    "snapshot",
    "snd",
    "stderr",
    "stdin",
    "stdout",
    "tty",
    "uhid",
    "urandom",
    "vhci",
    "zero",
];

impl Builder<'_> {
    /// Refuses members whose attributes contradict each other or their types.
    pub(super) fn refuse_members(&mut self, ids: &[RecordId]) {
        for id in ids {
            let r#type = record_type(self.model, *id);
            let Some(body) = self.model.body(*id, self.abi) else { continue };
            let mut has_size = false;
            for member in &body.members {
                let Some(name) = &member.name else { continue };
                let shape = Shape::of(self.layouts, self.abi, &member.ty).ok();
                let is_size = member.purpose.role == Role::Size;
                let second = (is_size && has_size).then_some(
                    "is a second member for the size of the structure: keep one of them",
                );
                has_size |= is_size;
                let misuse = self.misuse(name, member, shape.as_ref());
                if let Some(why) = second.or(misuse) {
                    let message = format!("`{name}` of `{type}` {why}");
                    self.problems.push(problem(self.model, Some(member.name_span), message));
                }
            }
        }
    }

    fn misuse(&self, name: &str, member: &Member, shape: Option<&Shape>) -> Option<&'static str> {
        if self.header_is_ours && is_kernel_macro(name) {
            return Some("is a macro in the kernel: give it another name");
        }
        let integer = match shape {
            Some(Shape::Integer { bits, signed }) => Some((*bits, *signed)),
            _ => None,
        };
        match (&member.purpose.role, integer) {
            (Role::Size, Some((32 | 64, false)))
            | (Role::Fd, Some((32, true)))
            | (Role::Handle { .. }, Some((32, false))) => {}
            (Role::Size, _) => return Some("holds the size of the structure: make it a `u32`"),
            (Role::Fd, _) => {
                return Some("holds a file descriptor: make it an `i32`, for -1 is none");
            }
            (Role::Handle { .. }, _) => return Some("holds a handle: make it a `u32`"),
            (Role::Reserved, _) if member.purpose.default.is_some_and(|value| value != 0) => {
                return Some("is reserved, and so is zero");
            }
            _ => {}
        }
        if let Values::Range { first, last } = member.purpose.values
            && first > last
        {
            return Some("has no values: the first of its range is above the last");
        }
        if member.purpose.default.is_some_and(|value| !allows(member, value)) {
            return Some("begins with a default that is none of its values");
        }
        let (bits, signed) = integer?;
        let (least, most) = limits(bits, signed);
        let is_within = |value: &i128| (least..=most).contains(value);
        let fits = match &member.purpose.values {
            Values::Any => true,
            Values::Flags(mask) => i128::from(*mask) & !(most | -least) == 0,
            Values::Range { first, last } => is_within(first) && is_within(last),
            Values::Listed(values) => values.iter().all(is_within),
        };
        (!fits).then_some(
            "does not hold all values that it may have: make the type wider, or the limits narrower",
        )
    }

    /// Names of the header that the kernel takes for something else.
    pub(super) fn refuse_macros(&mut self, plan: &Plan) {
        if !self.header_is_ours {
            return;
        }
        let defines = plan.constants.iter().chain(plan.records.iter().flat_map(|r| &r.defines));
        let commands = plan.interfaces.iter().flat_map(|interface| &interface.commands);
        let names = defines.map(|define| define.name.as_str());
        let names = names.chain(commands.map(|command| command.r#macro.as_str()));
        for name in names.filter(|name| is_kernel_macro(name)) {
            let message = format!(
                "`{name}` is a macro of the kernel: give the interface a `prefix`, or the name \
                 another beginning"
            );
            self.problems.push(problem(self.model, None, message));
        }
    }

    /// An interface that nobody can call.
    pub(super) fn refuse_empty(&mut self, groups: &[CommandGroup<'_>]) {
        for group in groups.iter().filter(|group| group.commands.is_empty()) {
            let span = group.definition.map(|definition| definition.span);
            let name = group.definition.map_or("", |definition| &definition.name);
            let message = format!("`{name}` has no commands: add a variant for each");
            self.problems.push(problem(self.model, span, message));
        }
    }
}

/// Why a file in `/dev` cannot have that name, if so.
pub(super) fn taken_device(node: &str) -> Option<String> {
    let is_terminal = node.strip_prefix("tty").is_some_and(|number| {
        let number = number.trim_start_matches('S');
        number.bytes().all(|byte| byte.is_ascii_digit())
    });
    (is_terminal || DEVICES.contains(&node)).then(|| {
        format!("`/dev/{node}` is there already on every system: give the driver a file of its own")
    })
}

/// Whether names of the kernel begin with the module's.
pub(super) fn is_kernels(name: &str) -> bool {
    is_line_of(KERNEL_NAMES, name)
}
