//! Rust source on the command line.

use crate::run::{Folder, HOLE};

/// The structure of [`HOLE`] in Rust, with the same command.
const RUST_HOLE: &str = "\
#[repr(C)]
pub struct foo {
    a: u32,
    b: u64,
    c: u32,
    reserved: u32,
}

nix::ioctl_read!(foo_get, b'x', 1, foo);
";

const DERIVED: &str = "\
#[derive(ioctlkit::IoctlData)]
#[repr(C)]
#[ioctl(c = \"struct echo_config\")]
pub struct EchoConfig {
    pub a: u64,
}

#[derive(ioctlkit::Ioctl)]
#[ioctl(type = b'E', prefix = \"ECHO_\")]
pub enum EchoIoctl {
    #[ioctl(nr = 1, read)]
    GetConfig(EchoConfig),
}
";

#[test]
fn a_rust_file_is_checked_as_a_header_is() {
    let folder = Folder::with("foo.rs", RUST_HOLE);
    let done = folder.check(&["foo.rs"]);
    assert_eq!(done.code, 1, "{}", done.seen());
    assert!(done.stdout.contains("warning[L001]"), "{}", done.stdout);
    assert!(done.stdout.contains("foo.rs:3:"), "{}", done.stdout);
}

#[test]
fn a_folder_with_both_languages_is_read_in_both() {
    let folder = Folder::with("include/foo.h", HOLE).and("src/lib.rs", RUST_HOLE);
    let done = folder.check(&["--format", "concise", "."]);
    assert_eq!(done.code, 1);
    let files: Vec<&str> = done.stdout.lines().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(files, ["./include/foo.h", "src/lib.rs"], "{}", done.stdout);
    let dump = folder.run(&["dump", "--abi", "i386", "."]);
    let dump: serde_json::Value = serde_json::from_str(&dump.stdout).unwrap();
    let numbers = dump["commands"].as_array().unwrap().iter();
    let numbers: Vec<_> = numbers
        .map(|command| {
            (command["name"].as_str().unwrap(), command["numbers"][0]["number"].as_u64())
        })
        .collect();
    assert_eq!(numbers, [("FOO_GET", Some(0x8014_7801)), ("foo_get", Some(0x8014_7801))]);
}

#[test]
fn a_suppression_and_a_baseline_hold_in_rust_source() {
    let allowed =
        RUST_HOLE.replace("    a: u32", "    // ioctl-lint: allow(L001) in use\n    a: u32");
    let folder = Folder::with("allowed.rs", allowed).and("foo.rs", RUST_HOLE);
    assert_eq!(folder.check(&["allowed.rs"]).code, 0);
    assert_eq!(folder.check(&["--write-baseline", "baseline.json", "foo.rs"]).code, 0);
    assert_eq!(folder.check(&["--baseline", "baseline.json", "foo.rs"]).code, 0);
}

#[test]
fn a_derived_command_is_found_by_its_names_in_rust_and_in_c() {
    let folder = Folder::with("lib.rs", DERIVED);
    for name in ["EchoIoctl::GetConfig", "ECHO_GET_CONFIG"] {
        let done = folder.run(&["number", name, "lib.rs"]);
        assert_eq!(done.code, 0, "{}", done.seen());
        assert!(done.stdout.contains("0x80084501"), "{}", done.stdout);
    }
    for name in ["EchoConfig", "struct echo_config", "ECHO_GET_CONFIG"] {
        let done = folder.run(&["layout", name, "lib.rs"]);
        assert_eq!(done.code, 0, "{}", done.seen());
        assert!(done.stdout.contains("EchoConfig"), "{}", done.stdout);
    }
}

#[test]
fn source_that_is_no_rust_exits_with_2_and_the_rest_is_checked() {
    let folder = Folder::with("src/broken.rs", "struct {").and("src/foo.rs", RUST_HOLE);
    let done = folder.check(&["src"]);
    assert_eq!(done.code, 2);
    assert!(done.stdout.contains("warning[L001]"), "{}", done.stdout);
    assert!(done.seen().contains("this is not Rust"), "{}", done.seen());
}

#[test]
fn what_is_unknown_does_not_fail_the_run() {
    let folder = Folder::with(
        "lib.rs",
        "nix::ioctl_read!(get, b'x', 1, other::Type);\nnix::ioctl_none!(reset, b'x', 2);\n",
    );
    let done = folder.check(&["lib.rs"]);
    assert_eq!(done.code, 0, "{}", done.seen());
    assert!(done.seen().contains("the layout of `other::Type` is unknown"), "{}", done.seen());
}

const PACKAGE: &str = "\
[package]
name = \"echo\"
version = \"0.1.0\"
edition = \"2021\"

[features]
default = [\"early\"]
early = []
late = []
";

const LATE: &str = "\
#[cfg(feature = \"early\")]
nix::ioctl_none!(early, b'x', 2);
#[cfg(feature = \"late\")]
nix::ioctl_none!(late, b'x', 1);
";

#[test]
fn features_are_chosen_by_option_and_by_configuration() {
    let folder = Folder::with("Cargo.toml", PACKAGE).and("src/lib.rs", LATE);
    let commands = |options: &[&str]| {
        let done = folder.run(&[&["dump", "."], options].concat());
        let dump: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
        (done.code, dump["commands"].as_array().unwrap().len())
    };
    assert_eq!(commands(&[]), (0, 1));
    assert_eq!(commands(&["--no-default-features"]), (0, 0));
    assert_eq!(commands(&["--features", "late"]), (0, 2));
    assert_eq!(commands(&["--features", "late", "--no-default-features"]), (0, 1));
    assert_eq!(commands(&["--all-features"]), (0, 2));
    let configured = |text: &str| {
        let folder = Folder::with("Cargo.toml", PACKAGE).and("src/lib.rs", LATE);
        let folder = folder.and("ioctl-lint.toml", text);
        let done = folder.run(&["check", ".", "--format", "concise"]);
        done.stderr.split(", ").nth(1).unwrap_or_default().to_owned()
    };
    assert_eq!(configured("features = [\"late\"]\n"), "2 commands");
    assert_eq!(configured("features = \"all\"\n"), "2 commands");
    assert_eq!(configured("features = [\"late\"]\ndefault-features = false\n"), "1 command");
    assert_eq!(configured("default-features = false\n"), "0 commands");
}

#[test]
fn a_feature_that_no_package_has_is_said_and_the_rest_is_read() {
    let folder = Folder::with("Cargo.toml", PACKAGE).and("src/lib.rs", RUST_HOLE);
    let done = folder.run(&["check", ".", "--features", "lat late"]);
    assert_eq!(done.code, 2, "{}", done.seen());
    assert!(done.stdout.contains("error: no package has the feature `lat`\n"), "{}", done.seen());
    assert!(done.stdout.contains("= help: known features: default, early, late\n"));
    assert!(done.stdout.contains("error[L012]"), "{}", done.seen());
}

#[test]
fn a_feature_of_the_configuration_or_of_one_version_only_is_no_failure() {
    let without = PACKAGE.replace("late = []\n", "");
    let folder = Folder::with("old/Cargo.toml", &without)
        .and("old/src/lib.rs", LATE)
        .and("new/Cargo.toml", PACKAGE)
        .and("new/src/lib.rs", LATE);
    let done = folder.run(&["diff", "old", "new", "--features", "late", "--format", "concise"]);
    assert_eq!(done.code, 0, "{}", done.seen());
    assert!(done.stdout.contains("D001") || done.stderr.contains("1 command with 2"));
    let folder = folder.and("ioctl-lint.toml", "features = [\"late\"]\n");
    let done = folder.run(&["check", "old", "--fail-on", "error"]);
    assert_eq!(done.code, 0, "{}", done.seen());
    assert!(done.stdout.contains("no package has the feature `late`"), "{}", done.seen());
}
