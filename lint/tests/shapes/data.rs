//! Everything else that a run is given: what was dumped before, baselines, databases, two versions.

use crate::harness::{Shape, each, last};

const HEADER: &str = "#include <linux/ioctl.h>\n#define X _IO('x', 1)\n";

#[test]
fn a_compilation_database_of_entries() {
    let entries = each(12_000, |at| {
        format!(
            "{{\"directory\": \"/d\", \"file\": \"f{at}.c\", \"command\": \"cc -Ia -Db -c f{at}.c\"}},\n"
        )
    });
    let entries = format!("[\n{}\n]", entries.trim_end().trim_end_matches(','));
    Shape::new(&["check", "--no-config", "--compile-commands", "c.json", "x.h"])
        .with("x.h", HEADER.to_owned())
        .with("c.json", entries)
        .run();
}

#[test]
fn a_compilation_database_with_one_command_of_words() {
    let words = "-Ia ".repeat(200_000);
    let entry =
        format!("[{{\"directory\": \"/d\", \"file\": \"x.h\", \"command\": \"cc {words}x.h\"}}]");
    Shape::new(&["check", "--no-config", "--compile-commands", "c.json", "x.h"])
        .with("x.h", HEADER.to_owned())
        .with("c.json", entry)
        .run();
}

#[test]
fn a_configuration_of_ignored_paths() {
    let paths = each(50_000, |at| format!("\"a{at}/**\",\n"));
    Shape::new(&["check", "x.h"])
        .with("x.h", HEADER.to_owned())
        .with("ioctl-lint.toml", format!("exclude = [\n{paths}]\n"))
        .run();
}

/// Two versions of a header whose members and commands have new names, so that each may be any.
#[test]
fn everything_is_renamed() {
    let version = |word: &str| {
        let members = each(10_000, |at| format!("int {word}_{at};\n"));
        let commands = each(10_000, |at| format!("#define {word}_{at} _IO('x', {})\n", at % 256));
        format!(
            "#include <linux/ioctl.h>\nstruct x {{\n{members}}};\n{commands}#define X _IOW('x', 1, struct x)\n"
        )
    };
    Shape::new(&["diff", "--no-config", "old.h", "new.h"])
        .with("old.h", version("before"))
        .with("new.h", version("after"))
        .run();
}

#[test]
fn everything_moves_by_one() {
    let version = |by: usize| {
        let members = each(15_000, |at| format!("int m_{};\n", at + by));
        let commands = each(15_000, |at| format!("#define C_{} _IO('x', {})\n", at + by, at % 256));
        format!(
            "#include <linux/ioctl.h>\nstruct x {{\n{members}}};\n{commands}#define X _IOW('x', 1, struct x)\n"
        )
    };
    Shape::new(&["diff", "--no-config", "old.h", "new.h"])
        .with("old.h", version(0))
        .with("new.h", version(1))
        .run();
}

#[test]
fn enumerators_are_renamed() {
    let version = |word: &str| {
        let enumerators = each(30_000, |at| format!("{word}_{at},\n"));
        format!(
            "#include <linux/ioctl.h>\nenum e {{\n{enumerators}}};\nstruct x {{ enum e e; }};\n#define X _IOW('x', 1, struct x)\n"
        )
    };
    Shape::new(&["diff", "--no-config", "old.h", "new.h"])
        .with("old.h", version("BEFORE"))
        .with("new.h", version("AFTER"))
        .run();
}

#[test]
fn structures_are_renamed() {
    let version = |word: &str| {
        each(10_000, |at| {
            format!(
                "struct {word}{at} {{ int a; }};\n#define {word}_{at} _IOW({}, {}, struct {word}{at})\n",
                at / 256,
                at % 256
            )
        })
    };
    Shape::new(&["diff", "--no-config", "old.h", "new.h"])
        .with("old.h", format!("#include <linux/ioctl.h>\n{}", version("before")))
        .with("new.h", format!("#include <linux/ioctl.h>\n{}", version("after")))
        .run();
}

#[test]
fn a_trace_of_calls() {
    let calls = each(10_000, |at| format!("ioctl(3, {:#x}, 0x7ffc) = 0\n", 0x5000_0000 + at));
    Shape::new(&["decode", "--no-config", "--headers", "x.h", "t.strace"])
        .with("x.h", HEADER.to_owned())
        .with("t.strace", calls)
        .run();
}

#[test]
fn a_name_that_no_command_of_a_header_has() {
    let commands = each(25_000, |at| format!("#define FOO_COMMAND_{at} _IO('x', {})\n", at % 256));
    Shape::new(&["number", "--no-config", "FOO_COMMAN", "x.h"])
        .with("x.h", format!("#include <linux/ioctl.h>\n{commands}"))
        .run();
}

#[test]
fn a_name_as_long_as_the_header() {
    let name = "A".repeat(100_000);
    let commands = format!("#define {} _IO('x', 1)\n", "B".repeat(400_000));
    let name: &'static str = Box::leak(name.into_boxed_str());
    Shape::new(&["number", "--no-config", name, "x.h"])
        .with("x.h", format!("#include <linux/ioctl.h>\n{commands}"))
        .run();
}

#[test]
fn a_dump_of_structures() {
    let commands = each(1_500, |at| {
        format!(
            "struct s{at} {{ int a; }};\n#define X{at} _IOW({}, {}, struct s{at})\n",
            at / 256,
            at % 256
        )
    });
    assert!(last(1_500) > 0);
    Shape::new(&["dump", "--no-config", "x.h"])
        .with("x.h", format!("#include <linux/ioctl.h>\n{commands}"))
        .run();
}

/// Constants with values, and commands, of which every other one changes.
#[test]
fn constants_and_commands_change() {
    let version = |by: usize| {
        let constants = each(20_000, |at| format!("#define K_{at} {}\n", at + by * (at % 2)));
        let commands = each(20_000, |at| format!("#define C_{at} _IO('x', {})\n", (at + by) % 256));
        format!("#include <linux/ioctl.h>\n{constants}{commands}")
    };
    Shape::new(&["diff", "--no-config", "old.h", "new.h"])
        .with("old.h", version(0))
        .with("new.h", version(1))
        .run();
}

#[test]
fn commands_and_constants_are_gone() {
    let constants = each(17_500, |at| format!("#define K_{at} {at}\n"));
    let commands = each(17_500, |at| format!("#define C_{at} _IO('x', {})\n", at % 256));
    let enumerators = each(17_500, |at| format!("E_{at},\n"));
    Shape::new(&["diff", "--no-config", "old.h", "new.h"])
        .with("old.h", format!("{HEADER}{constants}{commands}enum e {{\n{enumerators}}};\n"))
        .with("new.h", HEADER.to_owned())
        .run();
}

/// Each command carries the structure that changed, under a new name.
#[test]
fn commands_of_one_structure_are_renamed() {
    let version = |word: &str, member: &str| {
        let commands = each(15_000, |at| {
            format!("#define {word}_{at} _IOW({}, {}, struct x)\n", at / 256, at % 256)
        });
        format!("#include <linux/ioctl.h>\nstruct x {{ {member} a; }};\n{commands}")
    };
    Shape::new(&["diff", "--no-config", "old.h", "new.h"])
        .with("old.h", version("BEFORE", "int"))
        .with("new.h", version("AFTER", "void *"))
        .run();
}

/// Each header includes one that is not there, and has a name that all others have, too.
#[test]
fn headers_that_cannot_be_read_as_a_whole() {
    let version = |shape: Shape, folder: &str, value: usize| {
        (0..last(1_000)).fold(shape, |shape, at| {
            let text = format!(
                "#include \"missing.h\"\n#define SAME {}\n#define X{at} _IOW(1, {}, struct s{at})\n",
                at + value,
                at % 256
            );
            shape.with(Box::leak(format!("{folder}/h{at}.h").into_boxed_str()), text)
        })
    };
    let shape = version(Shape::new(&["diff", "--no-config", "old", "new"]), "old", 0);
    version(shape, "new", 1).run();
}

/// Numbers in each format, and text that each format's reader might go over again and again.
#[test]
fn lists_of_numbers() {
    let lists = [
        (
            "x.go",
            format!("package x\nconst (\n{})\n", each(30_000, |at| format!("X{at} = {at}\n"))),
        ),
        ("x.py", each(30_000, |at| format!("X{at} = {at}\n"))),
        ("x.csv", each(30_000, |at| format!("X{at},{at}\n"))),
        (
            "x.json",
            format!("{{{}\"X\": 1}}", each(20_000, |at| format!("\"\\u0058{at}\": {at},\n"))),
        ),
        ("open.json", format!("{{\"X\": {}", "[".repeat(500_000))),
        ("open.go", format!("const X = 1\nconst Y = {}", "/\"\\".repeat(300_000))),
        ("open.py", format!("X = 1\nY = {}", "(\"'".repeat(300_000))),
        ("long.csv", format!("X,1\n{}", ",".repeat(1_000_000))),
    ];
    for (name, text) in lists {
        Shape::new(&["check", "--no-config", "--against", "x.h", name])
            .with("x.h", HEADER.to_owned())
            .with(name, text)
            .run();
    }
}
