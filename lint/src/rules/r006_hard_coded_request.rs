//! R006 hard-coded-request.

use std::collections::HashSet;

use ioctlkit_abi::{AbiSet, Direction};
use ioctlkit_model::{
    Command, Finding, Fix, Label, Layouts, RawNumber, Safety, Severity, Span, THROUGH_CONSTANT,
    THROUGH_DERIVE, THROUGH_LINUX_RAW_SYS, abi_words,
};

use crate::abis::by_value;
use crate::against::{Reference, References};
use crate::context::{Context, finding};
use crate::declare_rule;
use crate::known_numbers;
use crate::numbering::{letter, lower_half};

declare_rule! {
    /// request written as a number
    ///
    /// # What
    /// The request of an `ioctl` call, or a constant that is used as one, is a literal. Where a
    /// command of the run, of a header given with `--against`, or of the kernel's headers has the
    /// number, the finding names it, and says on which ABIs that command has another one.
    ///
    /// A constant that has the command's name, and its number on every ABI, is an info.
    ///
    /// # Why
    /// The same command has other numbers on alpha, mips, parisc, powerpc and sparc: there the literal
    /// is another command, or none. And it tells neither readers nor tools what is passed.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Command number definitions"; the kernel's
    /// `asm/ioctl.h` and `asm/ioctls.h`.
    ///
    /// # Example
    /// ```rust
    /// const KVM_CREATE_VM: libc::c_ulong = 0xae01; // 0x2000ae01 on mips and powerpc
    /// libc::ioctl(fd, KVM_CREATE_VM, 0);
    /// libc::ioctl(fd, 0x5413, &mut size); // TIOCGWINSZ
    /// ```
    ///
    /// # Fix
    /// Use the constant of the `libc` or `linux-raw-sys` crate, or let a macro compute the number.
    HARD_CODED_REQUEST: "R006", "hard-coded-request", Warning, legacy Warning, for Rust;
}

/// What a number is known to be.
struct Known<'a> {
    name: &'a str,
    /// Where it is defined, if that was read.
    at: Option<Span>,
    /// The ABIs on which the command has another number, with that.
    wrong: Vec<(AbiSet, u32)>,
    /// Whether architectures have numbers of their own that were not read.
    varies: bool,
    /// The header, where it is known by its name only.
    header: &'a str,
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // What no call uses is no request.
    let commands = cx.interface.commands.iter();
    let commands: HashSet<_> =
        commands.map(|command| (command.span.file, command.name.as_str())).collect();
    // One whose direction is a bit on some ABIs and nothing on the others is put together on all of them.
    let is_request = |raw: &&RawNumber| {
        raw.through != THROUGH_CONSTANT && !commands.contains(&(raw.span.file, raw.name.as_str()))
    };
    let requests = cx.interface.raw_numbers.iter().filter(is_request);
    for raw in requests {
        // `number = …` of the derive gives a number its name and its argument, and says by name
        // where it is another: only the wrong number is left to be found.
        let is_stated = [THROUGH_DERIVE, THROUGH_LINUX_RAW_SYS].contains(&&*raw.through);
        for (abis, number) in raw.variants.iter() {
            let known = known(cx, raw, abis, *number);
            let is_right = known.as_ref().is_none_or(|known| {
                known.wrong.is_empty() && (!known.varies || raw.variants.iter().count() > 1)
            });
            if !(is_stated && is_right) {
                findings.push(report(raw, known.as_ref(), abis, *number));
            }
        }
    }
}

fn report(raw: &RawNumber, known: Option<&Known<'_>>, abis: AbiSet, number: u32) -> Finding {
    let wrong = known.iter().flat_map(|known| &known.wrong);
    let wrong = wrong.fold(AbiSet::EMPTY, |all, (on, _)| all.union(*on));
    let is_said = known.is_some_and(|known| known.is_said_by(raw));
    let meanings = meanings(number, abis);
    let message = match known {
        Some(known) if is_said => {
            format!("`{}` is written as a number, {number:#06x}", known.name)
        }
        Some(known) => format!("{number:#06x} is `{}` {}", known.name, whereabouts(known)),
        None => format!("{number:#06x} is written as a number: {}", meanings[0]),
    };
    let on = if wrong.is_empty() { abis } else { wrong };
    let mut finding = finding(&HARD_CODED_REQUEST, raw.span, on, message);
    finding.command = Some(raw.name.clone());
    if is_said {
        finding.severity = Severity::Info;
    }
    // A constant that has a name and another command's number may be a mistake, and is a finding of its own.
    let is_bare = raw.name.starts_with(|first: char| first.is_ascii_digit());
    let is_right = known.is_some_and(|known| known.wrong.is_empty() && !known.varies);
    finding.is_habit = is_right && (is_said || is_bare);
    finding.label = match known {
        Some(known) => format!("`{}`", known.name),
        None => "not a known command".into(),
    };
    if known.is_none() {
        finding.notes.extend_from_slice(&meanings[1..]);
    }
    if let Some(known) = known {
        if known.varies && known.wrong.is_empty() {
            finding.notes.push(format!("`{}` has other numbers on mips and powerpc", known.header));
        }
        finding.related = known
            .at
            .map(|span| Label { span, text: format!("`{}` is defined here", known.name) })
            .into_iter()
            .collect();
        let numbers = known.wrong.iter();
        finding.notes.extend(
            numbers.map(|(on, number)| format!("{number:#010x} {}", abi_words::on(*on, abis))),
        );
    }
    finding.fix = Some(Fix {
        message: match known {
            Some(known) => format!("use `{}`, by its name or computed by a macro", known.name),
            None => "compute the number with a macro, from type, nr and argument".into(),
        },
        edits: Vec::new(),
        safety: if wrong.is_empty() { Safety::Safe } else { Safety::ChangesAbi },
    });
    finding
}

/// The command that has the number on some ABI: one that is named for it before any other, since
/// type letters are shared.
fn known<'a>(cx: &'a Context<'_>, raw: &RawNumber, abis: AbiSet, number: u32) -> Option<Known<'a>> {
    let mut found: Vec<Known<'a>> = Vec::new();
    for reference in references(cx, raw) {
        let layouts = Layouts::new(reference.interface());
        let commands = reference.interface().commands.iter();
        found.extend(commands.filter_map(|command| of(&layouts, command, abis, number)));
    }
    let own = cx.interface.commands.iter();
    found.extend(own.filter_map(|command| of(cx.layouts, command, abis, number)));
    let named = |known: &Known<'_>| crate::against::same_name(&raw.name, known.name);
    let best = found.iter().position(named).or((found.len() == 1).then_some(0));
    if let Some(best) = best {
        return Some(found.swap_remove(best));
    }
    let in_header =
        references(cx, raw).find_map(|reference| of_plain(reference, raw, abis, number));
    if in_header.is_some() {
        return in_header;
    }
    let plain = known_numbers::named(number)?;
    Some(Known {
        name: plain.name,
        at: None,
        wrong: Vec::new(),
        varies: plain.varies,
        header: plain.header,
    })
}

/// The headers that the file of a number is compared with.
fn references<'a>(cx: &Context<'a>, raw: &RawNumber) -> impl Iterator<Item = &'a Reference> {
    let all = cx.references.into_iter().flat_map(References::iter);
    all.filter(|reference| reference.is_for(raw.span.file))
}

fn of<'a>(
    layouts: &Layouts<'_>,
    command: &'a Command,
    abis: AbiSet,
    number: u32,
) -> Option<Known<'a>> {
    let body = command.variants.first()?;
    if lower_half((body.type_letter, body.nr)) != number & 0xffff {
        return None;
    }
    let shared = abis.intersection(command.variants.abis());
    let numbers = by_value(shared, |id| Some(layouts.number(command, id)?.number));
    if !numbers.iter().any(|(_, known)| *known == number) {
        return None;
    }
    let wrong = numbers.iter().filter(|(_, known)| **known != number);
    Some(Known {
        name: &command.name,
        at: Some(command.span),
        wrong: wrong.map(|(on, known)| (on, *known)).collect(),
        varies: false,
        header: "",
    })
}

/// The plain number of a header that has this one's name and, on some ABI, its value. Another constant may
/// have the value by chance.
fn of_plain<'a>(
    reference: &'a Reference,
    raw: &RawNumber,
    abis: AbiSet,
    number: u32,
) -> Option<Known<'a>> {
    let plain = reference
        .interface()
        .raw_numbers
        .iter()
        .find(|plain| crate::against::same_name(&raw.name, &plain.name))?;
    let values = plain.variants.iter().map(|(on, value)| (on.intersection(abis), *value));
    let (right, wrong): (Vec<_>, Vec<_>) =
        values.filter(|(on, _)| !on.is_empty()).partition(|(_, value)| *value == number);
    (!right.is_empty()).then(|| Known {
        name: &plain.name,
        at: Some(plain.span),
        wrong,
        varies: false,
        header: "",
    })
}

impl Known<'_> {
    /// Whether a constant is the command in name and number: nothing is left to be looked up.
    fn is_said_by(&self, raw: &RawNumber) -> bool {
        self.wrong.is_empty() && !self.varies && crate::against::same_name(&raw.name, self.name)
    }
}

/// Where the number is that command, as the end of a sentence.
fn whereabouts(known: &Known<'_>) -> &'static str {
    match known.wrong.as_slice() {
        [] if known.varies => "on most architectures, but not on all",
        [] => "as a literal, which readers have to look up",
        _ => "on some ABIs only",
    }
}

/// What a number says of itself, in each encoding; one sentence at least.
fn meanings(number: u32, abis: AbiSet) -> Vec<String> {
    let (type_letter, nr) = (letter(number >> 8 & 0xff), number & 0xff);
    if number <= 0xffff {
        return vec![format!("type {type_letter}, nr {nr:#04x}, argument unknown")];
    }
    let meanings = by_value(abis, |id| {
        let decoded = id.abi().encoding.decode(number);
        let direction = decoded.direction.filter(|direction| *direction != Direction::None);
        Some(direction.map(|direction| (direction, decoded.size)))
    });
    let words = meanings.iter().map(|(on, meaning)| {
        let place = abi_words::on(on, abis);
        match meaning {
            Some((direction, size)) => {
                let name = direction.macro_name();
                format!("`{name}({type_letter}, {nr:#04x})` with {size} bytes {place}")
            }
            None => format!("no command with an argument {place}"),
        }
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() { vec!["no known ABI has it".into()] } else { words }
}
