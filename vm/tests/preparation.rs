//! Kernels and headers come without root, and what does not fit is refused before a guest boots.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod support;

use std::path::Path;

use ioctlkit_vm::{
    Event, Guest, Headers, Interruption, Kernel, ModuleInfo, Release, Script, Step, Trust, VmError,
};
use support::{bench, cache, is_full, messages};

fn refused(guest: &Guest, script: &Script) -> VmError {
    let none = Interruption::none();
    guest.run(script, &none, &mut |event: Event<'_>| panic!("{event}")).unwrap_err()
}

#[test]
fn headers_of_packages_that_are_not_installed_build_the_same_module() {
    if !is_full() {
        return;
    }
    let cache = cache();
    for series in ["6.12", "6.1"] {
        let bench = bench(series);
        let headers = Headers::unpacked(&bench.release, &cache).unwrap();
        assert!(headers.folder().starts_with(cache.folder()));
        let folder = tempfile::tempdir().unwrap();
        for file in ["Kbuild", "vm_hello.c"] {
            let source = bench.module.with_file_name(file);
            std::fs::copy(source, folder.path().join(file)).unwrap();
        }
        let none = Interruption::none();
        let built = headers.build(folder.path(), &["W=1"], Trust::Trusted, &none).unwrap();
        assert!(!built.output.contains("warning:"), "{}", built.output);
        let module = ModuleInfo::read(&built.modules.files[0]).unwrap();
        assert_eq!(module, ModuleInfo::read(&bench.module).unwrap());
        let script = Script::new()
            .then(Step::load(&built.modules.files[0]).with("answer=5"))
            .then(Step::test(&bench.program).with("5"));
        assert_eq!(messages(&bench.run(&script)), Vec::<String>::new());
    }
}

#[test]
fn a_module_builds_for_each_kernel_where_its_makefile_reaches_nothing_else() {
    const SOURCE: &str = "#include <linux/module.h>\nMODULE_LICENSE(\"GPL\");\n";
    for series in ["6.12", "6.1"] {
        let release = Release::newest(series, &cache()).unwrap();
        let headers = Headers::of(&release, &cache()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("Kbuild"), "obj-m += confined.o\n").unwrap();
        std::fs::write(folder.path().join("confined.c"), SOURCE).unwrap();
        let none = Interruption::none();
        let built = headers.build(folder.path(), &[], Trust::Confined, &none).unwrap();
        let module = ModuleInfo::read(&built.modules.files[0]).unwrap();
        assert_eq!(module.name, "confined");
        for refused in ["Permission denied", "Operation not permitted"] {
            assert!(!built.output.contains(refused), "{}", built.output);
        }
    }
}

#[test]
fn a_compiler_s_error_is_shown() {
    let release = Release::newest("6.12", &cache()).unwrap();
    let headers = Headers::of(&release, &cache()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("Kbuild"), "obj-m += broken.o\n").unwrap();
    std::fs::write(folder.path().join("broken.c"), "int f(void) { return missing; }\n").unwrap();
    let error = headers.build_module(folder.path()).unwrap_err();
    let VmError::Failed { output, .. } = error else { panic!("{error}") };
    assert!(output.contains("broken.c:1:22: error:"), "{output}");
}

#[test]
fn a_path_that_the_kernel_s_makefiles_cannot_take_is_refused() {
    let release = Release::newest("6.12", &cache()).unwrap();
    let headers = Headers::of(&release, &cache()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let spaced = folder.path().join("my module");
    std::fs::create_dir(&spaced).unwrap();
    assert!(matches!(headers.build_module(&spaced), Err(VmError::BuildPath { .. })));
    assert!(matches!(Headers::at(folder.path()), Err(VmError::Kind { .. })));
}

#[test]
fn a_module_of_another_kernel_is_refused() {
    if !is_full() {
        return;
    }
    let (old, new) = (bench("6.1"), bench("6.12"));
    let error = refused(&new.guest(), &Script::new().then(Step::load(&old.module)));
    let VmError::OtherKernel { built, guest, .. } = error else { panic!("{error}") };
    assert_eq!((built.as_str(), guest.as_str()), (old.release.as_str(), new.release.as_str()));
}

#[test]
fn a_program_with_shared_libraries_and_a_missing_emulator_are_refused() {
    let release = Release::newest("6.12", &cache()).unwrap();
    let mut guest = Guest::new(Kernel::of(&release, &cache()).unwrap());
    let own = std::env::current_exe().unwrap();
    let error = refused(&guest, &Script::new().then(Step::test(own)));
    assert!(error.to_string().contains("link it with -static"), "{error}");
    guest.qemu = Some(Path::new("/nowhere/qemu").to_owned());
    let error = refused(&guest, &Script::new());
    assert!(error.to_string().contains("qemu-system-x86"), "{error}");
    guest.busybox = Some(Path::new("/nowhere/busybox").to_owned());
    let error = refused(&guest, &Script::new());
    assert_eq!(error.to_string(), "cannot read /nowhere/busybox");
}

#[test]
fn a_series_that_nobody_has_is_named_with_what_to_do() {
    let error = Release::newest("1.2", &cache()).unwrap_err();
    assert!(error.to_string().contains("Debian's 1.2 kernel"), "{error}");
    assert!(error.to_string().contains("apt-get update"), "{error}");
}
