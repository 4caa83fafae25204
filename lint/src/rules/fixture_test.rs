//! Runs a rule over `fixtures/rules/CODE/`: every input `bad*` must fire and match its snapshot, and
//! `good*` must not. A folder stands for all of its headers, read in one run, or for the objects that
//! gcc makes of its `.c` files. Of a rule that looks at no headers, a `.h` is what the `.rs` of the same
//! name is compared with; of a rule about objects, a `.h` or `.rs` is what the objects of the `.c` or
//! the folder of the same name are compared with. A `.c` of a rule about driver source is read as that,
//! and for its declarations, and a `.c` or `.cpp` of a rule about programs as that; of a rule about both, that is so of `bad_source*.c` and `good_source*.c`.

use std::fmt::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Finding, Interface, Language, Languages, Problem};
use ioctlkit_oracle::tree;
use ioctlkit_sources::object::Wanted;
use ioctlkit_sources::{c, driver, object, program, rust};

use crate::against::{References, wanted_names};
use crate::fixture_folder::{Folder, is_driver_source, snapshot_name};
use crate::{Rule, engine};

pub(super) fn run(rule: &'static Rule) {
    let folder = Folder::of(&rule.info);
    for path in folder.good {
        let (interface, findings) = check(rule, &path);
        assert!(holds_something(&interface), "{} holds nothing to look at", path.display());
        assert!(findings.is_empty(), "{}:\n{}", path.display(), describe(&interface, &findings));
    }
    for path in folder.bad {
        let (interface, findings) = check(rule, &path);
        assert!(!findings.is_empty(), "{} does not fire", path.display());
        assert_speaks_its_language(&interface, &findings);
        assert_is_its_snapshot(&path, &describe(&interface, &findings));
    }
}

/// Compares with the snapshot that lies beside an input.
pub(crate) fn assert_is_its_snapshot(input: &Path, text: &str) {
    insta::with_settings!({
        prepend_module_to_snapshot => false,
        omit_expression => true,
        snapshot_path => input.parent().unwrap(),
    }, {
        insta::assert_snapshot!(snapshot_name(input).as_str(), text);
    });
}

/// A look-alike that lost its text would never fire.
fn holds_something(interface: &Interface) -> bool {
    !interface.commands.is_empty()
        || !interface.raw_numbers.is_empty()
        || !interface.records.is_empty()
        || !interface.objects.is_empty()
        || !interface.code.is_empty()
        || !interface.program.calls.is_empty()
}

fn check(rule: &'static Rule, path: &Path) -> (Interface, Vec<Finding>) {
    let mut references = References::default();
    let interface = if rule.info.languages == Languages::Program {
        read_program(path)
    } else if is_driver_source(path, rule.info.languages) {
        read_driver(path)
    } else if matches!(rule.info.languages, Languages::Object | Languages::Kernel) {
        read_objects(path, &mut references)
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        let mut interface = read_rust(path);
        let header = path.with_extension("h");
        if rule.info.languages != Languages::Both && header.exists() {
            let name = header.file_name().unwrap().to_string_lossy().into_owned();
            let files = interface.headers.iter().map(|header| header.file).collect();
            references.add(&mut interface, vec![name], read_c(&header), files);
        }
        interface
    } else {
        read_c(path)
    };
    let findings = engine::run(&interface, &references, &[rule]);
    (interface, findings)
}

/// Compiles C with debug information, and reads the objects: those of a folder as if that had been named,
/// else the one. A header or Rust file beside it is what they are compared with.
fn read_objects(path: &Path, references: &mut References) -> Interface {
    let folder = tempfile::tempdir().unwrap();
    let asked = if path.is_dir() {
        for entry in path.read_dir().unwrap() {
            compile(&entry.unwrap().path(), folder.path());
        }
        folder.path().to_owned()
    } else {
        compile(path, folder.path())
    };
    let sources = [path.with_extension("h"), path.with_extension("rs")];
    let source = sources.into_iter().find(|source| source.exists()).map(|source| {
        let is_header = source.extension().is_some_and(|extension| extension == "h");
        let interface = if is_header { read_c(&source) } else { read_rust(&source) };
        (source, interface)
    });
    let types = match &source {
        Some((_, interface)) => Wanted::Named(wanted_names(interface)),
        None => Wanted::Nothing,
    };
    let request = object::Request { paths: vec![asked], types, ..object::Request::default() };
    let (mut interface, problems) = object::read(&request);
    // What holds nothing but a note needs no types.
    let lacks_types = |problem: &Problem| problem.message.starts_with("nothing tells the types");
    let problems: Vec<_> = problems.into_iter().filter(|one| !lacks_types(one)).collect();
    assert!(problems.is_empty(), "{}: {problems:#?}", path.display());
    if let Some((path, source)) = source {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        references.add_for_objects(&mut interface, vec![name], source);
    }
    interface
}

/// Compiles a C file into a folder.
fn compile(path: &Path, folder: &Path) -> PathBuf {
    let object = folder.join(path.with_extension("ko").file_name().unwrap());
    let status = Command::new("gcc")
        .args(["-c", "-O1", "-gdwarf-5", "-fno-pic", "-fcf-protection=none", "-o"])
        .arg(&object)
        .arg(path)
        .status()
        .unwrap();
    assert!(status.success(), "gcc does not take {}", path.display());
    object
}

/// Reads a file of driver source, and what it declares.
fn read_driver(path: &Path) -> Interface {
    let mut interface = read_c(path);
    let paths = vec![path.to_owned()];
    let (code, problems) = driver::read(&driver::Request { paths, ..driver::Request::default() });
    assert!(problems.is_empty(), "{}: {problems:#?}", path.display());
    interface.append(code);
    interface
}

/// Reads a file of a program, or a folder of them, and the headers beside it.
fn read_program(path: &Path) -> Interface {
    let request = program::Request {
        paths: vec![path.to_owned()],
        abis: AbiSet::ALL,
        ..program::Request::default()
    };
    let (interface, problems) = program::read(&request);
    assert!(problems.is_empty(), "{}: {problems:#?}", path.display());
    interface
}

/// Reads headers as if they lay in a tree that is the same on every machine.
fn read_c(path: &Path) -> Interface {
    let tree = tempfile::tempdir().unwrap();
    tree::without_architectures(tree.path()).unwrap();
    let fixtures = tree.path().join("fixtures");
    symlink(path.parent().unwrap(), &fixtures).unwrap();
    let paths = vec![fixtures.join(path.file_name().unwrap())];
    let (interface, problems) =
        c::read(&c::Request { paths, raw_numbers: true, ..c::Request::default() });
    assert!(problems.is_empty(), "{}: {problems:#?}", path.display());
    interface
}

fn read_rust(path: &Path) -> Interface {
    let paths = vec![path.to_owned()];
    let (interface, problems) = rust::read(&rust::Request { paths, ..rust::Request::default() });
    assert!(problems.is_empty(), "{}: {problems:#?}", path.display());
    interface
}

/// What is said of Rust source has no words of C in it, but for the names of the other side.
fn assert_speaks_its_language(interface: &Interface, findings: &[Finding]) {
    const OF_C: [&str; 9] = [
        "__u",
        "__s",
        "#define",
        "include/uapi",
        "sizeof",
        "void *",
        "header",
        "asterisk",
        "copy_",
    ];
    for finding in findings {
        let file = interface.sources.file(finding.span.file);
        if file.language() != Language::Rust || finding.rule.languages != Languages::Both {
            continue;
        }
        let fix = finding.fix.iter().map(|fix| &fix.message);
        let edits = finding.fix.iter().flat_map(|fix| &fix.edits).map(|edit| &edit.replacement);
        let texts = [&finding.message, &finding.label].into_iter().chain(&finding.notes);
        for text in texts.chain(fix).chain(edits) {
            let found = OF_C.iter().find(|word| text.contains(*word));
            assert!(found.is_none(), "{}: {text}", file.path.display());
        }
    }
}

/// What a reviewer of a snapshot needs to see: the line, the words, the ABIs, the fix.
pub(crate) fn describe(interface: &Interface, findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let file = interface.sources.file(finding.span.file);
        let position = file.position(finding.span.start);
        let line = &file.text[file.line_range(position.line)];
        let _ = writeln!(
            text,
            "{}:{} {} {}[{}] {}",
            position.line,
            position.column,
            finding.rule.slug,
            finding.severity,
            finding.rule.code,
            finding.message,
        );
        let _ = writeln!(text, "    {}", line.trim());
        let subject = [&finding.command, &finding.record, &finding.member];
        let _ = writeln!(text, "    about {subject:?}: {}", finding.label);
        let _ = writeln!(text, "    on {}", set_of(finding.abis));
        for related in &finding.related {
            let at = interface.sources.position(related.span);
            let elsewhere = if related.span.file == finding.span.file { "" } else { "elsewhere " };
            let _ = writeln!(text, "    see {elsewhere}{}:{} {}", at.line, at.column, related.text);
        }
        for note in &finding.notes {
            let _ = writeln!(text, "    note {note}");
        }
        if let Some(fix) = &finding.fix {
            let _ = writeln!(text, "    fix {} ({:?})", fix.message, fix.safety);
            for edit in &fix.edits {
                let at = interface.sources.position(edit.span);
                let _ = writeln!(text, "        {}:{} {:?}", at.line, at.column, edit.replacement);
            }
        }
    }
    text
}

/// A set of ABIs such that a new ABI, which is like most others, changes few snapshots.
fn set_of(abis: AbiSet) -> String {
    let names = |set: AbiSet| -> String {
        set.iter().map(|id| id.abi().name).collect::<Vec<_>>().join(" ")
    };
    let others = AbiSet::ALL.difference(abis);
    match (others.len(), abis.len()) {
        (0, _) => "every ABI".into(),
        (missing, present) if missing < present => format!("every ABI but {}", names(others)),
        _ => names(abis),
    }
}
