//! P001 argument-width.

use std::collections::BTreeMap;

use ioctlkit_abi::{AbiSet, ByteOrder};
use ioctlkit_model::{
    Edit, Finding, Fix, ProgramCall, ProgramKind, ProgramObject, ProgramPart, ProgramState,
    ProgramType, ProgramValue, Safety, Severity, abi_words,
};

use crate::context::Context;
use crate::declare_rule;
use crate::program_calls::{Copied, Taken, call_finding, in_program, integer, passes, wide_abi};
use crate::words::count;

declare_rule! {
    /// variable of another width than the kernel copies for the command
    ///
    /// # What
    /// A call passes the address of an integer, and the kernel's handler copies more or fewer bytes than
    /// the integer has on some ABI:
    ///
    /// - fewer bytes than the kernel copies: an error. The kernel writes, or reads, past the end of the
    ///   variable.
    /// - more bytes than the kernel writes, and the variable has no value before the call: an error. The
    ///   bytes that the kernel does not write keep what was on the stack.
    /// - more bytes than the kernel copies, and the variable has a value: a warning. It works on
    ///   little-endian machines. On big-endian ones the kernel uses the upper half of the variable.
    ///
    /// The widths are those of the kernel's handlers, not those of the header: `FS_IOC_GETFLAGS` is
    /// declared with `long`, and the kernel copies an `int`. Where several drivers have a command, all of
    /// them have to copy another number of bytes. Addresses are looked at through casts, and pointers by
    /// what they point to. The rule skips arrays, `void *`, pointers to bytes, and on 32-bit ABIs types
    /// whose width macros of libc choose, such as `off_t`.
    ///
    /// # Why
    /// `ioctl` is variadic: no compiler compares the argument with the command.
    ///
    /// # Source
    /// ioctl(2): "The third argument is an untyped pointer to memory". What is copied comes from the
    /// handlers in the kernel's source, as `ioctl-lint number` shows it.
    ///
    /// # Example
    /// ```c
    /// long block_size;
    ///
    /// /* The kernel writes an int. The other 4 bytes stay as they were. */
    /// if (ioctl(fd, FIGETBSZ, &block_size) == 0)
    ///         copy(fd, block_size);
    /// ```
    ///
    /// # Fix
    /// Declare the variable with the type that the kernel copies.
    ARGUMENT_WIDTH: "P001", "argument-width", Error, legacy Error, for Program;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for call in &cx.interface.program.calls {
        let Some(argument) = &call.argument else { continue };
        let Some(passed) = Passed::of(&argument.value) else { continue };
        let taken = Taken::by(&call.request);
        // A handler that takes a plain value, or whatever else, may be the one that is meant.
        if taken.pointers.is_empty() || taken.values > 0 || taken.nothing > 0 {
            continue;
        }
        let judged = Judged::of(cx, &passed, &taken);
        findings.extend(judged.narrower(cx, call, &passed));
        findings.extend(judged.wider(cx, call, &passed, &taken));
    }
}

/// An integer whose address is passed.
struct Passed<'a> {
    ty: &'a ProgramType,
    object: Option<&'a ProgramObject>,
}

impl<'a> Passed<'a> {
    fn of(value: &'a ProgramValue) -> Option<Self> {
        match value {
            ProgramValue::Address(object) => {
                let is_part = matches!(object.part, ProgramPart::Element);
                let is_one = object.ty.is_integer() && !is_part;
                is_one.then_some(Self { ty: &object.ty, object: Some(object) })
            }
            ProgramValue::Value { ty, is_array: false } => match &ty.kind {
                ProgramKind::Pointer(to) if to.is_integer() && to.size(wide_abi()?)? > 1 => {
                    Some(Self { ty: to, object: None })
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn is_whole(&self) -> bool {
        self.object.is_some_and(|it| matches!(it.part, ProgramPart::Variable(_)))
    }

    fn is_unset(&self) -> bool {
        self.object.is_some_and(|it| it.state == ProgramState::Unset)
    }
}

/// What the kernel copies on the ABIs where that is not what is passed.
struct Judged {
    narrower: BTreeMap<(u64, Width), AbiSet>,
    wider: BTreeMap<(u64, Width), AbiSet>,
}

/// How many bytes the kernel reads and writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Width {
    read: u64,
    written: u64,
}

impl Width {
    fn copied(self) -> Copied {
        Copied { read: self.read, written: self.written }
    }
}

impl Judged {
    fn of(cx: &Context<'_>, passed: &Passed<'_>, taken: &Taken) -> Self {
        let mut judged = Self { narrower: BTreeMap::new(), wider: BTreeMap::new() };
        let are_integers = taken.pointers.iter().all(|row| integer(row).is_some());
        for abi in cx.interface.abis {
            let Some(own) = passed.ty.size(abi) else { continue };
            let copied: Option<Vec<Copied>> =
                taken.pointers.iter().map(|row| taken.copied(row, abi)).collect();
            let Some(copied) = copied else { continue };
            let width = |it: &Copied| Width { read: it.read, written: it.written };
            let Some(least) = copied.iter().min_by_key(|it| it.most()) else { continue };
            let Some(most) = copied.iter().max_by_key(|it| it.most()) else { continue };
            // What is larger than an integer may have its first member there.
            let is_alike = are_integers || passed.is_whole();
            if least.most() > own && is_alike {
                judged.narrower.entry((own, width(least))).or_insert(AbiSet::EMPTY).insert(abi);
            }
            if most.most() < own && are_integers {
                judged.wider.entry((own, width(most))).or_insert(AbiSet::EMPTY).insert(abi);
            }
        }
        judged
    }

    fn narrower(
        &self,
        cx: &Context<'_>,
        call: &ProgramCall,
        passed: &Passed<'_>,
    ) -> Option<Finding> {
        let (&(own, width), abis) = self.narrower.iter().max_by_key(|(_, abis)| abis.len())?;
        let copied = width.copied();
        let (verb, most) = (copied.verb(), copied.most());
        let all: AbiSet = self.narrower.values().fold(AbiSet::EMPTY, |all, it| all.union(*it));
        let message =
            format!("{}: {}, and the kernel {verb} {most}", passes(call), count(own, "byte"));
        let span = call.argument.as_ref().map_or(call.span, |argument| argument.span);
        let mut found = call_finding(cx, &ARGUMENT_WIDTH, call, span, message);
        found.abis = all;
        found.label = format!("{own} of {}", count(most, "byte"));
        let what = if copied.written > own { "overwrites" } else { "reads" };
        let (on, behind) = (on(*abis, cx.interface.abis), count(most - own, "byte"));
        found.notes.push(format!("the kernel {what} {behind} past its end {on}"));
        found.fix = fix(call, passed);
        found.record = Some(passed.ty.spelled.clone());
        Some(found)
    }

    fn wider(
        &self,
        cx: &Context<'_>,
        call: &ProgramCall,
        passed: &Passed<'_>,
        taken: &Taken,
    ) -> Option<Finding> {
        let (&(own, width), _) = self.wider.iter().max_by_key(|(_, abis)| abis.len())?;
        let copied = width.copied();
        let all: AbiSet = self.wider.values().fold(AbiSet::EMPTY, |all, it| all.union(*it));
        let big: AbiSet = all.iter().filter(|abi| abi.abi().byte_order == ByteOrder::Big).collect();
        let is_error = passed.is_unset() && copied.written > 0 && copied.read == 0;
        let abis = if is_error { all } else { big };
        if abis.is_empty() {
            return None;
        }
        let (verb, most) = (copied.verb(), copied.most());
        let (of, on) = (format!("{most} of {}", count(own, "byte")), on(abis, cx.interface.abis));
        let message = if is_error {
            format!("{}, uninitialised: the kernel writes {of}", passes(call))
        } else {
            format!("{}: the kernel {verb} {of}, wrong on big-endian", passes(call))
        };
        let span = call.argument.as_ref().map_or(call.span, |argument| argument.span);
        let mut found = call_finding(cx, &ARGUMENT_WIDTH, call, span, message);
        found.abis = abis;
        found.label = format!("{} for {}", count(own, "byte"), kernel_type(taken));
        let rest = count(own - most, "byte");
        found.notes.push(if is_error {
            format!("the other {rest} keep what was on the stack {on}; on big-endian ones the value is shifted")
        } else if copied.written > 0 {
            format!("these are the most significant bytes {on}: the program sees another value")
        } else {
            format!("these are the most significant bytes {on}: the kernel reads 0 where the value is small")
        });
        if !is_error {
            found.severity = Severity::Warning;
        }
        found.fix = fix(call, passed);
        found.record = Some(passed.ty.spelled.clone());
        Some(found)
    }
}

/// The type that the kernel copies.
fn kernel_type(taken: &Taken) -> String {
    let ty = taken.pointers.first().and_then(|row| integer(row));
    ty.map_or_else(|| "what the kernel copies".to_owned(), |ty| format!("`{}`", in_program(ty)))
}

fn on(abis: AbiSet, among: AbiSet) -> String {
    abi_words::on(abis, among)
}

/// The declaration with the kernel's type.
fn fix(call: &ProgramCall, passed: &Passed<'_>) -> Option<Fix> {
    let taken = Taken::by(&call.request);
    let ty = in_program(integer(taken.pointers.first()?)?);
    if taken.pointers.iter().any(|row| integer(row).map(in_program) != Some(ty)) {
        return None;
    }
    let name = match &passed.object?.part {
        ProgramPart::Variable(name) => format!("`{name}`"),
        _ => "it".to_owned(),
    };
    let edit = |span| Edit { span, replacement: ty.to_owned() };
    Some(Fix {
        message: format!("declare {name} as `{ty}`"),
        edits: passed.object?.declared.map(edit).into_iter().collect(),
        safety: Safety::ChangesProgram,
    })
}
