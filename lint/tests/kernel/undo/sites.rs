//! What can be taken out, and what is left out by which rule.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use serde_json::Value;

use super::Kind;
use super::asked::is_only_asked;
use super::text::{
    Body, bodies, calls, enclosing_call, is_word, line, without, without_casts, words,
};

/// A place, and the file without it.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) kind: Kind,
    pub(crate) file: String,
    pub(crate) line: usize,
    /// The other files of the handlers that reach it.
    pub(crate) others: BTreeSet<String>,
    pub(crate) what: String,
    pub(crate) changed: String,
}

/// Why a place is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LeftOut {
    /// Something else clears it, too, or sets the same.
    Twice,
    /// A function of another file, or one that a pointer leads to, is given the object.
    UnknownCallee,
    /// It is filled from the program.
    CopiedIn,
    /// It is a pointer to something that is not made for the call: nothing of another's is in its bytes.
    NotItsOwn,
    /// No header declares its type.
    TypeUnknown,
    /// Every byte gets a value without it.
    NothingUnset,
    /// No handler leads there.
    NotReached,
    /// Those who call the function only ask whether its answer is zero.
    OnlyAsked,
}

/// A member's name, offset and size in bytes.
type PlacedMember = (String, u64, u64);

/// What the linter's dump of the kernel as it is says: what handlers reach, and layouts.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// The files of each handler, by the places of their copies.
    reached: BTreeMap<(String, usize), Vec<BTreeSet<String>>>,
    /// Members with their offsets and sizes, and the size, by type.
    records: BTreeMap<String, (Vec<PlacedMember>, u64)>,
    /// Handlers for native programs in tables whose callers want `-ENOTTY`.
    handlers: BTreeMap<(String, String), Handler>,
}

/// What is known of a handler.
#[derive(Debug, Default)]
struct Handler {
    /// The answers to an unknown command.
    unknown: Vec<String>,
    /// The files that it takes to see what it does.
    files: BTreeSet<String>,
}

/// Handlers whose files are taken for one place.
const MOST_HANDLERS: usize = 3;

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
            // Without its table nobody knows that it is one. One of many is enough.
            let tables: BTreeSet<String> =
                list(&handler["tables"]).iter().map(|table| str(&table["file"])).collect();
            files.extend(tables.into_iter().next());
            let commands = list(&handler["commands"]);
            let accesses: Vec<Value> =
                commands.iter().flat_map(|command| list(&command["accesses"])).collect();
            files.extend(accesses.iter().map(|access| str(&access["file"])));
            for access in &accesses {
                let line = access["line"].as_u64().unwrap() as usize;
                let place = (str(&access["file"]), line);
                facts.reached.entry(place).or_default().push(files.clone());
            }
            let is_strict = |table: &Value| STRICT.contains(&str(&table["structure"]).as_str());
            if handler["serves"] != "compat" && list(&handler["tables"]).iter().any(is_strict) {
                let unknown = list(&handler["unknown"]).iter().map(str).collect();
                facts.handlers.insert((own, str(&handler["function"])), Handler { unknown, files });
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

    /// The other files of the handlers that reach a place: of those with the fewest files.
    fn files_with(&self, file: &str, line: usize) -> BTreeSet<String> {
        let reached = self.reached.get(&(file.to_owned(), line));
        let mut handlers: Vec<&BTreeSet<String>> = reached.into_iter().flatten().collect();
        handlers.sort_by_key(|files| files.len());
        handlers.truncate(MOST_HANDLERS);
        handlers.into_iter().flatten().filter(|it| *it != file).cloned().collect()
    }

    fn is_reached(&self, file: &str, line: usize) -> bool {
        self.reached.contains_key(&(file.to_owned(), line))
    }
}

type Found = Result<Site, LeftOut>;

/// Everything that can be taken out of a file.
pub(crate) fn sites(kernel: &Path, file: &str, text: &str, facts: &Facts) -> Vec<Found> {
    let all = bodies(text);
    let mut found = Vec::new();
    for body in &all {
        found.extend(counts(kernel, file, text, body, facts));
        found.extend(errnos(file, text, body, facts));
        found.extend(objects(file, text, &all, body, facts));
    }
    found
}

/// `return copy_to_user(…) ? -EFAULT : 0;`
fn counts(kernel: &Path, file: &str, text: &str, body: &Body<'_>, facts: &Facts) -> Vec<Found> {
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
            let others = facts.files_with(file, at);
            if before.ends_with("return") && is_only_asked(kernel, file, text, &others, body.name) {
                found.push(Err(LeftOut::OnlyAsked));
                continue;
            }
            found.push(Ok(Site {
                kind: Kind::Count,
                file: file.to_owned(),
                line: at,
                others,
                what: format!("{} of {}", answer, body.name),
                changed: without(text, &(from..from + answer.len() - 1), ""),
            }));
        }
    }
    found
}

/// `default: return -ENOTTY;`
fn errnos(file: &str, text: &str, body: &Body<'_>, facts: &Facts) -> Vec<Found> {
    let Some(handler) = facts.handlers.get(&(file.to_owned(), body.name.to_owned())) else {
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
        } else if handler.unknown.is_empty() {
            found.push(Err(LeftOut::UnknownCallee));
        } else {
            found.push(Ok(Site {
                kind: Kind::Errno,
                file: file.to_owned(),
                line: line(text, *at),
                others: handler.files.iter().filter(|it| *it != file).cloned().collect(),
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
    match origin(text, body, object) {
        Origin::Program => return one(LeftOut::CopiedIn),
        Origin::Elsewhere => return one(LeftOut::NotItsOwn),
        Origin::Another => return one(LeftOut::NothingUnset),
        Origin::Here => {}
    }
    let mut parts: Vec<&str> = vec![&text[body.at.clone()]];
    let named = (object.name, object.is_pointer);
    if let Err(why) = (Given { text, all }).follow(body, named, 0, &mut parts) {
        return one(why);
    }
    let Some((members, size)) = facts.records.get(object.ty) else {
        return one(LeftOut::TypeUnknown);
    };
    let others = facts.files_with(file, at);
    let made = |kind: Kind, at: usize, what: String, changed: String| Site {
        kind,
        file: file.to_owned(),
        line: line(text, at),
        others: others.clone(),
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

/// Where the bytes of an object come from.
enum Origin {
    /// The function has it on the stack or allocates it.
    Here,
    /// It is made of what the program has: `x = memdup_user(…)`.
    Program,
    /// It is a copy of another object: `struct foo x = *p;`.
    Another,
    /// It is a pointer, and nothing in the function allocates what it points to.
    Elsewhere,
}

fn origin(text: &str, body: &Body<'_>, object: &Object<'_>) -> Origin {
    let mut is_allocated = false;
    for (place, value) in values(text, body, object.name) {
        let callee = value.find(|c: char| !is_word(c)).map_or(value, |end| &value[..end]);
        if object.is_pointer {
            if callee.contains("memdup") {
                return Origin::Program;
            }
            is_allocated |= callee.contains("alloc");
            continue;
        }
        let is_list = value.starts_with('{') || value.starts_with("(struct");
        // Where it is declared, or in the function's own block, so that no condition guards it.
        let begin = text[..place].rfind('\n').map_or(0, |at| at + 1);
        let is_declaration = text[begin..place].trim_start().starts_with("struct ");
        let is_guarded = !is_declaration && text[begin..].starts_with("\t\t");
        if !is_list && !is_guarded {
            return Origin::Another;
        }
    }
    if object.is_pointer && !is_allocated { Origin::Elsewhere } else { Origin::Here }
}

/// What a variable is given as a whole, with the places of its name.
fn values<'t>(text: &'t str, body: &Body<'_>, name: &'t str) -> Vec<(usize, &'t str)> {
    let of_place = |place: usize| {
        let rest = text[place + name.len()..].trim_start();
        // A declaration may have words of its own there: `*x __free(kfree) = …`.
        let rest = match rest.strip_prefix("__free(") {
            Some(rest) => rest.split_once(')')?.1.trim_start(),
            None => rest,
        };
        let value = rest.strip_prefix('=').filter(|rest| !rest.starts_with('='))?;
        let is_member = text[..place].ends_with(['.', '>']);
        (!is_member).then_some((place, value.trim_start()))
    };
    words(text, &body.at, name).filter_map(of_place).collect()
}

/// Who is given an object.
struct Given<'t, 'b> {
    text: &'t str,
    all: &'b [Body<'t>],
}

/// How far functions of the file are followed.
const DEEPEST: usize = 4;

impl<'t> Given<'t, '_> {
    /// Adds the texts of the functions of the file that are given it.
    fn follow(
        &self,
        body: &Body<'_>,
        (name, is_pointer): (&str, bool),
        depth: usize,
        parts: &mut Vec<&'t str>,
    ) -> Result<(), LeftOut> {
        let text = self.text;
        let within = &text[body.at.clone()];
        for place in words(within, &(0..within.len()), name) {
            let place = body.at.start + place;
            let before = text[..place].trim_end();
            let behind = text[place + name.len()..].trim_start();
            let is_given = if is_pointer {
                before.ends_with(['(', ',']) && behind.starts_with([')', ','])
            } else {
                before.ends_with('&') && !behind.starts_with(['.', '['])
            };
            let call = enclosing_call(text, place).filter(|_| is_given);
            let Some((callee, argument)) = call else { continue };
            if depth > 0 && callee == "memset" && argument == 0 {
                return Err(LeftOut::Twice);
            }
            if HARMLESS.contains(&callee) {
                continue;
            }
            if callee.contains("copy_from_user") || callee == "get_user" {
                return Err(LeftOut::CopiedIn);
            }
            let own = self.all.iter().find(|it| it.name == callee);
            let Some(own) = own.filter(|_| depth < DEEPEST) else {
                return Err(LeftOut::UnknownCallee);
            };
            let part = &text[own.at.clone()];
            if parts.contains(&part) {
                continue;
            }
            parts.push(part);
            if let Some(parameter) = own.parameters.get(argument) {
                self.follow(own, (parameter, true), depth + 1, parts)?;
            }
        }
        Ok(())
    }
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
        let to = without_casts(call.arguments.first().copied().unwrap_or_default());
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
