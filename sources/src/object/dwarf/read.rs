//! Entries of DWARF become types.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use gimli::constants as dw;
use gimli::{AttributeValue, DebuggingInformationEntry, Reader as _, Section as _, Unit};
use ioctlkit_abi::ByteOrder;

use super::sections::Reader;
use super::{DwarfError, Kind, MemberNode, Node, RecordNode, TypeId};

/// No name of C is longer, in bytes; what is, is damage.
const LONGEST_NAME: usize = 4096;

/// How many attributes are read for each byte of the section. An attribute may take no byte at all,
/// so that a small file could hold very many.
const ATTRIBUTES: u64 = 16;

type Entry<'s> = DebuggingInformationEntry<Reader<'s>>;

/// Where an entry is: in which section, and its offset there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum EntryRef {
    Info(usize),
    /// In a unit of one type, by the type's signature.
    Type {
        unit: usize,
        offset: usize,
    },
}

/// A reference before all entries are known.
#[derive(Debug, Clone, Copy)]
enum Reference {
    None,
    Entry(EntryRef),
    Signature(u64),
}

/// Reads the types of all units, that of number 1 first.
pub(super) fn read(
    dwarf: &gimli::Dwarf<Reader<'_>>,
    order: ByteOrder,
) -> Result<Vec<Node>, DwarfError> {
    let size = dwarf.debug_info.reader().len() + dwarf.debug_types.reader().len();
    let mut reading = Reading {
        dwarf,
        order,
        nodes: Vec::new(),
        references: HashMap::new(),
        places: HashMap::new(),
        signatures: HashMap::new(),
        names: HashSet::new(),
        attributes: ATTRIBUTES * size as u64,
    };
    let mut units = dwarf.units();
    while let Some(header) = units.next()? {
        let unit = dwarf.unit(header)?;
        if unit.dwo_name()?.is_some() {
            return Err(DwarfError::Split);
        }
        let start = unit.header.offset().0;
        let signature = match unit.header.type_() {
            gimli::UnitType::Type { type_signature, type_offset } => {
                Some((type_signature.0, EntryRef::Info(start + type_offset.0)))
            }
            _ => None,
        };
        reading.signatures.extend(signature);
        reading.unit(&unit, |offset| EntryRef::Info(start + offset))?;
    }
    let mut units = dwarf.type_units();
    let mut index = 0;
    while let Some(header) = units.next()? {
        let place = |offset| EntryRef::Type { unit: index, offset };
        if let gimli::UnitType::Type { type_signature, type_offset } = header.type_() {
            reading.signatures.insert(type_signature.0, place(type_offset.0));
        }
        let unit = dwarf.unit(header)?;
        reading.unit(&unit, place)?;
        index += 1;
    }
    Ok(reading.finish())
}

struct Reading<'r, 's> {
    dwarf: &'r gimli::Dwarf<Reader<'s>>,
    order: ByteOrder,
    nodes: Vec<Node>,
    /// What each type refers to, in the order of the references within it.
    references: HashMap<TypeId, Vec<Reference>>,
    places: HashMap<EntryRef, TypeId>,
    signatures: HashMap<u64, EntryRef>,
    names: HashSet<Arc<str>>,
    /// How many attributes may still be read.
    attributes: u64,
}

/// An entry whose children belong to it.
#[derive(Debug, Clone, Copy)]
struct Open {
    depth: isize,
    id: TypeId,
}

impl<'s> Reading<'_, 's> {
    fn unit(
        &mut self,
        unit: &Unit<Reader<'s>>,
        place: impl Fn(usize) -> EntryRef + Copy,
    ) -> Result<(), DwarfError> {
        let mut entries = unit.entries();
        let mut open: Vec<Open> = Vec::new();
        while let Some(entry) = entries.next_dfs()? {
            let count = entry.attrs().len() as u64;
            self.attributes = self.attributes.checked_sub(count).ok_or(DwarfError::Excessive)?;
            let depth = entry.depth();
            while open.last().is_some_and(|last| last.depth >= depth) {
                open.pop();
            }
            let parent = open.last().filter(|last| last.depth == depth - 1).map(|last| last.id);
            let name = |attribute: dw::DwAt, names: &mut HashSet<Arc<str>>| {
                let value = entry.attr_value(attribute)?;
                let text = self.dwarf.attr_string(unit, value).ok()?;
                let text = text.to_slice().ok()?;
                let text = std::str::from_utf8(text.get(..LONGEST_NAME.min(text.len()))?).ok()?;
                Some(intern(names, text))
            };
            let mut names = std::mem::take(&mut self.names);
            let name = name(dw::DW_AT_name, &mut names).unwrap_or_else(|| intern(&mut names, ""));
            self.names = names;
            let attributes = Attributes { entry, unit, place: &place, name };
            if let Some(id) = self.entry(&attributes, parent) {
                self.places.insert(place(entry.offset().0), id);
                if entry.has_children() {
                    open.push(Open { depth, id });
                }
            }
        }
        Ok(())
    }

    /// Reads one entry. Yields its number, if it is a type.
    fn entry(
        &mut self,
        entry: &Attributes<'_, 's, impl Fn(usize) -> EntryRef>,
        parent: Option<TypeId>,
    ) -> Option<TypeId> {
        let name = entry.name.clone();
        let ty = entry.reference();
        let size = entry.number(dw::DW_AT_byte_size);
        let align = entry.number(dw::DW_AT_alignment);
        let node = match entry.entry.tag() {
            dw::DW_TAG_base_type => base(name, size.unwrap_or(0), entry),
            dw::DW_TAG_pointer_type
            | dw::DW_TAG_reference_type
            | dw::DW_TAG_rvalue_reference_type => Node::Pointer(0),
            dw::DW_TAG_const_type
            | dw::DW_TAG_volatile_type
            | dw::DW_TAG_restrict_type
            | dw::DW_TAG_atomic_type => Node::Qualified(0),
            dw::DW_TAG_typedef => Node::Typedef { name, ty: 0, align },
            dw::DW_TAG_array_type => Node::Array { element: 0, count: None },
            dw::DW_TAG_structure_type | dw::DW_TAG_class_type | dw::DW_TAG_union_type => {
                let union = entry.entry.tag() == dw::DW_TAG_union_type;
                if entry.flag(dw::DW_AT_declaration) {
                    Node::Declared { union, name }
                } else {
                    let size = size.unwrap_or(0);
                    Node::Record(RecordNode { union, name, size, align, members: Vec::new() })
                }
            }
            dw::DW_TAG_enumeration_type => Node::Enumeration {
                name,
                size: size.unwrap_or(4),
                signed: false,
                values: Vec::new(),
            },
            dw::DW_TAG_subroutine_type => Node::Prototype { returns: 0, parameters: Vec::new() },
            dw::DW_TAG_subprogram => {
                // Its type is the entry's own: the children are the parameters.
                let prototype = Node::Prototype { returns: 0, parameters: Vec::new() };
                let id = self.push(prototype, vec![ty]);
                self.push(Node::Function { name, prototype: id }, Vec::new());
                return Some(id);
            }
            dw::DW_TAG_member => {
                self.member(parent?, name, ty, entry);
                return None;
            }
            dw::DW_TAG_enumerator => {
                self.enumerator(parent?, name, entry);
                return None;
            }
            dw::DW_TAG_subrange_type => {
                self.bound(parent?, entry);
                return None;
            }
            dw::DW_TAG_formal_parameter => {
                self.parameter(parent?, ty);
                return None;
            }
            _ => return None,
        };
        let references = match node {
            Node::Pointer(_)
            | Node::Qualified(_)
            | Node::Typedef { .. }
            | Node::Array { .. }
            | Node::Prototype { .. } => vec![ty],
            _ => Vec::new(),
        };
        Some(self.push(node, references))
    }

    fn push(&mut self, node: Node, references: Vec<Reference>) -> TypeId {
        self.nodes.push(node);
        let id = self.nodes.len() as TypeId;
        if !references.is_empty() {
            self.references.insert(id, references);
        }
        id
    }

    fn node(&mut self, id: TypeId) -> Option<&mut Node> {
        self.nodes.get_mut((id as usize).checked_sub(1)?)
    }

    fn member(
        &mut self,
        parent: TypeId,
        name: Arc<str>,
        ty: Reference,
        entry: &Attributes<'_, 's, impl Fn(usize) -> EntryRef>,
    ) {
        let order = self.order;
        let Some(Node::Record(record)) = self.node(parent) else { return };
        let bits = entry.number(dw::DW_AT_bit_size);
        let start = entry.member_location().unwrap_or(0).saturating_mul(8);
        let offset_bits = match (entry.number(dw::DW_AT_data_bit_offset), bits) {
            (Some(offset), _) => offset,
            (None, Some(bits)) => match entry.signed(dw::DW_AT_bit_offset) {
                // Counted from the most significant bit of a word of the declared type, out of which
                // a packed bit-field may reach.
                Some(from_top) => match order {
                    ByteOrder::Big => start.saturating_add_signed(from_top),
                    ByteOrder::Little => {
                        let word = entry.number(dw::DW_AT_byte_size).unwrap_or(0);
                        let end = start.saturating_add(word.saturating_mul(8));
                        end.saturating_sub(bits).saturating_add_signed(from_top.saturating_neg())
                    }
                },
                None => start,
            },
            (None, None) => start,
        };
        record.members.push(MemberNode { name, ty: 0, offset_bits, bits });
        self.references.entry(parent).or_default().push(ty);
    }

    fn enumerator(
        &mut self,
        parent: TypeId,
        name: Arc<str>,
        entry: &Attributes<'_, 's, impl Fn(usize) -> EntryRef>,
    ) {
        let Some(Node::Enumeration { signed, values, .. }) = self.node(parent) else { return };
        let Some(value) = entry.entry.attr_value(dw::DW_AT_const_value) else { return };
        let value = match value {
            AttributeValue::Sdata(value) => i128::from(value),
            other => match other.udata_value() {
                Some(value) => i128::from(value),
                None => return,
            },
        };
        *signed |= value < 0;
        values.push((name, value));
    }

    /// A dimension of an array: each but the first becomes an array within.
    fn bound(&mut self, parent: TypeId, entry: &Attributes<'_, 's, impl Fn(usize) -> EntryRef>) {
        let count = entry.number(dw::DW_AT_count).or_else(|| {
            let upper = entry.number(dw::DW_AT_upper_bound)?;
            // Of `[0]` some compilers say that it ends before it begins.
            Some(upper.wrapping_add(1))
        });
        // Bounds are read in order: the innermost array so far is the one that the chain ends in.
        let mut id = parent;
        while let Some(Node::Array { element, count: Some(_) }) = self.node(id) {
            if *element == 0 {
                break;
            }
            id = *element;
        }
        match self.node(id) {
            Some(Node::Array { count: known @ None, element: 0 }) => {
                *known = count.or(Some(u64::MAX));
            }
            Some(Node::Array { count: Some(_), element: 0 }) => {
                let references = self.references.remove(&id).unwrap_or_default();
                let inner = self
                    .push(Node::Array { element: 0, count: count.or(Some(u64::MAX)) }, references);
                if let Some(Node::Array { element, .. }) = self.node(id) {
                    *element = inner;
                }
            }
            _ => {}
        }
    }

    fn parameter(&mut self, parent: TypeId, ty: Reference) {
        if let Some(Node::Prototype { parameters, .. }) = self.node(parent) {
            parameters.push(0);
            self.references.entry(parent).or_default().push(ty);
        }
    }

    /// Puts numbers in the place of references.
    fn finish(self) -> Vec<Node> {
        let Self { mut nodes, references, places, signatures, .. } = self;
        let number = |reference: Reference| match reference {
            Reference::None => 0,
            Reference::Entry(place) => places.get(&place).copied().unwrap_or(0),
            Reference::Signature(signature) => {
                signatures.get(&signature).and_then(|place| places.get(place)).copied().unwrap_or(0)
            }
        };
        for (id, references) in references {
            let Some(node) = nodes.get_mut(id as usize - 1) else { continue };
            let mut numbers = references.into_iter().map(number);
            let mut next = || numbers.next().unwrap_or(0);
            match node {
                Node::Pointer(to) | Node::Qualified(to) | Node::Typedef { ty: to, .. } => {
                    *to = next();
                }
                Node::Array { element, .. } => *element = next(),
                Node::Prototype { returns, parameters } => {
                    *returns = next();
                    for parameter in parameters {
                        *parameter = next();
                    }
                }
                Node::Record(record) => {
                    for member in &mut record.members {
                        member.ty = next();
                    }
                }
                _ => {}
            }
        }
        for node in &mut nodes {
            if let Node::Array { count: count @ Some(u64::MAX), .. } = node {
                *count = None;
            }
        }
        nodes
    }
}

fn intern(names: &mut HashSet<Arc<str>>, name: &str) -> Arc<str> {
    if let Some(known) = names.get(name) {
        return known.clone();
    }
    let name: Arc<str> = name.into();
    names.insert(name.clone());
    name
}

fn base(name: Arc<str>, size: u64, entry: &Attributes<'_, '_, impl Fn(usize) -> EntryRef>) -> Node {
    let Some(AttributeValue::Encoding(encoding)) = entry.entry.attr_value(dw::DW_AT_encoding)
    else {
        return Node::Other;
    };
    let kind = match encoding {
        dw::DW_ATE_boolean => Kind::Boolean,
        dw::DW_ATE_float => return Node::Float { name, size },
        // Plain `char` is what is called so: the others say their sign.
        dw::DW_ATE_signed_char | dw::DW_ATE_unsigned_char if name.as_ref() == "char" => {
            Kind::Character
        }
        dw::DW_ATE_signed | dw::DW_ATE_signed_char => Kind::Signed,
        dw::DW_ATE_unsigned | dw::DW_ATE_unsigned_char | dw::DW_ATE_UTF => Kind::Unsigned,
        _ => return Node::Other,
    };
    Node::Integer { name, size, kind }
}

/// What is asked of an entry.
struct Attributes<'e, 's, P> {
    entry: &'e Entry<'s>,
    unit: &'e Unit<Reader<'s>>,
    place: &'e P,
    name: Arc<str>,
}

impl<P: Fn(usize) -> EntryRef> Attributes<'_, '_, P> {
    fn number(&self, name: dw::DwAt) -> Option<u64> {
        self.entry.attr(name)?.udata_value()
    }

    fn signed(&self, name: dw::DwAt) -> Option<i64> {
        self.entry.attr(name)?.sdata_value()
    }

    fn flag(&self, name: dw::DwAt) -> bool {
        matches!(self.entry.attr_value(name), Some(AttributeValue::Flag(true)))
    }

    /// The type that the entry refers to.
    fn reference(&self) -> Reference {
        match self.entry.attr_value(dw::DW_AT_type) {
            Some(AttributeValue::UnitRef(offset)) => Reference::Entry((self.place)(offset.0)),
            Some(AttributeValue::DebugInfoRef(offset)) => {
                Reference::Entry(EntryRef::Info(offset.0))
            }
            Some(AttributeValue::DebugTypesRef(signature)) => Reference::Signature(signature.0),
            _ => Reference::None,
        }
    }

    /// Where a member begins, in bytes: a number, or the expression that DWARF 2 had for it.
    fn member_location(&self) -> Option<u64> {
        match self.entry.attr_value(dw::DW_AT_data_member_location)? {
            AttributeValue::Exprloc(expression) => {
                let mut operations = expression.operations(self.unit.encoding());
                match operations.next().ok()?? {
                    gimli::Operation::PlusConstant { value } => Some(value),
                    _ => None,
                }
            }
            other => other.udata_value(),
        }
    }
}
