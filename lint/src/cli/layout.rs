//! `ioctl-lint layout`.

mod tables;

pub(super) use tables::{shown, wrapped};

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ioctl_lint::suggest::did_you_mean;
use ioctlkit_abi::{AbiSet, RecordKind};
use ioctlkit_model::{Interface, Layouts, Record, RecordId, Type};
use ioctlkit_report::layout_map::{self, Map};
use ioctlkit_report::{Style, dump};
use ioctlkit_sources::object::Wanted;

use super::Outcome;
use super::failure::{Failure, outcome_of, say_failures};
use super::reading::{RawNumbers, ReadOptions};
use super::terminal::{Terminal, bold};
use ioctlkit_report::visible::ShownPath as _;

/// Show where the members of a structure are on every ABI
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ioctl-lint layout kvm_msr_list /usr/include/linux/kvm.h
  ioctl-lint layout --abi x86_64,i386 'struct btrfs_ioctl_vol_args_v2' /usr/include/linux/btrfs.h
  ioctl-lint layout FS_IOC_FSGETXATTR /usr/include/linux/fs.h
  ioctl-lint layout --format svg v4l2_buffer /usr/include/linux/videodev2.h > map.svg

ABIs with equal layouts share a column. Offsets and sizes are in bytes; a bit-field's offset is
byte:bit, and its size is in bits. JSON has the structure and those in it, as `types` of a dump.")]
pub(super) struct Arguments {
    /// A structure or union with or without the keyword, a typedef, or a command for its argument
    #[arg(value_name = "TYPE")]
    name: String,

    /// Headers or Rust source, folders of them, a cargo workspace, or a kernel source tree
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// How to print the layout
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: LayoutFormat,

    #[command(flatten)]
    reading: ReadOptions,
}

/// How a layout is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum LayoutFormat {
    /// For people
    #[default]
    Text,
    /// JSON, as schema/answers.schema.json describes it
    Json,
    /// A picture: a strip for each group of ABIs, in scale, with holes hatched and what moves joined
    Svg,
    /// A page with the picture and the table
    Html,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::Clean;
    let mut known = Vec::new();
    let mut undefined = Vec::new();
    let mut found = false;
    let mut drawn = Drawn::default();
    let mut groups = arguments.reading.groups(&arguments.paths, RawNumbers::Unwanted)?;
    for group in &mut groups {
        // Of compiled objects the one type is enough: a kernel has a hundred thousand.
        group.want_types(Wanted::Named([tag(&arguments.name).to_owned()].into()));
        let (interface, problems) = group.read();
        outcome = outcome.max(outcome_of(&problems));
        let layouts = Layouts::new(&interface);
        let (defined, declared): (Vec<RecordId>, Vec<RecordId>) = find(&interface, &arguments.name)
            .into_iter()
            .partition(|id| !interface.record(*id).variants.is_empty());
        undefined.extend(declared.iter().map(|id| interface.record(*id).display_name()));
        found |= !defined.is_empty();
        let within = arguments.reading.abis().unwrap_or(interface.abis);
        match arguments.format {
            LayoutFormat::Text => {
                for id in defined {
                    terminal.print(|out, style| write_record(&layouts, id, within, style, out))?;
                }
            }
            LayoutFormat::Json if defined.is_empty() => {}
            LayoutFormat::Json => {
                let with_inner = defined
                    .into_iter()
                    .flat_map(|id| interface.records_within(&Type::Record(id)))
                    .collect();
                terminal.print_exactly(|out, _| {
                    dump::render_records(&layouts, &with_inner, &problems, out)
                })?;
            }
            LayoutFormat::Svg | LayoutFormat::Html => {
                for id in defined {
                    drawn.add(&layouts, id, within);
                }
            }
        }
        known.extend(names(&interface));
        say_failures(problems, &interface.sources, terminal);
    }
    match arguments.format {
        LayoutFormat::Svg if found => {
            terminal.print_exactly(|out, _| layout_map::write(&drawn.maps, out))?;
        }
        LayoutFormat::Html if found => {
            terminal
                .print_exactly(|out, _| layout_map::write_page(&drawn.maps, &drawn.tables, out))?;
        }
        LayoutFormat::Text | LayoutFormat::Json | LayoutFormat::Svg | LayoutFormat::Html => {}
    }
    // Where nothing could be read, that was said, and every name would be unknown.
    if found || (outcome == Outcome::Failed && known.is_empty()) {
        return Ok(outcome);
    }
    if let [record, ..] = undefined.as_slice() {
        return Err(Failure::new(format!("`{record}` is declared there, but not defined"))
            .help("name the header that defines it too"));
    }
    for group in groups.iter_mut().filter(|group| group.has_objects()) {
        group.want_types(Wanted::All);
        known.extend(names(&group.read().0));
    }
    let name = &arguments.name;
    let failure = Failure::new(format!("no structure, union or command is called `{name}` there"));
    Err(match did_you_mean(name, known.iter().map(String::as_str)) {
        Some(help) => failure.help(help),
        None => failure.help("`ioctl-lint dump` lists what the headers define"),
    })
}

/// The pictures of structures, and their tables as text.
#[derive(Default)]
struct Drawn {
    maps: Vec<Map>,
    tables: Vec<String>,
}

impl Drawn {
    fn add(&mut self, layouts: &Layouts<'_>, id: RecordId, within: AbiSet) {
        self.maps.push(layout_map::of(layouts, id, within));
        let mut table = Vec::new();
        // Writing to memory does not fail.
        let _ = write_record(layouts, id, within, Style { colour: false }, &mut table);
        self.tables.push(String::from_utf8_lossy(&table).into_owned());
    }
}

/// The name without the keyword.
fn tag(name: &str) -> &str {
    let name = name.trim();
    let tag = name.strip_prefix("struct ").or_else(|| name.strip_prefix("union "));
    tag.unwrap_or(name).trim()
}

/// The records of that name.
pub(super) fn find(interface: &Interface, name: &str) -> Vec<RecordId> {
    let name = name.trim();
    let is_meant = |record: &Record| {
        record.name.as_deref() == Some(name)
            || record.typedef_name.as_deref() == Some(name)
            || record.c_name.as_deref() == Some(name)
            || record.display_name() == name
    };
    let by_tag = (0..).zip(&interface.records).filter(|(_, record)| is_meant(record));
    let by_tag: Vec<RecordId> = by_tag.map(|(index, _)| RecordId(index)).collect();
    if !by_tag.is_empty() {
        return by_tag;
    }
    let typedefs = interface.typedefs.iter().filter(|typedef| typedef.name == name);
    let typedefs = typedefs.flat_map(|typedef| typedef.variants.iter()).map(|(_, body)| &body.ty);
    let commands = interface
        .commands
        .iter()
        .filter(|command| command.name == name || command.c_name.as_deref() == Some(name));
    let commands = commands.flat_map(|command| command.variants.iter());
    let arguments = commands.filter_map(|(_, body)| body.argument.ty());
    let mut records: Vec<RecordId> =
        typedefs.chain(arguments).filter_map(|ty| outer_record(interface, ty)).collect();
    records.sort_unstable();
    records.dedup();
    records
}

fn outer_record(interface: &Interface, ty: &Type) -> Option<RecordId> {
    interface.records_within(ty).into_iter().next()
}

fn names(interface: &Interface) -> Vec<String> {
    let records = interface.records.iter().flat_map(|record| [&record.name, &record.typedef_name]);
    let commands = interface.commands.iter().map(|command| command.name.clone());
    records.flatten().cloned().chain(commands).collect()
}

pub(super) fn write_record(
    layouts: &Layouts<'_>,
    id: RecordId,
    within: AbiSet,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let interface = layouts.interface();
    let record = interface.record(id);
    let path = interface.sources.path(record.span).shown();
    let line = interface.sources.position(record.span).line;
    writeln!(out, "{}  {path}:{line}", bold(&record.display_name(), style))?;
    let tables = tables::of(layouts, id, within);
    for table in &tables {
        writeln!(out)?;
        table.write(&opening(record), style, out)?;
    }
    write_missing(layouts, id, within, out)?;
    writeln!(out)
}

/// What the definition begins with.
fn opening(record: &Record) -> String {
    match (&record.name, record.kind) {
        (Some(_), _) => format!("{} {{", record.display_name()),
        (None, RecordKind::Struct) => "typedef struct {".into(),
        (None, RecordKind::Union) => "typedef union {".into(),
    }
}

/// The ABIs without a layout, by reason.
fn write_missing(
    layouts: &Layouts<'_>,
    id: RecordId,
    within: AbiSet,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut reasons: Vec<(String, AbiSet)> = Vec::new();
    for abi in within {
        let Err(error) = layouts.record(id, abi) else { continue };
        let reason = error.to_string();
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, abis)) => abis.insert(abi),
            None => reasons.push((reason, AbiSet::only(abi))),
        }
    }
    for (reason, abis) in reasons {
        writeln!(out, "\nno layout: {reason}\n{}", wrapped(abis))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
