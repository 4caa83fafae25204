//! Structures and unions, and their members.
// libclang's constants keep their C names, and are many.
#![allow(non_upper_case_globals, clippy::wildcard_imports)]

use clang_sys::*;
use ioctlkit_abi::{AbiSet, RecordKind};
use ioctlkit_model::{
    Condition, Differences, Member, Purpose, Record, RecordBody, RecordId, Representation, Span,
    Type,
};

use super::bounds::Bounds;
use super::{Converter, Key, tag_of};
use crate::c::driver::clang::{Cursor, RawPlace};

impl<'a, 'tu> Converter<'a, 'tu> {
    pub(super) fn record(&mut self, cursor: Cursor<'tu>) -> RecordId {
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
                differences: Differences::default(),
                span,
                variants,
            });
            RecordId(interface.records.len() as u32 - 1)
        });
        if let (Some(name), Some(_)) = (name, definition) {
            self.arena.tags.entry(name).or_insert(id);
            // Its first declaration may have been in a question.
            let record = &mut self.arena.interface.records[id.index()];
            if record.variants.is_empty() {
                record.span = span;
            }
        }
        if let Some(definition) = definition
            && self.seen.insert(definition.identity())
        {
            self.pending.push((id, definition));
        }
        id
    }

    pub(super) fn record_body(&mut self, id: RecordId, definition: Cursor<'tu>) {
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
        let span = span.unwrap_or_else(|| self.outside(definition));
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
        self.mark_broken(&start, end, &mut body);
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

    /// Makes unknown what an error inside a structure is about: the member behind it, or else one that
    /// the compiler left out.
    fn mark_broken(&mut self, start: &RawPlace, end: u32, body: &mut RecordBody) {
        let Some(index) = self.index(start.file).filter(|_| !self.errors.is_empty()) else {
            return;
        };
        let file = &self.files.loaded[index];
        let inside = (index, start.offset)..(index, end.max(start.offset));
        let until = |member: &Member| member.name_span.start.max(member.span.end);
        // In the order of the text, in which the errors are, too.
        let mut members: Vec<usize> =
            (0..body.members.len()).filter(|at| body.members[*at].span.file == file.id).collect();
        members.sort_by_key(|at| until(&body.members[*at]));
        let mut left_out: Option<usize> = None;
        for (_, offset) in self.errors.range(inside).copied() {
            let statement = file.text.get(offset as usize..).unwrap_or("");
            let length = statement.find([';', '\n', '}']).unwrap_or(statement.len()) as u32;
            let span = Span { file: file.id, start: offset, end: offset + length };
            let next = members.partition_point(|at| until(&body.members[*at]) < offset);
            let is_about = |at: &usize| {
                let member = &body.members[*at];
                let text = file.text.get(offset as usize..until(member) as usize);
                (member.span.start..member.span.end).contains(&offset)
                    || text.is_some_and(|text| !text.contains([';', '{']))
            };
            let of_left_out = |at: &usize| {
                let span = body.members[*at].span;
                (span.start..span.end).contains(&offset)
            };
            let found = members.get(next).copied().filter(is_about);
            let unknown = Type::Unknown(self.text(span).trim().into());
            match found.or(left_out.filter(of_left_out)) {
                Some(at) if matches!(body.members[at].ty, Type::Record(_)) => {}
                Some(at) => body.members[at].ty = unknown,
                None => {
                    left_out = Some(body.members.len());
                    body.members.push(Member {
                        name: None,
                        span,
                        name_span: span,
                        ty: unknown,
                        bits: None,
                        packed: false,
                        aligned: None,
                        condition: None,
                        purpose: Purpose::default(),
                    });
                }
            }
        }
    }

    /// The text of a span.
    pub(super) fn text(&self, span: Span) -> &'a str {
        let file = self.files.loaded.iter().find(|file| file.id == span.file);
        file.map_or("", |file| file.slice(&(span.start..span.end)))
    }

    /// Span and condition of a member.
    pub(super) fn place_of_member(
        &mut self,
        cursor: Cursor<'tu>,
        record: &RawPlace,
        name: Option<String>,
    ) -> Member {
        let nowhere = self.outside(cursor);
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
    pub(super) fn condition(&mut self, member: &RawPlace, record: &RawPlace) -> Option<Condition> {
        let file = &self.files.loaded[self.index(member.file)?];
        let asking = file.scan.regions[file.scan.region_at(member.offset)?].asking?;
        let directive = file.scan.regions[asking].directive.clone();
        if directive.start <= record.offset {
            return None;
        }
        let text = &file.text[directive.start as usize..directive.end as usize];
        Some(Condition {
            text: text.split_whitespace().collect::<Vec<_>>().join(" "),
            span: Span { file: file.id, start: directive.start, end: directive.end },
        })
    }

    /// A member, and the ABIs for which its type is known.
    pub(super) fn member(
        &mut self,
        cursor: Cursor<'tu>,
        record: &RawPlace,
    ) -> Option<(Member, AbiSet)> {
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
                _ => sized |= self.asks_for_size(child),
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
}
