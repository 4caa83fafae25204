//! A file's text as items.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::condition::{self, Condition};
use super::item::{Item, Kind, Place};
use super::lower::Origin;
use super::nesting::is_too_deep;
use super::words::mentions;
use super::{attributes, extract, old_rust};

/// A file that was read.
#[derive(Debug)]
pub(crate) struct Parsed {
    /// The path, absolute.
    pub(crate) path: PathBuf,
    /// The whole text.
    pub(crate) text: Arc<str>,
    /// The items that matter.
    pub(crate) items: Vec<Arc<Item>>,
    /// The conditions under which the file exists: `#![cfg(…)]`.
    pub(crate) conditions: Vec<Condition>,
    /// The pairs in which ABIs may differ that its conditions ask for.
    pub(crate) pairs: BTreeSet<(String, String)>,
    /// Why its items could not be read.
    pub(crate) mistake: Option<(String, Place)>,
}

/// Types whose width on x32 is not that of a `long`.
const TIMES: [&str; 4] = ["timeval", "timespec", "time_t", "suseconds_t"];

/// Reads a text.
pub(crate) fn parse(path: PathBuf, text: &Arc<str>) -> Parsed {
    let mut parsed = Parsed {
        path,
        text: text.clone(),
        items: Vec::new(),
        conditions: Vec::new(),
        pairs: BTreeSet::new(),
        mistake: None,
    };
    let start = start_of_code(text);
    let code = &text[start..];
    let origin = Origin::File { text: code, start: start as u32 };
    let at = |error: &syn::Error| (error.to_string(), origin.place(error.span()));
    match code.parse::<proc_macro2::TokenStream>() {
        Ok(tokens) if is_too_deep(&tokens) => {
            let place = Place { start: start as u32, end: start as u32 };
            parsed.mistake = Some(("nested too deeply to be read".into(), place));
        }
        Ok(tokens) => match old_rust::parse(tokens) {
            Ok(file) => {
                parsed.conditions = attributes::conditions(&file.attrs);
                parsed.items = extract::items(origin, &file.items);
            }
            Err(error) => parsed.mistake = Some(at(&error)),
        },
        Err(error) => parsed.mistake = Some(at(&error.into())),
    }
    // The text is kept for every token's span otherwise, file after file.
    proc_macro2::extra::invalidate_current_thread_spans();
    for condition in &parsed.conditions {
        condition.collect_pairs(&mut parsed.pairs);
    }
    collect_pairs(&parsed.items, &mut parsed.pairs);
    for condition in condition::in_expressions(text) {
        condition.collect_pairs(&mut parsed.pairs);
    }
    // The prelude defines these under that condition, which only those ask for who name one of them.
    if TIMES.iter().any(|name| mentions(text, name)) {
        parsed.pairs.insert((condition::WIDE_TIME.to_owned(), "64".to_owned()));
    }
    parsed
}

/// Behind a byte order mark and a line such as `#!/usr/bin/env run-cargo-script`.
fn start_of_code(text: &str) -> usize {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    match text[start..].strip_prefix("#!") {
        Some(rest) if !rest.trim_start().starts_with('[') => {
            start + text[start..].find('\n').unwrap_or(text.len() - start)
        }
        _ => start,
    }
}

fn collect_pairs(items: &[Arc<Item>], pairs: &mut BTreeSet<(String, String)>) {
    fn add(conditions: &[Condition], pairs: &mut BTreeSet<(String, String)>) {
        for condition in conditions {
            condition.collect_pairs(pairs);
        }
    }
    for item in items {
        add(&item.conditions, pairs);
        match &item.kind {
            Kind::Module(module) => {
                module.paths.iter().for_each(|(conditions, _)| add(conditions, pairs));
                collect_pairs(module.items.as_deref().unwrap_or_default(), pairs);
            }
            Kind::Data(data) => {
                data.reprs.iter().for_each(|(conditions, _)| add(conditions, pairs));
                data.fields.iter().for_each(|field| add(&field.conditions, pairs));
            }
            Kind::Enum(found) => {
                found.reprs.iter().for_each(|(conditions, _)| add(conditions, pairs));
                found.variants.iter().for_each(|variant| add(&variant.conditions, pairs));
            }
            Kind::Function(function) => collect_pairs(&function.items, pairs),
            Kind::Implementation(found) => collect_pairs(&found.items, pairs),
            _ => {}
        }
    }
}
