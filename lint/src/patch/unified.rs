//! Unified diffs, as git, diff and others write them.

use std::ops::Range;
use std::sync::Arc;

use super::mail::Body;
use super::name::{self, Name, Strip};
use super::{Change, Content, Hunk, Kind, Line, Mistake, Patch, PatchLine, Sign};

const MERGE: &str = "make a diff against one parent: `git diff HEAD^1 HEAD`";
const NOT_UNIFIED: &str = "make a unified diff: `git diff`, or `diff -u`";
const CUT: &str = "get the patch again as it was sent: `b4 am`, or the archive's `raw` link";

/// Reads the diffs of a text. Everything between them is left out, as git and patch do.
pub(super) fn read(body: &Body, patch: &mut Patch) {
    let mut reader = Reader { body, text: &body.text, lines: lines(&body.text), at: 0, patch };
    reader.read();
}

/// Where each line is, without its end.
fn lines(text: &[u8]) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let end = start + line.len();
        lines.push(start..if line.ends_with(b"\n") { end - 1 } else { end });
        start = end;
    }
    lines
}

struct Reader<'r> {
    body: &'r Body,
    text: &'r Arc<[u8]>,
    lines: Vec<Range<usize>>,
    at: usize,
    patch: &'r mut Patch,
}

/// What stands in front of a file's hunks.
#[derive(Default)]
struct Head {
    /// The line that it begins at, counted from 0.
    first: usize,
    is_of_git: bool,
    /// From the line `diff --git`.
    names: Option<(Vec<u8>, Vec<u8>)>,
    /// From `---` and `+++`, if there are such lines: of each the name, unless it stands for no file.
    lines: Option<[Option<Vec<u8>>; 2]>,
    /// From `rename` and `copy`.
    from: Option<Vec<u8>>,
    to: Option<Vec<u8>>,
    kind: Option<Kind>,
    /// Whether these lines say of each file that it was there: with a time that is not zero.
    has_both: [bool; 2],
    is_binary: bool,
    is_no_file: bool,
    hunks: Vec<Hunk>,
}

impl Reader<'_> {
    fn line(&self, at: usize) -> Option<&[u8]> {
        self.text.get(self.lines.get(at)?.clone())
    }

    fn starts(&self, at: usize, with: &[u8]) -> bool {
        self.line(at).is_some_and(|line| line.starts_with(with))
    }

    fn read(&mut self) {
        let mut head: Option<Head> = None;
        while self.at < self.lines.len() {
            let first = self.at;
            if self.starts(first, b"diff --git ") {
                self.finish(head.take());
                let names = self.line(first).and_then(|line| name::of_git_line(&line[11..]));
                head = Some(Head { first, is_of_git: true, names, ..Head::default() });
                self.at += 1;
            } else if self.begins_merge(first) {
                self.finish(head.take());
                self.mistake(first, "a merge's diff against all parents is not read", MERGE);
                self.at += 1;
            } else if self.begins_names(first) {
                let continues = head.as_ref().is_some_and(|it| it.is_of_git && it.lines.is_none());
                if !continues {
                    self.finish(head.take());
                }
                let head = head.get_or_insert_with(|| Head { first, ..Head::default() });
                let name = |line: Option<&[u8]>| line.and_then(|line| name::parse(&line[4..]));
                head.lines = Some([name(self.line(first)), name(self.line(first + 1))]);
                head.has_both = [first, first + 1].map(|at| self.line(at).is_some_and(has_time));
                self.at += 2;
            } else if self.starts(first, b"*** ") && self.starts(first + 1, b"--- ") {
                self.mistake(first, "a context diff is not read", NOT_UNIFIED);
                self.at += 2;
            } else if let Some(sizes) = self.line(first).and_then(sizes) {
                if let Some(head) = &mut head {
                    head.hunks.extend(self.hunk(&sizes));
                } else {
                    self.mistake(first, "the hunk belongs to no file", CUT);
                    self.at += 1;
                }
            } else if head.is_some() && self.starts(first, b"@@ -") {
                self.mistake(
                    first,
                    "this line of a hunk is not of the form `@@ -1,2 +3,4 @@`",
                    CUT,
                );
                self.at += 1;
            } else {
                if let Some(head) = head.as_mut().filter(|it| it.is_of_git && it.hunks.is_empty()) {
                    self.line(first).into_iter().for_each(|line| extend(head, line));
                } else if let Some(head) = &mut head
                    && self.line(first).is_some_and(is_binary)
                {
                    head.is_binary = true;
                }
                self.at += 1;
            }
        }
        self.finish(head);
    }

    /// Whether the diff of a merge begins here.
    fn begins_merge(&self, at: usize) -> bool {
        (self.starts(at, b"diff --cc ") || self.starts(at, b"diff --combined "))
            && [&b"index "[..], b"mode ", b"new file ", b"deleted file "]
                .iter()
                .any(|next| self.starts(at + 1, next))
    }

    /// Whether the names of two files begin here. In a mail's text the first line of a diff is not enough.
    fn begins_names(&self, at: usize) -> bool {
        self.starts(at, b"--- ")
            && self.starts(at + 1, b"+++ ")
            && self.line(at + 2).and_then(sizes).is_some()
    }

    fn mistake(&mut self, line: usize, message: &str, help: &'static str) {
        let place = self.body.place(line);
        self.patch.mistakes.push(Mistake { place, message: message.into(), help: Some(help) });
    }

    /// Reads a hunk, which has as many lines as it says. One that has not is left out, and said.
    fn hunk(&mut self, sizes: &Sizes) -> Option<Hunk> {
        let first = self.at;
        let mut lines: Vec<Line> = Vec::new();
        let [mut old, mut new] = sizes.counts;
        self.at += 1;
        while old > 0 || new > 0 {
            let Some(range) = self.lines.get(self.at).cloned() else {
                self.mistake(first, "the patch ends before this hunk does", CUT);
                return None;
            };
            let line = &self.text[range.clone()];
            let (sign, at) = match line.first() {
                Some(b' ') => (Sign::Both, range.start + 1..range.end),
                // Mailers take away blanks at the end of lines.
                None | Some(b'\r') => (Sign::Both, range.clone()),
                Some(b'-') => (Sign::Old, range.start + 1..range.end),
                Some(b'+') => (Sign::New, range.start + 1..range.end),
                Some(b'\\') => {
                    lines.iter_mut().last().into_iter().for_each(|last| last.is_unended = true);
                    self.at += 1;
                    continue;
                }
                Some(_) => {
                    let message = "a line of the hunk begins with neither a blank, `+` nor `-`";
                    self.mistake(self.at, message, CUT);
                    return None;
                }
            };
            let (has_old, has_new) = (sign != Sign::New, sign != Sign::Old);
            if (has_old && old == 0) || (has_new && new == 0) {
                self.mistake(first, "the hunk has other lines than it says", CUT);
                return None;
            }
            old -= usize::from(has_old);
            new -= usize::from(has_new);
            lines.push(Line { sign, at, is_unended: false });
            self.at += 1;
        }
        if self.starts(self.at, b"\\") {
            lines.iter_mut().last().into_iter().for_each(|last| last.is_unended = true);
            self.at += 1;
        }
        Some(Hunk { place: self.body.place(first), starts: sizes.starts, lines })
    }

    fn finish(&mut self, head: Option<Head>) {
        let Some(head) = head else { return };
        self.patch.diffs += 1;
        let place = self.body.place(head.first);
        match change(head, place.clone(), self.text.clone()) {
            Ok(change) => self.patch.changes.extend(change),
            Err(message) => {
                let help = Some("make the diff with git, or with `diff -u`");
                self.patch.mistakes.push(Mistake { place, message: message.into(), help });
            }
        }
    }
}

/// What a line `@@ -1,2 +3,4 @@` says.
struct Sizes {
    starts: [usize; 2],
    counts: [usize; 2],
}

fn sizes(line: &[u8]) -> Option<Sizes> {
    let rest = line.strip_prefix(b"@@ -")?;
    let end = rest.windows(3).position(|three| three == b" @@")?;
    let text = std::str::from_utf8(&rest[..end]).ok()?;
    let (old, new) = text.split_once(" +")?;
    // No file that is read has more lines.
    let number = |text: &str| text.parse::<u32>().ok().map(|number| number as usize);
    let pair = |text: &str| -> Option<(usize, usize)> {
        match text.split_once(',') {
            Some((start, count)) => Some((number(start)?, number(count)?)),
            None => Some((number(text)?, 1)),
        }
    };
    let ((old_start, old_count), (new_start, new_count)) = (pair(old)?, pair(new)?);
    Some(Sizes { starts: [old_start, new_start], counts: [old_count, new_count] })
}

/// Whether a line with a file's name has the time of its last change, and not the beginning of all times,
/// in whatever zone, which stands for a file that is not there.
fn has_time(line: &[u8]) -> bool {
    let time = line.iter().position(|byte| *byte == b'\t').map(|at| &line[at + 1..]);
    time.is_some_and(|time| {
        time.first().is_some_and(u8::is_ascii_digit)
            && !time.starts_with(b"1970-01-01")
            && !time.starts_with(b"1969-12-31")
    })
}

fn is_binary(line: &[u8]) -> bool {
    line == b"GIT binary patch"
        || line == b"GIT binary patch\r"
        || (line.starts_with(b"Binary files ") && line.trim_ascii_end().ends_with(b" differ"))
}

/// Takes in a line between `diff --git` and the first hunk.
fn extend(head: &mut Head, line: &[u8]) {
    let line = line.trim_ascii_end();
    let after = |start: &[u8]| line.strip_prefix(start);
    let is_no_file = |mode: &[u8]| mode.starts_with(b"120") || mode.starts_with(b"160");
    if let Some(mode) = after(b"new file mode ") {
        head.kind = Some(Kind::New);
        head.is_no_file |= is_no_file(mode);
    } else if let Some(mode) = after(b"deleted file mode ") {
        head.kind = Some(Kind::Deleted);
        head.is_no_file |= is_no_file(mode);
    } else if let Some(name) = after(b"rename from ") {
        head.kind = Some(Kind::Renamed);
        head.from = name::parse(name);
    } else if let Some(name) = after(b"copy from ") {
        head.kind = Some(Kind::Copied);
        head.from = name::parse(name);
    } else if let Some(name) = after(b"rename to ").or_else(|| after(b"copy to ")) {
        head.to = name::parse(name);
    } else if let Some(rest) = after(b"index ") {
        let mode = rest.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
        head.is_no_file |= mode.len() == 6 && is_no_file(mode);
    } else if is_binary(line) {
        head.is_binary = true;
    }
}

/// The change that a file's head and hunks state; none where nothing but its mode changes.
fn change(head: Head, place: PatchLine, text: Arc<[u8]>) -> Result<Option<Change>, &'static str> {
    let strip = match (&head.names, &head.lines) {
        (Some((old, new)), _) => name::strip_of(old, new),
        (None, Some([Some(old), Some(new)])) if head.is_of_git => name::strip_of(old, new),
        // One that is new or gone has a name of one side only.
        (None, Some(_)) if head.is_of_git => Strip::One,
        _ => Strip::Unknown,
    };
    let name = |bytes: Vec<u8>| Name::new(&bytes, strip);
    let of_git = |bytes: Vec<u8>| Name::new(&bytes, Strip::Nothing);
    let (old, new) = match (head.from, head.to, head.lines, head.names) {
        (Some(from), Some(to), _, _) => (Some(of_git(from)), Some(of_git(to))),
        (_, _, Some([old, new]), _) => (old.map(name), new.map(name)),
        (_, _, None, Some((old, new))) => (Some(name(old)), Some(name(new))),
        (_, _, None, None) => return Err("the names of the files cannot be told apart"),
    };
    // Others than git say by a range without lines that there is no file.
    let [begins_old, begins_new] = match head.hunks.as_slice() {
        [only] if !head.is_of_git => [Sign::New, Sign::Old].map(|sign| {
            let side = usize::from(sign == Sign::Old);
            !head.has_both[side]
                && only.starts[side] == 0
                && only.lines.iter().all(|line| line.sign == sign)
        }),
        _ => [false, false],
    };
    let kind = match head.kind {
        Some(kind) => kind,
        None if old.is_none() || begins_old => Kind::New,
        None if new.is_none() || begins_new => Kind::Deleted,
        None => Kind::Modified,
    };
    let old = if kind == Kind::New { None } else { old };
    let new = if kind == Kind::Deleted { None } else { new };
    if old.is_none() && new.is_none() {
        return Err("the change names no file");
    }
    let content = if head.is_no_file {
        Content::NoFile
    } else if head.is_binary {
        Content::Binary
    } else {
        Content::Hunks(head.hunks)
    };
    let is_nothing = matches!(&content, Content::Hunks(hunks) if hunks.is_empty());
    if kind == Kind::Modified && is_nothing {
        return Ok(None);
    }
    Ok(Some(Change { place, old, new, kind, content, text }))
}
