//! The commands of an interface, definition by definition.

use std::sync::Arc;

use ioctlkit_abi::{Abi, AbiSet};
use ioctlkit_model::{
    Argument, CommandBody, Constant, ProblemKind, THROUGH_CONSTANT, THROUGH_DERIVE,
    THROUGH_LINUX_RAW_SYS, Written,
};

use super::collect::Collector;
use super::request::{Encoded, Found};
use super::uses::Around;
use crate::rust::constructors::{Constructor, Kind as Made, Takes, makers};
use crate::rust::evaluate::build::Named;
use crate::rust::evaluate::constants::Env;
use crate::rust::resolve::scopes::{Definition, ScopeId};
use crate::rust::resolve::sources::FileIndex;
use crate::rust::syntax::derive::{self, Identity};
use crate::rust::syntax::item::{Ex, ExKind, Function, Item, Kind, Place, Ty};
use crate::rust::syntax::pointed::is_number;
use crate::rust::syntax::words::mentions;

/// Names that say nothing of a constant's purpose: what is around it does.
const EMPTY_NAMES: [&str; 10] =
    ["CMD", "CODE", "IOCTL", "IOCTL_NR", "NUM", "OP", "OPCODE", "REQ", "REQUEST", "opcode"];

impl Collector<'_> {
    /// Adds the commands that a definition makes.
    pub(crate) fn define_commands(&mut self, definition: &Definition) {
        let Definition { scope, item, within } = definition;
        match &item.kind {
            Kind::Constant(ty, Some(value), docs) => {
                if let Some(docs) = docs.as_ref().filter(|_| within.is_empty()) {
                    self.published.push((*scope, item.clone(), docs.clone()));
                }
                self.constant_command(*scope, item, within, ty.as_ref(), value);
            }
            Kind::Alias(_, ty) => {
                let found = self.type_request(ty, &Env::of(*scope));
                self.add(&self.named(*scope, item, &item.name.clone()), found, &[]);
            }
            Kind::MacroCall(call) => self.macro_command(*scope, call),
            Kind::Function(function) => self.function(*scope, item, within, function),
            Kind::Interface(interface) => {
                let file = self.eval.names.scope(*scope).file;
                self.group_of(file, item, interface);
                for command in &interface.commands {
                    let name = format!("{}::{}", item.name, command.name);
                    self.derived(*scope, item, &name, interface.type_letter.as_ref(), command);
                }
            }
            Kind::Data(data) => {
                if let Some(single) = &data.command {
                    let name = item.name.clone();
                    self.derived(*scope, item, &name, single.type_letter.as_ref(), &single.command);
                }
            }
            Kind::Mistaken(mistakes) => {
                let file = self.eval.names.scope(*scope).file;
                for (message, place) in mistakes {
                    let help = "the derive refuses it too; what the item defines is missing here";
                    let message = message.clone();
                    self.eval.builder.say(
                        ProblemKind::Incomplete,
                        file,
                        *place,
                        message,
                        Some(help.into()),
                    );
                }
            }
            _ => {}
        }
    }

    pub(crate) fn named<'n>(&self, scope: ScopeId, item: &Item, name: &'n str) -> Named<'n> {
        let file = self.eval.names.scope(scope).file;
        let name_place = if item.name_place == item.place {
            // Made by a macro: where its use says the name.
            self.word(file, item.place, &item.name).unwrap_or(item.name_place)
        } else {
            item.name_place
        };
        Named { file, name, c_name: None, name_place, place: item.place }
    }

    /// Where a word stands in a range of a file.
    fn word(&self, file: FileIndex, place: Place, word: &str) -> Option<Place> {
        let parsed = self.eval.names.sources.parsed(file);
        let text = parsed.text.get(place.start as usize..place.end as usize)?;
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let at = text.match_indices(word).map(|(at, _)| at).find(|at| {
            !text[..*at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part)
        })?;
        let start = place.start + at as u32;
        Some(Place { start, end: start + word.len() as u32 })
    }

    fn constant_command(
        &mut self,
        scope: ScopeId,
        item: &Arc<Item>,
        within: &str,
        ty: Option<&Ty>,
        value: &Ex,
    ) {
        let doubts = self.eval.builder.doubts();
        let found = match self.request(value, &Env::of(scope), ty) {
            // A number is a command only where it is used as one, or its type says so.
            Some(Found::Number(_)) if !is_classic(value) => None,
            found => found,
        };
        if found.is_none() {
            self.plain_constant(scope, item, value);
            // What is neither a command nor a number may be made of types that nobody asks for.
            if !ty.is_some_and(is_number) {
                self.eval.builder.forget_doubts(doubts);
            }
            return;
        }
        let name = match (within, EMPTY_NAMES.contains(&item.name.as_str())) {
            ("", _) => item.name.clone(),
            (within, true) => within.to_owned(),
            (within, false) => format!("{within}::{}", item.name),
        };
        let mut named = self.named(scope, item, &name);
        if name == within {
            named.name_place =
                self.word(named.file, item.place, within).unwrap_or(named.name_place);
        }
        if let ExKind::Path(path) = &value.kind {
            let span = self.eval.builder.span(named.file, named.place);
            let written = Written::Name(path.last().to_owned());
            let definition = ioctlkit_model::Definition { written, ..Default::default() };
            self.eval.builder.interface.definitions.add(span, definition);
        }
        self.add(&named, found, &[]);
    }

    /// A constant that nothing says to be a command, where those are asked for.
    fn plain_constant(&mut self, scope: ScopeId, item: &Item, value: &Ex) {
        if !self.eval.builder.reads_constants() {
            return;
        }
        let number = self.eval.number(value, &Env::of(scope)).and_then(in_32_bits);
        if let Some(number) = number.filter(|number| *number > 0xff) {
            let named = self.named(scope, item, &item.name);
            let (at, abis) = ((named.file, named.name_place), self.eval.abis);
            self.eval.builder.raw_number(at, &item.name, THROUGH_CONSTANT, abis, number);
        }
    }

    fn function(&mut self, scope: ScopeId, item: &Arc<Item>, within: &str, function: &Function) {
        let name = match (within, EMPTY_NAMES.contains(&item.name.as_str())) {
            ("", _) => item.name.clone(),
            (within, true) => within.to_owned(),
            (within, false) => format!("{within}::{}", item.name),
        };
        // The constants of a function are named with it only where their own names say nothing.
        let inner = self.eval.names.enter_body(scope, &function.items, &name);
        let env = Env::inside(inner, function).of_type(within);
        let around = Around { file: self.eval.names.scope(scope).file, name: &name, function };
        if item.name == "opcode"
            && let Some(value) = &function.value
            && let Some(env) = self.inside_ioctl(scope, item, within, &env)
        {
            self.opcode(&self.named(scope, item, &name), value, &env);
            return;
        }
        for site in &function.sites {
            self.site(around, site, &env);
        }
    }

    pub(crate) fn raw(&mut self, file: FileIndex, name: &str, place: Place, number: i128) {
        self.plain(file, (name, ""), place, number);
    }

    /// A number that `linux-raw-sys` names as the kernel's headers do.
    pub(crate) fn of_kernel(&mut self, file: FileIndex, name: &str, place: Place, number: i128) {
        self.plain(file, (name, THROUGH_LINUX_RAW_SYS), place, number);
    }

    fn plain(
        &mut self,
        file: FileIndex,
        (name, through): (&str, &str),
        place: Place,
        number: i128,
    ) {
        // A number of another width is no command.
        if let Some(number) = in_32_bits(number) {
            let abis = self.eval.abis;
            self.eval.builder.raw_number((file, place), name, through, abis, number);
        }
    }

    /// Adds what was found under a name. `parameters` are those of the function around it.
    pub(crate) fn add(&mut self, named: &Named<'_>, found: Option<Found>, parameters: &[String]) {
        match found {
            None => {}
            Some(Found::Command(encoded)) => self.add_encoded(named, encoded),
            Some(Found::Number(number)) => {
                self.raw(named.file, named.name, named.name_place, number);
            }
            Some(Found::Open(constructor)) => {
                let text = self.eval.names.sources.spelling(named.file, named.place);
                let used: Vec<String> =
                    parameters.iter().filter(|name| mentions(&text, name)).cloned().collect();
                if !used.is_empty() {
                    self.eval.builder.family(named.file, named.name, named.name_place, used, &text);
                    return;
                }
                let message = format!(
                    "the number of `{}` is unknown: what `{constructor}` is given cannot be worked out \
                     from the source",
                    named.name
                );
                let help = "name the source that defines it too, or run `cargo fetch` for that of a \
                            dependency";
                self.eval.builder.doubt(named.file, named.name_place, message, help);
            }
        }
    }

    fn body(&mut self, named: &Named<'_>, encoded: Encoded) -> CommandBody {
        CommandBody {
            span: self.eval.builder.span(named.file, named.place),
            through: encoded.constructor.to_string(),
            direction: encoded.direction,
            type_letter: encoded.type_letter,
            nr: encoded.nr,
            argument: encoded.argument,
            encoder: encoded.encoder,
        }
    }

    pub(crate) fn add_encoded(&mut self, named: &Named<'_>, encoded: Encoded) {
        let body = self.body(named, encoded);
        let abis = self.eval.abis;
        self.eval.builder.settle(named.file, named.name_place);
        self.eval.builder.command(
            named.file,
            named.name,
            named.c_name,
            named.name_place,
            abis,
            body,
        );
    }

    fn derived(
        &mut self,
        scope: ScopeId,
        item: &Item,
        name: &str,
        letter: Option<&Ex>,
        command: &derive::DerivedCommand,
    ) {
        let env = Env::of(scope);
        let file = self.eval.names.scope(scope).file;
        let named = Named {
            file,
            name,
            c_name: Some(&command.c_name),
            name_place: command.name_place,
            place: Place { start: command.name_place.start, end: command.name_place.end },
        };
        let argument = match &command.encoded {
            derive::Encoded::Nothing => Argument::None,
            derive::Encoded::Type(ty) => Argument::Type(self.eval.ty(ty, &env)),
            derive::Encoded::Size(bytes) => Argument::Size(Constant::Known(*bytes)),
            derive::Encoded::Length(_) => {
                let text = self.eval.names.sources.spelling(file, named.place);
                let parameters = vec!["len".to_owned()];
                self.eval.builder.family(file, name, command.name_place, parameters, &text);
                Argument::None
            }
        };
        let nr = match &command.identity {
            Identity::Nr(nr) => nr,
            Identity::Range(first, _) => {
                let text = self.eval.names.sources.spelling(file, named.place);
                let parameters = vec!["nr".to_owned()];
                self.eval.builder.family(file, name, command.name_place, parameters, &text);
                // Its first command stands for all: they have one argument.
                first
            }
            Identity::Number(general, exceptions) => {
                self.whole_number(&named, general, exceptions, &env);
                return;
            }
        };
        let unknown = Ex { kind: ExKind::Other, place: item.place };
        let parts = super::request::Parts {
            constructor: Constructor::Derive,
            direction: Some(command.direction),
            type_letter: letter.unwrap_or(&unknown),
            nr,
            argument: Some(argument),
        };
        let found = self.encoded(parts, &env);
        if matches!(command.encoded, derive::Encoded::Length(_)) {
            if let Found::Command(encoded) = found {
                self.eval.builder.family_number((file, command.name_place), name, encoded.shared());
                let body = self.body(&named, encoded);
                let contract = self.eval.contract(command, &env);
                self.eval.builder.of_any_length(
                    &named,
                    self.eval.abis,
                    body,
                    contract,
                    command.differences,
                );
            }
            return;
        }
        self.add(&named, Some(found), &[]);
        let contract = self.eval.contract(command, &env);
        let at = (file, command.name_place);
        self.eval.builder.contract(at, name, contract, command.differences);
    }

    /// `number(0x541b, "mips" = 0x467f)`.
    fn whole_number(
        &mut self,
        named: &Named<'_>,
        general: &Ex,
        exceptions: &[(String, Ex)],
        env: &Env,
    ) {
        let at = (named.file, named.name_place);
        let mut left = self.eval.abis;
        for (machine, number) in exceptions {
            // An ABI's own name goes before its architecture's.
            let on =
                |by_name: bool| {
                    AbiSet::of(|abi: &Abi| {
                        if by_name { abi.name == machine } else { abi.kernel_arch == machine }
                    })
                };
            let exact = on(true);
            let abis = if exact.is_empty() { on(false) } else { exact }.intersection(left);
            if let Some(number) = self.eval.number(number, env).and_then(|n| u32::try_from(n).ok())
            {
                self.eval.builder.raw_number(at, named.name, THROUGH_DERIVE, abis, number);
                left = left.difference(abis);
            }
        }
        if let Some(number) = self.eval.number(general, env).and_then(|n| u32::try_from(n).ok()) {
            self.eval.builder.raw_number(at, named.name, THROUGH_DERIVE, left, number);
        }
    }
}

pub(crate) fn at_site(file: FileIndex, name: &str, place: Place) -> Named<'_> {
    Named { file, name, c_name: None, name_place: place, place }
}

/// `Ioctl::classic(0x5401)` and `Ioctl::from_raw(0x5401)`.
fn is_classic(ex: &Ex) -> bool {
    matches!(&ex.bare().kind, ExKind::Call(function, _) if matches!(
        &function.kind,
        ExKind::Path(path) if makers(path.last(), |kind| kind == Made::Function)
            .any(|(_, maker)| maker.takes.contains(&Takes::Number))
    ))
}

/// A number as a command's, which has no sign.
fn in_32_bits(number: i128) -> Option<u32> {
    let signed = || i32::try_from(number).map(i32::cast_unsigned);
    u32::try_from(number).or_else(|_| signed()).ok()
}
