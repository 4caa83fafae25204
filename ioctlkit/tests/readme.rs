//! The error that the README shows is the one that the compiler prints.

const README: &str = include_str!("../README.md");
const SOURCE: &str = include_str!("../../fixtures/ui/readme.rs");
const OUTPUT: &str = include_str!("../../fixtures/ui/readme.stderr");

#[test]
fn the_error_of_the_readme_is_what_the_compiler_prints() {
    let output = OUTPUT.replace("../fixtures/ui/readme.rs", "src/lib.rs");
    let error = output.split("\n\n").next().unwrap_or_default();
    assert!(README.contains(error), "{error}");
    // What stands around the line is the README's example, too.
    for line in SOURCE.lines().skip(1) {
        let line = line.split(" //~").next().unwrap_or_default();
        assert!(README.contains(line), "{line}");
    }
}

#[test]
fn the_readme_counts_the_abis_that_there_are() {
    assert!(README.contains(&format!("for all {} ABIs", ioctlkit::abi::ABIS.len())));
}
