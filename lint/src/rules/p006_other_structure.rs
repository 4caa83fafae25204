//! P006 other-structure.

use ioctlkit_model::kernel_copies::{Row, Shape, What, shape, structure_of};
use ioctlkit_model::{Finding, ProgramCall, ProgramKind, ProgramPart, ProgramType, ProgramValue};

use crate::context::Context;
use crate::declare_rule;
use crate::program_calls::{Taken, call_finding, is_envelope, passes};
use crate::words::count;

declare_rule! {
    /// another structure than the one that the kernel copies for the command
    ///
    /// # What
    /// A call passes the address of a structure of the kernel's headers, and the handler copies a structure
    /// with another tag. Their members differ in place or width, or the variable is smaller than what the
    /// kernel copies.
    ///
    /// The rule says nothing where one of both structures begins like the other, where some driver copies the
    /// structure that is passed, of structures that only the program declares, and of those that carry a
    /// pointer to what the handler copies, such as `struct ifreq`.
    ///
    /// Off by default: in 101 programs 140 calls pass a structure with another tag, and all of them are
    /// right.
    ///
    /// # Why
    /// `ioctl` is variadic: no compiler compares the argument with the command. The kernel takes members
    /// from where the structure has others, and may write past its end.
    ///
    /// # Source
    /// The handlers in the kernel's source, as `ioctl-lint number` shows them, and the kernel's headers.
    ///
    /// # Example
    /// ```c
    /// struct rtc_wkalrm alarm;
    ///
    /// /* The kernel writes a struct rtc_time, 2 bytes of flags earlier than `alarm.time`. */
    /// ioctl(fd, RTC_RD_TIME, &alarm);
    /// ```
    ///
    /// # Fix
    /// Pass the structure that the command is declared with.
    OTHER_STRUCTURE: "P006", "other-structure", Warning, when asked, for Program;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let calls = &cx.interface.program.calls;
    findings.extend(calls.iter().filter_map(|call| compared(cx, call)));
}

fn compared(cx: &Context<'_>, call: &ProgramCall) -> Option<Finding> {
    let argument = call.argument.as_ref()?;
    let passed = Passed::of(&argument.value)?;
    let taken = Taken::by(&call.request);
    if !taken.is_pointer() {
        return None;
    }
    // Several commands may have one number but for the size in it.
    let by_name = call.request.name.split('(').next().and_then(structure_of);
    if by_name == Some(passed.name.as_str()) {
        return None;
    }
    let known: Option<Vec<Known>> = taken.pointers.iter().map(|row| Known::of(row)).collect();
    let known = known?;
    let others =
        known.iter().all(|other| other.name != passed.name && passed.is_other(other.shape));
    let meant = known.first().filter(|_| others)?;
    let message = format!("{}, which takes a `{}`", passes(call), meant.name);
    let mut found = call_finding(cx, &OTHER_STRUCTURE, call, argument.span, message);
    let (own, bytes) = (passed.shape.size, meant.shape.size);
    found.label = format!("a `{}`", passed.name);
    found.notes.push(match bytes.checked_sub(own).filter(|more| passed.is_whole && *more > 0) {
        Some(more) => {
            format!("the kernel copies {}, {more} more than it has", count(bytes, "byte"))
        }
        None => format!("`{}` has members of other widths at other places", meant.name),
    });
    found.record = Some(passed.name);
    Some(found)
}

/// A structure of the kernel's that a program passes.
struct Passed {
    name: String,
    shape: &'static Shape,
    /// Whether nothing is behind it that belongs to it.
    is_whole: bool,
}

impl Passed {
    fn of(value: &ProgramValue) -> Option<Self> {
        let (ty, is_whole) = match value {
            ProgramValue::Address(object) => {
                (&object.ty, matches!(object.part, ProgramPart::Variable(_)))
            }
            ProgramValue::Value { ty, is_array: false } => match &ty.kind {
                ProgramKind::Pointer(to) => (&**to, false),
                _ => return None,
            },
            _ => return None,
        };
        let name = tagged(ty).filter(|_| !is_envelope(ty))?;
        Some(Self { shape: shape(&name)?, name, is_whole })
    }

    fn is_other(&self, meant: &Shape) -> bool {
        self.shape.differs(meant) || (self.is_whole && self.shape.size < meant.size)
    }
}

/// The name of a structure with its keyword, which C++ leaves out.
pub(super) fn tagged(ty: &ProgramType) -> Option<String> {
    if ty.kind != ProgramKind::Record {
        return None;
    }
    let has_keyword = ["struct ", "union "].iter().any(|word| ty.spelled.starts_with(word));
    Some(if has_keyword { ty.spelled.clone() } else { format!("struct {}", ty.spelled) })
}

/// The structure that a handler copies.
struct Known {
    name: &'static str,
    shape: &'static Shape,
}

impl Known {
    fn of(row: &Row<'static>) -> Option<Self> {
        // A handler that was not followed to its end may copy another structure.
        if !row.is_complete {
            return None;
        }
        let name = match row.written.as_ref().or(row.read.as_ref())?.what {
            What::Type(ty) => ty,
            What::Number => structure_of(row.name)?,
            _ => return None,
        };
        Some(Self { name, shape: shape(name)? })
    }
}
