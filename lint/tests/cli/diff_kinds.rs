//! Kinds of changes between two versions, each with what `diff` has to say of it.

use crate::run::{Done, Folder};

pub(crate) const HEAD: &str = "#include <linux/types.h>\n#include <linux/ioctl.h>\n";

pub(crate) fn diff(folder: &Folder, old: &str, new: &str) -> Done {
    folder.run(&["diff", "--format", "concise", old, new])
}

/// Compares two headers.
pub(crate) fn compare(old: &str, new: &str) -> Done {
    let folder = Folder::with("old.h", format!("{HEAD}{old}")).and("new.h", format!("{HEAD}{new}"));
    diff(&folder, "old.h", "new.h")
}

/// That there is a finding `severity[CODE]` whose line has all of these words.
#[track_caller]
pub(crate) fn says(done: &Done, begins: &str, words: &[&str]) {
    let found = done
        .stdout
        .lines()
        .any(|line| line.contains(begins) && words.iter().all(|word| line.contains(word)));
    assert!(found, "no {begins} with {words:?}: {}", done.seen());
}

#[track_caller]
pub(crate) fn says_nothing_of(done: &Done, code: &str) {
    assert!(!done.stdout.contains(code), "{}", done.seen());
}

#[test]
fn an_argument_that_becomes_a_structure_or_another_integer_is_named() {
    let of = |ty: &str| {
        format!("struct pair {{ __u16 a; __u16 b; }};\n#define X_SET _IOW(0xdc, 1, {ty})\n")
    };
    let done = compare(&of("int"), &of("struct pair"));
    says(&done, "warning[D004]", &["`X_SET`", "`int`", "`struct pair`"]);
    let done = compare(&of("__s32"), &of("__u32"));
    says(&done, "warning[D005]", &["`X_SET`", "`__s32`", "`__u32`"]);
    let done = compare(&of("__le32"), &of("__be32"));
    says(&done, "error[D004]", &["`X_SET`", "in the other order"]);
    let done = compare(&of("__u32"), &of("__le32"));
    says(&done, "warning[D004]", &["may say what the order"]);
    assert_eq!(compare(&of("__u32"), &of("unsigned int")).code, 0);
}

#[test]
fn a_member_whose_bytes_stand_in_the_other_order_is_named() {
    let of =
        |ty: &str| format!("struct x {{ {ty} a[2]; }};\n#define X_SET _IOW(0xdc, 1, struct x)\n");
    let done = compare(&of("__le16"), &of("__be16"));
    says(&done, "error[D004]", &["`a`", "in the other order"]);
}

#[test]
fn a_command_that_is_a_literal_now_is_compared_by_its_number() {
    let old = "struct x { __u32 a; };\n#define X_SET _IOWR(0xdc, 1, struct x)\n";
    let of = |number: &str| format!("struct x {{ __u32 a; }};\n#define X_SET {number}\n");
    assert_eq!(compare(old, &of("0xc004dc01")).code, 0);
    says(&compare(old, &of("0xc004dc02")), "error[D002]", &["`X_SET`", "nr"]);
}

#[test]
fn a_number_that_another_command_has_breaks_programs_unless_the_arguments_agree() {
    let of = |name: &str, members: &str| {
        format!("struct {name} {{ {members} }};\n#define X_{name} _IOW(0xdc, 5, struct {name})\n")
    };
    let done = compare(&of("a", "__u32 p; __u32 q;"), &of("b", "__u64 p;"));
    says(&done, "error[D001]", &["`X_a`", "`X_b`", "another argument"]);
    says(&done, "error[D004]", &["`struct b`", "`struct a`"]);
    let done = compare(&of("a", "__u32 p; __u32 q;"), &of("b", "__u32 p; __u32 q;"));
    says(&done, "warning[D001]", &["`X_b` has its number"]);
    says_nothing_of(&done, "error");
    let swapped = "#define A _IO(0xdc, 1)\n#define B _IO(0xdc, 2)\n";
    let done = compare(swapped, "#define A _IO(0xdc, 2)\n#define B _IO(0xdc, 1)\n");
    says(&done, "error[D002]", &["`A`"]);
    says(&done, "error[D002]", &["`B`"]);
}

#[test]
fn constants_that_change_or_go_are_named() {
    let of = |text: &str| format!("{text}\n#define X_SET _IO(0xdc, 1)\n");
    let done = compare(&of("enum x_mode { X_A, X_B };"), &of("enum x_mode { X_A };"));
    says(&done, "warning[D012]", &["`X_B` is gone"]);
    let done = compare(&of("enum q { X_A, X_B };"), &of("#define X_A 1\n#define X_B 0"));
    says(&done, "error[D012]", &["`X_A` was 0 and is 1"]);
    let done = compare(&of("#define X_F (1 << 0)"), &of("#define X_F (1 << 1)"));
    says(&done, "error[D012]", &["`X_F` was 1 and is 2"]);
    let done = compare(&of("#define XIOC 0x5480"), &of("#define XIOC 0x5481"));
    says(&done, "error[D012]", &["`XIOC` was 0x5480 and is 0x5481"]);
    let done = compare(&of("#define X_F \"one\""), &of("#define X_F \"two\""));
    says(&done, "info[D011]", &["1 constant"]);
    let done = compare(&of("#define X_MAX 4"), &of("#define X_MAX 5"));
    says(&done, "info[D012]", &["`X_MAX`, which counts others, was 4 and is 5"]);
    assert_eq!(done.code, 0, "{}", done.seen());
}

#[test]
fn commands_for_every_length_are_compared() {
    let of = |nr: u32| format!("#define X_NAME(len) _IOC(_IOC_READ, 0xdc, {nr}, len)\n");
    says(&compare(&of(6), &of(8)), "error[D012]", &["`X_NAME`", "0x06", "0x08"]);
    assert_eq!(compare(&of(6), &of(6)).code, 0);
}

#[test]
fn what_a_missing_include_hides_is_neither_gone_nor_the_same() {
    let old = "#define X_IOW(n, t) _IOW(0xdc, n, t)\nstruct x { __u32 a; };\n\
        #define X_SET X_IOW(1, struct x)\n#define X_OFF _IO(0xdc, 2)\n";
    let new = "#include <x_base.h>\nstruct x { __u32 a; };\n\
        #define X_SET X_IOW(1, struct x)\n#define X_OFF _IO(0xdc, 2)\n";
    let done = compare(old, new);
    says(&done, "error[D011]", &["'x_base.h' file not found in the new version"]);
    says_nothing_of(&done, "D001");
    says_nothing_of(&done, "D012");
    let old = "struct x { __u32 a; };\n#define X_SET _IOW(0xdc, 1, struct x)\n";
    let new = "#include \"x_types.h\"\n#define X_SET _IOW(0xdc, 9, struct x)\n";
    let done = compare(old, new);
    says(&done, "error[D011]", &["'x_types.h' file not found"]);
    says(&done, "error[D002]", &["the nr was 0x01 and is 0x09"]);
    says_nothing_of(&done, "D013");
}

#[test]
fn a_number_is_compared_where_the_size_of_its_argument_is_not_known() {
    let of = |nr: u32, members: &str| {
        format!("struct x {{ {members} }};\n#define X_SET _IOW(0xdc, {nr}, struct x)\n")
    };
    let done = compare(&of(1, "bool on; __u32 a;"), &of(4, "__u32 a; __u32 b; bool on;"));
    says(&done, "error[D002]", &["the nr was 0x01 and is 0x04"]);
    says(&done, "[D011]", &["the type of `on` in `struct x` is unknown"]);
    let done = compare(&of(1, "bool on; __u32 a;"), &of(1, "bool on; __u32 a;"));
    says(&done, "info[D011]", &["neither version was understood"]);
}

#[test]
fn a_structure_in_an_included_header_is_compared() {
    let header = format!("{HEAD}#include \"types.h\"\n#define X_SET _IOW(0xdc, 9, struct x)\n");
    let folder = Folder::with("old/x.h", header.clone())
        .and("old/types.h", "#include <linux/types.h>\nstruct x { __u32 a; __u32 b; __u64 c; };\n")
        .and("new/x.h", header)
        .and("new/types.h", "#include <linux/types.h>\nstruct x { __u64 c; __u32 a; __u32 b; };\n");
    for (old, new) in [("old/x.h", "new/x.h"), ("old", "new")] {
        says(&diff(&folder, old, new), "error[D004]", &["types.h", "`struct x` changed"]);
    }
}

#[test]
fn an_inner_structure_is_judged_by_what_holds_it_on_each_abi() {
    let of = |inner: &str, command: &str| {
        format!(
            "struct in {{ __u32 a;{inner} }};\nstruct out {{ __u64 x; }};\n\
             struct map {{ struct in in; struct out out; }};\n#define X_MAP {command}\n"
        )
    };
    for command in ["_IO(0xdc, 1)", "_IOWR(0xdc, 1, struct map)"] {
        let done = compare(&of("", command), &of(" __u32 b;", command));
        says(&done, "error[D010]", &["`struct map` changed", "on i386 and 8 other ABIs"]);
        says(&done, "warning[D003]", &["`struct in` changed"]);
        assert_eq!(done.stdout.matches("error").count(), 1, "{}", done.seen());
        let on = |abi| {
            let folder = Folder::with("old.h", format!("{HEAD}{}", of("", command)))
                .and("new.h", format!("{HEAD}{}", of(" __u32 b;", command)));
            folder.run(&["diff", "--breaks", "binary", "--abi", abi, "old.h", "new.h"]).code
        };
        assert_eq!((on("x86_64"), on("i386")), (0, 1), "{command}");
    }
}

#[test]
fn structures_of_other_names_are_compared_where_they_have_the_same_place() {
    let command = |ty: &str| format!("#define X_SET _IOWR(0xdc, 1, struct {ty})\n");
    let done = compare(
        &format!("struct a {{ __u32 x; __u32 y; __u64 p; }};\n{}", command("a")),
        &format!("struct a_v2 {{ __u64 p; __u32 x; __u32 y; }};\n{}", command("a_v2")),
    );
    says(&done, "error[D004]", &["`struct a_v2` has the place of `struct a`", "`x` moved"]);
    let nested = |inner: &str, members: &str| {
        let own = format!("struct {inner} {{ {members} }};\n");
        format!("{own}struct s {{ __u32 m; struct {inner} p; }};\n{}", command("s"))
    };
    let done = compare(&nested("p", "__u16 a; __u16 b;"), &nested("q", "__u8 a; __u8 b; __u16 c;"));
    says(&done, "error[D004]", &["`struct q` has the place of `struct p`"]);
    let pointed = |inner: &str, members: &str| {
        let own = format!("struct {inner} {{ {members} }};\n");
        format!("{own}struct s {{ struct {inner} *p; }};\n{}", command("s"))
    };
    let done = compare(&pointed("p", "__u32 a; __u32 b;"), &pointed("q", "__u32 a; __u64 b;"));
    says(&done, "error[D004]", &["`struct q` has the place of `struct p`"]);
    // A structure that takes another's place without a difference is another name and no more.
    let done = compare(&nested("p", "__u32 a;"), &nested("q", "__u32 a;"));
    says_nothing_of(&done, "error");
}

#[test]
fn a_structure_that_no_command_names_is_missed() {
    let old = "struct item { __u32 a; };\nstruct s { __u64 items; };\n#define X_SET _IOW(0xdc, 1, struct s)\n";
    let done = compare(old, &old.replace("struct item { __u32 a; };\n", ""));
    says(&done, "warning[D013]", &["`struct item` is gone"]);
}

#[test]
fn another_member_in_the_same_place_may_mean_something_else() {
    let of = |name: &str| {
        format!("struct s {{ __u32 {name}; __u32 fd; }};\n#define X_SET _IOW(0xdc, 1, struct s)\n")
    };
    let done = compare(&of("timeout_ms"), &of("priority"));
    says(&done, "warning[D004]", &["`timeout_ms` is gone, and `priority` has its place and type"]);
}

#[test]
fn numbers_of_programs_with_a_64_bit_time_are_compared() {
    let of = |nr: u32| {
        format!(
            "#include <linux/time.h>\n#define X_OLD _IO(0xdc, 1)\n#define X_NEW _IO(0xdc, {nr})\n\
             #ifdef __USE_TIME_BITS64\n#define X_GET X_NEW\n#else\n#define X_GET X_OLD\n#endif\n"
        )
    };
    let folder =
        Folder::with("old.h", format!("{HEAD}{}", of(2))).and("new.h", format!("{HEAD}{}", of(3)));
    for side in ["old.h", "old.json"] {
        assert_eq!(folder.run(&["dump", "--output", "old.json", "old.h"]).code, 0);
        let done = diff(&folder, side, "new.h");
        says(&done, "error[D002]", &["`X_GET`", "with a 64-bit `time_t`"]);
        let lacks_constants = done.stderr.contains("constants were not compared");
        assert_eq!(lacks_constants, side == "old.json", "{}", done.seen());
    }
}

/// A header that is read behind linux/time.h got its `struct timeval` from there, and not from libc.
#[test]
fn the_numbers_for_a_64_bit_time_do_not_depend_on_the_other_headers_of_a_run() {
    let time = "#ifndef _LINUX_TIME_H\n#define _LINUX_TIME_H\n\
        struct timeval { long tv_sec; long tv_usec; };\n#endif\n";
    let x = "#include <sys/time.h>\nstruct x { struct timeval at; };\n\
        #define X_GET _IOR(0xdc, 1, struct x)\n";
    let folder = Folder::with("old/linux/time.h", format!("{HEAD}{time}"))
        .and("old/linux/x.h", format!("{HEAD}{x}"))
        .and("new/linux/x.h", format!("{HEAD}{x}"));
    for paths in [["old/linux/time.h", "old/linux/x.h"], ["old/linux/x.h", "old/linux/time.h"]] {
        let done = folder.run(&["number", "X_GET", paths[0], paths[1]]);
        assert!(done.stdout.contains("in programs with a 64-bit time_t"), "{}", done.seen());
    }
    says_nothing_of(&diff(&folder, "old", "new"), "D002");
}

#[test]
fn a_typedef_of_another_type_is_named_whoever_uses_it() {
    let of = |ty: &str| format!("typedef {ty} x_id_t;\n#define X_SET _IO(0xdc, 1)\n");
    says(&compare(&of("__u32"), &of("__u64")), "error[D004]", &["`x_id_t` stood for", "size"]);
    says(&compare(&of("__u32"), &of("__s32")), "warning[D005]", &["`x_id_t` stood for"]);
    assert_eq!(compare(&of("__u32"), &of("unsigned int")).code, 0);
}

#[test]
fn a_macro_that_is_no_expression_is_not_gone() {
    let c = "#define X_ARRAY(T, N) struct { struct { } e_##N; T N[]; }\n";
    let new = format!("#ifdef __cplusplus\n#define X_ARRAY(T, N) T N[0]\n#else\n{c}#endif\n");
    says_nothing_of(&compare(c, &new), "D012");
}
