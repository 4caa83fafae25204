//! Runs rules over an interface.

use std::collections::{HashMap, HashSet};

use ioctlkit_model::{
    FileId, Finding, Interface, Language, Layouts, RuleInfo, Severity, SourceMap,
};
use rayon::prelude::*;

use crate::account::Account;
use crate::against::References;
use crate::causes;
use crate::edits::KernelTypes;
use crate::levels;
use crate::not_portable::is_accepted;
use crate::rules::RULES;
use crate::{Context, Levels, Rule, registry, suppression};

/// Runs `rules` and orders what they find by place, then code. A rule says nothing of a language
/// that it has no meaning for. `references` are the C headers that Rust sources are compared with.
pub fn run(
    interface: &Interface,
    references: &References,
    rules: &[&'static Rule],
) -> Vec<Finding> {
    let layouts = Layouts::new(interface);
    findings(&Context::new(&layouts).with_references(references), rules)
}

fn findings(context: &Context<'_>, rules: &[&'static Rule]) -> Vec<Finding> {
    let interface = context.interface;
    let languages: HashSet<Language> =
        interface.sources.iter().map(|(_, file)| file.language()).collect();
    let applies =
        |rule: &Rule| languages.iter().any(|language| rule.info.languages.contains(*language));
    let mut findings: Vec<Finding> = rules
        .par_iter()
        .filter(|rule| applies(rule))
        .flat_map_iter(|rule| {
            let mut found = Vec::new();
            (rule.check)(context, &mut found);
            found
        })
        .collect();
    let language = |finding: &Finding| interface.sources.file(finding.span.file).language();
    findings.retain(|finding| finding.rule.languages.contains(language(finding)));
    findings.retain(|finding| !is_accepted(finding));
    let mut kernel_types = KernelTypes::new(interface);
    for finding in &mut findings {
        kernel_types.complete(finding);
    }
    order(&mut findings, &interface.sources);
    findings
}

/// What a check of an interface comes to.
#[derive(Debug, Default)]
pub struct Checked {
    /// What is to be reported, ordered by place, then code.
    pub findings: Vec<Finding>,
    /// How many findings the sources allow.
    pub suppressed: usize,
    /// What was understood and what was not, whatever rules ran and whatever is suppressed.
    pub account: Account,
    /// Every rule that ran.
    pub rules: Vec<&'static RuleInfo>,
}

/// Runs every rule that `levels` leaves on, gives each finding the severity that it has in its
/// file, and takes out what the sources allow.
pub fn check(interface: &Interface, references: &References, levels: &Levels) -> Checked {
    let on = |rule: &RuleInfo| levels.may_report(rule);
    let rules: Vec<&'static Rule> = RULES.iter().copied().filter(|rule| on(&rule.info)).collect();
    let mut severities = Severities { interface, levels, known: HashMap::new() };
    let layouts = Layouts::new(interface);
    let context = Context::new(&layouts).with_references(references);
    let mut findings = findings(&context, &rules);
    // A structure of somebody else's header is theirs to mend; a finding about the command says what it
    // means for a command that carries it. What the code breaks is reported wherever it is declared.
    let headers = interface.headers.iter().map(|header| header.file);
    let code = interface.code.files.iter().chain(&interface.program.files);
    let calls = interface.program.calls.iter().map(|call| call.span.file);
    let asked_for: HashSet<FileId> = headers.chain(code.copied()).chain(calls).collect();
    let join = context.join();
    findings.retain(|finding| asked_for.contains(&finding.span.file) || join.breaks(finding));
    findings.retain_mut(|finding| severities.apply(finding));
    let ran = |rule: &RuleInfo, file: FileId| {
        levels.severity(rule, &interface.sources.file(file).path).is_some()
    };
    let suppressed = suppression::apply(interface, findings, ran);
    let mut findings = suppressed.findings;
    findings.retain_mut(|finding| severities.apply(finding));
    for finding in &mut findings {
        join.apply(finding);
    }
    order(&mut findings, &interface.sources);
    causes::mark(&context, &mut findings);
    Checked {
        findings,
        suppressed: suppressed.count,
        account: Account::of(&layouts),
        rules: registry::of_one_version().into_iter().filter(|rule| on(rule)).collect(),
    }
}

/// The severities of rules in files, each worked out once.
struct Severities<'a> {
    interface: &'a Interface,
    levels: &'a Levels,
    known: HashMap<(&'static str, FileId), Option<Severity>>,
}

impl Severities<'_> {
    /// Sets the finding's severity; false where the rule is off in its file.
    fn apply(&mut self, finding: &mut Finding) -> bool {
        let file = finding.span.file;
        let severity = self.known.entry((finding.rule.code, file)).or_insert_with(|| {
            self.levels.severity(finding.rule, &self.interface.sources.file(file).path)
        });
        levels::apply(finding, *severity)
    }
}

fn order(findings: &mut [Finding], sources: &SourceMap) {
    findings.sort_by_cached_key(|it| (sources.place(it.span.file), it.span, it.rule.code));
}
