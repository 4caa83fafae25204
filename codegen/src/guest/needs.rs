//! What a test takes besides this program: looked for before anything is downloaded or built, and
//! named at once.

use std::env;
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use ioctlkit_vm::find_program;

use super::{Bits, Obstacle};

/// Programs, and Debian's packages that have them.
const PROGRAMS: [(&str, &str); 4] = [
    ("qemu-system-x86_64", "qemu-system-x86"),
    ("busybox", "busybox-static"),
    ("make", "make"),
    (COMPILER, "gcc"),
];
/// What make calls for C.
const COMPILER: &str = "cc";
/// Debian's compiler for 32 bits, which can be installed beside its other cross compilers;
/// gcc-multilib cannot.
const COMPILER_32: &str = "i686-linux-gnu-gcc";

/// What builds the programs of each size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Compilers {
    sizes: Vec<(Bits, Option<&'static str>)>,
}

impl Compilers {
    /// Each size that is wanted, and the compiler where it is not the makefile's own.
    pub(super) fn of_each_size(&self) -> impl Iterator<Item = (Bits, Option<&'static str>)> {
        self.sizes.iter().copied()
    }

    /// Looks for all that building tests and running them takes.
    ///
    /// # Errors
    /// [`Obstacle::NotInstalled`] with everything that is missing.
    pub(super) fn with_all_that_is_needed(bits: &[Bits]) -> Result<Self, Obstacle> {
        let is_missing = |(program, _): &&(&str, &str)| find_program(program).is_none();
        let mut missing: Vec<(&str, &str)> = PROGRAMS.iter().filter(is_missing).copied().collect();
        let mut sizes = Vec::new();
        let mut alternative = None;
        for &size in bits {
            match size {
                Bits::Bits64 => sizes.push((size, None)),
                Bits::Bits32 if links(COMPILER) => sizes.push((size, None)),
                Bits::Bits32 if links(COMPILER_32) => sizes.push((size, Some(COMPILER_32))),
                Bits::Bits32 => {
                    missing.push(("a compiler for 32 bits", package_for_32_bits()));
                    alternative = Some("or test with `--bits 64` alone");
                }
            }
        }
        not_installed(&missing, alternative).map_or(Ok(Self { sizes }), Err)
    }
}

/// The compiler that a kernel's headers ask for, which has to be there, with what goes with it
/// (`Documentation/kbuild/llvm.rst`).
///
/// # Errors
/// [`Obstacle::NotInstalled`]
pub(super) fn compiler_of_kernel(name: &str) -> Result<(), Obstacle> {
    let needed = match name {
        "clang" => vec![("clang", "clang"), ("ld.lld", "lld"), ("llvm-objcopy", "llvm")],
        gcc => vec![(gcc, gcc)],
    };
    let is_missing = |(program, _): &(&str, &str)| find_program(program).is_none();
    let missing: Vec<(&str, &str)> = needed.into_iter().filter(is_missing).collect();
    not_installed(&missing, None).map_or(Ok(()), Err)
}

fn not_installed(missing: &[(&str, &str)], alternative: Option<&'static str>) -> Option<Obstacle> {
    if missing.is_empty() {
        return None;
    }
    let packages: Vec<&str> = missing.iter().map(|(_, package)| *package).collect();
    Some(Obstacle::NotInstalled {
        what: missing.iter().map(|(program, _)| (*program).to_owned()).collect(),
        remedy: format!("apt-get install {}", packages.join(" ")),
        alternative,
    })
}

/// Whether a compiler makes static programs for 32 bits: asked, since neither a file nor a package
/// tells.
fn links(compiler: &str) -> bool {
    let Ok(folder) = tempfile::tempdir() else { return false };
    let mut command = Command::new(compiler);
    command.args(["-m32", "-static", "-x", "c", "-", "-o"]).arg(folder.path().join("program"));
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else { return false };
    let source = b"#include <linux/types.h>\n#include <stdio.h>\nint main(void) { return 0; }\n";
    let written = child
        .stdin
        .take()
        .is_some_and(|mut input| std::io::Write::write_all(&mut input, source).is_ok());
    child.wait().is_ok_and(|status| written && status.success())
}

/// gcc-multilib, unless it would remove a cross compiler of Debian's.
fn package_for_32_bits() -> &'static str {
    let path = env::var_os("PATH").unwrap_or_default();
    let has_cross_compiler = env::split_paths(&path).any(|folder| is_cross_compiler_in(&folder));
    if has_cross_compiler { "gcc-i686-linux-gnu" } else { "gcc-multilib" }
}

fn is_cross_compiler_in(folder: &Path) -> bool {
    let Ok(entries) = folder.read_dir() else { return false };
    entries.flatten().any(|entry| is_cross_compiler(&entry.file_name()))
}

/// `aarch64-linux-gnu-gcc`, and not `x86_64-linux-gnu-gcc`, which is Debian's own.
fn is_cross_compiler(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.strip_suffix("-gcc").is_some_and(|triple| {
        triple.contains("-linux-gnu") && !triple.starts_with("x86_64-linux-gnu")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_missing_is_one_sentence_with_one_command() {
        let missing = [("busybox", "busybox-static"), ("a compiler for 32 bits", "gcc-multilib")];
        let obstacle = not_installed(&missing, Some("or test with `--bits 64` alone")).unwrap();
        assert_eq!(
            obstacle.in_words(),
            "busybox and a compiler for 32 bits are not installed: run `apt-get install \
             busybox-static gcc-multilib`; or test with `--bits 64` alone"
        );
        let obstacle = compiler_of_kernel("gcc-0.1").unwrap_err();
        assert_eq!(obstacle.in_words(), "gcc-0.1 is not installed: run `apt-get install gcc-0.1`");
        assert!(not_installed(&[], None).is_none());
    }

    #[test]
    fn cross_compilers_of_debian_are_known_by_their_names() {
        for (name, is) in [
            ("aarch64-linux-gnu-gcc", true),
            ("arm-linux-gnueabihf-gcc", true),
            ("x86_64-linux-gnu-gcc", false),
            ("x86_64-linux-gnux32-gcc", false),
            ("gcc", false),
            ("aarch64-linux-gnu-gcc-ar", false),
        ] {
            assert_eq!(is_cross_compiler(OsStr::new(name)), is, "{name}");
        }
    }
}
