//! What the kernel's documents ask of a driver and no call in a guest shows: it is read from the
//! text of generated drivers. `docs/guide.md` names these tests.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::path::{Path, PathBuf};

use ioctl_gen::module::{Device, File, Options, plan, render};
use ioctlkit_sources::rust;

fn generated(source: PathBuf, options: &Options) -> Vec<File> {
    let (interface, problems) =
        rust::read(&rust::Request { paths: vec![source], ..rust::Request::default() });
    assert!(problems.is_empty(), "{problems:?}");
    render(&plan(&interface, options).unwrap()).unwrap()
}

fn of_workspace(source: &str, options: &Options) -> Vec<File> {
    generated(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(source), options)
}

/// The driver of an interface with these items and commands.
fn of_items(items: &str, commands: &str) -> Vec<File> {
    let text = format!(
        "use core::ffi::{{c_long, c_ulong}};\n\
         use ioctlkit::{{Ioctl, IoctlData}};\n\
         {items}\n\
         #[derive(Ioctl)]\n\
         #[ioctl(type = 0xe8, device = Bell, unsafe(path = \"/dev/bell\"), prefix = \"BELL_\")]\n\
         pub enum BellIoctl {{ {commands} }}\n"
    );
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("lib.rs");
    fs::write(&source, text).unwrap();
    generated(source, &Options::default())
}

fn text<'f>(files: &'f [File], path: &str) -> &'f str {
    &files.iter().find(|file| file.path == path).unwrap().text
}

/// The static functions whose names begin so: what follows the prefix, and the body.
fn functions<'t>(text: &'t str, prefix: &str) -> Vec<(&'t str, &'t str)> {
    let start = format!("\nstatic long {prefix}");
    text.split(&start)
        .skip(1)
        .map(|rest| {
            let (name, rest) = rest.split_once('(').unwrap();
            (name, rest.split_once("\n}\n").unwrap().0)
        })
        .collect()
}

#[test]
fn what_a_handler_returns_is_what_its_caller_gets() {
    let files = of_workspace("fixtures/module/gong.rs", &Options::default());
    let dispatcher = text(&files, "gen/gong_ioctl.c");
    let mut all = functions(dispatcher, "gong_do_");
    all.extend(functions(dispatcher, "gong_compat_do_"));
    assert!(all.len() > 20, "{}", all.len());
    for (name, body) in all {
        let last = body.lines().next_back().unwrap().trim();
        assert_eq!(last, "return ret;", "{name}");
        assert!(!body.contains("min(ret"), "{name}");
    }
}

#[test]
fn every_file_with_a_handler_has_one_for_32_bit_programs() {
    let misc = Options::default();
    let minors = Options { device: Device::Cdev, minors: 3, ..Options::default() };
    for (source, main, options, files_of_kinds) in [
        ("fixtures/module/gong.rs", "gong_main.c", &misc, 1),
        ("fixtures/module/pulse.rs", "pulse_main.c", &minors, 1),
        // What a command opens has commands of its own.
        ("examples/echo", "echo_main.c", &misc, 2),
    ] {
        let files = of_workspace(source, options);
        let main = text(&files, main);
        let lines: Vec<&str> = main.lines().map(str::trim).collect();
        let handlers: Vec<_> =
            lines.windows(2).filter(|pair| pair[0].starts_with(".unlocked_ioctl = ")).collect();
        assert_eq!(handlers.len(), files_of_kinds, "{source}");
        for pair in handlers {
            let compat = pair[0]
                .replace(".unlocked_ioctl", ".compat_ioctl")
                .replace("_ioctl,", "_compat_ioctl,");
            assert_eq!(pair[1], compat, "{source}");
        }
    }
}

#[test]
fn compat_ptr_ioctl_is_chosen_only_where_all_arguments_are_addresses_of_one_layout() {
    let data = |attribute: &str, members: &str| {
        format!("#[derive(IoctlData)]\n#[repr(C)]\n{attribute}\npub struct Note {{ {members} }}\n")
    };
    let alike = data("", "pub a: u64, pub b: u64,");
    let word = data("#[ioctl(not_portable = \"old\")]", "pub a: c_ulong,");
    // 12 bytes on i386, and 16 on x86-64.
    let hole = data("#[ioctl(not_portable = \"old\")]", "pub a: u32, pub b: u64,");
    let play = "#[ioctl(nr = 1, write)] Play(Note), #[ioctl(nr = 2)] Stop,";
    let value = format!("{play} #[ioctl(nr = 3, write, value)] Tune(u32),");
    let size = format!("{play} #[ioctl(nr = 3, read, encoded = c_long)] Tune(u32),");
    for (items, commands, chosen) in [
        (&alike, play, true),
        (&alike, value.as_str(), false),
        (&alike, size.as_str(), false),
        (&word, play, false),
        (&hole, play, false),
    ] {
        let files = of_items(items, commands);
        let header = text(&files, "gen/bell_ioctl.h");
        let by_the_kernel = header.contains("#define bell_compat_ioctl\tcompat_ptr_ioctl\n");
        assert_eq!(by_the_kernel, chosen, "{items}{commands}");
        let dispatcher = text(&files, "gen/bell_ioctl.c");
        let by_its_own = dispatcher.contains("\nlong bell_compat_ioctl(struct file *file,");
        assert_eq!(by_its_own, !chosen, "{items}{commands}");
    }
}

#[test]
fn compat_ptr_converts_every_address_and_no_value() {
    const VALUES: [&str; 3] = ["set_mode", "set_word", "set_offset"];
    let files = of_workspace("fixtures/module/gong.rs", &Options::default());
    let dispatcher = text(&files, "gen/gong_ioctl.c");
    let handler = dispatcher.split_once("\nlong gong_compat_ioctl(").unwrap().1;
    let lines: Vec<&str> = handler.lines().map(str::trim).collect();
    assert!(lines.contains(&"void __user *uarg = compat_ptr(arg);"), "{handler}");
    let calls: Vec<&str> = lines
        .into_iter()
        .filter_map(|line| line.strip_prefix("return gong_")?.strip_suffix(");"))
        .collect();
    assert!(calls.len() > 15, "{calls:?}");
    for call in calls {
        let (name, arguments) = call.split_once('(').unwrap();
        let name = name.strip_prefix("compat_").unwrap_or(name).strip_prefix("do_").unwrap();
        let is_value = arguments.ends_with(", arg");
        assert_eq!(is_value, VALUES.contains(&name), "{call}");
        assert!(is_value || arguments.ends_with(", uarg") || arguments == "file", "{call}");
    }
    // An address that is a member of a structure.
    assert!(dispatcher.contains("\tto->buffer = compat_ptr(from->buffer);\n"), "{dispatcher}");
}
