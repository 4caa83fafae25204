//! The arguments of commands whose numbers say that there is none: `_IO` and a structure all the
//! same, as far as the header gives evidence of it.

use std::collections::{BTreeSet, HashMap};

use ioctlkit_abi::Direction;
use ioctlkit_model::{Argument, Command, Interface, Label, Record, RecordId, Span, Type};

use crate::names::words;

/// What is known of each such command.
#[derive(Debug, Default)]
pub struct Unstated(HashMap<Span, Evidence>);

/// What a header says of an argument that the number does not hold.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// As the end of a sentence that begins with "the number has no argument, but".
    pub sentence: String,
    /// What it stands on.
    pub at: Option<Label>,
    /// The type, as C spells it.
    pub ty: Option<String>,
    /// The structure that is the argument.
    pub record: Option<RecordId>,
    /// Whether the structure begins with its own size, and so was made to grow without the number.
    pub grows: bool,
}

impl Unstated {
    /// Looks at every command without an argument. `carried` are the structures that other commands
    /// have in their numbers.
    pub fn find(interface: &Interface, carried: &BTreeSet<RecordId>) -> Self {
        let without = |command: &&Command| {
            command.variants.iter().any(|(_, body)| {
                body.direction == Direction::None && matches!(body.argument, Argument::None)
            })
        };
        let mut commands = interface.commands.iter().filter(without).peekable();
        if commands.peek().is_none() {
            return Self::default();
        }
        let records = Records::new(interface, carried);
        let found = commands.filter_map(|command| {
            let evidence = records.evidence(command)?;
            Some((command.span, evidence))
        });
        Self(found.collect())
    }

    /// What is known of a command.
    pub fn of(&self, command: &Command) -> Option<&Evidence> {
        self.0.get(&command.span)
    }

    /// The structure that a command carries, although its number does not say so.
    pub fn record(&self, command: &Command) -> Option<RecordId> {
        self.of(command)?.record
    }
}

/// The structures of the run by what evidence asks for.
struct Records<'a> {
    interface: &'a Interface,
    by_name: HashMap<String, RecordId>,
    by_words: HashMap<String, Vec<RecordId>>,
    carried: &'a BTreeSet<RecordId>,
}

/// Words behind the command's name in the name of its structure.
const ARGUMENT_WORDS: [&str; 9] =
    ["ARG", "ARGS", "REQ", "REQUEST", "PARAM", "PARAMS", "INFO", "DATA", "STRUCT"];

impl<'a> Records<'a> {
    fn new(interface: &'a Interface, carried: &'a BTreeSet<RecordId>) -> Self {
        let mut records =
            Self { interface, by_name: HashMap::new(), by_words: HashMap::new(), carried };
        for (id, record) in (0..).map(RecordId).zip(&interface.records) {
            let Some(name) = &record.name else { continue };
            records.by_name.entry(record.display_name()).or_insert(id);
            let words = words(name);
            let argument_word = |word: &String| ARGUMENT_WORDS.contains(&word.as_str());
            let stem = words.iter().rposition(|word| !argument_word(word)).map_or(0, |at| at + 1);
            for length in stem.max(1)..=words.len() {
                records.by_words.entry(words[..length].join("_")).or_default().push(id);
            }
        }
        records
    }

    fn evidence(&self, command: &Command) -> Option<Evidence> {
        let none = |body: &&ioctlkit_model::CommandBody| body.direction == Direction::None;
        let body = command.variants.iter().map(|(_, body)| body).find(none)?;
        if self.interface.definitions.name(body.span).is_some() {
            return None;
        }
        let definition = self.interface.definitions.get(body.span);
        let beside = definition.and_then(|definition| definition.comment_beside.as_deref());
        if let Some(comment) = beside {
            if let Some(evidence) = self.in_comment(command, comment, "beside") {
                return Some(evidence);
            }
            if command.name.contains("GET") && begins_with_get(comment) {
                return Some(Evidence {
                    sentence: "the comment beside it says that it returns data".into(),
                    at: None,
                    ty: None,
                    record: None,
                    grows: false,
                });
            }
        }
        let above = definition.and_then(|definition| definition.comment_above.as_deref());
        if let Some(evidence) = above.and_then(|text| self.in_comment(command, text, "above")) {
            return Some(evidence);
        }
        let id = self.named_for(command)?;
        let record = self.interface.record(id);
        let name = record.display_name();
        let sentence = format!("`{name}` has the same name");
        let at = Label { span: record.span, text: "its argument, by the name".into() };
        Some(self.of_record(id, sentence, Some(at)))
    }

    fn of_record(&self, id: RecordId, sentence: String, at: Option<Label>) -> Evidence {
        let record = self.interface.record(id);
        Evidence {
            sentence,
            at,
            ty: Some(record.display_name()),
            record: Some(id),
            grows: begins_with_size(record),
        }
    }

    fn in_comment(&self, command: &Command, comment: &str, place: &str) -> Option<Evidence> {
        // With an integer as the type, such a comment may well mean one that is passed by value.
        let known = struct_names(comment).find_map(|name| Some((name, *self.by_name.get(name)?)));
        if let (Some(name), Some((ty, id))) = (other_macro(&command.name, comment), known) {
            let sentence = format!("the comment {place} it says `{name}` with `{ty}`");
            return Some(self.of_record(id, sentence, None));
        }
        for name in struct_names(comment) {
            let id = self.by_name.get(name).filter(|id| !self.carried.contains(id));
            if let Some(id) = id {
                let span = self.interface.record(*id).span;
                let sentence = format!("the comment {place} it names `{name}`");
                let at = Label { span, text: "the argument".into() };
                return Some(self.of_record(*id, sentence, Some(at)));
            }
        }
        let pointer = pointer_type(comment).filter(|_| place == "beside")?;
        Some(Evidence {
            sentence: format!("the comment beside it says `{pointer}`"),
            at: None,
            ty: Some(pointer.trim_end_matches([' ', '*']).to_owned()),
            record: None,
            grows: false,
        })
    }

    /// The structure that is named for the command: `KVM_REINJECT_CONTROL` and `struct
    /// kvm_reinject_control`; in the same header also `BLKPG` and `struct blkpg_ioctl_arg`.
    fn named_for(&self, command: &Command) -> Option<RecordId> {
        let wanted = words(&command.name);
        let same_file = |record: &Record| record.span.file == command.span.file;
        let exact = |record: &Record| {
            wanted.len() > 1 && record.name.as_deref().is_some_and(|name| words(name) == wanted)
        };
        let is_mapped = |record: &Record| {
            let definition = self.interface.definitions.of_record(record);
            let above = definition.and_then(|definition| definition.comment_above.as_deref());
            above.is_some_and(|comment| comment.contains("mmap"))
        };
        let named = self.by_words.get(&wanted.join("_"))?;
        named.iter().copied().find(|id| {
            let record = self.interface.record(*id);
            (same_file(record) || exact(record)) && !self.carried.contains(id) && !is_mapped(record)
        })
    }
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
