//! Compiled objects: the sources that say how their interface should be, and the table of modules.

use std::io::{self, Write};

use ioctl_lint::against::{References, wanted_names};
use ioctlkit_model::{HandlerTable, Interface, Object, Problem, ProblemKind};
use ioctlkit_report::Style;
use ioctlkit_sources::object::Wanted;
use ioctlkit_sources::{c, rust};

use super::against::{INSTALLED, find};
use crate::cli::progress::Progress;
use crate::cli::reading::{Batch, workers};
use crate::cli::table;

/// A header or Rust source that was read for the objects of a group.
pub(super) struct Source {
    names: Vec<String>,
    interface: Interface,
    /// Those whose spans are in the interface's own sources.
    problems: Vec<Problem>,
}

/// What was read for the objects of a group.
#[derive(Default)]
pub(super) struct Sources {
    pub(super) read: Vec<Source>,
    pub(super) problems: Vec<Problem>,
}

/// Reads the sources that were named for the objects of a group, and asks for their structures in
/// the objects.
pub(super) fn read_sources(group: &mut Batch, asked_for: &[String]) -> Sources {
    let mut sources = Sources::default();
    if !group.has_objects() {
        if !asked_for.is_empty() {
            sources.problems.push(failure(
                &asked_for[0],
                "`--header` is for compiled objects, and there is none among the paths",
                "use `--against` to compare Rust source with a header",
            ));
        }
        return sources;
    }
    let request = group.header_request();
    let beside = group.config.as_ref().map(ioctl_lint::Config::folder);
    let mut paths = (Vec::new(), Vec::new());
    for name in asked_for {
        match find(name, beside, &request.search_dirs()) {
            Some(path) if rust::holds_source(&path) => paths.1.push((name.clone(), path)),
            Some(path) => paths.0.push((name.clone(), path)),
            None => sources.problems.push(failure(
                name,
                "there is no such header or source to compare with",
                &format!("name the folder that has it with `-I`, besides {INSTALLED}"),
            )),
        }
    }
    let _progress = Progress::start("reading the objects' interface");
    let (headers, crates) = paths;
    if !headers.is_empty() {
        let (names, paths) = headers.into_iter().unzip();
        // What the objects are compared with is compared on their ABIs, whatever the others are.
        let abis = ioctlkit_abi::AbiSet::ALL;
        let (interface, mut problems) =
            workers().read_c(&c::Request { paths, abis, ..request }, None);
        problems.extend(interface.not_read());
        sources.read.push(Source { names, interface, problems });
    }
    if !crates.is_empty() {
        let (names, paths) = crates.into_iter().unzip();
        let (interface, problems) =
            workers().read_rust(&rust::Request { paths, ..rust::Request::default() });
        sources.read.push(Source { names, interface, problems });
    }
    let wanted = sources.read.iter().flat_map(|source| wanted_names(&source.interface)).collect();
    group.want_types(if asked_for.is_empty() { Wanted::Nothing } else { Wanted::Named(wanted) });
    sources
}

impl Source {
    /// Adds the source to what objects are compared with.
    pub(super) fn add_to(
        self,
        references: &mut References,
        objects: &mut Interface,
        problems: &mut Vec<Problem>,
    ) {
        let Self { names, interface, problems: found } = self;
        references.add_for_objects(objects, names, interface);
        problems.extend(found);
    }
}

fn failure(name: &str, message: &str, help: &str) -> Problem {
    Problem {
        kind: ProblemKind::Failure,
        path: Some(name.into()),
        span: None,
        message: message.into(),
        help: Some(help.into()),
    }
}

/// A module with a table of handlers, and what its tables have for 32-bit programs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    module: String,
    tables: usize,
    none: usize,
    native: usize,
    converting: usize,
    own: usize,
}

/// The modules of an interface that have tables of handlers, by their names.
pub(super) fn rows(interface: &Interface) -> Vec<Row> {
    let with_tables = interface.objects.iter().filter(|object| !object.tables.is_empty());
    let mut rows: Vec<Row> = with_tables.map(|object| row(interface, object)).collect();
    rows.sort_by(|a, b| a.module.cmp(&b.module));
    rows
}

fn row(interface: &Interface, object: &Object) -> Row {
    let count = |holds: &dyn Fn(&HandlerTable) -> bool| {
        object.tables.iter().filter(|table| holds(table)).count()
    };
    let converts = |table: &HandlerTable| {
        let compat = table.compat.as_ref();
        compat.is_some_and(|compat| {
            compat.is_imported("compat_ptr_ioctl") || compat.is_imported("blkdev_compat_ptr_ioctl")
        })
    };
    let file = interface.sources.file(object.file);
    let (none, native, converting) = (
        count(&|table| table.compat.is_none()),
        count(&HandlerTable::shares_handler),
        count(&converts),
    );
    let tables = object.tables.len();
    Row {
        module: object.module.clone().unwrap_or_else(|| file.path.display().to_string()),
        tables,
        none,
        native,
        converting,
        own: tables - none - native - converting,
    }
}

/// Writes the modules, a line each: how many tables of handlers they have, and what stands in them
/// for 32-bit programs.
pub(super) fn write_table(rows: &[Row], style: Style, out: &mut dyn Write) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let number = |count: usize| if count == 0 { "-".to_owned() } else { count.to_string() };
    let lines: Vec<[String; 6]> = rows
        .iter()
        .map(|row| {
            [
                row.module.clone(),
                number(row.tables),
                number(row.own),
                number(row.converting),
                number(row.native),
                number(row.none),
            ]
        })
        .collect();
    let heading = ["module", "tables", "own compat", "compat_ptr", "native as compat", "no compat"];
    table::write(out, style, heading, &lines)
}
