//! A case: the folder `fixtures/reproduce/NAME`, read and checked.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;

/// A defect, and what shows it.
#[derive(Debug)]
pub(crate) struct Case {
    /// The folder's name.
    pub(crate) name: String,
    /// Where `case.toml` and `program.c` are.
    pub(crate) folder: PathBuf,
    pub(crate) data: Data,
}

/// What `case.toml` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Data {
    /// The defect in a sentence.
    pub(crate) title: String,
    /// The file of the kernel, and the function.
    pub(crate) source: String,
    /// The rules that find it; `handlers` where the table of `ioctl-lint handlers` shows it and no rule does.
    pub(crate) found_by: Vec<String>,
    /// The modules that are loaded, besides those that they depend on.
    pub(crate) modules: Vec<String>,
    /// Modules that are loaded before those, where the kernel has them: some kernels are built otherwise.
    #[serde(default)]
    pub(crate) modules_if_any: Vec<String>,
    /// A command for the guest's shell, between the modules and the programs.
    pub(crate) setup: Option<String>,
    /// A file system at `/image` in the guest.
    pub(crate) image: Option<Image>,
    /// What is seen whether the defect is there or not: without it, nothing is shown.
    pub(crate) control: Lines,
    /// What is seen where the defect is there.
    pub(crate) defect: Lines,
}

/// An image of a file system, made on this machine.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Image {
    /// How large it is.
    pub(crate) mebibytes: u64,
    /// The command that makes it; the file's name is appended.
    pub(crate) make: Vec<String>,
    /// Debian's package with that command.
    pub(crate) package: String,
}

/// Lines that the two programs print.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lines {
    #[serde(default, rename = "64")]
    pub(crate) bits64: Vec<String>,
    #[serde(default, rename = "32")]
    pub(crate) bits32: Vec<String>,
}

/// The two programs of a case: the same source, compiled for two widths of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    Bits64,
    Bits32,
}

impl Width {
    pub(crate) const BOTH: [Self; 2] = [Self::Bits64, Self::Bits32];

    /// What the compiler calls it.
    pub(crate) fn option(self) -> &'static str {
        match self {
            Self::Bits64 => "-m64",
            Self::Bits32 => "-m32",
        }
    }
}

impl fmt::Display for Width {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bits64 => "64-bit program",
            Self::Bits32 => "32-bit program",
        })
    }
}

impl Lines {
    pub(crate) fn of(&self, width: Width) -> &[String] {
        match width {
            Width::Bits64 => &self.bits64,
            Width::Bits32 => &self.bits32,
        }
    }
}

/// Where the cases are.
pub(crate) fn root() -> PathBuf {
    xtask::run::root().join("fixtures/reproduce")
}

impl Case {
    /// All cases, by name.
    pub(crate) fn all(root: &Path) -> Result<Vec<Self>> {
        let entries =
            fs::read_dir(root).with_context(|| format!("cannot read {}", root.display()))?;
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        names.iter().map(|name| Self::read(root, name)).collect()
    }

    /// The cases of those names, each once, or all where `all` is among them.
    pub(crate) fn named(root: &Path, names: &[String]) -> Result<Vec<Self>> {
        let cases = Self::all(root)?;
        if names.iter().any(|name| name == "all") {
            return Ok(cases);
        }
        for name in names {
            if !cases.iter().any(|case| case.name == *name) {
                bail!("there is no case {name}: `cargo xtask reproduce --list` lists them");
            }
        }
        Ok(cases.into_iter().filter(|case| names.contains(&case.name)).collect())
    }

    fn read(root: &Path, name: &str) -> Result<Self> {
        let folder = root.join(name);
        let path = folder.join("case.toml");
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let data: Data = toml::from_str(&text).with_context(|| path.display().to_string())?;
        data.check().with_context(|| path.display().to_string())?;
        Ok(Self { name: name.to_owned(), folder, data })
    }
}

impl Data {
    fn check(&self) -> Result<()> {
        ensure!(!self.found_by.is_empty(), "`found_by` is empty: say which rule finds the defect");
        for finder in &self.found_by {
            let is_code = finder.len() == 4 && finder[1..].chars().all(|c| c.is_ascii_digit());
            ensure!(is_code || finder == "handlers", "`{finder}` is neither a rule nor `handlers`");
        }
        let defects = Width::BOTH.iter().map(|width| self.defect.of(*width).len()).sum::<usize>();
        ensure!(defects > 0, "`defect` has no line: say what a program sees");
        for width in Width::BOTH {
            for line in self.defect.of(width) {
                let is_control = self.control.of(width).contains(line);
                ensure!(!is_control, "`{line}` is both control and defect");
            }
        }
        if let Some(image) = &self.image {
            ensure!(!image.make.is_empty(), "`image.make` names no command");
            ensure!((1..=64).contains(&image.mebibytes), "`image.mebibytes` is not from 1 to 64");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<()> {
        toml::from_str::<Data>(text)?.check()
    }

    const BARE: &str = "title = ''\nsource = ''\nmodules = []\n";

    #[test]
    fn every_case_has_a_rule_and_something_that_is_seen() {
        let cases = Case::all(&root()).unwrap();
        assert!(cases.len() >= 5, "{}", cases.len());
        for case in cases {
            assert!(case.folder.join("program.c").is_file(), "{}", case.name);
            let numbers = case.data.defect.bits64.iter().chain(&case.data.defect.bits32);
            for line in numbers {
                assert!(line.contains(" 0x") && line.contains(": "), "{}: {line}", case.name);
            }
        }
    }

    #[test]
    fn a_case_that_shows_nothing_is_refused() {
        let words = |text: &str| parsed(&format!("{BARE}{text}")).unwrap_err().to_string();
        assert!(words("found_by = ['C001']\n[control]\n[defect]").contains("`defect` has no line"));
        assert!(
            words("found_by = []\n[control]\n[defect]\n32 = ['x']").contains("`found_by` is empty")
        );
        let both = "found_by = ['C001']\n[control]\n32 = ['x']\n[defect]\n32 = ['x']";
        assert!(words(both).contains("`x` is both control and defect"));
        assert!(words("found_by = ['C001']\nextra = 1\n[control]\n[defect]").contains("extra"));
    }

    #[test]
    fn a_name_that_is_no_case_is_refused() {
        let error = Case::named(&root(), &["no-such-case".to_owned()]).unwrap_err();
        assert!(error.to_string().contains("there is no case no-such-case"), "{error}");
    }
}
