//! What is shown while somebody types.

use serde_json::{Value, json};

use crate::client::{DRIVER, Editor, HOLE, NO_HOLE, codes};

fn of<'a>(diagnostics: &'a [Value], code: &str) -> &'a Value {
    diagnostics.iter().find(|it| it["code"] == code).expect(code)
}

#[test]
fn an_unsaved_text_is_judged_as_it_is_typed() {
    let mut editor = Editor::new();
    let found = editor.opened("a.h", HOLE);
    assert_eq!(codes(&found), ["L001", "C001"]);
    let command = of(&found, "C001");
    assert_eq!(command["severity"], 1);
    assert_eq!(command["source"], "ioctl-lint");
    assert_eq!(command["range"]["start"], json!({ "line": 10, "character": 8 }));
    assert_eq!(command["range"]["end"], json!({ "line": 10, "character": 15 }));
    let page = command["codeDescription"]["href"].as_str().unwrap();
    assert!(page.ends_with("/docs/rules/C001.md"), "{page}");
    let message = command["message"].as_str().unwrap();
    assert!(message.starts_with("i386 programs disagree with the kernel: `b`"), "{message}");
    assert!(message.contains("\nnote: ") && message.contains("\nhelp: "), "{message}");
    let hence: Vec<&str> = command["relatedInformation"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["message"].as_str().unwrap())
        .collect();
    assert!(hence.iter().any(|it| it.starts_with("hence L001: ")), "{hence:?}");
    // What follows from it is a hint that leads back.
    let hole = of(&found, "L001");
    assert_eq!(hole["severity"], 4);
    let from = hole["relatedInformation"].as_array().unwrap().last().unwrap();
    assert!(from["message"].as_str().unwrap().starts_with("follows from C001: "), "{from}");
    assert_eq!(from["location"]["uri"], editor.uri("a.h"));

    editor.change("a.h", 2, NO_HOLE);
    assert_eq!(editor.diagnostics("a.h", 2), [] as [Value; 0]);
    assert!(!editor.path("a.h").exists(), "nothing was written");
}

#[test]
fn a_range_is_replaced_by_utf_16_columns() {
    let mut editor = Editor::new();
    let text = HOLE.replace("\t__u32 a;", "\t/* 😀é */ __u32 a;");
    editor.open("a.h", &text);
    editor.diagnostics("a.h", 1);
    // `__u32 a` becomes `__u64 a`: the emoji has two units, and four bytes.
    let change = json!({
        "range": {
            "start": { "line": 4, "character": 14 }, "end": { "line": 4, "character": 16 }
        },
        "text": "64"
    });
    let document = json!({ "uri": editor.uri("a.h"), "version": 2 });
    let params = json!({ "textDocument": document, "contentChanges": [change] });
    editor.notify("textDocument/didChange", &params);
    assert_eq!(editor.diagnostics("a.h", 2), [] as [Value; 0]);
    // And a column of a finding behind them, in the same units.
    editor.change("a.h", 3, &text);
    let found = editor.diagnostics("a.h", 3);
    assert_eq!(of(&found, "L001")["range"]["start"], json!({ "line": 4, "character": 17 }));
}

#[test]
fn a_header_that_another_one_includes_counts_as_it_is_in_the_editor() {
    let mut editor = Editor::new();
    let types =
        "#include <linux/types.h>\nstruct foo {\n\t__u64 a;\n\t__u32 flags, reserved;\n};\n";
    editor.write("types.h", types);
    let user = "#include <linux/ioctl.h>\n#include \"types.h\"\n\
                #define FOO_GET _IOR('x', 1, struct foo)\n";
    assert_eq!(editor.opened("user.h", user), [] as [Value; 0]);
    editor.opened("types.h", types);
    editor.change("types.h", 2, &types.replace("__u32 flags, reserved", "__u32 flags"));
    // Nothing has changed in the text that includes it.
    let found = editor.diagnostics("user.h", 1);
    assert!(codes(&found).contains(&"C001"), "{found:?}");
    editor.notify(
        "textDocument/didClose",
        &json!({ "textDocument": { "uri": editor.uri("types.h") } }),
    );
    assert_eq!(editor.diagnostics("user.h", 1), [] as [Value; 0], "it is on disk as it was");
}

#[test]
fn versions_that_were_typed_over_are_never_shown() {
    let mut editor = Editor::new();
    editor.open("a.h", HOLE);
    for version in 2..40 {
        editor.change("a.h", version, if version % 2 == 0 { NO_HOLE } else { HOLE });
    }
    assert_eq!(codes(&editor.diagnostics("a.h", 39)), ["L001", "C001"]);
    editor.change("a.h", 40, NO_HOLE);
    assert_eq!(editor.diagnostics("a.h", 40), [] as [Value; 0]);
}

#[test]
fn suppressions_baselines_and_the_configuration_count_as_for_check() {
    let mut editor = Editor::new();
    let allowed = HOLE.replace(
        "struct foo {",
        "/* ioctl-lint: allow(L001, C001) in use since 2.6 */\nstruct foo {",
    );
    let found = editor.opened("allowed.h", &allowed);
    assert_eq!(codes(&found), ["S001", "C001"], "C001 is about the command");

    editor.write("ioctl-lint.toml", "[rules]\nL001 = \"warning\"\nC001 = \"off\"\n");
    let found = editor.opened("configured.h", HOLE);
    assert_eq!((codes(&found), &found[0]["severity"]), (vec!["L001"], &json!(2)));

    editor.write("ioctl-lint.toml", "baseline = \"accepted.json\"\n");
    editor.write("old.h", HOLE);
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_ioctl-lint"))
        .args(["check", "--write-baseline", "accepted.json", "old.h"])
        .current_dir(editor.path(""))
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
    assert_eq!(editor.opened("old.h", HOLE), [] as [Value; 0]);
    let changed = json!({ "uri": editor.uri("ioctl-lint.toml"), "type": 2 });
    editor.notify("workspace/didChangeWatchedFiles", &json!({ "changes": [changed] }));
    assert_eq!(
        editor.diagnostics("configured.h", 1),
        [] as [Value; 0],
        "the baseline is its own, too"
    );
}

#[test]
fn a_configuration_that_cannot_be_used_is_said_in_the_text_until_it_can() {
    let mut editor = Editor::new();
    editor.write("ioctl-lint.toml", "[rules]\nL001 = \"loud\"\n");
    let found = editor.opened("a.h", HOLE);
    assert_eq!(found.len(), 1, "{found:?}");
    let message = found[0]["message"].as_str().unwrap();
    assert!(message.contains("ioctl-lint.toml:2: ") && message.contains("loud"), "{message}");
    let place = &found[0]["relatedInformation"][0]["location"];
    assert_eq!(place["uri"], editor.uri("ioctl-lint.toml"));
    assert_eq!(place["range"]["start"]["line"], 1);
    std::fs::remove_file(editor.path("ioctl-lint.toml")).unwrap();
    std::fs::create_dir(editor.path("ioctl-lint.toml")).unwrap();
    editor.change("a.h", 2, HOLE);
    let found = editor.diagnostics("a.h", 2);
    assert_eq!(codes(&found), ["L001", "C001"], "a folder is no configuration: {found:?}");
    std::fs::remove_dir(editor.path("ioctl-lint.toml")).unwrap();
    editor.write("ioctl-lint.toml", b"\xff\xfe");
    editor.change("a.h", 3, HOLE);
    let found = editor.diagnostics("a.h", 3);
    let message = found[0]["message"].as_str().unwrap();
    assert!(message.contains("ioctl-lint.toml:1: a byte that is not UTF-8"), "{message}");
}

#[test]
fn a_file_that_is_deleted_is_judged_by_the_text_that_is_open() {
    let mut editor = Editor::new();
    editor.write("a.h", NO_HOLE);
    assert_eq!(editor.opened("a.h", NO_HOLE), [] as [Value; 0]);
    std::fs::remove_file(editor.path("a.h")).unwrap();
    let gone = json!({ "uri": editor.uri("a.h"), "type": 3 });
    editor.notify("workspace/didChangeWatchedFiles", &json!({ "changes": [gone] }));
    assert_eq!(editor.diagnostics("a.h", 1), [] as [Value; 0]);
    editor.change("a.h", 2, HOLE);
    assert_eq!(codes(&editor.diagnostics("a.h", 2)), ["L001", "C001"]);
    // Closed, it is nowhere.
    let document = json!({ "textDocument": { "uri": editor.uri("a.h") } });
    editor.notify("textDocument/didClose", &document);
    let uri = editor.uri("a.h");
    let cleared = editor.wait(|message| {
        message["params"]["uri"] == uri.as_str() && message["params"].get("version").is_none()
    });
    assert_eq!(cleared["params"]["diagnostics"], json!([]));
}

#[test]
fn what_leads_out_of_the_tree_is_named_and_not_read() {
    let mut editor = Editor::new();
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret.h"), "#define SECRET 1234567\n").unwrap();
    let include = outside.path().join("secret.h");
    let text = format!("#include \"{}\"\n{HOLE}", include.display());
    let found = editor.opened("a.h", &text);
    let said = serde_json::to_string(&found).unwrap();
    assert!(said.contains("secret.h") && !said.contains("1234567"), "{said}");
}

#[test]
fn a_text_that_ends_its_reader_costs_that_text() {
    let mut editor = Editor::new();
    let weighty: String = (0..40).fold("#define A0 1 1\n".to_owned(), |text, n| {
        text + &format!("#define A{} A{n} A{n} A{n} A{n}\n", n + 1)
    });
    let text = format!("{weighty}#define X _IO('x', A40)\n");
    let found = editor.opened("heavy.h", &text);
    assert!(!found.is_empty());
    assert_eq!(codes(&editor.opened("a.h", HOLE)), ["L001", "C001"], "the next one is judged");
}

#[test]
fn rust_and_drivers_are_judged_too_and_other_texts_are_not() {
    let mut editor = Editor::new();
    let rust = "#[repr(C)]\npub struct Foo {\n    pub a: u32,\n    pub b: u64,\n}\n\n\
                nix::ioctl_read!(foo_get, b'x', 1, Foo);\n";
    let found = editor.opened("foo.rs", rust);
    assert!(codes(&found).contains(&"L001"), "{found:?}");
    editor.write("foo.h", NO_HOLE);
    let found = editor.opened("foo.c", DRIVER);
    assert!(codes(&found).contains(&"H005"), "{found:?}");
    assert!(codes(&found).contains(&"H001"), "{found:?}");
    editor.open("notes.md", "#define X _IOR('x', 1, long)\n");
    editor.change("foo.h", 2, HOLE);
    assert_eq!(codes(&editor.opened("a.h", HOLE)), ["L001", "C001"]);
    let (uri, none) = (editor.uri("notes.md"), Vec::<Value>::new());
    let shown = editor.shown_so_far(|message| message["params"]["uri"] == uri.as_str());
    assert_eq!(shown, none);
}

#[test]
fn an_installed_header_has_the_findings_that_check_has() {
    let mut editor = Editor::of(&[]);
    let path = "/usr/include/linux/vduse.h";
    let text = std::fs::read_to_string(path)
        .expect("the kernel headers: install linux-libc-dev (`cargo xtask setup`)");
    editor.write("vduse.h", &text);
    let found = editor.opened("vduse.h", &text);
    let checked = std::process::Command::new(env!("CARGO_BIN_EXE_ioctl-lint"))
        .args(["check", "--no-cache", "--format", "json", "vduse.h"])
        .current_dir(editor.path(""))
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&checked.stdout).unwrap();
    let expected: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["code"].as_str().unwrap())
        .collect();
    assert!(expected.len() > 5, "{expected:?}");
    assert_eq!(codes(&found), expected);
}
