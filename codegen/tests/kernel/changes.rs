//! A definition changes under handlers that were written by hand: the compiler says which of them no
//! longer fit.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use ioctlkit_vm::{Interruption, Trust};

use crate::support::{SERIES, target};

const HEADER: &str = "\
/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
#ifndef _UAPI_LINUX_CHIME_H
#define _UAPI_LINUX_CHIME_H
#include <linux/ioctl.h>
#include <linux/types.h>
struct chime_note {
	__u32 pitch;
	__u32 length;
};
#define CHIME_PLAY	_IOW('c', 1, struct chime_note)
#define CHIME_STOP	_IO('c', 2)
#endif
";

const HANDLERS: &str = "\
static int chime_ioctl_play(struct file *file, const struct chime_note *arg)
{
	return 0;
}

static int chime_ioctl_stop(struct file *file)
{
	return 0;
}

const struct chime_ops chime_ops = {
	.play = chime_ioctl_play,
	.stop = chime_ioctl_stop,
};
";

fn generate(folder: &Path, header: &str, more: &[&str]) -> Output {
    fs::write(folder.join("chime.h"), header).unwrap();
    Command::new(env!("CARGO_BIN_EXE_ioctl-gen"))
        .current_dir(folder)
        .args(["module", "chime.h", "-o", "driver"])
        .args(more)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Why the module does not build; nothing where it does.
fn build_error(folder: &Path) -> Option<String> {
    let options = ["CONFIG_CHIME=m"];
    let headers = target(SERIES[1]).headers;
    let folder = folder.join("driver");
    let built = headers.build(&folder, &options, Trust::Trusted, &Interruption::none());
    built.err().map(|error| error.to_string())
}

#[test]
fn a_command_that_is_new_gone_or_changed_meets_its_handler_in_the_compiler() {
    let place = tempfile::Builder::new().prefix("chime").tempdir_in(env!("CARGO_TARGET_TMPDIR"));
    let place = place.unwrap();
    let folder = place.path();
    assert!(generate(folder, HEADER, &[]).status.success());
    let main = folder.join("driver/chime_main.c");
    let text = fs::read_to_string(&main).unwrap();
    let empty = "const struct chime_ops chime_ops = {\n};\n";
    assert!(text.contains(empty), "{text}");
    fs::write(&main, text.replace(empty, HANDLERS)).unwrap();
    assert_eq!(build_error(folder), None);

    // A new command compiles, and is answered with -ENOTTY until it has a handler.
    let new = HEADER.replace("#endif", "#define CHIME_MUTE\t_IO('c', 3)\n#endif");
    let output = generate(folder, &new, &[]);
    assert!(output.status.success());
    let stub = "static int chime_ioctl_mute(struct file *file)\n{\n}\n";
    assert!(said(&output).contains(stub), "{}", said(&output));
    assert_eq!(build_error(folder), None);

    // A command that is gone has no place for its handler.
    let gone = HEADER.replace("#define CHIME_STOP\t_IO('c', 2)\n", "");
    assert_eq!(generate(folder, &gone, &[]).status.code(), Some(2));
    let output = generate(folder, &gone, &["--break-abi"]);
    assert!(output.status.success());
    assert!(said(&output).contains("`CHIME_STOP` is gone"), "{}", said(&output));
    let error = build_error(folder).unwrap();
    assert!(error.contains("has no member named") && error.contains("stop"), "{error}");

    // A handler whose argument is another is of another type.
    let changed = HEADER.replace("_IOW('c', 1, struct chime_note)", "_IOWR('c', 1, __u32)");
    let refused = generate(folder, &changed, &[]);
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(said(&refused).contains("`CHIME_PLAY` was"), "{}", said(&refused));
    let output = generate(folder, &changed, &["--break-abi"]);
    assert!(output.status.success());
    let stub = "static int chime_ioctl_play(struct file *file, u32 *arg)\n{\n}\n";
    assert!(said(&output).contains(stub), "{}", said(&output));
    let error = build_error(folder).unwrap();
    assert!(error.contains("incompatible pointer type"), "{error}");
    assert!(error.contains("chime_ioctl_play"), "{error}");
}
