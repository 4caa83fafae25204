//! What the tests of the program share.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

/// The program.
pub(crate) fn bench() -> Command {
    Command::new(env!("CARGO_BIN_EXE_ioctl-bench"))
}

/// What it prints.
pub(crate) fn output_of(arguments: &[&str]) -> String {
    let output = bench().args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// One quick round of everything, made once for all tests of a file.
pub(crate) fn quick_results() -> &'static str {
    static RESULTS: LazyLock<String> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("quick.json");
        let run = bench().args(["run", "--quick", "--rounds", "1", "-o"]).arg(&path).output();
        let run = run.unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        std::fs::read_to_string(&path).unwrap()
    });
    &RESULTS
}

/// Panics with what the schema says against a text.
pub(crate) fn assert_valid(results: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/bench.schema.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let results = serde_json::from_str(results).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&results)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
