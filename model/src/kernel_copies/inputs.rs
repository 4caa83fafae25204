//! The structures that commands take: how they are laid out, and which members handlers read.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Shape;

/// The data file of structures. Each line that is no comment holds, with tabs between them: the structure, its
/// [`Shape`], and the commands whose number has its size. `cargo xtask copies --write` makes it.
pub const STRUCTURES: &str = include_str!("../../data/kernel-structures.tsv");

/// The data file of what handlers read. Each line that is no comment holds, with tabs between them: the command,
/// the structure, and the members that every handler of the command reads as the program gave them.
/// `cargo xtask copies --write` makes it.
pub const INPUTS: &str = include_str!("../../data/kernel-inputs.tsv");

/// What is known of structures.
struct Structures {
    shapes: HashMap<&'static str, Shape>,
    of_commands: HashMap<&'static str, &'static str>,
}

static KNOWN: LazyLock<Structures> = LazyLock::new(|| {
    let mut known = Structures { shapes: HashMap::new(), of_commands: HashMap::new() };
    for line in lines(STRUCTURES) {
        let mut fields = line.split('\t');
        let (Some(name), Some(shape)) = (fields.next(), fields.next().and_then(Shape::parse))
        else {
            continue;
        };
        known.shapes.insert(name, shape);
        let commands = fields.next().unwrap_or_default().split_whitespace();
        known.of_commands.extend(commands.map(|command| (command, name)));
    }
    known
});

static READ: LazyLock<HashMap<&'static str, Inputs>> = LazyLock::new(|| {
    let inputs = lines(INPUTS).filter_map(|line| {
        let [command, structure, members] = line.split('\t').collect::<Vec<_>>()[..] else {
            return None;
        };
        Some((command, Inputs { structure, members: members.split_whitespace().collect() }))
    });
    inputs.collect()
});

fn lines(data: &'static str) -> impl Iterator<Item = &'static str> {
    data.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// What the handlers of a command read of its structure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inputs {
    /// The structure, as `struct foo`.
    pub structure: &'static str,
    /// The members that every handler reads as the program gave them, in the order of their names.
    pub members: Vec<&'static str>,
}

/// What is read for a command; nothing where it is not known, or where handlers have nothing in common.
pub fn inputs(command: &str) -> Option<&'static Inputs> {
    READ.get(command)
}

/// How a structure of the kernel's headers is laid out on x86-64; `name` is `struct foo` or `union foo`.
pub fn shape(name: &str) -> Option<&'static Shape> {
    KNOWN.shapes.get(name)
}

/// The structure whose size is in the number of a command.
pub fn structure_of(command: &str) -> Option<&'static str> {
    KNOWN.of_commands.get(command).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_data_is_understood() {
        assert_eq!(KNOWN.shapes.len(), lines(STRUCTURES).count());
        assert_eq!(READ.len(), lines(INPUTS).count());
        for line in lines(STRUCTURES) {
            let shape = line.split('\t').nth(1).unwrap();
            assert_eq!(Shape::parse(shape).unwrap().to_string(), shape);
        }
    }

    #[test]
    fn well_known_commands_have_their_structures() {
        assert_eq!(structure_of("VIDIOC_G_FMT"), Some("struct v4l2_format"));
        assert_eq!(shape("struct v4l2_format").unwrap().size, 208);
        let read = inputs("LOOP_CONFIGURE").unwrap();
        assert_eq!(read.structure, "struct loop_config");
        assert!(read.members.contains(&"fd"), "{read:?}");
        assert!(inputs("TIOCGWINSZ").is_none());
    }
}
