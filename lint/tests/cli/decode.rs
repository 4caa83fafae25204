use std::io::Write as _;
use std::process::{Command, Stdio};

use insta::assert_snapshot;

use crate::run::{Done, Folder};

const HEADER: &str = "\
#include <linux/ioctl.h>
#include <linux/types.h>

enum mode { MODE_OFF, MODE_ON };

struct point {
	__s16 x;
	__s16 y;
};

struct config {
	__u64 address;
	enum mode mode;
	__u32 low:4, high:12;
	struct point points[2];
	char name[8];
	__u8 mac[6];
	long word;
};

#define SET_CONFIG _IOW('z', 1, struct config)
#define GET_COUNT _IOR('z', 2, int)
#define RESET 0x7a03
";

/// A configuration in the memory of a little-endian 64-bit program.
const BYTES: &str = "00f0ffff01000000 01000000 35a0 ffff0100 02000300 6c616d7000000000 \
                     0a1b2c3d4e5f 00000000 feffffffffffffff";

fn decode(folder: &Folder, arguments: &[&str], input: &str) -> Done {
    let whole = [&["decode", "--headers", "foo.h"], arguments].concat();
    let mut command = folder.command(&whole);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    Done::of(child.wait_with_output().unwrap(), &folder.path(""))
}

#[test]
fn calls_of_a_trace_are_named_and_taken_apart() {
    let folder = Folder::with("foo.h", HEADER);
    let input = format!(
        "execve(\"./a\", [\"./a\"], 0x7ffd /* 20 vars */) = 0\n\
         ioctl(3</dev/foo>, 0x7a03) = 0\n\
         [pid 12] ioctl(3, _IOC(_IOC_READ, 0x7a, 0x2, 0x4), [7]) = 0\n\
         ioctl(3, GET_COUNT, 0x7ffe0) = -1 EFAULT (Bad address)\n\
         ioctl(3, 0x80087a02, 0x7ffe0) = -1 ENOTTY (Inappropriate ioctl for device)\n\
         ioctl(3, 0xdead, 0x7ffe0) = -1 ENOTTY (Inappropriate ioctl for device)\n\
         (3, 0x40307a01, {BYTES})\n\
         +++ exited with 0 +++\n"
    );
    let done = decode(&folder, &["--abi", "x86_64"], &input);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_snapshot!(done.seen());
}

#[test]
fn bytes_are_those_of_the_abi_that_is_asked_for() {
    let folder = Folder::with("foo.h", HEADER);
    // Big-endian, with words of 4 bytes, and read bits of another place.
    let input = "(3, 0x40047a02, 0000002a)\n(3, 0x80287a01, 00000001fffff000 00000001 5a00 ffff)\n";
    let done = decode(&folder, &["--abi", "powerpc"], input);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_snapshot!(done.seen());
    let two = decode(&folder, &["--abi", "x86_64,i386"], "");
    assert_eq!(two.code, 2);
    assert!(two.stderr.contains("programs of one ABI"), "{}", two.stderr);
}

#[test]
fn lines_that_cannot_be_read_are_said_and_the_others_told() {
    let folder = Folder::with("foo.h", HEADER);
    let input = "ioctl(3, GET_COUNT, <unfinished ...>\nioctl(3\nioctl(4, GET_COUNT, [1]) = 0\n";
    let done = decode(&folder, &["--abi", "x86_64"], input);
    assert_eq!(done.code, 2);
    assert!(done.stdout.starts_with("GET_COUNT on 4"), "{}", done.stdout);
    assert!(done.stderr.contains("standard input:1:"), "{}", done.stderr);
    assert!(done.stderr.contains("standard input:2:"), "{}", done.stderr);
    let missing = folder.run(&["decode", "--headers", "foo.h", "none.log"]);
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("none.log"), "{}", missing.stderr);
}

/// A real trace: a shell asks a pipe how much is in it, and a file for its flags.
#[test]
fn a_trace_of_strace_is_read() {
    let trace = Command::new("strace")
        .args(["-X", "raw", "-e", "trace=ioctl", "lsattr", "-d", "/tmp"])
        .output();
    let Ok(trace) = trace else {
        eprintln!("skipped: strace is not installed");
        return;
    };
    let text = String::from_utf8_lossy(&trace.stderr).into_owned();
    if !text.contains("ioctl(") {
        eprintln!("skipped: nothing can be traced here: {}", text.lines().next().unwrap_or(""));
        return;
    }
    let folder = Folder::with("trace.log", &text);
    let done = folder.run(&[
        "decode",
        "--abi",
        "x86_64",
        "--headers",
        "/usr/include/linux/fs.h",
        "trace.log",
    ]);
    assert_eq!(done.code, 0, "{}\n{text}", done.stderr);
    let calls = text.lines().filter(|line| line.starts_with("ioctl(")).count();
    let told = done.stdout.lines().filter(|line| !line.starts_with(' ')).count();
    assert_eq!(told, calls, "{}", done.stdout);
    assert!(done.stdout.contains("FS_IOC_GETFLAGS on"), "{}\n{text}", done.stdout);
}
