//! Cargo is a program, which a worker cannot run: it asks whoever started it.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::protocol::{CargoSays, Message, receive, send};
use crate::rust::AskCargo;

/// The way to whoever started this process.
pub(super) struct Parent<R, W> {
    pub(super) from: Mutex<R>,
    pub(super) to: Arc<Mutex<W>>,
}

impl<R: Read + Send, W: Write + Send> AskCargo for Parent<R, W> {
    fn metadata(&self, manifests: &[PathBuf]) -> Vec<Result<Vec<u8>, String>> {
        let mut from = self.from.lock().unwrap_or_else(PoisonError::into_inner);
        let question = Message::AsksCargo(manifests.to_vec());
        let asked = send(&question, &mut *self.to.lock().unwrap_or_else(PoisonError::into_inner));
        let told: Option<CargoSays> = asked.ok().and_then(|()| receive(&mut *from));
        told.filter(|told| told.len() == manifests.len()).unwrap_or_else(|| {
            manifests.iter().map(|_| Err("cargo was not asked".to_owned())).collect()
        })
    }
}
