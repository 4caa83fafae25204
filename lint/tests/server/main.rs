//! `ioctl-lint server` as an editor meets it: a process, and messages.

// A test that cannot go on fails.
#![allow(clippy::unwrap_used)]

mod actions;
mod client;
mod completion;
mod counterpart;
mod diagnostics;
mod hints;
mod hover;
mod neovim;
mod protocol;
mod vscode;
