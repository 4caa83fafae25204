//! Functions that pass on what they are given to `ioctl`.

use ioctlkit_model::{FileId, ProgramArgument};
use rustc_hash::FxHashMap;

use crate::request::NamedCommand;

/// What a function passes as the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PassesRequest<'t> {
    /// The parameter of that place.
    Parameter(usize),
    /// This command, with an argument that the caller gives.
    Command(NamedCommand<'t>),
}

/// What a function passes behind the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Passes {
    /// The parameter of that place.
    Parameter(usize),
    /// Something of its own.
    Own(ProgramArgument),
    Nothing,
}

/// A function that passes on to `ioctl`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrapper<'t> {
    pub(crate) name: &'t str,
    pub(crate) class: Option<&'t str>,
    /// The file that alone can call it.
    pub(crate) file: Option<FileId>,
    pub(crate) request: PassesRequest<'t>,
    pub(crate) argument: Passes,
}

impl Wrapper<'_> {
    /// Whether it passes something of its own to whatever command it is given. A function that does so with several
    /// things chooses by what the command takes.
    pub(crate) fn passes_its_own(&self) -> bool {
        matches!((&self.request, &self.argument), (PassesRequest::Parameter(_), Passes::Own(_)))
    }
}

/// Everything that is a call of `ioctl`, by name.
#[derive(Debug, Default)]
pub(crate) struct Callees<'t> {
    by_name: FxHashMap<&'t str, Vec<Wrapper<'t>>>,
}

/// Functions of libraries, with the request behind the file and the argument behind that.
const OF_LIBRARIES: [&str; 5] = ["ioctl", "drmIoctl", "v4l2_ioctl", "v4l1_ioctl", "__ioctl"];

/// A function that passes on more commands than this is not followed.
const MOST: usize = 64;

impl<'t> Callees<'t> {
    /// What every program has.
    pub(crate) fn of_libraries() -> Self {
        let mut callees = Self::default();
        for name in OF_LIBRARIES {
            callees.add(Wrapper {
                name,
                class: None,
                file: None,
                request: PassesRequest::Parameter(1),
                argument: Passes::Parameter(2),
            });
        }
        callees
    }

    /// Takes in a function; says whether it is a new one.
    pub(crate) fn add(&mut self, wrapper: Wrapper<'t>) -> bool {
        // A program may define `ioctl` itself, and it is what it is.
        if OF_LIBRARIES.contains(&wrapper.name) && self.by_name.contains_key(wrapper.name) {
            return false;
        }
        let known = self.by_name.entry(wrapper.name).or_default();
        if known.len() >= MOST || known.contains(&wrapper) {
            return false;
        }
        known.push(wrapper);
        true
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'t str> {
        self.by_name.keys().copied()
    }

    /// What a name calls in a file: functions of the file itself go before those of others.
    pub(crate) fn of(&self, name: &str, file: FileId, is_member: bool) -> Vec<Wrapper<'t>> {
        let all = self.by_name.get(name).map(Vec::as_slice).unwrap_or_default();
        let fits = |wrapper: &&Wrapper<'t>| wrapper.class.is_some() || !is_member;
        let own: Vec<Wrapper<'t>> =
            all.iter().filter(fits).filter(|it| it.file == Some(file)).cloned().collect();
        if !own.is_empty() {
            return own;
        }
        all.iter().filter(fits).filter(|it| it.file.is_none()).cloned().collect()
    }
}
