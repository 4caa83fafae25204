//! The signals that would end the process while it writes files.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::flag;

/// A signal has come since somebody listens.
static STOP: AtomicBool = AtomicBool::new(false);

/// The next signal ends the process: nobody listens, or one has come already.
static ENDS: AtomicBool = AtomicBool::new(true);

/// How many listen; nothing before the handlers are there. They stay: taking them back would leave signals
/// without their default action.
static LISTENERS: Mutex<Option<usize>> = Mutex::new(None);

/// While there is one, the first SIGINT, SIGTERM or SIGHUP is only noted. The second ends the process,
/// and so does the first afterwards.
#[derive(Debug)]
pub(crate) struct Signals(());

impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    /// What the system says where a handler cannot be put in place.
    pub(crate) fn listen() -> io::Result<Self> {
        let mut listeners = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
        let count = if let Some(count) = *listeners {
            count
        } else {
            register()?;
            0
        };
        if count == 0 {
            STOP.store(false, Ordering::SeqCst);
            ENDS.store(false, Ordering::SeqCst);
        }
        *listeners = Some(count + 1);
        Ok(Self(()))
    }

    /// Whether one has come.
    #[allow(clippy::unused_self, reason = "only who listens can know")]
    pub(crate) fn came(&self) -> bool {
        STOP.load(Ordering::SeqCst)
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        let mut listeners = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
        let count = listeners.map_or(0, |count| count.saturating_sub(1));
        *listeners = Some(count);
        if count == 0 {
            ENDS.store(true, Ordering::SeqCst);
        }
    }
}

fn register() -> io::Result<()> {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        // Handlers run in the order in which they were registered.
        flag::register_conditional_default(signal, &ENDS)?;
        flag::register(signal, &STOP)?;
        flag::register(signal, &ENDS)?;
    }
    // With a handler, what is written beyond the limit is an error like others.
    flag::register(SIGXFSZ, std::sync::Arc::default())?;
    Ok(())
}
