//! What docs/style.md asks of messages, as far as a machine can tell, over those of every fixture.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use walkdir::WalkDir;

/// Phrases that sound translated, or that explain a set of ABIs by a clause; in lower case.
const FORBIDDEN: [&str; 24] = [
    "whoever",
    "whom it breaks",
    "whom a change",
    "is told",
    "are told",
    "what comes of it",
    "what becomes of it",
    "no multiple of",
    "in another way",
    "laid out otherwise",
    "every abi that aligns",
    "that nothing has set",
    "so has the",
    "none of an abi",
    "nothing says",
    "at hand",
    "lies behind",
    "speaks of",
    "speak of",
    "is meant",
    "are not meant",
    "stands",
    "anew",
    "otherwise than",
];

/// The forbidden phrases of a text.
fn forbidden(text: &str) -> Vec<&'static str> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let is_word = |phrase: &str| {
        text.match_indices(phrase).any(|(at, _)| {
            let is_end = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
            is_end(text[..at].chars().next_back())
                && is_end(text[at + phrase.len()..].chars().next())
        })
    };
    FORBIDDEN.into_iter().filter(|phrase| is_word(phrase)).collect()
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The snapshots of every fixture.
fn snapshots() -> Vec<PathBuf> {
    let entries = WalkDir::new(root().join("fixtures/rules")).into_iter();
    let files = entries.map(|entry| entry.unwrap().into_path());
    files.filter(|file| file.extension().is_some_and(|extension| extension == "snap")).collect()
}

/// The messages of the snapshots: `12:8 slug severity[CODE] message`.
fn messages() -> Vec<(String, String)> {
    let mut messages = Vec::new();
    for snapshot in snapshots() {
        for line in fs::read_to_string(&snapshot).expect("a snapshot").lines() {
            let found =
                ["error[", "warning[", "info["].iter().find_map(|word| line.split_once(word));
            let Some((code, message)) = found.and_then(|(_, rest)| rest.split_once("] ")) else {
                continue;
            };
            messages.push((format!("{code} ({})", snapshot.display()), message.to_owned()));
        }
    }
    messages
}

#[test]
fn messages_are_one_sentence_in_lower_case_without_a_full_stop() {
    let messages = messages();
    assert!(messages.len() > 300, "{}", messages.len());
    for (place, message) in &messages {
        // Names come first in backticks; CMSG_, DRM and their like are names.
        let first = message.split_whitespace().next().unwrap_or_default();
        let is_word = first.len() > 1 && first.chars().skip(1).all(|c| c.is_ascii_lowercase());
        assert!(
            !(is_word && first.starts_with(|c: char| c.is_ascii_uppercase())),
            "{place}: {message}"
        );
        assert!(!message.ends_with('.'), "{place}: {message}");
        assert!(!message.contains(". "), "{place}: {message}");
    }
}

/// The width that messages are written for.
const WIDTH: usize = 100;

#[test]
fn messages_fit_the_width_and_leave_the_rest_to_notes() {
    let messages = messages();
    assert!(messages.len() > 300, "{}", messages.len());
    let long: Vec<String> = messages
        .iter()
        .filter(|(_, message)| message.chars().count() > WIDTH)
        .map(|(place, message)| format!("{place}: {message}"))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

/// Notes, labels and help are in the snapshots as well.
#[test]
fn nothing_that_a_finding_says_sounds_translated() {
    let mut bad = Vec::new();
    for snapshot in snapshots() {
        let text = fs::read_to_string(&snapshot).expect("a snapshot");
        // What is quoted of the header is its author's.
        for line in text.lines().filter(|line| !line.starts_with("    #") && !line.contains("//")) {
            for phrase in forbidden(line) {
                bad.push(format!("{}: \"{phrase}\" in: {line}", snapshot.display()));
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

/// The pages that people read, without the one that lists the phrases.
#[test]
fn no_page_sounds_translated() {
    let pages =
        WalkDir::new(root().join("docs")).into_iter().map(|entry| entry.unwrap().into_path());
    let others = ["CONTRIBUTING.md", "README.md", "ARCHITECTURE.md", "SECURITY.md"];
    let others = others.map(|name| root().join(name));
    // Each crate has a page of its own, which registries show.
    let folders = fs::read_dir(root()).expect("the workspace").map(|entry| entry.unwrap().path());
    let of_crates = folders.map(|folder| folder.join("README.md")).filter(|page| page.is_file());
    let pages = pages.chain(others).chain(of_crates);
    let pages: Vec<PathBuf> = pages
        .filter(|page| page.extension().is_some_and(|it| it == "md") && !page.ends_with("style.md"))
        .collect();
    assert!(pages.len() > 80, "{}", pages.len());
    let mut bad = Vec::new();
    for page in pages {
        let text = fs::read_to_string(&page).expect("a page");
        for paragraph in text.split("\n\n") {
            for phrase in forbidden(paragraph) {
                bad.push(format!("{}: \"{phrase}\" in:\n{paragraph}", page.display()));
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n\n"));
}

#[test]
fn no_help_sounds_translated() {
    let help = |arguments: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_ioctl-lint")).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let main = help(&["--help"]);
    let commands = main.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands: Vec<&str> = commands
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(commands.contains(&"check") && commands.len() > 10, "{commands:?}");
    for command in commands.iter().filter(|name| **name != "help") {
        let text = help(&[command, "--help"]);
        assert!(forbidden(&text).is_empty(), "{command}: {:?}", forbidden(&text));
    }
    assert!(forbidden(&main).is_empty(), "{:?}", forbidden(&main));
}

#[test]
fn phrases_are_found_across_lines_and_as_whole_words() {
    assert_eq!(forbidden("Whom\n  it breaks"), ["whom it breaks"]);
    assert_eq!(forbidden("it stands there"), ["stands"]);
    assert!(forbidden("it understands, and another hand").is_empty());
}
