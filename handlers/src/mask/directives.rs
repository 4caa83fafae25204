//! Preprocessor directives: the first live branch of each conditional stays, and no directive does.
use super::comments::line_end;
use super::condition::{self, Macros};
use crate::ast::Text;

/// A conditional that is open.
struct Conditional {
    at: Text,
    is_live: bool,
    is_outer_live: bool,
    is_taken: bool,
}

/// Blanks directives and dead branches. Gives the conditionals that nothing closes.
pub(super) fn blank(text: &mut [u8]) -> Vec<Text> {
    let mut macros = Macros::default();
    let mut open: Vec<Conditional> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let physical = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |end| at + end);
        let indent = text[at..physical]
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\x0c'))
            .count();
        let is_live = open.last().is_none_or(|conditional| conditional.is_live);
        if text.get(at + indent) != Some(&b'#') || indent == physical - at {
            if !is_live {
                fill(&mut text[at..physical]);
            }
            at = physical + 1;
            continue;
        }
        let end = line_end(text, at);
        let (line, rest) = text[at + indent..].split_at(end - at - indent);
        let (keyword, argument) = keyword(line);
        let place = Text { start: (at + indent) as u32, end: end as u32 };
        match keyword {
            b"if" | b"ifdef" | b"ifndef" => {
                let is_true = is_live && holds(keyword, argument, &macros, rest);
                open.push(Conditional {
                    at: place,
                    is_live: is_true,
                    is_outer_live: is_live,
                    is_taken: is_true,
                });
            }
            b"elif" | b"elifdef" | b"elifndef" | b"else" => {
                if let Some(last) = open.last_mut() {
                    let is_true = last.is_outer_live
                        && !last.is_taken
                        && (keyword == b"else" || holds(&keyword[2..], argument, &macros, rest));
                    last.is_live = is_true;
                    last.is_taken |= is_true;
                }
            }
            b"endif" => {
                open.pop();
            }
            b"define" if is_live => macros.define(argument),
            b"undef" if is_live => macros.remove(argument),
            _ => {}
        }
        fill(&mut text[at..end]);
        at = end + 1;
    }
    open.into_iter().map(|conditional| conditional.at).collect()
}

fn fill(bytes: &mut [u8]) {
    for byte in bytes {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

/// The keyword of a directive, and what is behind it.
fn keyword(line: &[u8]) -> (&[u8], &[u8]) {
    let line = line[1..].trim_ascii_start();
    let end = line.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(line.len());
    line.split_at(end)
}

/// Whether a condition holds. `rest` is what is behind it.
fn holds(keyword: &[u8], argument: &[u8], macros: &Macros, rest: &[u8]) -> bool {
    match keyword {
        b"ifdef" | b"def" => macros.is_defined_for(condition::name(argument), rest),
        b"ifndef" | b"ndef" => !macros.is_defined(condition::name(argument)),
        _ => macros.holds(argument, rest),
    }
}
