//! One file: an object, an archive of them, or types by themselves.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use goblin::archive::Archive;
use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::{Header, Interface, Object, Problem, ProblemKind};

use super::base::Bases;
use super::btf::{self, Btf, BtfError};
use super::convert::{Converter, Reach};
use super::discover::{ARCHIVE, Asked, THIN_ARCHIVE};
use super::dwarf::Dwarf;
use super::elf::{Elf, Section, is_elf};
use super::image::Flat;
use super::input::Input;
use super::listing::Listing;
use super::open::open;
use super::types::{Integer, Ty, TypeId, Types};
use super::{Request, Wanted, failure, note, tables};

/// What came of one object.
pub(super) struct Outcome {
    pub(super) interface: Interface,
    pub(super) problems: Vec<Problem>,
    pub(super) lacking: Option<Lacking>,
}

/// Something that many objects of a run lack, and that is said once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lacking {
    what: Lack,
    path: PathBuf,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Lack {
    /// The types of the kernel of this version.
    Kernel(String),
    /// Any types.
    Types,
}

impl Outcome {
    fn failed(path: &Path, message: String, help: Option<&str>) -> Self {
        let problem = failure(path, message, help.map(ToOwned::to_owned));
        Self { interface: Interface::default(), problems: vec![problem], lacking: None }
    }
}

/// Reads a file that was asked for.
pub(super) fn read(asked: &Asked, request: &Request, bases: &Bases) -> Vec<Outcome> {
    let path = &asked.path;
    let input = match open(path) {
        Ok(input) => input,
        Err(error) => return vec![Outcome::failed(path, format!("cannot be read: {error}"), None)],
    };
    match &input {
        Input::Bytes(bytes) if bytes.starts_with(THIN_ARCHIVE) => {
            let help = "name the objects themselves";
            let message = "it is a thin archive, which holds no objects".to_owned();
            vec![Outcome::failed(path, message, Some(help))]
        }
        Input::Bytes(bytes) if bytes.starts_with(ARCHIVE) => archive(asked, bytes, request, bases),
        Input::Bytes(bytes) if !is_elf(bytes) => vec![bare(asked, bytes, request)],
        _ => vec![object(asked, &input, request, bases)],
    }
}

/// The objects of an archive, each by its name behind the archive's.
fn archive(asked: &Asked, data: &[u8], request: &Request, bases: &Bases) -> Vec<Outcome> {
    let path = &asked.path;
    let archive = match Archive::parse(data) {
        Ok(archive) => archive,
        Err(error) => {
            let message = format!("cannot be read: its archive is damaged: {error}");
            return vec![Outcome::failed(path, message, None)];
        }
    };
    let members = (0..archive.len()).filter_map(|index| archive.get_at(index));
    members
        .filter_map(|member| {
            let start = usize::try_from(member.offset).ok()?;
            let name = member.extended_name().trim_end_matches('/');
            let within = Asked { path: path.join(name), named: asked.named };
            let bytes = data.get(start..start.checked_add(member.size())?);
            match bytes {
                Some(bytes) if is_elf(bytes) => {
                    Some(object(&within, &bytes.into(), request, bases))
                }
                // Whatever else people put into archives.
                Some(_) => None,
                None => {
                    let message = "cannot be read: the archive is cut off".to_owned();
                    Some(Outcome::failed(&within.path, message, None))
                }
            }
        })
        .collect()
}

fn object(asked: &Asked, input: &Input<'_>, request: &Request, bases: &Bases) -> Outcome {
    let path = &asked.path;
    let elf = match Elf::parse(input) {
        Ok(elf) => elf,
        Err(error) => return Outcome::failed(path, format!("cannot be read: {error}"), None),
    };
    let Some(abi) = elf.abi() else {
        let machine = elf.header.machine;
        let message =
            format!("it is for the machine {machine} of ELF, for which there is no ABI here");
        return Outcome::failed(
            path,
            message,
            Some("`ioctl-lint abis` lists those that are known"),
        );
    };
    let module = Module::of(&elf);
    let mut reading = Reading::new(asked, abi.id());
    if elf.sections.iter().any(Section::is_cut_off) {
        let message = "it is cut off: some of its sections lie behind its end".to_owned();
        reading.problems.push(failure(path, message, None));
    }
    let kernel = module.as_ref().and_then(|module| bases.of_module(path, &module.version));
    let types = reading.types(&elf, module.as_ref(), kernel.clone());
    let known: &dyn Types = match (&types, &kernel) {
        (Some(types), _) => types.as_ref(),
        (None, Some(kernel)) => kernel.as_ref(),
        (None, None) => {
            reading.abi_record(&elf);
            return reading.finish(path, module);
        }
    };
    let kernel = kernel.as_deref().map(|kernel| kernel as &dyn Types);
    reading.object.runs_32_bit = runs_32_bit(kernel.unwrap_or(known));
    reading.tables(&elf, known, kernel);
    reading.abi_record(&elf);
    if let Some(types) = &types {
        reading.records(types.as_ref(), &request.types);
    }
    reading.finish(path, module)
}

/// Types without an object around them: as a kernel shows its own, or in the memory of one.
fn bare(asked: &Asked, data: &[u8], request: &Request) -> Outcome {
    let path = &asked.path;
    let flat = Flat::of(data);
    let types = match flat {
        Some(_) => btf::find(data).ok_or(BtfError::NotBtf),
        None => Btf::parse(data, None),
    };
    let types = match (types, flat) {
        (Ok(types), _) => types,
        (Err(BtfError::NotBtf), Some(_)) => {
            let message = "it is a kernel image without BTF, and nothing else in it tells types";
            let help = "name the kernel's vmlinux";
            return Outcome::failed(path, message.to_owned(), Some(help));
        }
        (Err(BtfError::NotBtf), None) => {
            let message = "it is neither an ELF file nor BTF".to_owned();
            return Outcome::failed(path, message, None);
        }
        (Err(error), _) => {
            return Outcome::failed(path, format!("cannot be read: {error}"), None);
        }
    };
    let of_image = || flat?.abi(size_of_long(&types)?);
    let Some(abi) = of_image().or(request.bare_abi) else {
        let message = "it holds types alone, which do not say for which ABI they are".to_owned();
        return Outcome::failed(path, message, Some("name the ABI with `--abi`"));
    };
    let mut reading = Reading::new(asked, abi);
    reading.unread(&types);
    reading.object.runs_32_bit = runs_32_bit(&types);
    reading.records(&types, &request.types);
    reading.finish(path, None)
}

/// The size of the kernel's `unsigned long` in bytes.
fn size_of_long(types: &Btf) -> Option<u64> {
    types.own_ids().find_map(|id| match types.get(id) {
        Some(Ty::Integer(Integer { name: "long unsigned int" | "unsigned long", size, .. })) => {
            Some(size)
        }
        _ => None,
    })
}

/// Whether a kernel runs 32-bit programs: it has the function that passes their pointers on.
/// `None` where its types name no functions.
fn runs_32_bit(kernel: &dyn Types) -> Option<bool> {
    let has = |name| {
        let named = kernel.named(name).into_iter();
        named.filter_map(|id| kernel.get(id)).any(|ty| matches!(ty, Ty::Function { .. }))
    };
    has("noop_llseek").then(|| has("compat_ptr_ioctl"))
}

/// What a module says of itself.
pub(super) struct Module {
    name: String,
    /// The kernel's version.
    version: String,
}

impl Module {
    fn of(elf: &Elf<'_>) -> Option<Self> {
        let info = elf.section(".modinfo")?.data()?;
        let value = |key: &str| {
            info.split(|byte| *byte == 0).find_map(|entry| {
                std::str::from_utf8(entry).ok()?.strip_prefix(key)?.strip_prefix('=')
            })
        };
        let version = value("vermagic").unwrap_or_default();
        Some(Self {
            name: value("name").unwrap_or_default().to_owned(),
            version: version.split(' ').next().unwrap_or_default().to_owned(),
        })
    }
}

/// An object in the course of being read.
struct Reading {
    object: Object,
    interface: Interface,
    listing: Listing,
    problems: Vec<Problem>,
    lacking: Option<Lacking>,
    path: PathBuf,
}

impl Reading {
    fn new(asked: &Asked, abi: AbiId) -> Self {
        let mut listing = Listing::new(&asked.path);
        listing
            .plain(format_args!("/* what was read of a compiled object for {} */", abi.abi().name));
        let object = Object {
            file: listing.file(),
            abi,
            module: None,
            named: asked.named,
            runs_32_bit: None,
            own_records: Vec::new(),
            tables: Vec::new(),
            record: None,
        };
        Self {
            object,
            interface: Interface { abis: AbiSet::only(abi), ..Interface::default() },
            listing,
            problems: Vec::new(),
            lacking: None,
            path: asked.path.clone(),
        }
    }

    /// The types of the object: BTF where it has some, else DWARF.
    fn types(
        &mut self,
        elf: &Elf<'_>,
        module: Option<&Module>,
        kernel: Option<Arc<Btf>>,
    ) -> Option<Box<dyn Types>> {
        let section = |name| elf.section(name).and_then(Section::data);
        if let Some(own) = section(".BTF") {
            // A module that was built by itself brings what it needs of its kernel.
            let brought = section(".BTF.base").map(|base| Btf::parse(base, None).map(Arc::new));
            let base = match brought {
                Some(Ok(base)) => Some(base),
                Some(Err(error)) => {
                    self.incomplete(format!("{error}"));
                    None
                }
                None => kernel.filter(|_| btf::builds_upon_another(own)),
            };
            if base.is_some() || !btf::builds_upon_another(own) {
                match Btf::parse(own, base) {
                    Ok(types) => {
                        self.unread(&types);
                        return Some(Box::new(types));
                    }
                    Err(error) => self.incomplete(format!("{error}")),
                }
            } else if let Some(module) = module {
                self.lacking = Some(Lacking {
                    what: Lack::Kernel(module.version.clone()),
                    path: self.path.clone(),
                });
            }
        }
        match Dwarf::read(elf) {
            Ok(Some(types)) => {
                self.lacking = None;
                Some(Box::new(types))
            }
            Ok(None) => {
                if self.lacking.is_none() && self.problems.is_empty() {
                    self.lacking = Some(Lacking { what: Lack::Types, path: self.path.clone() });
                }
                None
            }
            Err(error) => {
                self.incomplete(error.to_string());
                None
            }
        }
    }

    /// Says which types of BTF are not read.
    fn unread(&mut self, types: &Btf) {
        if let Some(error) = types.unread() {
            self.incomplete(error.to_string());
        }
    }

    fn incomplete(&mut self, message: String) {
        self.problems.push(Problem {
            kind: ProblemKind::Incomplete,
            path: Some(self.path.clone()),
            span: None,
            message,
            help: None,
        });
    }

    fn tables(&mut self, elf: &Elf<'_>, types: &dyn Types, kernel: Option<&dyn Types>) {
        let found = tables::find(elf, types, kernel);
        self.object.tables = found.into_iter().map(|table| table.list(&mut self.listing)).collect();
    }

    fn abi_record(&mut self, elf: &Elf<'_>) {
        let Some(text) = note::find(elf) else { return };
        match note::read(&text, &mut self.listing) {
            Ok(record) => self.object.record = Some(record),
            Err(error) => self.incomplete(error.to_string()),
        }
    }

    fn records(&mut self, types: &dyn Types, wanted: &Wanted) {
        let (ids, reach): (Vec<TypeId>, Reach) = match wanted {
            Wanted::Nothing => return,
            Wanted::All => (types.own_ids().collect(), Reach::Everything),
            Wanted::Named(names) => {
                // What its kernel defines is of interest where this very object was named.
                let is_wanted = |id: &TypeId| self.object.named || types.own_ids().contains(id);
                let ids = names.iter().flat_map(|name| types.named(name)).filter(is_wanted);
                (ids.collect(), Reach::ByValue)
            }
        };
        let own = types.own_ids();
        let abi = self.object.abi;
        let mut converter =
            Converter::new(types, abi, reach, &mut self.interface, &mut self.listing);
        for id in ids {
            if types.is_repeated(id) {
                continue;
            }
            let name = match types.get(id) {
                Some(Ty::Record(record)) => record.name,
                Some(Ty::Typedef { name, .. }) => name,
                _ => continue,
            };
            if own.contains(&id) && matches!(wanted, Wanted::Named(_)) {
                self.object.own_records.push(name.to_owned());
            }
            converter.add(id);
        }
    }

    fn finish(self, path: &Path, module: Option<Module>) -> Outcome {
        let Self { mut object, mut interface, listing, problems, lacking, .. } = self;
        object.module = module.map(|module| module.name);
        interface.headers.push(Header {
            file: object.file,
            abis: AbiSet::only(object.abi),
            errors: Vec::new(),
        });
        interface.objects.push(object);
        interface.sources = listing.into_sources(path);
        Outcome { interface, problems, lacking }
    }
}

/// Says once what several objects lack.
pub(super) fn tell_lacking(lacking: Vec<Lacking>) -> Vec<Problem> {
    let mut by_lack: BTreeMap<Lack, Vec<PathBuf>> = BTreeMap::new();
    for Lacking { what, path } in lacking {
        by_lack.entry(what).or_default().push(path);
    }
    by_lack.into_iter().map(|(lack, paths)| lack.tell(&paths)).collect()
}

impl Lack {
    fn tell(&self, paths: &[PathBuf]) -> Problem {
        let others = match paths.len() {
            0 | 1 => String::new(),
            2 => " and of 1 other object".to_owned(),
            more => format!(" and of {} other objects", more - 1),
        };
        let (message, help) = match self {
            Self::Kernel(version) => (
                format!(
                    "the types of this module{others} build upon those of the kernel {version}, which was not found"
                ),
                "name its vmlinux, its vmlinuz or its BTF with `--btf-base`",
            ),
            Self::Types => (
                format!(
                    "nothing tells the types of this object{others}: it has neither BTF nor DWARF"
                ),
                "compile with `-g`, or a kernel with CONFIG_DEBUG_INFO_BTF and CONFIG_DEBUG_INFO_BTF_MODULES",
            ),
        };
        Problem {
            kind: ProblemKind::Incomplete,
            path: paths.first().cloned(),
            span: None,
            message,
            help: Some(help.to_owned()),
        }
    }
}
