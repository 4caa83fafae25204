//! Objects of which nothing, or not all, is understood: the run says so, and does not end as if they
//! had been checked.

use std::process::Command;

use insta::assert_snapshot;

use crate::objects::compiled;
use crate::run::Folder;

const SENTENCE: &str = "its types are unknown: it has neither BTF nor DWARF";

/// So many modules as a distribution without BTF ships them.
fn untyped(count: usize) -> Folder {
    (0..count).fold(Folder::new(), |folder, index| {
        compiled(folder, &format!("untyped{index}"), "", &["-g0"])
    })
}

fn json(folder: &Folder, arguments: &[&str]) -> serde_json::Value {
    let done = folder.run(&[&["check", "--format", "json"], arguments].concat());
    serde_json::from_str(&done.stdout).unwrap()
}

#[test]
fn objects_without_types_alone_fail_the_run_with_one_sentence() {
    let folder = untyped(5);
    let done = folder.run(&["check", "--format", "concise", "modules"]);
    assert_eq!(done.code, 2);
    assert_snapshot!(done.seen());
    let report = json(&folder, &["modules"]);
    assert_eq!(report["summary"]["objects_without_types"], 5);
    assert_eq!(report["summary"]["failures"], 1);
    assert_eq!(report["problems"].as_array().unwrap().len(), 1);
}

#[test]
fn an_object_without_types_among_others_is_counted_and_fails_nothing() {
    let folder = compiled(untyped(1), "typed", ".compat_ioctl = compat_ptr_ioctl,", &["-g"]);
    let done = folder.run(&["check", "--format", "concise", "modules"]);
    assert_eq!(done.code, 0);
    assert_snapshot!(done.seen());
    let report = json(&folder, &["modules"]);
    assert_eq!(report["summary"]["objects_without_types"], 1);
    assert_eq!(report["problems"][0]["kind"], "incomplete");
    assert_eq!(report["problems"][0]["file"], "modules/untyped0.ko");
}

#[test]
fn layout_dump_and_diff_say_the_same_of_an_object_without_types() {
    let folder = compiled(untyped(1), "typed", "", &["-g"]);
    let object = "modules/untyped0.ko";
    for arguments in [
        &["layout", "foo_map", object][..],
        &["dump", object],
        &["diff", object, "modules/typed.ko"],
        &["diff", "modules/typed.ko", object],
        &["check", "--header", "driver.c", object],
    ] {
        let done = folder.run(arguments);
        assert_eq!(done.code, 2, "{arguments:?}");
        assert!(done.seen().contains(SENTENCE), "{arguments:?}: {}", done.seen());
        assert!(!done.seen().contains("is called"), "{arguments:?}: {}", done.seen());
    }
}

#[test]
fn a_folder_of_modules_without_any_is_no_success() {
    let folder = Folder::with("6.1.0/modules.order", "");
    let done = folder.run(&["check", "6.1.0"]);
    assert_eq!(done.code, 2);
    assert!(done.stdout.contains("the folder holds no module"), "{}", done.seen());
}

#[test]
fn files_of_an_unknown_format_are_told_once() {
    let folder = compiled(Folder::new(), "typed", ".compat_ioctl = compat_ptr_ioctl,", &["-g"]);
    let folder = folder.and("modules/x.ko", "text").and("modules/y.ko", "text");
    let done = folder.run(&["check", "--format", "concise", "modules"]);
    assert_eq!(done.code, 2);
    let told = "modules/x.ko: error: it is neither an ELF file nor BTF; the same holds for 1 other object: \
                y.ko";
    assert!(done.stdout.contains(told), "{}", done.seen());
    assert_eq!(done.stdout.matches("neither an ELF file").count(), 1);
}

#[test]
fn an_object_without_symbols_is_not_taken_for_one_without_tables() {
    let folder = compiled(Folder::new(), "bare", "", &["-g"]);
    let mut objcopy = Command::new("objcopy");
    objcopy.args(["--remove-section=.rela.data", "--strip-all", "--keep-section=.debug_*"]);
    let object = folder.path("modules/bare.ko");
    assert!(objcopy.arg(&object).status().unwrap().success());
    let done = folder.run(&["check", "modules/bare.ko"]);
    assert_eq!(done.code, 2);
    assert!(done.seen().contains("it has no symbols"), "{}", done.seen());
}

/// Types that go on where those of some kernel end, and none that does.
fn with_base(folder: &Folder, name: &str, base: &str) {
    let (object, base) = (folder.path(&format!("modules/{name}.ko")), folder.path(base));
    let mut pahole = Command::new("pahole");
    pahole.env("LLVM_OBJCOPY", "objcopy");
    pahole.arg("--btf_base").arg(base).arg("--btf_encode").arg(&object);
    assert!(pahole.status().unwrap().success());
    let mut objcopy = Command::new("objcopy");
    assert!(objcopy.arg("--strip-debug").arg(&object).status().unwrap().success());
}

/// The types of two kernels, in files of BTF alone.
fn kernels(folder: &Folder) {
    for (name, source) in [
        ("right", "struct in_kernel { int first; long second; } a; int shared;"),
        ("wrong", "struct unlike { char c[3]; } a; struct other { struct unlike *u; } b;"),
    ] {
        let (source_file, object) =
            (folder.path(&format!("{name}.c")), folder.path(&format!("{name}.o")));
        std::fs::write(&source_file, source).unwrap();
        let mut gcc = Command::new("gcc");
        gcc.args(["-c", "-gdwarf-4", "-o"]).arg(&object).arg(&source_file);
        assert!(gcc.status().unwrap().success());
        let mut pahole = Command::new("pahole");
        assert!(
            pahole
                .env("LLVM_OBJCOPY", "objcopy")
                .arg("--btf_encode")
                .arg(&object)
                .status()
                .unwrap()
                .success()
        );
        let mut objcopy = Command::new("objcopy");
        objcopy.args(["-O", "binary", "--only-section=.BTF", "--set-section-flags", ".BTF=alloc"]);
        let types = folder.path(&format!("{name}.btf"));
        assert!(objcopy.arg(&object).arg(types).status().unwrap().success());
    }
}

#[test]
fn a_base_that_is_missing_or_of_another_kernel_is_named_once() {
    let folder = ["one", "two"].iter().fold(Folder::new(), |folder, name| {
        compiled(folder, name, ".compat_ioctl = compat_ptr_ioctl,", &["-gdwarf-4"])
    });
    kernels(&folder);
    for name in ["one", "two"] {
        with_base(&folder, name, "right.btf");
    }
    let check = |base: &[&str]| {
        let done = folder.run(&[&["check", "--format", "concise"], base, &["modules"]].concat());
        (done.code, done.stdout)
    };
    let (code, said) = check(&["--btf-base", "right.btf"]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = check(&[]);
    assert_eq!(code, 2);
    assert!(said.contains("build upon those of the kernel 0.0.0, which was not found"), "{said}");
    let (code, said) = check(&["--btf-base", "wrong.btf"]);
    assert_eq!(code, 2);
    let told =
        "but the kernel that was found is another; the same holds for 1 other object: two.ko";
    assert!(said.contains(told), "{said}");
    let (code, said) = check(&["--btf-base", "right.c"]);
    assert_eq!(code, 2);
    assert!(said.contains("it has no BTF of a kernel"), "{said}");
}
