//! The tables of handlers in the modules of Debian's kernels are those that the sources define.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use ioctlkit_model::{HandlerStructure, HandlerTable, Interface};
use ioctlkit_oracle::Effort;
use ioctlkit_oracle::distribution::{Distribution, Flavour};
use ioctlkit_oracle::kernel::drivers;
use ioctlkit_sources::object::{Request, read};

use crate::cache;
use crate::kbuild::Kbuild;

/// Modules whose sources have the words and whose objects have no such table, and why.
const EXPLAINED: [(&str, &str); 4] = [
    ("drivers/media/radio/shark2", "it copies a constant table, which gcc writes as code"),
    ("drivers/media/radio/tea575x", "it copies a constant table, which gcc writes as code"),
    (
        "drivers/input/touchscreen/atmel_mxt_ts",
        "the table is under #ifdef CONFIG_TOUCHSCREEN_ATMEL_MXT_T37, which is off",
    ),
    ("drivers/usb/misc/usbtest", "the member is one of struct usb_driver"),
];

fn modules(kernel: &Distribution) -> Interface {
    let request = Request { paths: vec![kernel.modules()], ..Request::default() };
    let (interface, problems) = read(&request);
    assert!(problems.is_empty(), "{problems:#?}");
    interface
}

/// The modules that have an `unlocked_ioctl`, by their paths, with the tables.
fn with_unlocked_ioctl<'i>(
    kernel: &Distribution,
    interface: &'i Interface,
) -> BTreeMap<PathBuf, Vec<&'i HandlerTable>> {
    let folder = kernel.modules().join("kernel");
    let mut found: BTreeMap<PathBuf, Vec<&HandlerTable>> = BTreeMap::new();
    for object in &interface.objects {
        let tables = object.tables.iter().filter(|table| {
            table.native.is_some() && table.structure.native_member() == "unlocked_ioctl"
        });
        for table in tables {
            let path = interface.sources.file(object.file).path.strip_prefix(&folder).unwrap();
            found.entry(without_extension(path)).or_default().push(table);
        }
    }
    found
}

fn without_extension(path: &Path) -> PathBuf {
    let text = path.display().to_string();
    text.split(".ko").next().unwrap().into()
}

#[test]
fn every_module_of_the_kernel_for_virtual_machines_is_read() {
    let kernel = Distribution::unpacked(&cache(), Flavour::Cloud).unwrap();
    let interface = modules(&kernel);
    assert!(interface.objects.len() > 1000, "{} modules", interface.objects.len());
    let found = with_unlocked_ioctl(&kernel, &interface);
    assert!(found.len() > 50, "{} modules with unlocked_ioctl", found.len());
    assert!(interface.objects.iter().all(|object| object.runs_32_bit == Some(true)));
}

#[test]
fn modules_with_unlocked_ioctl_are_those_whose_sources_set_it() {
    if Effort::from_environment() == Effort::Quick {
        return;
    }
    let sources = drivers(&cache()).unwrap();
    let macros = macros(&sources);
    for flavour in [Flavour::Cloud, Flavour::Generic, Flavour::CloudArm64] {
        let kernel = Distribution::unpacked(&cache(), flavour).unwrap();
        let kbuild = Kbuild::new(&sources, &kernel.configuration());
        let interface = modules(&kernel);
        let found = with_unlocked_ioctl(&kernel, &interface);
        let folder = kernel.modules().join("kernel");
        let mut expected = BTreeMap::new();
        for object in &interface.objects {
            let path = interface.sources.file(object.file).path.strip_prefix(&folder).unwrap();
            let module = without_extension(path);
            let files: Vec<PathBuf> = kbuild
                .sources(&module)
                .into_iter()
                .filter(|file| sets_unlocked_ioctl(file, &macros))
                .collect();
            let explained = EXPLAINED.iter().any(|(name, _)| module == Path::new(name));
            if !files.is_empty() && !explained {
                expected.insert(module, files);
            }
        }
        let only = |a: &BTreeSet<&PathBuf>, b: &BTreeSet<&PathBuf>| -> Vec<PathBuf> {
            a.difference(b).map(|path| (*path).clone()).collect()
        };
        let (ours, theirs) = (found.keys().collect(), expected.keys().collect());
        assert_eq!(only(&theirs, &ours), [""; 0].map(PathBuf::from), "not found in the objects");
        assert_eq!(only(&ours, &theirs), [""; 0].map(PathBuf::from), "not found in the sources");
        println!(
            "{flavour:?}: {} modules, {} with unlocked_ioctl",
            interface.objects.len(),
            found.len()
        );
        assert_compat_is_as_defined(&found, &expected);
    }
}

/// Every table without a compat handler is defined without one, and every other with one.
fn assert_compat_is_as_defined(
    found: &BTreeMap<PathBuf, Vec<&HandlerTable>>,
    sources: &BTreeMap<PathBuf, Vec<PathBuf>>,
) {
    let mut looked_at = 0;
    for (module, tables) in found {
        let texts: Vec<String> = sources[module].iter().map(|file| text(file)).collect();
        for table in tables {
            let tag = table.structure.tag();
            let definitions: Vec<&str> =
                texts.iter().flat_map(|text| definitions(text, tag, &table.name)).collect();
            // What a macro or a function writes is not looked at.
            let [definition] = definitions[..] else { continue };
            let is_macro = |line: &str| line.starts_with(|c: char| c.is_uppercase());
            if !definition.contains(".unlocked_ioctl")
                || definition.lines().any(|l| is_macro(l.trim()))
            {
                continue;
            }
            let member = format!(".{}", table.structure.compat_member());
            let line = definition.lines().find(|line| line.contains(&member));
            // A driver may say so, or leave it to the configuration.
            let sets = line.is_some_and(|line| !line.contains("NULL"));
            assert_eq!(table.compat.is_some(), sets, "{}: {definition}", module.display());
            looked_at += 1;
        }
    }
    println!("{looked_at} tables compared with their definitions");
    assert!(looked_at > 40, "{looked_at} tables");
}

/// What is between the braces of variables of that name.
fn definitions<'t>(text: &'t str, tag: &str, name: &str) -> Vec<&'t str> {
    let head = format!("struct {tag} {name}");
    let found = text.match_indices(&head).filter_map(|(at, _)| {
        let behind = text[at + head.len()..].trim_start();
        let body = behind.strip_prefix('=')?.trim_start().strip_prefix('{')?;
        Some(&body[..body.find("};")?])
    });
    found.collect()
}

/// A file without its comments.
fn text(file: &Path) -> String {
    let text = String::from_utf8_lossy(&fs::read(file).unwrap()).into_owned();
    let mut plain = String::new();
    let mut rest = text.as_str();
    while let Some((front, behind)) = rest.split_once("/*") {
        plain.push_str(front);
        rest = behind.split_once("*/").map_or("", |(_, rest)| rest);
    }
    plain.push_str(rest);
    plain
}

fn sets_unlocked_ioctl(file: &Path, macros: &BTreeSet<String>) -> bool {
    let text = text(file);
    text.contains(".unlocked_ioctl") || macros.iter().any(|name| says(&text, name))
}

fn says(text: &str, word: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].ends_with(is_name) && !text[at + word.len()..].starts_with(is_name)
    })
}

/// The macros of headers that set `unlocked_ioctl`, and those that use such a macro.
fn macros(sources: &Path) -> BTreeSet<String> {
    let mut defined: Vec<(String, String)> = Vec::new();
    let mut open = vec![sources.join("include")];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "h") {
            let text = text(&path).replace("\\\n", " ");
            let lines = text.lines().filter_map(|line| line.trim().strip_prefix("#define "));
            defined.extend(lines.filter_map(|line| {
                let end = line.find(|c: char| !c.is_alphanumeric() && c != '_')?;
                Some((line[..end].to_owned(), line[end..].to_owned()))
            }));
        }
    }
    let mut macros: BTreeSet<String> = BTreeSet::new();
    loop {
        let more: Vec<String> = defined
            .iter()
            .filter(|(name, body)| {
                !macros.contains(name)
                    && (body.contains(".unlocked_ioctl")
                        || macros.iter().any(|known| says(body, known)))
            })
            .map(|(name, _)| name.clone())
            .collect();
        if more.is_empty() {
            return macros;
        }
        macros.extend(more);
    }
}

#[test]
fn tables_of_each_structure_are_found() {
    let kernel = Distribution::unpacked(&cache(), Flavour::Cloud).unwrap();
    let interface = modules(&kernel);
    let tables = interface.objects.iter().flat_map(|object| &object.tables);
    let structures: BTreeSet<HandlerStructure> = tables.map(|table| table.structure).collect();
    for structure in [
        HandlerStructure::FileOperations,
        HandlerStructure::BlockDeviceOperations,
        HandlerStructure::ProtoOps,
    ] {
        assert!(structures.contains(&structure), "{structure:?}");
    }
}
