//! apt for an architecture that may be another than the machine's, whose own lists stay untouched.

use std::fs;
use std::path::{Path, PathBuf};

use crate::distribution::output;
use crate::kernel::KernelError;

/// Where packages come from.
#[derive(Debug)]
pub(crate) struct Apt {
    options: Vec<String>,
}

impl Apt {
    /// The machine's own.
    pub(crate) const fn own() -> Self {
        Self { options: Vec::new() }
    }

    /// For another architecture, from the machine's sources: its lists lie below `cache` and are read
    /// once.
    pub(crate) fn foreign(cache: &Path, architecture: &str) -> Result<Self, KernelError> {
        let run = |error| KernelError::Run("apt-get", error);
        let root = std::path::absolute(cache.join(format!("apt-{architecture}"))).map_err(run)?;
        let options = [
            ("Dir::State", root.clone()),
            ("Dir::State::lists", root.join("lists")),
            ("Dir::State::status", root.join("status")),
            ("Dir::Cache", root.join("cache")),
            ("APT::Architecture", architecture.into()),
            ("APT::Architectures", architecture.into()),
        ];
        let options = options.iter().map(|(key, value): &(&str, PathBuf)| {
            ["-o".to_owned(), format!("{key}={}", value.display())]
        });
        let apt = Self { options: options.flatten().collect() };
        if !root.join("read").exists() {
            for folder in ["lists/partial", "cache/archives/partial"] {
                fs::create_dir_all(root.join(folder)).map_err(run)?;
            }
            fs::write(root.join("status"), "").map_err(run)?;
            apt.run("apt-get", &["update"], &root)?;
            fs::write(root.join("read"), "").map_err(run)?;
        }
        Ok(apt)
    }

    /// For source packages of Debian 12, which few machines list: the lists lie below `cache` and are read
    /// once.
    pub(crate) fn of_sources(cache: &Path) -> Result<Self, KernelError> {
        const ARCHIVE: &str = "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] \
                               http://deb.debian.org/debian bookworm main\n";
        let run = |error| KernelError::Run("apt-get", error);
        let root = std::path::absolute(cache.join("apt-sources")).map_err(run)?;
        let list = root.join("sources.list");
        let options = [
            ("Dir::State", root.clone()),
            ("Dir::State::lists", root.join("lists")),
            ("Dir::Cache", root.join("cache")),
            ("Dir::Etc::sourcelist", list.clone()),
            ("Dir::Etc::sourceparts", root.join("none")),
        ];
        let options = options.iter().map(|(key, value): &(&str, PathBuf)| {
            ["-o".to_owned(), format!("{key}={}", value.display())]
        });
        let apt = Self { options: options.flatten().collect() };
        if !root.join("read").exists() {
            for folder in ["lists/partial", "cache/archives/partial", "none"] {
                fs::create_dir_all(root.join(folder)).map_err(run)?;
            }
            fs::write(&list, ARCHIVE).map_err(run)?;
            apt.run("apt-get", &["update"], &root)?;
            fs::write(root.join("read"), "").map_err(run)?;
        }
        Ok(apt)
    }

    /// What `apt-get` or `apt-cache` prints.
    pub(crate) fn run(
        &self,
        program: &'static str,
        arguments: &[&str],
        folder: &Path,
    ) -> Result<String, KernelError> {
        let options = self.options.iter().map(String::as_str);
        let all: Vec<&str> = options.chain(arguments.iter().copied()).collect();
        output(program, &all, folder)
    }
}
