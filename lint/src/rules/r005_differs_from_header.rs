//! R005 differs-from-header.

use std::collections::BTreeMap;

use ioctlkit_abi::{AbiSet, Direction};
use ioctlkit_model::{FileId, Finding, Fix, Label, Language, Safety, Span, abi_words};

use crate::against::{Fault, Item, Pair, Part, Reference, References, Told};
use crate::context::{Context, finding};
use crate::declare_rule;
use crate::words::{self, count};

declare_rule! {
    /// Rust definition, or number in a list, that differs from the C header
    ///
    /// # What
    /// With `--against linux/foo.h`, or `against` in the configuration, each Rust command is
    /// compared with the header's command of that name, and each structure with the header's, on
    /// every ABI: the number, the size, and the offset and size of each member.
    ///
    /// A name is the one that `#[ioctl(c = "…")]` states, else the same in another case:
    /// `KVM_GET_REGS`, `kvm_get_regs`, `KvmGetRegs`; a command without a namesake is compared with the
    /// header's command of its type and nr, and a namesake that differs in both does not count. The
    /// arguments of a command are compared whatever their names are. For commands of any length, such
    /// as `HIDIOCSFEATURE`, the rule compares direction, type and nr, and for constants their numbers.
    /// Members may avoid a keyword (`type_`), or have another name at the same place; members of
    /// anonymous structures count as those of the structure around them, and so do those of bindgen's
    /// `__bindgen_anon_1`. Reserved members and padding may differ in their names and types, and bytes
    /// that are reserved on one side may have a name on the other, which is newer.
    ///
    /// Lists of numbers are compared in the same way: the constants of a Go file, the assignments of a
    /// Python file, lines of `NAME,number`, a JSON object, a C header of plain numbers. A Go file is
    /// for the architecture that its name or its `//go:build` line states, any other for all, unless
    /// `--abi` says which. Numbers that are right on some ABIs and wrong on others are one finding for
    /// each list.
    ///
    /// What the header does not have is not reported, since a crate defines other things as well.
    ///
    /// # Why
    /// With a wrong number the driver does not know the command. With a wrong layout it reads and
    /// writes the wrong bytes, and if its structure is larger than the program's, bytes beyond the
    /// program's structure.
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

/// How many faults, or definitions with the same fault, a finding shows; it counts the others.
const SHOWN: usize = 8;

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
    finding.notes.clear();
    if !others.is_empty() {
        finding.notes.push(format!("the same holds for {}", names(others)));
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

/// Commands that differ because one encoder packs them differently from the kernel.
fn report_encoder(reference: &Reference, encoder: &str, pairs: &[&Pair]) -> Option<Finding> {
    let (first, others) = pairs.split_first()?;
    if others.is_empty() || encoder.is_empty() {
        return report(reference, first);
    }
    let on = pairs.iter().fold(AbiSet::EMPTY, |all, pair| all.union(pair.differing()));
    let header = header(reference, first.c_span);
    let told = first.faults.first()?;
    let message = format!(
        "`{encoder}` packs {} differently from {header}",
        count(pairs.len() as u64, "command")
    );
    let mut finding = finding(&DIFFERS_FROM_HEADER, first.span, on, message);
    finding.command = Some(first.name.clone());
    finding.label = label(&told.fault);
    let (c_span, text) = c_place(first, told);
    finding.related = vec![Label { span: c_span, text }];
    finding.notes = vec![format!("`{}`: {}", first.name, sentence(first, told))];
    finding.notes.extend(parts(&told.fault));
    finding.notes.push(format!("the others are {}", names(others)));
    finding.fix = Some(Fix {
        message:
            "pack them with `#[derive(Ioctl)]`, or with a function that knows each architecture"
                .into(),
        edits: Vec::new(),
        safety: Safety::ChangesAbi,
    });
    Some(finding)
}

fn names(pairs: &[&Pair]) -> String {
    let names: Vec<&str> = pairs.iter().map(|pair| pair.name.as_str()).collect();
    words::names(&names, SHOWN)
}

fn report(reference: &Reference, pair: &Pair) -> Option<Finding> {
    let on = pair.differing();
    let (first, others) = pair.faults.split_first()?;
    let header = header(reference, pair.c_span);
    let message = format!(
        "`{}` differs from `{}` of {header}: {}",
        pair.name,
        pair.c_name,
        difference(&first.fault)
    );
    let mut finding = finding(&DIFFERS_FROM_HEADER, place(pair, first), on, message);
    match pair.item {
        Item::Command | Item::RawNumber | Item::Family => finding.command = Some(pair.name.clone()),
        Item::Record => finding.record = Some(pair.name.clone()),
    }
    finding.label = label(&first.fault);
    let (c_span, text) = c_place(pair, first);
    finding.related = vec![Label { span: c_span, text }];
    if first.abis != on {
        finding.notes.push(sentence(pair, first));
    }
    finding.notes.extend(parts(&first.fault));
    finding.notes.extend(others.iter().take(SHOWN).map(|told| sentence(pair, told)));
    if others.len() > SHOWN {
        finding.notes.push(format!("and {} more", others.len() - SHOWN));
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

/// A difference, and the ABIs that have it.
fn sentence(pair: &Pair, told: &Told) -> String {
    format!("{} {}", difference(&told.fault), abi_words::on(told.abis, pair.abis))
}

fn difference(fault: &Fault) -> String {
    match fault {
        Fault::Number { rust, c, .. } => format!("{rust:#010x} instead of {c:#010x}"),
        Fault::Size { rust, c } => format!("{} instead of {c}", count(*rust, "byte")),
        Fault::Place { member, c_member, rust, c } => {
            let named = if member.name == c_member.name {
                format!("`{}`", member.name)
            } else {
                format!("`{}` (`{}`)", member.name, c_member.name)
            };
            format!("{named} is {}", rust.instead_of(*c))
        }
        Fault::OnlyInRust { member, .. } => format!("the header has no `{}`", member.name),
        Fault::OnlyInC { c_member, .. } => format!("`{}` is missing", c_member.name),
    }
}

/// What of a number differs.
fn parts(fault: &Fault) -> Vec<String> {
    match fault {
        Fault::Number { parts, .. } => parts.iter().copied().map(part).collect(),
        _ => Vec::new(),
    }
}

fn part(part: Part) -> String {
    let word = |direction: Option<Direction>| direction.map_or("invalid", Direction::name);
    match part {
        Part::Size { rust, c } => {
            format!("the argument has {} instead of {c}", count(rust.into(), "byte"))
        }
        Part::Direction { rust, c } => {
            format!("the direction is {} instead of {}", word(rust), word(c))
        }
        Part::TypeLetter { rust, c } => {
            let letter = |one: u8| crate::numbering::letter(one.into());
            format!("the type is {} instead of {}", letter(rust), letter(c))
        }
        Part::Nr { rust, c } => format!("the nr is {rust:#04x} instead of {c:#04x}"),
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
