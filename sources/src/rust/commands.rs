//! The commands of an interface, definition by definition.

use std::sync::Arc;

use ioctlkit_abi::{Abi, AbiSet};
use ioctlkit_model::{
    Argument, CommandBody, Constant, FamilyNumber, ProblemKind, THROUGH_CONSTANT, Written,
};

use super::build::UNDEFINED;
use super::constant::Env;
use super::derive::{self, Identity};
use super::item::{Ex, ExKind, Function, Generic, Item, Kind, MacroCall, Path, Place, Site, Ty};
use super::request::{Encoded, Found};
use super::resolve::{Names, Target};
use super::through;
use super::world::{Definition, FileIndex, ScopeId, World};

/// Where a command is defined, and what it is called.
pub(crate) struct Named<'a> {
    pub(crate) file: FileIndex,
    pub(crate) name: &'a str,
    pub(crate) c_name: Option<&'a str>,
    pub(crate) name_place: Place,
    pub(crate) place: Place,
}

/// Names that say nothing of a constant's purpose: what is around it does.
const EMPTY_NAMES: [&str; 10] =
    ["CMD", "CODE", "IOCTL", "IOCTL_NR", "NUM", "OP", "OPCODE", "REQ", "REQUEST", "opcode"];

impl World<'_> {
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
                let file = self.scope(*scope).file;
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
                let file = self.scope(*scope).file;
                for (message, place) in mistakes {
                    let help = "the derive refuses it too; what the item defines is missing here";
                    let message = message.clone();
                    self.builder.say(
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

    fn named<'n>(&self, scope: ScopeId, item: &Item, name: &'n str) -> Named<'n> {
        let file = self.scope(scope).file;
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
        let parsed = self.builder.parsed(file);
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
        let found = match self.request(value, &Env::of(scope), ty) {
            // A number is a command only where it is used as one, or its type says so.
            Some(Found::Number(_)) if !is_classic(value) => None,
            found => found,
        };
        if found.is_none() {
            self.plain_constant(scope, item, value);
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
            let span = self.builder.span(named.file, named.place);
            let written = Written::Name(path.last().to_owned());
            let definition = ioctlkit_model::Definition { written, ..Default::default() };
            self.builder.interface.definitions.add(span, definition);
        }
        self.add(&named, found, &[]);
    }

    /// A constant that nothing says to be a command, where those are asked for.
    fn plain_constant(&mut self, scope: ScopeId, item: &Item, value: &Ex) {
        if !self.builder.reads_constants() {
            return;
        }
        let Some(number) = self.number(value, &Env::of(scope)) else { return };
        let number =
            u32::try_from(number).or_else(|_| i32::try_from(number).map(i32::cast_unsigned));
        if let Ok(number) = number
            && number > 0xff
        {
            let named = self.named(scope, item, &item.name);
            let (at, abis) = ((named.file, named.name_place), self.abis);
            self.builder.raw_number(at, &item.name, THROUGH_CONSTANT, abis, number);
        }
    }

    fn function(&mut self, scope: ScopeId, item: &Arc<Item>, within: &str, function: &Function) {
        let name = match (within, EMPTY_NAMES.contains(&item.name.as_str())) {
            ("", _) => item.name.clone(),
            (within, true) => within.to_owned(),
            (within, false) => format!("{within}::{}", item.name),
        };
        // The constants of a function are named with it only where their own names say nothing.
        let inner = self.enter_body(scope, &function.items, &name);
        let env = Env::inside(inner, function);
        let around = Around { file: self.scope(scope).file, name: &name, function };
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

    /// What stands for what within an implementation of rustix's `Ioctl`, where a function is part
    /// of one.
    fn inside_ioctl(
        &self,
        scope: ScopeId,
        item: &Arc<Item>,
        within: &str,
        env: &Env,
    ) -> Option<Env> {
        let krate = self.krate(self.scope(scope).krate);
        krate.implementations.get(within)?.iter().find_map(|(_, block)| {
            let Kind::Implementation(block) = &block.kind else { return None };
            let has_it = block.items.iter().any(|inner| Arc::ptr_eq(inner, item));
            (has_it && block.of_trait.as_deref() == Some("Ioctl"))
                .then(|| env.with_parameters(&block.parameters))
        })
    }

    /// The opcode in the angle brackets of a type that makes a call of it: one of rustix's, or one of
    /// the crate's own that implements its `Ioctl`.
    fn pattern_opcode(&mut self, ty: &Ty, env: &Env) -> Option<Ex> {
        let path = ty.path()?;
        let is_pattern = if self.is_of_rustix(ty, env) {
            super::prelude::is_pattern(path.last())
        } else {
            self.implements_ioctl(path, env)
        };
        let opcode = path.arguments().first().filter(|_| is_pattern)?;
        match opcode {
            Generic::Constant(value) => Some(value.clone()),
            // A constant's name looks like a type's.
            Generic::Type(ty) => {
                let path = ty.path()?;
                let found = self.resolve(env.scope, &path.names(), path.global, Names::Values)?;
                let is_constant = matches!(&found, Target::Item(_, item)
                    if matches!(item.kind, Kind::Constant(..)));
                let kind = ExKind::Path(path.clone());
                is_constant.then_some(Ex { kind, place: ty.place })
            }
        }
    }

    fn implements_ioctl(&mut self, path: &Path, env: &Env) -> bool {
        let found = self.resolve(env.scope, &path.names(), path.global, Names::Types);
        let Some(Target::Item(scope, item)) = found else { return false };
        let krate = self.krate(self.scope(scope).krate);
        let blocks = krate.implementations.get(&item.name).into_iter().flatten();
        blocks
            .filter_map(|(_, block)| match &block.kind {
                Kind::Implementation(block) => Some(block),
                _ => None,
            })
            .any(|block| block.of_trait.as_deref() == Some("Ioctl"))
    }

    /// What `opcode()` of an implementation of rustix's `Ioctl` yields.
    fn opcode(&mut self, named: &Named<'_>, value: &Ex, env: &Env) {
        match self.passed_request(value, env) {
            Some(Found::Number(number)) => {
                self.raw(named.file, named.name, named.name_place, number);
            }
            None if depends(value.bare(), env) => {}
            None => {
                let why = "what `opcode` yields cannot be worked out";
                self.unknown_request(named.file, (named.name, ""), named.name_place, why);
            }
            found => self.add(named, found, &[]),
        }
    }

    fn site(&mut self, around: Around<'_>, site: &Site, env: &Env) {
        let Around { file, name, function } = around;
        match site {
            Site::Call(call) => {
                if let Some((request, argument)) = self.passed(call, env) {
                    self.used(around, request, env, 0);
                    if let Some(argument) = argument
                        && let Some(ty) = self.passed_type(function, argument, env)
                    {
                        let abis = self.abis;
                        self.builder.passed((file, argument.place), name, abis, ty);
                    }
                }
            }
            Site::Number(ex) => {
                let found = self.request(ex, env, None);
                if !matches!(found, Some(Found::Number(_))) {
                    let at = at_site(file, name, ex.bare().place);
                    self.add(&at, found, &function.parameters);
                }
            }
            Site::Macro(call) => self.macro_site(around, call, env),
            Site::Type(ty) => {
                if let Some(opcode) = self.pattern_opcode(ty, env) {
                    self.used(around, &opcode, env, 0);
                    return;
                }
                // Other crates have types of these names, too.
                if !self.is_of_rustix(ty, env) {
                    return;
                }
                let found = self.type_request(ty, env);
                let at = at_site(file, name, ty.place);
                match found {
                    Some(Found::Number(number)) => {
                        let spelling = self.spelling(file, ty.place);
                        self.raw(file, &spelling, ty.place, number);
                    }
                    found => self.add(&at, found, &function.parameters),
                }
            }
        }
    }

    fn macro_site(&mut self, around: Around<'_>, call: &MacroCall, env: &Env) {
        let Around { file, name, function } = around;
        let krate = self.scope(env.scope).krate;
        if self.own_macro(krate, &call.path).is_none() {
            self.macro_command(env.scope, call);
        }
        let ex = Ex { kind: ExKind::Macro(call.clone()), place: call.place };
        let found = self.request(&ex, env, None);
        if found.is_some() {
            if !matches!(found, Some(Found::Number(_))) {
                self.add(&at_site(file, name, call.place), found, &function.parameters);
            }
            return;
        }
        // A macro of the crate's own may call `ioctl`.
        let Some(sites) = self.expand_sites(call, env.scope) else { return };
        let Some(inner) = env.deeper() else { return };
        for site in sites.iter() {
            self.site(around, site, &inner);
        }
    }

    /// What a call of `ioctl` is given as its request.
    fn used(&mut self, around: Around<'_>, ex: &Ex, env: &Env, depth: u8) {
        let Around { file, name, function } = around;
        let bare = ex.bare();
        if depth > 8 {
            return;
        }
        match &bare.kind {
            ExKind::Path(path) => {
                if let Some(own) = path.single() {
                    // The callers of the function say what a parameter is.
                    let is_parameter = env.bound(own).is_some();
                    let set: Vec<&Ex> = function
                        .variables
                        .iter()
                        .filter(|(variable, _)| variable == own)
                        .map(|(_, value)| value)
                        .collect();
                    if !set.is_empty() {
                        for value in set {
                            self.used(around, value, env, depth + 1);
                        }
                        return;
                    }
                    if is_parameter {
                        return;
                    }
                }
                self.used_constant(file, path, bare, env, name);
            }
            ExKind::Integer(value) => {
                let spelling = self.spelling(file, bare.place);
                self.raw(file, &spelling, bare.place, *value);
            }
            ExKind::If(_, then, otherwise) => {
                self.used(around, then, env, depth + 1);
                self.used(around, otherwise, env, depth + 1);
            }
            ExKind::Match(_, arms) => {
                for (_, value) in arms {
                    self.used(around, value, env, depth + 1);
                }
            }
            _ => match self.passed_request(bare, env) {
                Some(Found::Number(number)) => {
                    let spelling = self.spelling(file, bare.place);
                    self.raw(file, &spelling, bare.place, number);
                }
                None if depends(bare, env) => {}
                None => {
                    // A macro may have defined the function that yields it.
                    let maker = match &bare.kind {
                        ExKind::Call(function, _) => match &function.kind {
                            ExKind::Path(path) => path.last(),
                            _ => "",
                        },
                        _ => "",
                    };
                    let why = "it is known only when the program runs";
                    self.unknown_request(file, (name, maker), bare.place, why);
                }
                found => {
                    self.add(&at_site(file, name, bare.place), found, &function.parameters);
                }
            },
        }
    }

    /// A constant that is used as a command: a plain number, unless its definition says more. `by` is
    /// the function that passes it.
    pub(crate) fn used_constant(
        &mut self,
        file: FileIndex,
        path: &Path,
        ex: &Ex,
        env: &Env,
        by: &str,
    ) {
        if path.single().is_some_and(|name| env.bound(name).is_some()) {
            return;
        }
        let found = match path.names().as_slice() {
            ["Self", name] => self.own_item(name, env),
            names => self.resolve(env.scope, names, path.global, Names::Values),
        };
        let unknown = |world: &mut Self, why: &str| {
            world.unknown_request(file, (by, ""), ex.place, why);
        };
        let (scope, item) = match found {
            Some(Target::Item(scope, item)) => (scope, item),
            // The numbers of these are the kernel's, and no definition of this crate.
            Some(Target::External(krate, _))
                if super::prelude::is_known_crate(&krate) || krate == "linux_raw_sys" =>
            {
                return;
            }
            Some(Target::External(krate, _)) => {
                return unknown(self, &format!("no source of `{krate}` is at hand"));
            }
            Some(Target::Variant(scope, item, index)) => {
                let value = self.variant_value(scope, &item, index, env);
                match value.as_ref().and_then(super::constant::literal) {
                    Some(number) => self.raw(file, path.last(), ex.place, number),
                    None => unknown(self, "the value of the variant cannot be worked out"),
                }
                return;
            }
            Some(Target::Module(_)) | None => {
                return unknown(self, UNDEFINED);
            }
        };
        self.builder.request_defined(file, ex.place, by);
        let Kind::Constant(_, Some(value), _) = &item.kind else {
            return unknown(self, "it is known only when the program runs");
        };
        let Some(inner) = env.step(scope, Vec::new()) else { return };
        match self.request(value, &inner, None) {
            // The constant's own definition is a command.
            Some(Found::Command(_) | Found::Open(_)) => return,
            Some(Found::Number(_)) | None => {}
        }
        let home = self.scope(scope).file;
        if self.is_of_kernel(scope) && !self.asked_for(home) {
            if let Some(number) = self.number(value, &inner) {
                self.of_kernel(file, &item.name, ex.place, number);
            }
            return;
        }
        let (at, place) = if self.asked_for(home) {
            (home, self.named(scope, &item, &item.name).name_place)
        } else {
            (file, ex.place)
        };
        match self.passed_request(value, &inner) {
            Some(Found::Number(number)) => self.raw(at, &item.name.clone(), place, number),
            Some(found) => {
                let named =
                    Named { file: at, name: &item.name, c_name: None, name_place: place, place };
                self.add(&named, Some(found), &[]);
            }
            None => unknown(self, "what its constant is cannot be worked out"),
        }
    }

    /// A constant of the type whose implementation a scope is within.
    fn own_item(&self, name: &str, env: &Env) -> Option<Target> {
        let krate = self.scope(env.scope).krate;
        let all = self.krate(krate).implementations.values().flatten();
        let mut found = all.filter_map(|(scope, block)| {
            let Kind::Implementation(block) = &block.kind else { return None };
            let inner = block.items.iter().find(|inner| inner.name == name)?;
            Some(Target::Item(*scope, inner.clone()))
        });
        let first = found.next();
        if found.next().is_some() { None } else { first }
    }

    /// A request that a function passes and that cannot be worked out; `maker` is the function that
    /// yields it, if one does.
    pub(crate) fn unknown_request(
        &mut self,
        file: FileIndex,
        (name, maker): (&str, &str),
        place: Place,
        why: &str,
    ) {
        self.unknown.push(Unknown {
            file,
            name: name.to_owned(),
            maker: maker.to_owned(),
            place,
            why: why.to_owned(),
        });
    }

    /// Says which requests are unknown, when all commands are known.
    pub(crate) fn say_unknown(&mut self) {
        let abis = self.abis;
        for Unknown { file, name, maker, place, why } in std::mem::take(&mut self.unknown) {
            if maker.is_empty() || !self.builder.defines(&maker) {
                self.builder.not_understood((file, place), &name, abis, &why);
            }
        }
    }

    pub(crate) fn raw(&mut self, file: FileIndex, name: &str, place: Place, number: i128) {
        self.plain(file, (name, ""), place, number);
    }

    /// A number that `linux-raw-sys` names as the kernel's headers do.
    fn of_kernel(&mut self, file: FileIndex, name: &str, place: Place, number: i128) {
        self.plain(file, (name, through::LINUX_RAW_SYS), place, number);
    }

    fn plain(
        &mut self,
        file: FileIndex,
        (name, through): (&str, &str),
        place: Place,
        number: i128,
    ) {
        // A number of another width is no command.
        let number =
            u32::try_from(number).or_else(|_| i32::try_from(number).map(i32::cast_unsigned));
        if let Ok(number) = number {
            let abis = self.abis;
            self.builder.raw_number((file, place), name, through, abis, number);
        }
    }

    /// The text of a place.
    pub(crate) fn spelling(&self, file: FileIndex, place: Place) -> String {
        let parsed = self.builder.parsed(file);
        parsed.text.get(place.start as usize..place.end as usize).unwrap_or_default().to_owned()
    }

    /// Adds what was found under a name. `parameters` are those of the function around it.
    pub(crate) fn add(&mut self, named: &Named<'_>, found: Option<Found>, parameters: &[String]) {
        match found {
            None => {}
            Some(Found::Command(encoded)) => self.add_encoded(named, encoded),
            Some(Found::Number(number)) => {
                self.raw(named.file, named.name, named.name_place, number);
            }
            Some(Found::Open(through)) => {
                let text = self.spelling(named.file, named.place);
                let used: Vec<String> =
                    parameters.iter().filter(|name| mentions(&text, name)).cloned().collect();
                if !used.is_empty() {
                    self.builder.family(named.file, named.name, named.name_place, used, &text);
                    return;
                }
                let message = format!(
                    "the number of `{}` is unknown: what `{through}` is given cannot be worked out \
                     from the source",
                    named.name
                );
                let help = "name the source that defines it too, or run `cargo fetch` for that of a \
                            dependency";
                self.builder.doubt(named.file, named.name_place, message, help);
            }
        }
    }

    fn body(&mut self, named: &Named<'_>, encoded: Encoded) -> CommandBody {
        CommandBody {
            span: self.builder.span(named.file, named.place),
            through: encoded.through,
            direction: encoded.direction,
            type_letter: encoded.type_letter,
            nr: encoded.nr,
            argument: encoded.argument,
            encoder: encoded.encoder,
        }
    }

    pub(crate) fn add_encoded(&mut self, named: &Named<'_>, encoded: Encoded) {
        let body = self.body(named, encoded);
        let abis = self.abis;
        self.builder.settle(named.file, named.name_place);
        self.builder.command(named.file, named.name, named.c_name, named.name_place, abis, body);
    }

    fn derived(
        &mut self,
        scope: ScopeId,
        item: &Item,
        name: &str,
        letter: Option<&Ex>,
        command: &derive::Command,
    ) {
        let env = Env::of(scope);
        let file = self.scope(scope).file;
        let named = Named {
            file,
            name,
            c_name: Some(&command.c_name),
            name_place: command.name_place,
            place: Place { start: command.name_place.start, end: command.name_place.end },
        };
        let argument = match &command.encoded {
            derive::Encoded::Nothing => Argument::None,
            derive::Encoded::Type(ty) => Argument::Type(self.ty(ty, &env)),
            derive::Encoded::Size(bytes) => Argument::Size(Constant::Known(*bytes)),
            derive::Encoded::Length(_) => {
                let text = self.spelling(file, named.place);
                let parameters = vec!["len".to_owned()];
                self.builder.family(file, name, command.name_place, parameters, &text);
                Argument::None
            }
        };
        let nr = match &command.identity {
            Identity::Nr(nr) => nr,
            Identity::Range(first, _) => {
                let text = self.spelling(file, named.place);
                let parameters = vec!["nr".to_owned()];
                self.builder.family(file, name, command.name_place, parameters, &text);
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
            through: through::DERIVE.to_owned(),
            direction: Some(command.direction),
            type_letter: letter.unwrap_or(&unknown),
            nr,
            argument: Some(argument),
        };
        let found = self.encoded(parts, &env);
        if matches!(command.encoded, derive::Encoded::Length(_)) {
            if let Found::Command(encoded) = found {
                if let (Ok(type_letter), Ok(nr)) =
                    (u8::try_from(encoded.type_letter), u8::try_from(encoded.nr))
                {
                    let direction = encoded.direction;
                    let number = FamilyNumber { direction, type_letter, nr };
                    self.builder.family_number((file, command.name_place), number);
                }
                let body = self.body(&named, encoded);
                let contract = self.contract(command, &env);
                self.builder.of_any_length(&named, self.abis, body, contract, command.differences);
            }
            return;
        }
        self.add(&named, Some(found), &[]);
        let contract = self.contract(command, &env);
        let at = (file, command.name_place);
        self.builder.contract(at, name, contract, command.differences);
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
        let mut left = self.abis;
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
            if let Some(number) = self.number(number, env).and_then(|n| u32::try_from(n).ok()) {
                self.builder.raw_number(at, named.name, through::DERIVE, abis, number);
                left = left.difference(abis);
            }
        }
        if let Some(number) = self.number(general, env).and_then(|n| u32::try_from(n).ok()) {
            self.builder.raw_number(at, named.name, through::DERIVE, left, number);
        }
    }
}

/// A request that cannot be worked out.
#[derive(Debug)]
pub(crate) struct Unknown {
    file: FileIndex,
    name: String,
    maker: String,
    place: Place,
    why: String,
}

/// The function that a place is in.
#[derive(Clone, Copy)]
struct Around<'a> {
    file: FileIndex,
    name: &'a str,
    function: &'a Function,
}

/// Whether what an expression comes to depends on a parameter of the function that it is in.
fn depends(ex: &Ex, env: &Env) -> bool {
    match &ex.kind {
        ExKind::Path(path) => {
            path.single().is_some_and(|name| name != "self" && env.bound(name).is_some())
        }
        ExKind::Unary(_, inner) | ExKind::Cast(inner, _) | ExKind::Field(inner, _) => {
            depends(inner, env)
        }
        ExKind::Binary(_, left, right) => depends(left, env) || depends(right, env),
        ExKind::Call(function, arguments) => {
            depends(function, env) || arguments.iter().any(|argument| depends(argument, env))
        }
        ExKind::Method { receiver, arguments, .. } => {
            depends(receiver, env) || arguments.iter().any(|argument| depends(argument, env))
        }
        ExKind::Macro(call) => env.bound.iter().any(|(name, _)| mentions(&call.text, name)),
        _ => false,
    }
}

fn at_site(file: FileIndex, name: &str, place: Place) -> Named<'_> {
    Named { file, name, c_name: None, name_place: place, place }
}

/// `Ioctl::classic(0x5401)` and `Ioctl::from_raw(0x5401)`.
fn is_classic(ex: &Ex) -> bool {
    matches!(&ex.bare().kind, ExKind::Call(function, _) if matches!(
        &function.kind,
        ExKind::Path(path) if matches!(path.last(), "classic" | "from_raw")
    ))
}

/// Whether a text has a word.
pub(crate) fn mentions(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part)
        })
}
