//! Tables of handlers: which variables of an object are a `struct file_operations` or one of its
//! kin, and which functions they hold.
//!
//! BTF does not say of which type a variable is. But it says how large the structure is, where its
//! function pointers are and what they point to; symbols say how large a variable is, and
//! relocations which functions it holds. A variable is taken for a table if its size is the
//! structure's, if every relocation in it falls on a pointer, and if the functions there are of the
//! types that the structure asks for.

mod functions;
mod prototype;
mod structures;
mod user_memory;

use std::collections::BTreeMap;

use ioctlkit_model::{Address, Handler, HandlerStructure, HandlerTable};

use super::elf::{Elf, Symbol, SymbolKind, SymbolSection};
use super::listing::Listing;
use super::types::Types;
use functions::{Functions, Target};
use prototype::Prototypes;
use structures::Structure;
use user_memory::UserMemory;

/// What an object has.
pub(super) struct Found {
    pub(super) tables: Vec<Table>,
    /// Structures that the types define, and of which no table can be found.
    pub(super) unread: Vec<HandlerStructure>,
}

/// A table before it is listed.
pub(super) struct Table {
    structure: HandlerStructure,
    name: String,
    section: String,
    offset: u64,
    native: Option<Held>,
    compat: Option<Held>,
}

/// A function that a table holds.
#[derive(Debug, Clone)]
struct Held {
    function: String,
    address: Option<Address>,
    touches_user_memory: bool,
}

/// Finds the tables of an object. `types` are its own, `kernel` those of its kernel where they are
/// others.
pub(super) fn find(elf: &Elf<'_>, types: &dyn Types, kernel: Option<&dyn Types>) -> Found {
    let structures = structures::known(types, kernel, elf.header.address_size.into());
    let mut search = Search {
        elf,
        functions: Functions::new(elf),
        prototypes: Prototypes::new(types, kernel),
        pointers: BTreeMap::new(),
        user_memory: UserMemory::new(elf),
    };
    let mut tables = Vec::new();
    for symbol in elf.symbols() {
        let SymbolSection::Section(section) = symbol.place else { continue };
        if symbol.kind != SymbolKind::Object || symbol.size == 0 {
            continue;
        }
        search.variable(symbol, section, &structures, &mut tables);
    }
    tables.sort_by(|a, b| (&a.section, a.offset).cmp(&(&b.section, b.offset)));
    tables.dedup_by(|a, b| a.section == b.section && a.offset == b.offset);
    Found { tables, unread: structures::unread(types, kernel, &structures) }
}

struct Search<'s, 'd> {
    elf: &'s Elf<'d>,
    functions: Functions<'s, 'd>,
    prototypes: Prototypes<'s>,
    /// What the addresses in each section point to, by their offsets.
    pointers: BTreeMap<u32, BTreeMap<u64, Target<'d>>>,
    user_memory: UserMemory<'s, 'd>,
}

impl<'d> Search<'_, 'd> {
    fn variable(
        &mut self,
        symbol: &Symbol<'d>,
        section: u32,
        structures: &[Structure<'_>],
        tables: &mut Vec<Table>,
    ) {
        let Some(of) = self.elf.sections.get(section as usize) else { return };
        if !of.is_loaded || of.is_code || !structures.iter().any(|one| symbol.size >= one.size) {
            return;
        }
        // In a linked file symbols are addresses.
        let start = if self.elf.is_relocatable {
            symbol.value
        } else {
            match symbol.value.checked_sub(of.address) {
                Some(start) => start,
                None => return,
            }
        };
        let Some(end) = start.checked_add(symbol.size).filter(|end| *end <= of.size) else {
            return;
        };
        let section_name = of.name;
        let functions = &self.functions;
        let pointers = self.pointers.entry(section).or_insert_with(|| functions.pointers(section));
        let user_memory = &self.user_memory;
        let within: Vec<(u64, &Target<'d>)> =
            pointers.range(start..end).map(|(offset, target)| (offset - start, target)).collect();
        for (structure, at) in placed(symbol.size, &within, structures, &mut self.prototypes) {
            let held = |offset: u64| {
                let target = pointers.get(&(start + at + offset))?;
                target.function().map(|(name, address)| Held {
                    function: match address {
                        Some(at) if name.is_empty() => format!("function at {:#x}", at.offset),
                        _ => name.to_owned(),
                    },
                    address,
                    touches_user_memory: address.is_some_and(|at| user_memory.is_touched_by(at)),
                })
            };
            let native = held(structure.native);
            let compat = structure.compat.and_then(held);
            if native.is_none() && compat.is_none() {
                continue;
            }
            let name = if at == 0 && symbol.size == structure.size {
                symbol.name.to_owned()
            } else if symbol.size.is_multiple_of(structure.size)
                && at.is_multiple_of(structure.size)
            {
                format!("{}[{}]", symbol.name, at / structure.size)
            } else {
                format!("{} + {at:#x}", symbol.name)
            };
            tables.push(Table {
                structure: structure.kind,
                name,
                section: section_name.to_owned(),
                offset: start + at,
                native,
                compat,
            });
        }
    }
}

/// The tables in a variable of `size` bytes with these pointers: each with its place.
fn placed<'s, 't>(
    size: u64,
    pointers: &[(u64, &Target<'_>)],
    structures: &'s [Structure<'t>],
    prototypes: &mut Prototypes<'_>,
) -> Vec<(&'s Structure<'t>, u64)> {
    let mut found: Vec<(&Structure<'_>, u64)> = Vec::new();
    let mut fits = |structure: &Structure<'_>, at: u64, least: u32| {
        let end = at + structure.size;
        let within = pointers.iter().filter(|(offset, _)| (at..end).contains(offset));
        structure
            .matches(within.map(|(offset, target)| (offset - at, *target)), prototypes)
            .is_some_and(|functions| functions >= least)
    };
    // The variable as a whole, or an array.
    for structure in structures.iter().filter(|one| size.is_multiple_of(one.size)) {
        let places: Vec<u64> =
            (0..size / structure.size).map(|index| index * structure.size).collect();
        // An array may have empty elements.
        let filled = |at: &u64| {
            pointers.iter().any(|(offset, _)| (*at..*at + structure.size).contains(offset))
        };
        let filled: Vec<u64> = places.into_iter().filter(filled).collect();
        if !filled.is_empty() && filled.iter().all(|at| fits(structure, *at, 1)) {
            return filled.into_iter().map(|at| (structure, at)).collect();
        }
    }
    // A part of the variable: wherever a function of a handler's type is.
    for structure in structures.iter().filter(|one| size > one.size) {
        for (offset, target) in pointers {
            let Some(at) = offset.checked_sub(structure.native) else { continue };
            let is_handler = target.function().is_some() && at + structure.size <= size;
            let overlaps = found
                .iter()
                .any(|(other, taken)| at < taken + other.size && *taken < at + structure.size);
            if is_handler && !overlaps && fits(structure, at, 2) {
                found.push((structure, at));
            }
        }
    }
    found
}

impl Table {
    /// Writes the table into the listing.
    pub(super) fn list(self, listing: &mut Listing) -> HandlerTable {
        let Self { structure, name, section, offset, native, compat } = self;
        listing.plain(format_args!("/* {section} + {offset:#x} */"));
        let head = format!("struct {} {name}", structure.tag());
        let start = head.len() - name.len();
        let span = listing.line(format_args!("{head} = {{"), start..head.len());
        let mut handler = |member: &str, function: Option<Held>| {
            let Held { function, address, touches_user_memory } = function?;
            let text = format!("\t.{member} = {function}");
            let span = listing.line(format_args!("{text},"), 1..text.len());
            Some(Handler { function, address, touches_user_memory, span })
        };
        let native = handler(structure.native_member(), native);
        let compat = handler(structure.compat_member(), compat);
        listing.plain(format_args!("}};"));
        HandlerTable { structure, name, span, native, compat }
    }
}
