//! The blocks of a page.

use std::fs;
use std::path::Path;

pub(crate) struct Page {
    pub(crate) blocks: Vec<Block>,
}

pub(crate) enum Block {
    File {
        name: String,
        text: String,
    },
    /// Lines of shell, each with what it prints.
    Session(Vec<(String, String)>),
    NotRun {
        reason: String,
    },
}

impl Page {
    pub(crate) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let mut blocks = Vec::new();
        let mut lines = text.lines();
        let mut reason = None;
        while let Some(line) = lines.next() {
            if let Some(comment) = line.strip_prefix("<!-- not run: ") {
                reason = Some(comment.trim_end_matches(" -->").to_owned());
                continue;
            }
            let Some(info) = line.strip_prefix("```") else {
                if !line.is_empty() {
                    reason = None;
                }
                continue;
            };
            let inside: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            match (info.split_once(' '), reason.take()) {
                (Some((_, name)), _) => {
                    let text = inside.join("\n") + "\n";
                    blocks.push(Block::File { name: name.to_owned(), text });
                }
                (None, Some(reason)) => blocks.push(Block::NotRun { reason }),
                (None, None) if info == "console" => blocks.extend(session(&inside)),
                (None, None) => {}
            }
        }
        Self { blocks }
    }
}

/// The commands with what they print; none if nothing is shown.
fn session(lines: &[&str]) -> Option<Block> {
    let mut commands: Vec<(String, String)> = Vec::new();
    for line in lines {
        if let Some(command) = line.strip_prefix("$ ") {
            commands.push((command.to_owned(), String::new()));
        } else if let Some((_, printed)) = commands.last_mut() {
            *printed += line;
            printed.push('\n');
        }
    }
    let shows = commands.iter().any(|(_, printed)| !printed.is_empty());
    shows.then_some(Block::Session(commands))
}

/// Whether what was printed is what is shown.
pub(crate) fn fits(shown: &str, printed: &str) -> bool {
    let shown: Vec<&str> = shown.trim_end().lines().collect();
    let printed: Vec<&str> = printed.trim_end().lines().map(str::trim_end).collect();
    lines_fit(&shown, &printed)
}

fn lines_fit(shown: &[&str], printed: &[&str]) -> bool {
    match shown {
        [] => printed.is_empty(),
        ["…", rest @ ..] => {
            (0..=printed.len()).any(|skipped| lines_fit(rest, &printed[skipped..]))
        }
        [first, rest @ ..] => match printed {
            [line, more @ ..] => line_fits(first.trim_end(), line) && lines_fit(rest, more),
            [] => false,
        },
    }
}

fn line_fits(shown: &str, printed: &str) -> bool {
    match shown.split_once('…') {
        None => shown == printed,
        Some((before, after)) => printed.strip_prefix(before).is_some_and(|rest| {
            let starts = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            starts.into_iter().any(|at| line_fits(after, &rest[at..]))
        }),
    }
}
