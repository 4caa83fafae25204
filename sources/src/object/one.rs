//! One file: an object, an archive of them, or types by themselves.

use std::path::PathBuf;
use std::sync::Arc;

use goblin::archive::Archive;
use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::{Header, Interface, Object, Problem, ProblemKind};

use super::account::{Lack, Told};
use super::base::{BaseError, Bases};
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
    pub(super) told: Vec<Told>,
    /// Whether anything of the object can be looked at for what is wrong.
    pub(super) is_judged: bool,
}

impl Outcome {
    fn failed(asked: &Asked, message: String, help: Option<&str>) -> Self {
        let problem = failure(&asked.path, message, help.map(ToOwned::to_owned));
        let told = vec![Told { problem, within: asked.within.clone() }];
        Self { interface: Interface::default(), told, is_judged: false }
    }
}

/// Reads a file that was asked for.
pub(super) fn read(asked: &Asked, request: &Request, bases: &Bases) -> Vec<Outcome> {
    let path = &asked.path;
    let input = match open(path) {
        Ok(input) => input,
        Err(error) => {
            return vec![Outcome::failed(asked, format!("cannot be read: {error}"), None)];
        }
    };
    match &input {
        Input::Bytes(bytes) if bytes.starts_with(THIN_ARCHIVE) => {
            let help = "name the objects themselves";
            let message = "it is a thin archive, which holds no objects".to_owned();
            vec![Outcome::failed(asked, message, Some(help))]
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
            return vec![Outcome::failed(asked, message, None)];
        }
    };
    let members = (0..archive.len()).filter_map(|index| archive.get_at(index));
    let outcomes: Vec<Outcome> = members
        .filter_map(|member| {
            let start = usize::try_from(member.offset).ok()?;
            let name = member.extended_name().trim_end_matches('/');
            let within =
                Asked { path: path.join(name), named: asked.named, within: Some(path.clone()) };
            let bytes = data.get(start..start.checked_add(member.size())?);
            match bytes {
                Some(bytes) if is_elf(bytes) => {
                    Some(object(&within, &bytes.into(), request, bases))
                }
                // Whatever else people put into archives.
                Some(_) => None,
                None => {
                    let message = "cannot be read: the archive is cut off".to_owned();
                    Some(Outcome::failed(&within, message, None))
                }
            }
        })
        .collect();
    if outcomes.is_empty() {
        return vec![Outcome::failed(asked, "it is an archive without any object".into(), None)];
    }
    outcomes
}

fn object(asked: &Asked, input: &Input<'_>, request: &Request, bases: &Bases) -> Outcome {
    let path = &asked.path;
    let elf = match Elf::parse(input) {
        Ok(elf) => elf,
        Err(error) => return Outcome::failed(asked, format!("cannot be read: {error}"), None),
    };
    let Some(abi) = elf.abi() else {
        let machine = elf.header.machine;
        let message =
            format!("it is for the machine {machine} of ELF, for which there is no ABI here");
        return Outcome::failed(
            asked,
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
    let kernel = match &module {
        Some(module) => bases.of_module(path, &module.version),
        None => Err(None),
    };
    let types = reading.types(&elf, module.as_ref(), &kernel);
    reading.object.has_types = types.is_some();
    // Of another kernel than the module's, nothing can be taken.
    let kernel = kernel.ok().filter(|_| !reading.is_of_another_kernel());
    reading.abi_record(&elf);
    let known: &dyn Types = match (&types, &kernel) {
        (Some(types), _) => types.as_ref(),
        (None, Some(kernel)) => kernel.as_ref(),
        (None, None) => {
            let is_judged = reading.object.record.is_some() && request.types != Wanted::All;
            return reading.finish(asked, module, is_judged);
        }
    };
    let kernel = kernel.as_deref().map(|kernel| kernel as &dyn Types);
    reading.object.runs_32_bit = runs_32_bit(kernel.unwrap_or(known));
    reading.tables(&elf, known, kernel, module.is_some());
    let is_searched = reading.is_searched(!elf.symbols().is_empty(), &request.types);
    if let Some(types) = &types {
        reading.records(types.as_ref(), &request.types);
    }
    let is_judged = match request.types {
        Wanted::All => types.is_some(),
        _ => is_searched || reading.object.record.is_some(),
    };
    reading.finish(asked, module, is_judged)
}

/// Types without an object around them: as a kernel shows its own, or in the memory of one.
fn bare(asked: &Asked, data: &[u8], request: &Request) -> Outcome {
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
            return Outcome::failed(asked, message.to_owned(), Some(help));
        }
        (Err(BtfError::NotBtf), None) => {
            let message = "it is neither an ELF file nor BTF".to_owned();
            return Outcome::failed(asked, message, None);
        }
        (Err(error), _) => {
            return Outcome::failed(asked, format!("cannot be read: {error}"), None);
        }
    };
    let of_image = || flat?.abi(size_of_long(&types)?);
    let Some(abi) = of_image().or(request.bare_abi) else {
        let message = "it holds types alone, which do not say for which ABI they are".to_owned();
        return Outcome::failed(asked, message, Some("name the ABI with `--abi`"));
    };
    let mut reading = Reading::new(asked, abi);
    reading.unread(&types);
    reading.object.has_types = true;
    reading.object.runs_32_bit = runs_32_bit(&types);
    let is_judged = reading.is_searched(false, &request.types);
    reading.records(&types, &request.types);
    reading.finish(asked, None, is_judged)
}

/// The size of the kernel's `unsigned long` in bytes.
fn size_of_long(types: &Btf) -> Option<u64> {
    types.own_ids().find_map(|id| match types.get(id) {
        Some(Ty::Integer(Integer {
            name: "long unsigned int" | "unsigned long", size, ..
        })) => Some(size),
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
    lacking: Option<Lack>,
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
            has_types: false,
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
        kernel: &Result<Arc<Btf>, Option<BaseError>>,
    ) -> Option<Box<dyn Types>> {
        let section = |name| elf.section(name).and_then(Section::data);
        let version = || module.map(|module| module.version.clone()).unwrap_or_default();
        if let Some(own) = section(".BTF") {
            // A module that was built by itself brings what it needs of its kernel.
            let brought = section(".BTF.base").map(|base| Btf::parse(base, None).map(Arc::new));
            let base = match brought {
                Some(Ok(base)) => Some(base),
                Some(Err(error)) => {
                    self.incomplete(format!("{error}"));
                    None
                }
                None => kernel.clone().ok().filter(|_| btf::builds_upon_another(own)),
            };
            if base.is_some() || !btf::builds_upon_another(own) {
                match Btf::parse(own, base) {
                    Ok(types) => {
                        self.unread(&types);
                        return Some(Box::new(types));
                    }
                    Err(BtfError::OtherBase) => {
                        self.lacking = Some(Lack::OwnKernel { version: version() });
                    }
                    Err(error) => self.incomplete(format!("{error}")),
                }
            } else if self.problems.is_empty() {
                let because = kernel.as_ref().err().cloned().flatten();
                self.lacking = Some(Lack::Kernel { version: version(), because });
            }
        }
        match Dwarf::read(elf) {
            Ok(Some(types)) => {
                self.lacking = None;
                Some(Box::new(types))
            }
            Ok(None) => {
                if self.lacking.is_none() && self.problems.is_empty() {
                    self.lacking = Some(Lack::Types);
                }
                None
            }
            Err(error) => {
                self.incomplete(error.to_string());
                None
            }
        }
    }

    fn is_of_another_kernel(&self) -> bool {
        matches!(self.lacking, Some(Lack::OwnKernel { .. }))
    }

    /// Whether there is something to look at without further types being asked for: where tables of
    /// handlers are all that is wanted, only symbols lead to them.
    fn is_searched(&mut self, has_symbols: bool, wanted: &Wanted) -> bool {
        let is_searched = has_symbols || *wanted != Wanted::Nothing;
        if !is_searched && self.lacking.is_none() {
            self.lacking = Some(Lack::Symbols);
        }
        is_searched
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

    /// Finds the tables of handlers. Of a module it says which structures cannot be made out;
    /// elsewhere one of that name need not be the kernel's.
    fn tables(
        &mut self,
        elf: &Elf<'_>,
        types: &dyn Types,
        kernel: Option<&dyn Types>,
        is_module: bool,
    ) {
        let found = tables::find(elf, types, kernel);
        self.object.tables =
            found.tables.into_iter().map(|table| table.list(&mut self.listing)).collect();
        for structure in found.unread.into_iter().filter(|_| is_module) {
            let (tag, member) = (structure.tag(), structure.native_member());
            self.incomplete(format!(
                "its kernel's `struct {tag}` has no `{member}`, or members outside itself: no such \
                 table is found"
            ));
        }
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

    fn finish(self, asked: &Asked, module: Option<Module>, is_judged: bool) -> Outcome {
        let Self { mut object, mut interface, listing, mut problems, lacking, path } = self;
        problems.extend(lacking.map(|lack| lack.problem(&path)));
        object.module = module.map(|module| module.name);
        interface.headers.push(Header {
            file: object.file,
            abis: AbiSet::only(object.abi),
            errors: Vec::new(),
            not_read: Vec::new(),
        });
        interface.objects.push(object);
        interface.sources = listing.into_sources();
        let within = &asked.within;
        let told = problems.into_iter().map(|problem| Told { problem, within: within.clone() });
        Outcome { interface, told: told.collect(), is_judged }
    }
}
