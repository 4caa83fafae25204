//! The manual page of the device, for section 4, in the macros of man(7).

use super::view::{View, Viewed};
use crate::escape::roff;
use crate::module::docs;
use crate::module::plan::{Command, Growth, Kind, Record, Returns};
use crate::module::stamp::PLACEHOLDER;

/// When the form of the pages last changed. A page has no other date: what is made of an interface
/// is the same on every day.
const DATE: &str = "2026-11-22";

/// Errors that every command may answer, and when.
const ERRORS: [(&str, &str); 7] = [
    (
        "E2BIG",
        "A structure is longer than the driver's and not zero behind that, or an array is \
               longer than the driver takes.",
    ),
    ("EBADF", "The file is not open in the mode that the command needs."),
    ("EFAULT", "Memory of the caller cannot be read or written."),
    (
        "EINVAL",
        "A reserved member is not zero, a flag or a value is none of those that are listed, \
                or a structure is shorter than its first version.",
    ),
    ("ENODEV", "The device is gone."),
    ("ENOTTY", "The driver has no command of that number."),
    ("EPERM", "The caller lacks the capability that the command needs."),
];

/// Errors of handles, and when.
const OF_OBJECTS: [(&str, &str); 2] = [
    ("EBUSY", "The open file has as many objects as it may have."),
    ("ENOENT", "The open file has no object of that handle."),
];

/// The page.
pub(super) fn page(view: &View<'_>) -> String {
    let plan = view.plan;
    let mut page = Page(String::new());
    page.line(&format!(".\\\" SPDX-License-Identifier: GPL-2.0-only\n.\\\" {PLACEHOLDER}"));
    page.line(&format!(".TH {} 4 {DATE} \"ioctl-gen {}\"", plan.upper, env!("CARGO_PKG_VERSION")));
    page.line(".SH NAME");
    let summary = plan.docs.first().map_or("", String::as_str);
    let summary = summary.split(". ").next().unwrap_or_default().trim_end_matches('.');
    let summary = if summary.is_empty() { "ioctl device".into() } else { docs::lower(summary) };
    page.line(&format!("{} \\- {}", plan.name, roff(&summary)));
    page.line(".SH SYNOPSIS\n.nf");
    page.line(&format!(".B #include <linux/{}.h>", plan.name));
    page.line(".B #include <sys/ioctl.h>\n.P");
    page.line(".BI \"int ioctl(int \" fd \", unsigned long \" op \", ...);\"\n.fi");
    page.line(".SH DESCRIPTION");
    page.line(".I fd\nis a file descriptor of");
    page.line(&format!(".IR {} ,", roff(&files(view))));
    page.line("and\n.I op\none of the operations below.");
    page.paragraphs(&plan.docs);
    for (place, files) in view.interfaces.iter().enumerate() {
        if place == 0 {
            page.line(".SS Operations");
        } else {
            page.line(&format!(".SS Operations of {} files", roff(files.symbol)));
        }
        for command in &files.commands {
            page.command(command.plan, &argument(view, command));
        }
    }
    if !plan.records.is_empty() {
        page.line(".SS Structures");
        for (place, record) in plan.records.iter().enumerate() {
            if place > 0 {
                page.line(".P");
            }
            page.record(record);
        }
    }
    page.line(".SH RETURN VALUE");
    page.text(
        "On success, 0 is returned, unless the operation says otherwise. On error, -1 is \
               returned, and errno is set.",
    );
    page.line(".SH ERRORS");
    let objects = plan.interfaces.iter().any(|interface| !interface.objects.is_empty());
    for (name, when) in ERRORS.iter().chain(OF_OBJECTS.iter().filter(|_| objects)) {
        page.line(&format!(".TP\n.B {name}"));
        page.text(when);
    }
    page.line(".SH FILES");
    page.line(&format!(".TP\n.I {}", roff(&files(view))));
    page.text("The device.");
    page.line(".SH SEE ALSO\n.BR ioctl (2)");
    page.0
}

/// The device's files.
fn files(view: &View<'_>) -> String {
    match view.plan.minors {
        0 | 1 => view.plan.title.clone(),
        minors => format!("{}[0-{}]", view.plan.title, minors - 1),
    }
}

/// The argument of an operation, behind its name.
fn argument(view: &View<'_>, command: &Viewed<'_>) -> String {
    let Some(shape) = &command.shape else { return String::new() };
    let (front, behind) = shape.uapi(view.layouts.interface(), false);
    match command.plan.kind {
        Kind::Nothing => String::new(),
        Kind::Value => format!(", {front}{behind}"),
        Kind::Buffer => format!(", {front}[]{behind}"),
        Kind::Pointer | Kind::Flexible => format!(", {front} *{behind}"),
    }
}

/// A page in the making: what is text goes through [`roff`] first.
struct Page(String);

impl Page {
    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    /// Sentences, each on lines of its own.
    fn text(&mut self, text: &str) {
        let mut line = String::new();
        for word in text.split_whitespace() {
            let word = roff(word);
            if !line.is_empty() && line.len() + 1 + word.len() > 78 {
                let full = std::mem::take(&mut line);
                self.line(&full);
            }
            if line.is_empty() {
                // A line that begins so would be a macro.
                line.push_str(if word.starts_with(['.', '\'']) { "\\&" } else { "" });
            } else {
                line.push(' ');
            }
            line.push_str(&word);
            if ends_sentence(&word) {
                let full = std::mem::take(&mut line);
                self.line(&full);
            }
        }
        if !line.is_empty() {
            self.line(&line);
        }
    }

    /// Lines of documentation; an empty one separates paragraphs.
    fn paragraphs(&mut self, lines: &[String]) {
        for paragraph in lines.split(|line| line.trim().is_empty()) {
            if !paragraph.is_empty() {
                self.line(".P");
                self.text(&paragraph.join(" "));
            }
        }
    }

    /// Paragraphs that belong to a tagged one.
    fn indented(&mut self, lines: &[String]) {
        for paragraph in lines.split(|line| line.trim().is_empty()) {
            if !paragraph.is_empty() {
                self.line(".IP");
                self.text(&paragraph.join(" "));
            }
        }
    }

    fn command(&mut self, command: &Command, argument: &str) {
        let name = roff(&command.macro_use);
        self.line(&match argument {
            "" => format!(".TP\n.B {name}"),
            _ => format!(".TP\n.BR {name} \"{}\"", roff(argument)),
        });
        self.text(&sentence(&command.summary));
        let mut remarks: Vec<String> = Vec::new();
        if let Some(docs) =
            command.macro_parameter.as_ref().map(|name| (name, &command.macro_parameter_docs))
        {
            remarks.push(format!("{}: {}.", docs.0, docs.1));
        }
        match command.growth {
            Growth::None => {}
            Growth::Number => remarks
                .push("The structure may grow; the operation's number holds its size.".into()),
            Growth::Member => remarks.push(format!(
                "The structure may grow; its member {} holds its size.",
                command.size_member
            )),
        }
        match (command.needs_read, command.needs_write) {
            (true, true) => remarks.push("The file must be open for reading and writing.".into()),
            (true, false) => remarks.push("The file must be open for reading.".into()),
            (false, true) => remarks.push("The file must be open for writing.".into()),
            (false, false) => {}
        }
        if let Some(capability) = &command.capability {
            remarks.push(format!("The caller needs {capability}."));
        }
        match command.returns {
            Returns::Nothing | Returns::Object => {}
            Returns::Number => remarks.push("On success, the call returns a number.".into()),
            Returns::File => remarks.push(
                "On success, the call returns a new file descriptor, which is closed on exec."
                    .into(),
            ),
        }
        self.indented(&command.details);
        if !remarks.is_empty() {
            self.line(".IP");
            self.text(&remarks.join(" "));
        }
    }

    fn record(&mut self, record: &Record) {
        self.text(&sentence(&record.summary));
        self.line(".P\n.in +4n\n.EX");
        self.line(&format!("{} {{", roff(&record.r#type)));
        for member in &record.members {
            let declaration = member.declaration.replace("__user ", "");
            self.line(&format!("    {};", roff(&declaration)));
        }
        self.line("};\n.EE\n.in");
        self.paragraphs(&record.details);
        for member in &record.members {
            self.line(&format!(".TP\n.I {}", roff(&member.name)));
            self.text(&sentence(&docs::without_marks(&member.docs)));
        }
    }
}

/// With a capital letter and a full stop.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    let is_name = text.split(' ').next().is_some_and(|word| word.contains('_'));
    let first = if is_name { text.chars().next() } else { first };
    first.into_iter().chain(letters).collect::<String>() + "."
}

fn ends_sentence(word: &str) -> bool {
    word.ends_with(['.', '!', '?']) && !matches!(word, "e.g." | "i.e." | "etc." | "cf." | "...")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(words: &str) -> String {
        let mut page = Page(String::new());
        page.text(words);
        page.0
    }

    #[test]
    fn each_sentence_begins_a_line_and_no_text_is_a_macro() {
        assert_eq!(text("One. Two, e.g. three."), "One.\nTwo, e.g. three.\n");
        assert_eq!(text(".B is 'bold'"), "\\&.B is \\(aqbold\\(aq\n");
        assert_eq!(text("a\\b é -1"), "a\\eb \\[u00E9] \\-1\n");
        for line in text(&"word ".repeat(60)).lines() {
            assert!(line.len() <= 78, "{line}");
        }
    }

    #[test]
    fn a_sentence_keeps_the_case_of_names() {
        assert_eq!(sentence("reads it"), "Reads it.");
        assert_eq!(sentence("echo_config of"), "echo_config of.");
    }
}
