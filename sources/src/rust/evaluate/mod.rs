//! What constants and types come to, on the ABIs of one class.

use std::collections::HashSet;
use std::sync::Arc;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::RecordId;

use crate::rust::resolve::crates::Resolver;
use crate::rust::resolve::scopes::ScopeId;
use crate::rust::syntax::item::Item;
use build::Builder;

pub(crate) mod build;
pub(crate) mod constants;
pub(crate) mod contract;
pub(crate) mod known_types;
pub(crate) mod records;
pub(crate) mod types;

/// So many calls are worked out for one class of ABIs: functions may call each other without end.
const MOST_CALLS: u32 = 1 << 18;

/// What becomes of a type that the source does not define.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Elsewhere {
    /// The `libc` crate is searched for it, and whoever reads the result hears of it if it is not there.
    Said,
    /// The `libc` crate is searched for it.
    Sought,
    /// It stays unknown. To read `libc` takes longer than to read most crates.
    Left,
}

/// Works out constants and types, and files what it defines along the way.
pub(crate) struct Evaluator<'a> {
    pub(crate) names: Resolver<'a>,
    pub(crate) builder: &'a mut Builder,
    pub(crate) abis: AbiSet,
    /// The records that were read for this class.
    done: HashSet<RecordId>,
    /// What pointers point to, to be defined when everything else is.
    pending: Vec<(ScopeId, Arc<Item>)>,
    /// What becomes of types that the source does not define.
    pub(crate) elsewhere: Elsewhere,
    /// How many calls may be worked out yet.
    calls_left: u32,
}

impl<'a> Evaluator<'a> {
    /// For a class of ABIs.
    pub(crate) fn new(names: Resolver<'a>, builder: &'a mut Builder, abis: AbiSet) -> Self {
        Self {
            names,
            builder,
            abis,
            done: HashSet::new(),
            pending: Vec::new(),
            elsewhere: Elsewhere::Said,
            calls_left: MOST_CALLS,
        }
    }

    /// Takes one call of those that may be worked out; `None` where none is left.
    fn spend(&mut self) -> Option<()> {
        self.calls_left = self.calls_left.checked_sub(1)?;
        if self.calls_left == 0 {
            self.builder.too_many_calls(MOST_CALLS);
        }
        Some(())
    }
}
