//! What calls of `ioctl` in Rust pass in place of what the kernel takes, but for the size of it.

use ioctlkit_abi::{AbiSet, ByteOrder};
use ioctlkit_model::{
    Finding, Handed, PassedArgument, Representation, Requested, Severity, Type, abi_words,
};

use crate::Rule;
use crate::abis::by_value;
use crate::context::{Context, finding};
use crate::program_calls::{Copied, Taken, integer, wide_abi};
use crate::requested::{command, defined, name_of, quoted, requested_size};
use crate::words::count;

/// A call, with what the kernel takes for its command.
struct Call<'c, 'a> {
    cx: &'c Context<'a>,
    rule: &'static Rule,
    passed: &'c PassedArgument,
    requested: &'c Requested,
    taken: Taken,
}

/// What is passed by mistake; nothing where an address is passed and the kernel takes one.
pub(crate) fn mistaken(
    cx: &Context<'_>,
    rule: &'static Rule,
    passed: &PassedArgument,
    requested: &Requested,
) -> Option<Finding> {
    let call = Call { cx, rule, passed, requested, taken: taken(cx, requested) };
    match &passed.handed {
        Handed::Nothing => call.nothing(),
        Handed::Value(ty) => call.by_value(ty),
        Handed::Address(ty) => match call.behind_typedefs(ty) {
            Type::Pointer(to) => call.address_of_pointer(ty, to),
            ty => call.address_of_value(ty),
        },
        Handed::Pointer(_) => None,
    }
}

/// An integer that is wider than what the kernel copies: wrong on big-endian.
pub(crate) fn too_wide(
    cx: &Context<'_>,
    rule: &'static Rule,
    passed: &PassedArgument,
    requested: &Requested,
) -> Option<Finding> {
    let ty = passed.handed.pointee()?;
    let call = Call { cx, rule, passed, requested, taken: taken(cx, requested) };
    call.wider(ty)
}

/// What the kernel takes for a request.
fn taken(cx: &Context<'_>, requested: &Requested) -> Taken {
    match requested {
        Requested::Number(name, Some(number)) => Taken::of(name, Some(*number), true),
        Requested::Number(name, None) | Requested::Command(name, _) => {
            let known = defined(cx, name);
            let number = known.and_then(|command| cx.layouts.number(command, wide_abi()?));
            Taken::of(name, number.map(|found| found.number), true)
        }
    }
}

impl Call<'_, '_> {
    /// The fewest bytes that the kernel finds behind the argument, where it takes a pointer.
    fn bytes(&self) -> Option<u64> {
        let abis = self.passed.abis.iter();
        abis.filter_map(|id| requested_size(self.cx, self.requested, id)).min().filter(|it| *it > 0)
    }

    fn takes_pointer(&self) -> bool {
        self.taken.is_pointer() || (self.taken.is_unknown() && self.bytes().is_some())
    }

    fn report(&self, says: &str, label: &str, note: String) -> Finding {
        let name = name_of(self.requested);
        let message = format!("`{}` passes {says}", self.passed.function);
        let mut found = finding(self.rule, self.passed.span, self.passed.abis, message);
        found.label = label.into();
        found.notes.push(note);
        found.command = command(name);
        found
    }

    fn nothing(&self) -> Option<Finding> {
        let name = quoted(name_of(self.requested));
        let label = "no argument";
        if self.taken.is_value() {
            let note = "the kernel gets what happens to be in the register of the third argument";
            let mut found =
                self.report(&format!("nothing to {name}, which takes a value"), label, note.into());
            found.severity = Severity::Warning;
            return Some(found);
        }
        let says = format!("nothing to {name}, which takes a pointer");
        let note = "the kernel takes for an address what happens to be in the register";
        self.takes_pointer().then(|| self.report(&says, label, note.into()))
    }

    fn by_value(&self, ty: &Type) -> Option<Finding> {
        let Type::Record(id) = ty else { return None };
        let record = self.cx.interface.record(*id);
        let is_c = record.variants.iter().all(|(_, body)| body.representation == Representation::C);
        if !is_c || !self.takes_pointer() {
            return None;
        }
        let own = self.cx.spelling.ty(ty);
        let name = quoted(name_of(self.requested));
        let mut found = self.report(
            &format!("`{own}` to {name} by value: the kernel takes its address"),
            &format!("`{own}` by value"),
            "its first bytes become the pointer: the call fails with EFAULT, or the kernel writes elsewhere in the \
             program"
                .into(),
        );
        found.record = Some(own);
        Some(found)
    }

    /// What the pointer leads to has to be as large as what the kernel copies, and not as large as a pointer: that may
    /// be what the kernel takes.
    fn address_of_pointer(&self, ty: &Type, to: &Type) -> Option<Finding> {
        let is_meant = |id| {
            let size = self.cx.layouts.type_size(to, id).ok()?.size;
            let copied = self.taken.pointers.iter().map(|row| self.taken.copied(row, id));
            let bytes =
                match copied.collect::<Option<Vec<Copied>>>()?.iter().map(|it| it.most()).min() {
                    Some(bytes) => bytes,
                    None => requested_size(self.cx, self.requested, id)?,
                };
            Some(size == bytes && bytes != 8 && bytes != u64::from(id.abi().pointer_size))
        };
        let mut abis = self.passed.abis.iter().filter(|id| id.abi().is_64_bit()).peekable();
        abis.peek().filter(|_| self.takes_pointer())?;
        if !abis.all(|id| is_meant(id) == Some(true)) {
            return None;
        }
        let name = quoted(name_of(self.requested));
        let mut found = self.report(
            &format!("the address of a pointer to {name}, which takes the pointer itself"),
            "the address of a pointer",
            "the kernel copies from and to the pointer: what it points to stays as it was".into(),
        );
        found.record = Some(self.cx.spelling.ty(ty));
        Some(found)
    }

    fn address_of_value(&self, ty: &Type) -> Option<Finding> {
        if !self.taken.is_value() || !self.is_integer(ty) {
            return None;
        }
        let name = quoted(name_of(self.requested));
        Some(self.report(
            &format!("an address to {name}, which takes a value"),
            "an address",
            "the kernel takes the address for the value: the call fails with EINVAL, or does what its low bits say"
                .into(),
        ))
    }

    fn wider(&self, ty: &Type) -> Option<Finding> {
        let rows = &self.taken.pointers;
        let is_sure = self.taken.is_pointer() && rows.iter().all(|row| integer(row).is_some());
        if !is_sure || !self.is_integer(ty) {
            return None;
        }
        let most = |id| {
            let copied: Option<Vec<Copied>> =
                rows.iter().map(|row| self.taken.copied(row, id)).collect();
            copied?.into_iter().max_by_key(|it| it.most())
        };
        let big: AbiSet =
            self.passed.abis.iter().filter(|id| id.abi().byte_order == ByteOrder::Big).collect();
        let wider = by_value(big, |id| {
            let (own, copied) = (self.cx.layouts.type_size(ty, id).ok()?.size, most(id)?);
            (copied.most() < own).then(|| (own, copied.most(), copied.verb()))
        });
        let (_, &(own, most, verb)) = wider.iter().next()?;
        let name = quoted(name_of(self.requested));
        let mut found = self.report(
            &format!(
                "{} to {name}: the kernel {verb} {most}, wrong on big-endian",
                count(own, "byte")
            ),
            &format!("{} for {most}", count(own, "byte")),
            format!(
                "these are the most significant bytes {}",
                abi_words::on(wider.abis(), self.cx.interface.abis)
            ),
        );
        found.abis = wider.abis();
        found.record = Some(self.cx.spelling.ty(ty));
        found.severity = Severity::Warning;
        Some(found)
    }

    fn is_integer(&self, ty: &Type) -> bool {
        matches!(self.behind_typedefs(ty), Type::Scalar(_))
    }

    fn behind_typedefs<'t>(&'t self, ty: &'t Type) -> &'t Type {
        self.cx.interface.behind_typedefs(ty).unwrap_or(ty)
    }
}
