//! The container: sections, symbols and relocations of an ELF file, through goblin.
//!
//! A section's contents are read when they are asked for.
//!
//! Tables are read one by one, so that a file with one broken table still yields the others, and no
//! table takes more memory than the file has bytes for.

use std::cell::OnceCell;
use std::ops::Range;

use goblin::container::{Container, Ctx, Endian};
use goblin::elf::Elf as Goblin;
use goblin::elf::compression_header::CompressionHeader;
use goblin::elf::header::{EM_MIPS, EM_XTENSA, ET_REL, Header};
use goblin::elf::reloc::{Reloc, RelocSection};
use goblin::elf::section_header::{
    SHF_ALLOC, SHF_COMPRESSED, SHF_EXECINSTR, SHT_NOBITS, SHT_REL, SHT_RELA, SHT_SYMTAB,
    SHT_SYMTAB_SHNDX, SectionHeader,
};
use goblin::elf::sym::{STB_LOCAL, STT_FUNC, STT_NOTYPE, STT_OBJECT, STT_SECTION, Sym};
use ioctlkit_abi::{Abi, ByteOrder, ElfHeader};

use super::input::Input;

/// Indices from here on do not name a section.
const SHN_LORESERVE: u16 = 0xff00;
/// The index is in a table of its own.
const SHN_XINDEX: u16 = 0xffff;

/// The header of a 64-bit file, in bytes.
const LONGEST_HEADER: usize = 64;

/// An ELF file.
pub(super) struct Elf<'d> {
    pub(super) header: ElfHeader,
    pub(super) is_relocatable: bool,
    pub(super) sections: Vec<Section<'d>>,
    symbols: OnceCell<Vec<Symbol<'d>>>,
    context: Ctx,
    swaps_relocations: bool,
    adds_contents: bool,
}

pub(super) struct Section<'d> {
    pub(super) name: &'d str,
    pub(super) address: u64,
    pub(super) size: u64,
    pub(super) is_loaded: bool,
    pub(super) is_code: bool,
    pub(super) is_compressed: bool,
    kind: u32,
    link: u32,
    info: u32,
    contents: Contents<'d>,
}

/// Where a section's contents are.
#[derive(Clone)]
struct Contents<'d> {
    input: &'d Input<'d>,
    /// `None` for a section without any, or with some that are cut off.
    range: Option<Range<usize>>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Symbol<'d> {
    pub(super) name: &'d str,
    /// In a relocatable file from the section's start, else an address.
    pub(super) value: u64,
    pub(super) size: u64,
    pub(super) place: SymbolSection,
    pub(super) kind: SymbolKind,
    pub(super) is_local: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SymbolSection {
    Undefined,
    Section(u32),
    /// Absolute, common and their like.
    Nowhere,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SymbolKind {
    Function,
    Object,
    Section,
    Untyped,
    Other,
}

/// Something that the linker or the loader puts into a section.
#[derive(Debug, Clone, Copy)]
pub(super) struct Relocation {
    /// From the section's start, in bytes.
    pub(super) offset: u64,
    pub(super) symbol: u32,
    pub(super) addend: i64,
    /// Whether what is in the section is added, too.
    pub(super) adds_contents: bool,
}

/// Why a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ElfError {
    /// No ELF file.
    NotElf,
    /// The tables lie behind the file's end.
    Truncated,
    /// What goblin says.
    Malformed(String),
}

impl std::fmt::Display for ElfError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotElf => f.write_str("it is no ELF file"),
            Self::Truncated => f.write_str("it is cut off: its tables lie behind its end"),
            Self::Malformed(what) => write!(f, "its headers are damaged: {what}"),
        }
    }
}

/// Whether bytes begin as an ELF file does.
pub(super) fn is_elf(data: &[u8]) -> bool {
    data.starts_with(b"\x7fELF")
}

impl<'d> Elf<'d> {
    pub(super) fn parse(input: &'d Input<'d>) -> Result<Self, ElfError> {
        let start = input.up_to(0, LONGEST_HEADER).unwrap_or_default();
        if !is_elf(start) {
            return Err(ElfError::NotElf);
        }
        let malformed = |error: goblin::error::Error| ElfError::Malformed(error.to_string());
        let header = Goblin::parse_header(start).map_err(malformed)?;
        let container = header.container().map_err(malformed)?;
        let endian = header.endianness().map_err(malformed)?;
        let context = Ctx::new(container, endian);
        let headers = section_headers(input, &header, context)?;
        let names = usize::from(header.e_shstrndx);
        // Where the index does not fit, it is in the first header.
        let names = if header.e_shstrndx == SHN_XINDEX {
            headers.first().map_or(0, |first| first.sh_link as usize)
        } else {
            names
        };
        let contents = |header: &SectionHeader| Contents::new(input, header).bytes();
        let names = headers.get(names).and_then(contents).unwrap_or(&[]);
        let sections: Vec<Section<'d>> =
            headers.iter().map(|header| Section::new(input, header, names)).collect();
        Ok(Self {
            header: ElfHeader {
                address_size: if container == Container::Big { 8 } else { 4 },
                byte_order: match endian {
                    Endian::Little => ByteOrder::Little,
                    Endian::Big => ByteOrder::Big,
                },
                machine: header.e_machine,
                flags: header.e_flags,
            },
            is_relocatable: header.e_type == ET_REL,
            sections,
            symbols: OnceCell::new(),
            context,
            // The psABI of 64-bit mips has its own order of what a relocation says.
            swaps_relocations: header.e_machine == EM_MIPS
                && container == Container::Big
                && endian == Endian::Little,
            // And xtensa keeps addends in two places (`arch/xtensa/kernel/module.c`).
            adds_contents: header.e_machine == EM_XTENSA,
        })
    }

    /// The ABI, where a row describes it.
    pub(super) fn abi(&self) -> Option<&'static Abi> {
        Abi::by_elf(self.header)
    }

    /// The symbols, in the order of their table.
    pub(super) fn symbols(&self) -> &[Symbol<'d>] {
        self.symbols.get_or_init(|| self.read_symbols())
    }

    fn read_symbols(&self) -> Vec<Symbol<'d>> {
        let of_kind = |kind| self.sections.iter().find(move |section| section.kind == kind);
        let Some(table) = of_kind(SHT_SYMTAB) else { return Vec::new() };
        let (Some(symbols), Some(names)) =
            (table.data(), self.sections.get(table.link as usize).and_then(Section::data))
        else {
            return Vec::new();
        };
        let count = symbols.len() / Sym::size(self.context.container);
        let Ok(symbols) = Sym::parse(symbols, 0, count, self.context) else { return Vec::new() };
        let wide = of_kind(SHT_SYMTAB_SHNDX).and_then(Section::data);
        let wide_index = |index: usize| self.u32(wide?.get(index.checked_mul(4)?..)?);
        let place = |index: usize, section: usize| match section as u16 {
            0 => SymbolSection::Undefined,
            SHN_XINDEX => wide_index(index).map_or(SymbolSection::Nowhere, SymbolSection::Section),
            section if section >= SHN_LORESERVE => SymbolSection::Nowhere,
            section => SymbolSection::Section(section.into()),
        };
        symbols
            .iter()
            .enumerate()
            .map(|(index, symbol)| Symbol {
                name: text(names, symbol.st_name),
                value: symbol.st_value,
                size: symbol.st_size,
                place: place(index, symbol.st_shndx),
                kind: match symbol.st_type() {
                    STT_FUNC => SymbolKind::Function,
                    STT_OBJECT => SymbolKind::Object,
                    STT_SECTION => SymbolKind::Section,
                    STT_NOTYPE => SymbolKind::Untyped,
                    _ => SymbolKind::Other,
                },
                is_local: symbol.st_bind() == STB_LOCAL,
            })
            .collect()
    }

    /// The section of that name.
    pub(super) fn section(&self, name: &str) -> Option<&Section<'d>> {
        self.sections.iter().find(|section| section.name == name)
    }

    /// What is put into a section, in the order of the places.
    pub(super) fn relocations(&self, section: u32) -> Vec<Relocation> {
        let mut all = Vec::new();
        for table in self.sections.iter().filter(|table| table.info == section) {
            let has_addends = match table.kind {
                SHT_RELA => true,
                SHT_REL => false,
                _ => continue,
            };
            let Some(data) = table.data() else { continue };
            let Ok(table) = RelocSection::parse(data, 0, data.len(), has_addends, self.context)
            else {
                continue;
            };
            all.extend(table.iter().map(|relocation| self.relocation(relocation)));
        }
        all.sort_by_key(|relocation| relocation.offset);
        all
    }

    fn relocation(&self, relocation: Reloc) -> Relocation {
        let symbol =
            if self.swaps_relocations { relocation.r_type } else { relocation.r_sym as u32 };
        Relocation {
            offset: relocation.r_offset,
            symbol,
            addend: relocation.r_addend.unwrap_or(0),
            adds_contents: relocation.r_addend.is_none() || self.adds_contents,
        }
    }

    /// The header of a compressed section, and its size.
    pub(super) fn compression_header(&self, data: &[u8]) -> Option<(CompressionHeader, usize)> {
        let header = CompressionHeader::parse(data, 0, self.context).ok()?;
        Some((header, CompressionHeader::size(self.context)))
    }

    /// An integer at the start of some bytes.
    pub(super) fn u32(&self, bytes: &[u8]) -> Option<u32> {
        let bytes = *bytes.first_chunk()?;
        Some(match self.header.byte_order {
            ByteOrder::Little => u32::from_le_bytes(bytes),
            ByteOrder::Big => u32::from_be_bytes(bytes),
        })
    }

    /// An address at the start of some bytes.
    pub(super) fn address(&self, bytes: &[u8]) -> Option<u64> {
        if self.header.address_size == 4 {
            return self.u32(bytes).map(u64::from);
        }
        let bytes = *bytes.first_chunk()?;
        Some(match self.header.byte_order {
            ByteOrder::Little => u64::from_le_bytes(bytes),
            ByteOrder::Big => u64::from_be_bytes(bytes),
        })
    }
}

impl<'d> Section<'d> {
    fn new(input: &'d Input<'d>, header: &SectionHeader, names: &'d [u8]) -> Self {
        let has = |flag: u32| header.sh_flags & u64::from(flag) != 0;
        Self {
            name: text(names, header.sh_name),
            address: header.sh_addr,
            size: header.sh_size,
            is_loaded: has(SHF_ALLOC),
            is_code: has(SHF_EXECINSTR),
            is_compressed: has(SHF_COMPRESSED),
            kind: header.sh_type,
            link: header.sh_link,
            info: header.sh_info,
            contents: Contents::new(input, header),
        }
    }

    /// The contents; `None` for a section without any, or with some that are cut off.
    pub(super) fn data(&self) -> Option<&'d [u8]> {
        self.contents.bytes()
    }

    /// Whether the file should have contents for it, and is too short.
    pub(super) fn is_cut_off(&self) -> bool {
        self.contents.range.is_none() && self.kind != SHT_NOBITS && self.size > 0
    }
}

impl<'d> Contents<'d> {
    fn new(input: &'d Input<'d>, header: &SectionHeader) -> Self {
        let range = || {
            let start = usize::try_from(header.sh_offset).ok()?;
            let end = start.checked_add(usize::try_from(header.sh_size).ok()?)?;
            (header.sh_type != SHT_NOBITS && end <= input.len()).then_some(start..end)
        };
        Self { input, range: range() }
    }

    fn bytes(&self) -> Option<&'d [u8]> {
        self.input.get(self.range.clone()?)
    }
}

/// The table of sections.
fn section_headers(
    input: &Input<'_>,
    header: &Header,
    context: Ctx,
) -> Result<Vec<SectionHeader>, ElfError> {
    let start = usize::try_from(header.e_shoff).map_err(|_| ElfError::Truncated)?;
    if start == 0 {
        return Ok(Vec::new());
    }
    let size = SectionHeader::size(context);
    let read = |count: usize| {
        let table = input.up_to(start, count.saturating_mul(size)).ok_or(ElfError::Truncated)?;
        SectionHeader::parse_from(table, 0, count, context).map_err(|error| match error {
            goblin::error::Error::Scroll(_) | goblin::error::Error::BufferTooShort(..) => {
                ElfError::Truncated
            }
            other => ElfError::Malformed(other.to_string()),
        })
    };
    // Where the number does not fit, the first header has it as its size.
    match usize::from(header.e_shnum) {
        0 => {
            let first = read(1)?;
            let count = first.first().map_or(0, |first| first.sh_size);
            read(usize::try_from(count).map_err(|_| ElfError::Truncated)?.max(1))
        }
        count => read(count),
    }
}

/// The string at an offset of a table, empty where there is none.
fn text(table: &[u8], offset: impl TryInto<usize>) -> &str {
    let bytes = offset.try_into().ok().and_then(|offset| table.get(offset..)).unwrap_or_default();
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    std::str::from_utf8(&bytes[..end]).unwrap_or_default()
}
