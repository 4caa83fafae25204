//! Structures of compiled objects and those of the sources that say how they should be.

use std::collections::{BTreeMap, BTreeSet};

use ioctlkit_abi::RecordKind;
use ioctlkit_model::{FileId, Interface, Language, Layouts, Object, Record, RecordId};

use super::names::folded;
use super::trust::Trust;
use super::{ObjectSource, Pair, RecordPair, records};

/// The names under which an object may have the structures and unions of a source.
pub fn wanted_names(source: &Interface) -> BTreeSet<String> {
    defined(source).flat_map(|(_, record)| names(source, record)).collect()
}

/// The structures of objects, with those of a source of the same name.
#[derive(Debug)]
pub struct ObjectPairs<'a> {
    objects: &'a Layouts<'a>,
    source: &'a ObjectSource,
    layouts: Layouts<'a>,
    by_name: BTreeMap<(RecordKind, String), RecordId>,
    of_file: BTreeMap<FileId, Vec<RecordId>>,
}

impl<'a> ObjectPairs<'a> {
    /// Prepares to compare the objects of an interface with a source.
    pub fn new(objects: &'a Layouts<'a>, source: &'a ObjectSource) -> Self {
        let interface = source.interface();
        let mut by_name = BTreeMap::new();
        for (id, record) in defined(interface) {
            for name in names(interface, record) {
                by_name.entry((record.kind, name)).or_insert(id);
            }
        }
        let mut of_file: BTreeMap<FileId, Vec<RecordId>> = BTreeMap::new();
        for (index, record) in objects.interface().records.iter().enumerate() {
            if !record.variants.is_empty() && !record.is_anonymous() {
                of_file.entry(record.span.file).or_default().push(RecordId(index as u32));
            }
        }
        Self { objects, source, layouts: Layouts::new(interface), by_name, of_file }
    }

    /// The pairs of one object that differ. A name that the object defines more than once, as drivers
    /// in one kernel do, differs if none of its definitions is the source's.
    pub fn differing(&self, object: &Object) -> Vec<Pair> {
        let trust = Trust::of_architectures(self.source.interface());
        let mut of_source: BTreeMap<RecordId, Vec<Pair>> = BTreeMap::new();
        for rust in self.of_file.get(&object.file).into_iter().flatten() {
            let record = self.objects.interface().record(*rust);
            let name = record.name.as_ref().or(record.typedef_name.as_ref());
            let known = name.and_then(|name| self.by_name.get(&(record.kind, name.clone())));
            let Some(c) = known else { continue };
            let pair =
                records::compare(self.objects, &self.layouts, RecordPair { rust: *rust, c: *c });
            of_source.entry(*c).or_default().push(pair.within(trust.of_record(*c)));
        }
        let is_right = |pairs: &Vec<Pair>| pairs.iter().any(|pair| pair.faults.is_empty());
        of_source
            .into_values()
            .filter(|pairs| !is_right(pairs))
            // The one that is nearest to the source's is the one that was meant.
            .filter_map(|pairs| pairs.into_iter().min_by_key(|pair| pair.faults.len()))
            .collect()
    }
}

/// The structures that the files which were asked for define.
fn defined(source: &Interface) -> impl Iterator<Item = (RecordId, &Record)> {
    let asked_for: BTreeSet<FileId> = source.headers.iter().map(|header| header.file).collect();
    let records = source.records.iter().enumerate();
    records
        .filter(move |(_, record)| {
            asked_for.contains(&record.span.file)
                && !record.variants.is_empty()
                && !record.is_anonymous()
        })
        .map(|(index, record)| (RecordId(index as u32), record))
}

/// The names of a structure in C: as stated, else by the conventions of both languages.
fn names(source: &Interface, record: &Record) -> Vec<String> {
    let name = record.name.as_ref().or(record.typedef_name.as_ref());
    let without_keyword = |name: &str| super::names::without_keyword(name).to_owned();
    match (&record.c_name, source.sources.file(record.span.file).language(), name) {
        (Some(name), ..) => vec![without_keyword(name)],
        (None, Language::Rust, Some(name)) => vec![snake_case(name), name.clone()],
        (None, _, Some(name)) => vec![name.clone()],
        (None, _, None) => Vec::new(),
    }
}

/// `EchoConfig` as C writes it: `echo_config`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut after_small = false;
    for letter in name.chars() {
        if letter.is_uppercase() && after_small {
            snake.push('_');
        }
        after_small = letter.is_lowercase() || letter.is_ascii_digit();
        snake.extend(letter.to_lowercase());
    }
    debug_assert_eq!(folded(&snake), folded(name));
    snake
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn a_type_of_rust_has_a_name_in_c() {
        assert_eq!(snake_case("EchoConfig"), "echo_config");
        assert_eq!(snake_case("V4l2Buffer"), "v4l2_buffer");
        assert_eq!(snake_case("kvm_regs"), "kvm_regs");
    }
}
