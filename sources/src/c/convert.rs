//! From libclang's tree to the model: types stay symbols, and every definition is filed under the
//! ABIs that read its file as this parse did.
// libclang's constants keep their C names, and are many.
#![allow(non_upper_case_globals, clippy::wildcard_imports)]

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use clang_sys::*;
use ioctlkit_abi::{AbiId, AbiSet, RecordKind, Scalar};
use ioctlkit_model::{
    Condition, Constant, Enum, EnumBody, EnumId, Enumerator, Expression, Interface, Member,
    Purpose, Record, RecordBody, RecordId, Representation, Span, Type, Typedef, TypedefBody,
    TypedefId,
};

use super::answer::Answer;
use super::arguments::{DependsOn, agreeing};
use super::clang::{Cursor, Diagnostic, Place, RawFile, TranslationUnit, Ty};
use super::expression::{self, MacroText, Names};
use super::features::{Classes, asks_for_abi};
use super::files::{Files, Index};
use super::overlay::LIBC;
use super::probe;
use super::scan::{Token, tokens};

/// Where a definition lives, which names it across parses.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Named(Option<Index>, String),
    /// By where it stands, where in a macro's text it was written, and how deep it lies in others:
    /// one macro may hold several, and older libclangs do not say where it was written.
    Anonymous(Option<Index>, u32, u32, usize),
}

/// The interface as it grows, with the keys of what is in it.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    pub(crate) interface: Interface,
    records: HashMap<(RecordKind, Key), RecordId>,
    enums: HashMap<Key, EnumId>,
    typedefs: HashMap<Key, TypedefId>,
    tags: HashMap<String, RecordId>,
    typedef_names: HashMap<String, TypedefId>,
}

impl Arena {
    /// Keys are places in one group's files: the next group begins anew.
    pub(crate) fn begin_group(&mut self) {
        self.records.clear();
        self.enums.clear();
        self.typedefs.clear();
        self.tags.clear();
        self.typedef_names.clear();
    }
}

/// What the text of a bound or an alignment may refer to.
struct Scope<'a> {
    arena: &'a Arena,
    files: &'a Files,
}

impl Names for Scope<'_> {
    fn macro_text(&self, name: &str) -> MacroText {
        self.files.macro_text(name)
    }

    fn typedef(&self, name: &str) -> Option<Type> {
        self.arena.typedef_names.get(name).map(|id| Type::Typedef(*id))
    }

    fn record(&self, tag: &str) -> Option<Type> {
        self.arena.tags.get(tag).map(|id| Type::Record(*id))
    }
}

/// What a parse is to yield: everything that some files define, and some names wherever they are
/// defined.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wants {
    pub(crate) files: HashSet<Index>,
    pub(crate) names: HashSet<String>,
}

/// Converts one translation unit.
pub(crate) struct Converter<'a, 'tu> {
    arena: &'a mut Arena,
    files: &'a Files,
    classes: &'a Classes,
    /// The ABI that the unit was parsed for.
    abi: AbiId,
    abis: AbiSet,
    indices: HashMap<RawFile, Option<Index>>,
    seen: HashSet<usize>,
    pending: Vec<(RecordId, Cursor<'tu>)>,
    /// Where the compiler met an error: what it made of the place is a guess.
    errors: HashSet<(Index, u32)>,
}

impl<'a, 'tu> Converter<'a, 'tu> {
    pub(crate) fn new(
        arena: &'a mut Arena,
        files: &'a Files,
        classes: &'a Classes,
        abi: AbiId,
        abis: AbiSet,
    ) -> Self {
        Self {
            arena,
            files,
            classes,
            abi,
            abis,
            indices: HashMap::new(),
            seen: HashSet::new(),
            pending: Vec::new(),
            errors: HashSet::new(),
        }
    }

    /// Takes note of the compiler's errors.
    pub(crate) fn with_errors(mut self, errors: &[Diagnostic]) -> Self {
        for place in errors.iter().filter_map(|error| error.place.as_ref()) {
            if let Some(index) = self.index(place.file) {
                self.errors.insert((index, place.offset));
            }
        }
        self
    }

    /// Files the types that `job` asks for with whatever they refer to, and answers the probes.
    pub(crate) fn run(
        &mut self,
        unit: &'tu TranslationUnit,
        wants: &Wants,
    ) -> Vec<(usize, Answer)> {
        let mut answers = Vec::new();
        for cursor in unit.root().children() {
            match cursor.kind() {
                CXCursor_StructDecl | CXCursor_UnionDecl
                    if cursor.is_definition() && self.is_wanted(cursor, wants) =>
                {
                    self.record(cursor);
                }
                CXCursor_EnumDecl if cursor.is_definition() && self.is_wanted(cursor, wants) => {
                    self.enumeration(cursor);
                }
                CXCursor_TypedefDecl if self.is_wanted(cursor, wants) => {
                    self.typedef(cursor);
                }
                CXCursor_VarDecl => {
                    let name = cursor.spelling();
                    let number = name.strip_prefix(probe::VALUE).and_then(|n| n.parse().ok());
                    let value = cursor.evaluate().and_then(|value| u32::try_from(value).ok());
                    if let (Some(number), Some(value)) = (number, value) {
                        answers.push((number, Answer::Value(value)));
                    }
                }
                CXCursor_FunctionDecl => {
                    let name = cursor.spelling();
                    let number = name.strip_prefix(probe::PROBE).and_then(|n| n.parse().ok());
                    if let Some(number) = number
                        && let Some(answer) = self.answer(cursor)
                    {
                        answers.push((number, answer));
                    }
                }
                _ => {}
            }
            self.convert_pending();
        }
        answers
    }

    pub(super) fn convert_pending(&mut self) {
        while let Some((id, definition)) = self.pending.pop() {
            self.record_body(id, definition);
        }
    }

    fn is_wanted(&mut self, cursor: Cursor<'tu>, wants: &Wants) -> bool {
        let file = cursor.place().and_then(|place| self.index(place.file));
        file.is_some_and(|index| wants.files.contains(&index))
            || (!wants.names.is_empty() && wants.names.contains(&cursor.spelling()))
    }

    fn scope(&self) -> Scope<'_> {
        Scope { arena: self.arena, files: self.files }
    }

    /// The file of a place, as [`Files`] knows it.
    fn index(&mut self, file: RawFile) -> Option<Index> {
        let files = self.files;
        *self.indices.entry(file).or_insert_with(|| files.by_path(&file.path()))
    }

    /// The ABIs that read this file as this parse did.
    fn abis_of(&self, file: Option<Index>, cursor: Cursor<'tu>) -> AbiSet {
        match file {
            Some(index) => {
                let file = &self.files.loaded[index];
                self.classes.alike(file.features, self.abi, file.abis).intersection(self.abis)
            }
            // What stands in for libc is the same for all.
            None if cursor.place().is_some_and(|place| place.file.path().starts_with(LIBC)) => {
                self.abis
            }
            // A file that was found only by the compiler: vouched for nowhere else.
            None => AbiSet::only(self.abi),
        }
    }

    fn span(&mut self, place: &Place, length: u32) -> Option<Span> {
        let index = self.index(place.file)?;
        let file = self.files.loaded[index].id;
        Some(Span { file, start: place.offset, end: place.offset + length })
    }

    /// A span that is never shown, for definitions outside of the files that were read.
    fn nowhere(&self) -> Span {
        let file = self.files.loaded[0].id;
        Span { file, start: 0, end: 0 }
    }

    fn key(&mut self, cursor: Cursor<'tu>, name: Option<&str>) -> (Key, Option<Index>, Span) {
        let place = cursor.place();
        let index = place.as_ref().and_then(|place| self.index(place.file));
        let length = name.map_or("struct".len(), str::len) as u32;
        let span = place.as_ref().and_then(|place| self.span(place, length));
        let owner = index.filter(|index| self.files.loaded[*index].owns_names);
        let key = if let Some(name) = name {
            Key::Named(owner, name.to_owned())
        } else {
            let spelled = cursor.spelling_place().map_or(0, |place| place.offset);
            let depth = cursor.depth();
            Key::Anonymous(index, place.map_or(0, |place| place.offset), spelled, depth)
        };
        (key, index, span.unwrap_or_else(|| self.nowhere()))
    }

    fn record(&mut self, cursor: Cursor<'tu>) -> RecordId {
        let definition = cursor.definition();
        let declared = definition.unwrap_or(cursor);
        let kind = if declared.kind() == CXCursor_UnionDecl {
            RecordKind::Union
        } else {
            RecordKind::Struct
        };
        let name = tag_of(declared);
        let (mut key, _, span) = self.key(declared, name.as_deref());
        if definition.is_none() {
            // Wherever it is declared, it is the same incomplete type.
            if let Key::Named(file, _) = &mut key {
                *file = None;
            }
        }
        let interface = &mut self.arena.interface;
        let id = *self.arena.records.entry((kind, key)).or_insert_with(|| {
            let name = name.clone();
            let variants = ioctlkit_model::Variants::default();
            interface.records.push(Record {
                kind,
                name,
                typedef_name: None,
                c_name: None,
                docs: Vec::new(),
                span,
                variants,
            });
            RecordId(interface.records.len() as u32 - 1)
        });
        if let (Some(name), Some(_)) = (name, definition) {
            self.arena.tags.entry(name).or_insert(id);
        }
        if let Some(definition) = definition
            && self.seen.insert(definition.identity())
        {
            self.pending.push((id, definition));
        }
        id
    }

    fn record_body(&mut self, id: RecordId, definition: Cursor<'tu>) {
        let Some((start, end)) = definition.extent() else { return };
        let index = self.index(start.file);
        let abis = self.abis_of(index, definition);
        let missing = abis.difference(self.arena.interface.record(id).variants.abis());
        if missing.is_empty() {
            return;
        }
        let pack = index.and_then(|index| self.files.loaded[index].scan.pack_at(start.offset));
        // A pragma under a condition that does not hold leaves the compiler's alignment alone.
        let measured = definition.ty().align();
        let pack = pack.filter(|pack| measured.is_none_or(|align| align <= *pack));
        let span = self.span(&start, end.saturating_sub(start.offset));
        let span = span.unwrap_or_else(|| self.nowhere());
        let mut body = RecordBody {
            span,
            representation: Representation::C,
            packed: false,
            aligned: None,
            pack,
            members: Vec::new(),
            observed: None,
        };
        let mut guessed: Vec<(usize, AbiSet)> = Vec::new();
        for child in definition.children() {
            match child.kind() {
                CXCursor_FieldDecl => {
                    if let Some((member, abis)) = self.member(child, &start) {
                        if !missing.is_subset(abis) {
                            guessed.push((body.members.len(), abis));
                        }
                        body.members.push(member);
                    }
                }
                CXCursor_StructDecl | CXCursor_UnionDecl if child.is_anonymous_member() => {
                    let ty = Type::Record(self.record(child));
                    let member = self.place_of_member(child, &start, None);
                    body.members.push(Member { ty, ..member });
                }
                CXCursor_PackedAttr => body.packed = true,
                CXCursor_AlignedAttr => {
                    body.aligned = self.aligned(child, definition.ty().align());
                }
                _ => {}
            }
        }
        let known = guessed.iter().fold(missing, |known, (_, abis)| known.intersection(*abis));
        let variants = &mut self.arena.interface.records[id.index()].variants;
        variants.add(known, body.clone());
        // Elsewhere, a bound that only the compiler could work out is unknown, not a guess.
        for (at, _) in guessed {
            body.members[at].ty = Type::Unknown(self.text(body.members[at].span).into());
        }
        let variants = &mut self.arena.interface.records[id.index()].variants;
        variants.add(missing.difference(known), body);
    }

    /// The text of a span.
    fn text(&self, span: Span) -> &'a str {
        let file = self.files.loaded.iter().find(|file| file.id == span.file);
        file.map_or("", |file| file.slice(&(span.start..span.end)))
    }

    /// Span and condition of a member.
    fn place_of_member(
        &mut self,
        cursor: Cursor<'tu>,
        record: &Place,
        name: Option<String>,
    ) -> Member {
        let nowhere = self.nowhere();
        let extent = cursor.extent();
        let span = extent
            .as_ref()
            .and_then(|(start, end)| self.span(start, end.saturating_sub(start.offset)))
            .unwrap_or(nowhere);
        let name_span = match (&name, cursor.place()) {
            (Some(name), Some(place)) => self.span(&place, name.len() as u32).unwrap_or(span),
            _ => span,
        };
        let condition = extent.and_then(|(start, _)| self.condition(&start, record));
        Member {
            name,
            span,
            name_span,
            ty: Type::Void,
            bits: None,
            packed: false,
            aligned: None,
            condition,
            purpose: Purpose::default(),
        }
    }

    /// The innermost `#if` between the record's start and the member that asks for an ABI.
    fn condition(&mut self, member: &Place, record: &Place) -> Option<Condition> {
        let file = &self.files.loaded[self.index(member.file)?];
        let region = file.scan.regions_at(member.offset).find(|region| {
            region.directive.start > record.offset && asks_for_abi(&region.identifiers)
        })?;
        let directive = region.directive.clone();
        let text = &file.text[directive.start as usize..directive.end as usize];
        Some(Condition {
            text: text.split_whitespace().collect::<Vec<_>>().join(" "),
            span: Span { file: file.id, start: directive.start, end: directive.end },
        })
    }

    /// A member, and the ABIs for which its type is known.
    fn member(&mut self, cursor: Cursor<'tu>, record: &Place) -> Option<(Member, AbiSet)> {
        let name = cursor.spelling();
        let bits = cursor.bit_width();
        let unnamed = name.is_empty() || name.contains('(');
        if unnamed && bits.is_none() {
            return None;
        }
        let mut member = self.place_of_member(cursor, record, (!unnamed).then_some(name));
        member.bits = bits;
        let mut sized = false;
        for child in cursor.children() {
            match child.kind() {
                CXCursor_PackedAttr => member.packed = true,
                CXCursor_AlignedAttr => {
                    member.aligned = self.aligned(child, cursor.ty().align());
                }
                _ => sized |= mentions_sizeof(child),
            }
        }
        if self.has_error(cursor) {
            member.ty = Type::Unknown(self.text(member.span).into());
            return Some((member, AbiSet::ALL));
        }
        member.ty = self.ty(cursor.ty());
        let mut abis = AbiSet::ALL;
        if sized && bits.is_none() {
            let name = member.name_span;
            if self.bounds_from_text(cursor, name, &mut member.ty) == Bounds::FromCompiler {
                abis = self.vouched(cursor);
            }
        }
        Some((member, abis))
    }

    /// The ABIs for which a bound holds that the compiler worked out for its own target.
    fn vouched(&self, cursor: Cursor<'tu>) -> AbiSet {
        let structure = cursor.children().into_iter().any(depends_on_alignment);
        agreeing(self.abi, if structure { DependsOn::Alignment } else { DependsOn::Widths })
    }

    /// Whether the compiler met an error inside a declaration.
    fn has_error(&mut self, cursor: Cursor<'tu>) -> bool {
        if self.errors.is_empty() {
            return false;
        }
        let Some((start, end)) = cursor.extent() else { return false };
        let Some(index) = self.index(start.file) else { return false };
        // Of a bound that it could not work out the compiler remembers nothing, not even the place.
        let behind = self.files.loaded[index].text.get(end as usize..).unwrap_or_default();
        let end = end + brackets(behind).last().map_or(0, |last| last.end as u32);
        self.errors.iter().any(|(at, offset)| *at == index && (start.offset..end).contains(offset))
    }

    /// Replaces the bounds that the compiler worked out for one ABI by the expressions that stand
    /// in the text behind the name.
    fn bounds_from_text(&mut self, cursor: Cursor<'tu>, name: Span, ty: &mut Type) -> Bounds {
        let Some((start, end)) = cursor.extent() else { return Bounds::FromCompiler };
        let Some(index) = self.index(start.file) else { return Bounds::FromCompiler };
        let file = &self.files.loaded[index];
        let text = file.text.get(name.end as usize..end as usize).unwrap_or("");
        let mut bounds = brackets(text).into_iter();
        let mut element = ty;
        while let Type::Array(inner, count) = element {
            let Some(bound) = bounds.next() else { return Bounds::FromCompiler };
            match expression::parse(&text[bound], &self.scope()) {
                Some(parsed @ Constant::Expression(_)) => *count = parsed,
                Some(Constant::Known(_)) => {}
                None => return Bounds::FromCompiler,
            }
            element = inner;
        }
        Bounds::Read
    }

    /// The value of an `aligned` attribute, read where it was written.
    fn aligned(&mut self, attribute: Cursor<'tu>, measured: Option<u64>) -> Option<Constant> {
        let places = [attribute.spelling_place(), attribute.place()];
        for place in places.into_iter().flatten() {
            let Some(index) = self.index(place.file) else { continue };
            let file = &self.files.loaded[index];
            let Some(text) = file.text.get(place.offset as usize..) else { continue };
            if let Some(constant) = aligned_value(text, &self.scope()) {
                return Some(constant);
            }
        }
        measured.map(Constant::Known)
    }

    fn enumeration(&mut self, cursor: Cursor<'tu>) -> EnumId {
        let declared = cursor.definition().unwrap_or(cursor);
        let name = tag_of(declared);
        let (key, index, span) = self.key(declared, name.as_deref());
        let interface = &mut self.arena.interface;
        let id = *self.arena.enums.entry(key).or_insert_with(|| {
            let variants = ioctlkit_model::Variants::default();
            interface.enums.push(Enum { name, span, variants });
            EnumId(interface.enums.len() as u32 - 1)
        });
        if !declared.is_definition() || !self.seen.insert(declared.identity()) {
            return id;
        }
        let signed = is_signed(declared.enum_integer().canonical().kind());
        let mut packed = false;
        let mut enumerators = Vec::new();
        for child in declared.children() {
            match child.kind() {
                CXCursor_EnumConstantDecl => enumerators
                    .push(Enumerator { name: child.spelling(), value: child.enumerator(signed) }),
                CXCursor_PackedAttr => packed = true,
                _ => {}
            }
        }
        let underlying = underlying(&enumerators, packed);
        let abis = self.abis_of(index, declared);
        let body = EnumBody { underlying, enumerators };
        self.arena.interface.enums[id.index()].variants.add(abis, body);
        id
    }

    fn typedef(&mut self, cursor: Cursor<'tu>) -> TypedefId {
        let name = cursor.spelling();
        let (key, index, span) = self.key(cursor, Some(&name));
        let interface = &mut self.arena.interface;
        let id = *self.arena.typedefs.entry(key).or_insert_with(|| {
            let variants = ioctlkit_model::Variants::default();
            interface.typedefs.push(Typedef { name: name.clone(), span, variants });
            TypedefId(interface.typedefs.len() as u32 - 1)
        });
        self.arena.typedef_names.insert(name.clone(), id);
        if !self.seen.insert(cursor.identity()) {
            return id;
        }
        let abis = self.abis_of(index, cursor);
        let mut ty = self.ty(cursor.typedef_underlying());
        let mut aligned = None;
        let mut sized = false;
        for child in cursor.children() {
            match child.kind() {
                CXCursor_AlignedAttr => aligned = self.aligned(child, cursor.ty().align()),
                CXCursor_StructDecl | CXCursor_UnionDecl | CXCursor_EnumDecl => {}
                _ => sized |= mentions_sizeof(child),
            }
        }
        let mut abis = abis;
        if sized && self.bounds_from_text(cursor, span, &mut ty) == Bounds::FromCompiler {
            abis = abis.intersection(self.vouched(cursor));
        }
        if let Type::Record(record) = ty {
            let record = &mut self.arena.interface.records[record.index()];
            if record.name.is_none() && record.typedef_name.is_none() {
                record.typedef_name = Some(name);
            }
        }
        let body = TypedefBody { ty, aligned };
        self.arena.interface.typedefs[id.index()].variants.add(abis, body);
        id
    }

    pub(super) fn ty(&mut self, ty: Ty<'tu>) -> Type {
        let scalar = match ty.kind() {
            CXType_Void => return Type::Void,
            CXType_Bool => Scalar::Bool,
            CXType_Char_S | CXType_Char_U => Scalar::Char,
            CXType_SChar => Scalar::SignedChar,
            CXType_UChar => Scalar::UnsignedChar,
            CXType_Short => Scalar::Short,
            CXType_UShort => Scalar::UnsignedShort,
            CXType_Int => Scalar::Int,
            CXType_UInt => Scalar::UnsignedInt,
            CXType_Long => Scalar::Long,
            CXType_ULong => Scalar::UnsignedLong,
            CXType_LongLong => Scalar::LongLong,
            CXType_ULongLong => Scalar::UnsignedLongLong,
            CXType_Int128 => Scalar::Int128,
            CXType_UInt128 => Scalar::UnsignedInt128,
            CXType_Float => Scalar::Float,
            CXType_Double => Scalar::Double,
            CXType_LongDouble => Scalar::LongDouble,
            CXType_Pointer | CXType_BlockPointer => {
                return Type::Pointer(Box::new(self.ty(ty.pointee())));
            }
            CXType_FunctionProto | CXType_FunctionNoProto => return Type::Function,
            CXType_Elaborated => return self.ty(ty.named()),
            CXType_ConstantArray => {
                let element = self.ty(ty.element());
                return match ty.count() {
                    Some(count) => Type::Array(Box::new(element), Constant::Known(count)),
                    None => Type::FlexibleArray(Box::new(element)),
                };
            }
            CXType_IncompleteArray => return Type::FlexibleArray(Box::new(self.ty(ty.element()))),
            CXType_Typedef | CXType_Record | CXType_Enum => {
                return match ty.declaration() {
                    Some(declaration) => self.declared(declaration),
                    None => Type::Unknown(ty.spelling().into()),
                };
            }
            CXType_Unexposed | CXType_Attributed => {
                let canonical = ty.canonical();
                if canonical.kind() == ty.kind() {
                    return Type::Unknown(ty.spelling().into());
                }
                return self.ty(canonical);
            }
            _ => return Type::Unknown(ty.spelling().into()),
        };
        Type::Scalar(scalar)
    }

    pub(super) fn declared(&mut self, declaration: Cursor<'tu>) -> Type {
        match declaration.kind() {
            CXCursor_StructDecl | CXCursor_UnionDecl => Type::Record(self.record(declaration)),
            CXCursor_EnumDecl => Type::Enum(self.enumeration(declaration)),
            CXCursor_TypedefDecl => {
                let name = declaration.spelling();
                // gcc's and clang's own __int128 spellings are typedefs without a file.
                match name.as_str() {
                    "__int128_t" => Type::Scalar(Scalar::Int128),
                    "__uint128_t" => Type::Scalar(Scalar::UnsignedInt128),
                    _ => Type::Typedef(self.typedef(declaration)),
                }
            }
            _ => Type::Unknown(declaration.spelling().into()),
        }
    }
}

/// The tag of a structure, union or enumeration, if it has one. Newer libclangs make up a name
/// with parentheses for those that have none, or name them by their typedef: only a tag is spelled
/// behind a keyword.
fn tag_of(cursor: Cursor<'_>) -> Option<String> {
    let spelled = cursor.ty().spelling();
    let has_keyword = ["struct ", "union ", "enum "].iter().any(|word| spelled.contains(word));
    if cursor.is_anonymous() || !has_keyword {
        return None;
    }
    let name = cursor.spelling();
    (!name.is_empty() && !name.contains(['(', ' '])).then_some(name)
}

/// `sizeof`, `_Alignof` or `offsetof`.
fn mentions_sizeof(cursor: Cursor<'_>) -> bool {
    matches!(cursor.kind(), CXCursor_UnaryExpr | CXCursor_MemberRef)
        || cursor.children().into_iter().any(mentions_sizeof)
}

/// Whether an expression asks about a structure.
fn depends_on_alignment(cursor: Cursor<'_>) -> bool {
    let record = |cursor: Cursor<'_>| {
        let canonical = cursor.referenced().map(|named| named.ty().canonical().kind());
        cursor.kind() == CXCursor_TypeRef && canonical == Some(CXType_Record)
    };
    cursor.kind() == CXCursor_MemberRef
        || (cursor.kind() == CXCursor_UnaryExpr && cursor.children().into_iter().any(record))
        || cursor.children().into_iter().any(depends_on_alignment)
}

/// Where the bounds of an array come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bounds {
    /// From the text, for every ABI.
    Read,
    /// Worked out by the compiler, for the target that it parsed for.
    FromCompiler,
}

/// The texts between the brackets that open a declarator's bounds.
fn brackets(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut depth = 0;
    let mut start = 0;
    for (at, token) in tokens(text) {
        match token {
            Token::Punctuation("[") => {
                if depth == 0 {
                    start = at + 1;
                }
                depth += 1;
            }
            Token::Punctuation("]") => {
                depth -= 1;
                if depth == 0 {
                    found.push(start..at);
                }
            }
            _ if depth == 0 => break,
            _ => {}
        }
    }
    found
}

/// The value of `aligned(…)` at the start of `text`, also behind the name of a macro.
fn aligned_value(text: &str, names: &dyn Names) -> Option<Constant> {
    let mut tokens = tokens(text);
    let (_, Token::Word(word)) = tokens.next()? else { return None };
    match tokens.next() {
        Some((open, Token::Punctuation("("))) => {
            let mut depth = 1;
            for (at, token) in tokens {
                match token {
                    Token::Punctuation("(") => depth += 1,
                    Token::Punctuation(")") => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    return expression::parse(&text[open + 1..at], names);
                }
            }
            None
        }
        _ if matches!(word, "aligned" | "__aligned__") => {
            Some(Constant::Expression(Box::new(Expression::BiggestAlign)))
        }
        _ => None,
    }
}

fn is_signed(kind: CXTypeKind) -> bool {
    matches!(
        kind,
        CXType_Int | CXType_Long | CXType_LongLong | CXType_Short | CXType_SChar | CXType_Char_S
    )
}

/// The integer that gcc gives an enumeration: the first of `int`, `unsigned int` and their longer
/// kin that holds all values; from a byte on where it is packed.
fn underlying(enumerators: &[Enumerator], packed: bool) -> Scalar {
    let least = enumerators.iter().map(|e| e.value).min().unwrap_or(0);
    let most = enumerators.iter().map(|e| e.value).max().unwrap_or(0);
    let fits = |bits: u32| {
        if least < 0 {
            least >= -(1 << (bits - 1)) && most < (1 << (bits - 1))
        } else {
            most < (1 << bits)
        }
    };
    let pick = |signed: Scalar, unsigned: Scalar| if least < 0 { signed } else { unsigned };
    if packed && fits(8) {
        return pick(Scalar::SignedChar, Scalar::UnsignedChar);
    }
    if packed && fits(16) {
        return pick(Scalar::Short, Scalar::UnsignedShort);
    }
    if fits(32) {
        return pick(Scalar::Int, Scalar::UnsignedInt);
    }
    pick(Scalar::LongLong, Scalar::UnsignedLongLong)
}
