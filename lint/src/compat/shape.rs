//! An argument on one ABI, flattened, and the comparison of two of them.

use std::collections::HashMap;

use ioctlkit_abi::{AbiId, LayoutError};
use ioctlkit_model::{Argument, Constant, Expression, Layouts, Member, RecordId, Type, TypeSize};

/// Members looked at in one argument, nested ones included. Structures that hold structures twice
/// each, a few dozen deep, would otherwise never end; no real argument comes near.
const MOST_MEMBERS: u32 = 1 << 16;

/// An argument on one ABI: its size, and every member that holds data.
#[derive(Debug, Clone)]
pub struct Shape<'a> {
    /// Size in bytes.
    pub size: u64,
    leaves: Vec<Leaf>,
    places: Vec<PathStep<'a>>,
}

/// A member without members, or an array of such, which counts as one.
#[derive(Debug, Clone, Copy)]
struct Leaf {
    extent: Extent,
    /// Alignment of the type in bytes; 1 where the member is packed.
    align: u64,
    /// Index into [`Shape::places`]; `None` where the argument is no structure.
    place: Option<u32>,
}

/// A member on the way to a leaf.
#[derive(Debug, Clone, Copy)]
struct PathStep<'a> {
    /// `None` for an element of an argument that is itself an array.
    member: Option<&'a Member>,
    element: Option<u8>,
    parent: Option<u32>,
}

/// A range of bits from the start of the argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Distance from the start of the argument, in bits.
    pub offset_bits: u64,
    /// Width in bits; 0 for a flexible array and for the start of an array's second element.
    pub size_bits: u64,
}

impl<'a> Shape<'a> {
    /// The argument of a command on `abi`; `None` where the command has none that is known.
    ///
    /// # Errors
    /// [`LayoutError`] says why there is no layout.
    pub fn of_argument(
        layouts: &Layouts<'a>,
        argument: &'a Argument,
        abi: AbiId,
    ) -> Option<Result<Self, LayoutError>> {
        let mut flattening = Flattening::new(layouts, abi);
        let walked = match argument {
            Argument::None => return None,
            Argument::Type(ty) | Argument::SizeOfType(ty) => flattening.whole(ty),
            Argument::Size(Constant::Known(_)) => Ok(()),
            Argument::Size(Constant::Expression(expression)) => flattening.expression(expression),
        };
        let size = match argument.ty() {
            Some(ty) => layouts.type_size(ty, abi).map(|size| size.size),
            None => layouts.argument_size(argument, abi),
        };
        Some(walked.and(size).map(|size| flattening.finish(size)))
    }

    /// A type on `abi`.
    ///
    /// # Errors
    /// [`LayoutError`] says why there is no layout.
    pub fn of_type(layouts: &Layouts<'a>, ty: &'a Type, abi: AbiId) -> Result<Self, LayoutError> {
        let mut flattening = Flattening::new(layouts, abi);
        flattening.whole(ty)?;
        let size = layouts.type_size(ty, abi)?.size;
        Ok(flattening.finish(size))
    }

    /// A structure or union on `abi`.
    ///
    /// # Errors
    /// [`LayoutError`] says why there is no layout.
    pub fn of_record(layouts: &Layouts<'a>, id: RecordId, abi: AbiId) -> Result<Self, LayoutError> {
        // Asked first: what has a layout does not contain itself.
        let size = layouts.record(id, abi)?.size;
        let mut flattening = Flattening::new(layouts, abi);
        flattening.record(id, 0, None);
        flattening.finish_walk()?;
        Ok(flattening.finish(size))
    }

    /// Every leaf in order: its path, such as `fmt.win.clips` or `planes[0].length`, and where
    /// it is.
    pub fn leaves(&self) -> impl Iterator<Item = (String, Extent)> {
        self.leaves.iter().map(|leaf| (self.path(leaf), leaf.extent))
    }

    fn path(&self, leaf: &Leaf) -> String {
        let mut names = Vec::new();
        let mut at = leaf.place;
        while let Some(place) = at.map(|index| &self.places[index as usize]) {
            let name = place.member.and_then(|member| member.name.as_deref());
            match (name, place.element) {
                (Some(name), None) => names.push(name.to_owned()),
                (name, Some(index)) => names.push(format!("{}[{index}]", name.unwrap_or_default())),
                (None, None) => {}
            }
            at = place.parent;
        }
        names.reverse();
        names.join(".")
    }

    /// The members on the way to a leaf, the outermost first.
    fn members(&self, leaf: &Leaf) -> Vec<&'a Member> {
        let mut members = Vec::new();
        let mut at = leaf.place;
        while let Some(place) = at.map(|index| &self.places[index as usize]) {
            members.extend(place.member);
            at = place.parent;
        }
        members.reverse();
        members
    }

    /// Whether two leaves are reached through the same members. `same` has what is known of the places
    /// of this shape: the one of the other shape that each is, for leaves share most of their ways.
    fn has_same_place(
        &self,
        leaf: &Leaf,
        other: &Self,
        their: &Leaf,
        same: &mut HashMap<u32, u32>,
    ) -> bool {
        let (mut ours, mut theirs) = (leaf.place, their.place);
        let mut way = Vec::new();
        loop {
            let (Some(our), Some(their)) = (ours, theirs) else {
                let is_same = ours.is_none() && theirs.is_none();
                if is_same {
                    same.extend(way);
                }
                return is_same;
            };
            if same.get(&our) == Some(&their) {
                same.extend(way);
                return true;
            }
            way.push((our, their));
            let (our, their) = (self.places[our as usize], other.places[their as usize]);
            let is_same = match (our.member, their.member) {
                // One definition for both ABIs is the rule: the same member in memory.
                (Some(our), Some(their)) => std::ptr::eq(our, their) || our.name == their.name,
                (our, their) => our.is_none() && their.is_none(),
            };
            if !is_same || our.element != their.element {
                return false;
            }
            (ours, theirs) = (our.parent, their.parent);
        }
    }
}

struct Flattening<'l, 'a> {
    layouts: &'l Layouts<'a>,
    abi: AbiId,
    leaves: Vec<Leaf>,
    places: Vec<PathStep<'a>>,
    members_left: u32,
    /// What is still to be walked, the next one last: structures may lie in each other as deeply as the
    /// source is long.
    todo: Vec<Step>,
}

/// A part of a type that is still to be walked.
enum Step {
    /// The members of a structure from one on.
    Members { id: RecordId, from: usize, offset_bits: u64, place: Option<u32> },
    /// Where the second element of an array begins.
    Second { offset_bits: u64, size: TypeSize, array: Option<u32> },
}

impl<'l, 'a> Flattening<'l, 'a> {
    fn new(layouts: &'l Layouts<'a>, abi: AbiId) -> Self {
        Self {
            layouts,
            abi,
            leaves: Vec::new(),
            places: Vec::new(),
            members_left: MOST_MEMBERS,
            todo: Vec::new(),
        }
    }

    fn finish(self, size: u64) -> Shape<'a> {
        Shape { size, leaves: self.leaves, places: self.places }
    }

    fn whole(&mut self, ty: &'a Type) -> Result<(), LayoutError> {
        // Asked first: where a type has a layout, it does not contain itself.
        let size = self.layouts.type_size(ty, self.abi)?;
        self.walk(ty, 0, size, None)?;
        self.finish_walk()
    }

    /// A size that is worked out from the sizes of types depends on what those look like.
    fn expression(&mut self, expression: &'a Expression) -> Result<(), LayoutError> {
        match expression {
            Expression::SizeOf(ty) => self.whole(ty),
            Expression::Literal(_) | Expression::AlignOf(_) | Expression::BiggestAlign => Ok(()),
            Expression::Unary(_, operand) => self.expression(operand),
            Expression::Binary(_, left, right) => {
                self.expression(left)?;
                self.expression(right)
            }
            Expression::Conditional(condition, then, otherwise) => {
                self.expression(condition)?;
                self.expression(then)?;
                self.expression(otherwise)
            }
        }
    }

    fn walk(
        &mut self,
        ty: &'a Type,
        offset_bits: u64,
        size: TypeSize,
        place: Option<u32>,
    ) -> Result<(), LayoutError> {
        let interface = self.layouts.interface();
        match interface.resolved(ty, self.abi).ok_or(LayoutError::Absent)? {
            Type::Record(id) => {
                self.record(*id, offset_bits, place);
                Ok(())
            }
            array @ (Type::Array(..) | Type::FlexibleArray(_)) => {
                self.array(array, offset_bits, size, place)
            }
            _ => {
                self.leaf(offset_bits, size, place);
                Ok(())
            }
        }
    }

    fn record(&mut self, id: RecordId, offset_bits: u64, place: Option<u32>) {
        self.todo.push(Step::Members { id, from: 0, offset_bits, place });
    }

    /// Walks everything that was put off.
    fn finish_walk(&mut self) -> Result<(), LayoutError> {
        while let Some(step) = self.todo.pop() {
            match step {
                Step::Members { id, from, offset_bits, place } => {
                    self.members(id, from, offset_bits, place)?;
                }
                Step::Second { offset_bits, size, array } => {
                    let second = self.element(array, 1);
                    self.leaf(offset_bits, size, Some(second));
                }
            }
        }
        Ok(())
    }

    /// The members of a structure up to and with the first that holds others.
    fn members(
        &mut self,
        id: RecordId,
        from: usize,
        offset_bits: u64,
        place: Option<u32>,
    ) -> Result<(), LayoutError> {
        let interface = self.layouts.interface();
        let body = interface.body(id, self.abi).ok_or(LayoutError::Absent)?;
        let layout = self.layouts.record(id, self.abi)?;
        let members = body.members.iter().zip(&layout.members).enumerate();
        for (index, (member, placement)) in members.skip(from) {
            if member.is_unnamed_bit_field() {
                continue;
            }
            self.members_left = self.members_left.checked_sub(1).ok_or(LayoutError::TooLarge)?;
            let mut size = self.layouts.type_size(&member.ty, self.abi)?;
            if body.packed || member.packed {
                size.align = 1;
            }
            self.places.push(PathStep { member: Some(member), element: None, parent: place });
            let inner = Some(self.places.len() as u32 - 1);
            let start = offset_bits + placement.offset_bits;
            if member.bits.is_some() {
                let extent = Extent { offset_bits: start, size_bits: placement.size_bits };
                self.leaves.push(Leaf { extent, align: 1, place: inner });
                continue;
            }
            let before = self.todo.len();
            self.todo.push(Step::Members { id, from: index + 1, offset_bits, place });
            self.walk(&member.ty, start, size, inner)?;
            if self.todo.len() > before + 1 {
                return Ok(());
            }
            self.todo.truncate(before);
        }
        Ok(())
    }

    /// An array of structures: its first element, and where the second begins. The others follow
    /// from these two and from the size of the whole.
    fn array(
        &mut self,
        array: &'a Type,
        offset_bits: u64,
        size: TypeSize,
        place: Option<u32>,
    ) -> Result<(), LayoutError> {
        let interface = self.layouts.interface();
        let mut element = array;
        let mut is_flexible = false;
        while let Type::Array(inner, _) | Type::FlexibleArray(inner) = element {
            is_flexible |= matches!(element, Type::FlexibleArray(_));
            element = interface.resolved(inner, self.abi).ok_or(LayoutError::Absent)?;
        }
        if !matches!(element, Type::Record(_)) {
            self.leaf(offset_bits, size, place);
            return Ok(());
        }
        let stride = self.layouts.type_size(element, self.abi)?.size;
        let first = self.element(place, 0);
        if is_flexible || size.size > stride {
            let offset_bits = offset_bits + stride * 8;
            let size = TypeSize { size: 0, ..size };
            self.todo.push(Step::Second { offset_bits, size, array: place });
        }
        self.walk(element, offset_bits, TypeSize { size: stride, ..size }, Some(first))
    }

    fn element(&mut self, array: Option<u32>, index: u8) -> u32 {
        let array = match array {
            Some(array) => self.places[array as usize],
            None => PathStep { member: None, element: None, parent: None },
        };
        self.places.push(PathStep { element: Some(index), ..array });
        self.places.len() as u32 - 1
    }

    fn leaf(&mut self, offset_bits: u64, size: TypeSize, place: Option<u32>) {
        let extent = Extent { offset_bits, size_bits: size.size * 8 };
        self.leaves.push(Leaf { extent, align: size.align, place });
    }
}

/// How two shapes of one argument differ.
#[derive(Debug, Clone)]
pub struct Difference<'a> {
    /// Both sizes, in bytes.
    pub sizes: (u64, u64),
    /// The first member that is elsewhere, has another size, or exists on one ABI only. `None`
    /// where all members agree and only the padding at the end differs.
    pub first: Option<Parting<'a>>,
    /// The first member whose own size differs, or that exists on one ABI only; a reserved one only
    /// where there is no other.
    pub resized: Option<Parting<'a>>,
    /// The first member that has one size on both ABIs and is aligned less on the second.
    pub misaligned: Option<Parting<'a>>,
}

/// A member on both ABIs.
#[derive(Debug, Clone)]
pub struct Parting<'a> {
    /// Its path from the argument, such as `fmt.win.clips`; empty where the argument is no
    /// structure.
    pub path: String,
    /// The members of the path, the outermost first.
    pub members: Vec<&'a Member>,
    /// Where it is on either ABI; `None` where it does not exist.
    pub extents: (Option<Extent>, Option<Extent>),
}

impl<'a> Parting<'a> {
    /// The innermost member of the path.
    pub fn member(&self) -> Option<&'a Member> {
        self.members.last().copied()
    }

    fn is_reserved(&self) -> bool {
        self.member().is_some_and(Member::is_reserved)
    }
}

/// Why two shapes differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// Every member has the same size on both ABIs, and some are aligned otherwise.
    Alignment,
    /// A member's own size differs: a pointer, a `long`, or something made of them.
    WordSize,
}

impl Difference<'_> {
    /// Why.
    pub fn cause(&self) -> Cause {
        if self.resized.is_some() { Cause::WordSize } else { Cause::Alignment }
    }
}

/// Compares an argument on two ABIs, the 64-bit one first; `None` where they agree on everything.
pub fn compare<'a>(one: &Shape<'a>, other: &Shape<'a>) -> Option<Difference<'a>> {
    let mut first = None;
    let mut resized: Option<Parting<'a>> = None;
    let mut misaligned = None;
    let mut same = HashMap::new();
    for index in 0..one.leaves.len().max(other.leaves.len()) {
        let (ours, theirs) = match (one.leaves.get(index), other.leaves.get(index)) {
            (Some(ours), Some(theirs)) if one.has_same_place(ours, other, theirs, &mut same) => {
                (ours, theirs)
            }
            (ours, theirs) => {
                // Another definition: from here on no member has its counterpart.
                let parting = match (ours, theirs) {
                    (Some(ours), _) => Parting {
                        path: one.path(ours),
                        members: one.members(ours),
                        extents: (Some(ours.extent), None),
                    },
                    (None, Some(theirs)) => Parting {
                        path: other.path(theirs),
                        members: other.members(theirs),
                        extents: (None, Some(theirs.extent)),
                    },
                    (None, None) => break,
                };
                first.get_or_insert_with(|| parting.clone());
                blame(&mut resized, parting);
                break;
            }
        };
        let parting = || Parting {
            path: one.path(ours),
            members: one.members(ours),
            extents: (Some(ours.extent), Some(theirs.extent)),
        };
        if ours.extent != theirs.extent {
            first.get_or_insert_with(parting);
        }
        if ours.extent.size_bits != theirs.extent.size_bits {
            blame(&mut resized, parting());
        } else if is_misaligned(ours, theirs) {
            misaligned.get_or_insert_with(parting);
        }
    }
    if first.is_none() && one.size == other.size {
        return None;
    }
    Some(Difference { sizes: (one.size, other.size), first, resized, misaligned })
}

/// The paths of all members that lie elsewhere or have another size; `None` where the two have other members.
pub fn parted_members(one: &Shape<'_>, other: &Shape<'_>) -> Option<Vec<String>> {
    if one.leaves.len() != other.leaves.len() {
        return None;
    }
    let mut same = HashMap::new();
    let mut parted = Vec::new();
    for (ours, theirs) in one.leaves.iter().zip(&other.leaves) {
        if !one.has_same_place(ours, other, theirs, &mut same) {
            return None;
        }
        if ours.extent != theirs.extent {
            parted.push(one.path(ours));
        }
    }
    Some(parted)
}

/// Remembers the first member; padding that makes up for a `long` gives way to the `long`.
fn blame<'a>(known: &mut Option<Parting<'a>>, parting: Parting<'a>) {
    if known.as_ref().is_none_or(|known| known.is_reserved() && !parting.is_reserved()) {
        *known = Some(parting);
    }
}

fn is_misaligned(ours: &Leaf, theirs: &Leaf) -> bool {
    let natural = ours.align.max(1) * 8;
    theirs.align < ours.align
        && ours.extent.offset_bits.is_multiple_of(natural)
        && !theirs.extent.offset_bits.is_multiple_of(natural)
}
