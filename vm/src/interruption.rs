//! Ctrl-C, and other ways to stop a guest early.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

use crate::error::VmError;

/// Tells a run that it shall stop: the guest is killed, what it said so far is judged, and the
/// ending says why.
#[derive(Debug, Clone)]
pub struct Interruption {
    is_set: Arc<AtomicBool>,
}

impl Interruption {
    /// One that only [`Interruption::interrupt`] sets.
    pub fn none() -> Self {
        Self { is_set: Arc::default() }
    }

    /// One that SIGINT, SIGTERM and SIGHUP set, from now to the end of the process. A second such
    /// signal ends the process at once, with status 130; its guest dies with it.
    ///
    /// The terminal needs no care: qemu is never connected to it.
    ///
    /// # Errors
    /// [`VmError::Signals`]
    pub fn on_signals() -> Result<Self, VmError> {
        let interruption = Self::none();
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            let is_set = &interruption.is_set;
            // In this order: the first signal finds the flag unset and sets it.
            flag::register_conditional_shutdown(signal, 130, Arc::clone(is_set))
                .and_then(|_| flag::register(signal, Arc::clone(is_set)))
                .map_err(VmError::Signals)?;
        }
        Ok(interruption)
    }

    /// Stops the run.
    pub fn interrupt(&self) {
        self.is_set.store(true, Ordering::SeqCst);
    }

    /// Whether the run shall stop.
    pub fn is_set(&self) -> bool {
        self.is_set.load(Ordering::SeqCst)
    }
}
