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

fn text_of(answer: &Value) -> &str {
    answer["contents"]["value"].as_str().unwrap_or_else(|| panic!("{answer}"))
}

#[test]
fn a_structure_and_its_members_show_offsets_and_holes_and_a_command_its_number() {
    let mut editor = Editor::new();
    editor.opened("a.h", HOLE);
    let of_structure = hover(&mut editor, (3, 8));
    assert!(text_of(&of_structure).contains("/* hole */"), "{of_structure}");
    assert!(text_of(&of_structure).contains("m68k"), "{of_structure}");
    let of_member = hover(&mut editor, (5, 7));
    assert_eq!(text_of(&of_member), text_of(&of_structure));
    assert_eq!(of_member["range"]["start"], json!({ "line": 5, "character": 7 }));
    let of_command = hover(&mut editor, (10, 10));
    assert!(text_of(&of_command).contains("0x80187801"), "{of_command}");
    // `struct foo` in the command's definition.
    assert_eq!(text_of(&hover(&mut editor, (10, 37))), text_of(&of_structure));
}

#[test]
fn what_is_typed_counts_before_it_is_saved_and_nothing_has_no_answer() {
    let mut editor = Editor::new();
    editor.opened("a.h", HOLE);
    editor.change("a.h", 2, NO_HOLE);
    let of_structure = hover(&mut editor, (3, 8));
    assert!(!text_of(&of_structure).contains("/* hole */"), "{of_structure}");
    assert_eq!(hover(&mut editor, (2, 0)), Value::Null);
    assert_eq!(hover(&mut editor, (9999, 9999)), Value::Null);
}

#[test]
fn at_a_member_its_own_structure_is_shown_whatever_else_has_its_name() {
    let mut editor = Editor::new();
    let text = "#include <linux/types.h>\nstruct inner {\n\t__u32 x;\n};\n\
        struct outer {\n\t__u32 first;\n\tunion {\n\t\tstruct inner inner;\n\t\t__u64 y;\n\t};\n};\n";
    editor.opened("a.h", text);
    // The type of the member, then its name, then a member of the union without a name.
    let of_type = hover(&mut editor, (7, 10));
    assert!(text_of(&of_type).starts_with("```c\nstruct inner "), "{of_type}");
    for place in [(7, 16), (8, 8)] {
        let of_member = hover(&mut editor, place);
        assert!(text_of(&of_member).starts_with("```c\nstruct outer "), "{of_member}");
    }
}
