//! Tells whoever started this process what it is reading.

use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::protocol::{Message, send};
use crate::watch::Watcher;

/// The way to whoever started this process.
pub(super) struct Told<W>(pub(super) Arc<Mutex<W>>);

impl<W: Write + Send> Told<W> {
    fn tell(&self, message: &Message) {
        let mut to = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Where nobody listens any more, nobody waits for what is read either.
        let _ = send(message, &mut *to);
    }
}

impl<W: Write + Send> Watcher for Told<W> {
    fn begins(&self, work: u64, files: Vec<PathBuf>) {
        self.tell(&Message::Begins(work, files));
    }

    fn ends(&self, work: u64) {
        self.tell(&Message::Ends(work));
    }
}
