//! Numbers of programs with a 64-bit `time_t` against gcc and glibc, which build such programs for
//! i386.

// A test that cannot go on fails.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::process::Command;

use ioctlkit_abi::Abi;
use ioctlkit_model::{Layouts, WideTime};
use ioctlkit_sources::c;

const HEADERS: [&str; 4] = ["linux/videodev2.h", "sound/asound.h", "linux/sockios.h", "linux/lp.h"];

/// Names that no program sees: both are defined for the kernel alone, or before the last word on them.
fn is_hidden(name: &str) -> bool {
    name.starts_with("__")
}

#[test]
fn numbers_with_a_64_bit_time_are_what_gcc_makes_of_them_on_i386() {
    let paths = HEADERS.map(|name| format!("/usr/include/{name}").into()).to_vec();
    let (interface, problems) = c::read(&c::Request { paths, ..c::Request::default() });
    assert!(problems.iter().all(|problem| problem.path.is_none()), "{problems:#?}");
    let layouts = Layouts::new(&interface);
    let wide = WideTime::of(&layouts).unwrap();
    let i386 = Abi::by_name("i386").unwrap().id();
    let mut text = String::from("#include <sys/time.h>\n#include <time.h>\n");
    for name in HEADERS {
        writeln!(text, "#include <{name}>").unwrap();
    }
    let mut asserted = 0;
    for (command, _) in wide.commands().filter(|(command, _)| !is_hidden(&command.name)) {
        let Some(numbered) = wide.number(&command.name, i386) else { continue };
        let name = &command.name;
        let number = numbered.number;
        writeln!(text, "_Static_assert((unsigned){name} == {number:#x}u, \"{name}\");").unwrap();
        asserted += 1;
    }
    assert!(asserted > 10, "{asserted} commands depend on the width of time_t:\n{text}");
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("wide.c");
    std::fs::write(&source, text).unwrap();
    let gcc = |options: &[&str]| {
        let mut gcc = Command::new("gcc");
        gcc.args(["-m32", "-fsyntax-only"]).args(options).arg(&source).output().unwrap()
    };
    let done = gcc(&["-D_FILE_OFFSET_BITS=64", "-D_TIME_BITS=64"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    // Each is another one in programs with a 32-bit `time_t`.
    let usual = String::from_utf8_lossy(&gcc(&[]).stderr).into_owned();
    assert_eq!(usual.matches("static assertion failed").count(), asserted, "{usual}");
}
