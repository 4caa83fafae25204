//! The conversation with one editor.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use ioctl_lint::config;
use ioctlkit_report::visible::in_lines;
use ioctlkit_sources::Overlay;
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId};
use lsp_types::notification::{self, Notification as _};
use lsp_types::request::{self, Request as _};
use lsp_types::{
    CancelParams, CodeAction, CodeActionParams, CodeLensParams, CompletionParams,
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWatchedFilesRegistrationOptions, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, ExecuteCommandParams, FileSystemWatcher,
    GlobPattern, HoverParams, InitializeParams, InitializeResult, InlayHintParams, Location,
    MessageType, NumberOrString, PublishDiagnosticsParams, Registration, RegistrationParams,
    ServerInfo, ShowMessageParams, TextDocumentIdentifier, TextDocumentPositionParams, Uri,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::actions::Offered;
use super::analyst::{Analyst, Done, Job, Turn};
use super::asked::Asked;
use super::client::{Ability, Client, capabilities};
use super::diagnostics::{self, Published};
use super::document::Document;
use super::finder::{Counterpart, Finder, Found, Order, Trial};
use super::transport::{Incoming, Outgoing, read_all};
use super::uri;
use super::{actions, completion, counterpart, explain, hints, hover, lenses};
use crate::cli::Outcome;
use crate::cli::check::Scope;
use crate::cli::failure::Failure;

/// What the session waits for.
enum Event {
    Incoming(Incoming),
    Done(Done),
    Found(Found),
}

/// How far the conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nobody has introduced themselves.
    Begun,
    Running,
    /// Nothing but `exit` is expected.
    ShutDown,
}

/// What every question about a document names.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct About {
    text_document: TextDocumentIdentifier,
}

/// A conversation.
pub(super) struct Session {
    events: Receiver<Event>,
    out: Outgoing,
    analyst: Analyst,
    finder: Finder,
    /// Questions that the finder has, by the editor's names.
    looked_for: HashSet<RequestId>,
    phase: Phase,
    client: Client,
    /// Open texts, by the URI that the editor gives them.
    documents: BTreeMap<Uri, Document>,
    published: Published,
}

impl Session {
    pub(super) fn start(scope: Scope) -> Self {
        let (sender, events) = channel();
        let done = sender.clone();
        // What arrives after the end is of no use.
        let found = sender.clone();
        let scope = Arc::new(scope);
        let finder = Finder::start(scope.clone(), move |it| drop(found.send(Event::Found(it))));
        let analyst = Analyst::start(scope, move |it| drop(done.send(Event::Done(it))));
        read_input(sender);
        Self {
            events,
            out: Outgoing::start(),
            analyst,
            finder,
            looked_for: HashSet::new(),
            phase: Phase::Begun,
            client: Client::default(),
            documents: BTreeMap::new(),
            published: Published::default(),
        }
    }

    /// Answers until the editor leaves.
    ///
    /// # Errors
    /// What arrived that was no message.
    pub(super) fn run(mut self) -> Result<Outcome, Failure> {
        while let Ok(event) = self.events.recv() {
            match event {
                Event::Done(done) => self.take_in(done),
                Event::Found(found) => self.answer_found(found),
                Event::Incoming(Incoming::Message(Message::Request(request))) => {
                    self.request(request);
                }
                Event::Incoming(Incoming::Message(Message::Notification(notification))) => {
                    if notification.method == notification::Exit::METHOD {
                        break;
                    }
                    self.notification(notification);
                }
                // Nothing that is asked of the editor needs its answer.
                Event::Incoming(Incoming::Message(Message::Response(_))) => {}
                Event::Incoming(Incoming::Refused(code, reason)) => {
                    self.out.refuse_unknown(code, &reason);
                }
                Event::Incoming(Incoming::End) => break,
                Event::Incoming(Incoming::Broken(error)) => {
                    return Err(Failure::of_io("cannot understand standard input", &error).help(
                        "the server speaks the Language Server Protocol: an editor starts it",
                    ));
                }
            }
        }
        Ok(if self.phase == Phase::ShutDown { Outcome::Clean } else { Outcome::Left })
    }

    fn request(&mut self, request: Request) {
        let id = request.id.clone();
        match (self.phase, request.method.as_str()) {
            (Phase::Begun, request::Initialize::METHOD) => self.initialize(request),
            (Phase::Begun, _) => {
                let message = "`initialize` comes first";
                self.out.refuse(id, ErrorCode::ServerNotInitialized, message);
            }
            (Phase::Running, request::Shutdown::METHOD) => {
                self.phase = Phase::ShutDown;
                self.out.answer(id, Value::Null);
            }
            (Phase::Running, request::Initialize::METHOD) => {
                self.out.refuse(id, ErrorCode::InvalidRequest, "`initialize` came already");
            }
            (Phase::Running, request::ExecuteCommand::METHOD) => self.execute(request),
            (Phase::Running, request::CodeActionResolveRequest::METHOD) => self.resolve(request),
            (Phase::Running, request::Completion::METHOD) => self.complete(request),
            (
                Phase::Running,
                request::GotoDeclaration::METHOD | request::GotoImplementation::METHOD,
            ) => self.counterpart(request),
            (Phase::Running, request::HoverRequest::METHOD) => {
                self.of_document(request, |params: HoverParams, asked| {
                    hover::at(asked, params.text_document_position_params.position)
                });
            }
            (Phase::Running, request::CodeActionRequest::METHOD) => {
                self.of_document(request, |params: CodeActionParams, asked| {
                    actions::of(asked, &params)
                });
            }
            (Phase::Running, request::InlayHintRequest::METHOD) => {
                self.of_document(request, |params: InlayHintParams, asked| {
                    hints::within(asked, params.range)
                });
            }
            (Phase::Running, request::CodeLensRequest::METHOD) => {
                self.of_document(request, |_: CodeLensParams, asked| lenses::of(asked));
            }
            (Phase::Running, method) => {
                let message = format!("there is no request `{method}`");
                self.out.refuse(id, ErrorCode::MethodNotFound, message);
            }
            (Phase::ShutDown, _) => {
                let message = "the server was shut down: nothing but `exit` follows";
                self.out.refuse(id, ErrorCode::InvalidRequest, message);
            }
        }
    }

    /// Answers a question about a document, once the text as it is now was judged.
    fn of_document<P: DeserializeOwned, A: Serialize>(
        &mut self,
        request: Request,
        answer: impl FnOnce(P, &Asked<'_>) -> A,
    ) {
        let params = request.params.clone();
        let Some(About { text_document }) = self.params(&request.id, params.clone()) else {
            return;
        };
        let Some(params) = self.params::<P>(&request.id, params) else { return };
        let document = self.documents.get_mut(&text_document.uri);
        let Some(document) = document.filter(|document| document.path.is_some()) else {
            self.out.answer(request.id, Value::Null);
            return;
        };
        let Some(analysis) = document.analysis.clone() else {
            document.waiting.push(request);
            return;
        };
        let Some(document) = self.documents.get(&text_document.uri) else { return };
        let asked = Asked {
            analysis: &analysis,
            document,
            documents: &self.documents,
            client: &self.client,
        };
        self.out.answer(request.id, answer(params, &asked));
    }

    /// Says where the other language has what a word names: in an open text, or else in a file of the workspace,
    /// which is looked for meanwhile.
    fn counterpart(&mut self, request: Request) {
        let Some(params) =
            self.params::<TextDocumentPositionParams>(&request.id, request.params.clone())
        else {
            return;
        };
        let document = self.documents.get_mut(&params.text_document.uri);
        let document = document.filter(|document| document.path.is_some());
        let Some(document) = document else { return self.out.answer(request.id, Value::Null) };
        let Some(own) = document.analysis.clone() else { return document.waiting.push(request) };
        let subject = document.word(document.offset(params.position));
        let Some(subject) = subject.and_then(|word| counterpart::subject(&own, word)) else {
            return self.out.answer(request.id, Value::Null);
        };
        let others = self.documents.values().filter_map(|other| other.analysis.as_deref());
        let mut locations: Vec<Location> = Vec::new();
        for location in others.flat_map(|other| counterpart::locations(&own, &subject, other)) {
            if !locations.contains(&location) {
                locations.push(location);
            }
        }
        if !locations.is_empty() {
            return self.out.answer(request.id, locations);
        }
        self.looked_for.insert(request.id.clone());
        self.finder.ask(Order::Counterpart(Counterpart {
            id: request.id,
            own,
            subject,
            folders: self.client.folders.clone(),
            open: self.documents.values().filter_map(|document| document.path.clone()).collect(),
            overlay: self.overlay(),
        }));
    }

    /// Answers what was looked for, unless the editor took it back.
    fn answer_found(&mut self, found: Found) {
        let (Found::Locations(id, _) | Found::Action(id, _) | Found::Objection(id, ..)) = &found;
        if !self.looked_for.remove(id) {
            return;
        }
        match found {
            Found::Locations(id, locations) => self.out.answer(id, locations),
            Found::Action(id, action) => self.out.answer(id, action),
            Found::Objection(id, action, objection) => {
                let message = format!("not edited: {objection} ({})", action.title);
                let message = in_lines(&message).into_owned();
                self.out.notify::<notification::ShowMessage>(ShowMessageParams {
                    typ: MessageType::WARNING,
                    message: message.clone(),
                });
                self.out.refuse(id, ErrorCode::RequestFailed, message);
            }
        }
    }

    /// Gives an action that was chosen its edit, once that was tried: it does what it promises, or is not made.
    fn resolve(&mut self, request: Request) {
        let Request { id, params, .. } = request;
        let Some(action) = self.params::<CodeAction>(&id, params) else { return };
        let offered = action.data.clone().map(serde_json::from_value::<Offered>);
        let Some(Ok(offered)) = offered else { return self.out.answer(id, action) };
        let gone = "the text has changed";
        let document = self.documents.get(&offered.uri);
        let document = document.filter(|document| document.version == offered.version);
        let known = document.and_then(|it| Some((it, it.path.clone()?, it.analysis.as_deref()?)));
        let Some((document, path, analysis)) = known else {
            return self.out.refuse(id, ErrorCode::ContentModified, gone);
        };
        let client = &self.client;
        let asked = Asked { analysis, document, documents: &self.documents, client };
        let Some((plan, edit)) = actions::chosen(&asked, &offered) else {
            return self.out.refuse(id, ErrorCode::ContentModified, gone);
        };
        let action = CodeAction { edit: Some(edit), ..action };
        let overlay = self.overlay();
        self.looked_for.insert(id.clone());
        self.finder.ask(Order::Trial(Box::new(Trial { id, action, plan, path, overlay })));
    }

    /// Says what may be written next. That needs the text alone, and is asked while it changes.
    fn complete(&mut self, request: Request) {
        let Some(params) = self.params::<CompletionParams>(&request.id, request.params) else {
            return;
        };
        let TextDocumentPositionParams { text_document, position } = params.text_document_position;
        let document = self.documents.get(&text_document.uri);
        let document = document.filter(|document| document.path.is_some());
        let items = document.map(|document| completion::at(document, position));
        self.out.answer(request.id, items);
    }

    /// Does what a code action names: shows the page of a rule.
    fn execute(&mut self, request: Request) {
        let Some(params) = self.params::<ExecuteCommandParams>(&request.id, request.params) else {
            return;
        };
        match explain::rule(&params) {
            Ok(rule) => {
                explain::show(rule, &self.client, &mut self.out);
                self.out.answer(request.id, Value::Null);
            }
            Err(reason) => self.out.refuse(request.id, ErrorCode::InvalidParams, reason),
        }
    }

    fn initialize(&mut self, request: Request) {
        let Some(params) = self.params::<InitializeParams>(&request.id, request.params) else {
            return;
        };
        self.client = Client::of(&params);
        self.phase = Phase::Running;
        let name = env!("CARGO_BIN_NAME").to_owned();
        let server_info = ServerInfo { name, version: Some(env!("CARGO_PKG_VERSION").into()) };
        let result =
            InitializeResult { capabilities: capabilities(), server_info: Some(server_info) };
        self.out.answer(request.id, result);
    }

    fn notification(&mut self, notification: Notification) {
        if self.phase != Phase::Running {
            return;
        }
        let Notification { method, params } = notification;
        match method.as_str() {
            notification::Initialized::METHOD => self.watch_files(),
            notification::DidOpenTextDocument::METHOD => self.noted(params, Self::open),
            notification::DidChangeTextDocument::METHOD => self.noted(params, Self::change),
            notification::DidCloseTextDocument::METHOD => self.noted(params, Self::close),
            notification::DidSaveTextDocument::METHOD => self.noted(params, Self::saved),
            notification::DidChangeWatchedFiles::METHOD => {
                self.noted(params, Self::files_changed);
            }
            notification::Cancel::METHOD => self.noted(params, Self::cancel),
            _ => {}
        }
    }

    /// Does what a notification says. One that cannot be understood has nobody who waits for an answer.
    fn noted<P: DeserializeOwned>(&mut self, params: Value, act: impl FnOnce(&mut Self, P)) {
        match serde_json::from_value(params) {
            Ok(params) => act(self, params),
            Err(error) => self.out.refuse_unknown(ErrorCode::InvalidParams, &error.to_string()),
        }
    }

    /// The parameters of a request; where they make no sense, the request is refused.
    fn params<P: DeserializeOwned>(&self, id: &RequestId, params: Value) -> Option<P> {
        match serde_json::from_value(params) {
            Ok(params) => Some(params),
            Err(error) => {
                self.out.refuse(id.clone(), ErrorCode::InvalidParams, error.to_string());
                None
            }
        }
    }

    /// Asks the editor to say which configurations and sources have changed on disk.
    fn watch_files(&mut self) {
        if !self.client.can(Ability::Watch) {
            return;
        }
        let glob = format!("**/{{{},*.h,*.c,*.rs}}", config::FILE_NAME);
        let watchers =
            vec![FileSystemWatcher { glob_pattern: GlobPattern::String(glob), kind: None }];
        let options = DidChangeWatchedFilesRegistrationOptions { watchers };
        let registration = Registration {
            id: "files".into(),
            method: notification::DidChangeWatchedFiles::METHOD.into(),
            register_options: serde_json::to_value(options).ok(),
        };
        let params = RegistrationParams { registrations: vec![registration] };
        self.out.ask::<request::RegisterCapability>(params);
    }

    fn open(&mut self, params: DidOpenTextDocumentParams) {
        let document = Document::open(params.text_document);
        let uri = document.uri.clone();
        self.documents.insert(uri.clone(), document);
        self.judge(&uri, Turn::Later);
    }

    fn change(&mut self, params: DidChangeTextDocumentParams) {
        let uri = params.text_document.uri;
        let Some(document) = self.documents.get_mut(&uri) else { return };
        document.change(params.text_document.version, params.content_changes);
        for request in std::mem::take(&mut document.waiting) {
            self.out.refuse(request.id, ErrorCode::ContentModified, "the text has changed");
        }
        self.judge(&uri, Turn::Now);
        self.judge_users_of(&uri);
    }

    fn close(&mut self, params: DidCloseTextDocumentParams) {
        let uri = params.text_document.uri;
        let Some(document) = self.documents.remove(&uri) else { return };
        for request in document.waiting {
            self.out.refuse(request.id, ErrorCode::ContentModified, "the text was closed");
        }
        let Some(path) = document.path else { return };
        self.analyst.forget(&path);
        self.publish(&path, BTreeMap::from([(path.clone(), Vec::new())]));
        self.judge_readers_of(&path);
    }

    fn saved(
        &mut self,
        DidSaveTextDocumentParams { text_document, .. }: DidSaveTextDocumentParams,
    ) {
        if let Some(document) = self.documents.get_mut(&text_document.uri) {
            document.compare_with_disk();
        }
    }

    /// What others have written may be a configuration, a baseline, or a header that open texts include.
    fn files_changed(&mut self, _: DidChangeWatchedFilesParams) {
        self.documents.values_mut().for_each(Document::compare_with_disk);
        let uris: Vec<Uri> = self.documents.keys().cloned().collect();
        for uri in uris {
            self.judge(&uri, Turn::Later);
        }
    }

    fn cancel(&mut self, CancelParams { id }: CancelParams) {
        let id = match id {
            NumberOrString::Number(number) => RequestId::from(number),
            NumberOrString::String(name) => RequestId::from(name),
        };
        if self.looked_for.remove(&id) {
            self.out.refuse(id, ErrorCode::RequestCanceled, "the editor took it back");
            return;
        }
        for document in self.documents.values_mut() {
            let before = document.waiting.len();
            document.waiting.retain(|request| request.id != id);
            if document.waiting.len() < before {
                self.out.refuse(id, ErrorCode::RequestCanceled, "the editor took it back");
                return;
            }
        }
    }

    /// Has an open text judged as it is now.
    fn judge(&self, uri: &Uri, turn: Turn) {
        let Some(document) = self.documents.get(uri) else { return };
        let Some(path) = document.path.clone() else { return };
        let overlay = self.overlay();
        self.analyst.ask(Job { path, version: document.version, overlay }, turn);
    }

    /// The texts that are not on disk.
    fn overlay(&self) -> Overlay {
        let mut overlay = Overlay::default();
        for (path, text) in self.documents.values().filter_map(Document::unsaved) {
            overlay.put(path, text);
        }
        overlay
    }

    /// Has the open texts judged anew that have read this one.
    fn judge_users_of(&self, uri: &Uri) {
        if let Some(path) = self.documents.get(uri).and_then(|document| document.path.as_ref()) {
            self.judge_readers_of(path);
        }
    }

    fn judge_readers_of(&self, path: &Path) {
        for (uri, document) in &self.documents {
            let reads = document.analysis.as_ref().is_some_and(|it| it.has_read(path));
            if reads && document.path.as_deref() != Some(path) {
                self.judge(uri, Turn::Later);
            }
        }
    }

    fn take_in(&mut self, done: Done) {
        let Done { path, version, analysis } = done;
        let is_meant = |document: &&mut Document| {
            document.path.as_ref() == Some(&path) && document.version == version
        };
        let Some(document) = self.documents.values_mut().find(is_meant) else { return };
        let said = diagnostics::of(&analysis, &path);
        // The text is the same, and something else has changed.
        let is_again = document.analysis.replace(Arc::new(analysis)).is_some();
        let waiting = std::mem::take(&mut document.waiting);
        self.publish(&path, said);
        for request in waiting {
            self.request(request);
        }
        if is_again {
            self.refresh();
        }
    }

    /// Has the editor ask anew for what it asked about texts that are the same.
    fn refresh(&mut self) {
        if self.client.can(Ability::RefreshHints) {
            self.out.ask::<request::InlayHintRefreshRequest>(());
        }
        if self.client.can(Ability::RefreshLenses) {
            self.out.ask::<request::CodeLensRefresh>(());
        }
    }

    /// Shows what the analysis of a document says, beside what others say of the same files.
    fn publish(&mut self, document: &Path, said: BTreeMap<PathBuf, Vec<lsp_types::Diagnostic>>) {
        for (file, diagnostics) in self.published.take_in(document, said) {
            let open =
                self.documents.values().find(|document| document.path.as_ref() == Some(&file));
            let version = open.map(|document| document.version);
            let uri = open.map(|document| document.uri.clone()).or_else(|| uri::of(&file));
            if let Some(uri) = uri {
                let params = PublishDiagnosticsParams { uri, diagnostics, version };
                self.out.notify::<notification::PublishDiagnostics>(params);
            }
        }
    }
}

/// Reads standard input on a thread of its own, which ends with it.
fn read_input(sender: Sender<Event>) {
    std::thread::spawn(move || {
        read_all(&mut io::stdin().lock(), |incoming| {
            sender.send(Event::Incoming(incoming)).is_ok()
        });
    });
}
