//! What can be taken out, and what is left out by which rule.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde_json::Value;

use super::Kind;
use super::text::{Body, bodies, calls, enclosing_call, is_word, line, without, words};

/// A place, and the file without it.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) kind: Kind,
    pub(crate) file: String,
    pub(crate) line: usize,
    /// The lines that a handler has to reach.
    pub(crate) lines: Vec<usize>,
    pub(crate) what: String,
    pub(crate) changed: String,
}

/// Why a place is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LeftOut {
    /// Something else clears it, too, or sets the same.
    Twice,
    /// A function of another file is given the object.
    UnknownCallee,
    /// It is filled from the program.
    CopiedIn,
    /// No header declares its type.
    TypeUnknown,
    /// Every byte gets a value without it.
    NothingUnset,
    /// No handler leads there.
    NotReached,
}

/// A member's name, offset and size in bytes.
type PlacedMember = (String, u64, u64);

/// What the linter's dump of the kernel as it is says: what handlers reach, and layouts.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// The files of handlers, by the places of their copies.
    reached: BTreeMap<(String, usize), BTreeSet<String>>,
    /// Members with their offsets and sizes, and the size, by type.
    records: BTreeMap<String, (Vec<PlacedMember>, u64)>,
    /// Handlers for native programs in tables whose callers want `-ENOTTY`, with the answers to an unknown
    /// command.
    handlers: BTreeMap<(String, String), Vec<String>>,
}

/// Tables whose handlers answer `-ENOTTY`.
const STRICT: [&str; 5] =
    ["file_operations", "proc_ops", "block_device_operations", "proto_ops", "tty_operations"];

impl Facts {
    pub(crate) fn of(dump: &str) -> Self {
        let dump: Value = serde_json::from_str(dump).unwrap();
        let mut facts = Self::default();
        let str =
            |value: &Value| value.as_str().unwrap_or_default().trim_start_matches("./").to_owned();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        for handler in list(&dump["handlers"]) {
            let own = str(&handler["file"]);
            let mut files: BTreeSet<String> = [own.clone()].into();
            let commands = list(&handler["commands"]);
            let accesses: Vec<Value> =
                commands.iter().flat_map(|command| list(&command["accesses"])).collect();
            files.extend(accesses.iter().map(|access| str(&access["file"])));
            for access in &accesses {
                let line = access["line"].as_u64().unwrap() as usize;
                let place = (str(&access["file"]), line);
                facts.reached.entry(place).or_insert_with(|| files.clone());
            }
            let is_strict = |table: &Value| STRICT.contains(&str(&table["structure"]).as_str());
            if handler["serves"] != "compat" && list(&handler["tables"]).iter().any(is_strict) {
                let unknown = list(&handler["unknown"]).iter().map(str).collect();
                facts.handlers.insert((own, str(&handler["function"])), unknown);
            }
        }
        for record in list(&dump["types"]) {
            let Some(layout) = list(&record["layouts"]).first().cloned() else { continue };
            let number = |value: &Value| value.as_u64().unwrap_or_default();
            let members = list(&layout["members"])
                .iter()
                .map(|member| {
                    (str(&member["name"]), number(&member["offset"]), number(&member["size"]))
                })
                .collect();
            if record["kind"] == "struct" {
                facts.records.insert(str(&record["name"]), (members, number(&layout["size"])));
            }
        }
        facts
    }

    /// The files that handlers and their copies are in.
    pub(crate) fn files(&self) -> BTreeSet<String> {
        let copies = self.reached.keys().map(|(file, _)| file.clone());
        copies.chain(self.handlers.keys().map(|(file, _)| file.clone())).collect()
    }

    /// The other files of the handlers that reach a place.
    pub(crate) fn files_with(&self, file: &str, lines: &[usize]) -> Vec<String> {
        let reached = lines.iter().filter_map(|line| self.reached.get(&(file.to_owned(), *line)));
        let files: BTreeSet<String> = reached.flatten().filter(|it| *it != file).cloned().collect();
        files.into_iter().collect()
    }

    fn is_reached(&self, file: &str, line: usize) -> bool {
        self.reached.contains_key(&(file.to_owned(), line))
    }
}

type Found = Result<Site, LeftOut>;

/// Everything that can be taken out of a file.
pub(crate) fn sites(file: &str, text: &str, facts: &Facts) -> Vec<Found> {
    let all = bodies(text);
    let mut found = Vec::new();
    for body in &all {
        found.extend(counts(file, text, body, facts));
        found.extend(errnos(file, text, body, facts));
        found.extend(objects(file, text, &all, body, facts));
    }
    found
}

/// `return copy_to_user(…) ? -EFAULT : 0;`
fn counts(file: &str, text: &str, body: &Body<'_>, facts: &Facts) -> Vec<Found> {
    let mut found = Vec::new();
    for function in ["copy_to_user", "copy_from_user", "__copy_to_user", "__copy_from_user"] {
        for call in calls(text, &body.at, function) {
            let before = text[..call.at.start].trim_end();
            let behind = &text[call.at.end..];
            let is_plain = before.ends_with("return") || before.ends_with('=');
            let answer = "? -EFAULT : 0;";
            if !is_plain || !behind.trim_start().starts_with(answer) {
                continue;
            }
            let from = call.at.end + behind.find('?').unwrap();
            let at = line(text, call.at.start);
            if !facts.is_reached(file, at) {
                found.push(Err(LeftOut::NotReached));
                continue;
            }
            found.push(Ok(Site {
                kind: Kind::Count,
                file: file.to_owned(),
                line: at,
                lines: vec![at],
                what: format!("{} of {}", answer, body.name),
                changed: without(text, &(from..from + answer.len() - 1), ""),
            }));
        }
    }
    found
}

/// `default: return -ENOTTY;`
fn errnos(file: &str, text: &str, body: &Body<'_>, facts: &Facts) -> Vec<Found> {
    let Some(unknown) = facts.handlers.get(&(file.to_owned(), body.name.to_owned())) else {
        return Vec::new();
    };
    let all: Vec<usize> = words(text, &body.at, "ENOTTY").collect();
    let mut found = Vec::new();
    for at in &all {
        let Some(default) = text[body.at.start..*at].rfind("default:") else { continue };
        let between = &text[body.at.start + default..*at];
        if between.contains("case ") || between.contains('}') {
            continue;
        }
        if all.len() > 1 {
            found.push(Err(LeftOut::Twice));
        } else if unknown.is_empty() {
            found.push(Err(LeftOut::UnknownCallee));
        } else {
            found.push(Ok(Site {
                kind: Kind::Errno,
                file: file.to_owned(),
                line: line(text, *at),
                lines: Vec::new(),
                what: format!("-ENOTTY of {}", body.name),
                changed: without(text, &(*at..at + "ENOTTY".len()), "EINVAL"),
            }));
        }
    }
    found
}

/// An object that a function copies out as a whole.
struct Object<'t> {
    name: &'t str,
    is_pointer: bool,
    ty: &'t str,
    copied_at: usize,
}

fn objects(file: &str, text: &str, all: &[Body<'_>], body: &Body<'_>, facts: &Facts) -> Vec<Found> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for function in ["copy_to_user", "__copy_to_user"] {
        for call in calls(text, &body.at, function) {
            let Some(object) = copied_whole(text, body, &call.arguments, call.at.start) else {
                continue;
            };
            if seen.insert(object.name) {
                found.extend(of_object(file, text, all, body, &object, facts));
            }
        }
    }
    found
}

fn copied_whole<'t>(
    text: &'t str,
    body: &Body<'_>,
    arguments: &[&'t str],
    copied_at: usize,
) -> Option<Object<'t>> {
    let [_, from, size] = arguments else { return None };
    let is_pointer = !from.starts_with('&');
    let name = from.trim_start_matches('&');
    if name.is_empty() || !name.chars().all(is_word) {
        return None;
    }
    let size = size.strip_prefix("sizeof")?.trim().trim_matches(['(', ')']).trim();
    let star = if is_pointer { "*" } else { "" };
    let ty = declared(text, body, name, is_pointer)?;
    let is_whole = size.strip_prefix(star) == Some(name) || size == ty;
    is_whole.then_some(Object { name, is_pointer, ty, copied_at })
}

/// `struct foo`, of a declaration in the body.
fn declared<'t>(text: &'t str, body: &Body<'_>, name: &str, is_pointer: bool) -> Option<&'t str> {
    let mut at = body.at.start;
    for line in text[body.at.clone()].split_inclusive('\n') {
        let begin = at;
        at += line.len();
        let trimmed = line.trim_start();
        if !trimmed.starts_with("struct ") {
            continue;
        }
        let begin = begin + (line.len() - trimmed.len());
        let tag = trimmed["struct ".len()..].find(|c: char| !is_word(c))? + "struct ".len();
        let rest = &trimmed[tag..];
        if rest.starts_with(" {") {
            continue;
        }
        let within = 0..rest.find(';').unwrap_or(rest.len());
        let found = words(rest, &within, name).any(|place| {
            let before = rest[..place].trim_end();
            let is_declared = before.is_empty() || before.ends_with(',') || before.ends_with('*');
            is_declared && before.ends_with('*') == is_pointer
        });
        if found {
            return Some(&text[begin..begin + tag]);
        }
    }
    None
}

/// Functions that are given the object and change nothing that is asked about.
const HARMLESS: [&str; 12] = [
    "copy_to_user",
    "__copy_to_user",
    "memset",
    "sizeof",
    "kfree",
    "kvfree",
    "vfree",
    "IS_ERR",
    "PTR_ERR",
    "if",
    "return",
    "unlikely",
];

fn of_object(
    file: &str,
    text: &str,
    all: &[Body<'_>],
    body: &Body<'_>,
    object: &Object<'_>,
    facts: &Facts,
) -> Vec<Found> {
    let clearings = clearings(text, body, object);
    let at = line(text, object.copied_at);
    let one = |why: LeftOut| clearings.iter().map(|_| Err(why)).collect::<Vec<Found>>();
    if clearings.len() > 1 {
        return one(LeftOut::Twice);
    }
    if !facts.is_reached(file, at) {
        return one(LeftOut::NotReached);
    }
    let mut parts: Vec<&str> = vec![&text[body.at.clone()]];
    for place in words(text, &body.at, object.name) {
        let before = text[..place].trim_end();
        let behind = text[place + object.name.len()..].trim_start();
        let is_given = if object.is_pointer {
            before.ends_with(['(', ',']) && behind.starts_with([')', ','])
        } else {
            before.ends_with('&') && !behind.starts_with(['.', '['])
        };
        let Some(callee) = enclosing_call(text, place).filter(|_| is_given) else { continue };
        if HARMLESS.contains(&callee) {
            continue;
        }
        if callee.contains("copy_from_user") || callee == "get_user" {
            return one(LeftOut::CopiedIn);
        }
        match all.iter().find(|it| it.name == callee) {
            Some(own) => parts.push(&text[own.at.clone()]),
            None => return one(LeftOut::UnknownCallee),
        }
    }
    let Some((members, size)) = facts.records.get(object.ty) else {
        return one(LeftOut::TypeUnknown);
    };
    let lines = vec![at];
    let made = |kind: Kind, at: usize, what: String, changed: String| Site {
        kind,
        file: file.to_owned(),
        line: line(text, at),
        lines: lines.clone(),
        what,
        changed,
    };
    if let [(clearing, instead)] = &clearings[..] {
        let kind = if has_padding(members, *size) {
            Kind::Hole
        } else if members.iter().any(|(name, ..)| !is_set(&parts, name)) {
            Kind::Member
        } else {
            return one(LeftOut::NothingUnset);
        };
        let what = format!("`{}` of {} in {}", text[clearing.clone()].trim(), object.ty, body.name);
        return vec![Ok(made(kind, clearing.start, what, without(text, clearing, instead)))];
    }
    // Nothing clears it: each member's value counts.
    let mut found = Vec::new();
    for (name, ..) in members.iter().filter(|(name, ..)| !name.is_empty()) {
        let statements = assignments(text, body, object, name);
        match &statements[..] {
            [] => {}
            [only] if parts[1..].iter().all(|part| !sets(part, name)) => {
                let what = format!("`{}` in {}", text[only.clone()].trim(), body.name);
                let changed = without(text, only, ";");
                found.push(Ok(made(Kind::Member, only.start, what, changed)));
            }
            many => found.extend(many.iter().map(|_| Err(LeftOut::Twice))),
        }
    }
    found
}

fn has_padding(members: &[(String, u64, u64)], size: u64) -> bool {
    let mut end = 0;
    for (_, offset, length) in members {
        if *offset > end {
            return true;
        }
        end = end.max(offset + length);
    }
    end < size
}

fn is_set(parts: &[&str], name: &str) -> bool {
    name.is_empty() || parts.iter().any(|part| sets(part, name))
}

/// Whether a text may give a member of this name a value.
fn sets(part: &str, name: &str) -> bool {
    words(part, &(0..part.len()), name).any(|at| {
        let before = &part[..at];
        let behind = part[at + name.len()..].trim_start();
        let is_member = before.ends_with('.') || before.ends_with("->");
        is_member && (!behind.starts_with("==") || part[..at].ends_with('&'))
    })
}

/// What clears an object, with what is to stand there instead.
fn clearings(
    text: &str,
    body: &Body<'_>,
    object: &Object<'_>,
) -> Vec<(Range<usize>, &'static str)> {
    let mut found = Vec::new();
    let star = if object.is_pointer { "" } else { "&" };
    for call in calls(text, &body.at, "memset") {
        let to = call.arguments.first().copied().unwrap_or_default();
        if to.strip_prefix(star) == Some(object.name) {
            found.push((call.at, ""));
        }
    }
    for place in words(text, &body.at, object.name) {
        let behind = place + object.name.len();
        let rest = text[behind..].trim_start();
        let Some(value) = rest.strip_prefix('=').map(str::trim_start) else { continue };
        if object.is_pointer {
            for (allocates, instead) in [("kzalloc", "kmalloc"), ("kvzalloc", "kvmalloc")] {
                if value.starts_with(allocates) && value[allocates.len()..].starts_with('(') {
                    let begin = text.len() - value.len();
                    found.push((text_range(text, begin, allocates.len()), instead));
                }
            }
        } else if let Some(end) = value.find('}')
            && value[..end].chars().all(|c| matches!(c, '{' | '0' | ' ' | '\t' | '\n' | ','))
        {
            let end = text.len() - value.len() + end + 1;
            let end = end + text[end..].bytes().take_while(|byte| *byte == b'}').count();
            found.push((behind..end, ""));
        }
    }
    found
}

/// A value stands in a slice of the text's end only where nothing was cut off behind it.
fn text_range(text: &str, begin: usize, length: usize) -> Range<usize> {
    debug_assert!(begin + length <= text.len());
    begin..begin + length
}

/// `x.member = …;` on a line of its own that is not all that a condition guards.
fn assignments(
    text: &str,
    body: &Body<'_>,
    object: &Object<'_>,
    member: &str,
) -> Vec<Range<usize>> {
    let access = if object.is_pointer { "->" } else { "." };
    let path = format!("{}{access}{member}", object.name);
    let mut found = Vec::new();
    let mut at = body.at.start;
    let mut before = "";
    for line in text[body.at.clone()].split_inclusive('\n') {
        let begin = at;
        at += line.len();
        let trimmed = line.trim_start();
        let is_guarded =
            before.trim_end().ends_with([')', ':']) || before.trim_end().ends_with("else");
        before = line;
        let Some(rest) = trimmed.strip_prefix(path.as_str()) else { continue };
        let is_assigned =
            rest.trim_start().starts_with('=') && !rest.trim_start().starts_with("==");
        if is_assigned && !is_guarded && trimmed.trim_end().ends_with(';') {
            let start = begin + (line.len() - trimmed.len());
            found.push(start..start + trimmed.trim_end().len());
        } else if !rest.starts_with(is_word) {
            // Something else may set it, too.
            found.push(begin..begin);
            found.push(begin..begin);
        }
    }
    found
}
