//! The small kernel is built, kept, and replaced as it says, whether its build succeeds or not. The
//! sources here are a makefile that does what the kernel's does for a build, in no time.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::Command;

use ioctlkit_vm::{
    Building, Cache, Interruption, Progress, SmallKernel, Sources, Toolchain, VmError,
};
use tempfile::TempDir;

/// Takes every option but `CONFIG_UNKNOWN`; does not compile with `CONFIG_BROKEN`.
const MAKEFILE: &str = r"
allnoconfig:
	@grep -v CONFIG_UNKNOWN $(KCONFIG_ALLCONFIG) >.config
bzImage: arch/x86/boot/bzImage
arch/x86/boot/bzImage:
	@echo '  CC      kernel/fork.o'
	@if grep -q CONFIG_BROKEN .config; then echo 'kernel/fork.c:1:1: error: broken' >&2; exit 1; fi
	@echo '  CC      kernel/exit.o'
	@mkdir -p $(@D)
	@head -c 514 /dev/zero >$@
	@printf HdrS >>$@
	@head -c 1024 /dev/zero >>$@
modules: bzImage
	@echo modules >Module.symvers
";

struct Fixture {
    folder: TempDir,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sources = folder.path().join("linux-source-0");
        for file in [
            "COPYING",
            "arch/x86/Makefile",
            "arch/x86/include/asm/io.h",
            "Documentation/arch/x86/boot.rst",
            "include/config/auto.conf",
            "scripts/Makefile.build",
            "tools/objtool/objtool",
            "kernel/fork.c",
        ] {
            let path = sources.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        fs::write(sources.join("Makefile"), MAKEFILE).unwrap();
        let mut tar = Command::new("tar");
        tar.arg("--create").arg("--directory").arg(folder.path()).arg("--file");
        tar.arg(folder.path().join("sources.tar")).arg("linux-source-0");
        assert!(tar.status().unwrap().success());
        Self { folder }
    }

    fn cache(&self) -> Cache {
        Cache::at(self.folder.path().join("cache"))
    }

    fn building(&self, options: &str) -> Building {
        let sources = Sources::at(self.folder.path().join("sources.tar"), "0.1-1");
        let jobs = NonZero::<usize>::MIN;
        Building { sources, options: options.to_owned(), toolchain: Toolchain::Gnu, jobs }
    }

    fn build(&self, options: &str) -> Result<SmallKernel, VmError> {
        self.building(options).build(&self.cache(), &Interruption::none(), &mut |_| {})
    }

    /// What is in the cache, hidden files among it.
    fn kept(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.cache().folder()).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        paths
    }
}

#[test]
fn what_is_kept_boots_and_builds_modules_and_the_sources_are_gone() {
    let fixture = Fixture::new();
    let building = fixture.building("CONFIG_A=y\n");
    assert_eq!(building.kept(&fixture.cache()), None);
    let mut seen = Vec::new();
    let kernel = building
        .build(&fixture.cache(), &Interruption::none(), &mut |progress| {
            seen.push(match progress {
                Progress::Making { count, file } => format!("{count} {file}"),
                other => format!("{other:?}"),
            });
        })
        .unwrap();
    assert_eq!(seen, ["Unpacking", "Configuring", "1 kernel/fork.o", "2 kernel/exit.o", "Keeping"]);
    assert!(kernel.kernel().is_ok());
    let headers = kernel.headers().unwrap();
    assert!(headers.folder().join("arch/x86/include/asm/io.h").is_file());
    assert!(!kernel.folder().join("kernel").exists() && !kernel.folder().join("sources").exists());
    assert_eq!(fs::read_to_string(kernel.configuration()).unwrap(), "CONFIG_A=y\n");
    let log = building.log(&fixture.cache());
    assert_eq!(fixture.kept(), [kernel.folder(), &log]);
    assert!(fs::read_to_string(log).unwrap().contains("CC      kernel/exit.o"));
    assert_eq!(building.kept(&fixture.cache()), Some(kernel));
    let other = fixture.building("CONFIG_A=y\nCONFIG_B=y\n");
    assert_eq!(other.kept(&fixture.cache()), None);
}

#[test]
fn an_option_that_the_sources_do_not_take_is_an_error_and_nothing_is_built() {
    let fixture = Fixture::new();
    let error = fixture.build("CONFIG_A=y\nCONFIG_UNKNOWN=y\n").unwrap_err();
    let VmError::Configuration { options } = &error else { panic!("{error}") };
    assert_eq!(options.len(), 1);
    assert!(error.to_string().contains("CONFIG_UNKNOWN was to be y"), "{error}");
    assert!(fixture.kept().iter().all(|path| path.extension().is_some_and(|e| e == "log")));
}

#[test]
fn a_build_that_fails_names_its_log_and_leaves_nothing_else() {
    let fixture = Fixture::new();
    let error = fixture.build("CONFIG_BROKEN=y\n").unwrap_err();
    let VmError::Build { log, output, .. } = &error else { panic!("{error}") };
    assert!(output.contains("kernel/fork.c:1:1: error: broken"), "{output}");
    assert!(fs::read_to_string(log).unwrap().contains("error: broken"));
    assert!(error.to_string().contains(&log.display().to_string()));
    assert_eq!(fixture.kept(), [log.as_path()]);
}

#[test]
fn a_kernel_stays_until_the_one_that_replaces_it_is_whole() {
    let fixture = Fixture::new();
    let kernel = fixture.build("CONFIG_A=y\n").unwrap();
    let mark = kernel.folder().join("mark");
    fs::write(&mark, "").unwrap();
    fs::write(fixture.folder.path().join("sources.tar"), "no archive").unwrap();
    assert!(matches!(fixture.build("CONFIG_A=y\n"), Err(VmError::Build { .. })));
    assert!(mark.is_file());
    let again = Fixture::new();
    fs::copy(again.folder.path().join("sources.tar"), fixture.folder.path().join("sources.tar"))
        .unwrap();
    assert_eq!(fixture.build("CONFIG_A=y\n").unwrap(), kernel);
    assert!(!mark.exists());
}

#[test]
fn an_interrupted_build_leaves_no_kernel() {
    let fixture = Fixture::new();
    let interruption = Interruption::none();
    let building = fixture.building("CONFIG_A=y\n");
    let built = building.build(&fixture.cache(), &interruption, &mut |progress| {
        if progress == Progress::Configuring {
            interruption.interrupt();
        }
    });
    assert!(matches!(built, Err(VmError::Interrupted)));
    assert_eq!(building.kept(&fixture.cache()), None);
}

#[test]
fn sources_that_are_not_there_are_named() {
    let fixture = Fixture::new();
    let mut building = fixture.building("");
    building.sources = Sources::at(Path::new("/nowhere/sources.tar"), "1");
    let built = building.build(&fixture.cache(), &Interruption::none(), &mut |_| {});
    let error = built.unwrap_err().to_string();
    assert!(error.contains("/nowhere/sources.tar"), "{error}");
}
