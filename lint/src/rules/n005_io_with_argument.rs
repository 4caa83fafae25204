//! N005 io-with-argument.

use std::collections::{HashMap, HashSet};

use ioctlkit_abi::Direction;
use ioctlkit_model::{
    Argument, Command, CommandBody, Finding, Fix, Label, Record, Safety, Span, Type,
};

use crate::context::{Context, command_finding};
use crate::names::words;
use crate::numbering::defined;
use crate::declare_rule;

declare_rule! {
    /// `_IO` for a command that takes a pointer
    ///
    /// # What
    /// The number says that there is no argument, and the header says that there is one. Because
    /// the number alone can't show it, the rule goes by what stands next to the command, and says
    /// which it was:
    /// - a structure that is named for the command, that no other command carries, and that is
    ///   not said to be mapped (`struct kvm_run`);
    /// - a comment beside the command, or a comment above it, that names such a structure, a type
    ///   with an asterisk, or the number with another macro (`_IOWR(…)`);
    /// - a name with `GET` and a comment beside it that begins with "get": a value that is
    ///   returned is said to be returned.
    ///
    /// # Why
    /// Neither size nor direction of the argument are in the number: the structure can't grow by
    /// a new number, strace and checkers don't see the data, and a kernel that runs 32-bit
    /// programs can't tell which commands pass a pointer (s390 must convert it).
    ///
    /// An integer passed by value has no place in the number, so `/* int */` is no evidence. A
    /// structure whose first member is its own size (`argsz`, `size`) has been made to grow
    /// without the number: this is the convention of VFIO and iommufd, and the rule leaves it be.
    ///
    /// # Source
    /// Kernel documentation, driver-api/ioctl.rst, "Command number definitions": only use `_IO`
    /// for commands without arguments, and use pointers for passing data.
    ///
    /// # Example
    /// ```c
    /// #define FIGETBSZ _IO(0x00, 2)   /* get the block size used for bmap */
    /// ```
    ///
    /// # Fix
    /// Use `_IOR`, `_IOW` or `_IOWR` with the type.
    IO_WITH_ARGUMENT: "N005", "io-with-argument", Warning, legacy off, for C;
}

/// What a header says of an argument.
struct Evidence {
    /// As the end of a sentence that begins with "the number says that there is no argument, but".
    sentence: String,
    /// What it stands on.
    at: Option<Label>,
    /// The type, as C spells it.
    ty: Option<String>,
}

/// The structures of the run by what evidence asks for.
struct Records<'a> {
    by_name: HashMap<String, &'a Record>,
    by_words: HashMap<String, Vec<&'a Record>>,
    carried: HashSet<Span>,
}

impl<'a> Records<'a> {
    fn new(cx: &Context<'a>) -> Self {
        let mut records = Self {
            by_name: HashMap::new(),
            by_words: HashMap::new(),
            carried: cx.argument_records().iter().map(|argument| argument.record.span).collect(),
        };
        for record in &cx.interface.records {
            let Some(name) = &record.name else { continue };
            records.by_name.entry(record.display_name()).or_insert(record);
            let words = words(name);
            let argument_word = |word: &String| ARGUMENT_WORDS.contains(&word.as_str());
            let stem = words.iter().rposition(|word| !argument_word(word)).map_or(0, |at| at + 1);
            for length in stem.max(1)..=words.len() {
                records.by_words.entry(words[..length].join("_")).or_default().push(record);
            }
        }
        records
    }

    fn is_carried(&self, record: &Record) -> bool {
        self.carried.contains(&record.span)
    }
}

/// Words behind the command's name in the name of its structure.
const ARGUMENT_WORDS: [&str; 9] =
    ["ARG", "ARGS", "REQ", "REQUEST", "PARAM", "PARAMS", "INFO", "DATA", "STRUCT"];

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let records = Records::new(cx);
    for command in defined(cx) {
        let none = |body: &CommandBody| body.direction == Direction::None;
        let Some((on, body)) = command.variants.iter().find(|(_, body)| none(body)) else {
            continue;
        };
        if cx.interface.definitions.name(body.span).is_some() {
            continue;
        }
        if !matches!(body.argument, Argument::None) {
            continue;
        }
        let Some(evidence) = evidence(cx, &records, command, body) else { continue };
        let mut finding = command_finding(
            &IO_WITH_ARGUMENT,
            command,
            command.span,
            on,
            format!("the number says that there is no argument, but {}", evidence.sentence),
        );
        finding.label = "no direction and no size".into();
        finding.related.extend(evidence.at);
        let ty = evidence.ty.as_deref().map_or("the type".to_owned(), |ty| format!("`{ty}`"));
        finding.fix = Some(Fix {
            message: format!("use `_IOR`, `_IOW` or `_IOWR` with {ty}"),
            edits: Vec::new(),
            safety: Safety::ChangesAbi,
        });
        findings.push(finding);
    }
}

fn evidence(
    cx: &Context<'_>,
    records: &Records<'_>,
    command: &Command,
    body: &CommandBody,
) -> Option<Evidence> {
    let definition = cx.interface.definitions.get(body.span);
    let beside = definition.and_then(|definition| definition.comment_beside.as_deref());
    if let Some(comment) = beside {
        if let Some(evidence) = in_comment(records, command, comment, "beside") {
            return allowed(records, evidence);
        }
        if command.name.contains("GET") && begins_with_get(comment) {
            return Some(Evidence {
                sentence: "the comment beside it says that user space gets something".into(),
                at: None,
                ty: None,
            });
        }
    }
    let above = definition.and_then(|definition| definition.comment_above.as_deref());
    if let Some(evidence) =
        above.and_then(|comment| in_comment(records, command, comment, "above"))
    {
        return allowed(records, evidence);
    }
    let record = named_for(cx, records, command)?;
    if begins_with_size(record) {
        return None;
    }
    let name = record.display_name();
    Some(Evidence {
        sentence: format!("`{name}` is named for the command, and no other command carries it"),
        at: Some(Label { span: record.span, text: "its argument by the name".into() }),
        ty: Some(name),
    })
}

/// Leaves structures be that begin with their own size.
fn allowed(records: &Records<'_>, evidence: Evidence) -> Option<Evidence> {
    let record = evidence.ty.as_deref().and_then(|ty| records.by_name.get(ty).copied());
    (!record.is_some_and(begins_with_size)).then_some(evidence)
}

fn in_comment(
    records: &Records<'_>,
    command: &Command,
    comment: &str,
    place: &str,
) -> Option<Evidence> {
    // With an integer as the type, such a comment may well mean one that is passed by value.
    let known = struct_names(comment).find(|name| records.by_name.contains_key(*name));
    if let (Some(name), Some(ty)) = (other_macro(&command.name, comment), known) {
        return Some(Evidence {
            sentence: format!("the comment {place} it says `{name}` with `{ty}`"),
            at: None,
            ty: Some(ty.to_owned()),
        });
    }
    for name in struct_names(comment) {
        if let Some(record) = records.by_name.get(name).filter(|record| !records.is_carried(record))
        {
            return Some(Evidence {
                sentence: format!("the comment {place} it names `{name}`"),
                at: Some(Label { span: record.span, text: "the argument".into() }),
                ty: Some(name.to_owned()),
            });
        }
    }
    let pointer = pointer_type(comment).filter(|_| place == "beside")?;
    Some(Evidence {
        sentence: format!("the comment beside it says `{pointer}`"),
        at: None,
        ty: Some(pointer.trim_end_matches([' ', '*']).to_owned()),
    })
}

/// The macro of `NAME - _IOWR(…)` in a comment about `NAME`.
fn other_macro<'a>(name: &str, comment: &'a str) -> Option<&'a str> {
    let (_, rest) = comment.split_once(name)?;
    let rest = rest.lines().next()?.trim_start_matches([' ', '\t', '-', ':', '=']);
    ["_IOWR", "_IOR", "_IOW"]
        .into_iter()
        .find(|name| rest.strip_prefix(name).is_some_and(|rest| rest.starts_with('(')))
        .and_then(|name| rest.get(..name.len()))
}

/// Every `struct name` and `union name` of a text.
fn struct_names(text: &str) -> impl Iterator<Item = &str> {
    ["struct ", "union "].into_iter().flat_map(move |keyword| {
        text.match_indices(keyword).filter_map(move |(at, _)| {
            let begins = text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
            let name = &text[at + keyword.len()..];
            let length = name.find(|c: char| !(c.is_alphanumeric() || c == '_'));
            let end = at + keyword.len() + length.unwrap_or(name.len());
            (begins && length != Some(0)).then(|| &text[at..end])
        })
    })
}

/// A type with an asterisk behind it, such as `long *`.
fn pointer_type(comment: &str) -> Option<&str> {
    const TYPES: [&str; 14] = [
        "int", "long", "char", "short", "void", "unsigned", "__u8", "__u16", "__u32", "__u64",
        "__s32", "__s64", "u32", "u64",
    ];
    let star = comment.find('*')?;
    let before = comment[..star].trim_end();
    let word = before.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next()?;
    TYPES.contains(&word).then(|| &comment[before.len() - word.len()..=star])
}

fn begins_with_get(comment: &str) -> bool {
    let comment = comment.to_ascii_lowercase();
    let returned = ["return", "descriptor", " fd"].iter().any(|word| comment.contains(word));
    comment.starts_with("get ") && !returned
}

/// The structure that is named for the command: `KVM_REINJECT_CONTROL` and `struct
/// kvm_reinject_control`; in the same header also `BLKPG` and `struct blkpg_ioctl_arg`.
fn named_for<'a>(cx: &Context<'_>, records: &Records<'a>, command: &Command) -> Option<&'a Record> {
    let wanted = words(&command.name);
    let same_file = |record: &Record| record.span.file == command.span.file;
    let exact = |record: &Record| {
        wanted.len() > 1 && record.name.as_deref().is_some_and(|name| words(name) == wanted)
    };
    let is_mapped = |record: &Record| {
        let definition = cx.interface.definitions.get(record.span);
        let above = definition.and_then(|definition| definition.comment_above.as_deref());
        above.is_some_and(|comment| comment.contains("mmap"))
    };
    let named = records.by_words.get(&wanted.join("_"))?;
    named.iter().copied().find(|record| {
        (same_file(record) || exact(record)) && !records.is_carried(record) && !is_mapped(record)
    })
}

/// Whether a structure's first member is its own size.
fn begins_with_size(record: &Record) -> bool {
    let first = record.variants.first().and_then(|body| body.members.first());
    first.is_some_and(|member| {
        !matches!(member.ty, Type::Pointer(_))
            && member.name.as_deref().is_some_and(|name| {
                let name = name.to_ascii_lowercase();
                ["argsz", "size", "len", "length", "sz"].iter().any(|word| name.ends_with(word))
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_that_spells_the_number_otherwise_is_evidence() {
        let of = |comment| other_macro("FOO_RUN", comment);
        assert_eq!(of("FOO_RUN - _IOWR(FOO, 3, struct foo)"), Some("_IOWR"));
        assert_eq!(of("FOO_RUN: _IOW(FOO, 3, struct foo)"), Some("_IOW"));
        assert_eq!(of("FOO_RUN - _IO(FOO, 3)"), None);
        assert_eq!(of("FOO_STOP - _IOW(FOO, 3, int)"), None);
        assert_eq!(of("FOO_RUN, unlike _IOW(…), has none"), None);
    }

    #[test]
    fn pointers_in_comments_are_types_with_an_asterisk() {
        assert_eq!(pointer_type("return device size /512 (long *arg)"), Some("long *"));
        assert_eq!(pointer_type("int"), None);
        assert_eq!(pointer_type("the * of a list"), None);
        assert_eq!(pointer_type("a point 2 * 3"), None);
        assert_eq!(pointer_type("für é* und"), None);
    }

    #[test]
    fn only_a_get_that_is_not_returned_is_evidence() {
        assert!(begins_with_get("get the block size used for bmap"));
        assert!(!begins_with_get("returns speed code"));
        assert!(!begins_with_get("get the size, as the return value"));
        assert!(!begins_with_get("get a new fd"));
    }

    #[test]
    fn structures_are_found_in_sentences() {
        let found: Vec<_> = struct_names("in struct foo_bar; a union u, construct x").collect();
        assert_eq!(found, ["struct foo_bar", "union u"]);
    }
}
