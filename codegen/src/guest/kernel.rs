//! Which kernel a guest runs, and against which headers its modules are built.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use ioctlkit_vm::{Cache, Headers, Kernel, Release, SmallKernel, Toolchain};

use super::{Obstacle, Sources};

/// What the small kernels that are kept are called, here and by `cargo xtask kernel`.
const RUST: &str = "rust";
const KASAN: &str = "kasan";

/// A kernel as `--kernel` names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KernelChoice {
    /// The newest of Debian's kernels for virtual machines of a series, `6.12`.
    Series(String),
    /// One of Debian's kernels, `6.12.117+deb12-cloud-amd64`.
    Release(String),
    /// An image, `arch/x86/boot/bzImage`.
    Image(PathBuf),
    /// The small kernel with Rust that is kept, `rust`.
    Rust,
    /// The small kernel with KASAN, lockdep and fault injection that is kept, `kasan`.
    Kasan,
}

impl KernelChoice {
    /// The kernel for a module for which none was chosen: one with Rust where the module is written in
    /// it, and the newest long-term series elsewhere.
    pub(super) fn of(sources: &Sources) -> Self {
        if sources.has_rust { Self::Rust } else { Self::Series("6.12".to_owned()) }
    }
}

impl FromStr for KernelChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            RUST => return Ok(Self::Rust),
            KASAN => return Ok(Self::Kasan),
            _ => {}
        }
        if text.contains('/') || !text.starts_with(|c: char| c.is_ascii_digit()) {
            return Ok(Self::Image(text.into()));
        }
        let numbers: Vec<&str> = text.split('.').collect();
        let are_numbers = |words: &[&str]| {
            words.iter().all(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_digit()))
        };
        match numbers[..] {
            [_, _] if are_numbers(&numbers) => Ok(Self::Series(text.to_owned())),
            [_, _, ..] if text.contains('-') => Ok(Self::Release(text.to_owned())),
            _ => Err("a series such as `6.12`, a release such as `6.12.9-cloud-amd64`, or the \
                      path of an image"
                .to_owned()),
        }
    }
}

impl std::fmt::Display for KernelChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Series(text) | Self::Release(text) => f.write_str(text),
            Self::Image(path) => path.display().fmt(f),
            Self::Rust => f.write_str(RUST),
            Self::Kasan => f.write_str(KASAN),
        }
    }
}

/// An installed or downloaded kernel, with its headers.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// What results call it.
    pub(super) name: String,
    pub(super) kernel: Kernel,
    pub(super) headers: Headers,
}

impl Target {
    /// Finds or downloads what was chosen.
    pub(super) fn of(
        choice: &KernelChoice,
        headers: Option<&Path>,
        cache: &Cache,
    ) -> Result<Self, Obstacle> {
        let release = match choice {
            KernelChoice::Series(series) => Release::newest(series, cache)?,
            KernelChoice::Release(release) => Release::named(release),
            KernelChoice::Image(image) => return Self::at(image, headers),
            KernelChoice::Rust => return Self::kept(Toolchain::Rust, RUST, headers, cache),
            KernelChoice::Kasan => return Self::kept(Toolchain::Kasan, KASAN, headers, cache),
        };
        let kernel = Kernel::of(&release, cache)?;
        let headers = match headers {
            Some(folder) => Headers::at(folder)?,
            None => Headers::of(&release, cache)?,
        };
        Ok(Self { name: release.to_string(), kernel, headers })
    }

    /// A small kernel that was built before.
    fn kept(
        toolchain: Toolchain,
        option: &'static str,
        headers: Option<&Path>,
        cache: &Cache,
    ) -> Result<Self, Obstacle> {
        let kernel = SmallKernel::find(toolchain, cache).ok_or(Obstacle::NotKept { option })?;
        Self::at(kernel.kernel()?.image(), headers)
    }

    /// Whether allocations fail when a thread asks for it, once the guest has been told so.
    pub(super) fn has_fault_injection(&self) -> bool {
        self.headers.has("CONFIG_FAULT_INJECTION_DEBUG_FS")
    }

    /// Whether modules of the kernel can be written in Rust.
    pub(super) fn has_rust(&self) -> bool {
        self.headers.has("CONFIG_RUST")
    }

    /// Whether the kernel runs unit tests of modules when they are loaded.
    pub(super) fn has_kunit(&self) -> bool {
        self.headers.has("CONFIG_KUNIT")
    }

    fn at(image: &Path, headers: Option<&Path>) -> Result<Self, Obstacle> {
        let kernel = Kernel::at(image)?;
        let headers = match headers {
            Some(folder) => Headers::at(folder)?,
            None => Self::belonging(&kernel)
                .ok_or_else(|| Obstacle::NoHeaders { image: image.to_owned() })?,
        };
        let name = kernel.release().map_or_else(|| image.display().to_string(), str::to_owned);
        Ok(Self { name, kernel, headers })
    }

    /// The build tree that the image lies in, or the installed headers of its release.
    fn belonging(kernel: &Kernel) -> Option<Headers> {
        let image = kernel.image().canonicalize().ok()?;
        let tree = image.parent().filter(|boot| boot.ends_with("arch/x86/boot"));
        let tree = tree.and_then(|boot| boot.ancestors().nth(3)).map(Path::to_owned);
        let installed = kernel.release().map(|release| {
            // The link's target, so that the build system sees a path without detours.
            let build = Path::new("/lib/modules").join(release).join("build");
            build.canonicalize().unwrap_or(build)
        });
        tree.into_iter().chain(installed).find_map(|folder| Headers::at(folder).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_releases_and_paths_are_told_apart() {
        let series = |text: &str| Ok(KernelChoice::Series(text.to_owned()));
        let release = |text: &str| Ok(KernelChoice::Release(text.to_owned()));
        let image = |text: &str| Ok(KernelChoice::Image(text.into()));
        assert_eq!("6.12".parse(), series("6.12"));
        assert_eq!("rust".parse(), Ok(KernelChoice::Rust));
        assert_eq!("kasan".parse(), Ok(KernelChoice::Kasan));
        let full = "6.12.117+deb12-cloud-amd64";
        assert_eq!(full.parse(), release(full));
        assert_eq!("6.1.0-56-cloud-amd64".parse(), release("6.1.0-56-cloud-amd64"));
        for path in ["/boot/vmlinuz", "./6.12", "bzImage", "arch/x86/boot/bzImage"] {
            assert_eq!(path.parse(), image(path));
        }
        for nonsense in ["6", "6.12.9", "6.", "6.x", "6.12.", "6-12"] {
            assert!(nonsense.parse::<KernelChoice>().is_err(), "{nonsense}");
        }
    }

    #[test]
    fn a_path_without_a_kernel_is_named() {
        let error = Target::at(Path::new("/nowhere/bzImage"), None).unwrap_err();
        let words = error.in_words();
        assert_eq!(words, "cannot read /nowhere/bzImage: No such file or directory (os error 2)");
    }
}
