//! Modules in Rust: what is generated parses, is laid out as rustfmt lays it out with the kernel's
//! settings, and holds nothing of what documentation says. That it compiles and answers as it should is
//! for the tests with a kernel.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use ioctl_gen::module::{File, Language, Options, plan, render};
use ioctlkit_model::Interface;
use ioctlkit_sources::rust;
use quote::ToTokens as _;

/// The drivers of the fixtures whose modules have a form in Rust.
const DRIVERS: [&str; 4] = ["gong", "pulse", "shelf", "speed"];

/// Each kind of command that these have not.
const OTHERS: &str = r#"
use ioctlkit::{Flexible, FlexibleArray, Ioctl, IoctlData, Reserved, UserConstPtr};

/// The most that a level may be.
pub const CHORD_LEVEL_MAX: i32 = 10;

/// A note.
#[derive(Clone, Copy, IoctlData)]
#[repr(C)]
pub struct ChordNote {
    /// How high.
    #[ioctl(range = -CHORD_LEVEL_MAX..=CHORD_LEVEL_MAX)]
    pub level: i32,
    /// What kind.
    #[ioctl(values(1, 2, 8))]
    pub kind: u32,
}

/// Notes behind each other.
#[derive(IoctlData)]
#[repr(C)]
pub struct ChordNotes {
    /// How many.
    pub count: u64,
    /// These.
    #[ioctl(count = count)]
    pub notes: FlexibleArray<ChordNote>,
}

/// Notes elsewhere.
#[derive(IoctlData)]
#[repr(C)]
pub struct ChordPlay<'a> {
    /// Where.
    #[ioctl(count = count)]
    pub notes: UserConstPtr<'a, ChordNote>,
    /// How many.
    pub count: u32,
    #[ioctl(reserved)]
    pub _reserved0: u32,
}

/// A large argument with others in it.
#[derive(IoctlData)]
#[repr(C)]
pub struct ChordLarge {
    /// Its notes.
    pub notes: [ChordNote; 20],
    /// Its first.
    pub first: ChordNote,
    /// The word of Rust.
    #[ioctl(range = 1..=3)]
    pub r#type: u32,
    pub _reserved0: Reserved<4>,
}

/// What was done.
#[derive(IoctlData)]
#[repr(C)]
pub struct ChordStats {
    /// How often.
    pub calls: u64,
    /// How often in vain. Since the second version.
    pub errors: u64,
}

/// An invented device.
#[derive(Ioctl)]
#[ioctl(type = 0xe8, device = Chord, unsafe(path = "/dev/chord"), prefix = "CHORD_")]
pub enum ChordIoctl<'a> {
    /// Sets a level; returns it.
    #[ioctl(nr = 0x00, value, returns = i32)]
    SetLevel(i32),
    /// Sets a small one.
    #[ioctl(nr = 0x01, value)]
    SetSmall(i8),
    /// Takes notes.
    #[ioctl(nr = 0x02, write)]
    Notes(Flexible<ChordNotes>),
    /// Gives them back.
    #[ioctl(nr = 0x03, read)]
    Past(Flexible<ChordNotes>),
    /// Plays them.
    #[ioctl(nr = 0x04, write, mode = write)]
    Play(ChordPlay<'a>),
    /// Changes many.
    #[ioctl(nr = 0x05, read_write, capability = "CAP_SYS_ADMIN", mode = read)]
    Large(ChordLarge),
    /// The name.
    #[ioctl(nr = 0x06, read, buffer = u8, returns = u32)]
    Name,
    /// Words.
    #[ioctl(nr = 0x07, write, buffer = u32)]
    Match,
    /// What was done.
    #[ioctl(nr = 0x08, read, extensible(min_size = 8))]
    Stats(ChordStats),
    /// One of several, whose name makes heads of functions longer than rustfmt takes on one line.
    #[ioctl(nr = 0x40..=0x47, read_write)]
    ChannelOfTheChordBehind(u64),
}
"#;

/// A command that opens files with commands of their own.
const TWO: &str = r#"
use ioctlkit::Ioctl;

/// The device.
#[derive(Ioctl)]
#[ioctl(type = 0xe8, device = Chord, unsafe(path = "/dev/chord"), prefix = "CHORD_")]
pub enum ChordIoctl {
    /// Opens a string.
    #[ioctl(nr = 0x00, returns = Line)]
    OpenLine,
}

/// A string.
#[derive(Ioctl)]
#[ioctl(type = 0xe8, device = Line, prefix = "LINE_")]
pub enum LineIoctl {
    /// Plucks it.
    #[ioctl(nr = 0x40)]
    Pluck,
}
"#;

fn interface(source: PathBuf) -> Interface {
    let (interface, problems) =
        rust::read(&rust::Request { paths: vec![source], ..rust::Request::default() });
    assert!(problems.is_empty(), "{problems:?}");
    interface
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/module")
}

/// The interfaces of the drivers, and that of the others.
fn interfaces() -> Vec<Interface> {
    let folder = tempfile::tempdir().unwrap();
    let others = folder.path().join("chord.rs");
    fs::write(&others, OTHERS).unwrap();
    let drivers = DRIVERS.map(|name| fixtures().join(format!("{name}.rs")));
    drivers.into_iter().chain([others]).map(interface).collect()
}

/// The files of a module that are Rust.
fn in_rust(interface: &Interface) -> Vec<File> {
    let options = Options { language: Language::Rust, ..Options::default() };
    let plan = plan(interface, &options).unwrap();
    let mut files = render(&plan).unwrap();
    files.retain(|file| Path::new(&file.path).extension().is_some_and(|end| end == "rs"));
    assert_eq!(files.len(), 2, "{files:?}");
    files
}

/// What rustfmt makes of a text with the settings of the kernel's `.rustfmt.toml`.
fn formatted(text: &str) -> String {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2021", "--config", "newline_style=Unix,skip_children=true"])
        // Not with the settings of this project.
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    rustfmt.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = rustfmt.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn rustfmt_has_nothing_to_say() {
    for interface in interfaces() {
        for file in in_rust(&interface) {
            // A module elsewhere is not formatted with it.
            let text =
                file.text.replace("#[path = ", "#[doc = ").replace("mod ioctl;", "mod ioctl {}");
            assert_same(&text, &formatted(&text), &file.path);
        }
    }
}

fn assert_same(text: &str, formatted: &str, path: &str) {
    let differing = text.lines().zip(formatted.lines()).find(|(ours, theirs)| ours != theirs);
    assert_eq!(differing, None, "{path}, ours and that of rustfmt");
    assert_eq!(text, formatted, "{path}");
}

#[test]
fn the_heads_of_long_commands_and_words_of_the_language_are_there() {
    let chord = interfaces().pop().unwrap();
    let text = &in_rust(&chord)[1].text;
    for part in [
        "fn do_channel_of_the_chord_behind<T: ChordOps>(\n    device: &T,\n    file: &File,\n",
        "    fn match_(&self, _file: &File, _arg: &[u32]) -> Result {\n",
        "    pub(crate) type_: u32,\n",
        "        if !(-10..=10).contains(&self.level) {\n",
        "        if !matches!(self.kind, 1 | 2 | 8) {\n",
        "        if !(1..=3).contains(&self.type_) {\n",
        "    if !capable(bindings::CAP_SYS_ADMIN) {\n",
        "pub(crate) const CHORD_NOTES: u32 = _IOW::<ChordNotes>(0xe8, 0x02);\n",
        "pub(crate) const CHORD_LEVEL_MAX: i32 = 10;\n",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
}

/// The tokens of a file, without documentation.
fn tokens(text: &str) -> String {
    let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let code: Vec<&str> =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    assert!(!file.to_token_stream().is_empty());
    let file = syn::parse_file(&code.join("\n")).unwrap();
    file.to_token_stream().to_string()
}

#[test]
fn no_documentation_is_read_by_the_compiler() {
    let hostile = [
        "ends */ it_ran(); /* here",
        "\" it_ran!() \\",
        "\r fn it_ran() {}",
        "\u{85}it_ran()\u{2028}it_ran()",
        "\u{202e}it_ran\u{2066}",
        "${ it_ran } //% it_ran",
        "#[it_ran] #![it_ran]",
    ];
    for mut interface in interfaces() {
        let plain = in_rust(&interface);
        let docs: Vec<String> = hostile.iter().map(|text| (*text).to_owned()).collect();
        interface.groups.iter_mut().for_each(|group| group.docs.clone_from(&docs));
        interface.constants.iter_mut().for_each(|constant| constant.docs.clone_from(&docs));
        interface.records.iter_mut().for_each(|record| record.docs.clone_from(&docs));
        for command in &mut interface.commands {
            command.contract.iter_mut().for_each(|contract| contract.docs.clone_from(&docs));
        }
        for (plain, hostile) in plain.iter().zip(in_rust(&interface)) {
            assert_eq!(tokens(&plain.text), tokens(&hostile.text), "{}", plain.path);
            let shown =
                hostile.text.chars().any(|c| "\r\u{85}\u{2028}\u{202e}\u{2066}".contains(c));
            assert!(!shown, "{}", hostile.text);
        }
    }
}

/// Structures and members whose names Rust, the kernel or the generated file has already.
#[test]
fn names_that_would_be_two_things_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let head = "#include <linux/ioctl.h>\n#include <linux/types.h>\n";
    for (text, name) in [
        ("struct result { __u32 a; };\n#define BELL_A _IOW('x', 1, struct result)\n", "`Result`"),
        ("struct t { __u32 a; };\n#define BELL_A _IOW('x', 1, struct t)\n", "`T`"),
        (
            "struct b_c { __u32 a; };\nstruct b__c { __u32 a; };\n\
             #define BELL_A _IOW('x', 1, struct b_c)\n#define BELL_B _IOW('x', 2, struct b__c)\n",
            "`BC`",
        ),
        (
            "struct b { __u32 type; __u32 type_; };\n#define BELL_A _IOW('x', 1, struct b)\n",
            "`B.type_`",
        ),
    ] {
        fs::write(folder.path().join("bell.h"), format!("{head}{text}")).unwrap();
        let refused = generator(folder.path(), &["bell.h", "-o", "m", "--language", "rust"]);
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(said.contains(name) && said.contains("two things in Rust"), "{name}: {said}");
    }
}

/// 32-bit programs of x86 have 64-bit integers at multiples of 4, and others at multiples of 8.
#[test]
fn a_structure_that_only_x86_lays_out_otherwise_has_a_layout_and_a_number_for_each() {
    let folder = tempfile::tempdir().unwrap();
    let text = "#include <linux/ioctl.h>\n#include <linux/types.h>\n\
                struct bell { __u32 a; __u64 b; };\n#define BELL_A _IOWR('x', 1, struct bell)\n";
    fs::write(folder.path().join("bell.h"), text).unwrap();
    let made = generator(folder.path(), &["bell.h", "-o", "m", "--language", "rust"]);
    assert!(made.status.success(), "{made:?}");
    let text = fs::read_to_string(folder.path().join("m/gen/bell_ioctl.rs")).unwrap();
    for part in [
        "const BELL_A_COMPAT: u32 = _IOWR::<Bell32>(0x78, 0x01);\n",
        "#[cfg(all(CONFIG_COMPAT, CONFIG_X86))]\nconst _: () = assert!(size_of::<Bell32>() == 12);\n",
        "#[cfg(all(CONFIG_COMPAT, not(CONFIG_X86)))]\nconst _: () = assert!(size_of::<Bell32>() == 16);\n",
        "    a: u32,\n    _hole4: [u8; 4],\n    b: u64,\n",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
}

fn generator(folder: &Path, arguments: &[&str]) -> Output {
    let mut generator = Command::new(env!("CARGO_BIN_EXE_ioctl-gen"));
    generator.arg("module").args(arguments).current_dir(folder).output().unwrap()
}

#[test]
fn a_module_stays_in_the_language_that_it_is_written_in() {
    let folder = tempfile::tempdir().unwrap();
    let source = fixtures().join("speed.rs");
    let source = source.to_str().unwrap();
    let made = generator(folder.path(), &[source, "-o", "m", "--language", "rust"]);
    assert!(made.status.success(), "{made:?}");
    let again = generator(folder.path(), &[source, "-o", "m", "--check"]);
    assert!(again.status.success(), "{again:?}");
    let other = generator(folder.path(), &[source, "-o", "m", "--language", "c"]);
    assert_eq!(other.status.code(), Some(2), "{other:?}");
    let said = String::from_utf8(other.stderr).unwrap();
    assert!(said.contains("the module there is written in Rust"), "{said}");
    assert!(!folder.path().join("m/speed_main.c").exists());
}

#[test]
fn what_has_no_form_in_rust_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("two.rs"), TWO).unwrap();
    let refused = generator(folder.path(), &["two.rs", "-o", "m", "--language", "rust"]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("have no form in Rust yet: make the module in C"), "{said}");
    assert!(said.contains("two.rs:"), "{said}");
    for option in [&["--trace"][..], &["--bus", "pci"], &["--device", "cdev"], &["--with", "mmap"]]
    {
        let source = fixtures().join("speed.rs");
        let mut arguments = vec![source.to_str().unwrap(), "-o", "m", "--language", "rust"];
        arguments.extend(option);
        let refused = generator(folder.path(), &arguments);
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(said.contains("is for modules in C"), "{option:?}: {said}");
    }
    assert!(!folder.path().join("m").exists());
}

/// Runs `ioctl-gen new` for a module in Rust.
fn new(folder: &Path, arguments: &[&str]) -> Output {
    let mut generator = Command::new(env!("CARGO_BIN_EXE_ioctl-gen"));
    generator.args(["new", "bell", "--language", "rust"]).args(arguments);
    generator.current_dir(folder).output().unwrap()
}

#[test]
fn a_new_driver_in_rust_is_laid_out_by_rustfmt_and_is_what_its_interface_comes_to() {
    let folder = tempfile::tempdir().unwrap();
    let made = new(folder.path(), &[]);
    assert!(made.status.success(), "{made:?}");
    let said = String::from_utf8(made.stdout).unwrap();
    assert!(!said.contains("for the running kernel"), "{said}");
    let module = folder.path().join("bell/module");
    let main = fs::read_to_string(module.join("bell_main.rs")).unwrap();
    for method in ["fn get_info(", "fn get_config(", "fn set_config("] {
        assert!(main.contains(method), "{method}: {main}");
    }
    let text = main.replace("#[path = ", "#[doc = ").replace("mod ioctl;", "mod ioctl {}");
    assert_same(&text, &formatted(&text), "bell_main.rs");
    let bell = folder.path().join("bell");
    let arguments = ["interface/src/lib.rs", "-o", "module", "--name", "bell", "--check"];
    let again = generator(&bell, &arguments);
    assert!(again.status.success(), "{again:?}");
    let readme = fs::read_to_string(bell.join("README.md")).unwrap();
    assert!(readme.contains("bell_main.rs") && !readme.contains("bell_main.c"), "{readme}");
    let refused = new(folder.path(), &["--path", "other", "--bus", "pci"]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(!folder.path().join("other").exists());
}

/// What people write, and what is made again, of a driver with objects.
#[test]
fn a_driver_with_objects() {
    let shelf = interface(fixtures().join("shelf.rs"));
    let [main, commands] = &in_rust(&shelf)[..] else { panic!() };
    let commands: String = commands
        .text
        .lines()
        .filter(|line| !line.contains("ioctl-gen"))
        .flat_map(|l| [l, "\n"])
        .collect();
    insta::assert_snapshot!("shelf_main.rs", main.text);
    insta::assert_snapshot!("shelf_ioctl.rs", commands);
}
