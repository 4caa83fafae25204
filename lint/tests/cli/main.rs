//! The program as people run it: exit codes, messages, and what wrong input does.

// A test that cannot go on fails.
#![allow(clippy::unwrap_used)]

mod account;
mod against;
mod answers;
mod atlas;
mod baselines;
mod cache;
mod causes;
mod configuration;
mod decode;
mod diff;
mod diff_constants;
mod diff_kinds;
mod diff_revisions;
mod diff_unread;
mod driver_folder;
mod example;
mod fix;
mod handlers;
mod hostile;
mod init;
mod input;
mod integrations;
mod join;
mod kbuild;
mod lists;
mod objects;
mod output;
mod patch;
mod programs;
mod queries;
mod run;
mod source;
mod strangers;
mod suppressions;
mod untrusted;
mod untrusted_git;
mod untyped;
