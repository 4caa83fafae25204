//! SARIF against the schema of its standard, and against types that another project made from it.

use std::path::PathBuf;
use std::process::Command;

use ioctlkit_report::Format;
use serde_json::Value;

use crate::sample::everything;

fn cargo(arguments: &[&str]) -> String {
    let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let output = Command::new(program)
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The standard's schema, from the package of `serde-sarif`, which ships it.
fn schema() -> Value {
    let version = cargo(&["-vV"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    // Packages of other platforms need not have been downloaded.
    let metadata =
        cargo(&["metadata", "--format-version=1", "--locked", "--filter-platform", host]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "serde-sarif").unwrap();
    let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
    let text = std::fs::read_to_string(manifest.with_file_name("src/schema.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_log_is_valid_by_the_schema_of_the_standard() {
    let mut schema = schema();
    // The standard's pattern for languages is no regular expression by ECMA's rules; logs of ours
    // have no language.
    for definition in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][definition]["properties"]["language"];
        language.as_object_mut().unwrap().remove("pattern");
    }
    assert!(schema["$id"].as_str().unwrap().ends_with("sarif-schema-2.1.0.json"));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let log: Value = serde_json::from_str(&everything().render(Format::Sarif)).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&log)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    let mut bad = log;
    bad["runs"][0]["results"][0]["level"] = "fatal".into();
    assert!(!validator.is_valid(&bad));
}

#[test]
fn another_reader_finds_every_rule_result_fix_and_problem() {
    let sample = everything();
    let log: serde_sarif::sarif::Sarif =
        serde_json::from_str(&sample.render(Format::Sarif)).unwrap();
    let [run] = log.runs.as_slice() else { panic!("{} runs", log.runs.len()) };
    let rules = run.tool.driver.rules.as_ref().unwrap();
    let codes: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(codes, ["L001", "N002", "V001"]);
    let results = run.results.as_ref().unwrap();
    assert_eq!(results.len(), sample.report.findings.len());
    for (result, finding) in results.iter().zip(&sample.report.findings) {
        let rule = &rules[usize::try_from(result.rule_index.unwrap()).unwrap()];
        assert_eq!(rule.id, finding.rule.code);
        let page = format!("docs/rules/{}.md", rule.id);
        assert!(rule.help_uri.as_ref().unwrap().ends_with(&page), "{page}");
        assert_eq!(result.rule_id.as_deref(), Some(finding.rule.code));
        let edits = finding.fix.as_ref().map_or(0, |fix| fix.edits.len());
        assert_eq!(result.fixes.as_ref().map_or(0, Vec::len), usize::from(edits > 0));
    }
    let invocation = &run.invocations.as_ref().unwrap()[0];
    assert!(!invocation.execution_successful);
    let notifications = invocation.tool_execution_notifications.as_ref().unwrap();
    assert_eq!(notifications.len(), sample.report.problems.len());
}

#[test]
fn a_rule_that_only_a_finding_names_is_listed_too() {
    let mut sample = everything();
    sample.report.rules.clear();
    let log: Value = serde_json::from_str(&sample.render(Format::Sarif)).unwrap();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 2);
    assert_eq!(log["runs"][0]["results"][2]["ruleIndex"], 1);
}

#[test]
fn relative_paths_are_relative_to_the_repository_and_every_base_is_declared() {
    let log: Value = serde_json::from_str(&everything().render(Format::Sarif)).unwrap();
    let run = &log["runs"][0];
    let mut seen = 0;
    let mut open = vec![run];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(uri) = fields.get("artifactLocation").and_then(|it| it["uri"].as_str())
                {
                    let base = fields["artifactLocation"].get("uriBaseId").and_then(Value::as_str);
                    assert_eq!(base.is_some(), !uri.starts_with("file://"), "{uri}");
                    let declared = base.map(|base| run["originalUriBaseIds"][base].is_object());
                    assert_ne!(declared, Some(false), "{base:?}");
                    seen += 1;
                }
                open.extend(fields.values());
            }
            Value::Array(values) => open.extend(values),
            _ => {}
        }
    }
    assert!(seen > 3, "{seen}");
}
