//! Source of programs: which files are, and what of them is read.

use crate::run::Folder;

const PROGRAM: &str = "\
#include <sys/ioctl.h>
#include \"types.h\"
int size(int fd)
{
	sectors_t sectors = 0;
	return ioctl(fd, BLKGETSIZE64, &sectors);
}
";

/// A driver whose handler calls `ioctl` of nobody, and a tool for it in the same file.
const BOTH: &str = "\
static long answer(struct file *file, unsigned int cmd, unsigned long arg)
{
	return cmd == 1 ? put_user(1, (int __user *)arg) : -EINVAL;
}
static const struct file_operations operations = { .unlocked_ioctl = answer };
int main(void)
{
	unsigned int sectors;
	return ioctl(0, BLKGETSIZE64, &sectors);
}
";

#[test]
fn a_file_of_a_program_is_no_header_and_headers_beside_it_are_read_for_their_types() {
    let folder = Folder::with("program.c", PROGRAM).and("types.h", "typedef unsigned sectors_t;\n");
    let done = folder.run(&["check", "--no-config", "--format", "concise", "program.c"]);
    assert_eq!(done.code, 1, "{}", done.stdout);
    assert!(
        done.stdout.contains("program.c:6:33: error[P001] `size` passes `&sectors`"),
        "{}",
        done.stdout
    );
    assert_eq!(done.stdout.lines().count(), 1, "{}", done.stdout);
    assert!(done.stderr.contains("checked 0 headers, 0 commands, 1 call, "), "{}", done.stderr);
}

#[test]
fn headers_in_other_folders_are_found_by_the_folders_that_are_named() {
    let folder =
        Folder::with("src/program.c", PROGRAM).and("api/types.h", "typedef unsigned sectors_t;\n");
    let check = ["check", "--no-config", "--format", "concise", "src/program.c"];
    let without = folder.run(&check);
    assert_eq!(without.code, 0, "{}", without.stdout);
    assert!(without.stdout.contains("U007"), "{}", without.stdout);
    assert!(without.stderr.contains("1 call could not be followed"), "{}", without.stderr);
    let with = folder.run(&[&check[..], &["-I", "api"]].concat());
    assert_eq!(with.code, 1, "{}", with.stdout);
    assert!(!with.stdout.contains("U007"), "{}", with.stdout);
}

#[test]
fn a_folder_has_the_program_and_its_wrappers_in_other_files() {
    let folder = Folder::with("a.c", "int x(int fd, int r, void *p) { return ioctl(fd, r, p); }\n")
        .and("b.cpp", "int f(int fd) { unsigned n; return x(fd, BLKGETSIZE64, &n); }\n")
        .and("solaris/c.c", "int f(int fd) { unsigned n; return ioctl(fd, BLKGETSIZE64, &n); }\n");
    let done = folder.run(&["check", "--no-config", "--format", "concise", "."]);
    assert_eq!(done.code, 1, "{}", done.stdout);
    assert_eq!(done.stdout.lines().count(), 1, "{}", done.stdout);
    assert!(done.stdout.contains("b.cpp:1:"), "{}", done.stdout);
}

#[test]
fn a_file_may_be_a_driver_and_a_program() {
    let folder = Folder::with("both.c", BOTH);
    let done =
        folder.run(&["check", "--no-config", "--format", "concise", "--select", "H,P", "both.c"]);
    let has = |code: &str| done.stdout.contains(&format!("[{code}]"));
    assert!(has("P001") && has("H005"), "{}", done.stdout);
}

#[test]
fn a_finding_in_a_program_is_allowed_in_place_and_mended() {
    let text = "void f(int fd)\n{\n\tstruct winsize size;\n\t/* ioctl-lint: allow(P002) a test of EFAULT */\n\t\
                ioctl(fd, TIOCGWINSZ, size);\n\tioctl(fd, TIOCSWINSZ, size);\n}\n";
    let folder = Folder::with("program.c", text);
    let done = folder.run(&["check", "--no-config", "--fix", "program.c"]);
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    let mended = text.replace("TIOCSWINSZ, size", "TIOCSWINSZ, &size");
    assert_eq!(folder.read("program.c"), mended);
}

#[test]
fn a_rule_that_is_off_by_default_is_asked_for_by_its_name_or_by_the_configuration() {
    let text = "int f(int fd)\n{\n\tstruct rtc_wkalrm alarm;\n\treturn ioctl(fd, RTC_RD_TIME, &alarm);\n}\n";
    let folder =
        Folder::with("program.c", text).and("ioctl-lint.toml", "[rules]\nP006 = \"error\"\n");
    let check = ["check", "--format", "concise", "program.c"];
    let run = |more: &[&str]| folder.run(&[&check[..], more].concat()).stdout;
    assert_eq!(run(&["--no-config"]), "");
    assert_eq!(run(&["--no-config", "--select", "P"]), "");
    assert!(run(&["--no-config", "--select", "P006"]).contains("warning[P006]"));
    assert!(run(&["--no-config", "--severity", "P006=info"]).contains("info[P006]"));
    assert!(run(&[]).contains("error[P006]"));
    let rules = folder.run(&["rules"]).stdout;
    let line = rules.lines().find(|line| line.starts_with("P006")).unwrap();
    assert_eq!(
        line.split_whitespace().take(4).collect::<Vec<_>>(),
        ["P006", "other-structure", "off", "off"]
    );
    let page = folder.run(&["explain", "P006"]).stdout;
    assert!(page.contains("off by default; `--select P006` turns it on (warning)"), "{page}");
}
