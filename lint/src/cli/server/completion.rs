//! What may be written next: rules and scopes in suppressions, words in the attributes of the derives.

use std::collections::HashSet;
use std::ops::Range;

use ioctl_lint::registry;
use ioctl_lint::suppression::{Expected, expected_at};
use ioctlkit_model::RuleInfo;
use ioctlkit_sources::rust;
use lsp_types::{CompletionItem, CompletionItemKind, CompletionTextEdit, Position, TextEdit};

use super::document::Document;

/// What may stand at a place; nothing where anything may.
pub(super) fn at(document: &Document, position: Position) -> Vec<CompletionItem> {
    let offset = document.offset(position);
    if let Some((expected, start)) = document.with_comment_at(offset, expected_at) {
        return match expected {
            Expected::Scope => scopes(document, start..offset),
            Expected::Rule => rules(document, start..offset),
        };
    }
    match document.expected_in_attribute(offset) {
        Some(rust::Expected { start, words }) => {
            let item = |word| item(document, start..offset, word, CompletionItemKind::KEYWORD);
            words.into_iter().map(item).collect()
        }
        None => Vec::new(),
    }
}

fn scopes(document: &Document, typed: Range<usize>) -> Vec<CompletionItem> {
    let details =
        [("allow(", "for what is beside it or right below"), ("allow-file(", "for the whole file")];
    let scope = |(word, detail): (&str, &str)| CompletionItem {
        detail: Some(detail.into()),
        ..item(document, typed.clone(), word, CompletionItemKind::KEYWORD)
    };
    details.into_iter().map(scope).collect()
}

/// Each rule by its code and by its slug, those first that have found something in the document.
fn rules(document: &Document, typed: Range<usize>) -> Vec<CompletionItem> {
    let parts = document.analysis.iter().flat_map(|analysis| &analysis.parts);
    let found: HashSet<&str> =
        parts.flat_map(|part| &part.findings).map(|finding| finding.rule.code).collect();
    let named = |rule: &RuleInfo, name: &str, other: &str| CompletionItem {
        detail: Some(format!("{other}: {}", rule.summary)),
        sort_text: Some(format!("{} {}", u8::from(!found.contains(rule.code)), name)),
        ..item(document, typed.clone(), name, CompletionItemKind::VALUE)
    };
    let all = registry::all()
        .iter()
        .flat_map(|rule| [named(rule, rule.code, rule.slug), named(rule, rule.slug, rule.code)]);
    all.collect()
}

/// Takes the place of what was typed of it.
fn item(
    document: &Document,
    typed: Range<usize>,
    word: &str,
    kind: CompletionItemKind,
) -> CompletionItem {
    let edit = TextEdit { range: document.range(typed), new_text: word.into() };
    CompletionItem {
        label: word.into(),
        kind: Some(kind),
        text_edit: Some(CompletionTextEdit::Edit(edit)),
        ..CompletionItem::default()
    }
}
