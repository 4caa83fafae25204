use insta::assert_snapshot;

use crate::run::{Done, Folder};

const HEADER: &str = "\
#include <linux/ioctl.h>
#include <linux/types.h>

struct echo_config {
	__u32 flags;
	__u32 mode;
	__u64 address;
};

#define ECHO_GET_CONFIG	_IOR('E', 1, struct echo_config)
#define ECHO_RESET	_IO('E', 2)
";

const SOURCE: &str = "\
#[repr(C)]
pub struct EchoConfig {
    pub flags: u32,
    pub address: u64,
    pub mode: u32,
}

nix::ioctl_read!(echo_get_config, b'E', 1, EchoConfig);
nix::ioctl_none!(echo_reset, b'E', 2);
nix::ioctl_none!(echo_later, b'E', 3);
";

fn folder(source: &str) -> Folder {
    Folder::with("include/echo.h", HEADER).and("src/lib.rs", source)
}

fn check(folder: &Folder, more: &[&str]) -> Done {
    folder.run(&[&["check", "--select", "R005,S", "src"], more].concat())
}

fn configure(folder: &Folder, text: &str) {
    std::fs::write(folder.path("ioctl-lint.toml"), text).unwrap();
}

#[test]
fn a_structure_that_is_not_the_headers_is_shown_with_both_places() {
    let done = check(&folder(SOURCE), &["--against", "echo.h", "-I", "include"]);
    assert_eq!(done.code, 1);
    assert_snapshot!(done.seen());
}

#[test]
fn what_agrees_is_counted_and_so_is_what_the_header_lacks() {
    let right = SOURCE
        .replace("    pub mode: u32,\n", "")
        .replace("    pub flags: u32,\n", "    pub flags: u32,\n    pub mode: u32,\n");
    let done = check(&folder(&right), &["--against", "include/echo.h"]);
    assert_eq!(done.code, 0, "{}", done.seen());
    let summary = "compared 2 commands and 1 structure with include/echo.h; 1 definition has no \
                   counterpart there";
    assert!(done.stderr.contains(summary), "{}", done.stderr);
}

#[test]
fn a_header_that_is_not_there_fails_the_run() {
    let done = check(&folder(SOURCE), &["--against", "none_such.h"]);
    assert_eq!(done.code, 2);
    assert_snapshot!(done.seen());
}

#[test]
fn the_configuration_names_headers_for_all_files_and_for_some() {
    let folder = folder(SOURCE);
    configure(&folder, "against = [\"include/echo.h\"]\n");
    assert_eq!(check(&folder, &[]).code, 1);
    let there = "[[path]]\nglobs = [\"src/*.rs\"]\nagainst = [\"include/echo.h\"]\n";
    configure(&folder, there);
    assert_eq!(check(&folder, &[]).code, 1);
    configure(&folder, &there.replace("src/*.rs", "other"));
    assert_eq!(check(&folder, &[]).code, 0);
}

#[test]
fn suppressions_and_baselines_accept_what_is_known_of_rust() {
    let arguments = ["--against", "include/echo.h"];
    let allowed = SOURCE
        .replace("#[repr(C)]", "// ioctl-lint: allow(R005) the header is newer\n#[repr(C)]")
        .replace(
            "nix::ioctl_read",
            "// ioctl-lint: allow(R005) the header is newer\nnix::ioctl_read",
        );
    let done = check(&folder(&allowed), &arguments);
    assert_eq!(done.code, 0, "{}", done.seen());
    let folder = folder(SOURCE);
    let written = check(&folder, &[&arguments[..], &["--write-baseline", "base.json"]].concat());
    assert_eq!(written.code, 0, "{}", written.seen());
    let accepted = check(&folder, &[&arguments[..], &["--baseline", "base.json"]].concat());
    assert_eq!(accepted.code, 0, "{}", accepted.seen());
}
