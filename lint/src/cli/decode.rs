//! `ioctl-lint decode`.

mod elsewhere;
mod json;

use std::io::{self, BufRead, BufReader, Read, Write};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use clap::Args;
use ioctl_lint::decode::{self, Call, Commands, Given, Numbered, Row};
use ioctl_lint::kernel_copies;
use ioctlkit_abi::{Abi, AbiId, AbiSet, Decoded, Direction};
use ioctlkit_model::{Layouts, Type};
use ioctlkit_report::Style;
use ioctlkit_sources::reading;

use super::Outcome;
use super::answer::AnswerFormat;
use super::cache::CacheOptions;
use super::failure::{Failure, outcome_of, say_failures};
use super::reading::{RawNumbers, ReadOptions, named_or_installed, read_as_one};
use super::terminal::{Terminal, bold};
use elsewhere::Elsewhere;
use ioctlkit_report::visible::ShownPath as _;

/// Decode the commands and arguments of a trace of ioctl calls
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  strace -f -X raw -e trace=ioctl ./program 2>&1 | ioctl-lint decode
  ioctl-lint decode trace.log --headers include/uapi/linux/foo.h
  echo '(3, 0xc0185879, 000000000000000000100000000000000000000000000000)' | ioctl-lint decode
  ioctl-lint decode --abi powerpc64 trace.log

A line has a call as strace prints it, or a bare `(fd, command, argument)`. The command is a number,
a name, or `_IOC(…)`; the argument is its bytes in memory order (`0011aaff`, `00 11 aa ff`,
`\"\\x00\\x11\\xaa\\xff\"`), a number, or what strace made of it, which is passed on. Other lines are left
out.

Exit codes:
  0  every call could be read
  2  some could not, or some header")]
pub(super) struct Arguments {
    /// Traces [default: standard input]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Where to look for commands: headers, Rust source, or folders [default: the installed kernel
    /// headers]
    #[arg(long, value_name = "PATH", value_delimiter = ',')]
    headers: Vec<PathBuf>,

    /// How to print each call; JSON takes a line for each
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: AnswerFormat,

    #[command(flatten)]
    reading: ReadOptions,

    #[command(flatten)]
    cache: CacheOptions,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let abi = abi(arguments)?;
    let paths = named_or_installed(&arguments.headers).ok_or_else(|| {
        Failure::new("nowhere to look for commands").help(
            "name headers with `--headers`, or install the kernel's (linux-libc-dev on Debian)",
        )
    })?;
    let read = |abis: AbiSet| {
        let mut groups = arguments.reading.groups(&paths, RawNumbers::Wanted)?;
        for group in &mut groups {
            group.narrow(abis);
            group.read_through(arguments.cache.cache());
        }
        read_as_one(groups)
    };
    let (interface, problems) = read(AbiSet::only(abi))?;
    // What is wrong with the headers was said above.
    let read_all = || read(AbiSet::ALL).ok().map(|(interface, _)| interface);
    // The run ends with it, and there is no need to give its memory back piece by piece.
    let interface = ManuallyDrop::new(interface);
    let mut outcome = outcome_of(&problems);
    say_failures(problems, &interface.sources, terminal);
    let layouts = Layouts::new(&interface);
    let commands = Commands::new(&layouts, abi);
    let wide = interface.wide_time.as_deref().map(Layouts::new);
    let commands = Known {
        usual: commands,
        wide_time: wide.as_ref().map(|layouts| Commands::new(layouts, abi)),
        elsewhere: Elsewhere::new(&read_all),
    };
    if arguments.files.is_empty() {
        let input = BufReader::new(io::stdin().lock());
        return Ok(outcome.max(decode_all(
            input,
            Path::new("standard input"),
            (&commands, arguments.format),
            terminal,
        )?));
    }
    for file in &arguments.files {
        let input = reading::open(file).map_err(|error| {
            let failure = Failure::new(format!("cannot read {}: {error}", file.shown()));
            failure.help("a trace that is no file can come by standard input")
        })?;
        let known = (&commands, arguments.format);
        outcome = outcome.max(decode_all(BufReader::new(input), file, known, terminal)?);
    }
    Ok(outcome)
}

/// The commands of programs, and of those that are built with a 64-bit `time_t` where others are not.
struct Known<'l, 'a> {
    usual: Commands<'l, 'a>,
    wide_time: Option<Commands<'l, 'a>>,
    elsewhere: Elsewhere<'l>,
}

impl<'l, 'a> Known<'l, 'a> {
    /// Those that know the command of a call, and whether they are the second kind.
    fn of(&self, call: &Call) -> (&Commands<'l, 'a>, &'static str) {
        let knows = |commands: &&Commands<'l, 'a>| !commands.find(&call.request).is_empty();
        match self.wide_time.as_ref().filter(knows) {
            Some(wide) if !knows(&&self.usual) => (wide, "  from a program with a 64-bit time_t\n"),
            _ => (&self.usual, ""),
        }
    }
}

/// The one ABI that was asked for, or the machine's own.
fn abi(arguments: &Arguments) -> Result<AbiId, Failure> {
    let named = arguments.reading.abis();
    match named.map(|abis| (abis.len(), abis.first())) {
        None => Ok(own_abi()),
        Some((1, Some(only))) => Ok(only),
        Some(_) => {
            Err(Failure::new("a trace is of programs of one ABI").help("name one with `--abi`"))
        }
    }
}

/// The ABI that this program was compiled for, as far as its parts tell.
fn own_abi() -> AbiId {
    let arch = std::env::consts::ARCH;
    let little = cfg!(target_endian = "little");
    let own = ioctlkit_abi::ABIS.iter().find(|abi| {
        let same_order = (abi.byte_order == ioctlkit_abi::ByteOrder::Little) == little;
        let same_size = usize::from(abi.pointer_size) == size_of::<usize>();
        abi.name.starts_with(arch) && same_order && same_size
    });
    own.map_or_else(|| AbiSet::ALL.first().unwrap_or_else(|| ioctlkit_abi::ABIS[0].id()), Abi::id)
}

/// No trace has lines as long as this, in bytes. What has is not read any further.
const LONGEST: u64 = 1 << 20;

fn decode_all(
    mut input: impl BufRead,
    file: &Path,
    (commands, format): (&Known<'_, '_>, AnswerFormat),
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::Clean;
    let mut number = 0_u64;
    loop {
        let mut line = Vec::new();
        let read = input.by_ref().take(LONGEST).read_until(b'\n', &mut line);
        let length =
            read.map_err(|error| Failure::of_io(&format!("cannot read {}", file.shown()), &error))?;
        if length == 0 {
            return Ok(outcome);
        }
        number += 1;
        if length as u64 == LONGEST && !line.ends_with(b"\n") {
            terminal.say(|out, _| {
                let (file, most) = (file.shown(), reading::Size(LONGEST));
                writeln!(out, "{file}:{number}: a line of {most} or more; the rest was not read")
            });
            return Ok(Outcome::Failed);
        }
        match decode::call(&String::from_utf8_lossy(&line)) {
            None => {}
            Some(Ok(call)) => match format {
                AnswerFormat::Text => {
                    terminal.print(|out, style| write_call(&call, commands, style, out))?;
                }
                AnswerFormat::Json => terminal
                    .print_exactly(|out, _| json::write_call(&call, commands.of(&call).0, out))?,
            },
            Some(Err(error)) => {
                outcome = Outcome::Failed;
                terminal.say(|out, _| writeln!(out, "{}:{number}: {error}", file.shown()));
            }
        }
    }
}

fn write_call(
    call: &Call,
    known: &Known<'_, '_>,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (commands, whose) = known.of(call);
    let found = commands.find(&call.request);
    let number = commands.number(&call.request);
    let name = match (found.first(), number) {
        (Some(first), _) => first.name().to_owned(),
        (None, Some(number)) => format!("{number:#010x}"),
        (None, None) => "unknown".to_owned(),
    };
    write!(out, "{} on {}", bold(&name, style), call.fd)?;
    if let Some(number) = number {
        let parts = parts(commands.abi().abi().encoding.decode(number));
        write!(out, ", {number:#010x}, {parts}")?;
    }
    if let Some(result) = &call.result {
        write!(out, ", returned {result}")?;
    }
    writeln!(out)?;
    out.write_all(whose.as_bytes())?;
    write_definitions(&found, number, (commands, &known.elsewhere), out)?;
    for sentence in found.iter().flat_map(|found| {
        kernel_copies::sentences(commands.layouts(), *found, AbiSet::only(commands.abi()))
    }) {
        writeln!(out, "  {sentence}")?;
    }
    let ty = found.first().and_then(|first| first.argument(commands.abi()));
    match &call.argument {
        Given::Nothing => Ok(()),
        Given::Number(value) => writeln!(out, "  argument {value:#x}"),
        Given::Told(text) => writeln!(out, "  argument {text}"),
        Given::Bytes(bytes) => write_bytes(bytes, ty, commands, out),
    }
}

fn write_definitions(
    found: &[Numbered<'_>],
    number: Option<u32>,
    (commands, elsewhere): (&Commands<'_, '_>, &Elsewhere<'_>),
    out: &mut dyn Write,
) -> io::Result<()> {
    let sources = &commands.layouts().interface().sources;
    let place = |found: &Numbered<'_>| {
        let line = sources.position(found.span()).line;
        format!("{}:{line}", sources.path(found.span()).shown())
    };
    if let Some((first, others)) = found.split_first() {
        writeln!(out, "  defined at {}", place(first))?;
        for other in others {
            writeln!(out, "  or {}, {}", other.name(), place(other))?;
        }
        return Ok(());
    }
    if let Some(owner) = number.and_then(|number| elsewhere.sentence(number)) {
        let own = commands.abi().abi().name;
        return writeln!(out, "  no command has that number on {own}; {owner}");
    }
    let near = number.map_or(&[][..], |number| commands.near(number));
    match near.first() {
        Some(first) => writeln!(
            out,
            "  no command has that number; {} has its type and nr, {}",
            first.name(),
            place(first)
        ),
        None => writeln!(out, "  no header that was read defines it"),
    }
}

fn write_bytes(
    bytes: &[u8],
    ty: Option<&Type>,
    commands: &Commands<'_, '_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let layouts = commands.layouts();
    let Some(ty) = ty else {
        let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        return writeln!(out, "  argument, of a type that no header says: {}", bytes.join(" "));
    };
    let size = layouts.type_size(ty, commands.abi()).map(|ty| ty.size);
    let abi = commands.abi().abi().name;
    let name = layouts.interface().type_name(ty);
    match size {
        Ok(size) if size == bytes.len() as u64 => writeln!(out, "  {name}, {size} bytes")?,
        Ok(size) => {
            writeln!(out, "  {name}, {size} bytes on {abi}, of which {} are given", bytes.len())?;
        }
        Err(error) => writeln!(out, "  {name}, without a layout on {abi}: {error}")?,
    }
    let rows = decode::members(layouts, ty, commands.abi(), bytes);
    let width = rows.iter().map(|row| row.path.len()).max().unwrap_or(0).min(40);
    rows.iter().try_for_each(|row| write_row(row, width, out))
}

fn write_row(row: &Row, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let Row { offset_bits, path, ty, value } = row;
    let at = match offset_bits % 8 {
        0 => format!("{}", offset_bits / 8),
        bit => format!("{}.{bit}", offset_bits / 8),
    };
    let value = value.as_deref().unwrap_or("not given");
    writeln!(out, "  {at:>6}  {path:width$}  {value}  ({ty})")
}

/// `_IOWR('X', 121, 24 bytes)`.
fn parts(decoded: Decoded) -> String {
    let Decoded { direction, type_letter, nr, size } = decoded;
    let letter = ioctl_lint::numbering::letter(type_letter.into());
    match direction {
        Some(Direction::None) => format!("_IO({letter}, {nr})"),
        Some(direction) => format!("{}({letter}, {nr}, {size} bytes)", direction.macro_name()),
        None => format!("type {letter}, nr {nr}, {size} bytes"),
    }
}
