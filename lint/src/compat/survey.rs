//! Every command on every pair of ABIs that meet on one machine.

use std::cell::OnceCell;
use std::cmp::Reverse;
use std::collections::HashMap;

use ioctlkit_abi::{ABIS, Abi, AbiId, AbiSet};
use ioctlkit_model::{Argument, Command, Constant, Layouts, RecordId, Type};

use super::{Cause, Difference, Shape, compare};
use crate::unstated::Unstated;

/// A command whose argument is not the same everywhere. No pair of ABIs is in two of them.
#[derive(Debug)]
pub struct Incompatibility<'a> {
    /// The command.
    pub command: &'a Command,
    /// What kind of trouble it is.
    pub kind: Kind,
    /// Every pair of ABIs that it is about; the first is the one to show.
    pub pairs: Vec<Pair>,
    /// How the argument differs between the ABIs of the first pair.
    pub difference: Difference<'a>,
    /// The structure, where the number does not say that there is an argument.
    pub unstated: Option<RecordId>,
}

/// Which ABIs differ, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A 64-bit ABI and its 32-bit companion, because members are aligned otherwise.
    Alignment,
    /// A 64-bit ABI and its 32-bit companion, because members have other sizes.
    WordSize,
    /// An ABI with 32-bit pointers on 64-bit registers agrees neither with its 64-bit host nor
    /// with the host's plain 32-bit companion.
    ThirdLayout,
    /// Only ABIs that align 32-bit integers to 2 bytes differ.
    HalfwordAlignment,
    /// Only ABIs that round structures up differ.
    RecordRounding,
}

/// Two ABIs that were compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The 64-bit ABI, or the one that most others agree with.
    pub reference: AbiId,
    /// The one that differs from it.
    pub other: AbiId,
}

impl Incompatibility<'_> {
    /// Every ABI that is part of it.
    pub fn abis(&self) -> AbiSet {
        self.pairs.iter().flat_map(|pair| [pair.reference, pair.other]).collect()
    }
}

/// Looks at every command of the interface, in order. `unstated` has the arguments that numbers do
/// not hold.
pub fn survey<'a>(layouts: &Layouts<'a>, unstated: &Unstated) -> Vec<Incompatibility<'a>> {
    let mut judged: HashMap<(Signature<'a>, Option<RecordId>), Vec<Verdict<'a>>> = HashMap::new();
    let mut found = Vec::new();
    for command in &layouts.interface().commands {
        // Commands share arguments: each is looked at once.
        let unstated = unstated.record(command);
        let verdicts = judged
            .entry((signature(command), unstated))
            .or_insert_with(|| judge(&Family::new(layouts, command, unstated)));
        found.extend(verdicts.iter().cloned().map(|Verdict { kind, pairs, difference }| {
            Incompatibility { command, kind, pairs, difference, unstated }
        }));
    }
    found
}

/// What commands with the same argument have in common.
type Signature<'a> = Vec<(AbiSet, Option<&'a Type>, Option<&'a Constant>)>;

fn signature(command: &Command) -> Signature<'_> {
    let variants = command.variants.iter();
    variants
        .map(|(abis, body)| match &body.argument {
            Argument::None => (abis, None, None),
            Argument::Type(ty) | Argument::SizeOfType(ty) => (abis, Some(ty), None),
            Argument::Size(size) => (abis, None, Some(size)),
        })
        .collect()
}

/// The argument of a command on each ABI, flattened where somebody asks.
struct Family<'l, 'a> {
    layouts: &'l Layouts<'a>,
    command: &'a Command,
    unstated: Option<RecordId>,
    shapes: Vec<OnceCell<Option<Shape<'a>>>>,
}

impl<'l, 'a> Family<'l, 'a> {
    fn new(layouts: &'l Layouts<'a>, command: &'a Command, unstated: Option<RecordId>) -> Self {
        let shapes = std::iter::repeat_with(OnceCell::new).take(ABIS.len()).collect();
        Self { layouts, command, unstated, shapes }
    }

    /// The ABIs that were looked at and have the command.
    fn abis(&self) -> AbiSet {
        self.layouts.interface().abis.intersection(self.command.variants.abis())
    }

    fn get(&self, abi: AbiId) -> Option<&Shape<'a>> {
        let shape = self.shapes[abi.index()].get_or_init(|| {
            let argument = &self.command.variants.get(abi)?.argument;
            if let (Argument::None, Some(id)) = (argument, self.unstated) {
                return Shape::of_record(self.layouts, id, abi).ok();
            }
            Shape::of_argument(self.layouts, argument, abi)?.ok()
        });
        shape.as_ref()
    }

    /// How the argument differs; `None` also where it has no shape on one of the two.
    fn compare(&self, reference: AbiId, other: AbiId) -> Option<Difference<'a>> {
        compare(self.get(reference)?, self.get(other)?)
    }
}

/// An [`Incompatibility`] before a command is put to it.
#[derive(Debug, Clone)]
struct Verdict<'a> {
    kind: Kind,
    pairs: Vec<Pair>,
    difference: Difference<'a>,
}

fn judge<'a>(family: &Family<'_, 'a>) -> Vec<Verdict<'a>> {
    let mut plain = Vec::new();
    let mut third = Vec::new();
    for host in family.abis().iter().filter(|id| id.abi().is_64_bit()) {
        compare_companions(host, family, &mut plain, &mut third);
    }
    // Where both causes are at work somewhere, the graver one gives the name and comes first.
    plain.sort_by_key(|(_, difference)| Reverse(difference.cause()));
    let kind = match plain.first().map(|(_, difference)| difference.cause()) {
        Some(Cause::WordSize) => Kind::WordSize,
        Some(Cause::Alignment) | None => Kind::Alignment,
    };
    let mut found = Vec::new();
    found.extend(verdict(kind, plain));
    found.extend(verdict(Kind::ThirdLayout, third));
    if found.is_empty() {
        let halfword = outliers(family, Abi::under_aligns_32_bit);
        found.extend(verdict(Kind::HalfwordAlignment, halfword));
        found.extend(verdict(Kind::RecordRounding, outliers(family, Abi::rounds_records)));
    }
    found
}

type Compared<'a> = (Pair, Difference<'a>);

fn verdict(kind: Kind, compared: Vec<Compared<'_>>) -> Option<Verdict<'_>> {
    let pairs = compared.iter().map(|(pair, _)| *pair).collect();
    let (_, difference) = compared.into_iter().next()?;
    Some(Verdict { kind, pairs, difference })
}

/// Compares a 64-bit ABI with the 32-bit ABIs whose programs its kernel runs.
fn compare_companions<'a>(
    host: AbiId,
    family: &Family<'_, 'a>,
    plain: &mut Vec<Compared<'a>>,
    third: &mut Vec<Compared<'a>>,
) {
    let companions = host.abi().companions().map(Abi::id).chain(emulated(host, family));
    let companions =
        companions.filter(|id| family.abis().contains(*id) && family.get(*id).is_some());
    let (ilp32, ordinary): (Vec<AbiId>, Vec<AbiId>) =
        companions.partition(|id| id.abi().is_ilp32_on_64_bit());
    for &other in &ordinary {
        let pair = Pair { reference: host, other };
        let difference = family.compare(host, other);
        plain.extend(difference.map(|difference| (pair, difference)));
    }
    for other in ilp32 {
        let Some(difference) = family.compare(host, other) else { continue };
        let is_as_ordinary = |known: &AbiId| family.compare(*known, other).is_none();
        let found = if ordinary.iter().any(is_as_ordinary) { &mut *plain } else { &mut *third };
        found.push((Pair { reference: host, other }, difference));
    }
}

/// The 32-bit ABIs of the host's byte order, if no two of the chosen ABIs share a kernel: whoever
/// names such ABIs together runs one's programs in an emulator on the other.
fn emulated(host: AbiId, family: &Family<'_, '_>) -> impl Iterator<Item = AbiId> {
    let chosen = family.layouts.interface().abis;
    let with_kernel: AbiSet =
        chosen.iter().flat_map(|id| id.abi().companions().map(Abi::id)).collect();
    let no_native_pair = chosen.intersection(with_kernel).is_empty();
    chosen.iter().filter(move |id| {
        let abi = id.abi();
        no_native_pair
            && !abi.is_64_bit()
            && !abi.is_ilp32_on_64_bit()
            && abi.byte_order == host.abi().byte_order
            && abi.kernel_arch != host.abi().kernel_arch
    })
}

/// The ABIs with a property that agree with none of those without it, though all members have
/// the same sizes there.
fn outliers<'a>(family: &Family<'_, 'a>, has_property: fn(&Abi) -> bool) -> Vec<Compared<'a>> {
    let (odd, others): (Vec<AbiId>, Vec<AbiId>) =
        family.abis().iter().partition(|id| has_property(id.abi()));
    let mut found = Vec::new();
    for other in odd {
        if family.get(other).is_none() {
            continue;
        }
        // One that agrees is enough to know.
        let differences: Option<Vec<Compared<'a>>> = others
            .iter()
            .filter(|reference| family.get(**reference).is_some())
            .map(|&reference| {
                let difference = family.compare(reference, other)?;
                Some((Pair { reference, other }, difference))
            })
            .collect();
        let comparable = differences
            .into_iter()
            .flatten()
            .filter(|(_, difference)| difference.cause() == Cause::Alignment);
        // The most telling counterpart is the other ABI of the same machine.
        found.extend(comparable.min_by_key(|(pair, _)| {
            pair.reference.abi().kernel_arch != pair.other.abi().kernel_arch
        }));
    }
    found
}
