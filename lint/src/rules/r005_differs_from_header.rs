//! R005 differs-from-header.

use std::collections::BTreeMap;

use ioctlkit_abi::{AbiSet, Direction};
use ioctlkit_model::{FileId, Finding, Fix, Label, Language, Safety, Span, abi_words};

use crate::against::{Fault, Item, Pair, Part, Reference, References, Told};
use crate::context::{Context, finding};
use crate::declare_rule;
use crate::words::count;

declare_rule! {
    /// a definition in Rust, or a number in a list, that is not what the C header says
    ///
    /// # What
    /// With `--against linux/foo.h`, or `against` in the configuration, each Rust command is
    /// compared with the header's command of that name, and each structure with the header's, on
    /// every ABI: the number, the size, and the offset and size of each member.
    ///
    /// A name is the one that `#[ioctl(c = "…")]` states, else the same in another case:
    /// `KVM_GET_REGS`, `kvm_get_regs`, `KvmGetRegs`; a command without a namesake is compared with the
    /// header's of its type and nr, and one of whose namesake both differ is no pair. The arguments of
    /// one command are compared whatever they are called. Of commands of any length, such as
    /// `HIDIOCSFEATURE`, direction, type and nr are compared, and of constants their numbers. Members may evade a keyword (`type_`), or have another name at the
    /// same place; anonymous structures of C are opened up, and so are bindgen's
    /// `__bindgen_anon_1`. Reserved members and padding may be spelled as each side likes, and bytes
    /// that one side reserves may have a name on the other: one of them is newer.
    ///
    /// A list of numbers is compared in the same way: the constants of a Go file, the assignments of a
    /// Python file, lines of `NAME,number`, a JSON object, a C header of plain numbers. A Go file is for the
    /// architecture that its name or its `//go:build` line states, any other for all, unless `--abi` says
    /// which. Numbers that are right on some ABIs and wrong on others are one finding for each list.
    ///
    /// What the header does not have is not reported: a crate defines other things, too.
    ///
    /// # Why
    /// The driver does not know a command by another number, and takes a structure of another
    /// layout for what it is not: it reads and writes the wrong bytes, and on a larger structure
    /// than the program has, bytes that are not the structure's.
    ///
    /// # Source
    /// The header itself.
    ///
    /// # Example
    /// ```rust
    /// // struct kvm_userspace_memory_region of linux/kvm.h has `flags` before `guest_phys_addr`.
    /// #[repr(C)]
    /// pub struct KvmUserspaceMemoryRegion {
    ///     pub slot: u32,
    ///     pub guest_phys_addr: u64,
    ///     pub flags: u32,
    ///     pub memory_size: u64,
    ///     pub userspace_addr: u64,
    /// }
    /// ```
    ///
    /// # Fix
    /// Write what the header says, or let `ioctl-gen import` write it.
    DIFFERS_FROM_HEADER: "R005", "differs-from-header", Error, legacy Error, for RustAndLists;
}

/// So many faults of one definition are told; the rest is counted.
const TOLD: usize = 8;

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for reference in cx.references.into_iter().flat_map(References::iter) {
        let comparison = reference.compare(cx.layouts);
        let mut packed: BTreeMap<&str, Vec<&Pair>> = BTreeMap::new();
        let mut of_others: BTreeMap<(FileId, AbiSet), Vec<&Pair>> = BTreeMap::new();
        for pair in comparison.differences() {
            if is_of_some_abis(cx, pair) {
                let key = (pair.span.file, pair.differing());
                of_others.entry(key).or_default().push(pair);
                continue;
            }
            match &pair.packed_by {
                Some(encoder) => packed.entry(encoder).or_default().push(pair),
                None => findings.extend(report(reference, pair)),
            }
        }
        // What one encoder gets wrong is one mistake.
        for (encoder, pairs) in packed {
            findings.extend(report_encoder(reference, encoder, &pairs));
        }
        // A list with the numbers of one architecture is right, for that.
        for ((_, on), pairs) in of_others {
            findings.extend(report_list(reference, on, &pairs));
        }
    }
}

/// Whether it is a number of a list that is right on some ABIs.
fn is_of_some_abis(cx: &Context<'_>, pair: &Pair) -> bool {
    let language = cx.interface.sources.file(pair.span.file).language();
    language == Language::List && pair.differing() != pair.abis
}

/// The numbers of a list that are those of other ABIs.
fn report_list(reference: &Reference, on: AbiSet, pairs: &[&Pair]) -> Option<Finding> {
    let (first, others) = pairs.split_first()?;
    let mut finding = report(reference, first)?;
    finding.abis = on;
    let names = others.iter().take(TOLD).map(|pair| format!("`{}`", pair.name));
    let mut names = names.collect::<Vec<_>>().join(", ");
    if others.len() > TOLD {
        names = format!("{names} and {} more", others.len() - TOLD);
    }
    finding.notes.clear();
    if !others.is_empty() {
        finding.notes.push(format!("the same holds for {names}"));
    }
    let right = abi_words::on(first.abis.difference(on), first.abis);
    finding.notes.push(format!("the number is right {right}"));
    finding.fix = Some(Fix {
        message: "keep a list for each architecture, and name the ABI that one is for with `--abi`"
            .into(),
        edits: Vec::new(),
        safety: Safety::ChangesAbi,
    });
    Some(finding)
}

/// Commands that differ because one encoder packs them in another way than the kernel.
fn report_encoder(reference: &Reference, encoder: &str, pairs: &[&Pair]) -> Option<Finding> {
    let (first, others) = pairs.split_first()?;
    if others.is_empty() || encoder.is_empty() {
        return report(reference, first);
    }
    let on = pairs.iter().fold(AbiSet::EMPTY, |all, pair| all.union(pair.differing()));
    let header = header(reference, first.c_span);
    let told = first.faults.first()?;
    let message = format!(
        "`{encoder}` packs {} differently from {header}: of `{}` {}",
        count(pairs.len() as u64, "command"),
        first.name,
        sentence(first, told)
    );
    let mut finding = finding(&DIFFERS_FROM_HEADER, first.span, on, message);
    finding.command = Some(first.name.clone());
    finding.label = label(&told.fault);
    let (c_span, text) = c_place(first, told);
    finding.related = vec![Label { span: reference.span(c_span), text }];
    let names = others.iter().take(TOLD).map(|pair| format!("`{}`", pair.name));
    let mut names = names.collect::<Vec<_>>().join(", ");
    if others.len() > TOLD {
        names = format!("{names} and {} more", others.len() - TOLD);
    }
    finding.notes = vec![format!("so are {names}")];
    finding.fix = Some(Fix {
        message:
            "pack them with `#[derive(Ioctl)]`, or with a function that knows each architecture"
                .into(),
        edits: Vec::new(),
        safety: Safety::ChangesAbi,
    });
    Some(finding)
}

fn report(reference: &Reference, pair: &Pair) -> Option<Finding> {
    let on = pair.differing();
    let (first, others) = pair.faults.split_first()?;
    let header = header(reference, pair.c_span);
    let more = match others.len() {
        0 => String::new(),
        // Every encoding has its number: that is one difference.
        _ if pair.item != Item::Record => String::new(),
        more => format!(", and {}", count(more as u64, "more difference")),
    };
    let message = format!(
        "`{}` is not `{}` of {header}: {}{more}",
        pair.name,
        pair.c_name,
        sentence(pair, first)
    );
    let mut finding = finding(&DIFFERS_FROM_HEADER, place(pair, first), on, message);
    match pair.item {
        Item::Command | Item::RawNumber | Item::Family => finding.command = Some(pair.name.clone()),
        Item::Record => finding.record = Some(pair.name.clone()),
    }
    finding.label = label(&first.fault);
    let (c_span, text) = c_place(pair, first);
    finding.related = vec![Label { span: reference.span(c_span), text }];
    finding.notes = others.iter().take(TOLD).map(|told| sentence(pair, told)).collect();
    if others.len() > TOLD {
        finding.notes.push(format!("and {} more", others.len() - TOLD));
    }
    finding.fix = Some(Fix {
        message: match pair.item {
            Item::Record => format!("give it the members of `{}`", pair.c_name),
            Item::Command | Item::RawNumber | Item::Family => format!("define it as {header} does"),
        },
        edits: Vec::new(),
        safety: Safety::ChangesAbi,
    });
    Some(finding)
}

/// The header as people write it: the end of its path that was asked for, else its file name.
fn header(reference: &Reference, span: Span) -> String {
    let path = reference.interface().sources.path(span);
    let asked_for = reference.names.iter().find(|name| path.ends_with(name.as_str()));
    match (asked_for, path.file_name()) {
        (Some(name), _) => name.clone(),
        (None, Some(name)) => name.to_string_lossy().into_owned(),
        (None, None) => path.display().to_string(),
    }
}

fn sentence(pair: &Pair, told: &Told) -> String {
    let on = abi_words::on(told.abis, pair.abis);
    match &told.fault {
        Fault::Number { rust, c, parts } => {
            let parts: Vec<String> = parts.iter().copied().map(part).collect();
            format!("the number is {rust:#010x} and not {c:#010x} {on}{}", because(&parts))
        }
        Fault::Size { rust, c } => format!("{} and not {} {on}", count(*rust, "byte"), c),
        Fault::Place { member, c_member, rust, c } => {
            let named = if member.name == c_member.name {
                format!("`{}`", member.name)
            } else {
                format!("`{}` (`{}`)", member.name, c_member.name)
            };
            match (rust.offset_bits == c.offset_bits, rust.size_bits == c.size_bits) {
                (true, _) => {
                    format!(
                        "{named} has {} and not {} {on}",
                        width(rust.size_bits),
                        width(c.size_bits)
                    )
                }
                (_, true) => format!(
                    "{named} is at {} and not at {} {on}",
                    offset(rust.offset_bits),
                    offset(c.offset_bits)
                ),
                _ => format!("{named} is at {rust} and not at {c} {on}"),
            }
        }
        Fault::OnlyInRust { member, rust } => {
            format!("the header has no `{}`, here at {rust}, {on}", member.name)
        }
        Fault::OnlyInC { c_member, c } => {
            format!("`{}` is missing, in the header at {c}, {on}", c_member.name)
        }
    }
}

fn because(parts: &[String]) -> String {
    if parts.is_empty() { String::new() } else { format!(", because {}", parts.join(" and ")) }
}

fn part(part: Part) -> String {
    let word = |direction: Option<Direction>| direction.map_or("invalid", Direction::name);
    match part {
        Part::Size { rust, c } => {
            format!("the argument has {} and not {c}", count(rust.into(), "byte"))
        }
        Part::Direction { rust, c } => {
            format!("the direction is {} and not {}", word(rust), word(c))
        }
        Part::TypeLetter { rust, c } => {
            let letter = |one: u8| crate::numbering::letter(one.into());
            format!("the type is {} and not {}", letter(rust), letter(c))
        }
        Part::Nr { rust, c } => format!("the nr is {rust:#04x} and not {c:#04x}"),
    }
}

fn label(fault: &Fault) -> String {
    match fault {
        Fault::Number { .. } => "another number in the header".into(),
        Fault::Size { c, .. } => format!("{} in the header", count(*c, "byte")),
        Fault::Place { c, .. } => format!("at {c} in the header"),
        Fault::OnlyInRust { .. } => "not in the header".into(),
        Fault::OnlyInC { c_member, .. } => format!("lacks `{}`", c_member.name),
    }
}

/// Where the fault is in Rust.
fn place(pair: &Pair, told: &Told) -> Span {
    match &told.fault {
        Fault::Place { member, .. } | Fault::OnlyInRust { member, .. } => member.span,
        _ => pair.span,
    }
}

/// What of the header is meant, with a few words.
fn c_place(pair: &Pair, told: &Told) -> (Span, String) {
    match &told.fault {
        Fault::Place { c_member, c, .. } | Fault::OnlyInC { c_member, c } => {
            (c_member.span, format!("`{}` is at {c}", c_member.name))
        }
        _ => (pair.c_span, format!("`{}` of the header", pair.c_name)),
    }
}

fn offset(bits: u64) -> String {
    if bits.is_multiple_of(8) { format!("byte {}", bits / 8) } else { format!("bit {bits}") }
}

fn width(bits: u64) -> String {
    if bits.is_multiple_of(8) { count(bits / 8, "byte") } else { count(bits, "bit") }
}
