//! Mails with patches, and the texts in them.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use mail_parser::{Encoding, Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::{Mistake, PatchLine};

/// Mails in mails, and parts in parts. The parser follows the first to any depth, and looks for the end of
/// each of the second through the rest of the mail; the patches of mailing lists have one or two.
const DEEPEST: usize = 32;

/// A text that may hold diffs.
#[derive(Debug, Clone)]
pub struct Body {
    /// As it was sent, or decoded.
    pub text: Arc<[u8]>,
    /// The line of the patch that it begins at, counted from 1.
    first: usize,
    is_decoded: bool,
    subject: Option<Arc<str>>,
}

impl Body {
    /// A line of it, counted from 0.
    pub(super) fn place(&self, line: usize) -> PatchLine {
        let subject = self.subject.clone();
        if self.is_decoded {
            PatchLine { line: self.first, decoded: Some(line + 1), subject }
        } else {
            PatchLine { line: self.first + line, decoded: None, subject }
        }
    }
}

/// The texts of a patch, in order: the whole of it, unless it is a mail or an mbox.
pub(super) fn bodies(patch: &[u8]) -> (Vec<Body>, Vec<Mistake>) {
    let mut bodies = Vec::new();
    let mut mistakes = Vec::new();
    let mut lines = Lines::default();
    for mail in mails(patch) {
        let first = lines.at(patch, mail.start);
        let whole = &patch[mail];
        if !begins_as_mail(whole) {
            let text = whole.into();
            bodies.push(Body { text, first, is_decoded: false, subject: None });
            continue;
        }
        if is_too_deep(whole) {
            mistakes.push(Mistake {
                place: PatchLine { line: first, decoded: None, subject: None },
                message: "the mail nests too many other mails or parts, and was not read".into(),
                help: Some("save the patch by itself"),
            });
            continue;
        }
        let Some(message) = MessageParser::default().parse(whole) else { continue };
        let subject = message.subject().map(one_line);
        let mut mail = Mail { first, subject, bodies: &mut bodies, mistakes: &mut mistakes };
        mail.take(&message, whole, Where::InThePatch);
    }
    (bodies, mistakes)
}

/// Counts line ends, going on from where it was asked before.
#[derive(Default)]
struct Lines {
    until: usize,
    ends: usize,
}

impl Lines {
    /// The line of a byte, counted from 1.
    fn at(&mut self, text: &[u8], byte: usize) -> usize {
        let more = text.get(self.until..byte).unwrap_or_default();
        self.ends += more.split(|byte| *byte == b'\n').count() - 1;
        self.until = byte;
        self.ends + 1
    }
}

/// Whether places in a mail's text are places of the patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    InThePatch,
    /// It was in something encoded.
    Decoded,
}

struct Mail<'b> {
    first: usize,
    subject: Option<Arc<str>>,
    bodies: &'b mut Vec<Body>,
    mistakes: &'b mut Vec<Mistake>,
}

impl Mail<'_> {
    fn take(&mut self, message: &Message<'_>, raw: &[u8], origin: Where) {
        let mut lines = Lines::default();
        for part in &message.parts {
            let start = part.offset_body as usize;
            let line = match origin {
                // Parts come in the order of the text, but for what holds others.
                Where::InThePatch if start >= lines.until => self.first + lines.at(raw, start) - 1,
                Where::InThePatch | Where::Decoded => self.first,
            };
            if part.is_encoding_problem {
                self.mistakes.push(Mistake {
                    place: self.place(line),
                    message: "this part of the mail is not encoded as it says, and was read as \
                        far as it is"
                        .into(),
                    help: None,
                });
            }
            let decoded: &[u8] = match &part.body {
                PartType::Text(text) => text.as_bytes(),
                PartType::Binary(bytes) if is_patch(part) => bytes,
                PartType::Message(inner) => {
                    let is_here = origin == Where::InThePatch && part.encoding == Encoding::None;
                    let origin = if is_here { origin } else { Where::Decoded };
                    self.take(inner, if is_here { raw } else { &inner.raw_message }, origin);
                    continue;
                }
                _ => continue,
            };
            let as_sent = raw.get(start..part.offset_end as usize);
            let (text, is_decoded) = match (origin, part.encoding, as_sent) {
                // As it was sent, whatever the mail says of its characters.
                (Where::InThePatch, Encoding::None, Some(text)) => (text, false),
                _ => (decoded, true),
            };
            let subject = self.subject.clone();
            self.bodies.push(Body { text: text.into(), first: line, is_decoded, subject });
        }
    }

    fn place(&self, line: usize) -> PatchLine {
        PatchLine { line, decoded: None, subject: self.subject.clone() }
    }
}

/// Whether an attachment that does not call itself a text is a patch by its name or kind.
fn is_patch(part: &MessagePart<'_>) -> bool {
    let name = part.attachment_name().unwrap_or_default();
    let kind = part.content_type().and_then(|kind| kind.subtype()).unwrap_or_default();
    let ending = Path::new(name).extension();
    ending.is_some_and(|ending| ending == "patch" || ending == "diff")
        || matches!(kind, "x-patch" | "x-diff")
}

/// The mails of an mbox, which begin with a line of their own, or all of the text.
fn mails(text: &[u8]) -> Vec<Range<usize>> {
    let mut starts = vec![0];
    let mut at = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if at > 0 && is_separator(line) {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
}

/// Whether a line separates mails: `From`, who or which commit, and a date with a time and a year. No line
/// of a diff begins like this.
fn is_separator(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else { return false };
    let Ok(rest) = std::str::from_utf8(rest.get(..rest.len().min(512)).unwrap_or(rest)) else {
        return false;
    };
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let is_time = |word: &str| {
        word.split(':').count() >= 2
            && word.split(':').all(|part| part.len() == 2 && is_number(part))
    };
    let is_year = |word: &str| word.len() == 4 && is_number(word);
    rest.split_ascii_whitespace().any(is_time) && rest.split_ascii_whitespace().any(is_year)
}

/// Whether a text begins with a header field of a mail, behind the line that separates mails.
fn begins_as_mail(text: &[u8]) -> bool {
    let mut lines = text.split(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let first = if first.starts_with(b"From ") { lines.next().unwrap_or_default() } else { first };
    let Some(colon) = first.iter().position(|byte| *byte == b':') else { return false };
    let name = &first[..colon];
    !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

/// Whether a mail nests deeper than any that somebody sends.
fn is_too_deep(mail: &[u8]) -> bool {
    let count = |word: &[u8]| {
        let is_word = |there: &&[u8]| there.eq_ignore_ascii_case(word);
        mail.windows(word.len()).filter(is_word).take(DEEPEST + 1).count()
    };
    [&b"message/rfc822"[..], b"message/global", b"multipart/"]
        .into_iter()
        .any(|word| count(word) > DEEPEST)
}

fn one_line(text: &str) -> Arc<str> {
    text.split_whitespace().collect::<Vec<_>>().join(" ").into()
}
