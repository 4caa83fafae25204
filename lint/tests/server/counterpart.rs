//! From Rust to the C header and back.

use std::os::unix::fs::symlink;

use serde_json::{Value, json};

use crate::client::{Editor, HOLE};

const RUST: &str = "\
#[repr(C)]
pub struct Foo {
    pub a: u32,
    pub b: u64,
    pub c: u32,
    pub reserved: u32,
}

nix::ioctl_read!(foo_get, b'x', 1, Foo);
nix::ioctl_read!(take, b'x', 2, Foo);
";

/// Where the counterpart of what is at a place is: `file:line:column`.
fn found(editor: &mut Editor, name: &str, (line, character): (u32, u32)) -> Vec<String> {
    let params = json!({
        "textDocument": { "uri": editor.uri(name) },
        "position": { "line": line, "character": character },
    });
    let locations = editor.request("textDocument/declaration", &params);
    assert_eq!(editor.request("textDocument/implementation", &params), locations);
    let folder = editor.uri("");
    let place = |location: &Value| {
        let start = &location["range"]["start"];
        let file = location["uri"].as_str().unwrap().strip_prefix(&folder).unwrap();
        format!("{file}:{}:{}", start["line"], start["character"])
    };
    locations.as_array().map_or_else(Vec::new, |all| all.iter().map(place).collect())
}

#[test]
fn a_command_and_a_structure_lead_to_the_open_text_of_the_other_language() {
    let mut editor = Editor::of(&["--select", "L001"]);
    let header = format!("{HOLE}#define FOO_FETCH _IOR('x', 2, struct foo)\n");
    editor.opened("a.h", &header);
    editor.opened("b.rs", RUST);
    assert_eq!(found(&mut editor, "b.rs", (1, 12)), ["a.h:3:7"]);
    assert_eq!(found(&mut editor, "b.rs", (8, 20)), ["a.h:10:8"]);
    // By its number: the names have nothing in common.
    assert_eq!(found(&mut editor, "b.rs", (9, 18)), ["a.h:11:8"]);
    assert_eq!(found(&mut editor, "a.h", (3, 8)), ["b.rs:1:11"]);
    assert_eq!(found(&mut editor, "a.h", (10, 9)), ["b.rs:8:17"]);
    assert_eq!(found(&mut editor, "a.h", (11, 9)), ["b.rs:9:17"]);
    // A member, and nothing.
    assert_eq!(found(&mut editor, "a.h", (4, 8)), [] as [String; 0]);
    assert_eq!(found(&mut editor, "a.h", (2, 0)), [] as [String; 0]);
}

#[test]
fn files_of_the_workspace_are_looked_through_and_nothing_else() {
    let mut editor = Editor::of(&["--select", "L001"]);
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("a.h"), HOLE).unwrap();
    symlink(outside.path(), editor.path("linked")).unwrap();
    symlink(outside.path().join("a.h"), editor.path("linked.h")).unwrap();
    symlink(editor.path(""), editor.path("loop")).unwrap();
    editor.opened("b.rs", RUST);
    assert_eq!(found(&mut editor, "b.rs", (8, 20)), [] as [String; 0]);
    editor.write("include/other.h", "#define FOO_GETS 1\n");
    editor.write("include/uapi/a.h", HOLE);
    editor.write("include/uapi/z.h", "/* FOO_GET */\n");
    assert_eq!(found(&mut editor, "b.rs", (8, 20)), ["include/uapi/a.h:10:8"]);
    assert_eq!(found(&mut editor, "b.rs", (1, 12)), ["include/uapi/a.h:3:7"]);
    // And back, without the Rust source open.
    editor.write("src/c.rs", RUST);
    editor
        .notify("textDocument/didClose", &json!({ "textDocument": { "uri": editor.uri("b.rs") } }));
    editor.opened("include/uapi/a.h", HOLE);
    assert_eq!(found(&mut editor, "include/uapi/a.h", (10, 9)), ["src/c.rs:8:17"]);
}
