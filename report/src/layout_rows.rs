//! The lines of one ABI's layout: members in order, what is between them, and what is inside
//! anonymous structures.

use ioctlkit_abi::{AbiId, AbiSet, Placement, RecordKind};
use ioctlkit_model::{Gap, Interface, Layout, Layouts, Member, RecordId, Type};

/// A line of a layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// How many anonymous structures and unions are around it.
    pub depth: usize,
    /// What it is about.
    pub what: What,
    /// From the beginning of the outermost structure, in bits.
    pub offset_bits: u64,
    /// Its size in bits; 0 for a flexible array and for [`What::Close`].
    pub bits: u64,
    /// Whether its declaration has a width.
    pub is_bit_field: bool,
}

/// What a line is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A member: its declaration as C has it, and its name, which bit-fields and anonymous structures may lack.
    Member {
        /// `__u32 a[4]`, or `struct {` for what has its members in the lines that follow.
        declaration: String,
        /// `a`.
        name: Option<String>,
    },
    /// The end of an anonymous structure or union.
    Close,
    /// Padding between members.
    Hole,
    /// Padding at the end.
    Tail,
}

impl What {
    /// Whether every ABI has the line.
    pub fn is_padding(&self) -> bool {
        matches!(self, Self::Hole | Self::Tail)
    }
}

/// A layout, and the ABIs that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strip {
    /// The ABIs.
    pub abis: AbiSet,
    /// What is in it, in order.
    pub rows: Vec<Row>,
    /// In bytes.
    pub size: u64,
    /// In bytes.
    pub align: u64,
}

impl Strip {
    /// The declarations with their nesting: strips that share them are of the same members.
    pub fn members(&self) -> Vec<(usize, &What)> {
        let rows = self.rows.iter().filter(|row| !row.what.is_padding());
        rows.map(|row| (row.depth, &row.what)).collect()
    }
}

/// The layouts of a structure, in the order of their first ABIs; none for ABIs on which it has no layout.
pub fn strips(layouts: &Layouts<'_>, id: RecordId, within: AbiSet) -> Vec<Strip> {
    let mut strips: Vec<Strip> = Vec::new();
    for abi in within {
        let (Ok(layout), Some(rows)) = (layouts.record(id, abi), of(layouts, id, abi)) else {
            continue;
        };
        let is_same = |known: &&mut Strip| {
            (&known.rows, known.size, known.align) == (&rows, layout.size, layout.align)
        };
        match strips.iter_mut().find(is_same) {
            Some(known) => known.abis.insert(abi),
            None => strips.push(Strip {
                abis: AbiSet::only(abi),
                rows,
                size: layout.size,
                align: layout.align,
            }),
        }
    }
    strips
}

/// The lines for a structure, if it has a layout on the ABI.
fn of(layouts: &Layouts<'_>, id: RecordId, abi: AbiId) -> Option<Vec<Row>> {
    let layout = layouts.record(id, abi).ok()?;
    let mut rows = Vec::new();
    add(layouts, id, abi, layout, Nesting { depth: 0, offset_bits: 0 }, &mut rows);
    Some(rows)
}

#[derive(Clone, Copy)]
struct Nesting {
    depth: usize,
    offset_bits: u64,
}

fn add(
    layouts: &Layouts<'_>,
    id: RecordId,
    abi: AbiId,
    layout: &Layout,
    nesting: Nesting,
    rows: &mut Vec<Row>,
) {
    let mut gaps = layout.gaps().into_iter().peekable();
    for (index, (member, placement)) in layouts.members(id, abi).enumerate() {
        if let Some(gap) = gaps.next_if(|gap| gap.before == Some(index)) {
            rows.push(padding(What::Hole, &gap, nesting));
        }
        add_member(layouts, abi, member, placement, nesting, rows);
    }
    // What a union's members leave free is no padding that one could name.
    if let Some(tail) = layout.tail().filter(|_| layout.kind == RecordKind::Struct) {
        rows.push(padding(What::Tail, &tail, nesting));
    }
}

fn padding(what: What, gap: &Gap, nesting: Nesting) -> Row {
    Row {
        depth: nesting.depth,
        what,
        offset_bits: nesting.offset_bits + gap.offset_bits,
        bits: gap.bits,
        is_bit_field: false,
    }
}

fn add_member(
    layouts: &Layouts<'_>,
    abi: AbiId,
    member: &Member,
    placement: Placement,
    nesting: Nesting,
    rows: &mut Vec<Row>,
) {
    let interface = layouts.interface();
    let offset_bits = nesting.offset_bits + placement.offset_bits;
    let row = |what| Row {
        depth: nesting.depth,
        what,
        offset_bits,
        bits: placement.end_bits() - placement.offset_bits,
        is_bit_field: member.bits.is_some(),
    };
    if let Some((inner, layout)) = anonymous(layouts, member, abi) {
        let keyword = match layout.kind {
            RecordKind::Struct => "struct {",
            RecordKind::Union => "union {",
        };
        rows.push(row(What::Member { declaration: keyword.into(), name: None }));
        let inside = Nesting { depth: nesting.depth + 1, offset_bits };
        add(layouts, inner, abi, layout, inside, rows);
        let mut close = row(What::Close);
        close.bits = 0;
        rows.push(close);
    } else {
        rows.push(row(What::Member {
            declaration: declaration(interface, member),
            name: member.name.clone(),
        }));
    }
}

/// The structure without tag and name that a member is.
fn anonymous<'a>(
    layouts: &'a Layouts<'_>,
    member: &Member,
    abi: AbiId,
) -> Option<(RecordId, &'a Layout)> {
    let Type::Record(id) = member.ty else { return None };
    if member.name.is_some() || !layouts.interface().record(id).is_anonymous() {
        return None;
    }
    Some((id, layouts.record(id, abi).ok()?))
}

fn declaration(interface: &Interface, member: &Member) -> String {
    let ty = interface.type_name(&member.ty);
    let (base, bounds) = match ty.find('[').filter(|_| member.ty.is_array()) {
        Some(at) => ty.split_at(at),
        None => (ty.as_str(), ""),
    };
    let base = base.trim_end();
    let name = member.name.as_deref().unwrap_or("");
    let space = if base.ends_with('*') || name.is_empty() { "" } else { " " };
    let width = member.bits.map(|bits| format!(" : {bits}")).unwrap_or_default();
    format!("{base}{space}{name}{bounds}{width}")
}
