//! Writes source to a folder, and reads it.

use std::path::Path;

use ioctlkit_abi::{Abi, AbiId};
use ioctlkit_model::{Command, Interface, Layouts, Problem, ProblemKind, Record, RecordId, Type};
use ioctlkit_sources::rust::{Request, read};

/// What was read.
pub(crate) struct Read {
    pub(crate) interface: Interface,
    pub(crate) problems: Vec<Problem>,
}

/// Reads paths.
pub(crate) fn read_paths(paths: &[&Path]) -> Read {
    let paths = paths.iter().map(|path| path.to_path_buf()).collect();
    let (interface, problems) = read(&Request { paths, ..Request::default() });
    Read { interface, problems }
}

/// Writes files below a new folder, and reads the folder.
pub(crate) fn read_files(files: &[(&str, &str)]) -> Read {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    read_paths(&[folder.path()])
}

/// Writes files below a folder.
pub(crate) fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// Reads one file of source, which must have nothing wrong with it.
pub(crate) fn read_text(text: &str) -> Interface {
    let read = read_files(&[("lib.rs", text)]);
    assert!(read.problems.is_empty(), "{:#?}", read.problems);
    read.interface
}

pub(crate) fn abi(name: &str) -> AbiId {
    Abi::by_name(name).unwrap().id()
}

impl Read {
    /// The sentences of a kind of problem.
    pub(crate) fn said(&self, kind: ProblemKind) -> Vec<&str> {
        let of_kind = self.problems.iter().filter(|problem| problem.kind == kind);
        of_kind.map(|problem| problem.message.as_str()).collect()
    }
}

pub(crate) fn command<'a>(interface: &'a Interface, name: &str) -> &'a Command {
    let found = interface.commands.iter().find(|command| command.name == name);
    found.unwrap_or_else(|| panic!("no {name} among {:?}", names(interface)))
}

pub(crate) fn names(interface: &Interface) -> Vec<&str> {
    interface.commands.iter().map(|command| command.name.as_str()).collect()
}

/// A command's number.
pub(crate) fn number(interface: &Interface, name: &str, on: &str) -> u32 {
    let layouts = Layouts::new(interface);
    layouts.number(command(interface, name), abi(on)).unwrap().number
}

/// The record that a command carries.
pub(crate) fn record<'a>(interface: &'a Interface, name: &str, on: &str) -> (RecordId, &'a Record) {
    let body = command(interface, name).variants.get(abi(on)).unwrap();
    let ty = interface.resolved(body.argument.ty().unwrap(), abi(on)).unwrap();
    match ty {
        Type::Record(id) => (*id, interface.record(*id)),
        other => panic!("{name} carries {other:?}"),
    }
}

/// Size, alignment, and each member's name and offset, in bytes.
pub(crate) fn layout(
    interface: &Interface,
    name: &str,
    on: &str,
) -> (u64, u64, Vec<(Option<String>, u64)>) {
    let (id, record) = record(interface, name, on);
    let layouts = Layouts::new(interface);
    let layout = layouts.record(id, abi(on)).unwrap();
    let members = &record.variants.get(abi(on)).unwrap().members;
    let placed = members.iter().zip(&layout.members);
    let placed = placed.map(|(member, place)| (member.name.clone(), place.offset()));
    (layout.size, layout.align, placed.collect())
}
