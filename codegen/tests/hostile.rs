//! Hostile text in every string that an interface can hold: what is generated is as if it were not
//! there, in the eyes of each language's own parser.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ioctl_gen::module::{File, FileOperations, Options, plan, render, userland};
use ioctlkit_model::{HandlePurpose, Interface, Role, Variants};
use ioctlkit_report::visible::is_invisible;
use ioctlkit_sources::rust;
use ioctlkit_vm::{Cache, Headers, Release};

/// The name of a file that nothing must make, and of a function that nothing must call.
const MARKER: &str = "it_ran";

/// What documentation may hold: what ends comments, strings and lines in each language, and what
/// its parser would run.
const TEXTS: [&str; 26] = [
    "ends */ it_ran(); /* here",
    "ends *\u{8}/ it_ran();",
    "goes on \\",
    "a trigraph ??/",
    "/* it_ran */ // it_ran()",
    "quotes \"; it_ran(); char *a = \" and '",
    "$(shell touch it_ran) $(eval it_ran) ${it_ran}",
    "`touch it_ran` $(touch it_ran)",
    ".sy touch it_ran",
    "'sy touch it_ran",
    ".open it it_ran",
    "text. .sy touch it_ran",
    "\\!.sy touch it_ran \\X'sy touch it_ran' \\n[it_ran] \\*[it_ran]",
    "\r.sy touch it_ran",
    "\u{b}.sy touch it_ran\u{c}.sy touch it_ran",
    "\u{85}it_ran()\u{2028}it_ran()",
    "\u{1b}]0;it_ran\u{7}\u{1b}[2J\u{9b}2J",
    "\u{202e}it_ran\u{2066}\u{200f}\u{61c}",
    "@stamp@ it_ran(); /*",
    "\u{1}stamp\u{1} it_ran(); /*",
    "%s%n %% {{ it_ran }} ${ it_ran } //% it_ran",
    "# it_ran\n#define it_ran 1\n#include \"it_ran\"",
    "endmenu\nconfig IT_RAN\n\tdefault $(shell,touch it_ran)",
    "{\"a\": it_ran} <it_ran> & [it_ran](it_ran) it_ran::",
    ".. include:: it_ran\n\n.. raw:: html\n\n   it_ran",
    ":download:`it_ran\n<../it_ran>` `it_ran`:download: ``it_ran``",
];

/// What a name may hold that was never checked: none is one.
const NAMES: [&str; 19] = [
    "it_ran) || it_ran(",
    "$(shell touch it_ran)",
    "it_ran\"",
    "it_ran\nb",
    "it_ran b",
    "é_it_ran",
    "it_ran\u{202e}b",
    "it_ran*/",
    "../it_ran",
    "it_ran;b",
    "it_ran'b",
    "it_ran\\",
    "`it_ran`",
    "a[it_ran]",
    "it_ran-b",
    "#it_ran",
    "it_ran\u{1b}",
    "a/../it_ran",
    "{it_ran}",
];

fn gong() -> Interface {
    named("gong")
}

/// The interface of a driver among the fixtures.
fn named(name: &str) -> Interface {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/module");
    let source = folder.join(format!("{name}.rs"));
    let (interface, problems) =
        rust::read(&rust::Request { paths: vec![source], ..rust::Request::default() });
    assert!(problems.is_empty(), "{problems:?}");
    interface
}

/// Every list of lines of documentation.
fn each_documentation(interface: &mut Interface, visit: &mut dyn FnMut(&mut Vec<String>)) {
    interface.groups.iter_mut().for_each(|group| visit(&mut group.docs));
    let contracts = interface.commands.iter_mut().filter_map(|command| command.contract.as_mut());
    contracts.for_each(|contract| visit(&mut contract.docs));
    interface.constants.iter_mut().for_each(|constant| visit(&mut constant.docs));
    for record in &mut interface.records {
        visit(&mut record.docs);
        each_member(&mut record.variants, &mut |member| visit(&mut member.purpose.docs));
    }
}

fn each_member(
    variants: &mut Variants<ioctlkit_model::RecordBody>,
    visit: &mut dyn FnMut(&mut ioctlkit_model::Member),
) {
    for (abis, mut body) in std::mem::take(variants) {
        body.members.iter_mut().for_each(&mut *visit);
        variants.add(abis, body);
    }
}

fn generated(interface: &Interface, options: &Options) -> Vec<File> {
    let plan = plan(interface, options).unwrap();
    let mut files = render(&plan).unwrap();
    files.extend(userland(interface, &plan).unwrap());
    files
}

/// The files with these lines as all documentation, which is more than fits on a line.
fn documented(lines: &[&str]) -> Vec<File> {
    documenting(gong(), lines)
}

fn documenting(mut interface: Interface, lines: &[&str]) -> Vec<File> {
    each_documentation(&mut interface, &mut |docs| {
        *docs = lines.iter().map(|line| (*line).to_owned()).collect();
    });
    let with = FileOperations { events: true, mmap: true };
    generated(
        &interface,
        &Options { bench: true, trace: true, kunit: true, with, ..Options::default() },
    )
}

/// What the compiler sees of all files in C, without comments, in tokens.
fn tokens(files: &[File], folder: &Path) -> String {
    let files = files.iter().filter(|file| is_c(file));
    let paths: Vec<_> = files
        .enumerate()
        .map(|(index, file)| {
            let path = folder.join(format!("{index}.c"));
            fs::write(&path, format!("{}\n{}\n", file.path.replace('/', " "), file.text)).unwrap();
            path
        })
        .collect();
    let output = Command::new("gcc")
        .args(["-fpreprocessed", "-trigraphs", "-E", "-P", "-w"])
        .args(paths)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_c(file: &File) -> bool {
    let end = Path::new(&file.path).extension().and_then(|end| end.to_str());
    matches!(end, Some("c" | "h" | "inc"))
}

/// Lines that are no comments.
fn without_hash_comments(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with('#')).collect()
}

#[test]
fn no_documentation_changes_what_a_compiler_or_make_reads() {
    let folder = tempfile::tempdir().unwrap();
    let plain = documented(&["Nothing."]);
    let plain_tokens = tokens(&plain, folder.path());
    let compare = |hostile: Vec<File>, text: &str| {
        assert_eq!(plain_tokens, tokens(&hostile, folder.path()), "{text:?}");
        assert_others_agree(&plain, &hostile, text);
    };
    for text in TEXTS {
        compare(documented(&text.split('\n').collect::<Vec<_>>()), text);
    }
    // Words that come to stand at the ends of lines, wherever those are.
    for width in 0..9 {
        let filler = "x".repeat(width);
        let text = format!("{filler} {}", "goes\\ *\\ ??/ */ ".repeat(40));
        compare(documented(&[&text]), &text);
    }
}

/// That files which are not C say the same, but for comments, and those that have tests of their own.
fn assert_others_agree(plain: &[File], hostile: &[File], text: &str) {
    assert_eq!(plain.len(), hostile.len());
    for (plain, hostile) in plain.iter().zip(hostile) {
        let path = &hostile.path;
        let has_own_test = [".4", ".py", "Kconfig"].iter().any(|end| path.ends_with(end));
        if !is_c(hostile) && !has_own_test {
            let (plain, hostile) =
                (without_hash_comments(&plain.text), without_hash_comments(&hostile.text));
            assert_eq!(plain, hostile, "{path}: {text:?}");
        }
    }
}

/// Objects, events, and what else an interface may have, with all texts at once.
#[test]
fn no_documentation_of_any_driver_is_read_by_a_compiler() {
    let folder = tempfile::tempdir().unwrap();
    let lines: Vec<&str> = TEXTS.iter().flat_map(|text| text.split('\n')).collect();
    for name in ["shelf", "pulse", "speed"] {
        let plain = documenting(named(name), &["Nothing."]);
        let hostile = documenting(named(name), &lines);
        assert_eq!(tokens(&plain, folder.path()), tokens(&hostile, folder.path()), "{name}");
        assert_others_agree(&plain, &hostile, name);
        let program = |files: &[File]| {
            let path = format!("tools/{name}_calls.py");
            files.iter().find(|file| file.path == path).unwrap().text.clone()
        };
        assert!(is_one_program(folder.path(), &[program(&plain), program(&hostile)]), "{name}");
        for file in hostile {
            let found = file.text.chars().find(|c| is_invisible(*c) && !matches!(c, '\n' | '\t'));
            assert_eq!(found, None, "{}", file.path);
        }
    }
}

/// Whether Python's own parser sees one program in the files of a folder, but for documentation.
fn is_one_program(folder: &Path, files: &[String]) -> bool {
    let program = "import ast, pathlib, sys\n\
        def seen(path):\n\
        \x20   tree = ast.parse(pathlib.Path(path).read_bytes())\n\
        \x20   for node in ast.walk(tree):\n\
        \x20       body = getattr(node, 'body', None)\n\
        \x20       first = body[0] if isinstance(body, list) and body else None\n\
        \x20       if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):\n\
        \x20           first.value.value = ''\n\
        \x20   return ast.dump(tree)\n\
        sys.exit(len({seen(path) for path in sys.argv[1:]}) != 1)\n";
    for (index, text) in files.iter().enumerate() {
        fs::write(folder.join(format!("{index}.py")), text).unwrap();
    }
    let paths = (0..files.len()).map(|index| folder.join(format!("{index}.py")));
    Command::new("python3")
        .args(["-W", "error", "-c", program])
        .args(paths)
        .status()
        .unwrap()
        .success()
}

#[test]
fn pythons_own_parser_sees_one_program_whatever_is_documented() {
    let folder = tempfile::tempdir().unwrap();
    let of = |lines: &[&str]| {
        let files = documented(lines);
        files.into_iter().find(|file| file.path == "tools/gong_calls.py").unwrap().text
    };
    let mut files = vec![of(&["Nothing."])];
    files.extend(TEXTS.iter().map(|text| of(&text.split('\n').collect::<Vec<_>>())));
    for text in
        ["\"\"\"\nit_ran()\n\"\"\"", "ends \"\"\"; it_ran() #", "\\", "\\N{it_ran} \\u12 \\x"]
    {
        files.push(of(&text.split('\n').collect::<Vec<_>>()));
        files.push(of(&[text]));
    }
    assert!(is_one_program(folder.path(), &files));
    // What would be seen.
    let spoilt = files[0].replacen("\"Nothing.\"\"\"", "\"Nothing.\"\"\"; it_ran()", 1);
    assert_ne!(spoilt, files[0]);
    files.push(spoilt);
    assert!(!is_one_program(folder.path(), &files));
}

/// What the comparisons above would say of text that is not escaped.
#[test]
fn text_that_leaves_its_comment_is_seen_by_the_compiler() {
    let folder = tempfile::tempdir().unwrap();
    let plain = documented(&["Nothing."]);
    let plain_tokens = tokens(&plain, folder.path());
    for (harmless, text) in
        [("ends * / it_ran", "ends */ it_ran"), ("ends * / it_ran", "goes on ??/\n*/ it_ran(); /*")]
    {
        let mut files = documented(&[TEXTS[0]]);
        let file = files.iter_mut().find(|file| is_c(file) && file.text.contains(harmless));
        let file = file.expect("the text stands in a comment, escaped");
        file.text = file.text.replacen(harmless, text, 1);
        assert_ne!(plain_tokens, tokens(&files, folder.path()), "{text:?}");
    }
}

#[test]
fn no_character_that_nobody_sees_is_in_a_generated_file() {
    for text in TEXTS {
        for file in documented(&text.split('\n').collect::<Vec<_>>()) {
            let found = file.text.chars().find(|c| is_invisible(*c) && !matches!(c, '\n' | '\t'));
            assert_eq!(found, None, "{}: {text:?}", file.path);
        }
    }
}

/// The kernel's documentation takes in the header's comments as reStructuredText.
#[test]
fn no_documentation_is_a_directive_or_a_role_in_the_header() {
    for text in TEXTS {
        let files = documented(&text.split('\n').collect::<Vec<_>>());
        let header = files.iter().find(|file| file.path == "include/uapi/linux/gong.h").unwrap();
        assert!(!header.text.contains('`'), "{text:?}");
        let line = header.text.lines().find(|line| line.split_whitespace().any(|it| it == ".."));
        assert_eq!(line, None, "{text:?}");
    }
}

#[test]
fn no_documentation_leaves_the_help_of_kconfig() {
    for text in TEXTS {
        let files = documented(&text.split('\n').collect::<Vec<_>>());
        let kconfig = files.iter().find(|file| file.path == "Kconfig").unwrap();
        // Behind a line that is not indented, the next option begins.
        let entries: Vec<&str> = kconfig.text.split("\nconfig ").skip(1).collect();
        assert_eq!(entries.len(), 2, "{}", kconfig.text);
        for entry in entries {
            let (head, help) = entry.split_once("\thelp\n").unwrap();
            assert!(!head.contains(MARKER), "{head}");
            assert!(help.lines().all(|line| line.is_empty() || line.starts_with("\t  ")), "{help}");
        }
    }
}

/// The kernel's own parser of Kconfig, of Debian's package of headers.
fn conf() -> PathBuf {
    let cache = Cache::at(Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache/ioctlkit"));
    let release = Release::newest("6.12", &cache).unwrap();
    let headers = Headers::unpacked(&release, &cache).unwrap();
    headers.folder().join("scripts/kconfig/conf")
}

/// What the parser makes of a file: the options that it knows then, and whether it had nothing to say.
fn configured(conf: &Path, folder: &Path, kconfig: &str) -> (bool, String) {
    fs::write(folder.join("Kconfig"), kconfig).unwrap();
    let output = Command::new(conf)
        .current_dir(folder)
        .args(["--allyesconfig", "Kconfig"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .output()
        .unwrap();
    let config = fs::read_to_string(folder.join(".config")).unwrap_or_default();
    let _ = fs::remove_file(folder.join(".config"));
    let options = config.lines().filter(|line| line.contains("CONFIG_"));
    let said = String::from_utf8_lossy(&output.stderr);
    (output.status.success() && said.is_empty(), options.collect::<Vec<_>>().join("\n"))
}

#[test]
fn the_kernels_own_parser_sees_one_option_in_kconfig_whatever_is_documented() {
    let (conf, folder) = (conf(), tempfile::tempdir().unwrap());
    let options = "config MODULES\n\tdef_bool y\n\tmodules\n\n";
    for text in TEXTS {
        let files = documented(&text.split('\n').collect::<Vec<_>>());
        let kconfig = files.iter().find(|file| file.path == "Kconfig").unwrap();
        let seen = configured(&conf, folder.path(), &format!("{options}{}", kconfig.text));
        assert_eq!(seen, (true, "CONFIG_MODULES=y\nCONFIG_GONG=y".to_owned()), "{text:?}");
        assert!(!folder.path().join(MARKER).exists(), "{text:?}");
    }
    // What would be seen, and what would run.
    let hostile = "config GONG\n\tbool \"$(shell,touch it_ran)\"\nconfig IT_RAN\n\tdef_bool y\n";
    let (_, seen) = configured(&conf, folder.path(), hostile);
    assert!(seen.contains("CONFIG_IT_RAN=y") && folder.path().join(MARKER).exists(), "{seen}");
}

#[test]
fn a_manual_page_runs_nothing_even_where_roff_may() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.4");
    let mut texts: Vec<String> = TEXTS.iter().map(|text| (*text).to_owned()).collect();
    // A word that begins a line wherever lines are broken.
    texts.extend(
        (0..9).map(|width| format!("{} {}", "x".repeat(width), ".sy touch it_ran ".repeat(40))),
    );
    for text in texts {
        let files = documented(&text.split('\n').collect::<Vec<_>>());
        let page = files.iter().find(|file| file.path.ends_with(".4")).unwrap();
        fs::write(&path, &page.text).unwrap();
        let output = Command::new("groff")
            .current_dir(folder.path())
            .args(["-U", "-man", "-Tutf8", "-ww"])
            .arg(&path)
            .output()
            .unwrap();
        assert!(output.status.success(), "{text:?}: {output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{text:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{text:?} ran");
    }
    // What would have run.
    fs::write(&path, ".TH a 4\n.sy touch it_ran\n").unwrap();
    let ran = Command::new("groff")
        .current_dir(folder.path())
        .args(["-U", "-man", "-Tutf8"])
        .arg(&path)
        .output()
        .unwrap();
    assert!(ran.status.success(), "{ran:?}");
    assert!(folder.path().join(MARKER).exists(), "groff no longer runs anything");
}

#[test]
fn a_manual_page_is_one_for_mandoc_whatever_it_documents() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.4");
    let lint = |text: &str| {
        fs::write(&path, text).unwrap();
        Command::new("mandoc").args(["-Tlint", "-Werror"]).arg(&path).output().unwrap()
    };
    for text in TEXTS {
        let files = documented(&text.split('\n').collect::<Vec<_>>());
        let page = files.iter().find(|file| file.path.ends_with(".4")).unwrap();
        let output = lint(&page.text);
        assert!(output.status.success(), "{text:?}: {}", String::from_utf8_lossy(&output.stdout));
    }
    assert!(!lint(".TH a 4\n.so /etc/passwd\n").status.success(), "mandoc finds no mistake");
}

#[test]
fn what_is_no_name_is_refused_wherever_it_stands() {
    type Place = (&'static str, fn(&mut Interface, &str));
    let places: [Place; 10] = [
        ("a command", |interface, name| {
            let command = interface.commands.first_mut().unwrap();
            command.c_name = Some(name.into());
        }),
        ("a variant", |interface, name| {
            let command = interface.commands.first_mut().unwrap();
            command.c_name = None;
            command.contract.as_mut().unwrap().name = name.into();
        }),
        ("a prefix", |interface, name| {
            interface.groups.iter_mut().for_each(|group| group.prefix = name.into());
            interface.commands.iter_mut().for_each(|command| command.c_name = None);
        }),
        ("a structure", |interface, name| {
            interface.records.iter_mut().for_each(|record| record.name = Some(name.into()));
        }),
        ("a structure's name in C", |interface, name| {
            let name = format!("struct {name}");
            interface.records.iter_mut().for_each(|record| record.c_name = Some(name.clone()));
        }),
        ("a member", |interface, name| {
            for record in &mut interface.records {
                each_member(&mut record.variants, &mut |member| member.name = Some(name.into()));
            }
        }),
        ("a counting member", |interface, name| {
            for record in &mut interface.records {
                each_member(&mut record.variants, &mut |member| {
                    if matches!(member.purpose.role, Role::Flexible { .. }) {
                        member.purpose.role = Role::Flexible { count: name.into() };
                    }
                });
            }
        }),
        ("an object", |interface, name| {
            for record in &mut interface.records {
                each_member(&mut record.variants, &mut |member| {
                    if member.name.as_deref() == Some("copied") {
                        let (object, purpose) = (name.into(), HandlePurpose::Creates);
                        member.purpose.role = Role::Handle { object, purpose };
                    }
                });
            }
        }),
        ("a constant", |interface, name| {
            interface.constants.iter_mut().for_each(|constant| constant.name = name.into());
        }),
        ("the type letter", |interface, name| {
            interface.constants.iter_mut().for_each(|constant| constant.name = name.into());
            let group = interface.groups.first_mut().unwrap();
            group.type_constant = Some(name.into());
        }),
    ];
    for (place, set) in places {
        let mut interface = gong();
        set(&mut interface, "GONG_IT_RAN");
        let files = plan(&interface, &Options::default()).map(|plan| {
            let mut files = render(&plan).unwrap();
            files.extend(userland(&interface, &plan).unwrap());
            files
        });
        // A name that is one would be found, or what it leads to is missing.
        let is_found =
            |files: Vec<File>| files.iter().any(|file| file.text.to_lowercase().contains(MARKER));
        assert!(files.map_or(true, is_found), "{place}");
        for name in NAMES {
            let mut interface = gong();
            set(&mut interface, name);
            // What nobody refers to by its name is written as a number.
            let Ok(plan) = plan(&interface, &Options::default()) else { continue };
            let mut files = render(&plan).unwrap();
            files.extend(userland(&interface, &plan).unwrap());
            for file in files {
                let text = file.text.to_lowercase();
                assert!(!text.contains(MARKER), "{place} `{name}` is in {}", file.path);
            }
        }
    }
}

#[test]
fn a_module_is_only_called_what_c_can_call_it() {
    for name in NAMES.into_iter().chain(["while", "linux", "_Bool"]) {
        let options = Options { name: Some(name.into()), ..Options::default() };
        assert!(plan(&gong(), &options).is_err(), "{name}");
    }
}

/// Attributes of Rust source with text that would leave its place in what is generated.
const ATTRIBUTES: [(&str, &str); 8] = [
    ("unsafe(path = \"/dev/gong\")", "unsafe(path = \"/dev/$(shell touch it_ran)\")"),
    ("unsafe(path = \"/dev/gong\")", "unsafe(path = \"/dev/x\\\");it_ran();(\\\"\")"),
    ("unsafe(path = \"/dev/gong\")", "unsafe(path = \"/dev/../it_ran\")"),
    ("unsafe(path = \"/dev/gong\")", "unsafe(path = \"/proc/it_ran\")"),
    ("prefix = \"GONG_\"", "prefix = \"GONG); it_ran(\""),
    ("read)]", "read, capability = \"CAP_X) || it_ran(\")]"),
    ("read)]", "read, capability = \"CAP_IT_RAN\")]"),
    ("read)]", "read, c = \"GONG_A; it_ran(\")]"),
];

#[test]
fn the_program_refuses_such_text_where_it_is_read() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/module/gong.rs");
    let text = fs::read_to_string(source).unwrap();
    for (from, to) in ATTRIBUTES {
        let folder = tempfile::tempdir().unwrap();
        let hostile = text.replacen(from, to, 1);
        assert_ne!(hostile, text, "{from}");
        fs::write(folder.path().join("gong.rs"), hostile).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_ioctl-gen"))
            .current_dir(folder.path())
            .args(["module", "gong.rs", "-o", "driver"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{to}: {said}");
        assert!(said.contains("gong.rs"), "{to}: {said}");
        assert!(!folder.path().join("driver").exists(), "{to}");
    }
}

#[test]
fn the_programs_for_users_compile_with_any_documentation() {
    for text in TEXTS {
        let folder = tempfile::tempdir().unwrap();
        for file in documented(&text.split('\n').collect::<Vec<_>>()) {
            let path = folder.path().join(&file.path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file.text).unwrap();
        }
        for program in ["tests/gong_test.c", "tools/gong_decode.c", "tools/gong_calls.h"] {
            let output = Command::new("gcc")
                .current_dir(folder.path())
                .args(["-std=c11", "-D_GNU_SOURCE", "-fsyntax-only", "-w", "-x", "c"])
                .args(["-I", "include/uapi", "-D__user=", program])
                .output()
                .unwrap();
            assert!(output.status.success(), "{text:?}: {output:?}");
        }
        for makefile in ["Makefile", "tests/Makefile", "tools/Makefile"] {
            let folder = folder.path().join(makefile);
            let output = Command::new("make")
                .args(["-n", "-f"])
                .arg(&folder)
                .current_dir(folder.parent().unwrap())
                .output()
                .unwrap();
            assert!(!String::from_utf8_lossy(&output.stdout).contains(MARKER), "{text:?}");
        }
        assert!(
            !folder.path().join(MARKER).exists() && !folder.path().join("tests/it_ran").exists()
        );
    }
}
