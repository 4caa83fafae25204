//! Asks the compiler what a command macro comes to.
//!
//! Behind all headers, `_IOC` and its family are defined anew, as a call whose arguments are the
//! direction, the type letter, the nr, and something that has the argument's *type*. A function
//! for each command then uses its macro, and the syntax tree of that function holds the answer,
//! however many macros wrap `_IOC`.

use std::fmt::Write as _;

/// The names of the functions that hold the answers begin so; a number follows.
pub(crate) const PROBE: &str = "__ioctlkit_probe_";
/// The names of the variables that hold plain values begin so; a number follows.
pub(crate) const VALUE: &str = "__ioctlkit_value_";
/// The member whose type is what `sizeof` was asked about.
pub(crate) const SIZEOF_MEMBER: &str = "__ioctlkit_sizeof";
/// Values of the direction in the answer.
pub(crate) const READ: i128 = 2;
/// See [`READ`].
pub(crate) const WRITE: i128 = 1;

/// What a question is about.
#[derive(Debug)]
pub(crate) enum Asked {
    /// A macro, where it is defined.
    Macro(String),
    /// An expression on one line.
    Expression(String),
}

impl Asked {
    /// The question in three lines, of which the second holds what stands around the expression.
    fn lines(&self, question: impl Fn(&str) -> String) -> String {
        match self {
            Self::Macro(name) => format!("#ifdef {name}\n{}\n#endif\n", question(name)),
            Self::Expression(text) => format!("\n{}\n\n", question(text)),
        }
    }
}

/// The text that includes `headers`, each by its path, and then asks the questions, each with its
/// number: what they come to as commands and, if `values`, as plain numbers.
pub(crate) fn text(
    headers: impl Iterator<Item = String>,
    questions: &[(usize, Asked)],
    values: bool,
) -> Probes {
    // asm/ioctl.h first, so that it does not undo what follows.
    let mut text = String::from("#include <asm/ioctl.h>\n");
    for header in headers {
        let _ = writeln!(text, "#include \"{header}\"");
    }
    let mut lines = Vec::new();
    if values {
        let mut line = text.lines().count() as u32 + 1;
        for (index, asked) in questions {
            lines.push((line + 1, *index));
            line += 3;
            text.push_str(&asked.lines(|expression| {
                format!("static const unsigned {VALUE}{index} = (unsigned)({expression});")
            }));
        }
    }
    for name in [
        "_IOC",
        "_IO",
        "_IOR",
        "_IOW",
        "_IOWR",
        "_IOR_BAD",
        "_IOW_BAD",
        "_IOWR_BAD",
        "_IOC_NONE",
        "_IOC_READ",
        "_IOC_WRITE",
        "_IOC_TYPECHECK",
        "sizeof",
    ] {
        let _ = writeln!(text, "#undef {name}");
    }
    let _ = write!(
        text,
        "#define _IOC_NONE 0\n#define _IOC_WRITE {WRITE}\n#define _IOC_READ {READ}\n\
         int __ioctlkit_ioc();\n\
         #define _IOC(d, t, n, s) __ioctlkit_ioc((d), (t), (n), (s))\n\
         #define _IO(t, n) __ioctlkit_ioc(0, (t), (n))\n\
         #define _IOR(t, n, s) __ioctlkit_ioc(2, (t), (n), (__typeof__(s) *)0)\n\
         #define _IOW(t, n, s) __ioctlkit_ioc(1, (t), (n), (__typeof__(s) *)0)\n\
         #define _IOWR(t, n, s) __ioctlkit_ioc(3, (t), (n), (__typeof__(s) *)0)\n\
         #define _IOR_BAD(t, n, s) _IOR(t, n, s)\n#define _IOW_BAD(t, n, s) _IOW(t, n, s)\n\
         #define _IOWR_BAD(t, n, s) _IOWR(t, n, s)\n#define _IOC_TYPECHECK(t) sizeof(t)\n\
         #define sizeof(x) (*(struct {{ __typeof__(x) *{SIZEOF_MEMBER}; }} *)0)\n",
    );
    let mut line = text.lines().count() as u32 + 1;
    for (index, asked) in questions {
        text.push_str(
            &asked.lines(|expression| {
                format!("void {PROBE}{index}(void) {{ (void)({expression}); }}")
            }),
        );
        lines.push((line + 1, *index));
        line += 3;
    }
    Probes { text, lines }
}

/// The text, and the line of each question.
#[derive(Debug)]
pub(crate) struct Probes {
    pub(crate) text: String,
    lines: Vec<(u32, usize)>,
}

impl Probes {
    /// The question that stands on a line.
    pub(crate) fn at_line(&self, line: u32) -> Option<usize> {
        let at = self.lines.binary_search_by_key(&line, |(line, _)| *line).ok()?;
        Some(self.lines[at].1)
    }
}
