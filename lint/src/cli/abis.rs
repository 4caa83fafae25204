//! `ioctl-lint abis`.

use clap::Args;
use ioctlkit_abi::{ABIS, Abi, ByteOrder, Encoding, Provenance};

use super::failure::Failure;
use super::terminal::Terminal;
use super::{Outcome, table};

/// List every ABI, and where what is known of it comes from
#[derive(Debug, Args)]
pub(super) struct Arguments {}

pub(super) fn run(_: &Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let rows: Vec<[String; 7]> = ABIS.iter().map(row).collect();
    let heading = ["name", "order", "pointer", "long", "size field", "what", "known from"];
    terminal.print(|out, style| table::write(out, style, heading, &rows))?;
    Ok(Outcome::Clean)
}

fn row(abi: &Abi) -> [String; 7] {
    let order = match abi.byte_order {
        ByteOrder::Little => "little",
        ByteOrder::Big => "big",
    };
    let also = if abi.also.is_empty() { String::new() } else { format!("; also {}", abi.also) };
    [
        abi.name.to_owned(),
        order.to_owned(),
        format!("{} bit", abi.pointer_size * 8),
        format!("{} bit", abi.long_size * 8),
        encoding_name(abi.encoding).to_owned(),
        format!("{}{also}", abi.description),
        provenance(abi.provenance),
    ]
}

/// A word for an encoding, by the width of its size field.
pub(super) fn encoding_name(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Generic => "14 bits",
        Encoding::ThirteenBits => "13 bits",
        Encoding::Sparc => "13 or 14 bits",
        Encoding::Parisc => "14 bits, directions swapped",
    }
}

fn provenance(provenance: Provenance) -> String {
    match provenance {
        Provenance::Gcc { package, flags, .. } => {
            let command: Vec<&str> = [package].into_iter().chain(flags.iter().copied()).collect();
            format!("verified with gcc 12 ({})", command.join(" "))
        }
        Provenance::Documents(sources) => {
            format!("unverified: no compiler, from documents ({sources})")
        }
    }
}
