//! What of the objects was not understood: each reason once for a folder, with how many objects it
//! holds of.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ioctlkit_model::{Problem, ProblemKind};

use super::base::BaseError;

/// Others that are named behind the first.
const NAMED: usize = 3;

/// What an object lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lack {
    /// The types of the kernel of this version, and why a file that should have them has not.
    Kernel { version: String, because: Option<BaseError> },
    /// The types of its own kernel: the kernel that was found is another.
    OwnKernel { version: String },
    /// Any types.
    Types,
    /// Symbols, which say where its variables are.
    Symbols,
}

impl Lack {
    pub(super) fn problem(&self, path: &Path) -> Problem {
        let kernel = |version: &str| match version {
            "" => "its kernel".to_owned(),
            version => format!("the kernel {version}"),
        };
        let (message, help) = match self {
            Self::Kernel { version, because: None } => (
                format!("its types build upon those of {}, which was not found", kernel(version)),
                BASE,
            ),
            Self::Kernel { version, because: Some(error) } => (
                format!(
                    "its types build upon those of {}, and {} does not have them: {}",
                    kernel(version),
                    error.path.display(),
                    error.message
                ),
                BASE,
            ),
            Self::OwnKernel { version } => (
                format!(
                    "its types build upon those of {}, but the kernel that was found is another",
                    kernel(version)
                ),
                BASE,
            ),
            Self::Types => (
                "its types are unknown: it has neither BTF nor DWARF".to_owned(),
                "what is compiled with `-g` has them, and modules of a kernel with \
                 CONFIG_DEBUG_INFO_BTF and CONFIG_DEBUG_INFO_BTF_MODULES",
            ),
            Self::Symbols => (
                "it has no symbols, which would say where tables of handlers are".to_owned(),
                "`--header` compares its structures with those of a header; tables are in the modules",
            ),
        };
        Problem {
            kind: ProblemKind::Incomplete,
            path: Some(path.into()),
            span: None,
            message,
            help: Some(help.into()),
        }
    }
}

const BASE: &str = "name the kernel's vmlinux, its boot image or its BTF with `--btf-base`";

/// A problem of an object, with the folder or the archive that it was found in.
pub(super) struct Told {
    pub(super) problem: Problem,
    pub(super) within: Option<PathBuf>,
}

/// Problems of one kind and reason become one, at the first object. A file that somebody named and
/// that fails has a problem of its own.
pub(super) fn once(all: Vec<Told>) -> Vec<Problem> {
    let mut first: BTreeMap<(ProblemKind, String, Option<PathBuf>), usize> = BTreeMap::new();
    let mut told: Vec<(Told, Vec<PathBuf>)> = Vec::new();
    for one in all {
        let Told { problem, within } = &one;
        if problem.kind == ProblemKind::Failure && within.is_none() {
            told.push((one, Vec::new()));
            continue;
        }
        let key = (problem.kind, problem.message.clone(), within.clone());
        let at = *first.entry(key).or_insert(told.len());
        match told.get_mut(at) {
            Some((_, others)) => others.extend(one.problem.path),
            None => told.push((one, Vec::new())),
        }
    }
    told.into_iter().map(|(told, others)| joined(told, &others)).collect()
}

fn joined(told: Told, others: &[PathBuf]) -> Problem {
    let Told { mut problem, within } = told;
    if others.is_empty() {
        return problem;
    }
    let name = |path: &PathBuf| {
        let inside = within.as_ref().and_then(|folder| path.strip_prefix(folder).ok());
        inside.unwrap_or(path).display().to_string()
    };
    let mut names: Vec<String> = others.iter().take(NAMED).map(name).collect();
    if others.len() > NAMED {
        names.push(format!("{} more", others.len() - NAMED));
    }
    let last = names.pop().unwrap_or_default();
    let names = if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) };
    let count = match others.len() {
        1 => "1 other object".to_owned(),
        more => format!("{more} other objects"),
    };
    problem.message = format!("{}; the same holds for {count}: {names}", problem.message);
    problem
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(within: Option<&str>, path: &str, lack: &Lack) -> Told {
        Told { problem: lack.problem(Path::new(path)), within: within.map(PathBuf::from) }
    }

    fn messages(all: Vec<Told>) -> Vec<String> {
        once(all).into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn a_reason_is_told_once_with_how_many_objects_it_holds_of() {
        let all = |count: usize| {
            (0..count)
                .map(|index| told(Some("m"), &format!("m/{index}.ko"), &Lack::Types))
                .collect()
        };
        let message = "its types are unknown: it has neither BTF nor DWARF";
        assert_eq!(messages(all(1)), [message]);
        assert_eq!(
            messages(all(2)),
            [format!("{message}; the same holds for 1 other object: 1.ko")]
        );
        let four = format!("{message}; the same holds for 3 other objects: 1.ko, 2.ko and 3.ko");
        assert_eq!(messages(all(4)), [four]);
        let many =
            format!("{message}; the same holds for 99 other objects: 1.ko, 2.ko, 3.ko and 96 more");
        assert_eq!(messages(all(100)), [many]);
    }

    #[test]
    fn folders_and_reasons_are_told_apart() {
        let kernel = Lack::OwnKernel { version: "6.12".into() };
        let all = vec![
            told(Some("m"), "m/a.ko", &Lack::Types),
            told(Some("n"), "n/a.ko", &Lack::Types),
            told(Some("m"), "m/b.ko", &kernel),
        ];
        assert_eq!(once(all).len(), 3);
    }

    #[test]
    fn a_file_that_was_named_and_cannot_be_read_is_told_by_itself() {
        let failed = |path: &str| {
            let problem = crate::object::failure(Path::new(path), "damaged".into(), None);
            Told { problem, within: None }
        };
        assert_eq!(messages(vec![failed("a.ko"), failed("b.ko")]), ["damaged", "damaged"]);
    }
}
