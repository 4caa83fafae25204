//! Lines of a source with places marked in them.

use std::fmt::Write as _;
use std::ops::Range;

use ioctlkit_model::{FileId, SourceFile, SourceMap, Span};

use crate::page::{line, lines};
use crate::place::bytes_within;

/// Lines around a place.
const AROUND: u32 = 2;
/// How many lines an excerpt reaches over to show a second place, and how many it has at most.
const REACH: u32 = 24;
/// How much of a line is shown, in bytes, and how much of that in front of the first mark.
const LONGEST: usize = 400;
const IN_FRONT: usize = 100;

/// A place with a few words about it.
pub(super) struct Mark<'a> {
    pub(super) span: Span,
    pub(super) words: &'a str,
    /// `mark` for what a finding is about, `near` for what else matters.
    pub(super) class: &'static str,
}

/// The lines of the first mark, with the others that are near it, and an excerpt for each that is not.
pub(super) fn html(marks: &[Mark<'_>], sources: &SourceMap) -> String {
    let mut html = String::new();
    let mut left: Vec<&Mark<'_>> = marks.iter().collect();
    while !left.is_empty() {
        let first = left[0].span;
        let file = sources.file(first.file);
        let mut window = touched(first, file);
        let mut far = Vec::new();
        let mut near = Vec::new();
        for mark in left {
            let wider = wider(&window, mark.span, first.file, file);
            match wider {
                Some(wider) => {
                    window = wider;
                    near.push(mark);
                }
                None => far.push(mark),
            }
        }
        let is_first_of_all = html.is_empty();
        html += &one(file, &window, &near, !is_first_of_all);
        left = far;
    }
    html
}

/// The window with a place in it, if that is near.
fn wider(window: &Range<u32>, span: Span, id: FileId, file: &SourceFile) -> Option<Range<u32>> {
    if span.file != id {
        return None;
    }
    let own = touched(span, file);
    let wider = window.start.min(own.start)..window.end.max(own.end);
    (own == *window || wider.end - wider.start <= REACH).then_some(wider)
}

/// The lines of a place, from 1, the last one excluded.
fn touched(span: Span, file: &SourceFile) -> Range<u32> {
    let bytes = bytes_within(span, &file.text);
    let last = if bytes.is_empty() { bytes.start } else { bytes.end - 1 };
    let first = file.line(bytes.start as u32);
    first..file.line(last as u32).min(first + REACH) + 1
}

fn one(file: &SourceFile, window: &Range<u32>, marks: &[&Mark<'_>], is_elsewhere: bool) -> String {
    let first = window.start.saturating_sub(AROUND).max(1);
    let end = (window.end + AROUND).min(file.line_count() + 1);
    let mut html = String::new();
    if is_elsewhere {
        let path = file.path.to_string_lossy();
        let _ =
            writeln!(html, "<p class=\"quiet\"><code>{}:{}</code></p>", line(&path), window.start);
    }
    html += "<pre class=\"source\" tabindex=\"0\">";
    for number in first..end {
        let _ = writeln!(html, "{}", row(file, number, marks));
    }
    html + "</pre>\n"
}

/// A line with its number and its marks; the labels stand at its end.
fn row(file: &SourceFile, number: u32, marks: &[&Mark<'_>]) -> String {
    let whole = file.line_range(number);
    let within = |mark: &Mark<'_>| {
        let bytes = bytes_within(mark.span, &file.text);
        let marked = bytes.start.max(whole.start)..bytes.end.min(whole.end);
        let touches = bytes.start <= whole.end && bytes.end >= whole.start;
        (touches && marked.start <= marked.end).then_some(marked)
    };
    let mut places: Vec<(Range<usize>, &Mark<'_>)> =
        marks.iter().filter_map(|mark| Some((within(mark)?, *mark))).collect();
    places.sort_by_key(|(bytes, _)| (bytes.start, bytes.end));
    let cut = cut(&file.text, &whole, places.first().map(|(bytes, _)| bytes.start));
    let text = |bytes: Range<usize>| {
        let text = file.text.get(bytes).unwrap_or_default();
        lines(text.strip_suffix('\r').unwrap_or(text))
    };
    let mut html = format!("<span class=\"no\">{number:>5} </span>");
    if cut.start > whole.start {
        html.push('…');
    }
    let mut at = cut.start;
    for (bytes, mark) in &places {
        let (start, end) = (bytes.start.clamp(at, cut.end), bytes.end.clamp(at, cut.end));
        if start < end {
            html += &text(at..start);
            let _ = write!(html, "<span class=\"{}\">{}</span>", mark.class, text(start..end));
            at = end;
        }
    }
    html += &text(at..cut.end);
    if cut.end < whole.end {
        html.push('…');
    }
    // A label stands at the end of the first line of its place.
    let begins =
        |mark: &Mark<'_>| file.line(bytes_within(mark.span, &file.text).start as u32) == number;
    for (_, mark) in places.iter().filter(|(_, mark)| begins(mark) && !mark.words.is_empty()) {
        let _ = write!(html, "  <span class=\"why {}\">{}</span>", mark.class, line(mark.words));
    }
    html
}

/// What of a line is shown, on boundaries of characters.
fn cut(text: &str, whole: &Range<usize>, mark: Option<usize>) -> Range<usize> {
    if whole.len() <= LONGEST {
        return whole.clone();
    }
    let down = |at: usize| (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let start = mark.map_or(whole.start, |mark| mark.saturating_sub(IN_FRONT).max(whole.start));
    let start = down(start).max(whole.start);
    start..down((start + LONGEST).min(whole.end)).max(start)
}
