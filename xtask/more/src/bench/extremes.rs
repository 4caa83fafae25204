//! Headers far larger than any in use, each in one respect, in which work has to grow with the input
//! and no faster.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Result;

use super::Case;

const AIM: &str = "2 s";

const INCLUDES: &str = "#include <linux/types.h>\n#include <linux/ioctl.h>\n";

/// Appends declarations to a header.
type Write = fn(&mut String);

/// Writes the headers into a folder.
pub(super) fn cases(folder: &Path) -> Result<Vec<Case>> {
    fs::create_dir_all(folder)?;
    let headers: [(&str, Write); 5] = [
        ("a structure of 10 000 members, half of them behind holes", members),
        ("100 000 macros", macros),
        ("a chain of 20 000 typedefs", typedefs),
        ("50 000 suppressions beside typedefs", suppressions),
        ("50 000 suppressions of findings in 5000 structures", used_suppressions),
    ];
    let mut cases = Vec::new();
    for (at, (what, write)) in headers.into_iter().enumerate() {
        let path = folder.join(format!("extreme{at}.h"));
        let mut text = INCLUDES.to_owned();
        write(&mut text);
        fs::write(&path, text)?;
        cases.push(Case::check(what.to_owned(), &[path], AIM));
    }
    Ok(cases)
}

fn members(text: &mut String) {
    text.push_str("struct big {\n");
    for member in 0..10_000 {
        let ty = if member % 2 == 0 { "__u64" } else { "__u32" };
        let _ = writeln!(text, "\t{ty} member{member};");
    }
    text.push_str("};\n#define BIG_GET _IOR('x', 1, struct big)\n");
}

fn macros(text: &mut String) {
    for number in 0..100_000 {
        let _ = writeln!(text, "#define NUMBER_{number} {number}");
    }
    text.push_str("#define NOTHING _IO('x', 1)\n");
}

fn typedefs(text: &mut String) {
    text.push_str("typedef __u32 link0;\n");
    for link in 1..=20_000 {
        let _ = writeln!(text, "typedef link{} link{link};", link - 1);
    }
    text.push_str("struct end { link20000 end; };\n#define END_GET _IOR('x', 1, struct end)\n");
}

fn suppressions(text: &mut String) {
    for number in 0..50_000 {
        let _ = writeln!(text, "typedef int type{number}; /* ioctl-lint: allow(L001) a reason */");
    }
    text.push_str("struct one { int one; };\n#define ONE_GET _IOR('x', 1, struct one)\n");
}

fn used_suppressions(text: &mut String) {
    for number in 0..5000 {
        let _ = writeln!(text, "struct of{number} {{");
        for member in 0..10 {
            let _ = writeln!(text, "\tlong member{member}; /* ioctl-lint: allow(L003) a reason */");
        }
        let (letter, nr) = (number / 256, number % 256);
        let _ = writeln!(text, "}};\n#define GET_{number} _IOR({letter}, {nr}, struct of{number})");
    }
}
