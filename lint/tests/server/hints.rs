//! What stands beside structures and commands: inlay hints and code lenses.

use serde_json::{Value, json};

use crate::client::{Editor, HOLE};

/// The hints in a range of lines, each with its line in front.
fn hints(editor: &mut Editor, name: &str, lines: (u32, u32)) -> Vec<String> {
    let params = json!({
        "textDocument": { "uri": editor.uri(name) },
        "range": {
            "start": { "line": lines.0, "character": 0 }, "end": { "line": lines.1, "character": 0 }
        },
    });
    let hints = editor.request("textDocument/inlayHint", &params);
    let hints = hints.as_array().unwrap_or_else(|| panic!("{hints}"));
    let shown = |hint: &Value| {
        let at = &hint["position"];
        format!("{}:{} {}", at["line"], at["character"], hint["label"].as_str().unwrap())
    };
    hints.iter().map(shown).collect()
}

fn lenses(editor: &mut Editor, name: &str) -> Vec<String> {
    let params = json!({ "textDocument": { "uri": editor.uri(name) } });
    let lenses = editor.request("textDocument/codeLens", &params);
    let shown = |lens: &Value| {
        let line = &lens["range"]["start"]["line"];
        format!("{line} {}", lens["command"]["title"].as_str().unwrap())
    };
    lenses.as_array().unwrap_or_else(|| panic!("{lenses}")).iter().map(shown).collect()
}

#[test]
fn members_have_their_offsets_and_holes_behind_them() {
    let mut editor = Editor::new();
    editor.opened("a.h", HOLE);
    let all = hints(&mut editor, "a.h", (0, 99));
    assert_eq!(
        all,
        [
            "4:9 0; then a hole of 4 bytes on x86_64 and 22 other ABIs",
            "5:9 8 (4 on i386 and 8 other ABIs)",
            "6:9 16 (12 on i386 and 8 other ABIs)",
            "7:16 20 (16 on i386 and 8 other ABIs)",
        ]
    );
    // Only those that are on the screen.
    let some = hints(&mut editor, "a.h", (5, 7));
    assert_eq!(some, all[1..3]);
}

#[test]
fn members_of_unnamed_unions_and_bit_fields_are_counted_from_the_outermost_structure() {
    let mut editor = Editor::new();
    let text = "#include <linux/ioctl.h>\n#include <linux/types.h>\n\
        struct foo {\n\t__u32 a, b;\n\tunion {\n\t\t__u64 c;\n\t\tstruct { __u16 d; __u8 e; };\n\t};\n\
        \t__u32 low : 3, high : 5;\n\t__u8 tail[];\n};\n\
        #define FOO_GET _IOR('x', 1, struct foo)\n";
    editor.opened("a.h", text);
    assert_eq!(
        hints(&mut editor, "a.h", (0, 99)),
        [
            "3:9 0",
            "3:12 4",
            "5:10 8",
            "6:19 8",
            "6:27 10; then padding of 1 byte",
            "8:15 16",
            "8:25 16:3",
            "9:13 17; then padding of 7 bytes on x86_64 and 22 other ABIs, 3 bytes on i386 and 7 other ABIs, \
             1 byte on m68k",
        ]
    );
    assert_eq!(
        lenses(&mut editor, "a.h"),
        [
            "2 24 bytes (20 bytes on i386 and 7 other ABIs, 18 bytes on m68k)",
            "11 0x80187801 (0x80147801 on i386 and 7 other ABIs, 0x40187801 on powerpc64 and 12 other ABIs, \
 0x80127801 on m68k)"
        ]
    );
}

#[test]
fn rust_has_them_too_and_nothing_has_none() {
    let mut editor = Editor::new();
    let rust = "#[repr(C)]\npub struct Foo {\n    pub a: u32,\n    pub b: u64,\n}\n\
        nix::ioctl_read!(foo_get, b'x', 1, Foo);\n";
    editor.opened("a.rs", rust);
    assert_eq!(
        hints(&mut editor, "a.rs", (0, 99)),
        [
            "2:15 0; then a hole of 4 bytes on x86_64 and 22 other ABIs",
            "3:15 8 (4 on i386 and 8 other ABIs)",
        ]
    );
    assert_eq!(
        lenses(&mut editor, "a.rs"),
        [
            "1 16 bytes (12 bytes on i386 and 8 other ABIs)",
            "5 0x80107801 (0x800c7801 on i386 and 8 other ABIs, 0x40107801 on powerpc64 and 12 other ABIs)"
        ]
    );
    editor.opened("b.h", "int x;\n");
    assert_eq!(hints(&mut editor, "b.h", (0, 99)), [] as [String; 0]);
    assert_eq!(lenses(&mut editor, "b.h"), [] as [String; 0]);
}

#[test]
fn commands_have_their_numbers_above_them_and_structures_their_sizes() {
    let mut editor = Editor::new();
    editor.opened("a.h", HOLE);
    assert_eq!(
        lenses(&mut editor, "a.h"),
        [
            "3 24 bytes (20 bytes on i386 and 8 other ABIs)",
            "10 0x80187801 (0x80147801 on i386 and 8 other ABIs, 0x40187801 on powerpc64 and 12 other ABIs)",
        ]
    );
}

#[test]
fn an_editor_is_asked_to_refresh_when_another_text_changes_a_layout() {
    let capabilities = json!({ "workspace": {
        "inlayHint": { "refreshSupport": true }, "codeLens": { "refreshSupport": true }
    } });
    let mut editor = Editor::with_capabilities(&["--select", "L001"], &capabilities);
    let types = "#include <linux/types.h>\ntypedef __u32 word;\n";
    editor.write("types.h", types);
    let user = "#include <linux/ioctl.h>\n#include \"types.h\"\nstruct foo {\n\tword a;\n\tword b;\n};\n\
                #define FOO_GET _IOR('x', 1, struct foo)\n";
    editor.opened("user.h", user);
    editor.opened("types.h", types);
    assert_eq!(hints(&mut editor, "user.h", (4, 5)), ["4:8 4"]);
    editor.change("types.h", 2, &types.replace("32", "64"));
    editor.wait(|message| message["method"] == "workspace/inlayHint/refresh");
    editor.wait(|message| message["method"] == "workspace/codeLens/refresh");
    assert_eq!(hints(&mut editor, "user.h", (4, 5)), ["4:8 8"]);
}
