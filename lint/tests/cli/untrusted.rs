//! Configurations, databases, baselines and traces that somebody put into a tree to do harm.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{CLEAN, Done, Folder, HOLE};

const CONFIG: &str = "ioctl-lint.toml";
const DATABASE: &str = "compile_commands.json";
const SECRET: &str = "a-secret-token";

/// Arguments by which clang runs a program of the tree, loads it, or writes a file. `RUN` stands for the
/// program.
const HARMFUL: [&[&str]; 22] = [
    &["-fopenmp", "-fopenmp-targets=amdgcn-amd-amdhsa", "--amdgpu-arch-tool=RUN"],
    &["-fopenmp", "-fopenmp-targets=nvptx64", "-march=native", "--nvptx-arch-tool=RUN"],
    &["-xhip", "--offload-arch=native", "--amdgpu-arch-tool=RUN"],
    &["-xcuda", "--offload-arch=native", "--nvptx-arch-tool=RUN"],
    &["-fplugin=RUN"],
    &["-Xclang", "-load", "-Xclang", "RUN"],
    &["-fpass-plugin=RUN"],
    &["-BRUN"],
    &["--config=RUN"],
    &["-specs=RUN"],
    &["-MD", "-MF", "written"],
    &["-MMD"],
    &["-MJ", "written"],
    &["-Xclang", "-dependency-dot", "-Xclang", "written"],
    &["-Xclang", "-header-include-file", "-Xclang", "written", "-H"],
    &["-serialize-diagnostics", "written"],
    &["-Wp,-MD,written"],
    &["-o", "written"],
    &["-ftime-trace=written"],
    &["-fmodules", "-fmodules-cache-path=written"],
    &["@written"],
    &["-include-pch", "written"],
];

/// A folder with a header, and a program that leaves a mark.
fn folder() -> Folder {
    let folder = Folder::with("foo.h", CLEAN);
    let mark = folder.path("ran");
    let folder = folder.and("x.sh", format!("#!/bin/sh\ntouch {}\n", mark.display()));
    fs::set_permissions(folder.path("x.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn harmful(folder: &Folder) -> impl Iterator<Item = Vec<String>> {
    let program = folder.path("x.sh").display().to_string();
    HARMFUL.into_iter().map(move |words| {
        words.iter().map(|word| word.replace("RUN", &program)).collect::<Vec<_>>()
    })
}

fn names(folder: &Folder) -> BTreeSet<PathBuf> {
    let entries = walkdir::WalkDir::new(folder.path("")).into_iter();
    entries.map(|entry| entry.unwrap().into_path()).collect()
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

fn as_json(words: &[String]) -> String {
    serde_json::to_string(words).unwrap()
}

#[test]
fn no_configuration_makes_the_compiler_run_load_or_write_anything() {
    let folder = folder();
    for words in harmful(&folder) {
        fs::write(folder.path(CONFIG), format!("compiler-arguments = {}\n", as_json(&words)))
            .unwrap();
        let before = names(&folder);
        let done = folder.run(&["check", "foo.h"]);
        assert_eq!(done.code, 2, "{words:?}: {}", done.seen());
        assert!(
            done.stderr.contains("a configuration may not pass `")
                && done.stderr.contains("ioctl-lint.toml:1:")
                && done.stderr.contains("behind `--`"),
            "{words:?}: {}",
            done.stderr
        );
        assert_eq!(names(&folder), before, "{words:?}");
    }
}

/// An option without a value would take the next argument for it, and make the one behind that free.
#[test]
fn no_empty_value_of_a_configuration_makes_another_argument_free() {
    let folder = folder();
    let option = format!("--amdgpu-arch-tool={}", folder.path("x.sh").display());
    let rest = ["-fopenmp", "-fopenmp-targets=amdgcn-amd-amdhsa", &option];
    for empty in ["-D", "-U", "-I", "-isystem", "-iquote", "-idirafter", "-include", "-imacros"] {
        for value in rest {
            let words = [empty, "", "-D", value].map(str::to_owned);
            let text = format!(
                "defines = [\"\"]\ninclude-dirs = [\"\"]\ncompiler-arguments = {}\n",
                as_json(&words)
            );
            fs::write(folder.path(CONFIG), text).unwrap();
            let before = names(&folder);
            let done = folder.run(&["check", "foo.h"]);
            assert_eq!(done.code, 2, "{words:?}: {}", done.seen());
            assert_eq!(names(&folder), before, "{words:?}");
        }
    }
}

#[test]
fn no_database_makes_the_compiler_run_load_or_write_anything() {
    let folder = folder();
    for words in harmful(&folder) {
        // As they are, and each behind an option that has an empty value, in front of one that has it.
        let smuggled = words.iter().flat_map(|word| {
            ["-D", "", "-I", word, "-I", "", "-U", word, "-isystem", ""].map(str::to_owned)
        });
        let words: Vec<String> = words.iter().cloned().chain(smuggled).collect();
        for directory in [folder.path("").display().to_string(), ".".into(), String::new()] {
            let text = format!(
                r#"[{{"directory": "{directory}", "file": "a.c", "arguments": {}}}]"#,
                as_json(&words)
            );
            fs::write(folder.path(DATABASE), text).unwrap();
            let before = names(&folder);
            let done = folder.run(&["check", "--compile-commands", DATABASE, "foo.h"]);
            assert_ne!(done.code, -1, "{words:?}: {}", done.seen());
            assert_eq!(names(&folder), before, "{words:?}: {}", done.seen());
        }
    }
}

/// gcc and clang take a precompiled header that lies beside the one of `-include`.
#[test]
fn no_precompiled_header_is_loaded_in_place_of_a_header() {
    let header = format!("#if FIRST != 1\n#error not passed on\n#endif\n{CLEAN}");
    let entry = r#"[{"directory": "/", "file": "a.c", "arguments": ["cc", "-include", "FIRST"]}]"#;
    let folder = Folder::with("foo.h", header).and("first.h", "#define FIRST 1\n");
    let first = folder.path("first.h").display().to_string();
    let folder = folder.and(DATABASE, entry.replace("FIRST", &first));
    for name in ["first.h.pch", "first.h.gch"] {
        fs::write(folder.path(name), "no precompiled header").unwrap();
        for config in
            ["-include", "-imacros"].map(|option| as_json(&[option, "first.h"].map(str::to_owned)))
        {
            fs::write(folder.path(CONFIG), format!("compiler-arguments = {config}\n")).unwrap();
            let done = folder.run(&["check", "--select", "L019", "foo.h"]);
            assert_eq!((done.code, done.stdout.as_str()), (0, ""), "{config}: {}", done.seen());
        }
        fs::remove_file(folder.path(CONFIG)).unwrap();
        let arguments = ["check", "--select", "L019", "--compile-commands", DATABASE, "foo.h"];
        let done = folder.run(&arguments);
        assert_eq!((done.code, done.stdout.as_str()), (0, ""), "{}", done.seen());
        fs::remove_file(folder.path(name)).unwrap();
    }
}

/// A header map of clang, which says that `name` is the file `folder` with `file` behind it.
fn header_map(name: &str, folder: &str, file: &str) -> Vec<u8> {
    const BUCKETS: usize = 4;
    let strings = format!("\0{name}\0{folder}\0{file}\0").into_bytes();
    let at_folder = 1 + name.len() + 1;
    let places = [1, at_folder, at_folder + folder.len() + 1];
    let hash: usize = name.bytes().map(|byte| usize::from(byte.to_ascii_lowercase()) * 13).sum();
    let mut buckets = [[0; 3]; BUCKETS];
    buckets[hash % BUCKETS] = places;
    // Magic number, version 1, where the strings are, how many entries and buckets, the longest value.
    let head = [0x686d_6170, 1, 24 + BUCKETS * 12, 1, BUCKETS, folder.len() + file.len()];
    let words = head.into_iter().chain(buckets.into_iter().flatten());
    words.flat_map(|word| u32::try_from(word).unwrap().to_ne_bytes()).chain(strings).collect()
}

/// It would lead an include anywhere, past all that is known of includes.
#[test]
fn no_map_of_headers_is_taken_for_a_folder() {
    let header = format!("#include <mapped.h>\n{CLEAN}");
    let folder = Folder::with("foo.h", header).and("secret/inner.h", "#define INNER 1\n");
    let secret = format!("{}/", folder.path("secret").display());
    let folder = folder.and("map", header_map("mapped.h", &secret, "inner.h"));
    let check = |more: &[&str]| {
        let done = folder.run(&[&["check", "--select", "L019", "foo.h"], more].concat());
        assert_eq!(done.code, 1, "{more:?}: {}", done.seen());
        assert!(done.stdout.contains("'mapped.h' file not found"), "{more:?}: {}", done.seen());
    };
    for option in ["-I", "-isystem", "-iquote", "-idirafter"] {
        let words = as_json(&[option, "map"].map(str::to_owned));
        fs::write(folder.path(CONFIG), format!("compiler-arguments = {words}\n")).unwrap();
        check(&[]);
    }
    fs::write(folder.path(CONFIG), "include-dirs = [\"map\"]\n").unwrap();
    check(&[]);
    fs::remove_file(folder.path(CONFIG)).unwrap();
    check(&["-I", "map"]);
    let behind = folder.run(&["check", "--select", "L019", "foo.h", "--", "-Imap"]);
    assert_eq!(behind.code, 0, "clang knows the map: {}", behind.seen());
}

#[test]
fn what_a_configuration_may_say_reaches_the_compiler() {
    let config = r#"
        defines = ["ONE", "TWO(x)=x", ""]
        include-dirs = ["include"]
        compiler-arguments = ["-D", "THREE=3", "-UGONE", "-DGONE", "-UGONE", "-isystem", "sys",
            "-include", "first.h", "-std=gnu11", "-funsigned-char"]
    "#;
    let header = "#if !defined(ONE) || TWO(2) != 2 || THREE != 3 || defined(GONE) || FIRST != 1\n\
                  #error not passed on\n#endif\n#include <inner.h>\n#include <system.h>\n\
                  #if INNER != 1 || SYSTEM != 1\n#error not found\n#endif\n";
    let folder = Folder::with("foo.h", format!("{header}{CLEAN}"))
        .and(CONFIG, config)
        .and("include/inner.h", "#define INNER 1\n")
        .and("sys/system.h", "#define SYSTEM 1\n")
        .and("first.h", "#define FIRST 1\n");
    let done = folder.run(&["check", "--select", "L019", "foo.h"]);
    assert_eq!((done.code, done.stdout.as_str()), (0, ""), "{}", done.seen());
}

#[test]
fn an_argument_of_the_command_line_is_free() {
    let folder = folder();
    let done = folder.run(&["check", "--select", "L019", "foo.h", "--", "-fno-strict-aliasing"]);
    assert_eq!(done.code, 0, "{}", done.seen());
}

#[test]
fn a_configuration_that_is_a_link_to_elsewhere_is_neither_read_nor_quoted() {
    let elsewhere = Folder::with("secret", format!("{SECRET} = {SECRET}\n"));
    let folder = Folder::with("foo.h", HOLE);
    symlink(elsewhere.path("secret"), folder.path(CONFIG)).unwrap();
    for arguments in [&["check", "foo.h"][..], &["check", "--config", CONFIG, "foo.h"]] {
        let done = folder.run(arguments);
        assert_eq!(done.code, 2, "{}", done.seen());
        assert!(done.stderr.contains("a link that leads out of its folder"), "{}", done.stderr);
        assert!(done.stderr.contains(CONFIG), "{}", done.stderr);
        assert!(!done.seen().contains(SECRET), "{}", done.seen());
    }
    // A link that stays where it is is a file like any other.
    fs::remove_file(folder.path(CONFIG)).unwrap();
    let folder = folder.and("shared.toml", "[rules]\nL001 = \"off\"\n");
    symlink("shared.toml", folder.path(CONFIG)).unwrap();
    assert_eq!(folder.check(&["foo.h"]).code, 0);
}

/// Runs with something else than a file where one is read: a pipe, a device without an end, nothing, a
/// file that is far too large.
fn with_odd_files(name: &str, arguments: &[&str]) {
    let folder = Folder::with("foo.h", HOLE);
    let run = |what: &str| -> Done {
        let done = folder.run(arguments);
        assert_eq!(done.code, 2, "{what}: {}", done.seen());
        assert!(done.seen().contains(name), "{what}: {}", done.seen());
        fs::remove_file(folder.path(name)).unwrap();
        done
    };
    pipe(&folder.path(name));
    let told = run("a pipe").seen();
    assert!(told.contains("it is a pipe, not a regular file"), "{told}");
    symlink("/dev/zero", folder.path(name)).unwrap();
    run("a device");
    symlink("none", folder.path(name)).unwrap();
    run("nothing");
    fs::File::create(folder.path(name)).unwrap().set_len(1 << 40).unwrap();
    let told = run("a sparse file").seen();
    assert!(told.contains("it is larger than "), "{told}");
}

#[test]
fn nobody_is_waited_for_to_read_what_is_written() {
    let folder = Folder::with("foo.h", HOLE);
    pipe(&folder.path("pipe"));
    for option in ["--output", "--write-baseline"] {
        let done = folder.run(&["check", option, "pipe", "foo.h"]);
        assert_eq!(done.code, 2, "{option}: {}", done.seen());
        assert!(done.stderr.contains("it is a pipe that nobody reads"), "{}", done.seen());
    }
}

#[test]
fn a_configuration_that_is_no_file_ends_the_run_with_a_sentence() {
    with_odd_files(CONFIG, &["check", "foo.h"]);
}

#[test]
fn a_baseline_that_is_no_file_ends_the_run_with_a_sentence() {
    with_odd_files("known.json", &["check", "--baseline", "known.json", "foo.h"]);
    with_odd_files("known.json", &["baseline", "show", "known.json"]);
}

#[test]
fn a_database_that_is_no_file_ends_the_run_with_a_sentence() {
    with_odd_files(DATABASE, &["check", "--compile-commands", DATABASE, "foo.h"]);
}

#[test]
fn a_trace_that_is_no_file_ends_the_run_with_a_sentence() {
    let folder = Folder::with("foo.h", HOLE);
    let decode = || folder.run(&["decode", "--headers", "foo.h", "trace"]);
    pipe(&folder.path("trace"));
    let done = decode();
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("cannot read trace: it is a pipe"), "{}", done.stderr);
    fs::remove_file(folder.path("trace")).unwrap();
    // One line of a terabyte.
    fs::File::create(folder.path("trace")).unwrap().set_len(1 << 40).unwrap();
    let done = decode();
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("trace:1: a line of 1 MiB or more"), "{}", done.stderr);
}

#[test]
fn no_file_that_is_no_baseline_or_database_is_quoted() {
    let secret = format!("{{\"version\": 1, \"{SECRET}\": \"{SECRET}\"}}");
    let elsewhere = Folder::with("secret", &secret).and("text", format!("\"{SECRET}\""));
    for name in ["secret", "text"] {
        let path = elsewhere.path(name);
        let folder =
            Folder::with("foo.h", HOLE).and(CONFIG, format!("baseline = \"{}\"\n", path.display()));
        symlink(&path, folder.path("known.json")).unwrap();
        for arguments in [
            &["check", "foo.h"][..],
            &["check", "--baseline", "known.json", "foo.h"],
            &["check", "--compile-commands", "known.json", "foo.h"],
            &["diff", "known.json", "foo.h"],
        ] {
            let done = folder.run(&[arguments, &["--quiet"]].concat());
            assert_eq!(done.code, 2, "{arguments:?}: {}", done.seen());
            assert!(!done.seen().contains(SECRET), "{arguments:?}: {}", done.seen());
        }
    }
}

#[test]
fn a_header_to_compare_with_is_not_named_by_a_path_in_a_configuration() {
    let folder = Folder::with("a.rs", "nix::ioctl_none!(a, b'x', 1);\n");
    for name in ["/etc/passwd", "../secret.h", "linux/../../secret.h"] {
        fs::write(folder.path(CONFIG), format!("against = [\"{name}\"]\n")).unwrap();
        let done = folder.run(&["check", "a.rs"]);
        assert_eq!(done.code, 2, "{name}: {}", done.seen());
        assert!(done.stderr.contains("is named as an include names it"), "{}", done.stderr);
    }
}

#[test]
fn no_file_of_a_tree_leads_what_is_written_elsewhere() {
    let elsewhere = Folder::with("file", "old").and("known.json", "old");
    let folder = Folder::with("foo.h", HOLE).and(".git/hooks/post-checkout", "old");
    symlink(elsewhere.path("file"), folder.path("out.json")).unwrap();
    symlink(elsewhere.path(""), folder.path("folder")).unwrap();
    symlink(".git/hooks/post-checkout", folder.path("hook")).unwrap();
    symlink(".git/hooks", folder.path("hooks")).unwrap();
    for file in ["out.json", "folder/file", "hook", "hooks/post-checkout"] {
        for arguments in [
            &["check", "--format", "json", "--output", file, "foo.h"][..],
            &["check", "--write-baseline", file, "foo.h"],
            &["dump", "--output", file, "foo.h"],
            &["baseline", "write", "--baseline", file, "foo.h"],
        ] {
            let done = folder.run(arguments);
            assert_eq!(done.code, 2, "{arguments:?}: {}", done.seen());
            assert!(done.stderr.contains("is a symbolic link"), "{arguments:?}: {}", done.stderr);
        }
    }
    assert_eq!(elsewhere.read("file"), "old");
    assert_eq!(folder.read(".git/hooks/post-checkout"), "old");
}

#[test]
fn a_file_that_grows_too_large_leaves_nothing_behind() {
    let folder = Folder::with("foo.h", HOLE).and("out.json", "old");
    let before = names(&folder);
    let done = Command::new("sh")
        .args(["-c", "ulimit -f 0 && exec \"$@\"", "sh", env!("CARGO_BIN_EXE_ioctl-lint")])
        .args(["check", "--format", "json", "--output", "out.json", "foo.h"])
        .env("IOCTLKIT_NO_CACHE", "1")
        .current_dir(folder.path(""))
        .output()
        .unwrap();
    let done = Done::of(done, &folder.path(""));
    assert_eq!(done.code, 2, "{}", done.seen());
    assert!(done.stderr.contains("cannot write out.json"), "{}", done.stderr);
    assert_eq!(names(&folder), before);
    assert_eq!(folder.read("out.json"), "old");
}

/// rustup takes a toolchain from a folder that a file names, and cargo programs from its configuration.
#[test]
fn no_program_that_a_crate_names_is_run() {
    let folder = Folder::new();
    let script = format!("#!/bin/sh\ntouch {}\n", folder.path("ran").display());
    let program = folder.path("toolchain/bin/rustc").display().to_string();
    let toolchain = format!("[toolchain]\npath = \"{}\"\n", folder.path("toolchain").display());
    let config = format!(
        "[build]\nrustc = \"{program}\"\nrustc-wrapper = \"{program}\"\n\
         [alias]\nmetadata = \"run\"\n[target.'cfg(all())']\nrunner = \"{program}\"\n"
    );
    let manifest = "[package]\nname = \"a\"\nversion = \"0.1.0\"\nbuild = \"build.rs\"\n";
    let folder = folder
        .and("toolchain/bin/cargo", &script)
        .and("toolchain/bin/rustc", &script)
        .and("tree/cargo", &script)
        .and("tree/rust-toolchain.toml", toolchain)
        .and("tree/.cargo/config.toml", config)
        .and("tree/Cargo.toml", manifest)
        .and("tree/build.rs", "fn main() {}\n")
        .and("tree/src/lib.rs", "nix::ioctl_none!(there, b'x', 1);\n");
    for name in ["toolchain/bin/cargo", "toolchain/bin/rustc", "tree/cargo"] {
        fs::set_permissions(folder.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = folder.command(&["dump", "."]);
    // What cargo sets for its tests stands in front of any file.
    command.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
    let done = command.current_dir(folder.path("tree")).output().unwrap();
    let done = Done::of(done, &folder.path(""));
    assert!(done.stdout.contains("\"there\""), "{}", done.seen());
    assert!(!folder.path("ran").exists());
}
