//! The sections of DWARF: out of their compression, and with what a linker would put into them.

use std::borrow::Cow;

use gimli::{EndianSlice, Relocate, RelocateReader, RunTimeEndian, SectionId};
use goblin::elf::compression_header::{CompressionHeader, ELFCOMPRESS_ZLIB, ELFCOMPRESS_ZSTD};
use ioctlkit_abi::ByteOrder;

use super::DwarfError;
use crate::object::elf::{Elf, Section};
use crate::object::open;

/// What gimli reads from.
pub(super) type Reader<'s> = RelocateReader<EndianSlice<'s, RunTimeEndian>, &'s Relocations>;

/// A section's bytes and relocations.
pub(super) struct Loaded<'d> {
    id: SectionId,
    data: Cow<'d, [u8]>,
    relocations: Relocations,
}

/// The relocations of a section, by their offsets: what is added to the value that is read there.
#[derive(Debug, Default)]
pub(super) struct Relocations(Vec<(u64, Relocated)>);

#[derive(Debug, Clone, Copy)]
enum Relocated {
    /// The value, whatever is in the section.
    To(u64),
    /// The section holds a part of it.
    By(u64),
}

/// Those sections of an object that types are told in; `None` where it has none.
pub(super) fn load<'d>(elf: &Elf<'d>) -> Result<Option<Vec<Loaded<'d>>>, DwarfError> {
    // A unit asks for its line program, whether or not lines matter.
    const IDS: [SectionId; 7] = [
        SectionId::DebugLine,
        SectionId::DebugInfo,
        SectionId::DebugTypes,
        SectionId::DebugAbbrev,
        SectionId::DebugStr,
        SectionId::DebugStrOffsets,
        SectionId::DebugLineStr,
    ];
    if elf.section(SectionId::DebugInfo.name()).is_none() {
        return Ok(None);
    }
    let sections = elf.sections.iter().enumerate();
    sections
        .filter_map(|(index, section)| {
            let id = IDS.into_iter().find(|id| id.name() == section.name)?;
            Some((index as u32, section, id))
        })
        .map(|(index, section, id)| {
            let relocations = if elf.is_relocatable {
                Relocations::of(elf, index)
            } else {
                Relocations::default()
            };
            Ok(Loaded { id, data: contents(elf, section)?, relocations })
        })
        .collect::<Result<Vec<_>, DwarfError>>()
        .map(Some)
}

fn contents<'d>(elf: &Elf<'d>, section: &Section<'d>) -> Result<Cow<'d, [u8]>, DwarfError> {
    let data = section.data().unwrap_or_default();
    if !section.is_compressed {
        return Ok(Cow::Borrowed(data));
    }
    let (header, size) = elf.compression_header(data).ok_or(DwarfError::Compressed)?;
    let CompressionHeader { ch_type, .. } = header;
    let packed = data.get(size..).unwrap_or_default();
    let unpacked = match ch_type {
        ELFCOMPRESS_ZLIB => open::inflate(packed),
        ELFCOMPRESS_ZSTD => open::decompress(packed, open::Compression::Zstd),
        _ => return Err(DwarfError::Compressed),
    };
    unpacked.map(Cow::Owned).map_err(|_| DwarfError::Compressed)
}

impl Relocations {
    fn of(elf: &Elf<'_>, section: u32) -> Self {
        let relocations = elf.relocations(section).into_iter();
        let found = relocations.filter_map(|one| {
            // No symbol: zero.
            let value =
                if one.symbol == 0 { 0 } else { elf.symbols().get(one.symbol as usize)?.value };
            let value = value.wrapping_add_signed(one.addend);
            let relocated =
                if one.adds_contents { Relocated::By(value) } else { Relocated::To(value) };
            Some((one.offset, relocated))
        });
        Self(found.collect())
    }

    fn apply(&self, offset: usize, value: u64) -> u64 {
        let at = offset as u64;
        let index = self.0.partition_point(|(offset, _)| *offset < at);
        match self.0.get(index) {
            Some((offset, Relocated::To(value))) if *offset == at => *value,
            Some((offset, Relocated::By(by))) if *offset == at => value.wrapping_add(*by),
            _ => value,
        }
    }
}

impl Relocate for &Relocations {
    fn relocate_address(&self, offset: usize, value: u64) -> gimli::Result<u64> {
        Ok(self.apply(offset, value))
    }

    fn relocate_offset(&self, offset: usize, value: usize) -> gimli::Result<usize> {
        let relocated = self.apply(offset, value as u64);
        usize::try_from(relocated).map_err(|_| gimli::Error::UnsupportedOffset)
    }
}

/// The sections as gimli wants them.
pub(super) fn dwarf<'s>(loaded: &'s [Loaded<'_>], order: ByteOrder) -> gimli::Dwarf<Reader<'s>> {
    static NONE: Relocations = Relocations(Vec::new());
    let endian = match order {
        ByteOrder::Little => RunTimeEndian::Little,
        ByteOrder::Big => RunTimeEndian::Big,
    };
    let section = |id: SectionId| -> Result<Reader<'s>, std::convert::Infallible> {
        let found = loaded.iter().find(|section| section.id == id);
        let (data, relocations): (&'s [u8], &'s Relocations) = match found {
            Some(section) => (&section.data, &section.relocations),
            None => (&[], &NONE),
        };
        Ok(RelocateReader::new(EndianSlice::new(data, endian), relocations))
    };
    match gimli::Dwarf::load(section) {
        Ok(dwarf) => dwarf,
    }
}
