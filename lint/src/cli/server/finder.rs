//! The thread that looks for counterparts in files that are not open.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use ioctlkit_sources::Overlay;
use lsp_server::RequestId;
use lsp_types::Location;

use super::analysis::Analysis;
use super::counterpart::{Subject, locations};
use super::search::candidates;
use crate::cli::check::Scope;

/// What is to be found.
pub(super) struct Order {
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
pub(super) struct Found {
    pub(super) id: RequestId,
    pub(super) locations: Vec<Location>,
}

/// The thread. It ends when this is gone and the last order was answered.
pub(super) struct Finder(Sender<Order>);

impl Finder {
    /// Starts it. What it found is handed to `found`.
    pub(super) fn start(scope: Arc<Scope>, found: impl Fn(Found) + Send + 'static) -> Self {
        let (sender, orders) = channel::<Order>();
        std::thread::spawn(move || {
            for order in orders {
                let locations = find(&scope, &order);
                found(Found { id: order.id, locations });
            }
        });
        Self(sender)
    }

    pub(super) fn ask(&self, order: Order) {
        // It runs as long as the session does.
        let _ = self.0.send(order);
    }
}

/// The counterparts in the first file that has one.
fn find(scope: &Scope, order: &Order) -> Vec<Location> {
    let files = candidates(&order.folders, &order.subject);
    let mut files = files.iter().filter(|path| !order.open.contains(*path));
    let found = files.find_map(|path| {
        let analysis = Analysis::of(scope, path, &order.overlay);
        Some(locations(&order.own, &order.subject, &analysis)).filter(|found| !found.is_empty())
    });
    found.unwrap_or_default()
}
