//! N018 own-encoder.

use std::collections::HashSet;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{
    Command, CommandBody, Encoder, Finding, Fix, Language, OwnEncoder, Safety, abi_words,
};

use crate::context::{Context, command_finding};
use crate::declare_rule;

declare_rule! {
    /// a command number made with one architecture's encoding on all of them
    ///
    /// # What
    /// The header or the crate shifts the bits itself, a header defines an `_IOC` of its own, or the
    /// number comes from a crate that uses one encoding everywhere: vmm-sys-util, and iocuddle before
    /// 0.2. The command is listed with the number that this yields. There is one finding for all
    /// commands that one macro or function makes.
    ///
    /// # Why
    /// alpha, mips, powerpc and sparc keep the direction in three bits and the size in thirteen, and
    /// parisc swaps read and write. A number made by hand is the same on all of them, so a driver there
    /// that uses the kernel's macros does not know it, and tools decode a wrong direction or size.
    ///
    /// # Source
    /// asm-generic/ioctl.h and the asm/ioctl.h of alpha, mips, parisc, powerpc and sparc.
    ///
    /// # Example
    /// ```c
    /// #define FOO_IOC(dir, type, nr, size) (((dir) << 30) | ((size) << 16) | ((type) << 8) | (nr))
    /// #define FOO_GET FOO_IOC(2U, 'f', 1, sizeof(__u32))
    /// ```
    ///
    /// # Fix
    /// Include `<linux/ioctl.h>` and use `_IO`, `_IOR`, `_IOW` or `_IOWR`. In Rust, use
    /// `#[derive(Ioctl)]`, or a function that knows each architecture, such as `libc::_IOR`.
    OWN_ENCODER: "N018", "own-encoder", Warning, legacy Warning, for Both;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut groups: Vec<EncoderUses<'_>> = Vec::new();
    let names: HashSet<&str> =
        cx.interface.commands.iter().map(|command| command.name.as_str()).collect();
    for command in &cx.interface.commands {
        for (abis, body) in command.variants.iter() {
            let Encoder::Own(own) = &body.encoder else { continue };
            // Another name for a command is packed by that command's encoder.
            if names.contains(own.name.as_str()) {
                continue;
            }
            let language = cx.interface.sources.file(command.span.file).language();
            let differs = cx.layouts.abis_where(abis, |abi, id| {
                // No Rust program runs where no compiler of Rust is.
                if language == Language::Rust && abi.rust_archs.is_empty() {
                    return false;
                }
                let by_kernel = CommandBody { encoder: Encoder::Kernel, ..body.clone() };
                let number = |body| cx.layouts.body_number(body, id).map(|it| it.number);
                number(body) != number(&by_kernel)
            });
            if !differs.is_empty() {
                add(&mut groups, Packed { command, body, own, differs, language });
            }
        }
    }
    findings.extend(groups.iter().map(|group| report(cx, group)));
}

/// A number that the kernel would pack in another way.
#[derive(Clone, Copy)]
struct Packed<'a> {
    command: &'a Command,
    body: &'a CommandBody,
    own: &'a OwnEncoder,
    differs: AbiSet,
    language: Language,
}

/// What one encoder of one header packs: the encoder is what is wrong.
struct EncoderUses<'a> {
    first: Packed<'a>,
    more: usize,
    differs: AbiSet,
}

fn add<'a>(groups: &mut Vec<EncoderUses<'a>>, packed: Packed<'a>) {
    let of_same_encoder = |group: &&mut EncoderUses<'_>| {
        !packed.own.name.is_empty()
            && group.first.own.name == packed.own.name
            // A header's macro may have another's name; a crate has one function of a name.
            && (packed.language == Language::Rust
                || group.first.command.span.file == packed.command.span.file)
    };
    match groups.iter_mut().find(of_same_encoder) {
        Some(group) => {
            group.more += usize::from(group.first.command.span != packed.command.span);
            group.differs = group.differs.union(packed.differs);
        }
        None => groups.push(EncoderUses { first: packed, more: 0, differs: packed.differs }),
    }
}

fn report(cx: &Context<'_>, group: &EncoderUses<'_>) -> Finding {
    let EncoderUses { first, more, differs } = *group;
    let Packed { command, body, own, differs: on_first, language } = first;
    let by = match own.name.as_str() {
        "" => "the definition".to_owned(),
        name => format!("`{name}`"),
    };
    let kernel = CommandBody { encoder: Encoder::Kernel, ..body.clone() };
    let macro_name = body.direction.macro_name();
    let number = |body: &CommandBody| {
        Some(format!("{:#010x}", cx.layouts.body_number(body, on_first.first()?)?.number))
    };
    let instead = match (number(body), number(&kernel)) {
        (Some(own), Some(kernel)) => {
            let there = on_first.first().map_or("", |abi| abi.abi().name);
            Some(format!("{own} on {there}, where `{macro_name}` yields {kernel}"))
        }
        _ => None,
    };
    let on = abi_words::on(differs, command.variants.abis());
    let message = format!("{by} packs the number unlike the kernel {on}");
    let mut finding = command_finding(&OWN_ENCODER, command, command.span, differs, message);
    finding.notes.extend(instead);
    finding.label = match more {
        0 => "not packed by the kernel's `_IOC`".into(),
        1 => "not packed by the kernel's `_IOC`, like 1 more command".into(),
        more => format!("not packed by the kernel's `_IOC`, like {more} more commands"),
    };
    finding.fix = Some(Fix {
        message: match language {
            Language::Rust => {
                "pack it with `#[derive(Ioctl)]`, or with a function that knows each \
                               architecture, such as those of `libc`"
                    .into()
            }
            _ => format!("use `{macro_name}` of `<linux/ioctl.h>`"),
        },
        edits: Vec::new(),
        safety: Safety::ChangesAbi,
    });
    finding
}
