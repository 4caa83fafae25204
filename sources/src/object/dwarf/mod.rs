//! Types from DWARF 4 and 5, through gimli.
//!
//! DWARF is written by compilation unit, and every unit has the types of its headers again. Here
//! each has one number: equal definitions of a name are one.

mod merge;
mod read;
mod sections;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use ioctlkit_abi::RecordKind;

use super::elf::Elf;
use super::types::{self, Enumeration, Integer, IntegerKind, Member, Record, Ty, TypeId, Types};

/// Types of one object.
#[derive(Debug)]
pub(super) struct Dwarf {
    /// The type of each number, that of number 1 first.
    nodes: Vec<Node>,
    /// Numbers of equal types: that of the first.
    same_as: Vec<TypeId>,
    names: HashMap<Arc<str>, Vec<TypeId>>,
}

/// Why DWARF cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DwarfError {
    /// What gimli says.
    Damaged(gimli::Error),
    /// A section is compressed in a way that is not known, or damaged.
    Compressed,
    /// The types are in files of their own.
    Split,
    /// More attributes than the bytes of the section can be meant to hold.
    Excessive,
}

impl fmt::Display for DwarfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged(error) => write!(f, "its DWARF is damaged: {error}"),
            Self::Compressed => {
                f.write_str("its DWARF is damaged, or compressed in an unknown way")
            }
            Self::Split => f.write_str("its DWARF is in .dwo files, which are not read"),
            Self::Excessive => f.write_str("its DWARF is damaged: it has too many attributes"),
        }
    }
}

impl From<gimli::Error> for DwarfError {
    fn from(error: gimli::Error) -> Self {
        Self::Damaged(error)
    }
}

/// A type. References are numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Node {
    Integer { name: Arc<str>, size: u64, kind: Kind },
    Float { name: Arc<str>, size: u64 },
    Pointer(TypeId),
    Array { element: TypeId, count: Option<u64> },
    Record(RecordNode),
    Declared { union: bool, name: Arc<str> },
    Enumeration { name: Arc<str>, size: u64, signed: bool, values: Vec<(Arc<str>, i128)> },
    Typedef { name: Arc<str>, ty: TypeId, align: Option<u64> },
    Qualified(TypeId),
    Prototype { returns: TypeId, parameters: Vec<TypeId> },
    Function { name: Arc<str>, prototype: TypeId },
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Signed,
    Unsigned,
    Boolean,
    Character,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct RecordNode {
    union: bool,
    name: Arc<str>,
    size: u64,
    align: Option<u64>,
    members: Vec<MemberNode>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct MemberNode {
    name: Arc<str>,
    ty: TypeId,
    offset_bits: u64,
    bits: Option<u64>,
}

impl Dwarf {
    /// Reads the types of an object; `None` where it has no DWARF.
    pub(super) fn read(elf: &Elf<'_>) -> Result<Option<Self>, DwarfError> {
        let Some(loaded) = sections::load(elf)? else { return Ok(None) };
        let dwarf = sections::dwarf(&loaded, elf.header.byte_order);
        let nodes = read::read(&dwarf, elf.header.byte_order)?;
        Ok(Some(Self::of(nodes)))
    }

    fn of(mut nodes: Vec<Node>) -> Self {
        let same_as = merge::merge(&mut nodes);
        let mut names: HashMap<Arc<str>, Vec<TypeId>> = HashMap::new();
        for (index, node) in nodes.iter().enumerate() {
            let id = index as TypeId + 1;
            if let Some(name) = node.found_by().filter(|_| same_as[index] == id) {
                names.entry(name.clone()).or_default().push(id);
            }
        }
        Self { nodes, same_as, names }
    }

    fn node(&self, id: TypeId) -> Option<&Node> {
        self.nodes.get((id as usize).checked_sub(1)?)
    }
}

impl Node {
    /// The name by which others ask for it.
    fn found_by(&self) -> Option<&Arc<str>> {
        let (Self::Record(RecordNode { name, .. })
        | Self::Enumeration { name, .. }
        | Self::Typedef { name, .. }
        | Self::Function { name, .. }) = self
        else {
            return None;
        };
        (!name.is_empty()).then_some(name)
    }
}

impl Types for Dwarf {
    fn get(&self, id: TypeId) -> Option<Ty<'_>> {
        if id == types::VOID {
            return Some(Ty::Void);
        }
        let kind = |union: bool| if union { RecordKind::Union } else { RecordKind::Struct };
        Some(match self.node(id)? {
            Node::Integer { name, size, kind } => Ty::Integer(Integer {
                name,
                size: *size,
                kind: match kind {
                    Kind::Signed => IntegerKind::Signed,
                    Kind::Unsigned => IntegerKind::Unsigned,
                    Kind::Boolean => IntegerKind::Boolean,
                    Kind::Character => IntegerKind::Character,
                },
                bits: None,
            }),
            Node::Float { name, size } => Ty::Float { name, size: *size },
            Node::Pointer(to) => Ty::Pointer(*to),
            Node::Array { element, count } => Ty::Array { element: *element, count: *count },
            Node::Record(record) => Ty::Record(Record {
                kind: kind(record.union),
                name: &record.name,
                size: record.size,
                align: record.align,
            }),
            Node::Declared { union, name } => Ty::Declared { kind: kind(*union), name },
            Node::Enumeration { name, size, signed, .. } => {
                Ty::Enumeration(Enumeration { name, size: *size, signed: *signed })
            }
            Node::Typedef { name, ty, align } => Ty::Typedef { name, ty: *ty, align: *align },
            Node::Qualified(ty) => Ty::Qualified(*ty),
            Node::Prototype { returns, parameters } => {
                Ty::Prototype { returns: *returns, parameters: parameters.clone() }
            }
            Node::Function { name, prototype } => Ty::Function { name, prototype: *prototype },
            Node::Other => Ty::Other,
        })
    }

    fn members(&self, id: TypeId) -> Vec<Member<'_>> {
        let Some(Node::Record(record)) = self.node(id) else { return Vec::new() };
        let members = record.members.iter();
        members
            .map(|member| Member {
                name: &member.name,
                ty: member.ty,
                offset_bits: member.offset_bits,
                bits: member.bits,
            })
            .collect()
    }

    fn values(&self, id: TypeId) -> Vec<(&str, i128)> {
        let Some(Node::Enumeration { values, .. }) = self.node(id) else { return Vec::new() };
        values.iter().map(|(name, value)| (name.as_ref(), *value)).collect()
    }

    fn own_ids(&self) -> std::ops::Range<TypeId> {
        1..self.nodes.len() as TypeId + 1
    }

    fn is_repeated(&self, id: TypeId) -> bool {
        let first = (id as usize).checked_sub(1).and_then(|index| self.same_as.get(index));
        first.is_some_and(|first| *first != id)
    }

    fn named(&self, name: &str) -> Vec<TypeId> {
        self.names.get(name).cloned().unwrap_or_default()
    }
}
