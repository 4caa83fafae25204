//! Small headers, and the modules that they become.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::process::Command;

use ioctl_gen::import::{Failure, Imported, Request, import, import_by};
use ioctlkit_oracle::tree;
use ioctlkit_sources::c;
use ioctlkit_sources::worker::Workers;
use regex::Regex;

fn request(folder: &tempfile::TempDir, text: &str) -> Request {
    tree::without_architectures(folder.path()).unwrap();
    let header = folder.path().join("sensor.h");
    std::fs::write(&header, text).unwrap();
    Request {
        header,
        shown: "linux/sensor.h".into(),
        interface_name: None,
        include_dirs: Vec::new(),
        defines: Vec::new(),
        compiler_arguments: Vec::new(),
        allow: Vec::new(),
        explicit_padding: false,
    }
}

fn with(text: &str, change: impl FnOnce(&mut Request)) -> Result<Imported, Failure> {
    let folder = tempfile::tempdir().unwrap();
    let mut request = request(&folder, text);
    change(&mut request);
    import(&request)
}

fn imported(text: &str) -> String {
    with(text, |_| {}).unwrap().text
}

#[test]
fn a_device_is_called_by_the_name_of_a_type_or_not_at_all() {
    let text = "#include <linux/ioctl.h>\n#define SENSOR_RESET _IO('S', 0)\n";
    let called = |name: &str| with(text, |request| request.interface_name = Some(name.into()));
    for name in ["", "echo", "E;", "E\nuse", "E*/", "É", "Sensor_", &"E".repeat(256)] {
        let failure = called(name).unwrap_err();
        let message = &failure.problems[0].message;
        assert!(message.contains("is not a valid name for a Rust type"), "{name:?}: {message}");
        assert!(!message.contains('\n'), "{message:?}");
    }
    for (name, device) in [("Echo", "device = Echo"), ("Self", "device = SelfDevice")] {
        let text = called(name).unwrap().text;
        assert!(text.contains(device), "{text}");
    }
}

#[test]
fn an_interface_as_one_would_write_it_today() {
    insta::assert_snapshot!(imported(
        r#"/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
#ifndef _LINUX_SENSOR_H
#define _LINUX_SENSOR_H

#include <linux/types.h>
#include <linux/ioctl.h>

#define SENSOR_BASE	'S'

/* What SENSOR_GET_CONFIG may return in flags. */
#define SENSOR_FLAG_ON	(1 << 0)
#define SENSOR_FLAG_HOT	(1 << 1)
#define SENSOR_NAME_MAX	16
#define SENSOR_MODEL	"sensor"

/**
 * enum sensor_mode - how to measure
 * @SENSOR_SLOW: exactly
 * @SENSOR_FAST: often
 */
enum sensor_mode {
	SENSOR_SLOW,
	SENSOR_FAST = 4,
};

/**
 * struct sensor_config - what can be set
 * @mode: how to measure,
 *	see <enum sensor_mode>
 * @type: the kind[0]
 * @calibration: of a slow sensor
 * @raw: of any other
 *
 * Used by SENSOR_GET_CONFIG and SENSOR_SET_CONFIG.
 */
struct sensor_config {
	__u32 mode;
	__u32 type;
	char name[SENSOR_NAME_MAX];
	union {
		__u64 calibration;
		__u8 raw[8];
	};
};

struct sensor_samples {
	__u32 channel;
	__u32 count; /* in and out */
	struct {
		__u64 time;
		__s32 value;
		__u32 reserved;
	} samples[];
};

/* Switch it off. */
#define SENSOR_OFF		_IO(SENSOR_BASE, 0)
#define SENSOR_GET_CONFIG	_IOR(SENSOR_BASE, 1, struct sensor_config)
#define SENSOR_SET_CONFIG	_IOW(SENSOR_BASE, 2, struct sensor_config) /* needs CAP_SYS_ADMIN */
#define SENSOR_READ		_IOWR(SENSOR_BASE, 3, struct sensor_samples)
#define SENSOR_SET_MODE		_IOW(SENSOR_BASE, 4, enum sensor_mode)
#define SENSOR_GET_SERIAL(len)	_IOC(_IOC_READ, SENSOR_BASE, 5, len)
#define SENSOR_GET_CHANNEL(n)	_IOR(SENSOR_BASE, 0x20 + (n), struct sensor_config)
#define SENSOR_LAST		_IO(SENSOR_BASE, 0x30)
#endif
"#
    ));
}

#[test]
fn an_interface_that_has_grown_old() {
    insta::assert_snapshot!(imported(
        r"/* ioctl interface of an old sensor */
#include <linux/types.h>
#include <linux/ioctl.h>

#define OLD_RESET	0x5301
#define OLD_START	0x5302
#define OLD_STOP	0x5303	/* until the next start */
#define OLD_MASK	0xffff

struct old_inner;

struct old_block {
	long position;
	struct old_inner *next;
	void (*callback)(int);
	size_t length;
	unsigned char ready;
};

struct old_bits {
	__u32 on:1;	/* whether it is on */
	__u32 level:7;
	__u32 :0;
	__u16 low:4, high:12;
	__u8 last;
};

struct old_packed {
	__u8 kind;
	__u64 value;
} __attribute__((packed));

struct old_aligned {
	__u32 a;
	__u64 b __attribute__((aligned(8)));
};

typedef struct {
	__kernel_old_dev_t device;
	_Bool flag;
	float ratio;
} old_device_t;

#define OLD_GET		_IOR('S', 4, long)
#define OLD_BLOCK	_IOWR('S', 5, struct old_block)
#define OLD_BY_POINTER	_IOW('S', 6, struct old_bits *)
#define OLD_SIZEOF	_IOR('S', 7, sizeof(struct old_packed))
#define OLD_NAME	_IOW('S', 8, char *)
#define OLD_NONE	_IOC(_IOC_NONE, 'S', 9, 4)
#define OLD_SPILL	_IO('S', 256)
#define OLD_HUGE	_IOW('S', 10, char[9000])
#define OLD_TOO_LARGE	_IOW('S', 11, char[20000])
#define OLD_AGAIN	_IOR('S', 4, long)
#define OLD_DEVICE	_IOR('D', 1, old_device_t)
#define OLD_ALIGNED	_IOR('D', 2, struct old_aligned)
#define OLD_COMPLEX(a)	_IOC(_IOC_READ, 'D', 2 * (a), 4)
"
        .replace("#include <linux/types.h>", "#include <linux/types.h>\n#include <stddef.h>")
        .as_str()
    ));
}

#[test]
fn padding_becomes_members_where_that_is_asked_for_and_then_the_structure_is_portable() {
    let text = "#include <linux/types.h>\n#include <linux/ioctl.h>\nstruct padded { __u8 a; __u64 \
                b __attribute__((aligned(8))); __u16 c; };\n#define P _IOR('P', 1, struct padded)\n";
    let explicit = with(text, |request| request.explicit_padding = true).unwrap().text;
    insta::assert_snapshot!(explicit.split_once("pub struct").unwrap().1);
    assert!(!explicit.contains("not_portable"), "{explicit}");
}

#[test]
fn a_part_of_a_header_comes_with_what_it_needs() {
    let text = "#include <linux/types.h>\n#include <linux/ioctl.h>\n#define ONE 1\n#define TWO 2\n\
                struct inner { __u32 a; };\nstruct outer { struct inner i; };\nstruct other { __u32 \
                b; };\n#define A_GET _IOR('A', 1, struct outer)\n#define A_SET _IOW('A', 2, struct \
                other)\n";
    let allow = vec![Regex::new("^A_GET$").unwrap(), Regex::new("ONE").unwrap()];
    let part = with(text, |request| request.allow = allow).unwrap();
    assert_eq!(part.commands, 1);
    for there in ["struct inner", "struct outer", "const ONE", "Get(Outer)"] {
        assert!(part.text.contains(there), "{there} in {}", part.text);
    }
    for gone in ["other", "TWO", "Set("] {
        assert!(!part.text.contains(gone), "{gone} in {}", part.text);
    }
    assert!(part.text.contains("--allow '^A_GET$' --allow 'ONE'"), "{}", part.text);
}

#[test]
fn a_module_is_the_same_each_time() {
    let text = "#include <linux/videodev2.h>\n#define X_GET _IOR('X', 1, struct v4l2_format)\n";
    assert_eq!(imported(text), imported(text));
}

#[test]
fn what_is_no_header_is_said_with_its_place_and_what_to_do() {
    let said = |text: &str| {
        let failure = with(text, |_| {}).unwrap_err();
        let problem = &failure.problems[0];
        let line = problem.span.map(|span| failure.sources.position(span).line);
        assert!(problem.help.is_some(), "{problem:?}");
        (problem.message.clone(), line)
    };
    let (message, line) = said("struct a {\n\tunknown_t b;\n};\n");
    assert_eq!(message, "the header does not compile: unknown type name 'unknown_t'");
    assert_eq!(line, Some(2));
    let (message, _) = said("/* nothing */\n");
    assert_eq!(message, "the header has no command, structure or constant that is wanted");
    for text in ["{", "#if", "\"", "#define _IO(", "struct", "#include \"sensor.h\"\n"] {
        let _ = with(text, |_| {});
    }
}

/// Small, and with an include that needs a stand-in.
const SMALL: &str = "#include <linux/types.h>\n#include <linux/ioctl.h>\n\
                     struct sensor_limits { __u32 low; __u32 high; };\n\
                     #define SENSOR_SET_LIMITS _IOW('S', 1, struct sensor_limits)\n";

#[test]
fn bindgen_makes_the_same_in_a_process_that_can_do_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let request = request(&folder, SMALL);
    let workers = Workers::of(env!("CARGO_BIN_EXE_ioctl-gen").into());
    let read = |header: &c::Request| workers.read_c(header, None);
    let confined = import_by(&request, read, |bindgen| bindgen.run_by(&workers)).unwrap();
    assert_eq!(confined.text, import(&request).unwrap().text);
    assert!(confined.text.contains("SensorLimits"), "{}", confined.text);
    assert!(!workers.lacks().iter().any(|lack| lack.starts_with("a process")), "{workers:?}");
}

#[test]
fn the_program_has_bindgen_run_by_the_process_that_gets_none_of_its_environment() {
    let folder = tempfile::tempdir().unwrap();
    let request = request(&folder, SMALL);
    let output = Command::new(env!("CARGO_BIN_EXE_ioctl-gen"))
        .arg("import")
        .arg(&request.header)
        // bindgen in the program itself would not find this header.
        .env("BINDGEN_EXTRA_CLANG_ARGS", "-include there-is-none.h")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("SensorLimits"));
}

#[test]
fn a_process_that_dies_over_bindgen_is_a_failure_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let request = request(&folder, SMALL);
    let workers = Workers::of("/bin/false".into());
    let failure = import_by(&request, c::read, |bindgen| bindgen.run_by(&workers)).unwrap_err();
    let message = &failure.problems[0].message;
    assert!(message.starts_with("bindgen cannot read the header: "), "{message}");
    assert!(message.contains("exit code 1"), "{message}");
}
