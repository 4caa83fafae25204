//! Whether anybody wants to know more of a function's answer than whether it is zero.

use std::collections::BTreeSet;
use std::path::Path;

use super::text::{bodies, words};

/// How far callers are followed.
const DEEPEST: usize = 5;

/// Whether each call of a function, in its own file and in others, is a condition by itself, or the answer of a
/// function of which the same is true. Then it makes no difference whether it answers with an error or with a
/// count.
pub(crate) fn is_only_asked(
    kernel: &Path,
    file: &str,
    text: &str,
    others: &BTreeSet<String>,
    function: &str,
) -> bool {
    let other = |path: &String| {
        let bytes = std::fs::read(kernel.join(path)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let mut texts: Vec<String> = others.iter().filter(|path| *path != file).map(other).collect();
    texts.push(text.to_owned());
    asked(&texts, function, 0)
}

fn asked(texts: &[String], function: &str, depth: usize) -> bool {
    let mut calls = 0;
    for text in texts {
        for body in bodies(text) {
            let within = &text[body.at.clone()];
            for place in words(within, &(0..within.len()), function) {
                let before = within[..place].trim_end();
                if before.ends_with("return") {
                    if depth == DEEPEST || !asked(texts, body.name, depth + 1) {
                        return false;
                    }
                } else if !before.ends_with("if (") && !before.ends_with("if (!") {
                    return false;
                }
                calls += 1;
            }
        }
    }
    calls > 0
}
