//! The editor's capabilities, and those that the server announces.

use std::path::PathBuf;

use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CodeLensOptions,
    CompletionOptions, DeclarationCapability, ExecuteCommandOptions, HoverProviderCapability,
    ImplementationProviderCapability, InitializeParams, OneOf, ServerCapabilities,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
};

use super::{explain, uri};

/// Something that not every editor can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ability {
    /// Say which files have changed, where it is asked to.
    Watch,
    /// Open pages that it is asked to.
    Show,
    /// Take edits with the version of the text that they are for.
    TakeVersions,
    /// Ask for the edit of an action when that was chosen.
    ResolveEdits,
    /// Ask for inlay hints anew.
    RefreshHints,
    /// Ask for code lenses anew.
    RefreshLenses,
}

/// What the editor has said of itself.
#[derive(Debug, Default)]
pub(super) struct Client {
    abilities: Vec<Ability>,
    /// The folders of the workspace.
    pub(super) folders: Vec<PathBuf>,
}

impl Client {
    pub(super) fn of(params: &InitializeParams) -> Self {
        let workspace = params.capabilities.workspace.clone().unwrap_or_default();
        let window = params.capabilities.window.clone().unwrap_or_default();
        let texts = params.capabilities.text_document.clone().unwrap_or_default();
        let actions = texts.code_action.filter(|it| it.data_support == Some(true));
        let properties = actions.and_then(|it| it.resolve_support).map(|it| it.properties);
        let resolves = properties.map(|all| all.iter().any(|property| property == "edit"));
        let stated = [
            (
                Ability::Watch,
                workspace.did_change_watched_files.and_then(|it| it.dynamic_registration),
            ),
            (Ability::Show, window.show_document.map(|it| it.support)),
            (Ability::TakeVersions, workspace.workspace_edit.and_then(|it| it.document_changes)),
            (Ability::ResolveEdits, resolves),
            (Ability::RefreshHints, workspace.inlay_hint.and_then(|it| it.refresh_support)),
            (Ability::RefreshLenses, workspace.code_lens.and_then(|it| it.refresh_support)),
        ];
        let abilities = stated.into_iter().filter(|(_, can)| *can == Some(true));
        let folders = params.workspace_folders.iter().flatten().map(|folder| &folder.uri);
        #[expect(deprecated, reason = "older editors have one folder, and no list")]
        let root = params.root_uri.iter().filter(|_| params.workspace_folders.is_none());
        Self {
            abilities: abilities.map(|(ability, _)| ability).collect(),
            folders: folders.chain(root).filter_map(uri::path).collect(),
        }
    }

    pub(super) fn can(&self, ability: Ability) -> bool {
        self.abilities.contains(&ability)
    }
}

pub(super) fn capabilities() -> ServerCapabilities {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::INCREMENTAL),
        save: Some(true.into()),
        ..TextDocumentSyncOptions::default()
    };
    let actions = CodeActionOptions {
        code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
        resolve_provider: Some(true),
        ..CodeActionOptions::default()
    };
    let completion = CompletionOptions {
        trigger_characters: Some(["(", ",", ":", "="].map(String::from).into()),
        ..CompletionOptions::default()
    };
    let commands = ExecuteCommandOptions {
        commands: vec![explain::COMMAND.into()],
        ..ExecuteCommandOptions::default()
    };
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(actions)),
        execute_command_provider: Some(commands),
        declaration_provider: Some(DeclarationCapability::Simple(true)),
        implementation_provider: Some(ImplementationProviderCapability::Simple(true)),
        completion_provider: Some(completion),
        inlay_hint_provider: Some(OneOf::Left(true)),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: None }),
        ..ServerCapabilities::default()
    }
}
