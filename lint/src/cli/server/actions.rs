//! What can be done about the findings of a range: make their edits, allow them with a reason, read the rule's
//! page.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use ioctl_lint::fixes::{Plan, PlannedEdit};
use ioctl_lint::suppression;
use ioctlkit_model::{Finding, Fix, Report, Safety};
use ioctlkit_report::visible::on_one_line;
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, Diagnostic, DocumentChanges,
    NumberOrString, OneOf, OptionalVersionedTextDocumentIdentifier, Range, TextDocumentEdit,
    TextEdit, Uri, WorkspaceEdit,
};
use serde::{Deserialize, Serialize};

use super::analysis::{Part, Places};
use super::asked::Asked;
use super::client::Ability;
use super::lines::Lines;
use super::{explain, uri};

/// An edit that is offered, as the editor names it when it was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Offered {
    /// The document.
    pub(super) uri: Uri,
    /// The version of its text.
    pub(super) version: i32,
    /// The finding.
    code: String,
    fingerprint: String,
    /// Where the finding begins, for several of one fingerprint.
    start: u32,
}

/// The actions for the findings in a range of the document.
pub(super) fn of(asked: &Asked<'_>, params: &CodeActionParams) -> Vec<CodeActionOrCommand> {
    let wanted = params.context.only.as_ref();
    if wanted.is_some_and(|kinds| !kinds.iter().any(is_quick_fix)) {
        return Vec::new();
    }
    let mut actions = Vec::new();
    for part in &asked.analysis.parts {
        of_part(asked, part, params, &mut actions);
    }
    actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()
}

/// A kind stands for those below it; the empty one for all.
fn is_quick_fix(kind: &CodeActionKind) -> bool {
    *kind == CodeActionKind::QUICKFIX || *kind == CodeActionKind::EMPTY
}

fn of_part(
    asked: &Asked<'_>,
    part: &Part,
    params: &CodeActionParams,
    actions: &mut Vec<CodeAction>,
) {
    let report = Report { findings: part.findings.clone(), ..Report::default() };
    let causes: HashMap<String, &Finding> =
        report.causes().map(|finding| (finding.fingerprint(), finding)).collect();
    let found = in_range(part, &report, params.range);
    let mut fixes = Vec::new();
    let mut others = Vec::new();
    let mut explained = HashSet::new();
    for (finding, at) in found {
        let shown = diagnostics(&params.context.diagnostics, finding, at);
        // What mends the cause mends what follows from it.
        let cause = finding.cause.as_ref().and_then(|cause| causes.get(cause)).copied();
        let mended = cause.filter(|_| !finding.is_habit).unwrap_or(finding);
        if let Some(action) = fix(asked, part, mended, shown.clone())
            && !fixes.iter().any(|known: &CodeAction| known.edit == action.edit)
        {
            fixes.push(action);
        }
        others.extend(allow(asked, part, finding, shown.clone()));
        if explained.insert(finding.rule.code) {
            others.push(explanation(finding, shown));
        }
    }
    if asked.client.can(Ability::ResolveEdits) {
        // The one that is chosen is tried first.
        for action in &mut fixes {
            action.edit = None;
        }
    }
    actions.extend(fixes);
    actions.extend(others);
}

/// The findings of the document that a range meets, with where they are.
fn in_range<'a>(part: &Part, report: &'a Report, range: Range) -> Vec<(&'a Finding, Range)> {
    let mut places = Places::new(&part.interface.sources);
    let own = report.findings.iter().filter(|finding| part.owns(finding.span));
    let found = own.map(|finding| (finding, places.of(finding.span).1));
    found.filter(|(_, at)| at.start <= range.end && range.start <= at.end).collect()
}

/// The edit that was offered, if it is one of the document as it is now: as it is tried, and as the editor makes it.
pub(super) fn chosen(asked: &Asked<'_>, offered: &Offered) -> Option<(Plan, WorkspaceEdit)> {
    let is_it = |finding: &&Finding| {
        finding.span.start == offered.start
            && finding.rule.code == offered.code
            && finding.fingerprint() == offered.fingerprint
    };
    asked.analysis.parts.iter().find_map(|part| {
        let finding = part.findings.iter().find(is_it)?;
        let plan = Plan::of(finding, &part.interface.sources)?;
        let edit = workspace_edit(asked, part, &plan.edits)?;
        Some((plan, edit))
    })
}

/// What the editor shows of a finding.
fn diagnostics(known: &[Diagnostic], finding: &Finding, at: Range) -> Vec<Diagnostic> {
    let code = Some(NumberOrString::String(finding.rule.code.into()));
    let is_of = |it: &&Diagnostic| it.range == at && it.code == code;
    known.iter().filter(is_of).cloned().collect()
}

fn fix(
    asked: &Asked<'_>,
    part: &Part,
    finding: &Finding,
    shown: Vec<Diagnostic>,
) -> Option<CodeAction> {
    let plan = Plan::of(finding, &part.interface.sources)?;
    let Fix { message, safety, .. } = finding.fix.as_ref()?;
    let applicability = match safety {
        Safety::Safe => "safe: keeps every layout and number",
        Safety::ChangesAbi => "unsafe: changes the ABI",
        Safety::ChangesProgram => "unsafe: look at the other uses",
    };
    let offered = Offered {
        uri: asked.document.uri.clone(),
        version: asked.document.version,
        code: plan.key.code.to_owned(),
        fingerprint: plan.key.fingerprint.clone(),
        start: finding.span.start,
    };
    Some(CodeAction {
        is_preferred: Some(*safety == Safety::Safe),
        edit: Some(workspace_edit(asked, part, &plan.edits)?),
        data: serde_json::to_value(offered).ok(),
        ..action(&format!("{}: {message} ({applicability})", finding.rule.code), shown)
    })
}

fn allow(
    asked: &Asked<'_>,
    part: &Part,
    finding: &Finding,
    shown: Vec<Diagnostic>,
) -> Option<CodeAction> {
    let edit = suppression::insertion(&part.interface, finding)?;
    let planned = PlannedEdit {
        path: part.interface.sources.path(edit.span).to_owned(),
        start: edit.span.start as usize,
        end: edit.span.end as usize,
        replacement: edit.replacement,
    };
    let title = format!("{}: allow it here, with a reason to write", finding.rule.code);
    Some(CodeAction {
        edit: Some(workspace_edit(asked, part, &[planned])?),
        ..action(&title, shown)
    })
}

fn explanation(finding: &Finding, shown: Vec<Diagnostic>) -> CodeAction {
    let title = format!("{}: explain {}", finding.rule.code, finding.rule.slug);
    let command = Some(explain::command(finding.rule, title.clone()));
    CodeAction { command, ..action(&title, shown) }
}

fn action(title: &str, shown: Vec<Diagnostic>) -> CodeAction {
    CodeAction {
        title: on_one_line(title).into_owned(),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: (!shown.is_empty()).then_some(shown),
        ..CodeAction::default()
    }
}

/// Edits as the editor makes them; none where one is of a text that is no longer what was read.
fn workspace_edit(asked: &Asked<'_>, part: &Part, edits: &[PlannedEdit]) -> Option<WorkspaceEdit> {
    let mut by_file: Vec<(&Path, Vec<TextEdit>)> = Vec::new();
    for edit in edits {
        let file = asked.editable(&part.interface.sources, &edit.path)?;
        let new_text = edit.replacement_in(&file.text)?;
        let range = Lines::of(&file.text).range(&file.text, edit.range());
        let edit_of_text = TextEdit { range, new_text };
        match by_file.last_mut().filter(|(path, _)| *path == edit.path) {
            Some((_, edits)) => edits.push(edit_of_text),
            None => by_file.push((&edit.path, vec![edit_of_text])),
        }
    }
    let named = by_file.into_iter().map(|(path, edits)| {
        let open = asked.open(path);
        let uri = open.map(|document| document.uri.clone()).or_else(|| uri::of(path))?;
        Some((uri, open.map(|document| document.version), edits))
    });
    let named: Vec<(Uri, Option<i32>, Vec<TextEdit>)> = named.collect::<Option<_>>()?;
    if asked.client.can(Ability::TakeVersions) {
        let edits = named.into_iter().map(|(uri, version, edits)| TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
            edits: edits.into_iter().map(OneOf::Left).collect(),
        });
        let document_changes = Some(DocumentChanges::Edits(edits.collect()));
        return Some(WorkspaceEdit { document_changes, ..WorkspaceEdit::default() });
    }
    Some(WorkspaceEdit::new(named.into_iter().map(|(uri, _, edits)| (uri, edits)).collect()))
}
