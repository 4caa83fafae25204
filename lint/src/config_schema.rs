//! The JSON Schema of `ioctl-lint.toml`, which editors complete and check with. It is made from the rules
//! and the ABIs, so that it knows their names; `schema/ioctl-lint.schema.json` is what this makes.

use ioctlkit_abi::ABIS;
use serde_json::{Value, json};

use crate::registry;

/// The address of the schema, for a `#:schema` line at the head of a configuration.
pub const ADDRESS: &str =
    concat!(env!("CARGO_PKG_REPOSITORY"), "/raw/main/schema/ioctl-lint.schema.json");

/// The schema, as text.
pub fn text() -> String {
    let mut text = format!("{:#}", schema());
    text.push('\n');
    text
}

fn schema() -> Value {
    let abis: Vec<&str> = ABIS.iter().map(|abi| abi.name).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ADDRESS,
        "title": "ioctl-lint.toml",
        "description": "How ioctl-lint checks a tree. Paths are relative to the folder of this file.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "profile": { "$ref": "#/$defs/profile" },
            "fail-on": {
                "description": "From which severity on a finding makes `check` exit with 1.",
                "enum": ["info", "warning", "error", "never"],
                "default": "warning"
            },
            "baseline": {
                "description": "Findings that are accepted; `ioctl-lint baseline` keeps the file.",
                "type": "string"
            },
            "abis": {
                "description": "The ABIs to look at; all of them where this is left out.",
                "type": "array",
                "items": { "enum": abis }
            },
            "include-dirs": {
                "description": "Folders that are searched for included headers before all others.",
                "type": "array",
                "items": { "type": "string" }
            },
            "defines": {
                "description": "Macros: `NAME`, `NAME=VALUE` or `NAME(PARAMETERS)=VALUE`.",
                "type": "array",
                "items": { "type": "string" }
            },
            "compiler-arguments": {
                "description": "Further arguments for the compiler, of which only those about the preprocessor, \
                    `-std=` and the sign of `char` are taken.",
                "type": "array",
                "items": { "type": "string" }
            },
            "features": {
                "description": "The features that Rust packages are read with.",
                "anyOf": [
                    { "const": "all" },
                    { "type": "array", "items": { "type": "string" } }
                ]
            },
            "default-features": {
                "description": "Whether the default features of Rust packages are on.",
                "type": "boolean",
                "default": true
            },
            "against": { "$ref": "#/$defs/against" },
            "rules": { "$ref": "#/$defs/rules" },
            "path": {
                "description": "Settings for some files; later ones win.",
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["globs"],
                    "properties": {
                        "globs": {
                            "description": "Files: a name, or a path in which `*` stops at a slash and `**` does \
                                not. A folder covers everything below it.",
                            "type": "array",
                            "items": { "type": "string" }
                        },
                        "profile": { "$ref": "#/$defs/profile" },
                        "rules": { "$ref": "#/$defs/rules" },
                        "against": { "$ref": "#/$defs/against" }
                    }
                }
            }
        },
        "$defs": {
            "profile": {
                "description": "`new`: nobody uses the interface yet, so everything can be changed. `legacy`: it \
                    is in use, so only what breaks a user of it is reported.",
                "enum": ["new", "legacy"]
            },
            "against": {
                "description": "C headers that Rust sources are compared with, such as `linux/kvm.h`.",
                "type": "array",
                "items": { "type": "string" }
            },
            "level": { "enum": ["off", "info", "warning", "error"] },
            "rules": {
                "description": "The severity of each rule, by its slug or code.",
                "type": "object",
                "additionalProperties": false,
                "properties": rules()
            }
        }
    })
}

/// A property for each name of each rule.
fn rules() -> Value {
    let by_name = registry::all().iter().copied().flat_map(|rule| {
        let property = json!({
            "description": format!("{}: {}", rule.code, rule.summary),
            "$ref": "#/$defs/level"
        });
        [(rule.slug.to_owned(), property.clone()), (rule.code.to_owned(), property)]
    });
    Value::Object(by_name.collect())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::Config;

    fn takes(text: &str) -> [bool; 2] {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        let document: Value = toml::from_str(text).unwrap();
        let config = Config::parse(Path::new("ioctl-lint.toml"), text.into());
        [validator.is_valid(&document), config.is_ok()]
    }

    #[test]
    fn the_committed_schema_is_what_is_made() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/ioctl-lint.schema.json");
        let committed = std::fs::read_to_string(path).unwrap();
        // The order of keys depends on which crates are built together.
        let committed: Value = serde_json::from_str(&committed).unwrap();
        assert_eq!(committed, schema(), "run `cargo xtask docs --write`");
    }

    #[test]
    fn schema_and_program_take_and_refuse_the_same_configurations() {
        for text in [
            "",
            "profile = \"legacy\"\nfail-on = \"never\"\nbaseline = \"b.json\"",
            "abis = [\"x86_64\", \"i386\"]\ninclude-dirs = [\"inc\"]\ndefines = [\"A=1\"]",
            "features = \"all\"",
            "features = [\"a\"]\ndefault-features = false\nagainst = [\"linux/kvm.h\"]",
            "compiler-arguments = [\"-std=gnu11\"]",
            "[rules]\nL001 = \"off\"\nunfixed-integer = \"error\"",
            "[[path]]\nglobs = [\"a/**\"]\nprofile = \"new\"\nagainst = []\nrules.L001 = \"info\"",
        ] {
            assert_eq!(takes(text), [true, true], "{text}");
        }
        for text in [
            "unknown = 1",
            "profile = \"old\"",
            "fail-on = \"always\"",
            "abis = [\"vax\"]",
            "abis = \"x86_64\"",
            "features = \"some\"",
            "default-features = \"no\"",
            "[rules]\nL001 = \"fatal\"",
            "[[path]]\nprofile = \"new\"",
            "[[path]]\nglobs = [\"a\"]\nabis = []",
        ] {
            assert_eq!(takes(text), [false, false], "{text}");
        }
    }

    #[test]
    fn the_schema_has_every_key_that_the_program_knows() {
        let error = Config::parse(Path::new("ioctl-lint.toml"), "unknown = 1".into()).unwrap_err();
        let error = error.to_string();
        let schema = schema();
        let keys = schema["properties"].as_object().unwrap();
        // serde lists what it would have taken.
        let listed = error.split_once("expected one of").expect("the keys are listed").1;
        assert!(listed.contains("`fail-on`"), "{error}");
        for key in listed.split('`').skip(1).step_by(2) {
            assert!(keys.contains_key(key), "{key}: {error}");
        }
    }
}
