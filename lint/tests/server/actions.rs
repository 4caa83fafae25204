//! What the editor is offered to do about findings.

use serde_json::{Value, json};

use crate::client::{DRIVER, Editor, HOLE, NO_HOLE, codes};

fn actions_within(editor: &mut Editor, name: &str, (from, to): (Value, Value)) -> Vec<Value> {
    let params = json!({
        "textDocument": { "uri": editor.uri(name) },
        "range": { "start": from, "end": to },
        "context": { "diagnostics": [] },
    });
    let actions = editor.request("textDocument/codeAction", &params);
    actions.as_array().unwrap_or_else(|| panic!("{actions}")).clone()
}

/// The actions at a line.
fn actions(editor: &mut Editor, name: &str, line: u32) -> Vec<Value> {
    let (from, to) =
        (json!({ "line": line, "character": 0 }), json!({ "line": line, "character": 999 }));
    actions_within(editor, name, (from, to))
}

fn titles(actions: &[Value]) -> Vec<&str> {
    actions.iter().map(|action| action["title"].as_str().unwrap()).collect()
}

/// A text with the edits of an action made. They are of whole ASCII texts.
fn edited(editor: &Editor, name: &str, text: &str, action: &Value) -> String {
    let edit = &action["edit"];
    let own = &edit["changes"][editor.uri(name)];
    let mut edits = own.as_array().unwrap_or_else(|| panic!("{action}")).clone();
    assert_eq!(edit["changes"].as_object().unwrap().len(), 1, "{action}");
    let offset = |position: &Value| {
        let line = usize::try_from(position["line"].as_u64().unwrap()).unwrap();
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        start + usize::try_from(position["character"].as_u64().unwrap()).unwrap()
    };
    edits.sort_by_key(|edit| offset(&edit["range"]["start"]));
    let mut text = text.to_owned();
    for edit in edits.iter().rev() {
        let range = &edit["range"];
        let at = offset(&range["start"])..offset(&range["end"]);
        text.replace_range(at, edit["newText"].as_str().unwrap());
    }
    text
}

fn titled<'a>(actions: &'a [Value], words: &str) -> &'a Value {
    let found = actions.iter().find(|it| it["title"].as_str().unwrap().contains(words));
    found.unwrap_or_else(|| panic!("{words}: {:?}", titles(actions)))
}

#[test]
fn a_fix_says_whether_it_is_safe_and_mends_the_finding_and_what_follows_from_it() {
    let mut editor = Editor::new();
    assert_eq!(codes(&editor.opened("a.h", HOLE)), ["L001", "C001"]);
    // At the command, and at the hole that follows from it.
    for line in [4, 10] {
        let offered = actions(&mut editor, "a.h", line);
        let fix = titled(&offered, "(unsafe: changes the ABI)");
        assert_eq!(fix["kind"], "quickfix");
        assert_eq!(fix["isPreferred"], false);
        let text = edited(&editor, "a.h", HOLE, fix);
        assert!(text.contains("__u32 reserved0;"), "{text}");
        editor.change("a.h", 2, &text);
        assert_eq!(editor.diagnostics("a.h", 2), [] as [Value; 0]);
        editor.change("a.h", 3, HOLE);
        assert_eq!(editor.diagnostics("a.h", 3).len(), 2);
    }
    assert!(actions(&mut editor, "a.h", 2).is_empty(), "nothing is wrong there");
}

#[test]
fn a_safe_fix_is_preferred_and_keeps_the_ends_of_lines() {
    let mut editor = Editor::of(&["--select", "L007"]);
    let text = "#include <linux/types.h>\r\n\r\nenum kind { A };\r\nstruct foo {\r\n\tenum kind k;\r\n};\r\n\
                #define FOO _IOR('x', 1, struct foo)\r\n";
    assert_eq!(codes(&editor.opened("a.h", text)), ["L007"]);
    let offered = actions(&mut editor, "a.h", 4);
    let fix = titled(&offered, "(safe: keeps every layout and number)");
    assert_eq!(fix["isPreferred"], true);
    let text = edited(&editor, "a.h", text, fix);
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{text:?}");
    editor.change("a.h", 2, &text);
    assert_eq!(editor.diagnostics("a.h", 2), [] as [Value; 0]);
}

#[test]
fn a_finding_is_allowed_where_it_is_in_c_and_in_rust() {
    let rust = "\
use std::os::fd::RawFd;

#[repr(C)]
pub struct Foo {
    pub a: u32,
    pub b: u64,
    pub c: u32,
    pub reserved: u32,
}

nix::ioctl_read!(foo_get, b'x', 1, Foo);
";
    let mut editor = Editor::of(&["--select", "L001,S"]);
    for (name, text, comment) in [
        ("a.h", HOLE, "/* ioctl-lint: allow(L001) TODO"),
        ("a.rs", rust, "// ioctl-lint: allow(L001) TODO"),
    ] {
        let found = editor.opened(name, text);
        assert_eq!(codes(&found), ["L001"], "{name}");
        let line = u32::try_from(found[0]["range"]["start"]["line"].as_u64().unwrap()).unwrap();
        let offered = actions(&mut editor, name, line);
        let text = edited(&editor, name, text, titled(&offered, "allow it here"));
        assert!(text.contains(comment), "{text}");
        editor.change(name, 2, &text);
        assert_eq!(editor.diagnostics(name, 2), [] as [Value; 0], "{text}");
    }
}

#[test]
fn a_finding_of_a_driver_is_allowed_and_explained_once() {
    let mut editor = Editor::of(&["--select", "H005,S"]);
    editor.write("foo.h", NO_HOLE);
    let found = editor.opened("foo.c", DRIVER);
    assert_eq!(codes(&found), ["H005"]);
    let line = u32::try_from(found[0]["range"]["start"]["line"].as_u64().unwrap()).unwrap();
    let offered = actions(&mut editor, "foo.c", line);
    let explained = offered.iter().filter(|it| it["command"]["command"] == "ioctl-lint.explain");
    assert_eq!(explained.count(), 1, "{:?}", titles(&offered));
    let text = edited(&editor, "foo.c", DRIVER, titled(&offered, "allow it here"));
    editor.change("foo.c", 2, &text);
    assert_eq!(editor.diagnostics("foo.c", 2), [] as [Value; 0], "{text}");
}

#[test]
fn an_edit_names_the_version_where_the_editor_takes_it_and_its_diagnostic() {
    let capabilities = json!({ "workspace": { "workspaceEdit": { "documentChanges": true } } });
    let mut editor = Editor::with_capabilities(&["--select", "L001"], &capabilities);
    let found = editor.opened("a.h", HOLE);
    editor.change("a.h", 7, HOLE);
    let other = json!({ "range": found[0]["range"], "message": "of another server" });
    let params = json!({
        "textDocument": { "uri": editor.uri("a.h") },
        "range": found[0]["range"],
        "context": { "diagnostics": [found[0], other], "only": ["quickfix"] },
    });
    let actions = editor.request("textDocument/codeAction", &params);
    let edit = &actions[0]["edit"]["documentChanges"][0];
    assert_eq!(edit["textDocument"]["version"], 7, "{actions}");
    assert_eq!(actions[0]["diagnostics"], json!([found[0]]));
    let mut params = params;
    params["context"]["only"] = json!(["refactor"]);
    assert_eq!(editor.request("textDocument/codeAction", &params), json!([]));
}

#[test]
fn edits_of_a_header_that_has_changed_are_not_offered() {
    let mut editor = Editor::of(&["--select", "L001"]);
    let types = "#include <linux/types.h>\nstruct foo {\n\t__u32 a;\n\t__u64 b;\n};\n";
    editor.write("types.h", types);
    let user = "#include <linux/ioctl.h>\n#include \"types.h\"\n\
                #define FOO_GET _IOR('x', 1, struct foo)\n";
    editor.opened("user.h", user);
    editor.write("types.h", types.replace("__u32 a", "__u32 aa"));
    let everything = (json!({ "line": 0, "character": 0 }), json!({ "line": 99, "character": 0 }));
    let offered = actions_within(&mut editor, "user.h", everything);
    assert!(offered.iter().all(|action| action.get("edit").is_none()), "{offered:?}");
}

#[test]
fn a_rule_is_explained_by_its_page_or_in_a_message() {
    let capabilities = json!({ "window": { "showDocument": { "support": true } } });
    let mut editor = Editor::with_capabilities(&["--select", "L001"], &capabilities);
    editor.opened("a.h", HOLE);
    let offered = actions(&mut editor, "a.h", 4);
    let command = titled(&offered, "L001: explain implicit-hole")["command"].clone();
    editor.request("workspace/executeCommand", &command);
    let shown = editor.wait(|message| message["method"] == "window/showDocument");
    assert!(shown["params"]["uri"].as_str().unwrap().ends_with("/docs/rules/L001.md"), "{shown}");
    assert_eq!(shown["params"]["external"], true);

    let mut editor = Editor::new();
    editor.request("workspace/executeCommand", &command);
    let shown = editor.wait(|message| message["method"] == "window/showMessage");
    let message = shown["params"]["message"].as_str().unwrap();
    assert!(message.starts_with("L001 implicit-hole: ") && message.contains("# Fix"), "{message}");
    for arguments in [json!([]), json!(["L999"]), json!([7])] {
        let params = json!({ "command": "ioctl-lint.explain", "arguments": arguments });
        let id = editor.ask("workspace/executeCommand", &params);
        assert_eq!(editor.answer(id)["error"]["code"], -32602);
    }
    let id = editor.ask("workspace/executeCommand", &json!({ "command": "rm" }));
    assert_eq!(editor.answer(id)["error"]["message"], "there is no command `rm`");
}

/// An editor that asks for the edit of an action when that was chosen.
fn resolving(options: &[&str]) -> Editor {
    let action = json!({ "dataSupport": true, "resolveSupport": { "properties": ["edit"] } });
    Editor::with_capabilities(options, &json!({ "textDocument": { "codeAction": action } }))
}

#[test]
fn an_edit_that_was_chosen_is_tried_before_it_is_made() {
    let mut editor = resolving(&["--select", "L001,C001"]);
    editor.opened("a.h", HOLE);
    let offered = actions(&mut editor, "a.h", 4);
    let fix = titled(&offered, "changes the ABI").clone();
    assert!(fix.get("edit").is_none(), "{fix}");
    let resolved = editor.request("codeAction/resolve", &fix);
    assert!(edited(&editor, "a.h", HOLE, &resolved).contains("reserved0"), "{resolved}");
    // What has an edit, or is none, comes back as it is.
    for words in ["allow it here", "explain"] {
        let other = titled(&offered, words).clone();
        assert_eq!(editor.request("codeAction/resolve", &other), other);
    }
    // The text has changed since it was offered.
    editor.change("a.h", 2, HOLE);
    let id = editor.ask("codeAction/resolve", &fix);
    assert_eq!(editor.answer(id)["error"]["code"], -32801);
}

#[test]
fn an_edit_that_would_do_harm_is_not_made_and_says_why() {
    let mut editor = resolving(&["--select", "N001,N008"]);
    // With the type that is meant, the number is another command's.
    let text = "#include <linux/ioctl.h>\n#include <linux/types.h>\nstruct foo {\n\t__u64 a, b;\n};\n\
        #define FOO_OLD _IOR('x', 1, struct foo)\n#define FOO_NEW _IOR('x', 1, sizeof(struct foo))\n";
    assert_eq!(codes(&editor.opened("a.h", text)), ["N001"]);
    let offered = actions(&mut editor, "a.h", 6);
    let fix = titled(&offered, "changes the ABI").clone();
    let id = editor.ask("codeAction/resolve", &fix);
    let refused = editor.answer(id);
    let reason = refused["error"]["message"].as_str().unwrap_or_else(|| panic!("{refused}"));
    assert!(reason.starts_with("not edited: it would bring N008"), "{reason}");
    let shown = editor.wait(|message| message["method"] == "window/showMessage");
    assert_eq!(shown["params"]["message"], reason);
}
