//! Which kernel the guest runs.

use std::path::PathBuf;

use ioctlkit_vm::{Cache, Headers, Kernel, Release, SmallKernel, Toolchain, VmError};

/// The series of Debian's kernels.
const SERIES: &str = "6.12";

/// Which kernel is asked for.
#[derive(Debug, Clone)]
pub enum KernelChoice {
    /// The small one of `cargo xtask kernel` where it is, or else Debian's.
    Best,
    /// Debian's kernel for virtual machines.
    Debian,
    /// One's own.
    Own {
        /// Its image.
        image: PathBuf,
        /// What modules for it are built against.
        headers: PathBuf,
    },
}

/// Which kernel it comes to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Chosen<'w> {
    Small(SmallKernel),
    /// Debian's, since the small one is not there.
    NoSmall,
    /// Debian's, as asked for.
    Debian,
    Own {
        image: &'w PathBuf,
        headers: &'w PathBuf,
    },
}

impl KernelChoice {
    /// What it comes to with what is in the cache.
    pub(super) fn in_cache(&self, cache: &Cache) -> Chosen<'_> {
        match self {
            Self::Best => {
                SmallKernel::find(Toolchain::Gnu, cache).map_or(Chosen::NoSmall, Chosen::Small)
            }
            Self::Debian => Chosen::Debian,
            Self::Own { image, headers } => Chosen::Own { image, headers },
        }
    }
}

impl Chosen<'_> {
    /// What is told before the guest starts.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Small(kernel) => format!("kernel: the small one, {}", kernel.folder().display()),
            Self::NoSmall => format!(
                "kernel: Debian's {SERIES}, on which user-events is skipped, for it lacks \
                 CONFIG_USER_EVENTS; `cargo xtask kernel` builds a small one that has it"
            ),
            Self::Debian => format!("kernel: Debian's {SERIES}"),
            Self::Own { image, .. } => format!("kernel: {}", image.display()),
        }
    }

    /// The kernel, and what modules for it are built against. Debian's are downloaded where need be.
    pub(super) fn with_headers(&self, cache: &Cache) -> Result<(Kernel, Headers), VmError> {
        match self {
            Self::Small(small) => Ok((small.kernel()?, small.headers()?)),
            Self::NoSmall | Self::Debian => {
                let release = Release::newest(SERIES, cache)?;
                Ok((Kernel::of(&release, cache)?, Headers::of(&release, cache)?))
            }
            Self::Own { image, headers } => Ok((Kernel::at(*image)?, Headers::at(*headers)?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_the_small_kernel_debian_s_runs_and_what_is_skipped_and_why_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path());
        let chosen = KernelChoice::Best.in_cache(&cache);
        assert_eq!(chosen, Chosen::NoSmall);
        let words = chosen.words();
        for word in ["Debian", "user-events is skipped", "`cargo xtask kernel`"] {
            assert!(words.contains(word), "{words}");
        }
    }

    #[test]
    fn the_small_kernel_runs_where_it_is_unless_another_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path());
        let sources = ioctlkit_vm::Sources::at("sources.tar", "6.12.1-1");
        let log = ioctlkit_vm::Building::of(sources, Toolchain::Gnu).log(&cache);
        let small = log.with_extension("");
        std::fs::create_dir(&small).unwrap();
        let chosen = KernelChoice::Best.in_cache(&cache);
        assert!(matches!(chosen, Chosen::Small(_)));
        assert!(chosen.words().contains(&small.display().to_string()), "{}", chosen.words());
        assert_eq!(KernelChoice::Debian.in_cache(&cache), Chosen::Debian);
        let (image, headers) = (PathBuf::from("/own/bzImage"), PathBuf::from("/own/headers"));
        let own = KernelChoice::Own { image, headers };
        assert_eq!(own.in_cache(&cache).words(), "kernel: /own/bzImage");
    }
}
