//! What `#[ioctl(not_portable)]` and `encoded` silence: findings about the definition that says so,
//! and no others, whatever words stand near them.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::BTreeSet;

use ioctl_lint::against::References;
use ioctl_lint::engine;
use ioctl_lint::rules::RULES;
use ioctlkit_sources::rust::{Request, read};

/// What makes a structure of a word portable nowhere.
const WORD: &str = "#[derive(ioctlkit::IoctlData)]\n#[repr(C)]\npub struct Word {\n    pub a: core::ffi::c_long,\n}\n";

const INTERFACE: &str = "#[derive(ioctlkit::Ioctl)]\n#[ioctl(type = b'x', device = Device)]\npub enum DeviceIoctl {\n    #[ioctl(nr = 1, read)]\n    GetWord(Word),\n}\n";

/// The codes of the rules about differences between machines that speak of a text, each with the
/// line that it speaks of.
fn findings(text: &str) -> BTreeSet<(&'static str, u32)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lib.rs");
    std::fs::write(&path, text).unwrap();
    let (interface, problems) = read(&Request { paths: vec![path], ..Request::default() });
    assert!(problems.is_empty(), "{problems:#?}");
    engine::run(&interface, &References::default(), RULES)
        .into_iter()
        .filter(|finding| matches!(finding.rule.code, "C002" | "N016" | "R002"))
        .map(|finding| (finding.rule.code, interface.sources.position(finding.span).line))
        .collect()
}

fn codes(text: &str) -> Vec<&'static str> {
    findings(text).into_iter().map(|(code, _)| code).collect()
}

fn with(before_the_structure: &str) -> Vec<&'static str> {
    codes(&format!("{before_the_structure}{WORD}{INTERFACE}"))
}

#[test]
fn a_structure_that_differs_is_told() {
    assert_eq!(with(""), ["C002", "N016", "R002"]);
}

#[test]
fn the_attribute_silences_what_is_said_of_its_structure() {
    assert_eq!(with("#[ioctl(not_portable)]\n"), [""; 0]);
    assert_eq!(with("#[ioctl(c = \"word\", not_portable = \"as the header has it\")]\n"), [""; 0]);
}

#[test]
fn a_comment_that_speaks_of_the_attribute_silences_nothing() {
    for comment in [
        "/// This ioctl is `not_portable`.\n",
        "// #[ioctl(not_portable)]\n",
        "/* #[ioctl(not_portable)] */\n",
        "#[doc = \"#[ioctl(not_portable)]\"]\n",
    ] {
        assert_eq!(with(comment), ["C002", "N016", "R002"], "{comment}");
    }
}

#[test]
fn a_string_with_the_words_silences_nothing() {
    assert_eq!(with("#[ioctl(c = \"ioctl_not_portable\")]\n"), ["C002", "N016", "R002"]);
    assert_eq!(with("#[must_use = \"ioctl(not_portable)\"]\n"), ["C002", "N016", "R002"]);
}

#[test]
fn an_attribute_that_no_condition_lets_through_silences_nothing() {
    assert_eq!(with("#[cfg_attr(any(), ioctl(not_portable))]\n"), ["C002", "N016", "R002"]);
}

#[test]
fn a_definition_that_is_never_compiled_silences_nothing() {
    let never = format!("#[cfg(any())]\nmod gone {{\n#[ioctl(not_portable)]\n{WORD}}}\n");
    assert_eq!(with(&never), ["C002", "N016", "R002"]);
}

#[test]
fn a_namesake_in_another_module_is_told_apart() {
    let one = format!("pub mod one {{\n#[ioctl(not_portable)]\n{WORD}{INTERFACE}}}\n");
    assert_eq!(codes(&one), [""; 0]);
    let two = format!("pub mod two {{\n{WORD}{INTERFACE}}}\n");
    let both = format!("{one}{two}");
    let of_two = both.find("pub mod two").unwrap();
    let first_of_two = both[..of_two].lines().count() as u32 + 1;
    let found = findings(&both);
    assert_eq!(found.iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["C002", "N016", "R002"]);
    assert!(found.iter().all(|(_, line)| *line > first_of_two), "{found:?}");
}

/// An interface of one command that passes a `long`.
fn command(words: &str) -> String {
    format!(
        "#[derive(ioctlkit::Ioctl)]\n#[ioctl(type = b'x', device = Device)]\npub enum DeviceIoctl \
         {{\n    #[ioctl(nr = 2, read{words})]\n    Flags(core::ffi::c_long),\n}}\n"
    )
}

#[test]
fn a_command_accepts_for_itself_alone() {
    let accepts = format!("mod one {{\n{}}}\n", command(", not_portable"));
    assert_eq!(codes(&accepts), [""; 0]);
    let does_not = format!("mod two {{\n{}}}\n", command(""));
    assert_eq!(codes(&does_not), ["C002", "N016", "R002"]);
    assert_eq!(codes(&format!("{accepts}{does_not}")), ["C002", "N016", "R002"]);
}

#[test]
fn a_number_that_is_made_with_another_type_is_accepted_where_it_is_said() {
    let encoded = "#[derive(ioctlkit::Ioctl)]\n#[ioctl(type = b'x', device = Device)]\npub enum \
                   DeviceIoctl {\n    #[ioctl(nr = 2, read, encoded = c_long)]\n    Flags(u32),\n}\n";
    assert_eq!(codes(encoded), [""; 0]);
}
