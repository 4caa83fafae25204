//! What a stranger's makefile leaves instead of a module, a program or their list is not taken for one.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::path::{Path, PathBuf};

use ioctlkit_vm::{
    Built, Headers, Interruption, Products, ProgramsToBuild, Trust, VmError, build_programs,
};
use tempfile::TempDir;

const SECRET: &str = "#!/bin/sh\n# a secret\n";

/// Sources in a folder, beside headers whose makefile does what that of the sources says, and beside a
/// secret.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new(makefile: &str) -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        place.write("headers/Makefile", "modules:\n\t$(MAKE) -C $(M)\n");
        place.write("headers/include/config/auto.conf", "");
        place.write("headers/scripts/Makefile.build", "");
        place.write("secret", SECRET);
        let makefile = makefile.replace("SECRET", place.at("secret").to_str().unwrap());
        place.write("sources/Makefile", &makefile);
        place.write("sources/tests/Makefile", &makefile);
        place
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        fs::create_dir_all(self.at(path).parent().unwrap()).unwrap();
        fs::write(self.at(path), text).unwrap();
    }

    fn module(&self, trust: Trust) -> Result<Built, VmError> {
        let headers = Headers::at(self.at("headers")).unwrap();
        headers.build(&self.at("sources"), &[], trust, &Interruption::none())
    }

    fn program(&self, trust: Trust) -> Result<Products, VmError> {
        let names = ["program".to_owned()];
        let below = Path::new("tests");
        let sources = self.at("sources");
        let programs = ProgramsToBuild { sources: &sources, below, names: &names, compiler: None };
        build_programs(&programs, trust, &Interruption::none())
    }
}

/// That a build fails because of that file, and that what it says has nothing of the secret.
fn assert_refused<T>(built: Result<T, VmError>, name: &str, kind: &str) {
    let error = built.err().unwrap_or_else(|| panic!("{name} was taken"));
    let (path, words) = match &error {
        VmError::File { path, source, .. } => (path, source.to_string()),
        VmError::Kind { path, reason, .. } => (path, reason.clone()),
        error => panic!("{error}"),
    };
    assert!(path.ends_with(name), "{error}");
    assert!(words.contains(kind), "{words}");
    assert!(!format!("{error} {error:?}").contains("a secret"), "{error:?}");
}

#[test]
fn a_list_of_modules_that_is_a_link_out_of_the_folder_is_not_read() {
    let place = Place::new("all:\n\tln -s SECRET modules.order\n");
    assert_refused(place.module(Trust::Confined), "modules.order", "denied");
}

#[test]
fn a_list_of_modules_that_is_a_pipe_does_not_make_it_wait() {
    let place = Place::new("all:\n\tmkfifo modules.order\n");
    for trust in [Trust::Confined, Trust::Trusted] {
        let _ = fs::remove_file(place.at("sources/modules.order"));
        assert_refused(place.module(trust), "modules.order", "a pipe");
    }
}

#[test]
fn a_list_of_modules_that_leaves_the_folder_is_refused_by_its_line() {
    for line in ["../secret.o", "SECRET", "sub/../../secret.o", ""] {
        let place = Place::new(&format!(
            "all:\n\techo a.o > modules.order; echo {line} >> modules.order\n"
        ));
        fs::rename(place.at("secret"), place.at("secret.ko")).unwrap();
        assert_refused(place.module(Trust::Confined), "modules.order", "line 2");
    }
}

#[test]
fn a_module_that_is_a_link_out_of_the_folder_is_not_read() {
    let place = Place::new("all:\n\techo a.o > modules.order; ln -s SECRET a.ko\n");
    assert_refused(place.module(Trust::Confined), "a.ko", "denied");
    let place = Place::new("all:\n\techo sub/secret.o > modules.order; ln -s .. sub\n");
    fs::rename(place.at("secret"), place.at("secret.ko")).unwrap();
    assert_refused(place.module(Trust::Confined), "sub/secret.ko", "denied");
}

#[test]
fn a_module_that_is_a_pipe_does_not_make_it_wait() {
    let place = Place::new("all:\n\techo a.o > modules.order; mkfifo a.ko\n");
    assert_refused(place.module(Trust::Confined), "a.ko", "a pipe");
}

#[test]
fn a_program_that_is_a_link_out_of_the_folder_is_not_read() {
    let place = Place::new("program:\n\tln -s SECRET program\n");
    assert_refused(place.program(Trust::Confined), "program", "denied");
}

#[test]
fn a_program_that_is_a_pipe_does_not_make_it_wait() {
    let place = Place::new("program:\n\tmkfifo program\n");
    assert_refused(place.program(Trust::Confined), "program", "a pipe");
}

#[test]
fn what_a_confined_build_made_is_copied_away_from_its_makefiles_and_gone_at_the_end() {
    let made =
        "all program:\n\techo a.o > modules.order; echo made > a.ko; ln -s ../a.ko program\n";
    let place = Place::new(made);
    let modules = place.module(Trust::Confined).unwrap().modules;
    assert!(!modules.files[0].starts_with(place.folder.path()));
    assert_eq!(fs::read_to_string(&modules.files[0]).unwrap(), "made\n");
    let copy = modules.files[0].clone();
    drop(modules);
    assert!(!copy.exists());
    // A link that stays in the sources is as good as the file.
    let program = place.program(Trust::Confined).unwrap();
    assert_eq!(fs::read_to_string(&program.files[0]).unwrap(), "made\n");
}

#[test]
fn what_a_trusted_build_made_stays_where_it_is() {
    let place = Place::new("all:\n\techo a.o > modules.order; echo made > a.ko\n");
    let modules = place.module(Trust::Trusted).unwrap().modules;
    assert_eq!(modules.files, [place.at("sources/a.ko").canonicalize().unwrap()]);
}
