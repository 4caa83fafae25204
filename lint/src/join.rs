//! What driver source does with a command whose argument differs between the ABIs of one machine: is it a
//! bug, or is it taken care of?

mod index;
mod verdict;

use std::collections::BTreeMap;

use ioctlkit_model::{Finding, Label, Severity};

use crate::Context;
use crate::compat::{Incompatibility, Pair};
use index::Index;
use verdict::Handling;
pub use verdict::Verdict;

/// The rules whose findings the code behind the command decides about.
const JOINED: [&str; 5] = ["C001", "C002", "C003", "L017", "N016"];

/// A verdict for each command that differs, where driver source was read.
#[derive(Debug, Default)]
pub struct Join {
    verdicts: BTreeMap<String, Verdict>,
}

impl Join {
    /// Of everything that was read; empty where there is no driver source.
    pub fn of(cx: &Context<'_>) -> Self {
        if cx.interface.code.is_empty() {
            return Self::default();
        }
        let index = Index::of(cx);
        let mut verdicts: BTreeMap<String, Verdict> = BTreeMap::new();
        for found in cx.incompatibilities() {
            let Some(verdict) = judged(cx, &index, found) else { continue };
            let name = &found.command.name;
            match verdicts.get_mut(name) {
                Some(known) if known.rank() >= verdict.rank() => {}
                Some(known) => *known = verdict,
                None => drop(verdicts.insert(name.clone(), verdict)),
            }
        }
        Self { verdicts }
    }

    fn verdict(&self, finding: &Finding) -> Option<&Verdict> {
        if !JOINED.contains(&finding.rule.code) {
            return None;
        }
        self.verdicts.get(finding.command.as_deref()?)
    }

    /// Whether the code breaks a command, by its name.
    pub fn is_broken(&self, command: &str) -> bool {
        matches!(self.verdicts.get(command), Some(Verdict::Broken { .. }))
    }

    /// Whether a finding is about a command that the code breaks.
    pub fn breaks(&self, finding: &Finding) -> bool {
        matches!(self.verdict(finding), Some(Verdict::Broken { .. }))
    }

    /// Says in a finding what the code does, and sets its severity: an error where the command is broken, a
    /// note where it is not; as it was where the code was not understood.
    pub fn apply(&self, finding: &mut Finding) {
        let Some(verdict) = self.verdict(finding) else { return };
        match verdict {
            Verdict::Broken { .. } => finding.severity = Severity::Error,
            Verdict::NotUnderstood { .. } => {}
            Verdict::Translated { .. }
            | Verdict::Harmless { .. }
            | Verdict::NeverReached { .. } => {
                finding.severity = Severity::Info;
            }
        }
        finding.verdict = Some(verdict.words());
        if let Some((span, text)) = verdict.place() {
            finding.related.push(Label { span, text });
        }
    }
}

/// The worst that holds for any pair of ABIs that meet on one machine.
fn judged<'a>(cx: &Context<'a>, index: &Index<'a>, found: &Incompatibility<'a>) -> Option<Verdict> {
    let meets = |pair: &&Pair| {
        pair.reference.abi().companions().any(|companion| companion.id() == pair.other)
    };
    let names = index.names(cx, found.command);
    let native: Vec<Handling<'_>> = verdict::native(&cx.interface.code, index, &names);
    let (built, not_built): (Vec<Pair>, Vec<Pair>) =
        found.pairs.iter().filter(meets).partition(|pair| is_built(cx, &native, **pair));
    // The first one of several that are as bad: the one that the finding shows.
    let mut worst: Option<Verdict> = None;
    let of_pair = |pair: Pair| verdict::of(cx, index, found, &names, &native, pair);
    for verdict in built.into_iter().filter_map(of_pair) {
        if worst.as_ref().is_none_or(|worst| worst.rank() < verdict.rank()) {
            worst = Some(verdict);
        }
    }
    worst.or_else(|| not_built.first().map(|pair| verdict::not_built(&native, *pair)))
}

/// Whether a kernel on which both ABIs meet can have one of the handlers at all.
fn is_built(cx: &Context<'_>, native: &[Handling<'_>], pair: Pair) -> bool {
    let arch = pair.reference.abi().kernel_arch;
    native.is_empty() || native.iter().any(|handling| handling.is_built(&cx.interface.code, arch))
}
