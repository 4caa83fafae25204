//! The thread for questions that take reading: counterparts in files that are not open, and edits that are tried
//! before they are made.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use ioctl_lint::fixes::Plan;
use ioctlkit_sources::Overlay;
use lsp_server::RequestId;
use lsp_types::{CodeAction, Location};

use super::analysis::Analysis;
use super::counterpart::{Subject, locations};
use super::search::candidates;
use crate::cli::check::Scope;

/// What is to be found out.
pub(super) enum Order {
    Counterpart(Counterpart),
    Trial(Box<Trial>),
}

/// An edit that is to be tried.
pub(super) struct Trial {
    /// The question that the answer belongs to.
    pub(super) id: RequestId,
    /// The action, with its edit.
    pub(super) action: CodeAction,
    pub(super) plan: Plan,
    pub(super) path: PathBuf,
    /// The texts that are not on disk.
    pub(super) overlay: Overlay,
}

/// A counterpart that is to be found.
pub(super) struct Counterpart {
    /// The question that the answer belongs to.
    pub(super) id: RequestId,
    pub(super) own: Arc<Analysis>,
    pub(super) subject: Subject,
    /// The folders of the workspace. Nothing outside of them is looked at.
    pub(super) folders: Vec<PathBuf>,
    /// Files that are open: it is in none of them.
    pub(super) open: HashSet<PathBuf>,
    /// The texts that are not on disk.
    pub(super) overlay: Overlay,
}

/// What was found.
pub(super) enum Found {
    Locations(RequestId, Vec<Location>),
    /// The action that does what it promises.
    Action(RequestId, Box<CodeAction>),
    /// What the edit of the action would do that it must not.
    Objection(RequestId, Box<CodeAction>, String),
}

/// The thread. It ends when this is gone and the last order was answered.
pub(super) struct Finder(Sender<Order>);

impl Finder {
    /// Starts it. What it found is handed to `found`.
    pub(super) fn start(scope: Arc<Scope>, found: impl Fn(Found) + Send + 'static) -> Self {
        let (sender, orders) = channel::<Order>();
        std::thread::spawn(move || {
            for order in orders {
                found(match order {
                    Order::Counterpart(order) => {
                        let locations = find(&scope, &order);
                        Found::Locations(order.id, locations)
                    }
                    Order::Trial(trial) => tried(&scope, *trial),
                });
            }
        });
        Self(sender)
    }

    pub(super) fn ask(&self, order: Order) {
        // It runs as long as the session does.
        let _ = self.0.send(order);
    }
}

/// The action, or what speaks against it.
fn tried(scope: &Scope, trial: Trial) -> Found {
    let Trial { id, action, plan, path, overlay } = trial;
    let tried = catch_unwind(AssertUnwindSafe(|| scope.objection(&path, &overlay, &plan)));
    match tried {
        Ok(Ok(None)) => Found::Action(id, action.into()),
        Ok(Ok(Some(objection))) => Found::Objection(id, action.into(), objection),
        Ok(Err(failure)) => {
            let (problems, _) = failure.into_problems();
            let why = problems.into_iter().map(|problem| problem.message);
            Found::Objection(id, action.into(), why.collect::<Vec<_>>().join("; "))
        }
        Err(_) => {
            Found::Objection(id, action.into(), "ioctl-lint failed on the edited text".into())
        }
    }
}

/// The counterparts in the first file that has one.
fn find(scope: &Scope, order: &Counterpart) -> Vec<Location> {
    let files = candidates(&order.folders, &order.subject);
    let mut files = files.iter().filter(|path| !order.open.contains(*path));
    let found = files.find_map(|path| {
        let analysis = Analysis::of(scope, path, &order.overlay);
        Some(locations(&order.own, &order.subject, &analysis)).filter(|found| !found.is_empty())
    });
    found.unwrap_or_default()
}
