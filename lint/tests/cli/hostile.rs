//! Trees that somebody made to learn what they must not, or to end the run. Whatever they hold, the
//! rest of the tree is read, and the file at fault is named.

use std::fmt::Write;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::fd::AsFd;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};

use ioctlkit_sources::c;
use ioctlkit_sources::worker::{NotParsed, Workers};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

use crate::run::{Done, Folder};

const HONEST: &str = "#include <linux/ioctl.h>\n#include <linux/types.h>\n\
    struct honest { __u32 at; __u32 of; };\n#define HONEST_GET _IOR(0xdc, 1, struct honest)\n";

/// What must never be printed.
const SECRET: &str = "ghp_tokenOfTheRunner";

/// A folder with a tree in it, and a secret beside the tree.
fn tree() -> Folder {
    let folder = Folder::with("tree/honest.h", HONEST);
    fs::write(folder.path("secret"), format!("{SECRET}\n")).unwrap();
    folder
}

fn check(folder: &Folder) -> Done {
    let done = folder.run(&["check", "--format", "concise", "tree"]);
    assert!(!done.stdout.contains(SECRET) && !done.stderr.contains(SECRET), "{done:?}");
    done
}

/// That the run failed over a file, and read the others.
fn blames(done: &Done, file: &str, reason: &str) {
    assert_eq!(done.code, 2, "{done:?}");
    let said = format!("{}{}", done.stdout, done.stderr);
    let line = said.lines().find(|line| line.contains(file) && line.contains(reason));
    assert!(line.is_some(), "nothing blames {file} for {reason:?}: {said}");
    assert!(!said.contains("0 commands"), "the honest header was not read: {said}");
}

#[test]
fn a_link_to_a_header_outside_of_the_tree_is_named_and_not_read() {
    let folder = tree();
    fs::write(folder.path("outside.h"), format!("struct {SECRET} {{ int a; }};\n")).unwrap();
    symlink(folder.path("outside.h"), folder.path("tree/link.h")).unwrap();
    blames(&check(&folder), "tree/link.h", "outside of what may be read");
}

#[test]
fn a_link_to_a_folder_outside_of_the_tree_is_named_and_not_listed() {
    let folder = tree();
    fs::create_dir(folder.path("others")).unwrap();
    fs::write(folder.path("others").join(format!("{SECRET}.h")), "").unwrap();
    symlink(folder.path("others"), folder.path("tree/include")).unwrap();
    blames(&check(&folder), "tree/include", "outside of what may be read");
}

#[test]
fn a_header_that_is_named_by_a_link_is_not_read_where_the_link_leads_out() {
    let folder = tree();
    symlink(folder.path("secret"), folder.path("tree/link.h")).unwrap();
    let done = folder.run(&["check", "--format", "concise", "tree/honest.h", "tree/link.h"]);
    assert!(!done.stdout.contains(SECRET) && !done.stderr.contains(SECRET), "{done:?}");
    blames(&done, "tree/link.h", "outside of what may be read");
}

#[test]
fn a_link_within_the_tree_is_a_header_as_any_other() {
    let folder = tree();
    symlink("honest.h", folder.path("tree/link.h")).unwrap();
    let done = check(&folder);
    assert!(!done.stderr.contains("outside"), "{done:?}");
}

#[test]
fn an_include_of_a_secret_within_a_structure_makes_no_member_of_it() {
    let folder = tree();
    let header = "#include <linux/ioctl.h>\nstruct leak {\n\tint\n#include \"../secret\"\n;\n};\n\
        #define LEAK _IOR(0xdc, 2, struct leak)\n";
    fs::write(folder.path("tree/leak.h"), header).unwrap();
    blames(&check(&folder), "tree/leak.h", "`#include \"../secret\"` leads to");
    let done = folder.run(&["layout", "leak", "tree/leak.h"]);
    assert!(!done.stdout.contains(SECRET) && !done.stderr.contains(SECRET), "{done:?}");
}

#[test]
fn an_include_whose_name_is_a_macro_does_not_lead_out_either() {
    let folder = tree();
    let header = "#include <linux/ioctl.h>\n#define WHICH \"../secret\"\nstruct leak {\n\tint\n\
        #include WHICH\n;\n};\n#define LEAK _IOR(0xdc, 2, struct leak)\n";
    fs::write(folder.path("tree/leak.h"), header).unwrap();
    let done = check(&folder);
    assert_ne!(done.code, 0, "{done:?}");
}

#[test]
fn a_header_in_front_of_all_others_does_not_lead_out_whichever_option_asks_for_it() {
    let folder = tree();
    symlink(folder.path("secret"), folder.path("tree/link.h")).unwrap();
    for option in ["-include", "-imacros"] {
        let configuration = format!("compiler-arguments = [\"{option}\", \"link.h\"]\n");
        fs::write(folder.path("tree/ioctl-lint.toml"), configuration).unwrap();
        let done = check(&folder);
        assert!(!done.stdout.contains(SECRET) && !done.stderr.contains(SECRET), "{done:?}");
        let said = format!("`{option} tree/link.h` leads to");
        assert!(done.stdout.contains(&said), "{done:?}");
        assert_eq!(done.code, 2, "{done:?}");
    }
}

#[test]
fn what_git_keeps_is_not_read_although_it_lies_in_the_tree() {
    let folder = tree();
    fs::create_dir(folder.path("tree/.git")).unwrap();
    fs::write(folder.path("tree/.git/config"), format!("{SECRET}\n")).unwrap();
    let leak = |name: &str| {
        format!(
            "#include <linux/ioctl.h>\n#define WHICH \".git/config\"\nstruct leak {{\n\tint\n\
             #include {name}\n;\n}};\n#define LEAK _IOR(0xdc, 2, struct leak)\n"
        )
    };
    fs::write(folder.path("tree/leak.h"), leak("\".git/config\"")).unwrap();
    blames(&check(&folder), "tree/leak.h", "`#include \".git/config\"` leads to");
    fs::write(folder.path("tree/leak.h"), leak("WHICH")).unwrap();
    assert_ne!(check(&folder).code, 0);
}

#[test]
fn rust_source_leads_no_further_than_headers() {
    let folder = Folder::with("tree/src/lib.rs", "#[path = \"../../outside.rs\"]\nmod outside;\n");
    fs::write(folder.path("outside.rs"), format!("pub struct {SECRET};")).unwrap();
    symlink(folder.path("outside.rs"), folder.path("tree/src/link.rs")).unwrap();
    let done = folder.run(&["check", "tree"]);
    assert!(!done.stdout.contains(SECRET) && !done.stderr.contains(SECRET), "{done:?}");
    assert_eq!(done.code, 2, "{done:?}");
    assert!(done.stderr.contains("link.rs") || done.stdout.contains("link.rs"), "{done:?}");
}

#[test]
fn files_without_an_end_are_not_waited_for() {
    let folder = tree();
    let header = "#include <linux/ioctl.h>\n#include \"/dev/zero\"\n#define A _IO(0xdc, 2)\n";
    fs::write(folder.path("tree/zero.h"), header).unwrap();
    let made = Command::new("mkfifo").arg(folder.path("tree/pipe")).status().unwrap();
    assert!(made.success());
    fs::write(folder.path("tree/pipe.h"), header.replace("/dev/zero", "pipe")).unwrap();
    let done = check(&folder);
    blames(&done, "tree/zero.h", "outside of what may be read");
    blames(&done, "tree/pipe.h", "it is a pipe, not a regular file");
}

/// A macro that comes to `what`, doubled that many times.
fn doubled(what: &str, times: u32) -> String {
    let mut text = format!("#define D0 {what}\n");
    for at in 1..=times {
        writeln!(text, "#define D{at} D{0} D{0}", at - 1).unwrap();
    }
    text
}

#[test]
fn macros_that_double_are_seen_before_the_compiler_expands_them() {
    for (times, what) in [(15, "*"), (23, "*"), (23, "+ 1"), (40, "x,")] {
        let folder = tree();
        let header = format!(
            "#include <linux/ioctl.h>\n{}int D{times} y;\n#define A _IO(0xdc, 2)\n",
            doubled(what, times)
        );
        fs::write(folder.path("tree/bomb.h"), header).unwrap();
        let done = check(&folder);
        blames(&done, "tree/bomb.h", "the file was left out");
        assert!(!done.stdout.contains("SIG") && !done.stderr.contains("SIG"), "{done:?}");
    }
}

#[test]
fn calls_within_calls_that_double_are_seen_too() {
    let folder = tree();
    let calls = format!("{}1{}", "TWICE(".repeat(30), ")".repeat(30));
    let header = format!(
        "#include <linux/ioctl.h>\n#define TWICE(x) x + x\nenum {{ A = {calls} }};\n\
         #define B _IO(0xdc, 2)\n"
    );
    fs::write(folder.path("tree/bomb.h"), header).unwrap();
    blames(&check(&folder), "tree/bomb.h", "its macros expand to more than");
}

#[test]
fn a_declaration_that_nests_deeper_than_any_stack_is_left_out() {
    for deep in [
        format!("int {} y;\n", "*".repeat(15_000)),
        format!("int y = {} 1;\n", "- ".repeat(15_000)),
        format!("int y = {} 1;\n", "sizeof ".repeat(15_000)),
        format!("int y = 1 {};\n", "? 1 : 1 ".repeat(15_000)),
    ] {
        let folder = tree();
        fs::write(folder.path("tree/deep.h"), deep).unwrap();
        blames(&check(&folder), "tree/deep.h", "an expression or a declaration of more than");
    }
}

#[test]
fn includes_that_double_are_seen_before_the_compiler_follows_them() {
    let folder = tree();
    for at in 0..30 {
        let include = format!("#include \"i{}.inc\"\n", at + 1).repeat(2);
        fs::write(folder.path(&format!("tree/i{at}.inc")), include).unwrap();
    }
    fs::write(folder.path("tree/i30.inc"), "int x(void);\n").unwrap();
    fs::write(folder.path("tree/bomb.h"), "#include \"i0.inc\"\n").unwrap();
    blames(&check(&folder), "tree/bomb.h", "with what it includes");
}

#[test]
fn a_header_that_ends_the_process_that_reads_costs_itself_and_nothing_else() {
    // What this takes to overflow the stack, newer ones refuse.
    let libclang = c::libclang_version().unwrap();
    if !libclang.contains(" 14.") {
        eprintln!("skipped: {libclang} may read what ends libclang 14");
        return;
    }
    let folder = tree();
    // Names that are put together hide from the estimate what they mean.
    let mut doubled = "#define D0 *\n".to_owned();
    for at in 1..=17 {
        writeln!(doubled, "#define NAME{at}(a, b) a##b").unwrap();
        writeln!(doubled, "#define D{at} NAME{at}(D, {0}) NAME{at}(D, {0})", at - 1).unwrap();
    }
    let header = format!("#include <linux/ioctl.h>\n{doubled}int D17 y;\n#define A _IO(0xdc, 2)\n");
    fs::write(folder.path("tree/a.h"), &header).unwrap();
    fs::write(folder.path("tree/z.h"), &header).unwrap();
    let done = check(&folder);
    blames(&done, "tree/a.h", "the process that read it died (SIGSEGV)");
    blames(&done, "tree/z.h", "the process that read it died (SIGSEGV)");
}

/// clang has pragmas that crash it, to test what it does then.
#[test]
fn what_tests_the_compiler_does_not_end_it() {
    let folder = tree();
    for what in ["assert", "crash", "parser_crash", "overflow_stack", "llvm_fatal_error"] {
        let header = format!("#pragma clang __debug {what}\n{HONEST}");
        fs::write(folder.path("tree/honest.h"), header).unwrap();
        let done = check(&folder);
        assert_eq!(done.code, 1, "{what}: {done:?}");
    }
}

/// Cargo reads the manifests of a workspace's members.
#[test]
fn a_manifest_without_an_end_takes_no_more_memory_than_is_allowed() {
    let folder = tree().and("tree/Cargo.toml", "[workspace]\nmembers = [\"member\"]\n");
    let folder = folder.and("tree/src/lib.rs", "nix::ioctl_none!(there, b'x', 1);\n");
    fs::create_dir(folder.path("tree/member")).unwrap();
    symlink("/dev/zero", folder.path("tree/member/Cargo.toml")).unwrap();
    let done = check(&folder);
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.stdout.contains("cargo does not tell which crates there are"), "{done:?}");
}

#[test]
fn a_worker_of_a_program_without_a_parser_refuses_to_parse() {
    let workers = Workers::of(env!("CARGO_BIN_EXE_ioctl-lint").into());
    let parsed = workers.parse(&c::Request::default(), Vec::new());
    let Err(NotParsed::Died(how)) = &parsed else { panic!("{parsed:?}") };
    assert!(how.contains("exit code 1"), "{how}");
}

#[test]
fn verbose_says_how_input_was_confined() {
    let folder = tree();
    let of_input = |done: &Done| -> Vec<String> {
        let lines = done.stderr.lines().filter(|line| line.starts_with("input was read "));
        lines.map(|line| line["input was read ".len()..].to_owned()).collect()
    };
    assert_eq!(of_input(&folder.run(&["check", "tree"])), [""; 0]);
    let said = of_input(&folder.run(&["check", "--verbose", "tree"]));
    // A kernel may lack layers: then each is named, and why it is missing.
    let is_missing = |line: &String| {
        let layer = line.strip_prefix("without a layer of confinement: ");
        layer.is_some_and(|layer| layer.len() > 10)
    };
    let whole = said == ["in a confined process"];
    assert!(whole || (!said.is_empty() && said.iter().all(is_missing)), "{said:?}");
}

/// The process that reads for another one, by its arguments.
fn worker_of(parent: u32) -> Pid {
    let is_worker = |arguments: &[u8]| {
        let words: Vec<&[u8]> = arguments.split(|byte| *byte == 0).collect();
        words[1..] == [b"--read-for-another-process", parent.to_string().as_bytes(), b""]
    };
    let found = fs::read_dir("/proc").unwrap().find_map(|entry| {
        let path = entry.unwrap().path();
        let arguments = fs::read(path.join("cmdline")).ok()?;
        let number = path.file_name()?.to_str()?.parse().ok()?;
        if is_worker(&arguments) { Pid::from_raw(number) } else { None }
    });
    found.expect("there is a worker")
}

/// Whether what `descriptor` stands for comes to its end; a minute is far more than it takes.
fn ends(descriptor: impl AsFd, how: PollFlags) -> bool {
    let deadline = Timespec { tv_sec: 60, tv_nsec: 0 };
    poll(&mut [PollFd::new(&descriptor, how)], Some(&deadline)).unwrap() == 1
}

#[test]
fn a_run_that_is_killed_leaves_neither_its_worker_nor_cargo() {
    let folder = tree().and("tree/src/lib.rs", "nix::ioctl_none!(there, b'x', 1);\n");
    let manifest = "[package]\nname = \"a\"\nversion = \"0.1.0\"\n";
    // It tells that it was asked, and never answers; the pipe is open as long as it is there.
    let cargo = format!(
        "#!/bin/sh\nexec 3>{}\necho asked >&3\nexec sleep 600\n",
        folder.path("told").display()
    );
    let folder = folder.and("tree/Cargo.toml", manifest).and("cargo", cargo);
    fs::set_permissions(folder.path("cargo"), fs::Permissions::from_mode(0o755)).unwrap();
    assert!(Command::new("mkfifo").arg(folder.path("told")).status().unwrap().success());
    let mut running = folder
        .command(&["check", "tree"])
        .env("CARGO", folder.path("cargo"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(fs::File::open(folder.path("told")).unwrap());
    let mut word = String::new();
    told.read_line(&mut word).unwrap();
    assert_eq!(word, "asked\n");
    // The worker waits for the answer. Stopped, it does not even learn that nobody listens any more.
    let worker = worker_of(running.id());
    let its_end = pidfd_open(worker, PidfdFlags::empty()).unwrap();
    kill_process(worker, Signal::STOP).unwrap();
    running.kill().unwrap();
    running.wait().unwrap();
    let is_gone = ends(&its_end, PollFlags::IN);
    if !is_gone {
        kill_process(worker, Signal::KILL).unwrap();
    }
    assert!(is_gone, "the worker is still there");
    assert!(ends(told.get_ref(), PollFlags::HUP), "cargo is still there");
}

#[test]
fn a_worker_whose_parent_has_gone_before_it_began_does_not_wait_for_work() {
    let nobody = i32::MAX.to_string();
    let mut worker = Folder::new()
        .command(&["--read-for-another-process", &nobody])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let its_end = pidfd_open(Pid::from_child(&worker), PidfdFlags::empty()).unwrap();
    let is_gone = ends(&its_end, PollFlags::IN);
    worker.kill().unwrap();
    assert_eq!(worker.wait().unwrap().code(), Some(1));
    assert!(is_gone, "it waits for what nobody will send");
}
