use serde_json::{Value, json};

use crate::client::{Editor, HOLE, NO_HOLE};

/// What the server says of a place.
fn hover(editor: &mut Editor, (line, character): (u32, u32)) -> Value {
    let params = json!({
        "textDocument": { "uri": editor.uri("a.h") },
        "position": { "line": line, "character": character },
    });
    editor.request("textDocument/hover", &params)
}

fn text(answer: &Value) -> &str {
    answer["contents"]["value"].as_str().unwrap_or_else(|| panic!("{answer}"))
}

#[test]
fn a_structure_and_its_members_show_offsets_and_holes_and_a_command_its_number() {
    let mut editor = Editor::new();
    editor.opened("a.h", HOLE);
    let of_structure = hover(&mut editor, (3, 8));
    assert!(text(&of_structure).contains("/* hole */"), "{of_structure}");
    assert!(text(&of_structure).contains("m68k"), "{of_structure}");
    let of_member = hover(&mut editor, (5, 7));
    assert_eq!(text(&of_member), text(&of_structure));
    assert_eq!(of_member["range"]["start"], json!({ "line": 5, "character": 7 }));
    let of_command = hover(&mut editor, (10, 10));
    assert!(text(&of_command).contains("0x80187801"), "{of_command}");
    // `struct foo` in the command's definition.
    assert_eq!(text(&hover(&mut editor, (10, 37))), text(&of_structure));
}

#[test]
fn what_is_typed_counts_before_it_is_saved_and_nothing_has_no_answer() {
    let mut editor = Editor::new();
    editor.opened("a.h", HOLE);
    editor.change("a.h", 2, NO_HOLE);
    let of_structure = hover(&mut editor, (3, 8));
    assert!(!text(&of_structure).contains("/* hole */"), "{of_structure}");
    assert_eq!(hover(&mut editor, (2, 0)), Value::Null);
    assert_eq!(hover(&mut editor, (9999, 9999)), Value::Null);
}
