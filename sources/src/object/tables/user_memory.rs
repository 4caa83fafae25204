//! Which functions read or write the memory of a program, by the functions of the kernel that they
//! call.

use std::cell::OnceCell;
use std::collections::HashMap;

use ioctlkit_model::Address;

use crate::object::elf::{Elf, SymbolKind, SymbolSection};

/// What the kernel's functions for the memory of programs have in their names.
const NAMES: [&str; 7] = [
    "copy_from_user",
    "copy_to_user",
    "get_user_",
    "put_user_",
    "strncpy_from_user",
    "memdup_user",
    "clear_user",
];

/// The places in an object's code that call such a function.
pub(super) struct UserMemory<'s, 'd> {
    elf: &'s Elf<'d>,
    /// The sizes of functions, and the calls of each section in order.
    calls: OnceCell<Calls>,
}

struct Calls {
    sizes: HashMap<Address, u64>,
    places: HashMap<u32, Vec<u64>>,
}

impl<'s, 'd> UserMemory<'s, 'd> {
    pub(super) fn new(elf: &'s Elf<'d>) -> Self {
        Self { elf, calls: OnceCell::new() }
    }

    /// Whether the function at an address calls one of them. A linked object does not tell.
    pub(super) fn is_touched_by(&self, function: Address) -> bool {
        if !self.elf.is_relocatable {
            return false;
        }
        let calls = self.calls.get_or_init(|| Calls::of(self.elf));
        let size = calls.sizes.get(&function).copied().unwrap_or(0);
        let end = function.offset.saturating_add(size);
        let Some(places) = calls.places.get(&function.section) else { return false };
        let first = places.partition_point(|place| *place < function.offset);
        places.get(first).is_some_and(|place| *place < end)
    }
}

impl Calls {
    fn of(elf: &Elf<'_>) -> Self {
        let mut sizes = HashMap::new();
        for symbol in elf.symbols() {
            if let (SymbolKind::Function, SymbolSection::Section(section)) =
                (symbol.kind, symbol.place)
            {
                sizes.insert(Address { section, offset: symbol.value }, symbol.size);
            }
        }
        let is_one = |symbol: u32| {
            elf.symbols().get(symbol as usize).is_some_and(|symbol| {
                symbol.place == SymbolSection::Undefined
                    && NAMES.iter().any(|name| symbol.name.contains(name))
            })
        };
        let code = elf.sections.iter().enumerate().filter(|(_, section)| section.is_code);
        let places = code
            .map(|(index, _)| {
                let calls = elf.relocations(index as u32).into_iter();
                let places = calls.filter(|call| is_one(call.symbol)).map(|call| call.offset);
                (index as u32, places.collect())
            })
            .collect();
        Self { sizes, places }
    }
}
