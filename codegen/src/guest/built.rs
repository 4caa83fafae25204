//! Builds the modules for a kernel, and the programs that test them.

use std::path::{Path, PathBuf};

use ioctlkit_vm::{
    Interruption, ModuleInfo, Products, ProgramsToBuild, Trust, VmError, build_programs,
};

use super::copy::Copy;
use super::kernel::Target;
use super::needs::Compilers;
use super::{Obstacle, Sources};

/// Headers with a `vmlinux` have the kernel's makefile call pahole, which nothing here needs.
const NO_BTF: &str = "CONFIG_DEBUG_INFO_BTF_MODULES=";

/// Modules for one kernel, in the order in which they have to be loaded.
#[derive(Debug)]
pub(super) struct Modules {
    pub(super) files: Vec<(PathBuf, ModuleInfo)>,
    /// What the compiler said though it succeeded; empty if there was no warning.
    pub(super) warnings: String,
    _kept: (Copy, Products),
}

/// Test programs, which run on every kernel.
#[derive(Debug)]
pub(super) struct Programs {
    pub(super) files: Vec<PathBuf>,
    _kept: (Copy, Vec<Products>),
}

impl Modules {
    pub(super) fn build(
        sources: &Sources,
        target: &Target,
        trust: Trust,
        interruption: &Interruption,
    ) -> Result<Self, Obstacle> {
        let copy = Copy::of(&sources.folder)?;
        // What the kernel says of a line of the module (`WARN`) names the file in its folder.
        let names = format!("KCFLAGS=-fmacro-prefix-map={}/=", copy.path().display());
        let options = options(sources, target.has_kunit());
        let options: Vec<String> = options.chain([names, NO_BTF.to_owned()]).collect();
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let built = target.headers.build(copy.path(), &options, trust, interruption);
        let built = built.map_err(|error| match error {
            VmError::Failed { output, .. } => Obstacle::Module {
                kernel: target.name.clone(),
                output: copy.said_of_original(&output),
            },
            error => error.into(),
        })?;
        if built.modules.files.is_empty() {
            return Err(Obstacle::NoModule { folder: sources.folder.clone() });
        }
        let read = |path: &PathBuf| ModuleInfo::read(path).map(|info| (path.clone(), info));
        let files = built.modules.files.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let files = in_order(files)?;
        let is_warning = |line: &&str| line.contains("warning:");
        let warnings = match built.output.lines().find(is_warning) {
            Some(_) => copy.said_of_original(&built.output),
            None => String::new(),
        };
        Ok(Self { files, warnings, _kept: (copy, built.modules) })
    }
}

impl Modules {
    /// Whether a program is the conformance test of one of them, which knows `--random`.
    pub(super) fn are_called_at_random_by(&self, program: &Path) -> bool {
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        let name = name.strip_suffix("32").unwrap_or(&name);
        let module = name.strip_suffix("_test");
        self.files.iter().any(|(_, info)| Some(info.name.as_str()) == module)
    }
}

/// The options that make is given. Unit tests do not link where the kernel lacks KUnit; those with an
/// object of their own are modules, and the others are a part of one.
fn options(sources: &Sources, has_kunit: bool) -> impl Iterator<Item = String> + use<'_> {
    let are_built = move |option: &&String| has_kunit || !sources.unit_tests.contains(option);
    let modules = sources.options.iter().filter(are_built).map(|option| format!("{option}=m"));
    let is_part = move |option: &&String| has_kunit && !sources.options.contains(option);
    modules.chain(sources.unit_tests.iter().filter(is_part).map(|option| format!("{option}=y")))
}

/// Each module behind those that it needs.
fn in_order(files: Vec<(PathBuf, ModuleInfo)>) -> Result<Vec<(PathBuf, ModuleInfo)>, Obstacle> {
    let (mut ordered, mut rest): (Vec<(PathBuf, ModuleInfo)>, _) = (Vec::new(), files);
    while !rest.is_empty() {
        let is_there = |name: &String| ordered.iter().any(|(_, info)| info.name == *name);
        let ready = rest.iter().position(|(_, info)| info.depends.iter().all(is_there));
        let Some(ready) = ready else {
            let (_, first) = &rest[0];
            let needed = first.depends.iter().find(|&name| !is_there(name));
            return Err(Obstacle::Dependency {
                module: first.name.clone(),
                needed: needed.cloned().unwrap_or_default(),
            });
        };
        ordered.push(rest.remove(ready));
    }
    Ok(ordered)
}

impl Programs {
    pub(super) fn build(
        sources: &Sources,
        compilers: &Compilers,
        trust: Trust,
        interruption: &Interruption,
    ) -> Result<Self, Obstacle> {
        let copy = Copy::of(&sources.folder)?;
        let mut built = Vec::new();
        for (bits, compiler) in compilers.of_each_size() {
            let names: Vec<String> =
                sources.programs.iter().map(|name| format!("{name}{}", bits.suffix())).collect();
            if names.is_empty() {
                continue;
            }
            let below = Path::new("tests");
            let programs = ProgramsToBuild { sources: copy.path(), below, names: &names, compiler };
            let products = build_programs(&programs, trust, interruption);
            built.push(products.map_err(|error| match error {
                VmError::Failed { output, .. } => {
                    Obstacle::Tests { output: copy.said_of_original(&output) }
                }
                error => error.into(),
            })?);
        }
        // Each program beside its twin of the other size.
        let mut files: Vec<PathBuf> =
            built.iter().flat_map(|products| products.files.iter().cloned()).collect();
        files.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
        Ok(Self { files, _kept: (copy, built) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(name: &str, depends: &[&str]) -> (PathBuf, ModuleInfo) {
        let depends = depends.iter().map(|&name| name.to_owned()).collect();
        let info = ModuleInfo { name: name.to_owned(), release: String::new(), depends };
        (PathBuf::from(format!("{name}.ko")), info)
    }

    #[test]
    fn a_module_is_loaded_behind_those_that_it_needs() {
        let files = vec![module("c", &["b", "a"]), module("b", &["a"]), module("a", &[])];
        let ordered = in_order(files).unwrap();
        let names: Vec<&str> = ordered.iter().map(|(_, info)| info.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c"]);
    }

    #[test]
    fn unit_tests_are_built_where_the_kernel_has_kunit() {
        let words = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let sources = Sources {
            folder: PathBuf::new(),
            options: words(&["CONFIG_A", "CONFIG_B_KUNIT_TEST"]),
            unit_tests: words(&["CONFIG_A_KUNIT_TEST", "CONFIG_B_KUNIT_TEST"]),
            programs: Vec::new(),
            has_rust: false,
        };
        let with = |has_kunit| options(&sources, has_kunit).collect::<Vec<_>>();
        assert_eq!(with(false), ["CONFIG_A=m"]);
        assert_eq!(with(true), ["CONFIG_A=m", "CONFIG_B_KUNIT_TEST=m", "CONFIG_A_KUNIT_TEST=y"]);
    }

    #[test]
    fn a_module_of_the_kernel_that_is_needed_is_named() {
        let refused = in_order(vec![module("a", &[]), module("b", &["a", "usbcore"])]);
        let words = refused.unwrap_err().to_string();
        assert!(words.starts_with("b needs usbcore"), "{words}");
    }
}
