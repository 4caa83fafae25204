//! What an editor offers to write next.

use serde_json::json;

use crate::client::{Editor, HOLE, codes};

/// What is offered at the `|` of a text, in the order in which the editor shows it, and what it replaces.
fn offered(editor: &mut Editor, name: &str, version: i32, marked: &str) -> Vec<(String, String)> {
    let at = marked.find('|').unwrap();
    let text = marked.replace('|', "");
    editor.change(name, version, &text);
    let before = &marked[..at];
    let (line, column) = (before.matches('\n').count(), before.rsplit('\n').next().unwrap().len());
    let params = json!({
        "textDocument": { "uri": editor.uri(name) },
        "position": { "line": line, "character": column },
    });
    let items = editor.request("textDocument/completion", &params);
    let mut items = items.as_array().unwrap_or_else(|| panic!("{items}")).clone();
    items.sort_by_key(|item| item["sortText"].as_str().unwrap_or_default().to_owned());
    let typed = |item: &serde_json::Value| {
        let range = &item["textEdit"]["range"];
        let column = |end: &str| {
            assert_eq!(range[end]["line"], line, "{item}");
            usize::try_from(range[end]["character"].as_u64().unwrap()).unwrap()
        };
        before.rsplit('\n').next().unwrap()[column("start")..column("end")].to_owned()
    };
    let item = |item: &serde_json::Value| (item["label"].as_str().unwrap().into(), typed(item));
    items.iter().map(item).collect()
}

fn labels(offered: &[(String, String)]) -> Vec<&str> {
    offered.iter().map(|(label, _)| label.as_str()).collect()
}

#[test]
fn suppressions_are_completed_with_scopes_and_rules() {
    let mut editor = Editor::new();
    assert_eq!(codes(&editor.opened("a.h", HOLE)), ["L001", "C001"]);
    let scopes = offered(&mut editor, "a.h", 2, &format!("/* ioctl-lint: al|\n{HOLE}"));
    assert_eq!(scopes, [("allow(".into(), "al".into()), ("allow-file(".into(), "al".into())]);
    let rules =
        offered(&mut editor, "a.h", 3, &format!("{HOLE}/* ioctl-lint: allow(L001, im|) why */\n"));
    assert!(labels(&rules).contains(&"implicit-hole"), "{rules:?}");
    assert!(rules.iter().all(|(_, typed)| typed == "im"), "{rules:?}");
    // What was found there comes first, once it is known.
    let text = format!("{HOLE}/* ioctl-lint: allow(| */\n");
    editor.change("a.h", 4, &text.replace('|', ""));
    editor.diagnostics("a.h", 4);
    let params = json!({
        "textDocument": { "uri": editor.uri("a.h") },
        "position": { "line": HOLE.matches('\n').count(), "character": 21 },
    });
    let items = editor.request("textDocument/completion", &params);
    let first = |label: &str| {
        let item = items.as_array().unwrap().iter().find(|it| it["label"] == label).unwrap();
        item["sortText"].as_str().unwrap().starts_with('0')
    };
    assert!(first("L001") && first("C001") && !first("L004"), "{items}");
}

#[test]
fn attributes_are_completed_with_the_words_of_their_place() {
    let mut editor = Editor::new();
    editor.opened("a.rs", "");
    let variant = "#[derive(Ioctl)]\n#[ioctl(type = b'x')]\nenum E {\n    #[ioctl(nr = 1, re|)]\n    A(u32),\n}\n";
    let words = offered(&mut editor, "a.rs", 2, variant);
    for word in ["read", "read_write", "returns"] {
        assert!(words.contains(&(word.into(), "re".into())), "{words:?}");
    }
    assert!(!labels(&words).contains(&"reserved"), "a word of members: {words:?}");
    let member = "#[repr(C)]\nstruct S {\n    #[ioctl(|)]\n    a: u32,\n}\n";
    assert!(labels(&offered(&mut editor, "a.rs", 3, member)).contains(&"reserved"));
    assert_eq!(
        labels(&offered(&mut editor, "a.rs", 4, "#[derive(|)] struct S;")),
        ["Ioctl", "IoctlData"]
    );
    // In C, and outside of attributes, nothing is offered.
    assert_eq!(offered(&mut editor, "a.rs", 5, "fn re|() {}"), []);
    editor.opened("a.h", "");
    assert_eq!(offered(&mut editor, "a.h", 2, "#[ioctl(|)]\n"), []);
}
