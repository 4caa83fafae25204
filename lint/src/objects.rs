//! What a command is for, as its name says: `VFIO_GROUP_…` is for a group, `VFIO_DEVICE_…` for a
//! device. A header with several such objects often has a file for each, with numbers of its own.

use std::collections::HashMap;

use ioctlkit_model::{Command, FileId, Interface};

/// A word that the names of this many commands of a header begin with is an object.
const ENOUGH: usize = 3;
/// No object has a name of more words.
const MOST_WORDS: usize = 32;

/// Words that say what is done, and to nothing yet.
const ACTIONS: [&str; 42] = [
    "ADD",
    "ALLOC",
    "ATTACH",
    "BIND",
    "CHECK",
    "CLEAR",
    "CLOSE",
    "CREATE",
    "DEL",
    "DELETE",
    "DESTROY",
    "DETACH",
    "DISABLE",
    "ENABLE",
    "FREE",
    "GET",
    "INIT",
    "MAP",
    "OPEN",
    "PUT",
    "QUERY",
    "READ",
    "RECV",
    "REGISTER",
    "REMOVE",
    "RESET",
    "RUN",
    "SEND",
    "SET",
    "START",
    "STOP",
    "SUBMIT",
    "UNBIND",
    "UNMAP",
    "UNREGISTER",
    "UNSET",
    "UPDATE",
    "WAIT",
    "WRITE",
    "G",
    "S",
    "TRY",
];

/// The objects that the headers of a run have commands for.
#[derive(Debug)]
pub struct Objects<'a> {
    commands: HashMap<(FileId, &'a str), usize>,
    /// How many objects each header has.
    of_file: HashMap<FileId, usize>,
}

impl<'a> Objects<'a> {
    /// Reads the names of all commands.
    pub fn new(interface: &'a Interface) -> Self {
        let mut commands = HashMap::new();
        for command in &interface.commands {
            for object in candidates(&command.name) {
                *commands.entry((command.span.file, object)).or_default() += 1;
            }
        }
        commands.retain(|_, count| *count >= ENOUGH);
        let mut of_file = HashMap::new();
        for (file, _) in commands.keys() {
            *of_file.entry(*file).or_default() += 1;
        }
        Self { commands, of_file }
    }

    /// The objects of two commands of a header, where they are different ones.
    pub fn different(&self, a: &'a Command, b: &'a Command) -> Option<(&'a str, &'a str)> {
        let (a, b) = (self.of(a)?, self.of(b)?);
        (a != b).then_some((a, b))
    }

    /// The longest beginning of the name that is an object. In a header that has several, one
    /// with fewer commands is taken for an object too.
    fn of(&self, command: &'a Command) -> Option<&'a str> {
        let file = command.span.file;
        let is_known = |object: &&str| self.commands.contains_key(&(file, *object));
        let longest = candidates(&command.name).filter(is_known).last();
        longest.or_else(|| {
            let has_several = self.of_file.get(&file).is_some_and(|count| *count > 1);
            candidates(&command.name).next().filter(|_| has_several)
        })
    }
}

/// The beginnings of a name that may be an object: two words and more, before the first that says
/// what is done, and not the whole name.
fn candidates(name: &str) -> impl Iterator<Item = &str> {
    let ends = name.match_indices('_').map(|(at, _)| at).filter(|at| *at > 0);
    let ends = ends.take(MOST_WORDS).skip(1);
    let last_word = |prefix: &str| prefix.rsplit('_').next().unwrap_or_default().to_owned();
    ends.map(|end| &name[..end])
        .take_while(move |prefix| !ACTIONS.contains(&last_word(prefix).as_str()))
        .filter(move |prefix| !matches!(last_word(prefix).as_str(), "IOC" | "IOCTL" | ""))
}

#[cfg(test)]
mod tests {
    use ioctlkit_abi::Direction;

    use super::*;
    use crate::testing::{Build, U32};

    #[test]
    fn what_is_done_is_no_part_of_the_object() {
        let of = |name| candidates(name).collect::<Vec<_>>();
        assert_eq!(of("VFIO_DEVICE_GET_INFO"), ["VFIO_DEVICE"]);
        assert_eq!(
            of("VFIO_IOMMU_SPAPR_TCE_CREATE"),
            ["VFIO_IOMMU", "VFIO_IOMMU_SPAPR", "VFIO_IOMMU_SPAPR_TCE"]
        );
        assert!(of("VFIO_SET_IOMMU").is_empty());
        assert!(of("FOO_IOC_START").is_empty());
        assert!(of("FOO_STOP").is_empty());
        assert!(of("_").is_empty());
    }

    #[test]
    fn objects_need_several_commands_and_a_header_with_several_objects() {
        let mut build = Build::new();
        for name in [
            "X_GROUP_GET_STATUS",
            "X_GROUP_SET_STATUS",
            "X_GROUP_RESET",
            "X_DEVICE_RESET",
            "X_DEVICE_GET_INFO",
            "X_DEVICE_FEATURE",
            "X_MIGRATION_INFO",
            "X_START",
        ] {
            build.command(name, Direction::Read, U32);
        }
        let objects = Objects::new(&build.interface);
        let command =
            |name: &str| build.interface.commands.iter().find(|one| one.name == name).unwrap();
        let different = |a, b| objects.different(command(a), command(b));
        assert_eq!(different("X_GROUP_RESET", "X_DEVICE_RESET"), Some(("X_GROUP", "X_DEVICE")));
        assert_eq!(
            different("X_DEVICE_RESET", "X_MIGRATION_INFO"),
            Some(("X_DEVICE", "X_MIGRATION"))
        );
        assert_eq!(different("X_DEVICE_RESET", "X_DEVICE_FEATURE"), None);
        assert_eq!(different("X_START", "X_DEVICE_FEATURE"), None);
    }

    #[test]
    fn one_object_is_no_reason_to_see_others() {
        let mut build = Build::new();
        for name in ["X_QUEUE_A", "X_QUEUE_B", "X_QUEUE_C", "X_BUFFER_A"] {
            build.command(name, Direction::Read, U32);
        }
        let objects = Objects::new(&build.interface);
        let [queue, .., buffer] = &build.interface.commands[..] else { panic!() };
        assert_eq!(objects.different(queue, buffer), None);
    }
}
