//! Constants of two versions: which changes are expected, and which are reported on which ABIs.

use crate::diff_kinds::{compare, diff, says, says_nothing_of};
use crate::run::Folder;

const COMMAND: &str = "#define X_SET _IO(0xdc, 1)\n";

#[test]
fn a_constant_is_compared_where_one_version_has_headers_of_an_architecture_and_the_other_none() {
    let tree = |folder: Folder, side: &str, text: &str| {
        folder
            .and(&format!("{side}/include/uapi/linux/x.h"), text)
            .and(&format!("{side}/include/uapi/linux/ioctl.h"), "#include <asm/ioctl.h>\n")
            .and(&format!("{side}/include/uapi/linux/types.h"), "typedef unsigned int __u32;\n")
            .and(&format!("{side}/arch/arm/include/uapi/asm/y.h"), "#define Y_SIZE 8\n")
    };
    let of = |flag: u32| {
        format!("#include <linux/ioctl.h>\n#include <asm/y.h>\n{COMMAND}#define X_F {flag}\n")
    };
    let old = tree(Folder::new(), "old", &of(1))
        .and("old/arch/x86/include/uapi/asm/y.h", "#define Y_SIZE 4\n");
    let folder =
        tree(old, "new", &of(2)).and("new/include/uapi/asm-generic/y.h", "#define Y_SIZE 16\n");
    let x = ["old/include/uapi/linux/x.h", "new/include/uapi/linux/x.h"];
    for abis in ["x86_64", "x86_64,arm"] {
        let done = folder.run(&["diff", "--format", "concise", "--abi", abis, x[0], x[1]]);
        says(&done, "error[D012]", &["`X_F` was 1 and is 2"]);
        says_nothing_of(&done, "on arm");
    }
    // What comes from such headers may differ for no other reason.
    let of = |value: &str| {
        format!("#include <linux/ioctl.h>\n#include <asm/y.h>\n{COMMAND}#define X_F {value}\n")
    };
    let folder = tree(folder, "old", &of("Y_SIZE")).and("new/include/uapi/linux/x.h", of("Y_SIZE"));
    let done = folder.run(&["diff", "--format", "concise", "--abi", "x86_64,arm", x[0], x[1]]);
    says_nothing_of(&done, "D012");
    says(&done, "[D011]", &["1 constant", "asm/"]);
}

#[test]
fn a_word_within_a_name_makes_no_change_expected() {
    let of = |name: &str, value: u32| format!("{COMMAND}#define {name} {value}\n");
    for name in ["FOO_ALL_READ", "FOO_FLAGS_ACK", "FOO_MAJOR_FAULT", "FOO_DATE_SET"] {
        let done = compare(&of(name, 0), &of(name, 7));
        says(&done, "error[D012]", &[name, "was 0 and is 7"]);
    }
    for name in ["FOO_ALL", "FOO_FLAGS", "FOO_VERSION_MAJOR"] {
        says(&compare(&of(name, 1), &of(name, 7)), "info[D012]", &[name]);
    }
    let of = |name: &str, before: &str| format!("{COMMAND}enum x {{ X_FIRST,{before} {name} }};\n");
    for name in ["X_BUF_SIZE", "X_TIME_LIMIT", "X_END_TX", "X_NR_IRQ", "X_MAX_RATE", "X_LAST_ERROR"]
    {
        let done = compare(&of(name, ""), &of(name, " X_NEW,"));
        says(&done, "error[D006]", &[name, "was 1 and is 2"]);
        says_nothing_of(&done, "D012");
    }
    // Above all others, these count them.
    for name in ["X_MAX_STATES", "X_NUM_OPS", "__X_MAX_ID"] {
        says(&compare(&of(name, ""), &of(name, " X_NEW,")), "info[D012]", &[name, "counts others"]);
        let of = |before: &str| format!("{COMMAND}enum x {{ X_FIRST,{before} {name}, X_Z }};\n");
        says(&compare(&of(""), &of(" X_NEW,")), "error[D006]", &[name, "was 1 and is 2"]);
    }
    // One that says that there are fewer is no news for the better.
    says(&compare(&of("X_MAX", " X_NEW,"), &of("X_MAX", "")), "error[D006]", &["was 2 and is 1"]);
    for name in ["X_MAX", "__X_LAST", "NR_X_MODES", "NUM_X", "X_TX_END", "MAX_X"] {
        let done = compare(&of(name, ""), &of(name, " X_NEW,"));
        says(&done, "info[D012]", &[name, "counts others"]);
        says_nothing_of(&done, "D006");
    }
}

#[test]
fn a_version_is_a_word_of_a_macro_that_asks_for_none() {
    let of = |name: &str, value: u32| format!("{COMMAND}#define {name} {value}\n");
    for name in ["FOO_VERSION_CODE", "FOO_ABI_VERSION_MIN", "FOO_VERSION"] {
        says(&compare(&of(name, 3), &of(name, 4)), "info[D012]", &[name, "states a version"]);
    }
    for name in ["FOO_CMD_GET_VERSION", "FOO_INVERSION"] {
        says(&compare(&of(name, 3), &of(name, 4)), "error[D012]", &[name, "was 3 and is 4"]);
    }
    let of = |before: &str| format!("{COMMAND}enum x {{ X_OPEN,{before} X_VERSION }};\n");
    says(&compare(&of(""), &of(" X_CLOSE,")), "error[D006]", &["`X_VERSION` was 1 and is 2"]);
}

#[test]
fn a_constant_whose_text_did_not_change_is_counted_where_a_name_in_it_is_known_in_one_version_alone()
 {
    let user = format!("{COMMAND}#define X_F (Y_F + 1)\n#define X_G (Y_F + 2)\n");
    let folder =
        Folder::with("old/x.h", format!("#include <linux/ioctl.h>\n#include \"y.h\"\n{user}"))
            .and("old/y.h", "#define Y_F 1\n")
            .and("new/x.h", format!("#include <linux/ioctl.h>\n{user}"));
    let done = diff(&folder, "old/x.h", "new/x.h");
    says(&done, "info[D011]", &["2 constants", "known value in one version only"]);
    says_nothing_of(&done, "warning[D011]");
}

#[test]
fn an_enumerator_that_changes_is_reported_by_one_rule() {
    for (name, expected) in
        [("X_ALL", true), ("X_VERSION", true), ("X_MASK", true), ("X_MODE", false)]
    {
        let of = |value: u32| format!("{COMMAND}enum x {{ {name} = {value} }};\n");
        let done = compare(&of(1), &of(3));
        let lines = done.stdout.lines().filter(|line| line.contains(name)).count();
        assert_eq!(lines, 1, "{}", done.seen());
        says(&done, if expected { "info[D012]" } else { "error[D006]" }, &[name]);
        // A mask that lost a bit has changed for those who pass it.
        if name.ends_with("ALL") || name.ends_with("MASK") {
            says(&compare(&of(3), &of(1)), "error[D006]", &[name]);
        }
    }
}

#[test]
fn a_typedef_or_a_tag_that_is_a_macro_now_is_not_gone() {
    let typedef = format!("{COMMAND}typedef int x_t;\n");
    let done = compare(&typedef, &format!("{COMMAND}#define x_t int\n"));
    says_nothing_of(&done, "D013");
    let of = |tag: &str, more: &str| format!("{COMMAND}struct {tag} {{ int a; }};\n{more}");
    let done = compare(&of("x", ""), &of("y", "#define x y\n"));
    says_nothing_of(&done, "D013");
    says(&compare(&of("x", ""), &of("y", "")), "warning[D013]", &["`struct x` is gone"]);
}

#[test]
fn a_family_of_rust_is_compared() {
    let of = |macros: &str| {
        Folder::with(
            "old/lib.rs",
            "nix::ioctl_write_buf!(x_name, b'x', 6, u8);\nnix::ioctl_none!(x_off, b'x', 1);\n",
        )
        .and("new/lib.rs", format!("{macros}nix::ioctl_none!(x_off, b'x', 1);\n"))
    };
    let done = diff(&of("nix::ioctl_write_buf!(x_name, b'x', 9, u8);\n"), "old", "new");
    says(&done, "error[D002]", &["`x_name`", "the nr was 0x06 and is 0x09"]);
    says(&diff(&of(""), "old", "new"), "error[D001]", &["`x_name` is gone"]);
    let same = of("nix::ioctl_write_buf!(x_name, b'x', 6, u8);\n");
    assert_eq!(diff(&same, "old", "new").code, 0);
    // A dump does not tell what the numbers of a family share.
    assert_eq!(same.run(&["dump", "--output", "new.json", "new"]).code, 0);
    says_nothing_of(&diff(&same, "old", "new.json"), "x_name");
    says_nothing_of(&diff(&same, "new.json", "old"), "x_name");
}

#[test]
fn a_macro_with_other_parameters_is_told_whatever_it_comes_to() {
    for (old, new, what) in [
        (
            "X_BIT(n) (1U << (n))",
            "X_BIT(n, m) (1U << (n) | (m))",
            "1 parameter and has 2 parameters",
        ),
        ("X_BIT 1", "X_BIT(n) (n)", "no parameters and has 1 parameter"),
        ("X_BIT(a, b) do { } while (0)", "X_BIT(a) do { } while (0)", "2 parameters and has 1"),
    ] {
        let of = |text: &str| format!("{COMMAND}#define {text}\n");
        says(&compare(&of(old), &of(new)), "warning[D012]", &["`X_BIT` had", what]);
    }
    for (old, new) in [
        ("X_BIT(n) (1U << (n))", "X_BIT(bit) (1U << (bit))"),
        ("X_BIT (4)", "X_BIT ( 4 )"),
        ("X_BIT(n) (n)", "X_BIT(n) ((n))"),
    ] {
        let of = |text: &str| format!("{COMMAND}#define {text}\n");
        says_nothing_of(&compare(&of(old), &of(new)), "D012");
    }
}
