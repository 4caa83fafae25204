//! The published schemas describe what is written, all of it and nothing more.

use std::path::Path;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Handler, HandlerStructure, HandlerTable, Object, Report, Span};
use ioctlkit_report::Format;
use serde_json::{Value, json};

use crate::sample::{Sample, everything};

pub(crate) fn published(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema").join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Every way in which `document` breaks `schema`, and every key that `schema` does not mention.
pub(crate) fn complaints(schema: &Value, document: &Value) -> Vec<String> {
    let mut closed = schema.clone();
    close(&mut closed);
    let validator = jsonschema::validator_for(&closed).unwrap();
    validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// Readers must put up with keys that they do not know, so the schema is open. Here it is closed,
/// or a key that nobody described would pass. Definitions that others take in are closed there.
fn close(schema: &mut Value) {
    if let Some(parts) = schema.get_mut("$defs").and_then(Value::as_object_mut) {
        for (name, part) in parts {
            if !["place", "definition"].contains(&name.as_str()) {
                close_objects(part);
            }
        }
    }
    let parts = schema.as_object_mut().and_then(|schema| schema.remove("$defs"));
    close_objects(schema);
    schema["$defs"] = parts.unwrap_or_default();
}

fn close_objects(schema: &mut Value) {
    match schema {
        Value::Object(keys) => {
            keys.values_mut().for_each(close_objects);
            let is_object = keys.get("type").is_some_and(|kind| kind == "object");
            if is_object && keys.contains_key("properties") {
                keys.insert("unevaluatedProperties".into(), json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close_objects),
        _ => {}
    }
}

fn rendered(sample: &Sample) -> Value {
    serde_json::from_str(&sample.render(Format::Json)).unwrap()
}

#[test]
fn the_schemas_are_schemas_of_the_draft_that_they_name() {
    for name in ["check.schema.json", "dump.schema.json"] {
        let schema = published(name);
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        jsonschema::meta::validate(&schema).unwrap();
    }
}

#[test]
fn check_json_is_as_described() {
    let schema = published("check.schema.json");
    let sample = everything();
    assert_eq!(complaints(&schema, &rendered(&sample)), Vec::<String>::new());
    let nothing = Sample { report: Report::default(), sources: sample.sources };
    assert_eq!(complaints(&schema, &rendered(&nothing)), Vec::<String>::new());
}

#[test]
fn check_json_of_objects_is_as_described() {
    let mut sample = everything();
    let file = sample.sources.add_object("a.ko".into(), "struct file_operations a;\n".into());
    let span = Span { file, start: 0, end: 6 };
    let handler =
        Handler { function: "a_ioctl".into(), address: None, touches_user_memory: true, span };
    sample.report.objects.push(Object {
        file,
        abi: AbiSet::ALL.first().unwrap(),
        module: Some("a".into()),
        named: true,
        has_types: true,
        runs_32_bit: None,
        own_records: Vec::new(),
        tables: vec![HandlerTable {
            structure: HandlerStructure::FileOperations,
            name: "a".into(),
            span,
            native: Some(handler),
            compat: None,
        }],
        record: None,
    });
    let schema = published("check.schema.json");
    assert_eq!(complaints(&schema, &rendered(&sample)), Vec::<String>::new());
    assert_eq!(rendered(&sample)["objects"][0]["tables"][0]["native"], "a_ioctl");
    assert_eq!(rendered(&sample)["summary"]["objects_without_types"], 0);
    sample.report.objects[0].has_types = false;
    assert_eq!(rendered(&sample)["summary"]["objects_without_types"], 1);
}

/// Without this the tests above would pass on a schema that says nothing.
#[test]
fn a_document_that_is_otherwise_is_refused() {
    let schema = published("check.schema.json");
    let good = rendered(&everything());
    let breakages: [fn(&mut Value); 8] = [
        |document| document["version"] = json!(2),
        |document| document["surprise"] = json!(1),
        |document| document["findings"][0]["surprise"] = json!(1),
        |document| document["findings"][0]["line"] = json!(0),
        |document| document["findings"][0]["severity"] = json!("fatal"),
        |document| document["findings"][0]["fix"]["edits"][0]["end_line"] = json!("1"),
        |document| document["problems"][0]["kind"] = json!("oops"),
        |document| {
            document["summary"].as_object_mut().unwrap().remove("commands");
        },
    ];
    for (index, breakage) in breakages.into_iter().enumerate() {
        let mut bad = good.clone();
        breakage(&mut bad);
        assert!(!complaints(&schema, &bad).is_empty(), "breakage {index} passes");
    }
}
