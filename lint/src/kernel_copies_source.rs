//! Turns what the handlers of a kernel's source do into the data file of [`kernel_copies`].
//!
//! [`kernel_copies`]: ioctlkit_model::kernel_copies

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ioctlkit_abi::{Abi, AbiId, Direction};
use ioctlkit_model::kernel_copies::{Extent, Row, Sizes, Use};
use ioctlkit_model::{
    Access, Amount, Copies, HandledCommand, Interface, Layouts, Part, Serves, SourceHandler, Way,
};
use ioctlkit_sources::{c, driver};

use crate::declared::Declared;
use crate::numbered;

/// Handlers and commands whose argument is a plain value, as a macro shows that nobody follows:
/// `uinput_set_bit()` in drivers/input/misc/uinput.c compares it with a limit.
const VALUES: [(&str, &str); 10] = [
    ("uinput_ioctl", "UI_SET_ABSBIT"),
    ("uinput_ioctl", "UI_SET_EVBIT"),
    ("uinput_ioctl", "UI_SET_FFBIT"),
    ("uinput_ioctl", "UI_SET_KEYBIT"),
    ("uinput_ioctl", "UI_SET_LEDBIT"),
    ("uinput_ioctl", "UI_SET_MSCBIT"),
    ("uinput_ioctl", "UI_SET_PROPBIT"),
    ("uinput_ioctl", "UI_SET_RELBIT"),
    ("uinput_ioctl", "UI_SET_SNDBIT"),
    ("uinput_ioctl", "UI_SET_SWBIT"),
];

/// The kernel that a tree of its source is, by its makefile: `Linux 6.12.117`.
///
/// # Errors
/// Those of reading the makefile; [`io::ErrorKind::InvalidData`] where it names no version.
pub fn version(tree: &Path) -> io::Result<String> {
    let path = tree.join("Makefile");
    let told = |kind, words: String| io::Error::new(kind, format!("{}: {words}", path.display()));
    let text = fs::read_to_string(&path).map_err(|error| told(error.kind(), error.to_string()))?;
    let number = |name: &str| {
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_prefix('='));
        value.map(str::trim).filter(|value| !value.is_empty())
    };
    let numbers = ["VERSION", "PATCHLEVEL", "SUBLEVEL"].map(number);
    let [Some(version), Some(minor), Some(stable)] = numbers else {
        return Err(told(
            io::ErrorKind::InvalidData,
            "it does not set VERSION, PATCHLEVEL and SUBLEVEL: is this the root of a kernel's source?"
                .into(),
        ));
    };
    Ok(format!("Linux {version}.{minor}.{stable}"))
}

/// Reads headers of a kernel, and the handlers in files and folders of its source; its root serves as both.
pub fn read(headers: &[PathBuf], source: &[PathBuf]) -> Interface {
    let read_headers = |paths| {
        let request =
            c::Request { paths, raw_numbers: true, all_definitions: true, ..c::Request::default() };
        c::read(&request).0
    };
    let mut interface = read_headers(headers.to_vec());
    let numbers = numbered::on_x86_64(&interface);
    let request = driver::Request { paths: source.to_vec(), numbers, ..driver::Request::default() };
    let (mut code, _) = driver::read(&request);
    let private = std::mem::take(&mut code.code.declared_in);
    if !private.is_empty() {
        interface.append(read_headers(private));
    }
    interface.append(code);
    interface
}

/// The lines of two data files that differ, each with `-` where only the first has it and `+` where only
/// the second has.
pub fn differing(first: &str, second: &str) -> Vec<String> {
    let [first, second] = [first, second].map(|text| text.lines().collect::<BTreeSet<&str>>());
    let only = |sign: char, these: &BTreeSet<&str>, those: &BTreeSet<&str>| -> Vec<String> {
        these.difference(those).map(|line| format!("{sign}{line}")).collect()
    };
    [only('-', &first, &second), only('+', &second, &first)].concat()
}

/// The data file for a kernel, as `interface` has it: its headers, and all of its source. `tree` is the
/// folder that it was read from, and `kernel` what the first line names.
pub fn data_file(interface: &Interface, tree: &Path, kernel: &str) -> String {
    let mut text = format!(
        "# {kernel}, what its handlers do with the argument of each command\n\
         # name\tnumber\targument\tread\twritten\thandler\n"
    );
    for line in lines(interface, tree) {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// The rows for what was read of a kernel, sorted by name.
pub fn lines(interface: &Interface, tree: &Path) -> Vec<String> {
    let layouts = Layouts::new(interface);
    let numbers =
        numbered::on_x86_64(interface).into_iter().map(|known| (known.name, known.number));
    let source = Source {
        interface,
        layouts: &layouts,
        declared: Declared::of(interface),
        numbers: numbers.collect(),
        tree,
    };
    let mut done: BTreeMap<&str, BTreeMap<Done, Places<'_>>> = BTreeMap::new();
    for handler in interface.code.handlers.iter().filter(|it| it.serves != Serves::Compat) {
        let place = (source.file(handler), handler.function.as_str());
        for command in handler.commands.iter().filter(|command| is_name(&command.name)) {
            let Some(is_done) = source.done(handler, command) else { continue };
            let done = done.entry(&command.name).or_default();
            done.entry(is_done).or_default().insert(place.clone());
        }
    }
    done.iter().flat_map(|(name, done)| source.rows(name, done)).collect()
}

/// Whether a label is the name of a command, and neither a number nor an expression.
fn is_name(label: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    label.bytes().all(is_word)
        && label.bytes().any(|byte| byte.is_ascii_uppercase())
        && !label.starts_with(|first: char| first.is_ascii_digit())
}

/// The files and the functions of handlers.
type Places<'a> = BTreeSet<(String, &'a str)>;

/// What a handler does with the argument.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Done {
    argument: Use,
    is_complete: bool,
    read: Option<Copied>,
    written: Option<Copied>,
}

/// What is copied one way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Copied {
    Type(String),
    Number,
    Bytes(u64),
    Members(BTreeSet<String>),
    Varying,
}

struct Source<'a> {
    interface: &'a Interface,
    layouts: &'a Layouts<'a>,
    declared: Declared<'a>,
    /// On x86-64.
    numbers: HashMap<String, u32>,
    tree: &'a Path,
}

impl Source<'_> {
    /// The file of a handler, from the root of the tree.
    fn file(&self, handler: &SourceHandler) -> String {
        let path = self.interface.sources.path(handler.span);
        path.strip_prefix(self.tree).unwrap_or(path).display().to_string()
    }

    fn rows(&self, name: &str, done: &BTreeMap<Done, Places<'_>>) -> Vec<String> {
        let rows = done.iter().filter_map(|(done, places)| {
            let (file, function) = places.first()?;
            let [read, written] = [&done.read, &done.written]
                .map(|copied| copied.as_ref().map(|copied| self.spelled(copied)));
            let row = Row {
                name,
                number: self.numbers.get(name).copied(),
                argument: done.argument,
                is_complete: done.is_complete,
                read: read.as_deref().and_then(Extent::parse),
                written: written.as_deref().and_then(Extent::parse),
                file,
                function,
                others: places.len() as u32 - 1,
            };
            Some(row.to_string())
        });
        rows.collect()
    }

    /// A copy and its sizes, as the data file spells them.
    fn spelled(&self, copied: &Copied) -> String {
        match copied {
            Copied::Type(ty) => {
                let sizes = Sizes::spelled(|abi| self.declared.size(self.layouts, ty, abi));
                format!("{ty} {sizes}")
            }
            Copied::Number => "number ?".to_owned(),
            Copied::Bytes(bytes) => format!("bytes {bytes}"),
            Copied::Members(members) => {
                let members = members.iter().map(|member| format!(".{member} "));
                format!("{}?", members.collect::<String>())
            }
            Copied::Varying => "varying ?".to_owned(),
        }
    }

    /// The direction that a number says, and whether it says one.
    fn direction(&self, name: &str) -> Option<Direction> {
        let command = self.declared.command(name)?;
        Some(command.variants.first()?.direction)
    }

    /// What a handler does for a command; nothing where it refuses it.
    fn done(&self, handler: &SourceHandler, command: &HandledCommand) -> Option<Done> {
        if handler.copies == Copies::Core {
            return self.by_core(command);
        }
        let direction = self.direction(&command.name);
        let copied = |way: Way| {
            let is_said = |direction| match way {
                Way::In => matches!(direction, Direction::Write | Direction::ReadWrite),
                Way::Out => matches!(direction, Direction::Read | Direction::ReadWrite),
            };
            let accesses = command.accesses.iter().filter(|access| access.way == way);
            // Structures of 32-bit programs are those that the native handler does not copy.
            let accesses = accesses.filter(
                |access| !matches!(&access.amount, Amount::Type(ty) if ty.contains("compat_")),
            );
            // Of a number without a size this copies nothing.
            let accesses = accesses.filter(|access| {
                access.amount != Amount::CommandSize || self.has_size(&command.name)
            });
            // What is done only where the number says so is not done for this one.
            let done = accesses.filter(|access| !access.guarded || direction.is_none_or(is_said));
            self.copied(done.collect())
        };
        let (read, written) = (copied(Way::In), copied(Way::Out));
        let is_by_hand = VALUES.contains(&(&*handler.function, &*command.name));
        let argument = match (&read, &written) {
            (None, None) if command.only_fails && !command.escapes => return None,
            (None, None) if command.as_number.is_some() || command.as_truth.is_some() => Use::Value,
            (None, None) if is_by_hand => Use::Value,
            (None, None) if command.escapes => Use::Unknown,
            (None, None) => Use::None,
            _ => Use::Pointer,
        };
        let is_complete = is_by_hand || (!command.is_lost && handler.gave_up.is_none());
        let is_complete = is_complete || argument == Use::Unknown;
        Some(Done { argument, is_complete, read, written })
    }

    /// A subsystem copies what the number says, and the handler gets a copy.
    fn by_core(&self, command: &HandledCommand) -> Option<Done> {
        // A row of a subsystem's table may name a part of the command only.
        let said = self.direction(&command.name)?;
        let nothing = Done { argument: Use::Unknown, is_complete: true, read: None, written: None };
        let number = |is_copied: bool| is_copied.then_some(Copied::Number);
        Some(match said {
            Direction::None => nothing,
            said => Done {
                argument: Use::Pointer,
                read: number(said != Direction::Read),
                written: number(said != Direction::Write),
                ..nothing
            },
        })
    }

    /// Whether the number of a command has a size in it.
    fn has_size(&self, name: &str) -> bool {
        let is_raw = self.declared.command(name).is_none() && self.declared.raw(name).is_some();
        !is_raw && self.direction(name) != Some(Direction::None)
    }

    /// What several copies in one direction come to: the largest that begins at the start, or the members.
    fn copied(&self, accesses: Vec<&Access>) -> Option<Copied> {
        let mut whole: Option<(u64, Copied)> = None;
        let mut records = BTreeSet::new();
        let mut members = BTreeSet::new();
        let mut varies = false;
        for access in accesses {
            let found = match (&access.part, &access.amount) {
                (Part::Whole, Amount::Type(ty)) => {
                    (self.size(ty).unwrap_or(0), Copied::Type(ty.clone()))
                }
                (Part::Whole, Amount::Bytes(bytes)) => (*bytes, Copied::Bytes(*bytes)),
                (Part::Whole, Amount::CommandSize) => (u64::MAX, Copied::Number),
                (Part::Member(member), _) => {
                    members.insert(member.clone());
                    continue;
                }
                _ => {
                    varies = true;
                    continue;
                }
            };
            if matches!(&found.1, Copied::Type(ty) if self.is_record(ty)) {
                records.insert(found.1.clone());
            }
            if whole.as_ref().is_none_or(|known| *known < found) {
                whole = Some(found);
            }
        }
        // Which of several structures it is was not decided.
        varies |= records.len() > 1;
        match whole {
            // The size comes first, and then as much as it says.
            Some((_, copied)) if !varies || copied == Copied::Number => Some(copied),
            _ if varies => Some(Copied::Varying),
            _ => (!members.is_empty()).then_some(Copied::Members(members)),
        }
    }

    fn is_record(&self, ty: &str) -> bool {
        ty.starts_with("struct ") || self.declared.record(self.interface, ty).is_some()
    }

    fn size(&self, ty: &str) -> Option<u64> {
        self.declared.size(self.layouts, ty, usual_abi()?)
    }
}

/// The ABI whose numbers the table has.
fn usual_abi() -> Option<AbiId> {
    Abi::by_name("x86_64").map(Abi::id)
}
