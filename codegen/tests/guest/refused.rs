//! What cannot be tested is reported, with what to do. The tests that boot a guest are in the full run.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::support::{Said, faulty, ioctl_gen, is_full, tested};

/// There is no verdict, and the message says why.
#[track_caller]
fn assert_refused(said: &Said, words: &str) {
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains(words), "{words}\n{}", said.err);
}

#[test]
fn a_module_that_does_not_compile_is_told_in_the_compiler_s_words_and_by_its_own_path() {
    let folder = faulty(&["answer"]);
    let source = folder.path().join("faulty.c");
    let text = fs::read_to_string(&source).unwrap();
    fs::write(&source, text.replace("put_user(answer,", "put_user(missing,")).unwrap();
    let said = tested(folder.path(), &[]);
    let line = said.err.lines().find(|line| line.contains(": error: ")).unwrap_or_default();
    assert!(line.starts_with(&format!("{}:", source.display())), "{}", said.err);
    assert!(line.contains("missing"), "{line}");
    assert_refused(&said, "the module does not build for 6.12.");
    assert!(said.out.contains("not ok 1 6.12"), "{}", said.out);
}

#[test]
fn tests_that_do_not_compile_are_told_in_the_compiler_s_words() {
    let folder = faulty(&[]);
    let source = folder.path().join("tests/broken_test.c");
    fs::write(&source, "int main(void) { return missing; }\n").unwrap();
    let said = tested(folder.path(), &[]);
    assert_refused(&said, "the tests do not build");
    assert!(said.err.contains("broken_test.c:1:25: error:"), "{}", said.err);
}

#[test]
fn a_kernel_that_does_not_exist_and_one_that_is_none_are_named() {
    let folder = faulty(&["answer"]);
    let said = tested(folder.path(), &["--kernel", "/nowhere/bzImage"]);
    assert_refused(&said, "cannot read /nowhere/bzImage: No such file or directory");
    let said = tested(folder.path(), &["--kernel", "/bin/busybox"]);
    assert_refused(&said, "/bin/busybox is not a bzImage");
    let said = tested(folder.path(), &["--kernel", "1.2"]);
    assert_refused(&said, "no package of Debian's 1.2 kernel is known here");
    let said = tested(folder.path(), &["--kernel", "6"]);
    assert_refused(&said, "a series such as `6.12`");
    let said = tested(folder.path(), &["--headers", "/nowhere"]);
    assert_refused(&said, "/nowhere is not a kernel's headers");
}

#[test]
fn a_folder_without_a_module_or_without_tests_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert_refused(&tested(folder.path(), &[]), "no kernel module");
    assert_refused(&tested(Path::new("/nowhere/at/all"), &[]), "cannot find /nowhere/at/all");
    assert_refused(&tested(faulty(&[]).path(), &[]), "no tests");
    let folder = faulty(&[]);
    let file = folder.path().join("Kbuild");
    assert_refused(&tested(&file, &[]), "Kbuild: not a directory");
}

#[test]
fn a_program_with_shared_libraries_is_refused() {
    let folder = faulty(&["answer"]);
    let said = tested(folder.path(), &["--program", env!("CARGO_BIN_EXE_ioctl-gen")]);
    assert_refused(&said, "link it with -static");
}

#[test]
fn without_an_emulator_the_package_is_named() {
    let folder = faulty(&["answer"]);
    let tools = tempfile::tempdir().unwrap();
    let path = std::env::var_os("PATH").unwrap();
    let mut command = ioctl_gen();
    command
        .arg("test")
        .arg(folder.path())
        .env("PATH", format!("{}:{}", tools.path().display(), path.to_string_lossy()));
    // Found before the real one, and not a program.
    fs::write(tools.path().join("qemu-system-x86_64"), "").unwrap();
    let said = Said::of(&mut command);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("qemu-system-x86_64"), "{}", said.err);
}

/// A folder for the front of `PATH`, with a `cc` that cannot build for 32 bits.
fn without_32_bits() -> tempfile::TempDir {
    let tools = tempfile::tempdir().unwrap();
    program(tools.path(), "cc", "case \" $* \" in *\" -m32 \"*) exit 1;; esac\nexec gcc \"$@\"");
    tools
}

fn program(folder: &Path, name: &str, script: &str) {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn tested_with(tools: &Path, folder: &Path, arguments: &[&str]) -> Said {
    let path = std::env::var_os("PATH").unwrap();
    let path = format!("{}:{}", tools.display(), path.to_string_lossy());
    Said::of(ioctl_gen().arg("test").arg(folder).args(arguments).env("PATH", path))
}

#[test]
fn without_a_compiler_for_32_bits_the_package_is_named_before_anything_is_built() {
    let folder = faulty(&["answer"]);
    let tools = without_32_bits();
    let said = tested_with(tools.path(), folder.path(), &[]);
    assert_refused(&said, "a compiler for 32 bits is not installed: run `apt-get install gcc-");
    assert_refused(&said, "`; or test with `--bits 64` alone");
    assert_eq!(said.out, "");
    let said = tested_with(tools.path(), folder.path(), &["--bits", "64", "--kernel", "/nowhere"]);
    assert_refused(&said, "cannot read /nowhere");
}

#[test]
fn a_cross_compiler_for_32_bits_serves_where_the_native_one_cannot() {
    let folder = faulty(&["answer"]);
    let tools = without_32_bits();
    let log = tools.path().join("log");
    let script = format!("echo \"$@\" >>{}\nexec gcc -m32 \"$@\"", log.display());
    program(tools.path(), "i686-linux-gnu-gcc", &script);
    // The sandbox would not let it write its log.
    let arguments = ["--no-sandbox", "--kernel", "/nowhere"];
    let said = tested_with(tools.path(), folder.path(), &arguments);
    assert_refused(&said, "cannot read /nowhere");
    let log = fs::read_to_string(log).unwrap();
    assert!(log.contains("answer_test32") && !log.contains("-o answer_test "), "{log}");
}

#[test]
fn one_kernel_that_cannot_be_had_does_not_hide_the_results_of_another() {
    if !is_full() {
        return;
    }
    let folder = faulty(&["answer"]);
    let log = folder.path().join("guest.log");
    let log = log.to_str().unwrap();
    let kernels = ["--kernel", "/nowhere", "--kernel", "6.12", "--log", log];
    let said = tested(folder.path(), &kernels);
    assert_refused(&said, "cannot read /nowhere");
    assert!(said.err.contains("ok, 4 passed, 0 failed"), "{}", said.err);
    let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.into_string().unwrap());
    let logs: Vec<String> = names.filter(|name| name.starts_with("guest")).collect();
    assert!(matches!(&logs[..], [one] if one.starts_with("guest-6.12.")), "{logs:?}");
}

#[test]
fn tests_that_are_all_skipped_are_no_success() {
    if !is_full() {
        return;
    }
    let said = tested(faulty(&["skip"]).path(), &["--bits", "64"]);
    assert_refused(&said, "every test was skipped, so nothing was tested");
    assert!(said.out.contains("ok 2 skip_test # SKIP there is no such device"), "{}", said.out);
    let said = tested(faulty(&["answer", "skip"]).path(), &["--bits", "64"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("skip_test was skipped: there is no such device"), "{}", said.err);
}
