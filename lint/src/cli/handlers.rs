//! `ioctl-lint handlers`.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use ioctl_lint::declared::Declared;
use ioctlkit_model::{
    Access, Amount, Copies, HandledCommand, Interface, OperationTable, Part, Serves, SourceHandler,
    Span, Way,
};
use ioctlkit_report::Style;
use ioctlkit_report::visible::ShownPath as _;

use super::Outcome;
use super::failure::{Failure, outcome_of, say_failures};
use super::reading::{RawNumbers, ReadOptions};
use super::terminal::{Terminal, bold};

/// Show which function of driver source handles each command, and what it copies
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ioctl-lint handlers drivers/vdpa/vdpa_user
  ioctl-lint handlers ~/linux/drivers/usb/core/devio.c
  ioctl-lint handlers .

Neither a configuration nor a compiler is needed. `in` and `out` are seen from the kernel: what is copied
from the program, and what is copied to it; sizes are types as the source spells them.

Exit codes:
  0  everything was read
  2  some input could not be used, or there is no handler in it")]
pub(super) struct Arguments {
    /// C source, folders of it, or a kernel source tree
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    reading: ReadOptions,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::Clean;
    let mut found = 0;
    for group in &mut arguments.reading.groups(&arguments.paths, RawNumbers::Wanted)? {
        group.want_code();
        let (interface, problems) = group.read();
        outcome = outcome.max(outcome_of(&problems));
        say_failures(problems, &interface.sources, terminal);
        found += interface.code.handlers.len();
        terminal.print(|out, style| write(&interface, style, out))?;
    }
    if found == 0 {
        return Err(Failure::new("no function is the handler of a table there")
            .help("name the C source of a driver, or a folder of it"));
    }
    Ok(outcome)
}

fn write(interface: &Interface, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let declared = Declared::of(interface);
    for (place, handler) in interface.code.handlers.iter().enumerate() {
        let tables: Vec<&OperationTable> = interface.code.tables_with(place).collect();
        write_handler(interface, handler, &tables, style, out)?;
        write_rows(interface, &declared, &handler.commands, out)?;
        if !handler.in_compat.is_empty() {
            writeln!(out, "  asks whether a 32-bit program calls, and for one does")?;
            write_rows(interface, &declared, &handler.in_compat, out)?;
        }
        writeln!(out)?;
    }
    let lost = interface.code.not_understood.len();
    if lost > 0 {
        writeln!(out, "not understood:")?;
        for piece in &interface.code.not_understood {
            let name = piece.function.as_deref().unwrap_or("a piece of the file");
            writeln!(out, "    {}: {name}: {}", at(interface, piece.span), piece.reason)?;
        }
    }
    Ok(())
}

fn write_handler(
    interface: &Interface,
    handler: &SourceHandler,
    tables: &[&OperationTable],
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let serves = match handler.serves {
        Serves::Native => "",
        Serves::Compat => ", for 32-bit programs",
        Serves::Both => ", for native and for 32-bit programs",
    };
    let copies = match handler.copies {
        Copies::Handler => "",
        Copies::Core => ", which gets a copy in the kernel",
    };
    let name = bold(&handler.function, style);
    writeln!(out, "{name} ({}){serves}{copies}", at(interface, handler.span))?;
    for table in tables {
        let structure = if table.structure.is_empty() { "assigned" } else { &table.structure };
        write!(out, "  in {} ({structure}, {})", table.name, at(interface, table.span))?;
        let is_native = table.native.as_ref().is_some_and(|slot| slot.function == handler.function);
        match &table.compat {
            _ if !is_native => writeln!(out)?,
            Some(compat) => writeln!(out, "; 32-bit programs: {}", compat.function)?,
            None => writeln!(out, "; 32-bit programs: none")?,
        }
    }
    let unknown: Vec<&str> = handler.unknown.iter().map(|answer| answer.value.as_str()).collect();
    if !unknown.is_empty() {
        writeln!(out, "  an unknown command gets {}", unknown.join(" or "))?;
    }
    if let Some(reason) = &handler.gave_up {
        writeln!(out, "  not all of it was followed: {reason}")?;
    }
    Ok(())
}

fn write_rows(
    interface: &Interface,
    declared: &Declared<'_>,
    commands: &[HandledCommand],
    out: &mut dyn Write,
) -> io::Result<()> {
    let rows: Vec<[String; 3]> =
        commands.iter().map(|command| row(interface, declared, command)).collect();
    let widths = [0, 1].map(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or(0));
    for [name, place, does] in &rows {
        writeln!(out, "    {name:0$}  {place:1$}  {does}", widths[0], widths[1])?;
    }
    Ok(())
}

fn row(interface: &Interface, declared: &Declared<'_>, command: &HandledCommand) -> [String; 3] {
    let mut does: Vec<String> = command.accesses.iter().map(access).collect();
    does.dedup();
    if does.is_empty() && command.as_number.is_some() {
        does.push("takes a number".into());
    }
    if command.escapes {
        does.push("passes the argument on".into());
    }
    let is_declared =
        declared.command(&command.name).is_some() || declared.raw(&command.name).is_some();
    let name = if is_declared { command.name.clone() } else { format!("{}?", command.name) };
    [name, at(interface, command.span), does.join(", ")]
}

fn access(access: &Access) -> String {
    let way = match access.way {
        Way::In => "in",
        Way::Out => "out",
    };
    let amount = match &access.amount {
        Amount::Type(ty) => ty.clone(),
        Amount::CommandSize => "the size in the number".into(),
        Amount::Bytes(bytes) => format!("{bytes} bytes"),
        Amount::Expression(text) => text.clone(),
        Amount::Unknown => "?".into(),
    };
    match &access.part {
        Part::Whole => format!("{way} {amount}"),
        Part::Member(member) => format!("{way} .{member}"),
        Part::Inside => format!("{way} {amount} behind the start"),
    }
}

fn at(interface: &Interface, span: Span) -> String {
    let path = interface.sources.path(span);
    format!("{}:{}", path.shown(), interface.sources.position(span).line)
}
