//! N010 cross-header-collision.

use std::collections::BTreeMap;

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::{Command, Finding, Label, Span, abi_words};

use crate::context::{Context, finding};
use crate::declare_rule;
use crate::includes::Includes;
use crate::names::{are_versions, differ_in_first_word};
use crate::numbering::{COMPARED, by_place, lower_half, not_all_compared, same_name};
use crate::raw_commands::RawCommand;
use crate::words::and_more;

declare_rule! {
    /// the same full number in two headers of one run
    ///
    /// # What
    /// Two headers that do not include each other define commands with the same number and
    /// different names.
    ///
    /// A copy of a command is no collision, whether it has the same name or one that differs only in
    /// its first word (`FS_IOC_GETFLAGS` and `REISERFS_IOC_GETFLAGS`); nor are the drivers of a
    /// subsystem that gives each of them the same private block: headers that include a common header
    /// with that type letter (DRM).
    ///
    /// # Why
    /// A program that calls one on the wrong device triggers something else instead of getting
    /// `ENOTTY`, and strace shows both names.
    ///
    /// # Source
    /// Kernel documentation, userspace-api/ioctl/ioctl-number.rst: keeping numbers globally
    /// unique helps error checking.
    ///
    /// # Example
    /// ```c
    /// /* one header: */   #define VT_GETMODE      0x5601
    /// /* another one: */  #define VIDIOC_RESERVED _IO('V', 1)
    /// ```
    ///
    /// # Fix
    /// Take a block of type and nr that ioctl-number.rst leaves free, and register it there.
    CROSS_HEADER_COLLISION: "N010", "cross-header-collision", Info, legacy off;
}

/// A command or a literal that is one.
#[derive(Clone, Copy)]
enum Named<'a> {
    Command(&'a Command),
    Raw(&'a RawCommand<'a>),
}

impl<'a> Named<'a> {
    fn name(self) -> &'a str {
        match self {
            Self::Command(command) => &command.name,
            Self::Raw(raw) => &raw.raw.name,
        }
    }

    fn span(self) -> Span {
        match self {
            Self::Command(command) => command.span,
            Self::Raw(raw) => raw.raw.span,
        }
    }

    fn abis(self) -> AbiSet {
        match self {
            Self::Command(command) => command.variants.abis(),
            Self::Raw(raw) => raw.abis,
        }
    }

    fn number(self, cx: &Context<'_>, id: AbiId) -> Option<u32> {
        match self {
            Self::Command(command) => Some(cx.layouts.number(command, id)?.number),
            Self::Raw(raw) => raw.abis.contains(id).then_some(raw.number),
        }
    }
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let includes = Includes::new(cx.interface);
    let mut places: BTreeMap<u32, Vec<Named<'_>>> = BTreeMap::new();
    for (place, commands) in by_place(cx) {
        let named = places.entry(lower_half(place)).or_default();
        named.extend(commands.into_iter().map(Named::Command));
    }
    for raw in cx.raw_commands() {
        places.entry(raw.number & 0xffff).or_default().push(Named::Raw(raw));
    }
    for (place, named) in places {
        let (rule, all) = (&CROSS_HEADER_COLLISION, cx.interface.abis);
        let of_place = (place >> 8, place & 0xff);
        findings.extend(not_all_compared(rule, of_place, &named, |one| one.span(), all));
        for (index, later) in named.iter().copied().enumerate() {
            let colliding: Vec<_> = named[..index]
                .iter()
                .take(COMPARED)
                .copied()
                .filter_map(|earlier| {
                    let on = collide(cx, &includes, earlier, later, place >> 8)?;
                    Some((earlier, on))
                })
                .collect();
            if !colliding.is_empty() {
                findings.push(report(cx, later, &colliding));
            }
        }
    }
}

fn collide(
    cx: &Context<'_>,
    includes: &Includes,
    a: Named<'_>,
    b: Named<'_>,
    type_letter: u32,
) -> Option<AbiSet> {
    let (file_a, file_b) = (a.span().file, b.span().file);
    let file_name = |span: Span| cx.interface.sources.path(span).file_name();
    if same_name(cx, a.name(), b.name())
        || are_versions(a.name(), b.name())
        || differ_in_first_word(a.name(), b.name())
        || matches!((a, b), (Named::Raw(_), Named::Raw(_)))
        || file_a == file_b
        || includes.includes(file_a, file_b)
        || includes.includes(file_b, file_a)
        // asm/ioctls.h and asm-generic/ioctls.h are one header, of which an architecture has one.
        || file_name(a.span()) == file_name(b.span())
    {
        return None;
    }
    let uses_letter = |file| {
        cx.interface.commands.iter().any(|command| {
            command.span.file == file
                && command.variants.iter().any(|(_, body)| body.type_letter == type_letter)
        })
    };
    if includes.shared(file_a, file_b).any(uses_letter) {
        return None;
    }
    let on = cx.layouts.abis_where(a.abis().intersection(b.abis()), |_, id| {
        a.number(cx, id).is_some_and(|number| b.number(cx, id) == Some(number))
    });
    (!on.is_empty()).then_some(on)
}

fn report(cx: &Context<'_>, later: Named<'_>, colliding: &[(Named<'_>, AbiSet)]) -> Finding {
    let on = colliding.iter().fold(AbiSet::EMPTY, |all, (_, on)| all.union(*on));
    let names: Vec<String> =
        colliding.iter().map(|(named, _)| format!("`{}`", named.name())).collect();
    let names = names.split_first().map(|(first, others)| and_more(first, others));
    let mut finding = finding(
        &CROSS_HEADER_COLLISION,
        later.span(),
        on,
        format!(
            "the same number as {} {}",
            names.unwrap_or_default(),
            abi_words::on(on, later.abis()),
        ),
    );
    finding.notes.push("on the wrong device it does something else instead of failing".into());
    finding.command = Some(later.name().to_owned());
    if let Some(number) = on.first().and_then(|id| later.number(cx, id)) {
        finding.label = format!("{number:#010x} in another {} too", cx.spelling.file());
    }
    finding.related = colliding
        .iter()
        .take(3)
        .map(|(named, _)| {
            let file = cx.interface.sources.path(named.span()).file_name().unwrap_or_default();
            let text = format!("`{}` of {}", named.name(), file.display());
            Label { span: named.span(), text }
        })
        .collect();
    finding
}
