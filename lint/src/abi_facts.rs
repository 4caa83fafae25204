//! What the table of ABIs says, in words: for a terminal and for the book.

use ioctlkit_abi::{Abi, ByteOrder, Encoding, Provenance};

/// `little` or `big`.
pub fn order(abi: &Abi) -> &'static str {
    match abi.byte_order {
        ByteOrder::Little => "little",
        ByteOrder::Big => "big",
    }
}

/// A word for an encoding, by the width of its size field.
pub fn encoding_name(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Generic => "14 bits",
        Encoding::ThirteenBits => "13 bits",
        Encoding::Sparc => "13 or 14 bits",
        Encoding::Parisc => "14 bits, directions swapped",
    }
}

/// Which compiler or document a row was compared with.
pub fn provenance(provenance: Provenance) -> String {
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
