//! The files of a run, and which function a name leads to. A function is parsed when somebody asks for it.

use std::sync::{Arc, OnceLock};

use ioctlkit_model::{FileId, Span};
use rustc_hash::FxHashMap;

use crate::ast::{Function, NotParsed, Text, Unit, Variable};
use crate::numbers;
use crate::parse::{Outline, Outlined};

/// A file of driver source.
#[derive(Debug)]
pub struct Source {
    /// Its place in the run.
    pub file: FileId,
    folder: String,
    /// The name of the file in its folder.
    name: String,
    /// The files of C that it includes, by their names: ALSA's `pcm_compat.c` is a part of `pcm_native.c`.
    included: Vec<String>,
    /// Its text.
    pub text: Arc<str>,
    outline: Outline,
    functions: Vec<Lazy>,
    variables: Vec<Variable>,
    /// The macros that the file defines as a number, each of them once.
    macros: FxHashMap<String, i64>,
    not_understood: Vec<NotParsed>,
}

/// A function that is parsed once.
#[derive(Debug)]
struct Lazy {
    name: Text,
    /// What the kernel calls it.
    called: String,
    item: usize,
    parsed: OnceLock<Unit>,
}

impl Lazy {
    fn of(text: &str, name: Text, item: usize, parsed: OnceLock<Unit>) -> Self {
        let spelled = text.get(name.start as usize..name.end as usize).unwrap_or_default();
        // A system call has a name behind the macro that makes it, which is the end of what the linker sees.
        let prefix = match before(text, name).trim_start() {
            head if head.starts_with("SYSCALL_DEFINE") => "sys_",
            head if head.starts_with("COMPAT_SYSCALL_DEFINE") => "compat_sys_",
            _ => "",
        };
        Self { name, called: format!("{prefix}{spelled}"), item, parsed }
    }
}

/// What stands in front of a place in its line.
fn before(text: &str, at: Text) -> &str {
    let head = text.get(..at.start as usize).unwrap_or_default();
    let line = memchr::memrchr(b'\n', head.as_bytes()).map_or(0, |newline| newline + 1);
    &head[line..]
}

impl Source {
    /// Of a file's text. `path` is the file's, with `/` between its folders.
    pub fn new(file: FileId, path: &str, text: Arc<str>) -> Self {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let (folder, name) = (folder.to_owned(), name.to_owned());
        let included = included(&text);
        let outline = Outline::new(&text);
        let mut functions = Vec::new();
        let mut variables = Vec::new();
        let mut not_understood = outline.not_understood();
        let places: Vec<Text> = outline.places().collect();
        for (item, (kind, at)) in outline.items().zip(places).enumerate() {
            let piece = text.get(at.start as usize..at.end as usize).unwrap_or_default();
            match kind {
                Outlined::Function(Some(name)) => {
                    functions.push(Lazy::of(&text, name, item, OnceLock::new()));
                }
                Outlined::Function(None) => {
                    let unit = outline.read_one(item);
                    not_understood.extend(&unit.not_understood);
                    if let [only] = &unit.functions[..] {
                        let name = only.name;
                        functions.push(Lazy::of(&text, name, item, OnceLock::from(unit)));
                    }
                }
                Outlined::Variables => {
                    if is_of_interest(piece) {
                        let mut unit = outline.read_one(item);
                        not_understood.extend(&unit.not_understood);
                        variables.append(&mut unit.variables);
                    }
                }
            }
        }
        let macros = numbers::defined(&text);
        Self {
            file,
            folder,
            name,
            included,
            text,
            outline,
            functions,
            variables,
            macros,
            not_understood,
        }
    }

    /// The text of a place.
    pub fn str(&self, at: Text) -> &str {
        self.text.get(at.start as usize..at.end as usize).unwrap_or_default()
    }

    /// A place as the model has it.
    pub fn span(&self, at: Text) -> Span {
        Span { file: self.file, start: at.start, end: at.end }
    }

    /// The variables with initialisers that may have to do with ioctl.
    pub(crate) fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// The functions that give a member a value whose name speaks of ioctl.
    pub(crate) fn assigning(&self) -> impl Iterator<Item = &Function> {
        let places: Vec<Text> = self.outline.places().collect();
        let assigns = move |lazy: &&Lazy| makes_handlers(self.str(places[lazy.item]));
        self.functions.iter().filter(assigns).filter_map(|lazy| self.parsed(lazy))
    }

    /// The number that the file defines a macro as.
    pub(crate) fn macro_number(&self, name: &str) -> Option<i64> {
        self.macros.get(name).copied()
    }

    /// Where a function is named, by what the kernel calls it.
    pub(crate) fn named(&self, called: &str) -> Option<Text> {
        self.functions.iter().find(|lazy| lazy.called == called).map(|lazy| lazy.name)
    }

    fn parsed<'s>(&self, lazy: &'s Lazy) -> Option<&'s Function> {
        lazy.parsed.get_or_init(|| self.outline.read_one(lazy.item)).functions.first()
    }

    /// What was read and could not be parsed.
    pub(crate) fn not_understood(&self) -> impl Iterator<Item = &NotParsed> {
        let units = self.functions.iter().filter_map(|lazy| lazy.parsed.get());
        self.not_understood.iter().chain(units.flat_map(|unit| &unit.not_understood))
    }
}

/// The names of files of C that a text includes.
fn included(text: &str) -> Vec<String> {
    let of_line = |line: &str| {
        let rest = line.strip_prefix('#')?.trim_start().strip_prefix("include")?.trim_start();
        let name = rest.strip_prefix('"')?.split('"').next()?;
        name.strip_suffix(".c").is_some().then(|| name.to_owned())
    };
    text.lines().filter_map(of_line).collect()
}

/// Whether a body gives a member a value whose name speaks of ioctl, or registers a function.
fn makes_handlers(text: &str) -> bool {
    text.match_indices("ioctl").any(|(at, word)| {
        let before = text[..at].trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let name = &text[before.len()..];
        let behind = text[at + word.len()..]
            .trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_')
            .trim_start();
        let is_given = behind.starts_with('=') && !behind.starts_with("==");
        is_given || name.starts_with("snd_ctl_register_ioctl") && behind.starts_with('(')
    })
}

/// Whether an initialiser may make handlers.
fn is_of_interest(text: &str) -> bool {
    text.contains("ioctl") || text.contains("IOC") || text.contains("ndo_sioc")
}

/// The architecture that a folder of a kernel tree belongs to: `x86` of `arch/x86/kvm`.
fn architecture(folder: &str) -> Option<&str> {
    let mut names = folder.rsplit('/');
    let mut below = "";
    names.find_map(|name| {
        if name == "arch" && !below.is_empty() {
            return Some(below);
        }
        below = name;
        None
    })
}

/// A function of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId {
    /// The place of its file.
    pub source: usize,
    /// Its place in the file.
    pub index: usize,
}

/// Every file of a run.
#[derive(Debug, Default)]
pub struct Program {
    /// The files.
    pub sources: Vec<Source>,
    /// The numbers of commands and of other macros of headers, as far as they are known, on x86-64. With
    /// them it is decided which commands a range of numbers or a type letter lets through.
    pub numbers: FxHashMap<String, u32>,
    by_name: FxHashMap<String, Vec<FunctionId>>,
}

impl Program {
    /// Adds a file.
    pub fn add(&mut self, source: Source) {
        let place = self.sources.len();
        for (index, lazy) in source.functions.iter().enumerate() {
            self.by_name
                .entry(lazy.called.clone())
                .or_default()
                .push(FunctionId { source: place, index });
        }
        self.sources.push(source);
    }

    /// A function, if it can be parsed.
    pub fn function(&self, id: FunctionId) -> Option<&Function> {
        let source = &self.sources[id.source];
        source.parsed(&source.functions[id.index])
    }

    /// The name of a function.
    pub fn name(&self, id: FunctionId) -> String {
        let source = &self.sources[id.source];
        source.functions[id.index].called.clone()
    }

    /// Where a function's name is.
    pub fn name_at(&self, id: FunctionId) -> Text {
        self.sources[id.source].functions[id.index].name
    }

    /// The function that a name leads to in a file: one of the file, else the only one that other files
    /// can see, or the only such one of the same folder.
    pub fn resolve(&self, name: &str, from: usize) -> Option<FunctionId> {
        let named = self.by_name.get(name)?;
        if let Some(own) = named.iter().find(|id| id.source == from) {
            return Some(*own);
        }
        let is_visible =
            |id: &&FunctionId| self.function(**id).is_some_and(|function| !function.is_static);
        let folder = &self.sources[from].folder;
        let is_near = |id: &&FunctionId| self.sources[id.source].folder == *folder;
        if let [only] = &named[..] {
            return (self.is_one_unit(only.source, from) || is_visible(&only)).then_some(*only);
        }
        let mut seen = named.iter().filter(is_visible);
        if let (Some(only), None) = (seen.next(), seen.next()) {
            return Some(*only);
        }
        let mut near = named.iter().filter(is_visible).filter(is_near);
        match (near.next(), near.next()) {
            (Some(only), None) => Some(*only),
            _ => None,
        }
    }

    /// The functions that a name may lead to: what [`Self::resolve`] finds, else one for each architecture,
    /// where each defines its own, as they do of `kvm_arch_vm_ioctl`, and a weak one for the others.
    pub fn candidates(&self, name: &str, from: usize) -> Vec<FunctionId> {
        let named = self.by_name.get(name).map(Vec::as_slice).unwrap_or_default();
        if let Some(only) = self.resolve(name, from)
            && (named.len() == 1 || !self.is_weak(only))
        {
            return vec![only];
        }
        let mut of_each: Vec<(Option<&str>, FunctionId)> = Vec::new();
        for id in named {
            if self.function(*id).is_none_or(|function| function.is_static) {
                continue;
            }
            let own = architecture(&self.sources[id.source].folder);
            // Two of one architecture are of two configurations.
            let is_second = of_each.iter().any(|(known, _)| *known == own);
            if is_second || own.is_none() && !self.is_weak(*id) {
                return Vec::new();
            }
            of_each.push((own, *id));
        }
        of_each.into_iter().map(|(_, id)| id).collect()
    }

    /// Whether another definition takes the place of a function, where there is one.
    fn is_weak(&self, id: FunctionId) -> bool {
        let source = &self.sources[id.source];
        before(&source.text, source.functions[id.index].name)
            .split_whitespace()
            .any(|it| it == "__weak")
    }

    /// The place of a file.
    pub(crate) fn place_of(&self, file: FileId) -> Option<usize> {
        self.sources.iter().position(|source| source.file == file)
    }

    /// Whether one file includes the other.
    fn is_one_unit(&self, one: usize, other: usize) -> bool {
        let (one, other) = (&self.sources[one], &self.sources[other]);
        one.folder == other.folder
            && (one.included.contains(&other.name) || other.included.contains(&one.name))
    }

    /// Whether a function of this name is in the program.
    pub fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }
}
