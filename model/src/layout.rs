//! Layout as a query: what a type comes to on an ABI.

use std::collections::HashSet;
use std::sync::OnceLock;

use ioctlkit_abi::{
    ABIS, Abi, AbiId, AbiSet, LayoutError, MemberAlign, Placement, RecordFold, RecordKind, Scalar,
};

use crate::{
    Argument, Command, CommandBody, Constant, Encoder, Expression, Interface, Member, Observed,
    RecordBody, RecordId, Type, TypedefId,
};

/// Size and alignment of a type, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeSize {
    /// Size.
    pub size: u64,
    /// Alignment that a member of this type asks for.
    pub align: u64,
}

/// The layout of a structure or union on one ABI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Size in bytes.
    pub size: u64,
    /// Alignment in bytes.
    pub align: u64,
    /// Where each member is, in the order of the definition.
    pub members: Vec<Placement>,
    /// Unnamed bits at the end, in bits.
    pub tail_bits: u64,
    /// Whether the members share their place.
    pub kind: RecordKind,
}

/// Bits that no member covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Index of the member before the gap; `None` before the first member.
    pub after: Option<usize>,
    /// Index of the member behind the gap; `None` for padding at the end.
    pub before: Option<usize>,
    /// First bit of the gap.
    pub offset_bits: u64,
    /// Width of the gap, in bits.
    pub bits: u64,
}

impl Layout {
    /// The layout that a compiler has chosen; none where damage claims more than any has.
    fn of_observed(observed: &Observed, kind: RecordKind) -> Result<Self, LayoutError> {
        const LARGEST_BITS: u64 = 1 << 62;
        let end = observed.members.iter().map(|member| member.end_bits()).max().unwrap_or(0);
        let size_bits = observed.size.checked_mul(8).ok_or(LayoutError::TooLarge)?;
        if size_bits.max(end) > LARGEST_BITS {
            return Err(LayoutError::TooLarge);
        }
        Ok(Self {
            size: observed.size,
            align: observed.align,
            members: observed.members.clone(),
            tail_bits: size_bits.saturating_sub(end),
            kind,
        })
    }

    /// The gaps between members of a structure, in order, without the tail. A union has none.
    pub fn gaps(&self) -> Vec<Gap> {
        let mut gaps = Vec::new();
        if self.kind == RecordKind::Union {
            return gaps;
        }
        let mut end = 0;
        let mut last = None;
        for (index, member) in self.members.iter().enumerate() {
            if member.offset_bits > end {
                gaps.push(Gap {
                    after: last,
                    before: Some(index),
                    offset_bits: end,
                    bits: member.offset_bits - end,
                });
            }
            end = end.max(member.end_bits());
            last = Some(index);
        }
        gaps
    }

    /// The padding at the end, if there is any.
    pub fn tail(&self) -> Option<Gap> {
        (self.tail_bits > 0).then(|| Gap {
            after: self.members.len().checked_sub(1),
            before: None,
            offset_bits: self.size * 8 - self.tail_bits,
            bits: self.tail_bits,
        })
    }
}

/// A command's number on an ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbered {
    /// The number as the C macros yield it.
    pub number: u32,
    /// The size that went into it, in bytes.
    pub size: u64,
    /// Whether every field fits the encoding of the ABI.
    pub fits: bool,
}

/// Answers what types come to, and remembers the answers.
#[derive(Debug)]
pub struct Layouts<'a> {
    interface: &'a Interface,
    /// By ABI, then by structure. An object has types for one ABI, and a great many.
    abis: [OnceLock<Box<[Slot]>>; ABIS.len()],
    /// By ABI, then by typedef.
    typedefs: [OnceLock<Box<[TypedefSlot]>>; ABIS.len()],
}

/// Boxed, for most slots of most runs stay empty.
type Slot = OnceLock<Result<Box<Layout>, LayoutError>>;

type TypedefSlot = OnceLock<Result<Named, LayoutError>>;

/// What a typedef comes to.
#[derive(Debug, Clone, Copy)]
struct Named {
    size: TypeSize,
    /// Whether it is a type that a variable may have: neither void nor a function.
    is_object: bool,
}

/// Nesting past this is taken for a structure that contains itself.
const DEEPEST: u32 = 256;

/// Where a query is this deep in structures, those further inside are worked out one by one and
/// not through each other, so that real nesting may go as far as it likes.
const DEEP: std::ops::Range<u32> = 32..64;

impl<'a> Layouts<'a> {
    /// Prepares for queries about `interface`.
    pub fn new(interface: &'a Interface) -> Self {
        Self {
            interface,
            abis: [const { OnceLock::new() }; ABIS.len()],
            typedefs: [const { OnceLock::new() }; ABIS.len()],
        }
    }

    /// The interface that the answers are about.
    pub fn interface(&self) -> &'a Interface {
        self.interface
    }

    /// The layout of a structure or union.
    ///
    /// # Errors
    /// [`LayoutError`] says why there is none.
    pub fn record(&self, id: RecordId, abi: AbiId) -> Result<&Layout, LayoutError> {
        self.record_at(id, abi, 0)
    }

    fn record_at(&self, id: RecordId, abi: AbiId, depth: u32) -> Result<&Layout, LayoutError> {
        if depth > DEEPEST {
            return Err(LayoutError::Recursive);
        }
        let slot = &self.of_abi(abi)[id.index()];
        if let Some(known) = slot.get() {
            return known.as_deref().map_err(|error| *error);
        }
        if DEEP.contains(&depth) {
            self.inner_first(id, abi);
        }
        if let Some(known) = slot.get() {
            return known.as_deref().map_err(|error| *error);
        }
        // Worked out before it is stored: a structure that contains itself would otherwise wait
        // for its own slot.
        let layout = self.compute(id, abi, depth);
        slot.get_or_init(|| layout.map(Box::new)).as_deref().map_err(|error| *error)
    }

    /// Works out the structures within one, and the one itself, the innermost first.
    fn inner_first(&self, id: RecordId, abi: AbiId) {
        let slots = self.of_abi(abi);
        let (mut records, mut typedefs) = (HashSet::new(), HashSet::new());
        let mut open = vec![(id, false)];
        while let Some((id, inner_are_known)) = open.pop() {
            if inner_are_known {
                let layout = self.compute(id, abi, DEEP.end);
                let _ = slots[id.index()].set(layout.map(Box::new));
                continue;
            }
            if slots[id.index()].get().is_some() || !records.insert(id) {
                continue;
            }
            open.push((id, true));
            let members = self.interface.body(id, abi).into_iter().flat_map(|body| &body.members);
            for member in members {
                let mut ty = member.ty.innermost_element();
                while let Type::Typedef(id) = ty
                    && typedefs.insert(*id)
                    && let Some(body) = self.interface.typedef(*id).variants.get(abi)
                {
                    ty = body.ty.innermost_element();
                }
                if let Type::Record(inner) = ty {
                    open.push((*inner, false));
                }
            }
        }
    }

    fn of_abi(&self, abi: AbiId) -> &[Slot] {
        let slots = || (0..self.interface.records.len()).map(|_| Slot::new()).collect();
        self.abis[abi.index()].get_or_init(slots)
    }

    fn compute(&self, id: RecordId, abi: AbiId, depth: u32) -> Result<Layout, LayoutError> {
        let record = self.interface.record(id);
        let Some(body) = record.variants.get(abi) else {
            return Err(if record.variants.is_empty() {
                LayoutError::Incomplete
            } else {
                LayoutError::Absent
            });
        };
        if let Some(observed) = &body.observed {
            return Layout::of_observed(observed, record.kind);
        }
        let aligned = self.alignment(body.aligned.as_ref(), abi, depth)?;
        let attributes = MemberAlign { packed: body.packed, aligned, pack: body.pack };
        let mut fold = RecordFold::new(abi.abi(), record.kind, attributes);
        let mut members = Vec::with_capacity(body.members.len());
        for member in &body.members {
            let size = self.type_size_at(&member.ty, abi, depth + 1)?;
            let aligned = self.alignment(member.aligned.as_ref(), abi, depth)?;
            let attributes = MemberAlign { packed: member.packed, aligned, pack: None };
            let (next, placement) = match member.bits {
                Some(width) => {
                    fold.bit_field(width, member.name.is_some(), size.size, size.align, attributes)?
                }
                None => fold.member(size.size, size.align, attributes)?,
            };
            fold = next;
            members.push(placement);
        }
        let done = fold.finish()?;
        Ok(Layout {
            size: done.size,
            align: done.align,
            members,
            tail_bits: done.tail_bits,
            kind: record.kind,
        })
    }

    fn alignment(
        &self,
        constant: Option<&Constant>,
        abi: AbiId,
        depth: u32,
    ) -> Result<Option<u64>, LayoutError> {
        constant.map(|constant| self.constant_at(constant, abi, depth)).transpose()
    }

    /// Size and alignment of a type. A flexible array has size 0.
    ///
    /// # Errors
    /// [`LayoutError`] says why there is none.
    pub fn type_size(&self, ty: &Type, abi: AbiId) -> Result<TypeSize, LayoutError> {
        self.type_size_at(ty, abi, 0)
    }

    fn type_size_at(&self, ty: &Type, abi: AbiId, depth: u32) -> Result<TypeSize, LayoutError> {
        if depth > DEEPEST {
            return Err(LayoutError::Recursive);
        }
        match ty {
            // gcc gives void and functions the size 1.
            Type::Void | Type::Function => Ok(TypeSize { size: 1, align: 1 }),
            Type::Scalar(scalar) => scalar_size(abi.abi(), *scalar),
            Type::Pointer(_) => scalar_size(abi.abi(), Scalar::Pointer),
            Type::Array(element, count) => {
                let element = self.type_size_at(element, abi, depth + 1)?;
                let count = self.constant_at(count, abi, depth)?;
                let size = element.size.checked_mul(count).ok_or(LayoutError::TooLarge)?;
                Ok(TypeSize { size, align: element.align })
            }
            Type::FlexibleArray(element) => {
                let element = self.type_size_at(element, abi, depth + 1)?;
                Ok(TypeSize { size: 0, align: element.align })
            }
            Type::Record(id) => {
                let layout = self.record_at(*id, abi, depth + 1)?;
                Ok(TypeSize { size: layout.size, align: layout.align })
            }
            Type::Enum(id) => {
                let enumeration = self.interface.enumeration(*id);
                let body = enumeration.variants.get(abi).ok_or(LayoutError::Incomplete)?;
                scalar_size(abi.abi(), body.underlying)
            }
            Type::Typedef(id) => Ok(self.typedef_at(*id, abi, depth)?.size),
            Type::Unknown(_) => Err(LayoutError::Unknown),
        }
    }

    /// What a typedef comes to. A chain of them is followed in a loop, however long, and each link
    /// remembered.
    fn typedef_at(&self, id: TypedefId, abi: AbiId, depth: u32) -> Result<Named, LayoutError> {
        let interface = self.interface;
        let slots = self.typedefs[abi.index()]
            .get_or_init(|| (0..interface.typedefs.len()).map(|_| TypedefSlot::new()).collect());
        let mut chain = Vec::new();
        let mut at = id;
        let mut named = loop {
            if let Some(known) = slots[at.index()].get() {
                break *known;
            }
            // No chain of typedefs is longer than the number of typedefs.
            if chain.len() > slots.len() {
                break Err(LayoutError::Recursive);
            }
            let body = interface.typedef(at).variants.get(abi);
            chain.push((at, body.and_then(|body| body.aligned.as_ref())));
            match body.map(|body| &body.ty) {
                None => break Err(LayoutError::Absent),
                Some(Type::Typedef(next)) => at = *next,
                Some(ty) => {
                    let is_object = !matches!(ty, Type::Void | Type::Function);
                    let size = self.type_size_at(ty, abi, depth + 1);
                    break size.map(|size| Named { size, is_object });
                }
            }
        };
        for (id, aligned) in chain.into_iter().rev() {
            if let (Ok(named), Some(aligned)) = (&mut named, aligned) {
                match self.constant_at(aligned, abi, depth) {
                    Ok(align) => named.size.align = align,
                    Err(error) => return Err(error),
                }
            }
            let _ = slots[id.index()].set(named);
        }
        named
    }

    /// Size and alignment of a type that a variable may have: neither void nor a function, though
    /// gcc counts these with 1.
    pub fn object_size(&self, ty: &Type, abi: AbiId) -> Option<TypeSize> {
        match ty {
            Type::Void | Type::Function => None,
            Type::Typedef(id) => {
                let named = self.typedef_at(*id, abi, 0).ok()?;
                named.is_object.then_some(named.size)
            }
            _ => self.type_size(ty, abi).ok(),
        }
    }

    /// The value of a constant.
    ///
    /// # Errors
    /// [`LayoutError::Unknown`] where it has none or is negative.
    pub fn constant(&self, constant: &Constant, abi: AbiId) -> Result<u64, LayoutError> {
        self.constant_at(constant, abi, 0)
    }

    fn constant_at(&self, constant: &Constant, abi: AbiId, depth: u32) -> Result<u64, LayoutError> {
        match constant {
            Constant::Known(value) => Ok(*value),
            Constant::Expression(expression) => {
                let value = self.expression(expression, abi, depth + 1)?;
                u64::try_from(value).map_err(|_| LayoutError::Unknown)
            }
        }
    }

    /// The value of a constant that may be negative.
    fn wide_constant(&self, constant: &Constant, abi: AbiId) -> Result<i128, LayoutError> {
        match constant {
            Constant::Known(value) => Ok(i128::from(*value)),
            Constant::Expression(expression) => self.expression(expression, abi, 0),
        }
    }

    fn expression(
        &self,
        expression: &Expression,
        abi: AbiId,
        depth: u32,
    ) -> Result<i128, LayoutError> {
        if depth > DEEPEST {
            return Err(LayoutError::Recursive);
        }
        let value = |operand: &Expression| self.expression(operand, abi, depth + 1);
        match expression {
            Expression::Literal(value) => Ok(*value),
            Expression::SizeOf(ty) => Ok(i128::from(self.type_size_at(ty, abi, depth + 1)?.size)),
            Expression::AlignOf(ty) => self.preferred_align(ty, abi, depth).map(i128::from),
            Expression::BiggestAlign => Ok(i128::from(abi.abi().biggest_align)),
            Expression::Unary(operator, operand) => {
                operator.apply(value(operand)?).ok_or(LayoutError::Unknown)
            }
            Expression::Binary(operator, left, right) => {
                operator.apply(value(left)?, value(right)?).ok_or(LayoutError::Unknown)
            }
            Expression::Conditional(condition, then, otherwise) => {
                if value(condition)? == 0 {
                    value(otherwise)
                } else {
                    value(then)
                }
            }
        }
    }

    /// `__alignof__`: of a fundamental type the alignment of a variable, which on i386 is more than
    /// that of a member; typedefs and arrays ask what they stand for.
    fn preferred_align(&self, ty: &Type, abi: AbiId, depth: u32) -> Result<u64, LayoutError> {
        if depth > DEEPEST {
            return Err(LayoutError::Recursive);
        }
        let mut ty = ty;
        // No chain of typedefs is longer than the number of typedefs.
        for _ in 0..=self.interface.typedefs.len() {
            let Type::Typedef(id) = ty else { break };
            let body = self.interface.typedef(*id).variants.get(abi);
            let body = body.ok_or(LayoutError::Absent)?;
            if let Some(aligned) = &body.aligned {
                return self.constant_at(aligned, abi, depth + 1);
            }
            ty = &body.ty;
        }
        let preferred =
            |scalar| abi.abi().preferred_align_of(scalar).ok_or(LayoutError::NoSuchType(scalar));
        match ty {
            Type::Scalar(scalar) => preferred(*scalar),
            Type::Pointer(_) => preferred(Scalar::Pointer),
            Type::Array(element, _) | Type::FlexibleArray(element) => {
                self.preferred_align(element, abi, depth + 1)
            }
            Type::Enum(id) => {
                let body = self.interface.enumeration(*id).variants.get(abi);
                preferred(body.ok_or(LayoutError::Incomplete)?.underlying)
            }
            _ => Ok(self.type_size_at(ty, abi, depth + 1)?.align),
        }
    }

    /// The number of a command, or `None` where the ABI does not have it or its argument has no
    /// size there.
    pub fn number(&self, command: &Command, abi: AbiId) -> Option<Numbered> {
        self.body_number(command.variants.get(abi)?, abi)
    }

    /// Whether a command has that number on an ABI. Its argument's layout is worked out only where
    /// the rest of the number agrees.
    pub fn has_number(&self, command: &Command, abi: AbiId, number: u32) -> bool {
        let Some(body) = command.variants.get(abi) else { return false };
        // The low 16 bits are those of type letter and nr in every encoding.
        let low = (body.type_letter << 8) | body.nr;
        let may_have =
            matches!(body.encoder, Encoder::Own(_)) || (low ^ number).trailing_zeros() >= 16;
        may_have && self.body_number(body, abi).is_some_and(|own| own.number == number)
    }

    /// The number of one definition of a command.
    pub fn body_number(&self, body: &CommandBody, abi: AbiId) -> Option<Numbered> {
        let size = self.argument_size(&body.argument, abi).ok()?;
        if let Encoder::Own(own) = &body.encoder {
            let number = self.wide_constant(&own.number, abi).ok()? & 0xffff_ffff;
            let number = u32::try_from(number).ok()?;
            return Some(Numbered { number, size, fits: true });
        }
        let encoding = abi.abi().encoding;
        let fits = u8::try_from(body.type_letter).is_ok()
            && u8::try_from(body.nr).is_ok()
            && encoding.encode(body.direction, body.type_letter as u8, body.nr as u8, size).is_ok();
        let number = match body.encoder {
            Encoder::Masked => {
                encoding.encode_masked(body.direction, body.type_letter as u8, body.nr as u8, size)
            }
            _ => encoding.encode_as_c(body.direction, body.type_letter, body.nr, size),
        };
        Some(Numbered { number, size, fits })
    }

    /// The size that a command's number holds, in bytes.
    ///
    /// # Errors
    /// [`LayoutError`] says why there is none.
    pub fn argument_size(&self, argument: &Argument, abi: AbiId) -> Result<u64, LayoutError> {
        match argument {
            Argument::None => Ok(0),
            Argument::Type(ty) => Ok(self.type_size(ty, abi)?.size),
            Argument::SizeOfType(_) => Ok(u64::from(abi.abi().pointer_size)),
            Argument::Size(size) => self.constant(size, abi),
        }
    }

    /// The ABIs of `within` on which `member` (by its place in `body`) makes `holds` true.
    pub fn abis_where(
        &self,
        within: AbiSet,
        mut holds: impl FnMut(&'static Abi, AbiId) -> bool,
    ) -> AbiSet {
        within.iter().filter(|id| holds(id.abi(), *id)).collect()
    }

    /// The offset in bytes of the first element of a flexible or fake flexible array at the end
    /// of a structure, which may lie before the structure's size.
    pub fn last_offset(&self, id: RecordId, abi: AbiId) -> Option<u64> {
        self.record(id, abi).ok()?.members.last().map(|placement| placement.offset())
    }

    /// The body of a record and its layout on an ABI, where both exist.
    pub fn body_and_layout(&self, id: RecordId, abi: AbiId) -> Option<(&'a RecordBody, &Layout)> {
        Some((self.interface.body(id, abi)?, self.record(id, abi).ok()?))
    }

    /// Each member of a record with its place, where the record has a layout.
    pub fn members(
        &self,
        id: RecordId,
        abi: AbiId,
    ) -> impl Iterator<Item = (&'a Member, Placement)> {
        self.body_and_layout(id, abi)
            .into_iter()
            .flat_map(|(body, layout)| body.members.iter().zip(layout.members.iter().copied()))
    }
}

fn scalar_size(abi: &Abi, scalar: Scalar) -> Result<TypeSize, LayoutError> {
    match (abi.size_of(scalar), abi.align_of(scalar)) {
        (Some(size), Some(align)) => Ok(TypeSize { size, align }),
        _ => Err(LayoutError::NoSuchType(scalar)),
    }
}
