//! `ioctl-lint init`.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use clap::Args;
use ioctl_lint::config::{FILE_NAME, Profile};
use ioctl_lint::{Baseline, config_schema, files};
use ioctlkit_report::visible::ShownPath as _;

use super::Outcome;
use super::baseline::FILE as BASELINE;
use super::check::summary::counted;
use super::check::{self, Scope};
use super::failure::{Failure, say_failures};
use super::findings_options::save;
use super::reading::ReadOptions;
use super::terminal::Terminal;
use super::word;

/// Write a configuration for a tree, and a baseline if it has findings already
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ioctl-lint init
  ioctl-lint init --profile legacy drivers/foo

Without --profile the tree is checked as a new interface; if there are findings, it is taken for one in
use: the profile is `legacy`, and a baseline accepts what that reports. Files that are there already are
left alone.

Exit codes:
  0  the files were written
  2  some input could not be used, or a configuration is there already")]
pub(super) struct Arguments {
    /// The folder of the configuration
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,

    /// The profile that the configuration names
    #[arg(long, value_enum, hide_possible_values = true, value_name = "new|legacy")]
    profile: Option<Profile>,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let folder = &arguments.folder;
    if !folder.is_dir() {
        return Err(Failure::new(format!("{} is no folder", folder.shown())));
    }
    let config = folder.join(FILE_NAME);
    let baseline = folder.join(BASELINE);
    for file in [&config, &baseline] {
        if file.symlink_metadata().is_ok() {
            return Err(Failure::new(format!("{} is there already", file.shown()))
                .help("`ioctl-lint check --show-settings` prints what holds; remove the file to begin anew"));
        }
    }
    let findings = |profile: Profile| {
        let scope = Scope::of_tree(folder.clone(), profile, ReadOptions::without_config());
        check::find(&scope)
    };
    let mut whole = findings(arguments.profile.unwrap_or_default())?;
    let in_use = arguments.profile.is_none() && !whole.report.findings.is_empty();
    let profile = if in_use {
        whole = findings(Profile::Legacy)?;
        Profile::Legacy
    } else {
        arguments.profile.unwrap_or_default()
    };
    let outcome = whole.outcome_of_reading();
    let accepted = Baseline::of(&whole.report.findings);
    say_failures(whole.report.problems, &whole.sources, terminal);
    let mut written = Vec::new();
    if !accepted.is_empty() {
        save(&accepted, &baseline)?;
        written.push(format!(
            "wrote {}, which accepts {}",
            baseline.shown(),
            counted(accepted.len(), "finding")
        ));
    }
    let text = text(profile, !accepted.is_empty());
    files::write_atomically(&config, |out| out.write_all(text.as_bytes())).map_err(|error| {
        // Half of it would be found by the next run.
        let _ = fs::remove_file(&baseline);
        Failure::of_file(&config, &error)
    })?;
    written.push(format!("wrote {} with the profile `{}`", config.shown(), word(&profile)));
    terminal.say(|out, _| written.iter().try_for_each(|line| writeln!(out, "{line}")));
    Ok(outcome)
}

fn text(profile: Profile, has_baseline: bool) -> String {
    let mut text = format!("#:schema {}\n", config_schema::ADDRESS);
    text += match profile {
        Profile::New => {
            "# Nobody uses the interface yet, so every rule of the kernel's guide holds.\n"
        }
        Profile::Legacy => {
            "# The interface is in use: only what breaks a user of it is reported.\n"
        }
    };
    let _ = writeln!(text, "profile = \"{}\"", word(&profile));
    if has_baseline {
        text += "# What was found on the day this file was made; `ioctl-lint baseline prune` drops what is mended.\n";
        let _ = writeln!(text, "baseline = \"{BASELINE}\"");
    }
    text += "\n# [rules]\n# unfixed-integer = \"off\"\n";
    if profile == Profile::Legacy {
        text +=
            "\n# [[path]]\n# globs = [\"include/uapi/linux/new_driver.h\"]\n# profile = \"new\"\n";
    }
    text
}
