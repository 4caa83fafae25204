//! H002 compat-ptr-with-incompatible.

use std::collections::BTreeSet;

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::{
    Command, Finding, Fix, HandledCommand, HandlerTable, Interface, Label, Layouts, Object, Safety,
    Type,
};

use crate::compat::Pair;
use crate::context::Context;
use crate::declare_rule;
use crate::handlers::{abis, companions, table_finding};
use crate::{conventions, driver_code};

declare_rule! {
    /// `compat_ptr_ioctl` in front of a command whose argument differs for 32-bit programs
    ///
    /// # What
    /// A compiled object has `compat_ptr_ioctl` (or `blkdev_compat_ptr_ioctl`) in a table of handlers,
    /// and a header that was given with `--header` has a command whose argument has another layout on a
    /// 32-bit ABI whose programs the object's kernel runs. An object that was found in a folder is
    /// compared with a header only if its types include one of the header's arguments.
    ///
    /// In driver source the rule looks at the commands of the native handler, and reports those whose
    /// argument is not translated anywhere else. It leaves out handlers that check for 32-bit callers,
    /// handlers that compare only the nr, and commands whose argument is not copied.
    ///
    /// # Why
    /// `compat_ptr_ioctl` converts the pointer and calls the native handler, which then reads members
    /// at the wrong offsets. Where the size differs, so does the number, and the command fails; where
    /// it does not, the driver works with the wrong values.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "32-bit compat mode", "Structure layout".
    ///
    /// # Example
    /// ```c
    /// struct foo_map {
    ///         __u64 start;
    ///         __u32 flags; /* 4 bytes of padding on x86_64, none on i386 */
    /// };
    /// #define FOO_MAP _IOW('f', 1, struct foo_map)
    ///
    /// static const struct file_operations foo_fops = {
    ///         .unlocked_ioctl = foo_ioctl,
    ///         .compat_ioctl = compat_ptr_ioctl,
    /// };
    /// ```
    ///
    /// # Fix
    /// While nobody uses the interface, make the structure the same everywhere (rules L001 to L013
    /// say how). Later, translate:
    /// ```c
    /// static const struct file_operations foo_fops = {
    ///         .unlocked_ioctl = foo_ioctl,
    ///         .compat_ioctl = foo_compat_ioctl,
    /// };
    /// ```
    COMPAT_PTR_WITH_INCOMPATIBLE: "H002", "compat-ptr-with-incompatible", Error, legacy Error,
        for Kernel;
}

/// Commands that are named one by one.
const NAMED: usize = 5;

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    check_objects(cx, findings);
    check_source(cx, findings);
}

fn check_source(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let join = cx.join();
    for (table, handler) in driver_code::tables(cx) {
        let Some(compat) = &table.compat else { continue };
        if handler.asks_for_compat || !driver_code::converts_pointers(cx, table) {
            continue;
        }
        let copied: Vec<&HandledCommand> = handler
            .commands
            .iter()
            .filter(|command| !command.by_nr && !command.accesses.is_empty())
            .collect();
        let concerned: Vec<(&Command, Pair)> = copied
            .iter()
            .filter_map(|handled| {
                let incompatible = cx.incompatibilities().iter();
                let found = incompatible.into_iter().find(|it| it.command.name == handled.name)?;
                let pair = found.pairs.iter().find(|pair| meets(**pair))?;
                join.is_broken(&handled.name).then_some((found.command, *pair))
            })
            .collect();
        let Some((first, pair)) = concerned.first() else { continue };
        let names: Vec<&str> = concerned.iter().map(|(command, _)| command.name.as_str()).collect();
        let message = format!(
            "`{}` does not convert {}, which {} for {} programs",
            compat.function,
            driver_code::list(&names),
            differ(&names),
            pair.other.abi().name,
        );
        let mut finding =
            driver_code::table_finding(cx, &COMPAT_PTR_WITH_INCOMPATIBLE, table, message);
        finding.span = compat.span;
        finding.command = Some(first.name.clone());
        finding.label = "translates no argument".into();
        finding.related.extend(concerned.iter().take(NAMED).map(|(command, _)| Label {
            span: command.span,
            text: format!("`{}` differs", command.name),
        }));
        finding.fix = Some(fix());
        findings.push(finding);
    }
}

/// Whether a 64-bit kernel runs the programs of the other ABI.
fn meets(pair: Pair) -> bool {
    let abi = pair.reference.abi();
    abi.is_64_bit() && abi.companions().any(|companion| companion.id() == pair.other)
}

fn differ(names: &[&str]) -> &'static str {
    if names.len() == 1 { "differs" } else { "differ" }
}

fn fix() -> Fix {
    Fix {
        message: "write a `compat_ioctl` that translates these commands, or make their arguments \
                  the same on every ABI"
            .into(),
        edits: Vec::new(),
        safety: Safety::ChangesAbi,
    }
}

fn check_objects(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(references) = cx.references else { return };
    for source in references.for_objects() {
        let layouts = Layouts::new(source.interface());
        let of_headers = Context::new(&layouts);
        let incompatible = of_headers.incompatibilities();
        if incompatible.is_empty() {
            continue;
        }
        let arguments = argument_names(source.interface());
        for object in &cx.interface.objects {
            let is_its_own =
                object.own_records.iter().any(|name| arguments.contains(name.as_str()));
            if !object.named && !is_its_own {
                continue;
            }
            let concerned: Vec<(&Command, Pair)> = incompatible
                .iter()
                .filter_map(|found| {
                    let pair = differing(&found.pairs, object.abi, companions(object))?;
                    Some((found.command, pair))
                })
                .collect();
            findings.extend(report(object, &concerned));
        }
    }
}

/// An object's ABI and one of those whose programs its kernel also runs, where a command differs
/// between the two.
fn differing(pairs: &[Pair], abi: AbiId, companions: AbiSet) -> Option<Pair> {
    let meet = |pair: &&Pair| pair.reference == abi && companions.contains(pair.other);
    pairs.iter().find(meet).copied()
}

/// The names of the structures that commands carry.
fn argument_names(interface: &Interface) -> BTreeSet<&str> {
    let bodies = interface.commands.iter().flat_map(|command| command.variants.iter());
    let types = bodies.filter_map(|(_, body)| body.argument.ty());
    types
        .filter_map(|ty| match interface.behind_typedefs(ty)?.innermost_element() {
            Type::Record(id) => {
                let record = interface.record(*id);
                record.name.as_deref().or(record.typedef_name.as_deref())
            }
            _ => None,
        })
        .collect()
}

/// One finding for an object: which of its tables answers which command, it does not show.
fn report(object: &Object, concerned: &[(&Command, Pair)]) -> Option<Finding> {
    let converts = |table: &&HandlerTable| {
        let compat = table.compat.as_ref();
        compat.is_some_and(|compat| {
            conventions::CONVERTING.iter().any(|name| compat.is_imported(name))
        })
    };
    let mut tables = object.tables.iter().filter(converts);
    let table = tables.next()?;
    let compat = table.compat.as_ref()?;
    let (_, pair) = concerned.first()?;
    let names: Vec<&str> = concerned.iter().map(|(command, _)| command.name.as_str()).collect();
    let message = format!(
        "`{}` does not convert {}, which {} for {} programs",
        compat.function,
        driver_code::list(&names),
        differ(&names),
        pair.other.abi().name,
    );
    let beside = (compat, "converts the pointer, and nothing behind it".to_owned());
    let mut finding =
        table_finding(&COMPAT_PTR_WITH_INCOMPATIBLE, object, table, Some(beside), message);
    finding.abis = abis(object);
    finding.label = "translates no argument".into();
    finding.related.extend(tables.filter_map(|table| {
        let span = table.compat.as_ref()?.span;
        Some(Label { span, text: "so does this one".into() })
    }));
    finding.related.extend(concerned.iter().take(NAMED).map(|(command, _)| Label {
        span: command.span,
        text: format!("`{}` differs", command.name),
    }));
    if concerned.len() > NAMED {
        let others: Vec<&str> =
            concerned.iter().skip(NAMED).map(|(command, _)| command.name.as_str()).collect();
        finding.notes.push(format!("and {}", others.join(", ")));
    }
    finding.fix = Some(fix());
    Some(finding)
}

#[cfg(test)]
mod tests {
    use ioctlkit_abi::Abi;

    use super::*;

    #[test]
    fn a_pair_counts_if_it_meets_on_the_kernel_of_the_object() {
        let abi = |name| Abi::by_name(name).unwrap().id();
        let (native, compat) = (abi("x86_64"), abi("i386"));
        let pair = Pair { reference: native, other: compat };
        let elsewhere = Pair { reference: abi("aarch64"), other: compat };
        let companions = AbiSet::only(compat);
        assert_eq!(differing(&[elsewhere, pair], native, companions), Some(pair));
        assert_eq!(differing(&[elsewhere], native, companions), None);
        assert_eq!(differing(&[pair], native, AbiSet::EMPTY), None, "it runs no other programs");
    }
}
