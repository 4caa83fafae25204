//! BTF made by hand, where compilers and pahole make none.

pub(in crate::object) mod find;

use super::*;
use crate::object::types::IntegerKind;

/// A section in the making.
struct Writer {
    order: ByteOrder,
    types: Vec<u8>,
    strings: Vec<u8>,
    first_string: u32,
    sizes: Vec<u8>,
}

impl Writer {
    fn new(order: ByteOrder) -> Self {
        Self { order, types: Vec::new(), strings: vec![0], first_string: 0, sizes: Vec::new() }
    }

    /// One that goes on where a section with that many bytes of strings ends.
    fn behind(first_string: u32) -> Self {
        Self { strings: Vec::new(), first_string, ..Self::new(ByteOrder::Little) }
    }

    fn bytes(&self, word: u32) -> [u8; 4] {
        match self.order {
            ByteOrder::Little => word.to_le_bytes(),
            ByteOrder::Big => word.to_be_bytes(),
        }
    }

    fn name(&mut self, name: &str) -> u32 {
        let at = self.first_string + self.strings.len() as u32;
        self.strings.extend(name.bytes().chain([0]));
        at
    }

    fn ty(&mut self, name: &str, kind: u32, count: u32, value: u32, behind: &[u32]) {
        let name = if name.is_empty() { 0 } else { self.name(name) };
        for word in [name, kind << 24 | count, value].into_iter().chain(behind.iter().copied()) {
            self.types.extend(self.bytes(word));
        }
    }

    fn section(&self) -> Vec<u8> {
        let (types, strings) = (self.types.len() as u32, self.strings.len() as u32);
        let header = if self.sizes.is_empty() { 24 } else { 32 };
        let mut section = match self.order {
            ByteOrder::Little => vec![0x9f, 0xeb, 1, 0],
            ByteOrder::Big => vec![0xeb, 0x9f, 1, 0],
        };
        let mut words = vec![header, 0, types, types, strings];
        if !self.sizes.is_empty() {
            words.extend([types + strings, self.sizes.len() as u32]);
        }
        section.extend(words.iter().flat_map(|word| self.bytes(*word)));
        section.extend(self.types.iter().chain(&self.strings).chain(&self.sizes));
        section
    }
}

/// `int`, and a structure with a bit-field and an array of it.
fn sample(order: ByteOrder) -> Writer {
    let mut writer = Writer::new(order);
    writer.ty("int", 1, 0, 4, &[1 << 24 | 32]);
    writer.ty("", 3, 0, 0, &[1, 1, 3]);
    let (a, b) = (writer.name("a"), writer.name("b"));
    // The flag: the upper byte of a place is a width.
    writer.ty("pair", 0x80 | 4, 2, 16, &[a, 1, 3 << 24 | 5, b, 2, 32]);
    writer
}

#[test]
fn both_byte_orders_are_read() {
    for order in [ByteOrder::Little, ByteOrder::Big] {
        let btf = Btf::parse(&sample(order).section(), None).unwrap();
        let [pair] = btf.named("pair")[..] else { panic!("one structure of that name") };
        let members = btf.members(pair);
        assert_eq!((members[0].name, members[0].offset_bits, members[0].bits), ("a", 5, Some(3)));
        assert_eq!((members[1].name, members[1].offset_bits, members[1].bits), ("b", 32, None));
        assert_eq!(btf.get(2), Some(Ty::Array { element: 1, count: Some(3) }));
        let Some(Ty::Integer(int)) = btf.get(1) else { panic!("an integer") };
        assert_eq!((int.name, int.size, int.kind), ("int", 4, IntegerKind::Signed));
    }
}

#[test]
fn an_unknown_kind_is_skipped_where_its_size_is_told() {
    let mut writer = sample(ByteOrder::Little);
    writer.ty("odd", 40, 2, 0, &[1, 2, 3, 4, 5]);
    writer.ty("late", 4, 0, 8, &[]);
    let unaware = Btf::parse(&writer.section(), None).unwrap();
    assert_eq!(unaware.unread(), Some(BtfError::UnknownKind { id: 4, kind: 40 }));
    assert_eq!(unaware.named("pair").len(), 1, "what comes before is read");
    assert!(unaware.named("late").is_empty());
    // A word, and two words for each element.
    writer.sizes = vec![0; 41 * 4];
    writer.sizes[40 * 4..40 * 4 + 2].copy_from_slice(&[4, 8]);
    let aware = Btf::parse(&writer.section(), None).unwrap();
    assert_eq!(aware.unread(), None);
    assert_eq!(aware.named("late"), [5]);
    assert_eq!(aware.get(4), Some(Ty::Other));
}

#[test]
fn a_modules_types_go_on_where_those_of_its_kernel_end() {
    let kernel = sample(ByteOrder::Little);
    let base = Arc::new(Btf::parse(&kernel.section(), None).unwrap());
    let mut module = Writer::behind(kernel.strings.len() as u32);
    let member = module.name("held");
    module.ty("holder", 4, 1, 16, &[member, 3, 0]);
    assert!(builds_upon_another(&module.section()));
    assert!(!builds_upon_another(&kernel.section()));
    let btf = Btf::parse(&module.section(), Some(base.clone())).unwrap();
    assert_eq!(btf.own_ids(), 4..5);
    let held = btf.members(4)[0];
    assert_eq!((held.name, held.ty), ("held", 3));
    assert!(matches!(btf.get(held.ty), Some(Ty::Record(record)) if record.name == "pair"));
    assert_eq!(btf.named("pair"), [3]);
    // Another kernel has other strings in front.
    let mut other = Writer::behind(kernel.strings.len() as u32 + 2);
    let member = other.name("held");
    other.ty("holder", 4, 1, 16, &[member, 3, 0]);
    assert_eq!(Btf::parse(&other.section(), Some(base)).unwrap_err(), BtfError::OtherBase);
}

/// What lies behind the strings of the module's own kernel lies within those of a larger one.
#[test]
fn a_larger_kernel_than_the_modules_own_is_refused() {
    let mut module = Writer::behind(sample(ByteOrder::Little).strings.len() as u32);
    let member = module.name("held");
    module.ty("holder", 4, 1, 16, &[member, 3, 0]);
    let mut larger = sample(ByteOrder::Little);
    larger.ty("a_type_with_a_long_name_that_the_other_kernel_has_not", 4, 0, 8, &[]);
    let base = Arc::new(Btf::parse(&larger.section(), None).unwrap());
    assert_eq!(Btf::parse(&module.section(), Some(base)).unwrap_err(), BtfError::OtherBase);
}

#[test]
fn integers_that_are_bit_fields_by_themselves_keep_their_bits() {
    let mut writer = Writer::new(ByteOrder::Little);
    writer.ty("unsigned int", 1, 0, 4, &[6 << 16 | 7]);
    let btf = Btf::parse(&writer.section(), None).unwrap();
    let Some(Ty::Integer(int)) = btf.get(1) else { panic!("an integer") };
    assert_eq!(int.bits, Some((6, 7)));
}

#[test]
fn what_is_cut_off_or_something_else_is_refused() {
    let section = sample(ByteOrder::Little).section();
    for end in 0..section.len() {
        assert!(Btf::parse(&section[..end], None).is_err(), "cut at {end}");
    }
    assert_eq!(Btf::parse(b"ELF", None).unwrap_err(), BtfError::NotBtf);
    let mut newer = section;
    newer[2] = 2;
    assert_eq!(Btf::parse(&newer, None).unwrap_err(), BtfError::Version(2));
}

#[test]
fn types_that_refer_to_each_other_without_end_do_no_harm() {
    let mut writer = Writer::new(ByteOrder::Little);
    writer.ty("a", 8, 0, 2, &[]);
    writer.ty("b", 8, 0, 1, &[]);
    writer.ty("", 2, 0, 3, &[]);
    let btf = Btf::parse(&writer.section(), None).unwrap();
    assert_eq!(crate::object::types::resolved(&btf, 1), None);
    assert_eq!(crate::object::types::pointed_prototype(&btf, 3), None);
}
