use super::elf::Elf;
use super::types::Types;
pub(super) struct Dwarf;
impl Dwarf {
    pub(super) fn read(_: &Elf<'_>) -> Result<Option<super::btf::Btf>, String> {
        Ok(None)
    }
}
