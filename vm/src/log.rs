//! The log of a guest: one file with what the kernel and the steps printed, by lines.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::VmError;

/// A log that is being written.
#[derive(Debug)]
pub(crate) struct Log {
    writer: BufWriter<File>,
    kind: Kind,
    lines: usize,
    bytes: u64,
}

/// What becomes of the file.
#[derive(Debug)]
enum Kind {
    /// The user named it.
    Named(PathBuf),
    /// It is kept if something failed.
    Temporary(NamedTempFile),
}

impl Log {
    pub(crate) fn create(path: Option<&Path>) -> Result<Self, VmError> {
        let (file, kind) = if let Some(path) = path {
            let file = File::create(path).map_err(VmError::file("write", path))?;
            (file, Kind::Named(path.to_owned()))
        } else {
            let folder = std::env::temp_dir();
            let temporary = tempfile::Builder::new()
                .prefix("ioctlkit-vm-")
                .suffix(".log")
                .tempfile_in(&folder)
                .map_err(VmError::file("write in", &folder))?;
            let file = temporary.reopen().map_err(VmError::file("write", temporary.path()))?;
            (file, Kind::Temporary(temporary))
        };
        Ok(Self { writer: BufWriter::new(file), kind, lines: 0, bytes: 0 })
    }

    /// Appends a line, and returns its number.
    pub(crate) fn line(&mut self, text: &str) -> Result<usize, VmError> {
        let written = writeln!(self.writer, "{text}");
        written.map_err(|source| self.error(source))?;
        self.lines += 1;
        self.bytes += text.len() as u64 + 1;
        Ok(self.lines)
    }

    /// How large it is.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Ends the log. Where the file is, unless it was temporary and nothing in it is of interest.
    pub(crate) fn close(mut self, failed: bool) -> Result<Option<PathBuf>, VmError> {
        let flushed = self.writer.flush();
        flushed.map_err(|source| self.error(source))?;
        match self.kind {
            Kind::Named(path) => Ok(Some(path)),
            Kind::Temporary(file) if failed => {
                let (_, path) = file.keep().map_err(|error| {
                    VmError::file("keep", error.file.path().to_owned())(error.error)
                })?;
                Ok(Some(path))
            }
            Kind::Temporary(_) => Ok(None),
        }
    }

    fn error(&self, source: std::io::Error) -> VmError {
        let path = match &self.kind {
            Kind::Named(path) => path.clone(),
            Kind::Temporary(file) => file.path().to_owned(),
        };
        VmError::File { action: "write", path, source }
    }
}
