//! Answers for programs: each is what its schema says, and says what the text says.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::run::{Folder, HOLE};

/// Holds a document against a definition of the schema, and every key that the schema has not.
fn checked(definition: &str, document: &Value) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema");
    let text = std::fs::read_to_string(folder.join("answers.schema.json")).unwrap();
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    close(&mut schema);
    schema["$ref"] = json!(format!("#/$defs/{definition}"));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let complaints: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(complaints.is_empty(), "{complaints:#?}\n{document:#}");
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(keys) => {
            keys.values_mut().for_each(close);
            if keys.contains_key("properties") {
                keys.insert("additionalProperties".into(), json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

fn asked(folder: &Folder, arguments: &[&str]) -> Value {
    let done = folder.run(&[arguments, &["--format", "json"]].concat());
    assert_eq!(done.code, 0, "{}", done.seen());
    serde_json::from_str(&done.stdout).unwrap()
}

#[test]
fn abis_rules_and_pages_are_lists_as_their_schema_says() {
    let folder = Folder::new();
    let abis = asked(&folder, &["abis"]);
    checked("abis", &abis);
    let arm = abis.as_array().unwrap().iter().find(|abi| abi["name"] == "aarch64").unwrap();
    assert_eq!((&arm["pointer_size"], &arm["kernel_arch"]), (&json!(8), &json!("arm64")));
    checked("rules", &asked(&folder, &["rules"]));
    let pages = asked(&folder, &["explain", "L001", "stale-suppression"]);
    checked("explain", &pages);
    assert_eq!(pages[1]["code"], "S001");
    assert!(pages[0]["page"].as_str().unwrap().contains("# Why"));
}

#[test]
fn numbers_names_and_expressions_are_answered_as_their_schema_says() {
    let text = format!("{HOLE}#define BAR_ANY(len) _IOC(_IOC_READ, 'x', 9, len)\n");
    let folder = Folder::with("foo.h", text);
    let number = asked(&folder, &["number", "0x80187801", "foo.h"]);
    checked("number", &number);
    assert_eq!(number["number"], 0x8018_7801_u32);
    assert_eq!(number["commands"][0]["name"], "FOO_GET");
    assert_eq!(number["decoded"][0]["direction"], "read");
    let name = asked(&folder, &["number", "FOO_GET", "foo.h", "--abi", "x86_64,i386,powerpc"]);
    checked("name", &name);
    // gcc says the same of a structure of 24 bytes, and of 20 on i386.
    assert_eq!(
        name["commands"][0]["numbers"],
        json!([
            {"abis": ["x86_64"], "number": 0x8018_7801_u32, "size": 24, "fits": true},
            {"abis": ["i386"], "number": 0x8014_7801_u32, "size": 20, "fits": true},
            {"abis": ["powerpc"], "number": 0x4018_7801, "size": 24, "fits": true},
        ])
    );
    let family = asked(&folder, &["number", "BAR_ANY", "foo.h"]);
    checked("name", &family);
    assert_eq!(family["commands"][0]["family"]["parameters"], json!(["len"]));
    let expression = asked(&folder, &["number", "_IOR('T', 207, unsigned int)"]);
    checked("expression", &expression);
    let unknown = folder.run(&["number", "FOO_GTE", "foo.h", "--format", "json"]);
    assert_eq!((unknown.code, unknown.stdout.as_str()), (2, ""), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("did you mean `FOO_GET`"), "{}", unknown.stderr);
}

#[test]
fn a_layout_is_the_part_of_a_dump_about_that_structure() {
    let text = format!(
        "{HOLE}struct outer {{ struct foo inner; }};\n#define O _IOR('x', 3, struct outer)\n"
    );
    let folder = Folder::with("foo.h", text);
    let types = |document: &Value| document["types"].as_array().unwrap().clone();
    let dump: Value = serde_json::from_str(&folder.run(&["dump", "foo.h"]).stdout).unwrap();
    let by_name = |name: &str| types(&dump).into_iter().find(|it| it["name"] == name).unwrap();
    let layout = asked(&folder, &["layout", "foo", "foo.h"]);
    assert_eq!(types(&layout).len(), 1);
    let of = |document: &Value, name: &str| {
        // The sets are numbered in the order in which a document speaks of them.
        let mut found = types(document).into_iter().find(|it| it["name"] == name).unwrap();
        for group in found["layouts"].as_array_mut().unwrap() {
            let set = group["abis"].as_u64().unwrap() as usize;
            group["abis"] = document["abi_sets"][set].clone();
        }
        found
    };
    assert_eq!(of(&layout, "struct foo"), of(&dump, "struct foo"));
    let both = asked(&folder, &["layout", "O", "foo.h"]);
    let names: Vec<Value> = types(&both).iter().map(|it| it["name"].clone()).collect();
    assert_eq!(names, ["struct foo", "struct outer"], "{}", by_name("struct outer"));
}

#[test]
fn each_call_of_a_trace_is_a_line_of_json() {
    let folder = Folder::with("foo.h", HOLE);
    let arguments = ["decode", "--headers", "foo.h", "--abi", "x86_64", "--format", "json"];
    let mut child =
        folder.command(&arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let calls = "(3, 0x80187801, 010000000000000002000000000000000300000004000000)\n\
                 ioctl(4, FOO_GET, 0x7ffc) = -1 ENOTTY (Inappropriate ioctl for device)\n\
                 ioctl(5, 0x1234, {a=1}) = 0\n";
    child.stdin.take().unwrap().write_all(calls.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3, "{text}");
    for line in &lines {
        checked("decode", line);
    }
    assert_eq!(lines[0]["commands"][0]["name"], "FOO_GET");
    let member = &lines[0]["argument"]["members"][1];
    assert_eq!((&member["path"], &member["bit_offset"]), (&json!("b"), &json!(64)));
    assert_eq!(lines[1]["argument"], json!({"given": "number", "value": 0x7ffc}));
    assert_eq!(lines[2]["commands"], json!([]));
    assert_eq!(lines[2]["argument"]["given"], "text");
}
