//! What a rule is, apart from its check.

use std::fmt;

use crate::Language;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Breaks somebody sooner or later, or goes against the kernel's guide.
    Warning,
    /// Breaks somebody now.
    Error,
}

impl Severity {
    /// `info`, `warning` or `error`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The languages whose definitions a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Languages {
    /// C headers only.
    C,
    /// Rust sources only.
    Rust,
    /// Both.
    Both,
    /// Rust sources and lists of numbers.
    RustAndLists,
    /// Compiled objects only.
    Object,
    /// C source of drivers only.
    Driver,
    /// Compiled objects, and C source of drivers.
    Kernel,
    /// C and C++ source of programs.
    Program,
}

impl Languages {
    /// Whether the rule looks at that language.
    pub const fn contains(self, language: Language) -> bool {
        match self {
            Self::C | Self::Driver | Self::Program => matches!(language, Language::C),
            Self::Rust => matches!(language, Language::Rust),
            Self::Both => matches!(language, Language::C | Language::Rust),
            Self::RustAndLists => matches!(language, Language::Rust | Language::List),
            Self::Object => matches!(language, Language::Object),
            Self::Kernel => matches!(language, Language::C | Language::Object),
        }
    }

    /// What is read, as a list: `C headers and Rust sources`.
    pub const fn words(self) -> &'static str {
        match self {
            Self::C => "C headers",
            Self::Rust => "Rust sources",
            Self::Both => "C headers and Rust sources",
            Self::RustAndLists => "Rust sources and lists of numbers",
            Self::Object => "compiled objects",
            Self::Driver => "C source of drivers",
            Self::Kernel => "compiled objects and C source of drivers",
            Self::Program => "C and C++ source of programs",
        }
    }
}

/// The profiles in which a rule is on without being asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profiles {
    /// Both, with this severity in the profile `legacy`, where an interface is in use.
    Both(Severity),
    /// The profile `new`: it asks for what can no longer be changed where an interface is in use.
    New,
    /// Neither: most of what it finds is harmless.
    Neither,
}

/// A rule's metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleInfo {
    /// The stable code, such as `L001`.
    pub code: &'static str,
    /// The name that people write, such as `implicit-hole`.
    pub slug: &'static str,
    /// Severity where it is on, in the profile `new` or because somebody asked for it.
    pub severity: Severity,
    /// Where it is on by itself.
    pub profiles: Profiles,
    /// The languages that it has a meaning for.
    pub languages: Languages,
    /// One line.
    pub summary: &'static str,
    /// The whole page, Markdown: what, why, source, example, fix.
    pub documentation: &'static str,
}

impl RuleInfo {
    /// Its severity in the profile `new`, for an interface that nobody uses yet; `None` where it is off.
    pub const fn new_severity(&self) -> Option<Severity> {
        match self.profiles {
            Profiles::Both(_) | Profiles::New => Some(self.severity),
            Profiles::Neither => None,
        }
    }

    /// Its severity in the profile `legacy`, for an interface in use; `None` where it is off.
    pub const fn legacy_severity(&self) -> Option<Severity> {
        match self.profiles {
            Profiles::Both(legacy) => Some(legacy),
            Profiles::New | Profiles::Neither => None,
        }
    }
}
