//! What is copied, and how many bytes that is on each ABI.

use std::fmt;

use ioctlkit_abi::{Abi, AbiId, AbiSet};

/// What is read or written through an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extent<'a> {
    /// What.
    pub what: What<'a>,
    /// How many bytes; none are known where it depends on what the program asks for.
    pub sizes: Sizes<'a>,
}

/// What is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What<'a> {
    /// All of a type, as the kernel's source spells it.
    Type(&'a str),
    /// As many bytes as the number of the command says.
    Number,
    /// So many bytes, without a type.
    Bytes,
    /// Members, as `.a .b`.
    Members(&'a str),
    /// An amount that depends on data: a string, an array, a prefix.
    Varying,
}

/// Counts of bytes by ABI, as the data file spells them: `8` on every ABI, `8/4` on 64-bit and on 32-bit
/// ABIs, with exceptions behind it (`40/32,m68k=30`), and `?` where the count is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes<'a>(&'a str);

impl<'a> Extent<'a> {
    /// Reads what [`Extent`]'s `Display` writes.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (what, sizes) = text.rsplit_once(' ')?;
        let what = match what {
            "number" => What::Number,
            "bytes" => What::Bytes,
            "varying" => What::Varying,
            members if members.starts_with('.') => What::Members(members),
            ty => What::Type(ty),
        };
        Some(Self { what, sizes: Sizes::parse(sizes)? })
    }

    /// How many bytes are copied on an ABI, where that is a constant that is known. For
    /// [`What::Number`] the number says it.
    pub fn bytes(&self, abi: AbiId) -> Option<u64> {
        self.sizes.on(abi)
    }
}

impl fmt::Display for Extent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            What::Type(text) | What::Members(text) => text,
            What::Number => "number",
            What::Bytes => "bytes",
            What::Varying => "varying",
        };
        write!(f, "{what} {}", self.sizes.0)
    }
}

impl<'a> Sizes<'a> {
    /// Reads a spelling, and checks all of it.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(',');
        let (wide, narrow) = halves(parts.next()?);
        size(wide)?;
        size(narrow)?;
        parts.all(|part| exception(part).is_some()).then_some(Self(text))
    }

    /// The spelling of what `size` says of each ABI, with as few exceptions as there can be.
    pub fn spelled(size: impl Fn(AbiId) -> Option<u64>) -> String {
        let word = |size: Option<u64>| size.map_or("?".to_owned(), |size| size.to_string());
        let wide = most_frequent(AbiSet::of(Abi::is_64_bit), &size);
        let narrow = most_frequent(AbiSet::of(|abi| !abi.is_64_bit()), &size);
        let mut text = word(wide);
        if wide != narrow {
            text = format!("{text}/{}", word(narrow));
        }
        for id in AbiSet::ALL {
            let usual = if id.abi().is_64_bit() { wide } else { narrow };
            let own = size(id);
            if own != usual {
                text = format!("{text},{}={}", id.abi().name, word(own));
            }
        }
        text
    }

    fn on(self, abi: AbiId) -> Option<u64> {
        let mut parts = self.0.split(',');
        let (wide, narrow) = halves(parts.next()?);
        let usual = if abi.abi().is_64_bit() { wide } else { narrow };
        let own = parts.filter_map(exception).find(|(name, _)| *name == abi.abi().name);
        own.map_or_else(|| size(usual).flatten(), |(_, size)| size)
    }
}

fn halves(text: &str) -> (&str, &str) {
    text.split_once('/').unwrap_or((text, text))
}

/// A size or `?`; nothing where it is neither.
#[expect(clippy::option_option, reason = "an unknown size is one that is spelled")]
fn size(text: &str) -> Option<Option<u64>> {
    match text {
        "?" => Some(None),
        digits => digits.parse().ok().map(Some),
    }
}

fn exception(part: &str) -> Option<(&str, Option<u64>)> {
    let (name, text) = part.split_once('=')?;
    Abi::by_name(name)?;
    Some((name, size(text)?))
}

/// What most of the ABIs have; of two that as many have, what the first ABI of them has.
fn most_frequent(among: AbiSet, size: &impl Fn(AbiId) -> Option<u64>) -> Option<u64> {
    let mut counts: Vec<(Option<u64>, usize)> = Vec::new();
    for id in among {
        let own = size(id);
        match counts.iter_mut().find(|(known, _)| *known == own) {
            Some((_, count)) => *count += 1,
            None => counts.push((own, 1)),
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max()?;
    counts.into_iter().find(|(_, count)| *count == most)?.0
}
