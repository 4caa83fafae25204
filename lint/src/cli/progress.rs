//! A sign of life on standard error while work takes long.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget};

use super::terminal::Terminal;

/// Work shorter than this shows nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// Shown until it is dropped.
#[derive(Debug)]
pub(super) struct Progress {
    work: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Says `what` is going on, if it takes long and somebody watches.
    pub(super) fn start(what: &'static str) -> Self {
        if !Terminal::is_watched() {
            return Self { work: None };
        }
        let (done, wait) = channel::<()>();
        let thread = std::thread::spawn(move || {
            if wait.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
                bar.set_message(what);
                bar.enable_steady_tick(Duration::from_millis(100));
                // The other side only ever hangs up.
                let _ = wait.recv();
                bar.finish_and_clear();
            }
        });
        Self { work: Some((done, thread)) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.work.take() {
            drop(done);
            // The line must be gone before anything else is printed.
            let _ = thread.join();
        }
    }
}
