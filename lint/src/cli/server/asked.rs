//! A question about a document, with what there is to answer it from.

use std::collections::BTreeMap;
use std::path::Path;

use ioctl_lint::fixes::target;
use ioctlkit_model::{SourceFile, SourceMap};
use lsp_types::Uri;

use super::analysis::Analysis;
use super::client::Client;
use super::document::Document;

/// What a question is answered from.
pub(super) struct Asked<'a> {
    /// What was found in the document as it is now.
    pub(super) analysis: &'a Analysis,
    pub(super) document: &'a Document,
    /// Every open text.
    pub(super) documents: &'a BTreeMap<Uri, Document>,
    pub(super) client: &'a Client,
}

impl<'a> Asked<'a> {
    /// The open text of a file.
    pub(super) fn open(&self, path: &Path) -> Option<&'a Document> {
        self.documents.values().find(|document| document.path.as_deref() == Some(path))
    }

    /// The text of a file as it was read, if it still is so and may be edited: open in the editor, or on disk, where
    /// it is no link and nothing that a package has installed.
    pub(super) fn editable<'s>(
        &self,
        sources: &'s SourceMap,
        path: &Path,
    ) -> Option<&'s SourceFile> {
        let (_, file) = sources.iter().find(|(_, file)| file.path == path)?;
        let is_as_read = match self.open(path) {
            Some(document) => document.text == file.text,
            None => {
                !target::is_of_system(path) && target::check_unchanged(path, &file.text).is_ok()
            }
        };
        is_as_read.then_some(file)
    }
}
