//! `ioctl-lint server`: the Language Server Protocol over standard input and output.
//!
//! ```text
//! input ─ transport ─┐
//!                    ├─ session ─ documents ─ analyst (a thread) ─ check ─ workers
//! analyses ──────────┘     └─ diagnostics, hover, hints, lenses, actions, completion
//! ```
//!
//! One thread has the session, and does nothing that takes long. Another judges a document at a time, by what
//! `check` does, with the texts of the editor laid over the files. What it finds belongs to one version of a
//! text: when that changes, the work is stopped, and what still arrives is dropped.

mod actions;
mod analysis;
mod analyst;
mod asked;
mod client;
mod completion;
mod counterpart;
mod diagnostics;
mod document;
mod explain;
mod finder;
mod hints;
mod hover;
mod lenses;
mod lines;
mod members;
mod per_abi;
mod search;
mod session;
mod transport;
mod uri;

use clap::Args;
use ioctl_lint::config::Profile;

use super::Outcome;
use super::check::Scope;
use super::failure::Failure;
use super::reading::ReadOptions;
use super::rule_choice::{RULES, RuleChoice};
use session::Session;

/// Answer an editor: the Language Server Protocol on standard input and output
#[derive(Debug, Args)]
#[command(after_help = "\
The editor starts this and names the files; docs/editors.md has the lines for Neovim, Helix, Emacs and others. Each file is judged by its configuration, as `ioctl-lint check` does.

Exit codes:
  0  the editor asked for `shutdown`, then `exit`
  1  it left without
  2  what it sent was no message of the protocol")]
pub(super) struct Arguments {
    /// The default severities of rules [default: the configuration's, or `new`]
    #[arg(long, value_enum, hide_possible_values = true, value_name = "new|legacy", help_heading = RULES)]
    profile: Option<Profile>,

    #[command(flatten)]
    choice: RuleChoice,

    /// Use standard input and output, as without this option: some editors give it
    #[arg(long)]
    stdio: bool,

    #[command(flatten)]
    reading: ReadOptions,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let scope =
        Scope::of_editor(arguments.profile, arguments.choice.clone(), arguments.reading.clone());
    Session::start(scope).run()
}
