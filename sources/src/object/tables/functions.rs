//! What the addresses in an object's data point to.

use std::collections::{BTreeMap, HashMap};

use ioctlkit_model::Address;

use crate::object::elf::{Elf, Relocation, SymbolKind, SymbolSection};

/// What an address points to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target<'d> {
    /// A function of the object; empty where nothing names it.
    Function { name: &'d str, address: Address },
    /// Something of the kernel or of another module.
    Imported { name: &'d str },
    /// The module itself, as its kernel knows it.
    ThisModule,
    /// Something of the object that is no function.
    Data,
}

impl<'d> Target<'d> {
    /// The function's name, and its place where the object has it. What is imported into the place
    /// of a function is one.
    pub(super) fn function(&self) -> Option<(&'d str, Option<Address>)> {
        match self {
            Self::Function { name, address } => Some((name, Some(*address))),
            Self::Imported { name } => Some((name, None)),
            Self::ThisModule | Self::Data => None,
        }
    }
}

/// The functions of an object, by their places.
pub(super) struct Functions<'s, 'd> {
    elf: &'s Elf<'d>,
    names: HashMap<Address, &'d str>,
}

impl<'s, 'd> Functions<'s, 'd> {
    pub(super) fn new(elf: &'s Elf<'d>) -> Self {
        let mut names: HashMap<Address, &'d str> = HashMap::new();
        for symbol in elf.symbols() {
            let SymbolSection::Section(section) = symbol.place else { continue };
            if symbol.kind != SymbolKind::Function || symbol.name.is_empty() {
                continue;
            }
            let address = Address { section, offset: symbol.value };
            // Of several names the one that others can call goes before.
            if symbol.is_local {
                names.entry(address).or_insert(symbol.name);
            } else {
                names.insert(address, symbol.name);
            }
        }
        Self { elf, names }
    }

    /// What each address in a section points to, by its offset in the section.
    pub(super) fn pointers(&self, section: u32) -> BTreeMap<u64, Target<'d>> {
        if self.elf.is_relocatable {
            let relocations = self.elf.relocations(section);
            return relocations
                .into_iter()
                .filter_map(|one| Some((one.offset, self.relocated(section, one)?)))
                .collect();
        }
        self.linked(section).unwrap_or_default()
    }

    fn relocated(&self, section: u32, relocation: Relocation) -> Option<Target<'d>> {
        let symbol = self.elf.symbols().get(relocation.symbol as usize)?;
        match symbol.place {
            _ if symbol.name == "__this_module" => Some(Target::ThisModule),
            SymbolSection::Undefined if symbol.name.is_empty() => None,
            SymbolSection::Undefined => Some(Target::Imported { name: symbol.name }),
            SymbolSection::Nowhere => Some(Target::Data),
            SymbolSection::Section(of) => {
                let mut addend = relocation.addend;
                if relocation.adds_contents {
                    addend = addend.wrapping_add(self.in_place(section, relocation.offset)?);
                }
                let offset = symbol.value.wrapping_add_signed(addend);
                Some(self.at(Address { section: of, offset }))
            }
        }
    }

    /// An addend that is in the section.
    fn in_place(&self, section: u32, offset: u64) -> Option<i64> {
        let data = self.elf.sections.get(section as usize)?.data()?;
        let value = self.elf.address(data.get(usize::try_from(offset).ok()?..)?)?;
        Some(value.cast_signed())
    }

    /// A linked file holds addresses. Every aligned word that is one of a section is taken for it.
    fn linked(&self, section: u32) -> Option<BTreeMap<u64, Target<'d>>> {
        let data = self.elf.sections.get(section as usize)?.data()?;
        let step = usize::from(self.elf.header.address_size);
        let mut pointers = BTreeMap::new();
        for (index, word) in data.chunks_exact(step).enumerate() {
            let Some(value) = self.elf.address(word).filter(|value| *value != 0) else { continue };
            let holder = self.elf.sections.iter().position(|section| {
                section.is_loaded
                    && section.address != 0
                    && (section.address..section.address.saturating_add(section.size))
                        .contains(&value)
            });
            if let Some(holder) = holder {
                let address = Address { section: holder as u32, offset: value };
                pointers.insert((index * step) as u64, self.at(address));
            }
        }
        Some(pointers)
    }

    fn at(&self, address: Address) -> Target<'d> {
        // A function in Thumb has an odd address, and a relocation may say so or not.
        let odd = Address { offset: address.offset ^ 1, ..address };
        let name = self.names.get(&address).or_else(|| self.names.get(&odd)).copied();
        let is_code = || {
            let section = self.elf.sections.get(address.section as usize);
            section.is_some_and(|section| section.is_code)
        };
        match name {
            Some(name) => Target::Function { name, address },
            None if is_code() => Target::Function { name: "", address },
            None => Target::Data,
        }
    }
}
