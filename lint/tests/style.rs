//! What docs/style.md asks of messages, as far as a machine can tell, over those of every fixture.

use std::fs;
use std::path::Path;

use walkdir::WalkDir;

/// Phrases that sound translated, or that explain a set of ABIs by a clause.
const FORBIDDEN: [&str; 14] = [
    "whoever ",
    "whom it breaks",
    "is told",
    "what comes of it",
    "at no multiple",
    "no multiple of",
    "in another way",
    "otherwise",
    "every ABI that aligns",
    "that nothing has set",
    "so has the",
    "none of an ABI",
    "nothing says",
    "stands for",
];

/// The messages of the snapshots: `12:8 slug severity[CODE] message`.
fn messages() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/rules");
    let mut messages = Vec::new();
    for entry in WalkDir::new(folder).into_iter().map(Result::unwrap) {
        if entry.path().extension().is_none_or(|extension| extension != "snap") {
            continue;
        }
        for line in fs::read_to_string(entry.path()).expect("a snapshot").lines() {
            let found =
                ["error[", "warning[", "info["].iter().find_map(|word| line.split_once(word));
            let Some((code, message)) = found.and_then(|(_, rest)| rest.split_once("] ")) else {
                continue;
            };
            let message = message.strip_prefix(&format!("[{code}] ")).unwrap_or(message);
            messages.push((format!("{code} ({})", entry.path().display()), message.to_owned()));
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

/// The groups of rules that have longer messages still. One whose messages all fit comes off the list.
const STILL_LONG: [&str; 8] = ["C", "D", "H", "N", "O", "R", "U", "V"];

#[test]
fn messages_fit_the_width_and_leave_the_rest_to_notes() {
    let messages = messages();
    let is_still_long = |place: &str| STILL_LONG.iter().any(|group| place.starts_with(group));
    let long = messages.iter().filter(|(_, message)| message.chars().count() > WIDTH);
    let (known, new): (Vec<_>, Vec<_>) = long.partition(|(place, _)| is_still_long(place));
    let new: Vec<String> = new.iter().map(|(place, words)| format!("{place}: {words}")).collect();
    assert!(new.is_empty(), "{}", new.join("\n"));
    let held = messages.iter().filter(|(place, _)| !is_still_long(place)).count();
    assert!(held > 100, "{held}");
    for group in STILL_LONG {
        assert!(known.iter().any(|(place, _)| place.starts_with(group)), "{group} fits");
    }
}

#[test]
fn no_message_has_a_phrase_that_sounds_translated() {
    let bad: Vec<String> = messages()
        .iter()
        .flat_map(|(place, message)| {
            let found = FORBIDDEN.iter().filter(|phrase| message.contains(**phrase));
            found.map(move |phrase| format!("{place}: \"{phrase}\" in: {message}"))
        })
        .collect();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}
