//! What a module's folder holds: the module's options and the programs that test it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ioctlkit_sources::reading::{limit, read_bytes, read_text};

use super::Obstacle;

/// The sources of a module and of its tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    /// The folder.
    pub folder: PathBuf,
    /// The options on which the modules depend: `CONFIG_ECHO`.
    pub options: Vec<String>,
    /// The options of unit tests, which run when a module is loaded: `CONFIG_ECHO_KUNIT_TEST`.
    pub unit_tests: Vec<String>,
    /// The test programs: `echo_test` where there is a `tests/echo_test.c` with a `main`.
    pub programs: Vec<String>,
    /// Whether a part of the module is written in Rust.
    pub has_rust: bool,
}

/// Where a workspace has its module.
const MODULE: &str = "module";

impl Sources {
    /// Reads a folder, or, where that has no module itself, its folder `module`.
    ///
    /// # Errors
    /// Those of [`Sources::read`], about the folder that was given.
    pub fn find(folder: &Path) -> Result<Self, Obstacle> {
        match Self::read(folder) {
            Err(obstacle @ Obstacle::NoModule { .. }) => match Self::read(&folder.join(MODULE)) {
                Err(Obstacle::NoModule { .. } | Obstacle::File { .. }) => Err(obstacle),
                found => found,
            },
            read => read,
        }
    }

    /// Reads a folder.
    ///
    /// # Errors
    /// [`Obstacle::NoModule`], [`Obstacle::File`], [`Obstacle::Unread`].
    pub fn read(folder: &Path) -> Result<Self, Obstacle> {
        let folder = folder.canonicalize().map_err(Obstacle::file("find", folder))?;
        if !folder.is_dir() {
            let source = io::ErrorKind::NotADirectory.into();
            return Err(Obstacle::File { action: "read the folder", path: folder, source });
        }
        // As the kernel's build system has it, the first that exists counts.
        let makefile = ["Kbuild", "Makefile"].map(|name| folder.join(name));
        let makefile = makefile.into_iter().find(|path| path.is_file());
        let text = match makefile {
            Some(path) => read_text(&path, limit::SOURCE).map_err(Obstacle::unread(path))?,
            None => String::new(),
        };
        let unit_tests = unit_tests(&text);
        let options = options(&text).ok_or(Obstacle::NoModule { folder: folder.clone() })?;
        let programs = programs(&folder.join("tests"))?;
        let has_rust = has_rust(&folder)?;
        Ok(Self { folder, options, unit_tests, programs, has_rust })
    }
}

/// Whether a folder holds a source in Rust.
fn has_rust(folder: &Path) -> Result<bool, Obstacle> {
    for entry in fs::read_dir(folder).map_err(Obstacle::file("read", folder))? {
        let entry = entry.map_err(Obstacle::file("read", folder))?;
        if Path::new(&entry.file_name()).extension().is_some_and(|end| end == "rs") {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The options of the lines `obj-$(CONFIG_…)`; none if there is no line for a module at all.
fn options(makefile: &str) -> Option<Vec<String>> {
    let objects: Vec<&str> =
        makefile.lines().filter_map(|line| line.trim_start().strip_prefix("obj-")).collect();
    if objects.is_empty() {
        return None;
    }
    let mut options: Vec<String> = objects
        .iter()
        .filter_map(|line| Some(line.strip_prefix("$(")?.split_once(')')?.0.to_owned()))
        .filter(|name| name.starts_with("CONFIG_"))
        .collect();
    options.sort();
    options.dedup();
    Some(options)
}

/// The options for KUnit, named as the kernel's own are (`Documentation/dev-tools/kunit/style.rst`).
fn unit_tests(makefile: &str) -> Vec<String> {
    let variables = makefile.split("$(").skip(1).filter_map(|rest| rest.split_once(')'));
    let names = variables.map(|(name, _)| name.to_owned());
    let mut options: Vec<String> =
        names.filter(|name| name.starts_with("CONFIG_") && name.ends_with("_KUNIT_TEST")).collect();
    options.sort();
    options.dedup();
    options
}

/// The programs of a folder with a makefile: the C files that have a `main`.
fn programs(folder: &Path) -> Result<Vec<String>, Obstacle> {
    if !folder.join("Makefile").is_file() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let entries = entries.map_err(Obstacle::file("read", folder))?;
    let mut programs = Vec::new();
    for path in entries.iter().map(fs::DirEntry::path) {
        let (Some(stem), Some("c")) = (
            path.file_stem().and_then(|stem| stem.to_str()),
            path.extension().and_then(|end| end.to_str()),
        ) else {
            continue;
        };
        let text = read_bytes(&path, limit::SOURCE).map_err(Obstacle::unread(&path))?;
        if has_main(&String::from_utf8_lossy(&text)) {
            programs.push(stem.to_owned());
        }
    }
    programs.sort();
    Ok(programs)
}

/// Whether a line begins as the definition of `main` does.
fn has_main(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.strip_prefix("int").map_or(line, str::trim_start);
        line.strip_prefix("main").is_some_and(|rest| rest.trim_start().starts_with('('))
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;

    #[test]
    fn the_options_of_a_makefile_are_those_that_decide_about_modules() {
        let text = "obj-$(CONFIG_ECHO) += echo.o\necho-y := a.o\n obj-$(CONFIG_B) += b.o\n\
                    obj-$(CONFIG_ECHO) += more.o\n";
        assert_eq!(options(text), Some(vec!["CONFIG_B".to_owned(), "CONFIG_ECHO".to_owned()]));
        assert_eq!(options("obj-m := hello.o\n"), Some(Vec::new()));
        assert_eq!(options("all: hello\n"), None);
    }

    #[test]
    fn the_options_of_unit_tests_are_known_by_their_names() {
        let text = "obj-$(CONFIG_ECHO) += echo.o\nccflags-$(CONFIG_ECHO_KUNIT_TEST) += -D\n\
                    ccflags-$(KUNIT_TEST) += -g\nobj-$(CONFIG_A_KUNIT_TEST) += a_test.o\n$(";
        assert_eq!(unit_tests(text), ["CONFIG_A_KUNIT_TEST", "CONFIG_ECHO_KUNIT_TEST"]);
    }

    #[test]
    fn a_test_is_a_c_file_with_a_main_beside_a_makefile() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("b_test.c", "#include \"a.h\"\nint main(void)\n{\n}\n");
        write("a_handlers.c", "int\nmain (int argc, char **argv) { return 0; }\n");
        write("conformance.c", "int conformance(void)\n{\n\treturn domain(main(1));\n}\n");
        write("main.h", "int main(void);\n");
        write("maintain.c", "int maintain(void) { return 0; }\n");
        assert_eq!(programs(folder.path()).unwrap(), Vec::<String>::new());
        write("Makefile", "");
        assert_eq!(programs(folder.path()).unwrap(), ["a_handlers", "b_test"]);
    }

    #[test]
    fn makefiles_and_tests_without_an_end_or_that_are_no_files_are_named_and_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let said = || Sources::read(folder.path()).unwrap_err().in_words();
        fs::create_dir(at("tests")).unwrap();
        fs::File::create(at("Kbuild")).unwrap().set_len(limit::SOURCE + 1).unwrap();
        assert!(said().ends_with("Kbuild: it is larger than 64 MiB"), "{}", said());
        fs::write(at("Kbuild"), "obj-m += a.o\n").unwrap();
        fs::write(at("tests/Makefile"), "").unwrap();
        symlink("/dev/zero", at("tests/zero.c")).unwrap();
        assert!(said().ends_with("zero.c: it is a device, not a regular file"), "{}", said());
        fs::remove_file(at("tests/zero.c")).unwrap();
        let owner = Mode::RUSR | Mode::WUSR;
        mknodat(CWD, at("tests/pipe.c"), FileType::Fifo, owner, 0).unwrap();
        assert!(said().ends_with("pipe.c: it is a pipe, not a regular file"), "{}", said());
    }

    #[test]
    fn the_module_of_a_workspace_is_found_from_its_root() {
        let folder = tempfile::tempdir().unwrap();
        let refused = Sources::find(folder.path());
        assert!(matches!(refused, Err(Obstacle::NoModule { .. })), "{refused:?}");
        fs::create_dir(folder.path().join("module")).unwrap();
        assert!(matches!(Sources::find(folder.path()), Err(Obstacle::NoModule { .. })));
        fs::write(folder.path().join("module/Kbuild"), "obj-m += hello.o\n").unwrap();
        let found = Sources::find(folder.path()).unwrap();
        assert!(found.folder.ends_with("module"), "{found:?}");
        fs::write(folder.path().join("Kbuild"), "obj-m += other.o\n").unwrap();
        assert!(!Sources::find(folder.path()).unwrap().folder.ends_with("module"));
    }

    #[test]
    fn a_folder_without_a_module_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let refused = Sources::read(folder.path());
        assert!(matches!(refused, Err(Obstacle::NoModule { .. })), "{refused:?}");
        fs::write(folder.path().join("Kbuild"), "obj-m += hello.o\n").unwrap();
        assert!(Sources::read(folder.path()).unwrap().programs.is_empty());
    }
}
