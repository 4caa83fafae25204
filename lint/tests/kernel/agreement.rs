//! Whether the rules about tables of handlers say of the kernel's source what they say of the modules that Debian
//! built of it. Each finding of an object that the source does not have has its reason: one that is worked out
//! here, or one of a list. The other way is not asked there: one configuration leaves out much of the source. Of a
//! sample that gcc makes an object of, both ways are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use ioctl_lint::conventions::{
    self,
    layers::{FOR_ALL, OF_RAW_SOCKETS, RAW_SOCKETS},
};
use ioctl_lint::declared::Declared;
use ioctlkit_vm::{Archive, Cache, PackagedKernel};
use serde_json::Value;

use crate::tree::{is_full, lint, unpacked};

/// What is said of a table: the rule, with one code for source and objects, the structure, and the name.
type Said = (String, String, String);

/// A table, as the source has it.
#[derive(Debug)]
struct Table {
    file: String,
    has_compat: bool,
    commands: Vec<String>,
}

/// Why an object has a finding that the source does not have.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    /// The source shows that the handler has no command, or none that 32-bit programs miss.
    NothingMissed,
    /// Of the list.
    Listed(&'static str),
}

const ONLY_REFUSES: &str = "the handler refuses the commands that the layer does not pass on";

/// Findings of objects that the source does not have: rule, structure, table, reason.
const LISTED: &[(&str, &str, &str, &str)] =
    &[("H017", "proto_ops", "qrtr_proto_ops", ONLY_REFUSES)];

fn said(finding: &Value) -> Said {
    let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    // O002 is of objects what H001 is of source.
    let code = if text("code") == "O002" { "H001".to_owned() } else { text("code") };
    let member = text("member");
    let name = member.rsplit(':').next().unwrap_or_default().to_owned();
    (code, text("type").replace("struct ", ""), name)
}

/// The findings of a folder, each with its file below that folder.
fn findings(folder: &Path, paths: &[&str], rules: &str) -> Vec<(Said, String)> {
    let mut arguments = vec!["check", "--no-config", "--profile", "new", "--select", rules];
    arguments.extend(["--format", "json"]);
    arguments.extend(paths);
    let read: Value = serde_json::from_str(&lint(folder, &arguments)).unwrap();
    let all = read["findings"].as_array().unwrap();
    // Within a repository, files are named from its root.
    let root = folder.ancestors().find(|above| above.join(".git").exists()).unwrap_or(folder);
    let file = |finding: &Value| {
        let file = root.join(finding["file"].as_str().unwrap());
        file.strip_prefix(folder).unwrap_or(&file).to_str().unwrap().to_owned()
    };
    all.iter().map(|finding| (said(finding), file(finding))).collect()
}

/// The tables of the source, by structure and name.
fn tables(kernel: &Path) -> BTreeMap<(String, String), Vec<Table>> {
    let dump = lint(kernel, &["dump", "--abi", "x86_64", "."]);
    let dump: Value = serde_json::from_str(&dump).unwrap();
    let mut tables: BTreeMap<_, Vec<Table>> = BTreeMap::new();
    for handler in dump["handlers"].as_array().unwrap() {
        let commands = handler["commands"].as_array().unwrap().iter();
        let commands: Vec<String> =
            commands.map(|command| command["name"].as_str().unwrap().to_owned()).collect();
        for table in handler["tables"].as_array().unwrap() {
            if table["native"] != handler["function"] {
                continue;
            }
            let text = |key: &str| table[key].as_str().unwrap_or_default().to_owned();
            let has_compat = !table["compat"].is_null();
            let known = tables.entry((text("structure"), text("name"))).or_default();
            let file = text("file").trim_start_matches("./").to_owned();
            known.push(Table { file, has_compat, commands: commands.clone() });
        }
    }
    tables
}

/// Whether a file may be a part of the module in a folder: the module's parts lie beside it or below, or the
/// other way round. KVM's common part is elsewhere.
fn may_be_of(file: &str, module_folder: &str) -> bool {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    folder.starts_with(module_folder)
        || module_folder.starts_with(folder)
        || (folder == "virt/kvm" && module_folder.ends_with("/kvm"))
}

/// The folder of a module in the tree: `lib/modules/RELEASE/kernel/drivers/foo/bar.ko.xz`.
fn folder_of(module: &str) -> Option<&str> {
    let (_, inside) = module.split_once("/kernel/")?;
    inside.rsplit_once('/').map(|(folder, _)| folder)
}

/// Whether 32-bit programs reach a command of a table without a handler of their own, or nobody does.
fn is_passed(structure: &str, table: &str, command: &str) -> bool {
    conventions::layer_passes(structure, &Declared::default(), command)
        || FOR_ALL.contains(&command)
        || OF_RAW_SOCKETS.contains(&command) && !RAW_SOCKETS.contains(&table)
}

fn reason(said: &Said, tables: &[&Table]) -> Option<Reason> {
    let (code, structure, name) = said;
    let misses_nothing = |table: &&Table| {
        !table.has_compat
            && table.commands.iter().all(|command| is_passed(structure, name, command))
    };
    if tables.iter().any(misses_nothing) {
        return Some(Reason::NothingMissed);
    }
    let listed = LISTED.iter().find(|(rule, of, table, _)| {
        (rule, of, table) == (&code.as_str(), &structure.as_str(), &name.as_str())
    });
    listed.map(|(.., why)| Reason::Listed(why))
}

/// What tells the root of a kernel's tree, so that no other headers are read.
const TREE: [(&str, &str); 4] = [
    ("include/uapi/linux/ioctl.h", "#include <asm/ioctl.h>\n"),
    (
        "include/uapi/linux/types.h",
        "typedef unsigned int __u32;\ntypedef unsigned long long __u64;\n",
    ),
    (
        "include/uapi/asm-generic/ioctl.h",
        "#define _IOC(dir, type, nr, size) (((dir) << 30) | ((size) << 16) | ((type) << 8) | (nr))\n\
         #define _IO(type, nr) _IOC(0U, (type), (nr), 0)\n\
         #define _IOW(type, nr, argument) _IOC(1U, (type), (nr), sizeof(argument))\n",
    ),
    ("arch/x86/include/uapi/asm/ioctl.h", "#include <asm-generic/ioctl.h>\n"),
];

/// Writes a driver into a tree, and makes an object of it for x86-64. Yields the driver's folder.
fn compiled_sample(tree: &Path) -> PathBuf {
    for (file, text) in TREE {
        let file = tree.join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let folder = tree.join("drivers/sample");
    std::fs::create_dir_all(&folder).unwrap();
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in ["sample.c", "sample.h"] {
        let from = own.join("tests/kernel/agreement").join(file);
        std::fs::copy(from, folder.join(file)).unwrap();
    }
    let made = Command::new("gcc")
        .args(["-c", "-O1", "-gdwarf-5", "-fno-pic", "-fcf-protection=none", "-include"])
        .arg(own.join("../fixtures/rules/kernel.h"))
        .args(["-include", "errno.h", "-DENOIOCTLCMD=515", "-D__user="])
        .args(["-Dcopy_from_user=_copy_from_user", "sample.c", "-o", "sample.ko"])
        .current_dir(&folder)
        .status()
        .unwrap();
    assert!(made.success(), "gcc does not take the sample");
    folder
}

#[test]
fn rules_about_tables_say_the_same_of_a_sample_and_of_the_object_that_gcc_makes_of_it() {
    let tree = tempfile::tempdir().unwrap();
    let folder = compiled_sample(tree.path());
    let said = |paths: &[&str]| -> BTreeSet<Said> {
        let paths = [&["--abi", "x86_64,i386"], paths].concat();
        let found = findings(&folder, &paths, "H001,H002,H003,H017,O002");
        found.into_iter().map(|(said, _)| said).collect()
    };
    let of_source = said(&["sample.c"]);
    let of_object = said(&["--header", "sample.h", "sample.ko"]);
    let named = |code: &str, structure: &str, table: &str| {
        (code.to_owned(), structure.to_owned(), table.to_owned())
    };
    let both = BTreeSet::from([
        named("H001", "file_operations", "alone_fops"),
        named("H002", "file_operations", "converted_fops"),
        named("H003", "file_operations", "same_fops"),
        named("H001", "block_device_operations", "disk_ops"),
        named("H017", "tty_operations", "line_ops"),
    ]);
    assert_eq!(of_source, both);
    // An object does not show the handler's commands.
    let mut expected = both;
    expected.insert(named("H017", "tty_operations", "modem_ops"));
    assert_eq!(of_object, expected);
}

#[test]
fn rules_about_tables_say_the_same_of_source_and_of_the_modules_made_of_it() {
    if !is_full() {
        return;
    }
    let source = unpacked("6.12", "whole", &[]);
    let cache = Cache::of_user().unwrap();
    let packaged = PackagedKernel::newest("6.12", &Archive::configured(), &cache).unwrap();
    assert_same_version(&source, packaged.release());
    // The folder that the package was unpacked into: the types of the kernel are in `boot`.
    let unpacked_into = packaged.modules_folder().ancestors().nth(3).unwrap();
    let rules = "H001,H002,H003,H017,O002";
    let of_source = findings(&source, &["."], rules);
    let of_objects = findings(unpacked_into, &["."], rules);
    let tables = tables(&source);

    let mut agree = 0;
    let mut reasons: BTreeMap<Reason, usize> = BTreeMap::new();
    let mut unexplained = Vec::new();
    let mut used = BTreeSet::new();
    for (said, module) in &of_objects {
        // Not the kernel itself, whose tables may lie in any folder.
        let Some(folder) = folder_of(module) else { continue };
        let same = |(_, (other, file)): &(usize, &(Said, String))| {
            other == said && may_be_of(file.trim_start_matches("./"), folder)
        };
        let found =
            of_source.iter().enumerate().filter(same).find(|(place, _)| !used.contains(place));
        if let Some((place, _)) = found {
            used.insert(place);
            agree += 1;
            continue;
        }
        let known = tables.get(&(said.1.clone(), said.2.clone()));
        let known: Vec<&Table> =
            known.into_iter().flatten().filter(|table| may_be_of(&table.file, folder)).collect();
        match reason(said, &known) {
            Some(reason) => *reasons.entry(reason).or_default() += 1,
            None => unexplained.push(format!("{said:?} of {module}: {known:?}")),
        }
    }
    println!("{agree} agree, {reasons:?}");
    assert!(unexplained.is_empty(), "{}", unexplained.join("\n"));
    assert!(agree >= 75, "{agree} of {} agree", of_objects.len());
    let listed: BTreeSet<_> = LISTED.iter().map(|(.., why)| *why).collect();
    assert!(listed.iter().all(|why| reasons.contains_key(&Reason::Listed(why))), "{reasons:?}");
}

/// The source and the modules are of one release: `6.12.117`.
fn assert_same_version(source: &Path, release: &str) {
    let makefile = std::fs::read_to_string(source.join("Makefile")).unwrap();
    let value = |name: &str| {
        let line = makefile.lines().find_map(|line| line.strip_prefix(&format!("{name} = ")));
        line.unwrap_or_else(|| panic!("{name} is missing")).to_owned()
    };
    let version = [value("VERSION"), value("PATCHLEVEL"), value("SUBLEVEL")].join(".");
    let of_modules = release.split(['+', '-']).next();
    assert_eq!(of_modules, Some(&*version), "install linux-source-6.12 of the same version");
}
