//! Pages that need nothing but themselves: no address is loaded, no script but their own one runs, and text of
//! strangers is text.

use std::fmt::Write as _;
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quick_xml::escape::escape;
use sha2::{Digest as _, Sha256};

use crate::visible::{in_lines, on_one_line};

/// What all pages look like.
const STYLE: &str = include_str!("page.css");

/// The parts of a page that no input has a say in.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Rules besides those that every page has.
    pub style: &'a str,
    /// What runs once the page is there; may be empty.
    pub script: &'a str,
}

impl Page<'_> {
    /// Writes everything in front of the first heading.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn open(&self, title: &str, out: &mut dyn Write) -> io::Result<()> {
        let style = format!("{STYLE}{}", self.style);
        let script = match self.script {
            "" => String::new(),
            script => format!(" script-src 'sha256-{}';", hash(script)),
        };
        writeln!(
            out,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
             style-src 'sha256-{}';{script} base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{}</title>\n<style>{style}</style>\n</head>\n<body>",
            hash(&style),
            line(title)
        )
    }

    /// Writes what ends the page.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn close(&self, out: &mut dyn Write) -> io::Result<()> {
        if !self.script.is_empty() {
            writeln!(out, "<script>{}</script>", self.script)?;
        }
        writeln!(out, "</body>\n</html>")
    }
}

fn hash(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text))
}

/// A text of strangers on one line, as HTML.
pub fn line(text: &str) -> String {
    escaped(&on_one_line(text))
}

/// A text of strangers with its lines, as HTML.
pub fn lines(text: &str) -> String {
    escaped(&in_lines(text))
}

fn escaped(text: &str) -> String {
    // Where a page is printed in a log, GitHub's runner would obey what begins so.
    escape(text).replace("##[", "#&#35;[")
}

/// A sentence whose names stand in backticks, as HTML.
pub fn sentence(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('`') {
        html += &line(before);
        let Some((name, behind)) = behind.split_once('`') else {
            html.push('`');
            rest = behind;
            break;
        };
        let _ = write!(html, "<code>{}</code>", line(name));
        rest = behind;
    }
    html + &line(rest)
}

/// `1 finding`, `2 findings`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_backticks_are_code_and_nothing_is_lost() {
        assert_eq!(sentence("`a<b` and `c`"), "<code>a&lt;b</code> and <code>c</code>");
        assert_eq!(sentence("one ` alone"), "one ` alone");
        assert_eq!(sentence("``"), "<code></code>");
    }

    /// The hash of `alert('Hello, world.');` in the text of the standard.
    #[test]
    fn a_hash_is_that_of_the_standard() {
        let known = "qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=";
        assert_eq!(hash("alert('Hello, world.');"), known);
    }

    #[test]
    fn a_page_allows_its_own_style_and_script_and_nothing_else() {
        let mut out = Vec::new();
        Page { style: "", script: "1" }.open("<t>", &mut out).unwrap();
        let page = String::from_utf8(out).unwrap();
        assert!(page.contains("default-src 'none'") && page.contains("<title>&lt;t&gt;</title>"));
        assert!(!page.contains("unsafe-inline"));
        let mut out = Vec::new();
        Page { style: "", script: "" }.open("t", &mut out).unwrap();
        assert!(!String::from_utf8(out).unwrap().contains("script-src"));
    }
}
