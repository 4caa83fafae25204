//! Findings that follow from one another: a structure whose layout is not the same everywhere makes a
//! finding of a member, of each command that carries it, and of the numbers of these. One of them is the
//! cause that somebody mends; the others say that they follow from it. So do commands without a number in a
//! header that does not compile.

mod whole;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use ioctlkit_model::{FileId, Finding, RecordId, Severity, Span};

use crate::edits::KernelTypes;
use crate::{Context, Rule, rules};

/// Rules about where the members of an argument lie and how large it is. The first ones name what is to be
/// changed, the last ones what follows from that.
static LAYOUT: [&Rule; 17] = [
    &rules::POINTER_MEMBER,
    &rules::LONG_MEMBER,
    &rules::SIZE_T_MEMBER,
    &rules::TIME_MEMBER,
    &rules::LEGACY_TYPEDEF,
    &rules::WORD_SIZED_MEMBER,
    &rules::MISALIGNED_64,
    &rules::IMPLICIT_HOLE,
    &rules::SAME_SIZE_OTHER_LAYOUT,
    &rules::COMPAT_WORD_SIZE,
    &rules::COMPAT_ALIGNMENT,
    &rules::SIZE_NOT_MULTIPLE_OF_8,
    &rules::IMPLICIT_TAIL,
    &rules::X32_DIFFERS,
    &rules::M68K_DIFFERS,
    &rules::OABI_DIFFERS,
    &rules::NUMBER_VARIES,
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
    mark_commands(cx, findings);
    mark_packed(cx, findings);
    mark_unnumbered(cx, findings);
    mark_unread(findings);
    mark_same(findings);
}

/// What keeps several commands of a file from being read is one cause: a wrapper that nothing defines, or the
/// condition around them.
fn mark_unread(findings: &mut [Finding]) {
    let rule = rules::COMMAND_NOT_UNDERSTOOD.info.code;
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.retain(|place| findings[*place].rule.code == rule && findings[*place].cause.is_none());
    order.sort_by_key(|place| findings[*place].span);
    let mut first: HashMap<(FileId, Severity, String), String> = HashMap::new();
    for place in order {
        let finding = &findings[place];
        let Some((_, reason)) = finding.message.split_once(": ") else { continue };
        let key = (finding.span.file, finding.severity, reason.to_owned());
        let own = finding.fingerprint();
        match first.get(&key) {
            Some(cause) => findings[place].cause = Some(cause.clone()),
            None => _ = first.insert(key, own),
        }
    }
}

/// Findings of a rule that say the same of one file, as the rule says, or of one generic structure with several
/// arguments: the first is the cause. Habits keep their edits; of other findings, only causes have edits.
fn mark_same(findings: &mut [Finding]) {
    let mut first: HashMap<(&str, Severity, Span), String> = HashMap::new();
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.sort_by_key(|place| findings[*place].span);
    for place in order {
        let finding = &mut findings[place];
        let has_edits = finding.fix.as_ref().is_some_and(|fix| !fix.edits.is_empty());
        let is_generic = || finding.record.as_deref().is_some_and(|record| record.contains('<'));
        let at = if finding.is_habit {
            Span { start: 0, end: 0, ..finding.span }
        } else if is_generic() {
            finding.span
        } else {
            continue;
        };
        if (has_edits && !finding.is_habit) || finding.cause.is_some() {
            continue;
        }
        let own = finding.fingerprint();
        let known =
            first.entry((finding.rule.code, finding.severity, at)).or_insert_with(|| own.clone());
        if *known != own {
            finding.cause = Some(known.clone());
        }
    }
}

/// A command that takes a word or a pointer itself makes a finding of that, of the compat ABIs that see
/// another argument, and of the number that varies.
fn mark_commands(cx: &Context<'_>, findings: &mut [Finding]) {
    let members = Members::of(cx);
    // These name what is to be changed, as the first rules about layout do.
    let names_type = |code: &str| {
        [&rules::SIZEOF_AS_TYPE, &rules::POINTER_AS_TYPE].iter().any(|rule| rule.info.code == code)
    };
    let rank = |code: &str| if names_type(code) { 0 } else { rank(code) + 1 };
    let mut groups: BTreeMap<(FileId, &str), Vec<usize>> = BTreeMap::new();
    for (place, finding) in findings.iter().enumerate() {
        let is_meant = rank(finding.rule.code) <= LAYOUT.len()
            && finding.cause.is_none()
            && members.record(finding).is_none();
        if let (true, Some(command)) = (is_meant, &finding.command) {
            groups.entry((finding.span.file, command)).or_default().push(place);
        }
    }
    let mut follow = Vec::new();
    for mut group in groups.into_values().filter(|group| group.len() > 1) {
        group.sort_by_key(|place| {
            let finding = &findings[*place];
            (Reverse(finding.severity), rank(finding.rule.code), finding.span)
        });
        let Some((cause, others)) = group.split_first() else { continue };
        let fingerprint = findings[*cause].fingerprint();
        follow.extend(others.iter().map(|place| (*place, fingerprint.clone())));
    }
    for (place, fingerprint) in follow {
        findings[place].cause = Some(fingerprint);
    }
}

/// A 64-bit member that is misaligned because it is packed: whoever gives it a place of its own drops the
/// packing.
fn mark_packed(cx: &Context<'_>, findings: &mut [Finding]) {
    let members = Members::of(cx);
    let is_open = |it: &Finding, rule: &Rule| it.rule.code == rule.info.code && it.cause.is_none();
    let mut misaligned: HashMap<RecordId, (Span, String)> = HashMap::new();
    for finding in findings.iter().filter(|it| is_open(it, &rules::MISALIGNED_64)) {
        if let Some(record) = members.record(finding) {
            misaligned.entry(record).or_insert_with(|| (finding.span, finding.fingerprint()));
        }
    }
    for finding in findings.iter_mut().filter(|it| is_open(it, &rules::PACKED)) {
        let Some((span, cause)) = members.record(finding).and_then(|it| misaligned.get(&it)) else {
            continue;
        };
        // A member that is packed by itself moves no other one.
        if finding.member.is_none() || finding.span == *span {
            finding.cause = Some(cause.clone());
        }
    }
}

/// A header that does not compile leaves its commands without numbers: to mend it is one edit. What was not
/// followed for the condition that it stands under is not meant, and nothing follows from what is less severe.
fn mark_unnumbered(cx: &Context<'_>, findings: &mut [Finding]) {
    let is = |finding: &Finding, rule: &Rule| finding.rule.code == rule.info.code;
    let broken: HashMap<FileId, (Severity, String)> = findings
        .iter()
        .filter(|finding| is(finding, &rules::NOT_SELF_CONTAINED))
        .map(|finding| (finding.span.file, (finding.severity, finding.fingerprint())))
        .collect();
    let unknown = cx.interface.not_understood.iter();
    let encoders: HashSet<Span> =
        unknown.filter(|unknown| unknown.is_encoder()).map(|unknown| unknown.span).collect();
    for finding in findings.iter_mut().filter(|finding| {
        is(finding, &rules::COMMAND_NOT_UNDERSTOOD) || is(finding, &rules::LAYOUT_UNKNOWN)
    }) {
        let cause = broken.get(&finding.span.file).filter(|(severity, _)| {
            *severity >= finding.severity && !encoders.contains(&finding.span)
        });
        finding.cause = finding.cause.take().or_else(|| Some(cause?.1.clone()));
    }
}

fn rank(code: &str) -> usize {
    LAYOUT.iter().position(|known| known.info.code == code).unwrap_or(LAYOUT.len())
}

/// The findings about the layout of each structure, by their places.
fn groups(cx: &Context<'_>, findings: &[Finding]) -> BTreeMap<RecordId, Vec<usize>> {
    let members = Members::of(cx);
    let mut by_command: HashMap<&str, RecordId> = HashMap::new();
    let mut groups: BTreeMap<RecordId, Vec<usize>> = BTreeMap::new();
    let is_number_varies = |it: &Finding| it.rule.code == rules::NUMBER_VARIES.info.code;
    let of_layout =
        || findings.iter().enumerate().filter(|(_, it)| rank(it.rule.code) < LAYOUT.len());
    for (place, finding) in of_layout().filter(|(_, it)| !is_number_varies(it)) {
        let Some(record) = members.record(finding) else { continue };
        groups.entry(record).or_default().push(place);
        if let (Some(command), true) = (&finding.command, finding.rule.code.starts_with('C')) {
            by_command.entry(command).or_insert(record);
        }
    }
    // The number follows from whatever the command's argument follows from.
    for (place, finding) in of_layout().filter(|(_, it)| is_number_varies(it)) {
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
