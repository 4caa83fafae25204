//! The page of a rule, which a code action opens.

use std::str::FromStr as _;

use ioctl_lint::{docs, registry};
use ioctlkit_model::RuleInfo;
use ioctlkit_report::rule_page;
use lsp_types::notification::ShowMessage;
use lsp_types::request::ShowDocument;
use lsp_types::{
    Command, ExecuteCommandParams, MessageType, ShowDocumentParams, ShowMessageParams, Uri,
};

use super::client::{Ability, Client};
use super::transport::Outgoing;

/// The command that an editor sends back.
pub(super) const COMMAND: &str = "ioctl-lint.explain";

/// What opens the page of a rule.
pub(super) fn command(rule: &RuleInfo, title: String) -> Command {
    Command { title, command: COMMAND.into(), arguments: Some(vec![rule.code.into()]) }
}

/// The rule that the command names.
///
/// # Errors
/// Why there is none, as a message for the editor.
pub(super) fn rule(params: &ExecuteCommandParams) -> Result<&'static RuleInfo, String> {
    if params.command != COMMAND {
        return Err(format!("there is no command `{}`", params.command));
    }
    let name = params.arguments.first().and_then(|it| it.as_str());
    let name = name.ok_or("the command needs the code of a rule")?;
    registry::by_name(name).map_err(|_| format!("`{name}` is no rule"))
}

/// Has the editor open the page, or show its beginning where it opens none.
pub(super) fn show(rule: &RuleInfo, client: &Client, out: &mut Outgoing) {
    let page = rule_page(rule);
    match Uri::from_str(&page) {
        Ok(uri) if client.can(Ability::Show) => {
            out.ask::<ShowDocument>(ShowDocumentParams {
                uri,
                external: Some(true),
                take_focus: Some(true),
                selection: None,
            });
        }
        _ => {
            let text = docs::markdown(rule);
            let message = format!("{} {}: {}\n\n{page}", rule.code, rule.slug, text.trim());
            out.notify::<ShowMessage>(ShowMessageParams { typ: MessageType::INFO, message });
        }
    }
}
