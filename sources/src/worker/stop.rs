//! Ending what a worker reads before it is done, because nobody wants the answer any more.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

thread_local! {
    static CURRENT: RefCell<Option<Stop>> = const { RefCell::new(None) };
}

/// Ends what another thread reads. Cheap to clone; a stop that was made counts for good.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Has what is being read, and all that would be read, end with a failure.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was.
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Does work whose reading ends when this is stopped. Only what workers read ends: where no process can
    /// be started, this thread reads to the end.
    pub fn during<T>(&self, work: impl FnOnce() -> T) -> T {
        /// Puts back what was there, if the work panics as well.
        struct Restored(Option<Stop>);
        impl Drop for Restored {
            fn drop(&mut self) {
                CURRENT.set(self.0.take());
            }
        }
        let _restored = Restored(CURRENT.replace(Some(self.clone())));
        work()
    }
}

/// Whether what this thread does may be stopped.
pub(super) fn may_come() -> bool {
    CURRENT.with_borrow(Option::is_some)
}

/// Whether it was stopped.
pub(super) fn came() -> bool {
    CURRENT.with_borrow(|stop| stop.as_ref().is_some_and(Stop::is_stopped))
}
