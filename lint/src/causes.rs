//! Findings that follow from one another: a structure whose layout is not the same everywhere makes a
//! finding of a member, of each command that carries it, and of the numbers of these. One of them is the
//! cause that somebody mends; the others say that they follow from it.

mod whole;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use ioctlkit_model::{Finding, RecordId, Span};

use crate::Context;
use crate::edits::KernelTypes;

/// Rules about where the members of an argument lie and how large it is. The first ones name what is to be
/// changed, the last ones what follows from that.
const LAYOUT: [&str; 17] = [
    "L004", "L003", "L005", "L006", "L020", "R002", "L012", "L001", "L017", "C002", "C001", "L013",
    "L002", "C003", "C004", "C005", "N016",
];

/// Says in each finding which other one it follows from, and gives the cause an edit of the whole structure
/// where there is one.
pub fn mark(cx: &Context<'_>, findings: &mut [Finding]) {
    let mut kernel_types = KernelTypes::new(cx.interface);
    for (record, mut group) in groups(cx, findings) {
        if group.len() < 2 {
            continue;
        }
        group.sort_by_key(|place| {
            let finding = &findings[*place];
            (Reverse(finding.severity), rank(finding.rule.code), finding.span)
        });
        let [cause, others @ ..] = &group[..] else { continue };
        let of_group: Vec<&Finding> = group.iter().map(|place| &findings[*place]).collect();
        let fix = whole::fix(cx, record, &of_group);
        let fingerprint = findings[*cause].fingerprint();
        for place in others {
            findings[*place].cause = Some(fingerprint.clone());
        }
        if fix.is_some() {
            findings[*cause].fix = fix;
            kernel_types.complete(&mut findings[*cause]);
        }
    }
}

fn rank(code: &str) -> usize {
    LAYOUT.iter().position(|known| *known == code).unwrap_or(LAYOUT.len())
}

/// The findings about the layout of each structure, by their places.
fn groups(cx: &Context<'_>, findings: &[Finding]) -> BTreeMap<RecordId, Vec<usize>> {
    let members = Members::of(cx);
    let mut by_command: HashMap<&str, RecordId> = HashMap::new();
    let mut groups: BTreeMap<RecordId, Vec<usize>> = BTreeMap::new();
    let of_layout =
        || findings.iter().enumerate().filter(|(_, it)| rank(it.rule.code) < LAYOUT.len());
    for (place, finding) in of_layout().filter(|(_, it)| it.rule.code != "N016") {
        let Some(record) = members.record(finding) else { continue };
        groups.entry(record).or_default().push(place);
        if let (Some(command), true) = (&finding.command, finding.rule.code.starts_with('C')) {
            by_command.entry(command).or_insert(record);
        }
    }
    // The number follows from whatever the command's argument follows from.
    for (place, finding) in of_layout().filter(|(_, it)| it.rule.code == "N016") {
        let of_command = finding.command.as_deref().and_then(|name| by_command.get(name));
        if let Some(record) = of_command {
            groups.entry(*record).or_default().push(place);
        }
    }
    groups
}

/// The structures by the places of their members.
struct Members<'a> {
    by_span: HashMap<Span, RecordId>,
    by_name: HashMap<&'a str, RecordId>,
}

impl<'a> Members<'a> {
    fn of(cx: &'a Context<'_>) -> Self {
        let mut by_span = HashMap::new();
        let mut by_name = HashMap::new();
        for argument in cx.argument_records() {
            by_name.entry(argument.known_as.as_str()).or_insert(argument.id);
            let members = argument.record.variants.iter().flat_map(|(_, body)| &body.members);
            for member in members {
                by_span.entry(member.name_span).or_insert(argument.id);
                by_span.entry(member.span).or_insert(argument.id);
            }
        }
        Self { by_span, by_name }
    }

    /// The structure that a finding is about: that of the member at which it stands, or that it shows, or
    /// the one that it names.
    fn record(&self, finding: &Finding) -> Option<RecordId> {
        let shown = finding.related.first().map(|label| label.span);
        [Some(finding.span), shown]
            .into_iter()
            .flatten()
            .find_map(|span| self.by_span.get(&span))
            .or_else(|| self.by_name.get(finding.record.as_deref()?))
            .copied()
    }
}
