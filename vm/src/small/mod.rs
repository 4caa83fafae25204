//! A kernel of one's own for guests: built from Debian's package of the sources with a small
//! configuration, and kept in the cache.
//!
//! Debian's kernels lack what few need, and a guest can boot another.

mod build;
mod options;
mod rust;

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::cache::Cache;
use crate::debian::numbers;
use crate::error::VmError;
use crate::headers::Headers;
use crate::kernel::Kernel;

pub use build::{Building, Progress, Sources};
pub use rust::RustRoot;

/// How the folder in the cache begins.
const PREFIX: &str = "linux-small-";
/// Counts up when what is kept of a build, or how it is made, changes.
const RECIPE: u32 = 1;
/// Where make leaves the image, and where it is kept.
const IMAGE: &str = "arch/x86/boot/bzImage";

/// What a kernel, and every module for it, is compiled and linked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toolchain {
    /// gcc and binutils.
    Gnu,
    /// clang, lld and LLVM's tools (`Documentation/kbuild/llvm.rst`).
    Llvm,
    /// gcc and rustc, of a root of their own: those of Debian's stable release are too old for a
    /// kernel that has drivers in Rust.
    Rust,
    /// gcc and binutils, with instrumentation that finds what modules do wrong.
    Kasan,
}

impl Toolchain {
    /// The options of the small kernel. Debian bookworm's clang 14 does not know what some of the
    /// mitigations ask of a compiler.
    pub fn options(self) -> String {
        match self {
            Self::Gnu => SmallKernel::OPTIONS.to_owned(),
            Self::Llvm => {
                options::with(SmallKernel::OPTIONS, include_str!("../../kernel/llvm.config"))
            }
            Self::Kasan => {
                options::with(SmallKernel::OPTIONS, include_str!("../../kernel/kasan.config"))
            }
            Self::Rust => include_str!("../../kernel/rust.config").to_owned(),
        }
    }

    /// The argument of make that selects it; make takes gcc by itself.
    fn argument(self) -> Option<&'static str> {
        match self {
            Self::Gnu | Self::Rust | Self::Kasan => None,
            Self::Llvm => Some("LLVM=1"),
        }
    }
}

/// A kernel that was built and is kept: a folder against which modules are built, with the image in
/// its usual place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmallKernel {
    folder: PathBuf,
}

impl SmallKernel {
    /// The options that it is asked to have, over `make allnoconfig`, with why.
    pub const OPTIONS: &'static str = include_str!("../../kernel/small.config");

    /// The one in the cache that was built with a toolchain's options: of several versions of the sources,
    /// of the newest.
    pub fn find(toolchain: Toolchain, cache: &Cache) -> Option<Self> {
        let behind = format!("-{}", hash(&toolchain.options(), toolchain));
        let names = fs::read_dir(cache.folder()).into_iter().flatten().flatten();
        let folders = names.filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let version = name.strip_prefix(PREFIX)?.strip_suffix(&behind)?;
            entry.path().is_dir().then(|| (numbers(version), entry.path()))
        });
        folders.max().map(|(_, folder)| Self { folder })
    }

    /// Where all of it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The image, to boot.
    ///
    /// # Errors
    /// Those of [`Kernel::at`], if somebody changed the folder.
    pub fn kernel(&self) -> Result<Kernel, VmError> {
        Kernel::at(self.folder.join(IMAGE))
    }

    /// What modules for it are built against.
    ///
    /// # Errors
    /// Those of [`Headers::at`], if somebody changed the folder.
    pub fn headers(&self) -> Result<Headers, VmError> {
        Headers::at(&self.folder)
    }

    /// Its whole configuration.
    pub fn configuration(&self) -> PathBuf {
        self.folder.join(".config")
    }
}

/// The name of the folder for that version of the sources, those options and that toolchain.
fn name(version: &str, options: &str, toolchain: Toolchain) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "+.-".contains(c) { c } else { '-' };
    let version: String = version.chars().map(plain).collect();
    format!("{PREFIX}{version}-{}", hash(options, toolchain))
}

/// Twelve digits over what the options say, not over how they are written.
fn hash(options: &str, toolchain: Toolchain) -> String {
    let argument = toolchain.argument().unwrap_or_default();
    let text = format!("recipe {RECIPE}\n{argument}{}", options::canonical(options));
    let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    let number = digest.iter().take(6).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{number:012x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_follows_the_version_and_the_options_and_not_the_comments() {
        let name = |version, options| name(version, options, Toolchain::Gnu);
        let one = name("6.12.9-1~deb12u1", "CONFIG_A=y\n");
        assert_eq!(one, name("6.12.9-1~deb12u1", "# why\nCONFIG_A=y\n"));
        assert_ne!(one, name("6.12.9-1~deb12u2", "CONFIG_A=y\n"));
        assert_ne!(one, name("6.12.9-1~deb12u1", "CONFIG_A=m\n"));
        let by_clang = super::name("6.12.9-1~deb12u1", "CONFIG_A=y\n", Toolchain::Llvm);
        assert_ne!(one, by_clang);
        assert!(one.starts_with("linux-small-6.12.9-1-deb12u1-"), "{one}");
        assert!(!name("1:6.12 x", "").contains([' ', ':']), "make could not work there");
    }

    #[test]
    fn of_several_versions_the_newest_with_these_options_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path().join("cache"));
        assert_eq!(SmallKernel::find(Toolchain::Gnu, &cache), None);
        let make = |version: &str, options: &str| {
            let path = cache.folder().join(name(version, options, Toolchain::Gnu));
            fs::create_dir_all(&path).unwrap();
            path
        };
        make("6.12.200-1", "CONFIG_OTHER=y\n");
        assert_eq!(SmallKernel::find(Toolchain::Gnu, &cache), None);
        make("6.12.99-1", SmallKernel::OPTIONS);
        let newest = make("6.12.117-1", SmallKernel::OPTIONS);
        make("6.12.9-1", SmallKernel::OPTIONS);
        fs::write(cache.folder().join(name("6.13-1", SmallKernel::OPTIONS, Toolchain::Gnu)), "")
            .unwrap();
        assert_eq!(SmallKernel::find(Toolchain::Gnu, &cache).unwrap().folder(), newest);
    }

    #[test]
    fn the_options_name_each_option_once() {
        let text = options::canonical(SmallKernel::OPTIONS);
        assert_eq!(
            text.lines().count(),
            options::canonical(&Toolchain::Llvm.options()).lines().count()
        );
        let words = text.split_whitespace().filter(|word| word.starts_with("CONFIG_"));
        let mut names: Vec<&str> = words.filter_map(|word| word.split('=').next()).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
