//! The verdict for a command on a pair of ABIs.

mod twins;
mod unread;

use std::collections::BTreeSet;

use ioctlkit_abi::ByteOrder;
use ioctlkit_model::{
    Amount, Copies, DriverCode, FileId, HandledCommand, OperationTable, Part, Serves,
    SourceHandler, Span,
};

use super::index::Index;
use crate::Context;
use crate::compat::{Incompatibility, Pair, wording};
use crate::conventions::{self, WithoutCompat};
use twins::has_own_code;

/// What the code does with a command whose argument differs for 32-bit programs; in the order of how bad
/// that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// 32-bit programs do not reach it.
    NeverReached {
        /// Why, as a sentence without its full stop.
        why: String,
        /// The table, where there is one.
        span: Option<Span>,
    },
    /// The difference has no effect.
    Harmless {
        /// Why, as a sentence without its full stop.
        why: String,
        /// Where.
        span: Span,
    },
    /// A handler for 32-bit programs takes care of it.
    Translated {
        /// The function, or the command that stands for this one.
        by: String,
        /// Where, in source that was parsed.
        span: Option<Span>,
    },
    /// It cannot be told.
    NotUnderstood {
        /// Why, as half a sentence.
        why: String,
        /// Where.
        span: Option<Span>,
    },
    /// 32-bit programs get an error, or wrong data.
    Broken {
        /// What a program sees, as a sentence without its full stop.
        effect: String,
        /// Where.
        span: Span,
    },
}

impl Verdict {
    /// A handler has a command of 32-bit programs that stands for this one.
    fn translated(handler: &SourceHandler, translation: &HandledCommand) -> Self {
        Self::Translated {
            by: format!("`{}` has `{}` for it", handler.function, translation.name),
            span: Some(translation.span),
        }
    }

    /// How bad it is: the higher, the worse.
    pub fn rank(&self) -> u8 {
        match self {
            Self::NeverReached { .. } => 0,
            Self::Harmless { .. } => 1,
            Self::Translated { .. } => 2,
            Self::NotUnderstood { .. } => 3,
            Self::Broken { .. } => 4,
        }
    }

    /// A sentence that begins with the verdict.
    pub fn words(&self) -> String {
        match self {
            Self::NeverReached { why, .. } => format!("never reached: {why}"),
            Self::Harmless { why, .. } => format!("harmless: {why}"),
            Self::Translated { by, .. } => format!("translated: {by}"),
            Self::NotUnderstood { why, .. } => {
                format!("what the code does was not understood: {why}")
            }
            Self::Broken { effect, .. } => format!("broken: {effect}"),
        }
    }

    /// The place in the code, and what to write there.
    pub fn place(&self) -> Option<(Span, String)> {
        match self {
            Self::NeverReached { span, .. } => {
                Some(((*span)?, "32-bit programs do not get here".into()))
            }
            Self::Harmless { span, .. } => Some((*span, "handled here".into())),
            Self::Translated { span, .. } => Some(((*span)?, "translated here".into())),
            Self::NotUnderstood { span, .. } => Some(((*span)?, "handled here".into())),
            Self::Broken { span, .. } => Some((*span, "32-bit programs end up here".into())),
        }
    }
}

/// The verdict, or nothing where only a part of the kernel was read and that part does not name the
/// command.
pub(super) fn of<'a>(
    cx: &Context<'a>,
    index: &Index<'a>,
    found: &Incompatibility<'_>,
    names: &[&str],
    native: &[Handling<'_>],
    pair: Pair,
) -> Option<Verdict> {
    let body = found.command.variants.get(pair.reference);
    let number = body.map(|body| (body.type_letter, body.nr));
    let of_compat = index.of_compat(names, number);
    let case = Case { cx, index, found, names, of_compat, pair, code: &cx.interface.code };
    if native.is_empty() {
        return case.unnamed();
    }
    native.iter().map(|handling| case.handling(handling)).max_by_key(Verdict::rank)
}

/// The handlers of native programs that name a command; by another of its names where none has the first.
pub(super) fn native<'a>(
    code: &'a DriverCode,
    index: &Index<'a>,
    names: &[&str],
) -> Vec<Handling<'a>> {
    let with = |name: &str| -> Vec<Handling<'a>> {
        let places = index.handlers([name]).into_iter();
        places
            .filter_map(|place| Some((place, code.handlers.get(place)?)))
            .filter(|(_, handler)| handler.serves != Serves::Compat)
            .filter_map(|(place, handler)| {
                let handled = handler.commands.iter().find(|it| it.name == name)?;
                Some(Handling { place, handler, handled })
            })
            .collect()
    };
    names.iter().map(|name| with(name)).find(|found| !found.is_empty()).unwrap_or_default()
}

/// The verdict where no kernel that runs programs of both ABIs has the driver.
pub(super) fn not_built(native: &[Handling<'_>], pair: Pair) -> Verdict {
    Verdict::NeverReached {
        why: format!(
            "by its Kconfig, a kernel that runs {} programs on {} cannot have the driver",
            pair.other.abi().name,
            pair.reference.abi().name
        ),
        span: native.first().map(|handling| handling.handler.span),
    }
}

/// A handler that names the command.
pub(super) struct Handling<'a> {
    place: usize,
    handler: &'a SourceHandler,
    handled: &'a HandledCommand,
}

impl Handling<'_> {
    /// Whether an architecture's kernel can have the code that names the command, and a table that leads
    /// there.
    pub(super) fn is_built(&self, code: &DriverCode, arch: &str) -> bool {
        let builds =
            |file: FileId| code.architectures.get(&file).is_none_or(|on| on.contains(arch));
        let mut tables = code.tables_with(self.place).peekable();
        builds(self.handled.span.file)
            && (tables.peek().is_none() || tables.any(|table| builds(table.span.file)))
    }
}

struct Case<'a, 'c> {
    cx: &'a Context<'c>,
    index: &'a Index<'c>,
    found: &'a Incompatibility<'a>,
    names: &'a [&'a str],
    /// What may be the command as 32-bit programs spell it.
    of_compat: BTreeSet<&'a str>,
    pair: Pair,
    code: &'a DriverCode,
}

impl Case<'_, '_> {
    fn unnamed(&self) -> Option<Verdict> {
        let mut translations = self.translations();
        if let Some((handler, translation)) =
            translations.find(|(handler, _)| handler.serves == Serves::Compat)
        {
            return Some(Verdict::translated(handler, translation));
        }
        if let Some(verdict) = self.mentioned_translation() {
            return Some(verdict);
        }
        if !self.code.is_whole_kernel {
            return None;
        }
        let mentioned = self.names.iter().find_map(|name| self.code.mentions.get(*name));
        Some(match mentioned {
            Some(place) => Verdict::NotUnderstood {
                why: format!("{place} names the command, in no handler that was followed"),
                span: None,
            },
            None => Verdict::NeverReached {
                why: "no C file of this kernel that speaks of ioctl names it".into(),
                span: None,
            },
        })
    }

    /// A command of 32-bit programs that is named outside of the handlers that were followed: in a table of
    /// pairs, or in a function that puts one number in place of the other.
    fn mentioned_translation(&self) -> Option<Verdict> {
        let mut mentioned = self.of_compat.iter().map(|name| (name, self.code.mentions.get(*name)));
        let (name, place) = mentioned.find_map(|(name, place)| Some((name, place?)))?;
        Some(Verdict::Translated { by: format!("{place} has `{name}` for it"), span: None })
    }

    fn handling(&self, handling: &Handling<'_>) -> Verdict {
        if let Some(function) = conventions::refuses_to_open(&handling.handled.name) {
            return Verdict::NeverReached {
                why: format!("`{function}` does not open the device for 32-bit programs"),
                span: Some(handling.handled.span),
            };
        }
        if let Some(verdict) = Self::native_fails(handling) {
            return verdict;
        }
        let verdict = self.decided(handling);
        match verdict {
            // A handler for 32-bit programs that was read, and does not name what elsewhere stands for the
            // command, may never get there.
            Verdict::NotUnderstood { .. } if !self.has_compat_handler(handling) => {
                self.mentioned_translation().unwrap_or(verdict)
            }
            decided => decided,
        }
    }

    /// Whether a handler for 32-bit programs was read that stands beside the native one.
    fn has_compat_handler(&self, handling: &Handling<'_>) -> bool {
        let mut slots =
            self.code.tables_with(handling.place).filter_map(|table| table.compat.as_ref());
        slots.any(|compat| compat.handler.is_some())
    }

    /// Whether native programs get nothing but an error: then nobody loses anything.
    fn native_fails(handling: &Handling<'_>) -> Option<Verdict> {
        let Handling { handler, handled, .. } = handling;
        // Of one that was not followed to its end, a path that succeeds may be missing.
        let is_whole = handled.only_fails && handler.gave_up.is_none();
        let first = handled.returns.first().filter(|_| is_whole)?;
        Some(Verdict::Harmless {
            why: format!("native programs get {}, too", first.value.trim_start_matches('-')),
            span: first.span,
        })
    }

    fn decided(&self, handling: &Handling<'_>) -> Verdict {
        if handling.handler.copies == Copies::Core {
            return self.behind_core(handling);
        }
        let tables: Vec<&OperationTable> = self.code.tables_with(handling.place).collect();
        if tables.is_empty() {
            return Verdict::NotUnderstood {
                why: format!("nothing shows where `{}` is used", handling.handler.function),
                span: Some(handling.handled.span),
            };
        }
        tables
            .iter()
            .map(|table| self.table(handling, table))
            .max_by_key(Verdict::rank)
            .unwrap_or_else(|| Verdict::NotUnderstood {
                why: "there is no table".into(),
                span: None,
            })
    }

    /// The core of a subsystem copies by the size in the number and finds the handler by the nr.
    fn behind_core(&self, handling: &Handling<'_>) -> Verdict {
        let span = handling.handled.span;
        if let Some((handler, translation)) = self.translations().next() {
            return Verdict::translated(handler, translation);
        }
        let reads_nothing = handling.handled.accesses.is_empty()
            && !handling.handled.escapes
            && handling.handled.copied_in.iter().all(|it| it.read.is_empty() && !it.escapes);
        let Some(who) = self.copies_by_number(handling) else {
            return Verdict::NotUnderstood {
                why: "a subsystem stands between the program and the handler".into(),
                span: Some(span),
            };
        };
        // Of a handler behind a table of functions, what it reads is not always seen.
        if reads_nothing && self.found.difference.first.is_some() {
            return Verdict::Harmless { why: "the handler reads nothing of it".into(), span };
        }
        self.by_number_of_bytes(who, span)
    }

    /// The dispatcher in front of the handler, where it finds that by the nr alone and copies as many bytes
    /// as the number says.
    fn copies_by_number(&self, handling: &Handling<'_>) -> Option<&'static str> {
        let structures =
            self.code.tables_with(handling.place).map(|table| table.structure.as_str());
        conventions::copies_by_number(&handling.handled.name, structures)
    }

    /// What a dispatcher makes of it that looks at the nr alone and copies as many bytes as the number
    /// says.
    fn by_number_of_bytes(&self, who: &str, span: Span) -> Verdict {
        match &self.found.difference.first {
            None => Verdict::Harmless {
                why: format!(
                    "{who} looks at the nr alone and copies as many bytes as the number says; only the \
                     padding at the end differs"
                ),
                span,
            },
            Some(parting) => Verdict::Broken {
                effect: format!(
                    "{who} takes the number of {} programs and reads `{}` from the wrong place",
                    self.pair.other.abi().name,
                    parting.path
                ),
                span,
            },
        }
    }

    fn table(&self, handling: &Handling<'_>, table: &OperationTable) -> Verdict {
        let span = handling.handled.span;
        let Some(compat) = &table.compat else {
            return self.without_compat(handling, table);
        };
        let arch = self.pair.reference.abi().kernel_arch;
        let needed =
            compat.needs.as_ref().and_then(|symbol| Some((symbol, self.code.symbols.get(symbol)?)));
        if let Some((symbol, on)) = needed
            && !on.contains(arch)
        {
            return Verdict::NeverReached {
                why: format!(
                    "a kernel for {arch} cannot have CONFIG_{symbol}, which its compat handler needs"
                ),
                span: Some(compat.span),
            };
        }
        let is_converting = conventions::CONVERTING.contains(&compat.function.as_str());
        let is_native = compat.function == handling.handler.function;
        if is_converting || is_native {
            return self.as_native(handling);
        }
        let Some(handler) = compat.handler.and_then(|place| self.code.handlers.get(place as usize))
        else {
            return Verdict::NotUnderstood {
                why: format!("the source of `{}` was not read", compat.function),
                span: Some(compat.span),
            };
        };
        if let Some(translation) = self.translation(handler) {
            return Verdict::translated(handler, translation);
        }
        if let Some(verdict) = self.where_it_asks(handler, handling.handled) {
            return verdict;
        }
        let own = handler.commands.iter().find(|it| self.is_named(&it.name));
        if handler.gave_up.is_some() || handling.handled.escapes {
            return match own {
                // What becomes of the native number is nothing to programs that pass another one.
                Some(own) if self.is_unknown_to(handler, own) => {
                    self.number_is_unknown(handler, own.span)
                }
                _ => Verdict::NotUnderstood {
                    why: format!("`{}` passes the argument on", handler.function),
                    span: Some(span),
                },
            };
        }
        match own {
            // Its own copies show whether it knows of the other layout.
            Some(own)
                if self.copies_compat_type(own, handling.handled)
                    || has_own_code(own, handling.handled) =>
            {
                Verdict::Translated {
                    by: format!("`{}` has code of its own for it", handler.function),
                    span: Some(own.span),
                }
            }
            Some(own) if self.numbers_differ() && !own.by_nr => {
                self.number_is_unknown(handler, own.span)
            }
            Some(own) => self.same_number(handling, own.span),
            None if handler.computes_number => Verdict::Translated {
                by: format!(
                    "`{}` computes another number from the one that it gets",
                    handler.function
                ),
                span: Some(compat.span),
            },
            None => {
                self.translated_by_layer(handling, table).unwrap_or_else(|| Verdict::NeverReached {
                    why: format!(
                        "`{}`, the handler for 32-bit programs, does not name it",
                        handler.function
                    ),
                    span: Some(compat.span),
                })
            }
        }
    }

    /// Whether a handler that compares the whole number does not know that of 32-bit programs: it gives that to
    /// nobody, or to members for handlers alone, and nothing in the source names what may stand for it.
    fn is_unknown_to(&self, handler: &SourceHandler, own: &HandledCommand) -> bool {
        handler.gave_up.is_none()
            && !handler.loses_unknown
            && !handler.computes_number
            && self.numbers_differ()
            && !own.by_nr
            && self.translations().next().is_none()
            && self.mentioned_translation().is_none()
    }

    /// What the layer in front of a table makes of a command that it knows: it does not ask the table's
    /// handler for 32-bit programs.
    fn translated_by_layer(
        &self,
        handling: &Handling<'_>,
        table: &OperationTable,
    ) -> Option<Verdict> {
        let command = &handling.handled.name;
        if !conventions::layer_passes(&table.structure, self.cx.declared(), command) {
            return None;
        }
        self.mentioned_translation()
    }

    /// The native handler serves 32-bit programs as well.
    fn as_native(&self, handling: &Handling<'_>) -> Verdict {
        if let Some(verdict) = self.where_it_asks(handling.handler, handling.handled) {
            return verdict;
        }
        if let Some(translation) = self.translation(handling.handler) {
            return Verdict::translated(handling.handler, translation);
        }
        let copies_by_number = handling
            .handled
            .accesses
            .iter()
            .any(|access| access.part == Part::Whole && access.amount == Amount::CommandSize);
        if handling.handled.by_nr && copies_by_number {
            return self.by_number_of_bytes(
                &format!("`{}`", handling.handler.function),
                handling.handled.span,
            );
        }
        if self.numbers_differ() && !handling.handled.by_nr {
            return self.number_is_unknown(handling.handler, handling.handled.span);
        }
        self.same_number(handling, handling.handled.span)
    }

    /// What follows from a question whether a 32-bit program calls; nothing where the handler does not ask
    /// on the command's paths, or does the same for both.
    fn where_it_asks(&self, handler: &SourceHandler, native: &HandledCommand) -> Option<Verdict> {
        let function = &handler.function;
        let translates =
            |it: &&HandledCommand| self.translates(&it.name) && !it.accesses.is_empty();
        if let Some(translation) = handler.in_compat.iter().find(translates) {
            let by = format!("`{function}` takes `{}` from 32-bit programs", translation.name);
            return Some(Verdict::Translated { by, span: Some(translation.span) });
        }
        let own = handler.in_compat.iter().find(|it| self.is_named(&it.name))?;
        if let Some(reason) = &handler.gave_up {
            let why = format!("`{function}` was not followed to its end: {reason}");
            return Some(Verdict::NotUnderstood { why, span: Some(own.span) });
        }
        if own.escapes {
            let why = format!("`{function}` passes the argument on");
            return Some(Verdict::NotUnderstood { why, span: Some(own.span) });
        }
        if own.accesses.is_empty() && !native.accesses.is_empty() {
            let why = format!("`{function}` copies nothing for 32-bit programs");
            return Some(Verdict::NeverReached { why, span: Some(own.span) });
        }
        let differs = own.accesses.iter().any(|access| !native.accesses.contains(access));
        (differs || self.copies_compat_type(own, native)).then(|| Verdict::Translated {
            by: format!("`{function}` asks whether a 32-bit program calls, and copies its layout"),
            span: Some(own.span),
        })
    }

    fn without_compat(&self, handling: &Handling<'_>, table: &OperationTable) -> Verdict {
        match conventions::without_compat(&table.structure) {
            WithoutCompat::Fails => {
                return Verdict::NeverReached {
                    why: format!("`{}` has no handler for 32-bit programs", table.name),
                    span: Some(table.span),
                };
            }
            WithoutCompat::Native => {
                return match self.translations().next() {
                    Some((handler, translation)) => Verdict::translated(handler, translation),
                    None => self.as_native(handling),
                };
            }
            WithoutCompat::Unknown => {}
        }
        if let Some(verdict) = self.translated_by_layer(handling, table) {
            return verdict;
        }
        let structure = if table.structure.is_empty() { "the structure" } else { &table.structure };
        Verdict::NotUnderstood {
            why: format!(
                "a layer of the kernel decides what reaches {structure} from 32-bit programs"
            ),
            span: Some(handling.handled.span),
        }
    }

    fn number_is_unknown(&self, handler: &SourceHandler, span: Span) -> Verdict {
        let answer = match &handler.unknown[..] {
            [only] => format!(" and get {}", only.value.trim_start_matches('-')),
            _ => String::new(),
        };
        let other = self.pair.other.abi().name;
        let number = self.number(self.pair.other);
        let number = number.map(|number| format!(" ({number:#010x})")).unwrap_or_default();
        Verdict::Broken {
            effect: format!(
                "{other} programs pass another number{number}, which `{}` does not know{answer}",
                handler.function
            ),
            span,
        }
    }

    /// The number is the same, so the handler copies what it has for it.
    fn same_number(&self, handling: &Handling<'_>, span: Span) -> Verdict {
        if handling.handled.accesses.is_empty() {
            if handling.handled.escapes {
                return Verdict::NotUnderstood {
                    why: format!("`{}` passes the argument on", handling.handler.function),
                    span: Some(span),
                };
            }
            return Verdict::Harmless { why: "the handler copies nothing".into(), span };
        }
        if let Some(why) = self.harmless_where_unread(handling.handled) {
            return Verdict::Harmless { why, span };
        }
        let other = self.pair.other.abi().name;
        if let Some(why) = self.harmless_where_zero() {
            return Verdict::NotUnderstood { why, span: Some(span) };
        }
        let effect = match &self.found.difference.first {
            Some(parting) if !parting.path.is_empty() => format!(
                "{other} programs pass the same number, but `{}` {}",
                parting.path,
                wording::whereabouts(parting, self.pair)
            ),
            _ => format!(
                "{other} programs pass the same number for {} bytes, and the handler copies {}",
                self.found.difference.sizes.1, self.found.difference.sizes.0
            ),
        };
        Verdict::Broken { effect, span }
    }

    /// A member that is narrower for 32-bit programs, at the same place of an argument of the same size: on
    /// little-endian machines the kernel reads what the program wrote, if the bytes behind are zero.
    fn harmless_where_zero(&self) -> Option<String> {
        let parting = self.found.difference.first.as_ref()?;
        let (Some(here), Some(there)) = parting.extents else { return None };
        let is_little = self.pair.reference.abi().byte_order == ByteOrder::Little;
        let same_sizes = self.found.difference.sizes.0 == self.found.difference.sizes.1;
        let is_narrower = here.offset_bits == there.offset_bits && here.size_bits > there.size_bits;
        (is_little && same_sizes && is_narrower).then(|| {
            format!(
                "the kernel reads {} bytes more of `{}` than {} programs write, which does no harm where \
                 these are zero",
                (here.size_bits - there.size_bits) / 8,
                parting.path,
                self.pair.other.abi().name
            )
        })
    }

    fn number(&self, abi: ioctlkit_abi::AbiId) -> Option<u32> {
        self.cx.layouts.number(self.found.command, abi).map(|numbered| numbered.number)
    }

    fn numbers_differ(&self) -> bool {
        self.number(self.pair.reference) != self.number(self.pair.other)
    }
}
