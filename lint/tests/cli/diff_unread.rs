//! What one of two versions does not show: an architecture that it was not read for, an include that is
//! missing, a value that could not be worked out. None of it is gone, and none of it is the same.

use std::path::Path;

use crate::diff_kinds::{HEAD, compare, diff, says, says_nothing_of};
use crate::run::{Done, Folder};

/// Two folders of installed headers with the `asm/` headers of x86 alone, of which the new one needs them.
fn needs_asm(definitions: &str) -> Folder {
    let fixture =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/rules/U003/bad_installed");
    let mut folder = Folder::new();
    for entry in walkdir::WalkDir::new(&fixture).into_iter().map(Result::unwrap) {
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(&fixture).unwrap().to_str().unwrap();
            let text = std::fs::read(entry.path()).unwrap();
            folder = folder.and(&format!("old/{name}"), &text).and(&format!("new/{name}"), &text);
        }
    }
    folder
        .and("old/linux/x.h", format!("{HEAD}{definitions}"))
        .and("new/linux/x.h", format!("{HEAD}#include <asm/zed.h>\n{definitions}"))
}

fn on(folder: &Folder, abis: &str) -> Done {
    let arguments =
        ["diff", "--format", "concise", "--abi", abis, "old/linux/x.h", "new/linux/x.h"];
    folder.run(&arguments)
}

#[test]
fn what_a_header_defines_is_not_gone_where_the_header_was_not_read() {
    let folder = needs_asm(
        "#define X_F 1\n#define X_RAW 0x5490\n#define X_SET _IO(0xdc, 1)\nenum x_mode { X_A };\n\
         typedef __u32 x_t;\nstruct x { __u32 a; };\n",
    );
    for abis in ["arm", "x86_64,arm"] {
        let done = on(&folder, abis);
        says(&done, "error[D011]", &["`asm/zed.h` is not installed"]);
        for code in ["D001", "D002", "D012", "D013"] {
            says_nothing_of(&done, code);
        }
    }
    // Where it was read, what is gone is gone.
    let folder = folder.and("new/linux/x.h", format!("{HEAD}#include <asm/zed.h>\n"));
    let done = on(&folder, "x86_64,arm");
    says(&done, "warning[D012]", &["`X_F` is gone:"]);
    says(&done, "error[D001]", &["`X_SET` is gone"]);
    says(&done, "warning[D013]", &["`struct x` is gone", "(on x86_64)"]);
}

#[test]
fn a_value_that_no_number_of_32_bits_has_is_another_number() {
    let old = "#define X_SET _IO(0xdc, 1)\n#define X_OFF _IO(0xdc, 2)\n";
    let of = |value: &str| compare(old, &old.replace("_IO(0xdc, 1)", value));
    says(&of("1234567890123"), "error[D002]", &["`X_SET`"]);
    says(&of("(-1234567890123)"), "error[D002]", &["`X_SET`"]);
    // The kernel takes 32 bits of what a program passes.
    let folder = Folder::with("old.h", format!("{HEAD}{old}"))
        .and("new.h", format!("{HEAD}{}", old.replace("_IO(0xdc, 1)", "0x10000dc01")));
    assert_eq!(folder.run(&["diff", "--abi", "x86_64", "old.h", "new.h"]).code, 0);
    says(&of("\"nothing\""), "error[D011]", &["`X_SET`"]);
    // What takes arguments now is no constant of that name.
    let done = compare(old, &old.replace("X_SET _IO(0xdc, 1)", "X_SET(nr) _IO(0xdc, nr)"));
    says(&done, "error[D001]", &["`X_SET` is gone"]);
}

#[test]
fn a_run_whose_only_command_is_hidden_fails_whatever_is_chosen() {
    let own = "#define X_IOW(n, t) _IOW(0xdc, n, t)\n";
    let rest = "struct x { __u32 a; };\n#define X_SET X_IOW(1, struct x)\n";
    let folder = Folder::with("old.h", format!("{HEAD}{own}{rest}"))
        .and("new.h", format!("{HEAD}#include <x_base.h>\n{rest}"))
        .and("gone.h", format!("{HEAD}#include <x_base.h>\nstruct x {{ __u64 a; }};\n"));
    for new in ["new.h", "gone.h"] {
        for ignored in [&["--ignore", "D011"][..], &["--ignore", "D"], &[]] {
            let done = folder.run(&[&["diff", "old.h", new], ignored].concat());
            assert_eq!(done.code, 2, "{new} {ignored:?}: {}", done.seen());
            assert!(done.stderr.contains("no command could be compared"), "{}", done.stderr);
        }
    }
}

#[test]
fn an_exit_code_does_not_depend_on_which_rules_are_chosen_where_nothing_was_compared() {
    let of = |members: &str, command: &str| {
        format!("{HEAD}struct x {{ {members} }};\n#define X_SET {command}\n")
    };
    let folder = Folder::with("old.h", of("__u32 a;", "VENDOR_IOW(1, struct x)"))
        .and("new.h", of("__u64 a;", "VENDOR_IOW(1, struct x)"));
    for chosen in [&["--ignore", "D003,D004"][..], &[]] {
        let done = folder.run(&[&["diff", "old.h", "new.h"], chosen].concat());
        assert_eq!(done.code, 2, "{chosen:?}: {}", done.seen());
    }
    // A command that has no number and another nr was compared.
    let of = |nr: u32| of("bool a;", &format!("_IOW(0xdc, {nr}, struct x)"));
    let folder = Folder::with("old.h", of(1)).and("new.h", of(2));
    assert_eq!(diff(&folder, "old.h", "new.h").code, 1);
    let done = folder.run(&["diff", "--ignore", "D002", "--fail-on", "error", "old.h", "new.h"]);
    assert_eq!(done.code, 0, "{}", done.seen());
}

#[test]
fn a_constant_that_one_version_does_not_tell_is_named() {
    let of = |value: &str| format!("#define X_SET _IO(0xdc, 1)\n#define X_F {value}\n");
    let done = compare(&of("1"), &of("\"s\""));
    says(&done, "warning[D011]", &["`X_F`", "in the new version"]);
    let done = compare(&of("\"s\""), &of("1"));
    says(&done, "warning[D011]", &["`X_F`", "in the old version"]);
    let done = compare(&of("\"s\""), &of("\"t\""));
    says(&done, "info[D011]", &["1 constant", "neither version"]);
}
