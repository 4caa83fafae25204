//! From everything that was collected to the commands of the interface, and to what was not understood.

use std::collections::HashSet;
use std::ops::Range;

use ioctlkit_abi::{AbiId, AbiSet, Direction, Encoding};
use ioctlkit_model::{
    Argument, BinaryOperator, Command, CommandBody, Constant, Differences, Encoder, Expression,
    Family, FileId, Header, Interface, NotUnderstood, OwnEncoder, RawNumber, Span,
    THROUGH_CONDITION, Type, Variants,
};

use super::by_text::{Typed, commands_by_text, unknown_size};
use super::collect::Collected;
use super::job::{Session, candidate_span};
use crate::c::convert::Arena;
use crate::c::convert::answer::define_through;
use crate::c::discover::Asked;
use crate::c::lex::expression::parse_expression;
use crate::c::macros::{CandidateKind, Definition, spans};
use crate::c::other_macros;
use crate::c::unread;
use crate::own_encoder::{Size, take_apart};

impl Collected {
    pub(super) fn into_interface(mut self, session: &Session<'_>, arena: &mut Arena) {
        self.borrowed_as_errors(session, &arena.interface);
        for index in &session.files.wanted {
            let file = &session.files.loaded[*index];
            let errors = self.errors_of(*index);
            let not_read = file.not_read.clone();
            arena.interface.headers.push(Header {
                file: file.id,
                abis: file.abis,
                errors,
                not_read,
            });
        }
        // asm-generic/ headers belong to the asm/ headers that were asked for.
        for index in &session.brought {
            let file = &session.files.loaded[*index];
            arena.interface.headers.push(Header {
                file: file.id,
                abis: file.abis,
                errors: Vec::new(),
                not_read: Vec::new(),
            });
        }
        for at in 0..session.macros.candidates.len() {
            let kind = &session.macros.candidates[at].kind;
            if let CandidateKind::OwnEncoder { encoder, .. } = kind {
                self.add_own(session, arena, at, encoder);
            } else {
                self.add_values(session, arena, at);
            }
            self.add_incomplete(at);
            self.push(session, arena, at);
        }
        for unwrapped in &session.macros.unwrapped {
            let file = &session.files.loaded[unwrapped.file];
            arena.interface.not_understood.push(NotUnderstood {
                name: unwrapped.name.clone(),
                span: spans(file, &file.scan.defines[unwrapped.define]).0,
                abis: file.abis,
                reason: format!("nothing defines `{}`", unwrapped.wrapper),
            });
        }
        for unread in &session.macros.unread {
            let file = &session.files.loaded[unread.file];
            let Range { start, end } = unread.at;
            arena.interface.not_understood.push(NotUnderstood {
                name: unread.name.clone(),
                span: Span { file: file.id, start, end },
                abis: file.abis,
                reason: unread.reason.clone(),
            });
        }
        self.add_never_seen(session, arena);
        // One definition of a family speaks for the others.
        let known = arena.interface.not_understood.iter().filter(|known| known.is_encoder());
        let mut reported: HashSet<FileId> = known.map(|known| known.span.file).collect();
        for (index, at) in session.macros.redefined.unclear() {
            let file = &session.files.loaded[*index];
            if !session.by_file.contains_key(index) || !reported.insert(file.id) {
                continue;
            }
            let define = &file.scan.defines[*at];
            arena.interface.not_understood.push(NotUnderstood {
                name: define.name.clone(),
                span: spans(file, define).0,
                abis: file.abis,
                reason: "it is defined anew under a condition that may hold or not, and the commands of \
                         this header were read without that definition"
                    .into(),
            });
        }
        for family in &session.macros.families {
            let file = &session.files.loaded[family.file];
            let define = &file.scan.defines[family.define];
            let expansion = file.slice(&define.body).replace("\\\n", " ");
            let names = session.macros.redefined.names(session.files, family.file);
            let number = super::family::shared(&expansion, &Typed { names, arena });
            arena.interface.families.push(Family {
                name: define.name.clone(),
                span: spans(file, define).0,
                parameters: define.parameters.clone().unwrap_or_default(),
                expansion: expansion.split_whitespace().collect::<Vec<_>>().join(" "),
                of_any_length: None,
                number,
            });
        }
        let known = std::mem::take(&mut self.macros);
        other_macros::put(session.files, &session.others, known, &mut arena.interface);
        forget_errors_of_the_kernels_own(session, &mut arena.interface);
    }

    /// Files what is known of a candidate.
    fn push(&mut self, session: &Session<'_>, arena: &mut Arena, at: usize) {
        let candidate = &session.macros.candidates[at];
        let name = candidate.name.clone();
        let span = candidate_span(session, at);
        let file_abis = session.files.loaded[candidate.file].abis;
        let all = file_abis.intersection(session.request.abis);
        if let Some(variants) = self.commands.remove(&at) {
            let differences = Differences::default();
            let command =
                Command { contract: None, differences, name, c_name: None, span, variants };
            arena.interface.commands.push(command);
        } else if let Some(variants) = self.numbers.remove(&at) {
            let through = match candidate.kind {
                CandidateKind::RawNumber => String::new(),
                _ => THROUGH_CONDITION.to_owned(),
            };
            arena.interface.raw_numbers.push(RawNumber { name, span, variants, through });
        } else if let Some(reason) = self.reason(session, at, file_abis) {
            let all = if file_abis.is_empty() { session.request.abis } else { all };
            arena.interface.not_understood.push(NotUnderstood { name, span, abis: all, reason });
        }
    }

    /// Why a candidate that has no number has none; nothing where it turned out to be no command, or
    /// is not meant to exist on any ABI.
    fn reason(&mut self, session: &Session<'_>, at: usize, file_abis: AbiSet) -> Option<String> {
        let candidate = &session.macros.candidates[at];
        match candidate.kind {
            CandidateKind::RawNumber | CandidateKind::Pasted => return None,
            _ if file_abis.is_empty() => {
                return Some(
                    "the header includes a file of `asm/` that no architecture has".into(),
                );
            }
            CandidateKind::Command | CandidateKind::OwnEncoder { .. } => {}
        }
        // `sizeof(x) == 8 ? 0x8906 : …`: a plain number, as far as it is one.
        if self.plain.contains(&at) || self.values.contains_key(&at) {
            return None;
        }
        if let Some(message) = self.unanswered.get(&at) {
            return Some(format!("the compiler says: {message}"));
        }
        if self.around.contains_key(&at) {
            return Some("an error in the header spoils its value".to_owned());
        }
        if matches!(candidate.definition, Definition::Macro(_)) {
            self.never_seen.entry(candidate.file).or_default().push(at);
        }
        None
    }

    /// Reports the macros that were defined for nobody, where a condition that may hold keeps them from it.
    fn add_never_seen(&mut self, session: &Session<'_>, arena: &mut Arena) {
        let known: HashSet<String> =
            arena.interface.commands.iter().map(|command| command.name.clone()).collect();
        for (index, candidates) in std::mem::take(&mut self.never_seen) {
            let file = &session.files.loaded[index];
            let conditions = unread::Conditions::of(session.files, file);
            for at in candidates {
                let candidate = &session.macros.candidates[at];
                if known.contains(&candidate.name) {
                    continue;
                }
                let define = candidate.define(session.files);
                if let Some(condition) = conditions.around(define) {
                    arena.interface.not_understood.push(NotUnderstood {
                        name: candidate.name.clone(),
                        span: candidate_span(session, at),
                        abis: file.abis.intersection(session.request.abis),
                        reason: format!("it is defined only under `{condition}`"),
                    });
                }
            }
        }
    }

    /// Where no help was found, a command without a size is better than none: U002 reports it.
    fn add_incomplete(&mut self, at: usize) {
        let Some(incomplete) = self.incomplete.remove(&at) else { return };
        let commands = self.commands.entry(at).or_default();
        for (abis, body) in incomplete.iter() {
            commands.add(abis, body.clone());
        }
    }

    /// Makes a command of a value: of one that keeps a command's parts with that command's type, of any
    /// other by taking the number apart.
    fn add_values(&mut self, session: &Session<'_>, arena: &Arena, at: usize) {
        if self.commands.contains_key(&at) && !self.around.contains_key(&at) {
            self.add_packed_otherwise(session, at);
            return;
        }
        let Some(values) = self.values.get(&at) else { return };
        let candidate = &session.macros.candidates[at];
        let file = &session.files.loaded[candidate.file];
        let define = candidate.define(session.files);
        let known = self.commands.get(&at).map_or(AbiSet::EMPTY, Variants::abis);
        let by_text = commands_by_text(session, arena, at);
        let mut found: Vec<(AbiSet, CommandBody)> = Vec::new();
        for (abis, worked) in values.iter() {
            let (abi, number) = (worked.abi, worked.number());
            let around = self.around.get(&at);
            let kept = around.and_then(|around| around.iter().find(|(on, _)| on.contains(abi)));
            let kept = kept.map(|(on, bodies)| (on, &bodies[..]));
            // A value that is taken from another command, such as `_IOC_NR(…)`, is none; and one
            // with neither direction nor size is as likely a plain number, such as 0x8906, unless it
            // is a command's without an argument.
            let is_plain = number <= 0xffff
                && !kept.is_some_and(|(_, among)| {
                    among.iter().any(|called| {
                        matches!(called.argument, Argument::None)
                            && called.direction == Direction::None
                            && number >> 8 == called.type_letter
                    })
                });
            if is_plain && session.request.raw_numbers && number > 0xff {
                self.numbers.entry(at).or_default().add(abis, number);
            }
            if is_plain || known.contains(abi) {
                continue;
            }
            if let Some((on, [called])) = kept {
                match keep(called, encoding_of(session, abi), number) {
                    Kept::Command(body) => {
                        found.push((on, *body));
                        continue;
                    }
                    Kept::Part => continue,
                    Kept::Other => {}
                }
            }
            let Some(body) = apart(session, at, abi, number) else { continue };
            // What is chosen among several commands has the number of one of them.
            let chosen = kept.and_then(|(_, among)| {
                let mut alike = among.iter().filter(|one| is_of_number(one, &body));
                alike.next().filter(|_| alike.next().is_none()).map(|one| &one.argument)
            });
            let by_text = || by_text.iter().find(|one| one.agrees_with(&body));
            if let Some(argument) = chosen.or_else(|| Some(&by_text()?.argument)) {
                found.push((abis, CommandBody { argument: argument.clone(), ..body }));
                continue;
            }
            let vouched = worked.vouched(abis);
            let unknown = unknown_size(file.slice(&define.body));
            found.push((
                abis.difference(vouched),
                CommandBody { argument: unknown, ..body.clone() },
            ));
            found.push((vouched, body));
        }
        let span = spans(file, define).1;
        let through = define_through(file, &define.body);
        for (abis, body) in found {
            let body = CommandBody { span, through: through.clone(), ..body };
            self.commands.entry(at).or_default().add(abis.difference(known), body);
        }
    }

    /// A macro that some ABIs define as a call of the kernel's may be packed by the header's own shifts
    /// on others (soundcard.h on sparc): the same command with the number that it has there.
    fn add_packed_otherwise(&mut self, session: &Session<'_>, at: usize) {
        let Some(values) = self.values.get(&at) else { return };
        let Some(commands) = self.commands.get(&at) else { return };
        let known = commands.abis();
        let Some(called) = commands.first() else { return };
        let candidate = &session.macros.candidates[at];
        let name = candidate.define(session.files).hash;
        let chooses = session.macros.choosing.contains(&(candidate.file, name));
        let mut found: Vec<(AbiSet, CommandBody)> = Vec::new();
        for (abis, worked) in values.iter() {
            let (abi, number) = (worked.abi, worked.number());
            // The same letter and nr, or it is something else of that name.
            if number & 0xffff != (called.type_letter << 8 | called.nr) || known.contains(abi) {
                continue;
            }
            // `sizeof(time_t) == 8 ? A : B` is a value, too, and the kernel's own.
            let decoded = encoding_of(session, abi).decode(number);
            let encoder = if chooses && decoded.direction == Some(called.direction) {
                Encoder::Kernel
            } else {
                Encoder::Own(OwnEncoder {
                    number: with_size_of(called.argument.ty(), number),
                    sign_extends: worked.value < 0,
                    name: called.through.clone(),
                })
            };
            found.push((abis.difference(known), CommandBody { encoder, ..called.clone() }));
        }
        for (abis, body) in found {
            self.commands.entry(at).or_default().add(abis, body);
        }
    }

    /// A command that a header packs by itself: its number is what the text says, on every ABI.
    fn add_own(&mut self, session: &Session<'_>, arena: &Arena, at: usize, encoder: &str) {
        let Some(values) = self.values.get(&at) else { return };
        let candidate = &session.macros.candidates[at];
        let file = &session.files.loaded[candidate.file];
        let define = candidate.define(session.files);
        let text = file.slice(&define.body);
        let text = match define.behind {
            0 => text.to_owned(),
            behind => format!("({text}) + {behind}"),
        };
        let names =
            Typed { names: session.macros.redefined.names(session.files, candidate.file), arena };
        let read = parse_expression(&text, &names)
            .and_then(|it| Some((take_apart(&it, Encoding::Generic)?, it)));
        let mut found: Vec<(AbiSet, CommandBody)> = Vec::new();
        for (abis, worked) in values.iter() {
            let number = worked.number();
            let decoded = Encoding::Generic.decode(number);
            let agrees = |letter: u8, nr: u8| (letter, nr) == (decoded.type_letter, decoded.nr);
            let own = |number| {
                let name = encoder.to_owned();
                Encoder::Own(OwnEncoder { number, sign_extends: worked.value < 0, name })
            };
            let made = match &read {
                Some((parts, expression)) if agrees(parts.type_letter, parts.nr) => {
                    let argument = match &parts.size {
                        Size::None => Argument::None,
                        Size::Type(ty) => Argument::Type(ty.clone()),
                        Size::Bytes(size) => Argument::Size(Constant::Known(*size)),
                        Size::Expression(size) => {
                            Argument::Size(Constant::Expression(Box::new(size.clone())))
                        }
                    };
                    let number = Constant::Expression(Box::new(expression.clone()));
                    (abis, parts.direction, argument, own(number))
                }
                _ => {
                    let abis = worked.vouched(abis);
                    let Some(direction) = decoded.direction else { continue };
                    let argument = argument_of(direction, decoded.size);
                    (abis, direction, argument, own(Constant::Known(u64::from(number))))
                }
            };
            let (abis, direction, argument, encoder) = made;
            let body = CommandBody {
                span: spans(file, define).1,
                through: define_through(file, &define.body),
                direction,
                type_letter: u32::from(decoded.type_letter),
                nr: u32::from(decoded.nr),
                argument,
                encoder,
            };
            found.push((abis, body));
        }
        for (abis, body) in found {
            self.commands.entry(at).or_default().add(abis, body);
        }
    }
}

/// A number of a header's own encoder: the size in it is the type's on every ABI that shares the
/// definition, and not only on the one where the compiler gave the number.
fn with_size_of(ty: Option<&Type>, number: u32) -> Constant {
    const SIZE_SHIFT: i128 = 16;
    const SIZE: u32 = 0x1fff_0000;
    match ty {
        Some(ty) if number & SIZE != 0 => {
            let literal = |value| Box::new(Expression::Literal(value));
            let size = Expression::Binary(
                BinaryOperator::ShiftLeft,
                Box::new(Expression::SizeOf(ty.clone())),
                literal(SIZE_SHIFT),
            );
            let rest = literal(i128::from(number & !SIZE));
            let whole = Expression::Binary(BinaryOperator::Or, rest, Box::new(size));
            Constant::Expression(Box::new(whole))
        }
        _ => Constant::Known(u64::from(number)),
    }
}

/// Errors count where programs see the file. A driver's source is included by nobody, and so is each
/// header of its folder that turned out to define no command: what they lack is in the kernel.
fn forget_errors_of_the_kernels_own(session: &Session<'_>, interface: &mut Interface) {
    let of_commands = interface.commands.iter().map(|command| command.span.file);
    let unknown = interface.not_understood.iter().map(|unknown| unknown.span.file);
    let counted: HashSet<FileId> = of_commands.chain(unknown).collect();
    let own: HashSet<FileId> = session
        .files
        .loaded
        .iter()
        .filter(|file| {
            let is_private = file.asked == Asked::IfItHasCommands && !counted.contains(&file.id);
            file.instead.is_some() || is_private
        })
        .map(|file| file.id)
        .collect();
    let headers = interface.headers.iter_mut().filter(|header| own.contains(&header.file));
    headers.for_each(|header| header.errors.clear());
}

/// What the value of an expression around a command is.
enum Kept {
    /// That command with another nr, or as it was.
    Command(Box<CommandBody>),
    /// A part of its number: `_IOC_SIZE(X)`, `X & ~IOCSIZE_MASK`.
    Part,
    /// Something else.
    Other,
}

fn keep(called: &CommandBody, encoding: Encoding, number: u32) -> Kept {
    let decoded = encoding.decode(number);
    let has_size = !matches!(called.argument, Argument::None);
    if has_size && decoded.size == 0 {
        return Kept::Part;
    }
    let same = decoded.direction == Some(called.direction)
        && u32::from(decoded.type_letter) == called.type_letter
        && has_size == (decoded.size != 0);
    if same {
        Kept::Command(Box::new(CommandBody { nr: u32::from(decoded.nr), ..called.clone() }))
    } else {
        Kept::Other
    }
}

/// The encoding that a value was made with: that of the stand-in where the tree has no `asm/ioctl.h` of
/// the architecture.
fn encoding_of(session: &Session<'_>, abi: AbiId) -> Encoding {
    let row = abi.abi();
    if session.tree.has_asm_of(row.kernel_arch) { row.encoding } else { Encoding::Generic }
}

/// A command by its number alone.
fn apart(session: &Session<'_>, at: usize, abi: AbiId, number: u32) -> Option<CommandBody> {
    let decoded = encoding_of(session, abi).decode(number);
    let direction = decoded.direction?;
    Some(CommandBody {
        span: candidate_span(session, at),
        through: String::new(),
        direction,
        type_letter: u32::from(decoded.type_letter),
        nr: u32::from(decoded.nr),
        argument: argument_of(direction, decoded.size),
        encoder: Encoder::Kernel,
    })
}

/// Whether a command has the direction, the type and the nr of another.
fn is_of_number(one: &CommandBody, other: &CommandBody) -> bool {
    (one.direction, one.type_letter, one.nr) == (other.direction, other.type_letter, other.nr)
}

fn argument_of(direction: Direction, size: u16) -> Argument {
    match (direction, size) {
        (Direction::None, 0) => Argument::None,
        (_, size) => Argument::Size(Constant::Known(u64::from(size))),
    }
}
