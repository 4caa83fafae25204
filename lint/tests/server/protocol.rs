//! The order of a conversation, and messages that are none.

use serde_json::json;

use crate::client::{Editor, HOLE, codes};

#[test]
fn a_conversation_begins_with_initialize_and_ends_with_shutdown_and_exit() {
    let mut editor = Editor::silent();
    let early = editor.ask("textDocument/hover", &json!({}));
    assert_eq!(editor.answer(early)["error"]["code"], -32002);
    let result = editor.request("initialize", &json!({ "capabilities": {} }));
    assert_eq!(result["serverInfo"]["name"], "ioctl-lint");
    assert_eq!(result["capabilities"]["textDocumentSync"]["change"], 2);
    let again = editor.ask("initialize", &json!({ "capabilities": {} }));
    assert_eq!(editor.answer(again)["error"]["code"], -32600);
    editor.request("shutdown", &json!(null));
    let late = editor.ask("textDocument/hover", &json!({}));
    assert_eq!(editor.answer(late)["error"]["code"], -32600);
    editor.notify("exit", &json!(null));
    let (status, said) = editor.end();
    assert_eq!((status.code(), said.as_str()), (Some(0), ""));
}

#[test]
fn an_editor_that_leaves_without_shutdown_is_left_with_1() {
    let mut editor = Editor::new();
    editor.notify("exit", &json!(null));
    assert_eq!(editor.end().0.code(), Some(1));
    assert_eq!(Editor::new().end().0.code(), Some(1), "the end of the input");
}

#[test]
fn what_is_no_message_is_refused_and_the_next_one_is_answered() {
    let mut editor = Editor::new();
    editor.send_raw(b"Content-Length: 9\r\n\r\n{\"id\": 1,");
    let refused = editor.wait(|message| message["id"].is_null() && message.get("error").is_some());
    assert_eq!(refused["error"]["code"], -32700);
    editor.send_raw(b"Content-Length: 12\r\n\r\n{\"hello\": []}"[..34].as_ref());
    let refused = editor.wait(|message| message["id"].is_null() && message.get("error").is_some());
    assert_eq!(refused["error"]["code"], -32700);
    editor.send_raw(b"Content-Length: 13\r\n\r\n{\"hello\": []}");
    let refused = editor.wait(|message| message["id"].is_null() && message.get("error").is_some());
    assert_eq!(refused["error"]["code"], -32600);
    let unknown = editor.ask("textDocument/noSuchThing", &json!({}));
    assert_eq!(editor.answer(unknown)["error"]["code"], -32601);
    editor.notify("textDocument/didOpen", &json!({ "textDocument": 7 }));
    let refused = editor.wait(|message| message["id"].is_null() && message.get("error").is_some());
    assert_eq!(refused["error"]["code"], -32602);
    editor.notify("noSuch/notification", &json!({}));
    assert_eq!(codes(&editor.opened("a.h", HOLE)), ["L001", "C001"]);
}

#[test]
fn a_stream_that_is_no_protocol_ends_the_server_with_a_reason() {
    let mut editor = Editor::new();
    editor.send_raw(b"hello, server\r\n\r\n");
    let (status, said) = editor.end();
    assert_eq!(status.code(), Some(2));
    assert!(said.contains("cannot understand standard input"), "{said}");
    assert!(said.contains("an editor starts it"), "{said}");
}
