//! What the running kernel does with what the rules report, in 64-bit and in 32-bit programs.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::found;

const SOURCE: &str = include_str!("shown.c");

/// What the program prints, by the name of the function that made it.
fn printed(folder: &Path, width: &str) -> BTreeMap<String, u64> {
    let (source, program) = (folder.join("shown.c"), folder.join(format!("shown{width}")));
    std::fs::write(&source, SOURCE).unwrap();
    let compiled = Command::new("gcc")
        .args([width, "-O0", "-w", "-fno-stack-protector", "-o"])
        .args([&program, &source])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&compiled.stderr);
    assert!(
        compiled.status.success(),
        "gcc {width}: {said}; `cargo xtask setup` installs gcc-multilib"
    );
    let output = Command::new(&program).arg(&source).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().map(|line| line.split_once(' ').unwrap());
    lines.map(|(name, value)| (name.to_owned(), value.parse().unwrap())).collect()
}

#[test]
fn the_kernel_does_what_the_findings_say() {
    let folder = tempfile::tempdir().unwrap();
    let wide = printed(folder.path(), "-m64");
    // The upper half keeps what was on the stack.
    assert_eq!(wide["wider_unset"] >> 32, 0xaaaa_aaaa, "{wide:?}");
    assert_ne!(wide["wider_unset"] & 0xffff_ffff, 0, "{wide:?}");
    common(&wide);
    let narrow = printed(folder.path(), "-m32");
    assert_eq!(narrow["wider_unset"] >> 32, 0, "a long has 32 bits there: {narrow:?}");
    common(&narrow);
    let findings = found(folder.path());
    let by_function: BTreeMap<&str, &str> = findings
        .iter()
        .map(|(_, finding)| (finding.member.as_deref().unwrap(), finding.rule.code))
        .collect();
    let expected = [
        ("narrower", "P001"),
        ("pointer_for_value", "P005"),
        ("pointer_to_pointer", "P003"),
        ("struct_by_value", "P002"),
        ("wider_unset", "P001"),
    ];
    assert_eq!(by_function, BTreeMap::from(expected));
}

/// What is wrong on both, and right where the argument is.
fn common(printed: &BTreeMap<String, u64>) {
    const EFAULT: u64 = 14;
    const EINVAL: u64 = 22;
    assert_eq!(printed["narrower"], 0, "the upper half of the size is where the guard was");
    assert_ne!(printed["as_wide"], u64::MAX, "all of it was written");
    assert_eq!(printed["pointer_for_value"], EINVAL);
    assert_eq!(printed["value"], 0);
    assert_eq!(printed["struct_by_value"], EFAULT);
    assert_eq!(printed["struct_address"], 0);
    assert_eq!(printed["pointer_to_pointer"], 1, "the pointer is another one");
    assert_eq!(printed["pointer"], 0);
}
