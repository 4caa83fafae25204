//! The modules that are made of the committed interfaces, compared with those that reviewers have
//! read: generated files as they must come out, and handlers by hand.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// A source, its driver's folder, and how the driver is made.
const DRIVERS: [(&str, &str, &[&str]); 6] = [
    ("examples/echo", "examples/echo/module", &[]),
    ("fixtures/module/gong.rs", "fixtures/module/gong", &[]),
    ("fixtures/module/pulse.rs", "fixtures/module/pulse", &["--device", "cdev", "--minors", "3"]),
    ("fixtures/module/speed.rs", "fixtures/module/speed", &[]),
    ("fixtures/module/shelf.rs", "fixtures/module/shelf", &[]),
    ("bench/module/include/uapi/linux/ioctl_bench.h", "bench/module", &["--bench"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// With `MODULE_UPDATE=1` the generated files are written, to be read before they are committed.
fn is_what_its_interface_comes_to((source, folder, options): (&str, &str, &[&str])) {
    let update = std::env::var_os("MODULE_UPDATE").is_some();
    let output = Command::new(env!("CARGO_BIN_EXE_ioctl-gen"))
        .current_dir(root())
        .args(["module", source, "-o", folder])
        .args(options)
        .arg(if update { "--diff" } else { "--check" })
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && (update || said.is_empty()), "{said}");
}

#[test]
fn the_committed_example_driver_is_what_its_crate_comes_to() {
    is_what_its_interface_comes_to(DRIVERS[0]);
}

#[test]
fn the_committed_misc_driver_is_what_its_interface_comes_to() {
    is_what_its_interface_comes_to(DRIVERS[1]);
}

#[test]
fn the_committed_driver_with_several_minors_is_what_its_interface_comes_to() {
    is_what_its_interface_comes_to(DRIVERS[2]);
    let header = root().join("fixtures/module/pulse/gen/pulse_ioctl.h");
    let header = std::fs::read_to_string(header).unwrap();
    assert!(header.contains("#define pulse_compat_ioctl\tcompat_ptr_ioctl"));
}

#[test]
fn the_committed_driver_that_is_measured_is_what_its_interface_comes_to() {
    is_what_its_interface_comes_to(DRIVERS[3]);
}

#[test]
fn the_committed_driver_of_the_benchmark_is_what_its_header_comes_to() {
    is_what_its_interface_comes_to(DRIVERS[5]);
}

#[test]
fn the_committed_driver_with_objects_is_what_its_interface_comes_to() {
    is_what_its_interface_comes_to(DRIVERS[4]);
}
