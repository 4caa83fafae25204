//! Any documentation and any name in an interface: the generator refuses it, or the files in C have the
//! tokens that they have without the documentation.
#![no_main]

use std::fs;
use std::sync::LazyLock;

use arbitrary::Arbitrary;
use ioctl_gen::module::{Device, File, Options, plan, render, userland};
use ioctlkit_model::{Interface, Member, RecordBody, Variants};
use ioctlkit_report::visible::is_invisible;
use ioctlkit_sources::rust;
use libfuzzer_sys::fuzz_target;

const SOURCE: &str = include_str!("../../fixtures/module/gong.rs");

static GONG: LazyLock<Interface> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gong.rs");
    fs::write(&path, SOURCE).unwrap();
    let request = rust::Request { paths: vec![path], ..rust::Request::default() };
    let (interface, problems) = rust::read(&request);
    assert!(problems.is_empty(), "{problems:?}");
    interface
});

#[derive(Debug, Arbitrary)]
struct Input {
    docs: Vec<String>,
    names: Vec<(Slot, u8, String)>,
    bench: bool,
    numbered: bool,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Slot {
    Command,
    Variant,
    Prefix,
    Record,
    Tag,
    Member,
    Constant,
    Interface,
}

fn named(interface: &mut Interface, place: Slot, at: usize, name: &str) {
    let name = name.to_owned();
    let commands = interface.commands.len();
    let records = interface.records.len();
    let constants = interface.constants.len();
    match place {
        Slot::Command => interface.commands[at % commands].c_name = Some(name),
        Slot::Variant => interface.commands[at % commands].name = name,
        Slot::Prefix => interface.groups[0].prefix = name,
        Slot::Record => interface.records[at % records].name = Some(name),
        Slot::Tag => interface.records[at % records].c_name = Some(format!("struct {name}")),
        Slot::Member => {
            let record = &mut interface.records[at % records];
            each_member(&mut record.variants, &mut |member| member.name = Some(name.clone()));
        }
        Slot::Constant if constants > 0 => interface.constants[at % constants].name = name,
        Slot::Constant => {}
        Slot::Interface => interface.groups[0].name = name,
    }
}

fn each_member(variants: &mut Variants<RecordBody>, visit: &mut dyn FnMut(&mut Member)) {
    for (abis, mut body) in std::mem::take(variants) {
        body.members.iter_mut().for_each(&mut *visit);
        variants.add(abis, body);
    }
}

fn documented(interface: &Interface, docs: &[String]) -> Interface {
    let mut interface = interface.clone();
    for group in &mut interface.groups {
        group.docs = docs.to_vec();
    }
    for contract in interface.commands.iter_mut().filter_map(|command| command.contract.as_mut()) {
        contract.docs = docs.to_vec();
    }
    for constant in &mut interface.constants {
        constant.docs = docs.to_vec();
    }
    for record in &mut interface.records {
        record.docs = docs.to_vec();
        each_member(&mut record.variants, &mut |member| member.purpose.docs = docs.to_vec());
    }
    interface
}

fn files(interface: &Interface, options: &Options) -> Option<Vec<File>> {
    let plan = plan(interface, options).ok()?;
    let mut files = render(&plan).unwrap();
    files.extend(userland(interface, &plan).unwrap());
    Some(files)
}

/// What the compiler sees: trigraphs replaced, lines joined, comments and white space taken out, but not in
/// strings and characters.
fn seen(text: &str) -> String {
    let text = text.replace("??/", "\\").replace("\\\n", "");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        if let Some(behind) = rest.strip_prefix("/*") {
            rest = behind.split_once("*/").expect("a comment ends").1;
        } else if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |at| &rest[at..]);
        } else if c == '"' || c == '\'' {
            let mut escaped = false;
            let end = rest.char_indices().skip(1).find(|(_, found)| {
                let ends = *found == c && !escaped;
                escaped = *found == '\\' && !escaped;
                ends
            });
            let (text, behind) = rest.split_at(end.expect("a string ends").0 + 1);
            assert!(!text.contains('\n'), "{text}");
            out += text;
            rest = behind;
        } else {
            if !c.is_whitespace() {
                out.push(c);
            }
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

fuzz_target!(|input: Input| {
    let mut interface = GONG.clone();
    for (place, at, name) in &input.names {
        named(&mut interface, *place, usize::from(*at), name);
    }
    let lines = input.docs.iter().flat_map(|line| line.split('\n')).map(str::to_owned);
    let hostile = documented(&interface, &lines.collect::<Vec<_>>());
    let plain = documented(&interface, &["Nothing.".to_owned()]);
    let device = if input.numbered { Device::Cdev } else { Device::Misc };
    let options = Options { bench: input.bench, device, ..Options::default() };
    let (hostile, plain) = (files(&hostile, &options), files(&plain, &options));
    assert_eq!(hostile.is_some(), plain.is_some());
    let (Some(hostile), Some(plain)) = (hostile, plain) else { return };
    for (hostile, plain) in hostile.iter().zip(&plain) {
        assert_eq!(hostile.path, plain.path);
        let unseen = hostile.text.chars().find(|c| is_invisible(*c) && !matches!(c, '\n' | '\t'));
        assert_eq!(unseen, None, "{}", hostile.path);
        if [".c", ".h", ".inc"].iter().any(|end| hostile.path.ends_with(end)) {
            assert_eq!(seen(&hostile.text), seen(&plain.text), "{}", hostile.path);
        }
    }
});
