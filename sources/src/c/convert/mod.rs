//! From libclang's tree to the model: types stay symbols, and every definition is filed under the
//! ABIs that read its file as this parse did.
// libclang's constants keep their C names, and are many.
#![allow(non_upper_case_globals, clippy::wildcard_imports)]

pub(crate) mod answer;
mod bounds;
mod enumerations;
mod records;

use std::collections::{BTreeSet, HashMap, HashSet};

use clang_sys::*;
use ioctlkit_abi::{AbiId, AbiSet, RecordKind, Scalar};
use ioctlkit_model::{
    Constant, EnumId, Interface, RecordId, Span, Type, Typedef, TypedefBody, TypedefId,
};

use crate::c::convert::answer::{Answer, Answers};
use crate::c::driver::arguments::DependsOn;
use crate::c::driver::clang::{Cursor, Diagnostic, RawFile, RawPlace, TranslationUnit, Ty};
use crate::c::driver::overlay::LIBC;
use crate::c::files::{Files, Index};
use crate::c::jobs::probe;
use crate::c::jobs::probe::is_main;
use crate::c::lex::expression::{Macro, Names};
use crate::c::macros::{Candidate, spans};
use crate::c::partition::AbiPartition;
use bounds::Bounds;

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

/// No type that anybody writes is within so many arrays and pointers, and what walks a type calls itself
/// for each of them.
const DEEPEST: u16 = 100;

impl Arena {
    /// Keys are places in one group's files: the next group begins anew.
    pub(crate) fn begin_group(&mut self) {
        self.records.clear();
        self.enums.clear();
        self.typedefs.clear();
        self.tags.clear();
        self.typedef_names.clear();
    }

    /// The typedef of that name in the group.
    pub(crate) fn typedef_named(&self, name: &str) -> Option<Type> {
        self.typedef_names.get(name).map(|id| Type::Typedef(*id))
    }

    /// The structure or union with that tag in the group.
    pub(crate) fn record_tagged(&self, tag: &str) -> Option<Type> {
        self.tags.get(tag).map(|id| Type::Record(*id))
    }
}

/// What the text of a bound or an alignment may refer to.
struct Scope<'a> {
    arena: &'a Arena,
    files: &'a Files,
    /// The file that the text stands in.
    home: Option<Index>,
}

impl Names for Scope<'_> {
    fn macro_named(&self, name: &str) -> Macro<'_> {
        self.files.macro_named(name, self.home)
    }

    fn typedef(&self, name: &str) -> Option<Type> {
        self.arena.typedef_named(name)
    }

    fn record(&self, tag: &str) -> Option<Type> {
        self.arena.record_tagged(tag)
    }
}

/// What a parse is to yield: everything that some files define, and some names wherever they are
/// defined.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wants {
    pub(crate) files: HashSet<Index>,
    /// Files that nobody asked for, and that these include: their definitions count, and their commands
    /// do not.
    pub(crate) included: HashSet<Index>,
    pub(crate) names: HashSet<String>,
}

/// Converts one translation unit.
pub(crate) struct Converter<'a, 'tu> {
    arena: &'a mut Arena,
    files: &'a Files,
    partition: &'a AbiPartition,
    /// The ABI that the unit was parsed for.
    abi: AbiId,
    abis: AbiSet,
    indices: HashMap<RawFile, Option<Index>>,
    seen: HashSet<usize>,
    pending: Vec<(RecordId, Cursor<'tu>)>,
    /// Where the compiler met an error: what it made of the place is a guess.
    errors: BTreeSet<(Index, u32)>,
    /// The candidate whose answer is read. A structure that is defined in its macro has no other place.
    asked: Option<Asked>,
}

/// A candidate: its file, and its name there.
#[derive(Debug, Clone, Copy)]
struct Asked {
    file: Index,
    name: Span,
    /// Where the question begins.
    question: u32,
}

impl<'a, 'tu> Converter<'a, 'tu> {
    pub(crate) fn new(
        arena: &'a mut Arena,
        files: &'a Files,
        partition: &'a AbiPartition,
        abi: AbiId,
        abis: AbiSet,
    ) -> Self {
        Self {
            arena,
            files,
            partition,
            abi,
            abis,
            indices: HashMap::new(),
            seen: HashSet::new(),
            pending: Vec::new(),
            errors: BTreeSet::new(),
            asked: None,
        }
    }

    /// Takes note of the compiler's errors.
    pub(crate) fn with_errors(mut self, errors: &[Diagnostic]) -> Self {
        // A header without an include guard is read twice: its definitions are sound.
        let is_fault = |error: &&Diagnostic| !error.message.starts_with("redefinition of");
        for place in errors.iter().filter(is_fault).filter_map(|error| error.place.as_ref()) {
            if let Some(index) = self.index(place.file) {
                self.errors.insert((index, place.offset));
            }
        }
        self
    }

    /// Files the types that `job` asks for with whatever they refer to, and answers the probes.
    /// `candidates` are those whose numbers the probes have.
    pub(crate) fn run(
        &mut self,
        unit: &'tu TranslationUnit,
        wants: &Wants,
        candidates: &[Candidate],
    ) -> Answers {
        let (mut answers, mut macros) = (Vec::new(), Vec::new());
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
                CXCursor_EnumDecl => macros.extend(self.macro_value(cursor)),
                CXCursor_TypedefDecl if self.is_wanted(cursor, wants) => {
                    self.typedef(cursor);
                }
                CXCursor_VarDecl => {
                    let name = cursor.spelling();
                    if name.starts_with(probe::OPERAND) {
                        // Filed under its name, by which the text knows it.
                        self.ty(cursor.ty());
                    }
                    let number = name.strip_prefix(probe::VALUE).and_then(|n| n.parse().ok());
                    let value = cursor.evaluate().and_then(|value| i64::try_from(value).ok());
                    if let (Some(number), Some(value)) = (number, value) {
                        let of = cursor.children().into_iter().next_back();
                        let depends_on = of.map_or(DependsOn::Nothing, |of| self.depends_on(of));
                        answers.push((number, Answer::Value(value, depends_on)));
                    }
                }
                CXCursor_FunctionDecl => {
                    let name = cursor.spelling();
                    let of_macro = name.strip_prefix(probe::MACRO_PROBE);
                    if let Some(number) = of_macro.and_then(|number| number.parse().ok()) {
                        macros.push((number, self.macro_command(cursor), DependsOn::Nothing));
                        continue;
                    }
                    let number = name.strip_prefix(probe::PROBE).and_then(|n| n.parse().ok());
                    let Some(number) = number else { continue };
                    self.asked = candidates.get(number).map(|candidate: &Candidate| {
                        let file = &self.files.loaded[candidate.file];
                        let name = spans(file, candidate.define(self.files)).0;
                        let question = cursor.place().map_or(0, |place| place.offset);
                        Asked { file: candidate.file, name, question }
                    });
                    if let Some(answer) = self.answer(cursor) {
                        answers.push((number, answer));
                    }
                    self.asked = None;
                }
                _ => {}
            }
            self.convert_pending();
        }
        Answers { commands: answers, macros }
    }

    pub(super) fn convert_pending(&mut self) {
        while let Some((id, definition)) = self.pending.pop() {
            self.record_body(id, definition);
        }
    }

    fn is_wanted(&mut self, cursor: Cursor<'tu>, wants: &Wants) -> bool {
        let file = cursor.place().and_then(|place| self.index(place.file));
        file.is_some_and(|index| wants.files.contains(&index) || wants.included.contains(&index))
            || (!wants.names.is_empty() && wants.names.contains(&cursor.spelling()))
    }

    fn scope(&self, home: Index) -> Scope<'_> {
        Scope { arena: self.arena, files: self.files, home: Some(home) }
    }

    /// The file of a place, as [`Files`] knows it.
    fn index(&mut self, file: RawFile) -> Option<Index> {
        let files = self.files;
        *self.indices.entry(file).or_insert_with(|| files.by_path(&file.path()))
    }

    /// The ABIs that read this file as this parse did.
    fn abis_of(&self, file: Option<Index>, cursor: Cursor<'tu>) -> AbiSet {
        match file.or(self.asked.map(|asked| asked.file).filter(|_| is_in_question(cursor))) {
            Some(index) => {
                let file = &self.files.loaded[index];
                self.partition.alike(file.features, self.abi, file.abis).intersection(self.abis)
            }
            // What stands in for libc is the same for all.
            None if cursor.place().is_some_and(|place| place.file.path().starts_with(LIBC)) => {
                self.abis
            }
            // A file that was found only by the compiler: vouched for nowhere else.
            None => AbiSet::only(self.abi),
        }
    }

    fn span(&mut self, place: &RawPlace, length: u32) -> Option<Span> {
        let index = self.index(place.file)?;
        let file = self.files.loaded[index].id;
        Some(Span { file, start: place.offset, end: place.offset + length })
    }

    /// A span that is never shown, for definitions outside of the files that were read.
    fn nowhere(&self) -> Span {
        let file = self.files.loaded[0].id;
        Span { file, start: 0, end: 0 }
    }

    /// Where a definition stands that is in no file: the name of the candidate whose macro has it, or nowhere.
    fn outside(&self, cursor: Cursor<'tu>) -> Span {
        let asked = self.asked.filter(|_| is_in_question(cursor));
        asked.map_or_else(|| self.nowhere(), |asked| asked.name)
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
            let depth = cursor.depth();
            let offset = place.map_or(0, |place| place.offset);
            if let Some(asked) = self.asked.filter(|_| is_in_question(cursor)) {
                let behind = offset.wrapping_sub(asked.question);
                let key = Key::Anonymous(Some(asked.file), asked.name.start, behind, depth);
                return (key, Some(asked.file), asked.name);
            }
            let spelled = cursor.spelling_place().map_or(0, |place| place.offset);
            Key::Anonymous(index, offset, spelled, depth)
        };
        (key, index, span.unwrap_or_else(|| self.nowhere()))
    }

    /// A typedef and those that it stands for. A chain of them may be as long as the source, so that it is
    /// followed in a loop: each one finds the one behind it converted.
    fn typedef(&mut self, cursor: Cursor<'tu>) -> TypedefId {
        let mut chain = Vec::new();
        let mut next = Some(cursor);
        while let Some(cursor) = next.filter(|cursor| !self.seen.contains(&cursor.identity())) {
            let (id, index, span) = self.typedef_entry(cursor);
            self.seen.insert(cursor.identity());
            // libclang walks the rest of the chain for each type that it hands out: ask once.
            let underlying = cursor.typedef_underlying();
            chain.push((cursor, underlying, id, index, span));
            next = typedef_behind(underlying);
        }
        for (cursor, underlying, id, index, span) in chain.iter().rev().copied() {
            let ty = self.ty(underlying);
            self.typedef_body(cursor, ty, id, index, span);
        }
        match chain.first() {
            Some((_, _, id, ..)) => *id,
            None => self.typedef_entry(cursor).0,
        }
    }

    fn typedef_entry(&mut self, cursor: Cursor<'tu>) -> (TypedefId, Option<Index>, Span) {
        let name = cursor.spelling();
        let (key, index, span) = self.key(cursor, Some(&name));
        let interface = &mut self.arena.interface;
        let id = *self.arena.typedefs.entry(key).or_insert_with(|| {
            let variants = ioctlkit_model::Variants::default();
            interface.typedefs.push(Typedef { name: name.clone(), span, variants });
            TypedefId(interface.typedefs.len() as u32 - 1)
        });
        self.arena.typedef_names.insert(name, id);
        (id, index, span)
    }

    fn typedef_body(
        &mut self,
        cursor: Cursor<'tu>,
        mut ty: Type,
        id: TypedefId,
        index: Option<Index>,
        span: Span,
    ) {
        let abis = self.abis_of(index, cursor);
        let mut aligned = None;
        let mut sized = false;
        for child in cursor.children() {
            match child.kind() {
                CXCursor_AlignedAttr => aligned = self.aligned(child, cursor.ty().align()),
                CXCursor_StructDecl | CXCursor_UnionDecl | CXCursor_EnumDecl => {}
                _ => sized |= self.asks_for_size(child),
            }
        }
        let mut abis = abis;
        if sized && self.bounds_from_text(cursor, span, &mut ty) == Bounds::FromCompiler {
            abis = abis.intersection(self.vouched(cursor));
        }
        if let Type::Record(record) = ty {
            let record = &mut self.arena.interface.records[record.index()];
            if record.name.is_none() && record.typedef_name.is_none() {
                record.typedef_name = Some(cursor.spelling());
            }
        }
        let body = TypedefBody { ty, aligned };
        self.arena.interface.typedefs[id.index()].variants.add(abis, body);
    }

    pub(super) fn ty(&mut self, ty: Ty<'tu>) -> Type {
        self.nested_ty(ty, 0)
    }

    /// A type that so many arrays and pointers are of.
    fn nested_ty(&mut self, ty: Ty<'tu>, depth: u16) -> Type {
        if depth > DEEPEST {
            return Type::Unknown(format!("a type within {DEEPEST} others").into());
        }
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
                return Type::Pointer(Box::new(self.nested_ty(ty.pointee(), depth + 1)));
            }
            CXType_FunctionProto | CXType_FunctionNoProto => return Type::Function,
            CXType_Elaborated => return self.nested_ty(ty.named(), depth + 1),
            CXType_ConstantArray => {
                let element = self.nested_ty(ty.element(), depth + 1);
                return match ty.count() {
                    Some(count) => Type::Array(Box::new(element), Constant::Known(count)),
                    None => Type::FlexibleArray(Box::new(element)),
                };
            }
            CXType_IncompleteArray => {
                return Type::FlexibleArray(Box::new(self.nested_ty(ty.element(), depth + 1)));
            }
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
                return self.nested_ty(canonical, depth + 1);
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

/// Whether a cursor stands in the text that asks, and not in a file: in what a candidate's macro comes to.
fn is_in_question(cursor: Cursor<'_>) -> bool {
    cursor.place().is_some_and(|place| is_main(&place.file.path()))
}

/// The typedef that a type is made of, if it is.
fn typedef_behind(ty: Ty<'_>) -> Option<Cursor<'_>> {
    let mut ty = ty;
    loop {
        ty = match ty.kind() {
            CXType_Elaborated => ty.named(),
            CXType_Pointer | CXType_BlockPointer => ty.pointee(),
            CXType_ConstantArray | CXType_IncompleteArray => ty.element(),
            CXType_Typedef => {
                let declaration = ty.declaration()?;
                let is_builtin =
                    matches!(declaration.spelling().as_str(), "__int128_t" | "__uint128_t");
                let is_typedef = declaration.kind() == CXCursor_TypedefDecl;
                return (is_typedef && !is_builtin).then_some(declaration);
            }
            _ => return None,
        };
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
