//! What the text says of bounds and alignments, where the compiler knows it for its own target only.
// libclang's constants keep their C names, and are many.
#![allow(non_upper_case_globals, clippy::wildcard_imports)]

use std::ops::Range;

use clang_sys::*;
use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Constant, Expression, Span, Type};

use super::Converter;
use super::answer::bare;
use crate::c::driver::arguments::{DependsOn, agreeing};
use crate::c::driver::clang::Cursor;
use crate::c::lex::expression::{self, Names};
use crate::c::lex::scan::{Token, tokens};

impl<'tu> Converter<'_, 'tu> {
    /// Whether an expression has `sizeof`, `_Alignof` or `offsetof`, or an enumerator that has.
    pub(super) fn asks_for_size(&self, cursor: Cursor<'tu>) -> bool {
        matches!(cursor.kind(), CXCursor_UnaryExpr | CXCursor_MemberRef)
            || self.is_sized_enumerator(cursor)
            || (!defines_type(cursor)
                && cursor.children().into_iter().any(|it| self.asks_for_size(it)))
    }

    /// Whether an expression asks about a structure. What an enumerator asks about is not looked at.
    fn asks_for_structure(&self, cursor: Cursor<'tu>) -> bool {
        let record = |cursor: Cursor<'_>| {
            let canonical = cursor.referenced().map(|named| named.ty().canonical().kind());
            cursor.kind() == CXCursor_TypeRef && canonical == Some(CXType_Record)
        };
        cursor.kind() == CXCursor_MemberRef
            || (cursor.kind() == CXCursor_UnaryExpr && cursor.children().into_iter().any(record))
            || self.is_sized_enumerator(cursor)
            || (!defines_type(cursor)
                && cursor.children().into_iter().any(|it| self.asks_for_structure(it)))
    }

    /// Whether an expression has such an enumerator.
    pub(super) fn has_sized_enumerator(&self, cursor: Cursor<'tu>) -> bool {
        self.is_sized_enumerator(cursor)
            || cursor.children().into_iter().any(|it| self.has_sized_enumerator(it))
    }

    /// Whether an expression is an enumerator whose value asks for a size.
    fn is_sized_enumerator(&self, cursor: Cursor<'tu>) -> bool {
        cursor.kind() == CXCursor_DeclRefExpr && self.files.sized.contains(&cursor.spelling())
    }

    /// What of the compiler's target the value of an expression depends on. Of a choice only the branch
    /// counts that was taken: what it was taken by are widths.
    pub(super) fn depends_on(&self, expression: Cursor<'tu>) -> DependsOn {
        let expression = bare(expression);
        if expression.kind() == CXCursor_ConditionalOperator
            && let [condition, then, otherwise] = expression.children()[..]
            && let Some(value) = condition.evaluate()
        {
            let taken = self.depends_on(if value == 0 { otherwise } else { then });
            let by_width = self.asks_for_size(condition);
            return taken.max(if by_width { DependsOn::Widths } else { DependsOn::Nothing });
        }
        if !self.asks_for_size(expression) {
            DependsOn::Nothing
        } else if self.asks_for_structure(expression) {
            DependsOn::Alignment
        } else {
            DependsOn::Widths
        }
    }

    /// The ABIs for which a bound holds that the compiler worked out for its own target.
    pub(super) fn vouched(&self, cursor: Cursor<'tu>) -> AbiSet {
        let structure = cursor.children().into_iter().any(|it| self.asks_for_structure(it));
        agreeing(self.abi, if structure { DependsOn::Alignment } else { DependsOn::Widths })
    }

    /// Whether the compiler met an error inside a declaration.
    pub(super) fn has_error(&mut self, cursor: Cursor<'tu>) -> bool {
        if self.errors.is_empty() {
            return false;
        }
        let Some((start, end)) = cursor.extent() else { return false };
        let Some(index) = self.index(start.file) else { return false };
        // Of a bound that it could not work out the compiler remembers nothing, not even the place.
        let behind = self.files.loaded[index].text.get(end as usize..).unwrap_or_default();
        let end = end + brackets(behind).last().map_or(0, |last| last.end as u32);
        self.errors.range((index, start.offset)..(index, end.max(start.offset))).next().is_some()
    }

    /// Replaces the bounds that the compiler worked out for one ABI by the expressions that stand
    /// in the text behind the name.
    pub(super) fn bounds_from_text(
        &mut self,
        cursor: Cursor<'tu>,
        name: Span,
        ty: &mut Type,
    ) -> Bounds {
        let Some((start, end)) = cursor.extent() else { return Bounds::FromCompiler };
        let Some(index) = self.index(start.file) else { return Bounds::FromCompiler };
        let file = &self.files.loaded[index];
        let text = file.text.get(name.end as usize..end as usize).unwrap_or("");
        let mut bounds = brackets(text).into_iter();
        let mut element = ty;
        while let Type::Array(inner, count) = element {
            let Some(bound) = bounds.next() else { return Bounds::FromCompiler };
            match expression::parse(&text[bound], &self.scope(index)) {
                Some(parsed @ Constant::Expression(_)) => *count = parsed,
                Some(Constant::Known(_)) => {}
                None => return Bounds::FromCompiler,
            }
            element = inner;
        }
        Bounds::Read
    }

    /// The value of an `aligned` attribute, read where it was written.
    pub(super) fn aligned(
        &mut self,
        attribute: Cursor<'tu>,
        measured: Option<u64>,
    ) -> Option<Constant> {
        let places = [attribute.spelling_place(), attribute.place()];
        for place in places.into_iter().flatten() {
            let Some(index) = self.index(place.file) else { continue };
            let file = &self.files.loaded[index];
            let Some(text) = file.text.get(place.offset as usize..) else { continue };
            if let Some(constant) = aligned_value(text, &self.scope(index)) {
                return Some(constant);
            }
        }
        measured.map(Constant::Known)
    }
}

/// Whether a cursor is a definition inside the declaration that uses it: what stands in that is no part of
/// the declaration's own bounds. libclang shows it within each declaration around it, so that to look into
/// it takes twice as long for each level.
fn defines_type(cursor: Cursor<'_>) -> bool {
    matches!(cursor.kind(), CXCursor_StructDecl | CXCursor_UnionDecl | CXCursor_EnumDecl)
}

/// Where the bounds of an array come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bounds {
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
