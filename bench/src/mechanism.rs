//! What a mechanism is: what it is called, what it needs, and what one call does.

use std::fmt;

use crate::{Error, Missing};

/// What is compared with what. Mechanisms of different classes are never ranked against each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// What a measurement costs, and the least that a system call costs.
    Floor,
    /// The kernel is asked and has answered when the call returns.
    CallAndReturn,
    /// A record is handed over, and nobody answers.
    OneWay,
    /// Another process answers.
    PeerRoundTrip,
}

impl Class {
    /// All of them, in the order of a report.
    pub const ALL: [Self; 4] =
        [Self::Floor, Self::CallAndReturn, Self::OneWay, Self::PeerRoundTrip];

    /// The name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::CallAndReturn => "call-and-return",
            Self::OneWay => "one-way",
            Self::PeerRoundTrip => "peer-round-trip",
        }
    }

    /// The heading in a report.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Floor => "Floors",
            Self::CallAndReturn => "Call and return",
            Self::OneWay => "One-way emit",
            Self::PeerRoundTrip => "Peer round trip",
        }
    }

    /// What one call is, in a sentence's part.
    pub const fn what(self) -> &'static str {
        match self {
            Self::Floor => "what measuring costs, and the least that a system call costs",
            Self::CallAndReturn => "the kernel has answered when the call returns",
            Self::OneWay => "a record is handed over; reading it is not in the time",
            Self::PeerRoundTrip => "another process on another processor has answered",
        }
    }

    /// The class of that name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One way to use a mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variant {
    /// Empty for the only one.
    pub name: &'static str,
    /// What one call does.
    pub what: &'static str,
}

/// Which payloads a mechanism can carry, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sizes {
    /// None, or always the same.
    Fixed(usize),
    /// Any number between two, both included.
    Between(usize, usize),
}

impl Sizes {
    /// Those of `wanted` that can be carried; a mechanism with one size has that one.
    pub fn of(self, wanted: &[usize]) -> Vec<usize> {
        match self {
            Self::Fixed(size) => vec![size],
            Self::Between(least, most) => {
                wanted.iter().copied().filter(|size| (least..=most).contains(size)).collect()
            }
        }
    }

    /// The size that is nearest to the first of `wanted`; `None` if none is wanted.
    pub fn nearest(self, wanted: &[usize]) -> Option<usize> {
        let first = *wanted.first()?;
        Some(match self {
            Self::Fixed(size) => size,
            Self::Between(least, most) => first.clamp(least, most),
        })
    }
}

/// The processors of a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Processors {
    /// Where the measuring process runs.
    pub own: usize,
    /// Where its peer runs; `None` where there is only one processor.
    pub peer: Option<usize>,
}

/// What is to be measured.
#[derive(Debug, Clone, Copy)]
pub struct Request {
    /// The variant's name.
    pub variant: &'static str,
    /// The payload's bytes.
    pub size: usize,
    /// Where to run.
    pub processors: Processors,
}

/// A row of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The name, kebab-case.
    pub name: &'static str,
    /// What it is compared with.
    pub class: Class,
    /// One at least.
    pub variants: &'static [Variant],
    /// What it can carry.
    pub sizes: Sizes,
    /// What it needs, for `list`.
    pub needs: &'static str,
    /// The name of the mechanism whose time is part of this one's and is subtracted in the report:
    /// what sets a BPF program off.
    pub trigger: Option<&'static str>,
    /// Whether it can run here: by trying, where trying is cheap.
    pub requires: fn(&Request) -> Result<(), Missing>,
    /// Makes it ready to be called.
    pub open: fn(&Request) -> Result<Box<dyn Mechanism>, Error>,
}

/// What is called and timed. The harness calls [`prepare`](Self::prepare), then
/// [`call`](Self::call) as often as [`batch`](Self::batch) allows, then [`settle`](Self::settle).
pub trait Mechanism {
    /// Untimed: puts the payload of this number in place.
    ///
    /// # Errors
    /// What keeps the next call from being made.
    fn prepare(&mut self, sequence: u64) -> Result<(), Error>;

    /// The timed part: one call with the payload that was prepared.
    ///
    /// # Errors
    /// What failed; the measurement ends with it.
    fn call(&mut self) -> Result<(), Error>;

    /// Untimed: looks at what came of the `calls` calls since [`prepare`](Self::prepare), compares
    /// the payload, and makes room again. Returns how many records were lost on the way.
    ///
    /// # Errors
    /// [`Error::Corrupted`] for a payload that is not what was sent; anything else that is wrong.
    fn settle(&mut self, calls: u64) -> Result<u64, Error>;

    /// How many calls may be made before the mechanism has to settle.
    fn batch(&self) -> u64 {
        u64::MAX
    }

    /// How many messages one call sends, 1 at least. Reports divide by it.
    fn operations(&self) -> u32 {
        1
    }
}
