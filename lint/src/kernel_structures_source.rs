//! Makes the data files of the structures that commands take, of a kernel's headers and handlers.

use std::collections::{BTreeMap, BTreeSet};

use ioctlkit_abi::{Abi, AbiId, RecordKind};
use ioctlkit_model::kernel_copies::{self, Piece, PieceKind, Shape, What};
use ioctlkit_model::{
    Argument, Copies, HandledCommand, Interface, Layouts, RecordId, Serves, Type,
};

use crate::declared::Declared;

/// Both data files.
#[derive(Debug)]
pub struct Files {
    /// The one of structures.
    pub structures: String,
    /// The one of what handlers read.
    pub inputs: String,
}

impl Files {
    /// For a kernel that `interface` has: its headers, and all of its source. `copies` is the data file of what is
    /// copied, made of the same.
    pub fn of(interface: &Interface, copies: &str, kernel: &str) -> Self {
        let Some(abi) = Abi::by_name("x86_64").map(Abi::id) else {
            return Self { structures: String::new(), inputs: String::new() };
        };
        let layouts = Layouts::new(interface);
        let source =
            Source { interface, layouts: &layouts, declared: Declared::of(interface), abi };
        Self {
            structures: format!(
                "# {kernel}, how the structures of commands are laid out on x86-64\n\
                 # structure\tsize, then what is at which offset\tcommands\n{}",
                source.structures(copies)
            ),
            inputs: format!(
                "# {kernel}, what the handlers of each command read of its structure\n\
                 # command\tstructure\tmembers\n{}",
                source.inputs()
            ),
        }
    }
}

struct Source<'a> {
    interface: &'a Interface,
    layouts: &'a Layouts<'a>,
    declared: Declared<'a>,
    abi: AbiId,
}

/// No more pieces of a structure are written down. What is behind them is open.
const MOST_PIECES: usize = 48;

impl Source<'_> {
    fn structures(&self, copies: &str) -> String {
        let mut commands: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for command in &self.interface.commands {
            let Some(body) = command.variants.first() else { continue };
            let Argument::Type(ty) = &body.argument else { continue };
            let Some(Type::Record(id)) = self.interface.behind_typedefs(ty) else { continue };
            let name = self.interface.record(*id).display_name();
            commands.entry(name).or_default().insert(&command.name);
        }
        for row in kernel_copies::parse(copies).unwrap_or_default() {
            for extent in [row.read, row.written].into_iter().flatten() {
                if let What::Type(ty) = extent.what {
                    commands.entry(ty.to_owned()).or_default();
                }
            }
        }
        // Programs name some by a typedef: `ca_caps_t`, `dvd_authinfo`.
        for typedef in &self.interface.typedefs {
            let Some(body) = typedef.variants.first() else { continue };
            let Some(Type::Record(id)) = self.interface.behind_typedefs(&body.ty) else { continue };
            if commands.contains_key(&self.interface.record(*id).display_name()) {
                commands.entry(typedef.name.clone()).or_default();
            }
        }
        let lines = commands.iter().filter_map(|(name, commands)| {
            let shape = self.shape(self.declared.record(self.interface, name)?)?;
            let commands: Vec<&str> = commands.iter().copied().collect();
            Some(format!("{name}\t{shape}\t{}\n", commands.join(" ")))
        });
        lines.collect()
    }

    fn shape(&self, id: RecordId) -> Option<Shape> {
        let size = self.layouts.record(id, self.abi).ok()?.size;
        let mut pieces = Vec::new();
        self.record(id, 0, &mut pieces);
        if pieces.len() > MOST_PIECES {
            let offset = pieces[MOST_PIECES].offset;
            pieces.truncate(MOST_PIECES);
            pieces.push(Piece { offset, kind: PieceKind::Open(size.saturating_sub(offset)) });
        }
        Some(Shape { size, pieces })
    }

    fn record(&self, id: RecordId, base: u64, pieces: &mut Vec<Piece>) {
        let Ok(layout) = self.layouts.record(id, self.abi) else { return };
        if layout.kind == RecordKind::Union {
            pieces.push(Piece { offset: base, kind: PieceKind::Open(layout.size) });
            return;
        }
        for (member, placement) in self.layouts.members(id, self.abi) {
            if pieces.len() > MOST_PIECES {
                return;
            }
            let offset = base + placement.offset();
            if member.bits.is_some() {
                let bytes = placement.end_bits().div_ceil(8) - placement.offset();
                pieces.push(Piece { offset, kind: PieceKind::Open(bytes) });
            } else {
                self.member(&member.ty, offset, placement.size_bits / 8, pieces);
            }
        }
    }

    fn member(&self, ty: &Type, offset: u64, bytes: u64, pieces: &mut Vec<Piece>) {
        let kind = match self.interface.resolved(ty, self.abi) {
            Some(Type::Record(id)) => return self.record(*id, offset, pieces),
            Some(Type::Array(element, _)) => match self.element(element) {
                Some(size) if size > 0 => PieceKind::Values { size, count: bytes / size },
                _ => PieceKind::Open(bytes),
            },
            Some(Type::Scalar(_) | Type::Pointer(_) | Type::Enum(_)) => {
                PieceKind::Values { size: bytes, count: 1 }
            }
            _ => PieceKind::Open(bytes),
        };
        if bytes > 0 {
            pieces.push(Piece { offset, kind });
        }
    }

    /// The size of one of the values that an array has.
    fn element(&self, ty: &Type) -> Option<u64> {
        match self.interface.resolved(ty.innermost_element(), self.abi)? {
            found @ (Type::Scalar(_) | Type::Pointer(_) | Type::Enum(_)) => {
                self.layouts.type_size(found, self.abi).ok().map(|size| size.size)
            }
            _ => None,
        }
    }

    fn inputs(&self) -> String {
        let mut read: BTreeMap<&str, (String, BTreeSet<String>)> = BTreeMap::new();
        let handlers = &self.interface.code.handlers;
        for handler in handlers.iter().filter(|it| it.serves != Serves::Compat) {
            // What refuses a command reads nothing of it.
            for command in handler.commands.iter().filter(|command| !command.only_fails) {
                let (structure, members) = match handler.copies {
                    Copies::Core => (String::new(), BTreeSet::new()),
                    Copies::Handler => of_command(command),
                };
                let known = read
                    .entry(&command.name)
                    .or_insert_with(|| (structure.clone(), members.clone()));
                if known.0 == structure {
                    known.1.retain(|member| members.contains(member));
                } else {
                    known.1.clear();
                }
            }
        }
        let lines =
            read.iter().filter(|(_, (name, members))| is_tagged(name) && !members.is_empty());
        let line = |(command, (name, members)): (&&str, &(String, BTreeSet<String>))| {
            let members: Vec<&str> = members.iter().map(String::as_str).collect();
            format!("{command}\t{name}\t{}\n", members.join(" "))
        };
        lines.map(line).collect()
    }
}

/// The structure that a handler copies in for a command, and what is read of it; nothing where it copies several.
fn of_command(command: &HandledCommand) -> (String, BTreeSet<String>) {
    let mut structures: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for copied in &command.copied_in {
        let members = copied.inputs.iter().map(|path| first(path)).filter(|name| !name.is_empty());
        structures.entry(&copied.ty).or_default().extend(members.map(str::to_owned));
    }
    match structures.len() {
        1 => structures.into_iter().next().map(|(ty, members)| (ty.to_owned(), members)),
        _ => None,
    }
    .unwrap_or_default()
}

/// The first member of a path.
fn first(path: &str) -> &str {
    path.split(['.', '[']).next().unwrap_or_default()
}

fn is_tagged(name: &str) -> bool {
    name.starts_with("struct ") || name.starts_with("union ")
}
