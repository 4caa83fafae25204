//! `ioctl-lint abis`.

use clap::Args;
use ioctl_lint::abi_facts::{encoding_name, order, provenance};
use ioctlkit_abi::{ABIS, Abi};
use serde::Serialize;

use super::answer::{self, AnswerFormat};
use super::failure::Failure;
use super::terminal::Terminal;
use super::{Outcome, table};

/// List every ABI, and how its properties were verified
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// How to list them
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: AnswerFormat,
}

/// An ABI for programs.
#[derive(Serialize)]
struct Entry {
    name: &'static str,
    description: &'static str,
    kernel_arch: &'static str,
    byte_order: &'static str,
    /// In bytes.
    pointer_size: u8,
    /// In bytes.
    long_size: u8,
    size_field: &'static str,
    char_signed: bool,
    /// The 32-bit ABIs whose programs its kernel runs as well.
    compat: &'static [&'static str],
    also: &'static str,
    known_from: String,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    if arguments.format == AnswerFormat::Json {
        let entries: Vec<Entry> = ABIS.iter().map(entry).collect();
        terminal.print_exactly(|out, _| answer::write(&entries, out))?;
        return Ok(Outcome::Clean);
    }
    let rows: Vec<[String; 7]> = ABIS.iter().map(row).collect();
    let heading = ["name", "order", "pointer", "long", "size field", "what", "known from"];
    terminal.print(|out, style| table::write(out, style, heading, &rows))?;
    Ok(Outcome::Clean)
}

fn entry(abi: &Abi) -> Entry {
    Entry {
        name: abi.name,
        description: abi.description,
        kernel_arch: abi.kernel_arch,
        byte_order: order(abi),
        pointer_size: abi.pointer_size,
        long_size: abi.long_size,
        size_field: encoding_name(abi.encoding),
        char_signed: abi.char_signed,
        compat: abi.compat,
        also: abi.also,
        known_from: provenance(abi.provenance),
    }
}

fn row(abi: &Abi) -> [String; 7] {
    let also = if abi.also.is_empty() { String::new() } else { format!("; also {}", abi.also) };
    [
        abi.name.to_owned(),
        order(abi).to_owned(),
        format!("{} bit", abi.pointer_size * 8),
        format!("{} bit", abi.long_size * 8),
        encoding_name(abi.encoding).to_owned(),
        format!("{}{also}", abi.description),
        provenance(abi.provenance),
    ]
}
