//! System calls, which seccomp filters keep.

pub(crate) mod building;
mod changes;
pub(crate) mod introspection;
mod mediated;
mod reading;

use std::collections::BTreeMap;
use std::path::PathBuf;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

use crate::Calls;
use mediated::Mediator;

/// The calls of a filter with the conditions under which it acts, of which one has to hold; without
/// any, it always does.
type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Filters that are not in place yet.
pub(crate) struct Prepared {
    filters: Vec<BpfProgram>,
    mediator: Option<Mediator>,
}

/// Prepares filters, and for building whoever changes files below `writable`.
pub(crate) fn prepared(calls: Calls, writable: &[PathBuf]) -> Result<Prepared, String> {
    Ok(match calls {
        Calls::Reading => Prepared { filters: vec![reading::filter()?], mediator: None },
        Calls::Building => {
            Prepared { filters: building::filters()?, mediator: Some(Mediator::start(writable)?) }
        }
    })
}

impl Prepared {
    /// Puts them in place.
    pub(crate) fn restrict(self) -> Result<(), String> {
        let apply = |filter: &BpfProgram| {
            seccompiler::apply_filter(filter).map_err(|error| error.to_string())
        };
        self.filters.iter().try_for_each(apply)?;
        let Some(mediator) = self.mediator else { return Ok(()) };
        let Err(error) = mediator.listen() else { return Ok(()) };
        // Nobody makes the changes, so they are refused, whatever the reason is.
        apply(&building::without_mediator()?)?;
        let is_expected = error.raw_os_error() == Some(libc::EBUSY);
        if is_expected { Ok(()) } else { Err(format!("no listener: {error}")) }
    }
}

/// A filter that does one thing with the calls of the rules, and another with all others.
fn filter(
    rules: Rules,
    matching: SeccompAction,
    others: SeccompAction,
) -> Result<BpfProgram, String> {
    let arch: TargetArch = std::env::consts::ARCH
        .try_into()
        .map_err(|_| format!("no filter for {}", std::env::consts::ARCH))?;
    SeccompFilter::new(rules, others, matching, arch)
        .and_then(TryInto::try_into)
        .map_err(|error| error.to_string())
}

/// That an argument, counted from 0, is so.
fn rule(
    argument: u8,
    width: SeccompCmpArgLen,
    operator: SeccompCmpOp,
    value: u64,
) -> Result<SeccompRule, String> {
    SeccompCondition::new(argument, width, operator, value)
        .and_then(|condition| SeccompRule::new(vec![condition]))
        .map_err(|error| error.to_string())
}

/// That of several arguments, counted from 0, each has all of these bits set.
fn all_set(arguments: &[(u8, i32)]) -> Result<SeccompRule, String> {
    let conditions = arguments.iter().map(|&(argument, bits)| {
        let (operator, value) = masked(bits, bits);
        SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value)
    });
    conditions
        .collect::<Result<_, _>>()
        .and_then(SeccompRule::new)
        .map_err(|error| error.to_string())
}

/// That of the bits of a mask, exactly these are set.
fn masked(mask: i32, bits: i32) -> (SeccompCmpOp, u64) {
    (SeccompCmpOp::MaskedEq(mask.unsigned_abs().into()), bits.unsigned_abs().into())
}

fn refusing(error: i32) -> SeccompAction {
    SeccompAction::Errno(error.unsigned_abs())
}
