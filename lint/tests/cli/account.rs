//! What could not be read or understood: it is reported once, counted, and fails the run where nothing
//! else is left.

use std::path::Path;

use crate::run::{Done, Folder};

/// Exported headers of x86 alone, with a header that needs what only x86 has.
fn exported() -> Folder {
    let fixture =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/rules/U003/bad_installed");
    let mut folder = Folder::new();
    for entry in walkdir::WalkDir::new(&fixture).into_iter().map(Result::unwrap) {
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(&fixture).unwrap().to_str().unwrap();
            folder = folder.and(name, std::fs::read(entry.path()).unwrap());
        }
    }
    folder
}

fn codes(done: &Done) -> Vec<&str> {
    let codes = done.stdout.split('[').skip(1).filter_map(|rest| rest.split_once(']'));
    codes.map(|(code, _)| code).collect()
}

fn check(folder: &Folder, arguments: &[&str]) -> Done {
    let chosen = ["check", "--format", "concise", "--select", "U,L019,S"];
    folder.run(&[&chosen, arguments].concat())
}

#[test]
fn a_header_that_some_architectures_lack_is_one_finding_and_no_other_rules() {
    let folder = exported();
    let done = check(&folder, &["linux/zed_more.h"]);
    assert_eq!((codes(&done), done.code), (vec!["U003"], 1), "{}", done.seen());
    assert!(done.stderr.contains("1 header not read for every ABI"), "{}", done.stderr);
    let done = folder.run(&["check", "--format", "json", "--select", "U003", "linux"]);
    let report: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(report["summary"]["headers_not_read"], 3);
    assert_eq!(report["summary"]["findings_by_rule"]["U003"], 3);
    assert_eq!(report["problems"].as_array().unwrap().len(), 0, "{}", done.stdout);
}

#[test]
fn a_header_without_commands_that_was_not_read_is_no_failure() {
    let done = check(&exported(), &["linux/zed_trace.h"]);
    assert_eq!((codes(&done), done.code), (vec!["U003"], 0), "{}", done.seen());
    assert!(done.stdout.contains("info"), "{}", done.stdout);
}

#[test]
fn a_header_that_was_not_read_can_be_allowed_chosen_and_accepted() {
    let folder = exported();
    assert_eq!(check(&folder, &["--abi", "x86_64,i386", "linux/zed.h"]).code, 0);
    assert_eq!(check(&folder, &["--severity", "U003=info", "linux/zed.h"]).code, 0);
    assert_eq!(check(&folder, &["--ignore", "U003", "linux/zed.h"]).code, 0);
    let written = check(&folder, &["--write-baseline", "accepted.json", "linux/zed.h"]);
    assert_eq!(written.code, 0, "{}", written.seen());
    let done = check(&folder, &["--baseline", "accepted.json", "linux/zed.h"]);
    assert_eq!((codes(&done).len(), done.code), (0, 0), "{}", done.seen());
    let allowed = folder.read("linux/zed.h").replace(
        "#include <asm/zed.h>",
        "/* ioctl-lint: allow(header-not-read) of x86 alone */\n#include <asm/zed.h>",
    );
    let folder = folder.and("linux/zed.h", allowed);
    let done = check(&folder, &["linux/zed.h"]);
    assert_eq!((codes(&done).len(), done.code), (0, 0), "{}", done.seen());
}

#[test]
fn a_header_that_no_architecture_can_read_fails_the_run_with_one_finding() {
    let text =
        "#include <asm/nowhere.h>\n#define ZED_RESET _IO(0xdc, 1)\n#define ZED_STOP _IO(0xdc, 2)\n";
    let folder = exported().and("linux/none.h", text);
    // Others that can be read do not make up for it.
    for paths in [&["linux/none.h"][..], &["linux/none.h", "linux/zed.h"]] {
        let done = check(&folder, paths);
        assert_eq!(done.code, 2, "{}", done.seen());
        assert!(done.stdout.contains("no architecture has `asm/nowhere.h`"), "{}", done.stdout);
        assert_eq!(codes(&done), vec!["U003"; paths.len()], "{}", done.stdout);
    }
    let done = folder.run(&["number", "ZED_RESET", "linux/none.h"]);
    assert_eq!(done.code, 2, "{}", done.seen());
}

#[test]
fn a_kernel_tree_has_what_each_architecture_has_and_is_not_reported() {
    let folder = Folder::with("include/uapi/linux/ioctl.h", "#include <asm/ioctl.h>\n")
        .and("include/uapi/linux/types.h", "typedef unsigned int __u32;\n")
        .and("include/uapi/asm-generic/ioctl.h", exported().read("asm-generic/ioctl.h"))
        .and("arch/x86/include/uapi/asm/zed.h", "struct zed_regs { unsigned int ip; };\n")
        .and("include/uapi/linux/zed.h", exported().read("linux/zed.h"))
        .and("include/uapi/linux/zed_more.h", exported().read("linux/zed_more.h"));
    let done = check(&folder, &["."]);
    assert_eq!((codes(&done).len(), done.code), (0, 0), "{}", done.seen());
}

/// The folder around a header is named in more than one way when the run starts in it. What a header includes is found
/// under the path that it was named by: read under two, each hid the other's definitions by chance.
#[test]
fn headers_that_are_named_and_included_are_judged_alike_in_the_root_of_their_tree_and_outside() {
    let guarded =
        |name: &str, text: &str| format!("#ifndef {name}\n#define {name}\n{text}#endif\n");
    let inner = guarded(
        "INNER_H",
        "#include <linux/ioctl.h>\nstruct inner { int a; long b; };\n\
         #define INNER_GET _IOR(0xdc, 1, struct inner)\n",
    );
    let outer = "#include <linux/inner.h>\n#define OUTER_GET _IOR(0xdc, 2, struct inner)\n";
    let outer = guarded("OUTER_H", outer);
    let kernel = Folder::with("include/uapi/linux/ioctl.h", "#include <asm/ioctl.h>\n")
        .and("include/uapi/asm-generic/ioctl.h", exported().read("asm-generic/ioctl.h"))
        .and("arch/x86/include/uapi/asm/zed.h", "struct zed_regs { unsigned int ip; };\n")
        .and("include/uapi/linux/inner.h", &inner)
        .and("include/uapi/linux/outer.h", &outer);
    let installed = exported().and("linux/inner.h", &inner).and("linux/outer.h", &outer);
    let exported_again = exported().and("linux/inner.h", &inner).and("linux/outer.h", &outer);
    for (folder, prefix) in [(kernel, "include/uapi/"), (installed, ""), (exported_again, "./")] {
        let paths = ["inner", "outer"].map(|name| format!("{prefix}linux/{name}.h"));
        let outside = paths.each_ref().map(|path| folder.path(path).display().to_string());
        let found = |paths: &[String; 2]| {
            let options = ["check", "--no-cache", "--format", "concise", &paths[0], &paths[1]];
            let done = folder.run(&options);
            let mut codes: Vec<_> = codes(&done).into_iter().map(str::to_owned).collect();
            codes.sort();
            codes
        };
        let expected = found(&outside);
        assert!(expected.len() > 5, "{expected:?}");
        for _ in 0..4 {
            assert_eq!(found(&paths), expected, "{prefix}");
        }
    }
}

#[test]
fn a_run_whose_only_command_has_no_number_judged_nothing() {
    let unknown = "struct zed { nope_t a; };\n#define ZED_GET _IOR(0xdc, 1, struct zed)\n";
    let head = "#include <linux/ioctl.h>\n";
    let folder = Folder::with("unknown.h", format!("{head}{unknown}"))
        .and("both.h", format!("{head}{unknown}#define ZED_RESET _IO(0xdc, 2)\n"));
    let done = folder.run(&["check", "--select", "U", "unknown.h"]);
    assert_eq!(done.code, 2, "{}", done.seen());
    assert!(done.stderr.contains("no command could be read"), "{}", done.stderr);
    assert_eq!(folder.run(&["check", "--select", "U", "both.h"]).code, 1);
}

#[test]
fn a_run_that_judged_nothing_fails_whatever_is_selected_suppressed_or_accepted() {
    let head = "#include <linux/ioctl.h>\n";
    let (unknown, no_layout) = ("VENDOR_IOR(1, int)", "_IOR(0xdc, 1, struct nowhere)");
    let none = "#include <asm/nowhere.h>\n#define ZED_GET _IO(0xdc, 1)\n";
    let command = |value: &str| format!("{head}#define ZED_GET {value}\n");
    for (name, rule, text) in [
        ("linux/unknown.h", "U001", command(unknown)),
        ("linux/no_layout.h", "U002", command(no_layout)),
        ("linux/none.h", "U003", none.to_owned()),
    ] {
        let allowed = format!("/* ioctl-lint: allow-file({rule}) known */\n{text}");
        let folder = exported().and(name, text).and("linux/allowed.h", allowed);
        let expect = |arguments: &[&str]| {
            let done = folder.run(&[&["check", "--format", "concise"], arguments].concat());
            assert_eq!(done.code, 2, "{rule} {arguments:?}: {}", done.seen());
            assert!(done.stderr.contains("no command could be read"), "{}", done.stderr);
            done
        };
        assert_eq!(codes(&expect(&["--select", "L001", name])).len(), 0);
        assert_eq!(codes(&expect(&["--select", "U,L001", "--ignore", "U", name])).len(), 0);
        let severity = format!("{rule}=off");
        assert_eq!(codes(&expect(&["--select", "U", "--severity", &severity, name])).len(), 0);
        assert_eq!(codes(&expect(&["--select", "U", "linux/allowed.h"])).len(), 0);
        expect(&["--select", "U", "--write-baseline", "accepted.json", name]);
        let accepted = ["--select", "U", "--baseline", "accepted.json", name];
        assert_eq!(codes(&expect(&accepted)).len(), 0);
        let done = folder.run(&["baseline", "write", "--baseline", "again.json", name]);
        assert_eq!(done.code, 2, "{}", done.seen());
        assert!(done.stderr.contains("no command could be read"), "{}", done.stderr);
    }
}

#[test]
fn an_unread_header_beside_one_that_was_read_fails_the_run_although_its_finding_is_not_wanted() {
    let text = "#include <asm/nowhere.h>\n#define ZED_STOP _IO(0xdc, 9)\n";
    let folder = exported().and("linux/none.h", text);
    let done = folder.run(&["check", "--select", "L001", "linux/none.h", "linux/zed.h"]);
    assert_eq!(done.code, 2, "{}", done.seen());
    assert!(done.stderr.contains("could not be read for any ABI"), "{}", done.stderr);
}

const OLD: &str = "#include <linux/ioctl.h>\n#define ZED_GET _IOR(0xdc, 1, int)\n\
                   #define ZED_PUT _IOW(0xdc, 2, int)\n";

#[test]
fn a_command_that_is_no_longer_understood_is_named_and_not_called_removed() {
    let new = OLD.replace("_IOR(0xdc, 1, int)", "VENDOR_IOR(1, int)");
    let folder = Folder::with("old.h", OLD).and("new.h", new);
    let diff =
        |arguments: &[&str]| folder.run(&[&["diff", "--format", "concise"], arguments].concat());
    let done = diff(&["old.h", "new.h"]);
    assert_eq!((codes(&done), done.code), (vec!["D011"], 1), "{}", done.seen());
    assert!(done.stdout.contains("nothing defines `VENDOR_IOR`"), "{}", done.stdout);
    // What is not known may break anybody.
    assert_eq!(codes(&diff(&["--breaks", "binary-32", "old.h", "new.h"])), ["D011"]);
    // The other way round it is not new either.
    let done = diff(&["new.h", "old.h"]);
    assert_eq!((codes(&done), done.code), (vec!["D011"], 1), "{}", done.seen());
    assert_eq!(diff(&["--fail-on", "error", "new.h", "old.h"]).code, 0);
    // In neither version it is nothing that changed.
    let done = diff(&["new.h", "new.h"]);
    assert_eq!((codes(&done).len(), done.code), (0, 0), "{}", done.seen());
}

#[test]
fn a_comparison_without_a_command_that_is_understood_fails() {
    let old = "#include <linux/ioctl.h>\n#define ZED_GET _IOR(0xdc, 1, int)\n";
    let unknown = "#include <linux/ioctl.h>\n#define ZED_GET VENDOR_IOR(1, int)\n";
    let folder = Folder::with("old.h", old).and("unknown.h", unknown);
    for (old, new) in [("old.h", "unknown.h"), ("unknown.h", "old.h"), ("unknown.h", "unknown.h")] {
        for chosen in [&[][..], &["--ignore", "D011"]] {
            let done = folder.run(&[&["diff", old, new], chosen].concat());
            assert_eq!(done.code, 2, "{old} {new} {chosen:?}: {}", done.seen());
            assert!(done.stderr.contains("no command could be compared"), "{}", done.stderr);
        }
    }
}

#[test]
fn a_header_that_the_new_version_could_not_read_for_an_architecture_is_named_once() {
    let both = exported();
    let folder = exported()
        .and("arm/linux/ioctl.h", both.read("linux/ioctl.h"))
        .and("arm/linux/types.h", both.read("linux/types.h"))
        .and("arm/linux/zed.h", both.read("linux/zed.h"))
        .and("arm/linux/zed_more.h", both.read("linux/zed_more.h"))
        .and("arm/linux/zed_trace.h", both.read("linux/zed_trace.h"))
        .and("arm/asm-generic/ioctl.h", both.read("asm-generic/ioctl.h"))
        .and("arm/asm-generic/int-ll64.h", both.read("asm-generic/int-ll64.h"));
    let arm = "struct zed_regs { unsigned int pc; };\n";
    let folder = folder
        .and("arm/x86_64-linux-gnu/asm/vm86.h", "\n")
        .and("arm/x86_64-linux-gnu/asm/zed.h", both.read("asm/zed.h"))
        .and("arm/aarch64-linux-gnu/asm/sve_context.h", "\n")
        .and("arm/aarch64-linux-gnu/asm/zed.h", arm);
    let done = folder.run(&["diff", "--format", "concise", "arm/linux/zed.h", "linux/zed.h"]);
    assert_eq!((codes(&done), done.code), (vec!["D011"], 1), "{}", done.seen());
    assert!(done.stdout.contains("`asm/zed.h` is not installed"), "{}", done.stdout);
}

/// What the runs over the paths, in each order and each by itself, say of a header.
fn said_of(folder: &Folder, header: &str, with: &str) -> Vec<String> {
    let of = |paths: &[&str]| {
        let done =
            folder.run(&[&["check", "--format", "concise", "--select", "L019"], paths].concat());
        let lines = done.stdout.lines().map(|line| line.trim_start_matches("./"));
        lines.filter(|line| line.starts_with(header)).collect::<Vec<_>>().join("\n")
    };
    vec![of(&[header, with]), of(&[with, header]), of(&["."])]
}

#[test]
fn a_header_that_borrows_from_another_is_told_whatever_it_is_read_with() {
    let defines = "#include <linux/types.h>\nstruct zed { __u32 a; };\ntypedef struct zed zed_t;\n\
                   #define ZED_MAGIC 0xdc\n";
    for (uses, what) in [
        ("struct zed;\n#define ZED_GET _IOR(0xdc, 1, struct zed)\n", "struct zed"),
        ("#define ZED_GET _IOR(0xdc, 1, zed_t)\n", "zed_t"),
        ("#define ZED_GET _IO(ZED_MAGIC, 1)\n", "ZED_MAGIC"),
        (
            "struct two { struct zed first; };\n#define ZED_GET _IOR(0xdc, 1, struct two)\n",
            "struct zed",
        ),
        ("struct two { zed_t *first; };\n#define ZED_GET _IOR(0xdc, 1, struct two)\n", "zed_t"),
    ] {
        let head = "#include <linux/ioctl.h>\n#include <linux/types.h>\n";
        // Once in front of the other by its name, and once behind it.
        for name in ["a_uses.h", "z_uses.h"] {
            let folder = Folder::with("m_defines.h", defines).and(name, format!("{head}{uses}"));
            let said = said_of(&folder, name, "m_defines.h");
            for one in &said {
                assert_eq!(one.matches("L019").count(), 1, "{uses}{said:#?}");
                assert!(
                    one.contains(&format!("{what}'")) || one.contains(&format!("`{what}`")),
                    "{one}"
                );
            }
            // With the include, it is complete.
            let whole = format!("#include \"m_defines.h\"\n{head}{uses}");
            let folder = folder.and(name, whole);
            let said = said_of(&folder, name, "m_defines.h");
            assert!(said.iter().all(String::is_empty), "{uses}{said:#?}");
        }
    }
}

/// An encoder of another system, with 13 bits for the size.
const OTHER: &str = "#undef _IOC\n#undef _IOR\n\
                     #define _IOC(d, t, n, s) (((d) << 29) | ((s) << 16) | ((t) << 8) | (n))\n\
                     #define _IOR(t, n, s) _IOC(2U, (t), (n), sizeof(s))\n";

#[test]
fn an_encoder_under_a_condition_counts_where_linux_reads_it() {
    let linux = "#include <linux/ioctl.h>\n";
    let (kernels, others) = ("0x8004dc01", "0x4004dc01");
    for (before, options, expected) in [
        (format!("{linux}#ifdef __FreeBSD__\n{OTHER}#endif\n"), &[][..], kernels),
        (format!("#if defined(__linux__)\n{linux}#else\n{OTHER}#endif\n"), &[], kernels),
        (format!("#ifndef __sun\n{linux}#else\n{OTHER}#endif\n"), &[], kernels),
        (format!("#ifdef __linux__\n{OTHER}#endif\n"), &[], others),
        (format!("#define ZED_OWN 1\n#ifdef ZED_OWN\n{OTHER}#endif\n"), &[], others),
        (format!("{linux}#ifdef ZED_OWN\n{OTHER}#endif\n"), &["-D", "ZED_OWN"], others),
        (format!("{linux}#ifdef ZED_OWN\n{OTHER}#endif\n"), &[], kernels),
    ] {
        let folder = Folder::with("it.h", format!("{before}#define ZED_GET _IOR(0xdc, 1, int)\n"));
        let run = |words: &[&str]| folder.run(&[words, options, &["it.h"]].concat());
        let done = run(&["number", "--abi", "x86_64", "ZED_GET"]);
        assert!(done.stdout.contains(expected), "{before}{}", done.seen());
        // Only the last one may be another than it was taken for.
        let done = run(&["check", "--format", "concise", "--select", "U"]);
        let is_unclear = before.contains(linux) && before.contains("ZED_OWN") && options.is_empty();
        assert_eq!(codes(&done), if is_unclear { vec!["U001"] } else { vec![] }, "{before}");
    }
}

#[test]
fn what_no_include_mends_is_no_lack_of_an_include() {
    let header = |value: &str| {
        format!(
            "#include <linux/ioctl.h>\n#define EMPTY\n#define ZED_SET {value}\n#define ZED_RESET _IO('z', 1)\n"
        )
    };
    for (value, code) in [
        ("_IOR(\"z\", 2, int)", "U001"),
        ("_IOR EMPTY ('z', 2, int)", "U001"),
        ("_IOR('z', 2, struct zed)", "U002"),
        ("_IOC(2, 'z', 2, __builtin_offsetof(struct { int a; long b; }, b) + 4)", "U002"),
        ("_IOR('z', 2, zed_t)", "L019"),
        ("_IOR('z', ZED_NR, int)", "L019"),
    ] {
        let folder = Folder::new().and("zed.h", header(value));
        let done = check(&folder, &["zed.h"]);
        assert_eq!(codes(&done).first().copied(), Some(code), "{value}: {}", done.seen());
    }
}

#[test]
fn a_finding_about_a_structure_has_a_place_that_is_about_it() {
    let folder = Folder::new()
        .and("a.h", "/* nothing */\n")
        .and("b.h", "#include <linux/ioctl.h>\n#define B_GET _IOR('b', 1, struct later)\n")
        .and("c.h", "#include <linux/types.h>\n\nstruct later { __u32 x; };\n")
        .and("d.h", "#include <linux/ioctl.h>\n\n#define D_TIME _IOR('d', 1, struct timeval)\n");
    let done = folder.run(&["check", "--format", "concise", "--select", "V003", "."]);
    let places: Vec<&str> =
        done.stdout.lines().filter_map(|line| Some(line.split_once(": ")?.0)).collect();
    // Nobody who writes d.h can extend libc's structure.
    assert_eq!(places, ["./c.h:3:8"], "{}", done.seen());
}
