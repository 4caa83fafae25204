//! The thread that judges documents, one after the other, the one that is typed in first.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use ioctlkit_sources::Overlay;
use ioctlkit_sources::worker::Stop;

use super::analysis::Analysis;
use crate::cli::check::Scope;
use crate::cli::reading::workers;

/// What is to be judged.
#[derive(Clone)]
pub(super) struct Job {
    pub(super) path: PathBuf,
    pub(super) version: i32,
    /// The texts that are not on disk.
    pub(super) overlay: Overlay,
}

/// What came of it.
pub(super) struct Done {
    pub(super) path: PathBuf,
    pub(super) version: i32,
    pub(super) analysis: Analysis,
}

/// When a document is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Before all others, and in place of the one that is being judged: somebody types.
    Now,
    /// Behind the others.
    Later,
}

/// The thread. It ends with this value.
pub(super) struct Analyst {
    queue: Arc<(Mutex<Queue>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    running: Option<(Job, Stop)>,
    is_closed: bool,
}

impl Analyst {
    /// Starts it. What it found is handed to `done`.
    pub(super) fn start(scope: Arc<Scope>, done: impl Fn(Done) + Send + 'static) -> Self {
        let queue = Arc::new((Mutex::new(Queue::default()), Condvar::new()));
        let own = queue.clone();
        let thread = std::thread::spawn(move || {
            workers().prepare();
            while let Some((job, stop)) = next(&own) {
                let analysis = stop.during(|| Analysis::of(&scope, &job.path, &job.overlay));
                lock(&own.0).running = None;
                if !stop.is_stopped() {
                    done(Done { path: job.path, version: job.version, analysis });
                }
                workers().prepare();
            }
        });
        Self { queue, thread: Some(thread) }
    }

    /// Has a document judged; an older version of it no longer is.
    pub(super) fn ask(&self, job: Job, turn: Turn) {
        let mut queue = lock(&self.queue.0);
        queue.forget(&job.path);
        match turn {
            Turn::Now => {
                queue.put_off();
                queue.jobs.push_front(job);
            }
            Turn::Later => queue.jobs.push_back(job),
        }
        self.queue.1.notify_one();
    }

    /// A document is closed.
    pub(super) fn forget(&self, path: &Path) {
        lock(&self.queue.0).forget(path);
    }
}

impl Queue {
    fn forget(&mut self, path: &Path) {
        self.jobs.retain(|job| job.path != path);
        if let Some((_, stop)) = self.running.as_ref().filter(|(job, _)| job.path == path) {
            stop.stop();
        }
    }

    /// Has the document that is being judged wait for another one.
    fn put_off(&mut self) {
        if let Some((job, stop)) = self.running.as_ref().filter(|(_, stop)| !stop.is_stopped()) {
            stop.stop();
            self.jobs.push_back(job.clone());
        }
    }
}

impl Drop for Analyst {
    fn drop(&mut self) {
        {
            let mut queue = lock(&self.queue.0);
            queue.is_closed = true;
            queue.jobs.clear();
            if let Some((_, stop)) = &queue.running {
                stop.stop();
            }
        }
        self.queue.1.notify_one();
        if let Some(thread) = self.thread.take() {
            // A panic of it was a panic of a rule, and said so.
            let _ = thread.join();
        }
    }
}

fn lock(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

fn next(queue: &(Mutex<Queue>, Condvar)) -> Option<(Job, Stop)> {
    let mut waiting = lock(&queue.0);
    loop {
        if waiting.is_closed {
            return None;
        }
        if let Some(job) = waiting.jobs.pop_front() {
            let stop = Stop::default();
            waiting.running = Some((job.clone(), stop.clone()));
            return Some((job, stop));
        }
        waiting = queue.1.wait(waiting).unwrap_or_else(PoisonError::into_inner);
    }
}
