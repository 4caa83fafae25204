//! Asks the compiler what a command macro comes to.
//!
//! Behind all headers, `_IOC` and its family are defined anew, as a call whose arguments are the
//! direction, the type letter, the nr, and something that has the argument's *type*. A function
//! for each command then uses its macro, and the syntax tree of that function holds the answer,
//! however many macros wrap `_IOC`.

use std::ffi::CStr;
use std::fmt::Write as _;
use std::path::Path;

use crate::c::other_macros::{AskedAs, OtherMacro};

/// The virtual file that includes the headers of a job, and asks.
pub(super) const MAIN: &CStr = c"/ioctlkit-main.c";

/// Whether a file is [`MAIN`].
pub(crate) fn is_main(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes() == MAIN.to_bytes()
}

/// The names of the functions that hold the answers begin so; a number follows.
pub(crate) const PROBE: &str = "__ioctlkit_probe_";
/// The names of the variables that hold plain values begin so; a number follows.
pub(crate) const VALUE: &str = "__ioctlkit_value_";
/// The function that the arguments of `_IOC` are given to.
pub(crate) const CALLED: &str = "__ioctlkit_ioc";
/// The member whose type is what `sizeof` was asked about.
pub(crate) const SIZEOF_MEMBER: &str = "__ioctlkit_sizeof";
/// Values of the direction in the answer.
pub(crate) const READ: i128 = 2;
/// See [`READ`].
pub(crate) const WRITE: i128 = 1;

/// The names of the variables that have the types of operands of `sizeof` begin so.
pub(crate) const OPERAND: &str = "__ioctlkit_operand_";

/// The names of the enumerators that hold what other macros come to begin so; a number follows.
pub(crate) const MACRO: &str = "__ioctlkit_macro_";
/// The names of the functions that hold the commands of other macros begin so; a number follows.
pub(crate) const MACRO_PROBE: &str = "__ioctlkit_macro_probe_";

/// What a question is about.
#[derive(Debug)]
pub(crate) enum Asked {
    /// A macro by its value, where it is defined.
    Macro { name: String, value: String },
    /// An enumerator by its value, where it is declared.
    Enumerator { name: String, value: String },
}

impl Asked {
    /// The question in three lines, of which the second holds what stands around the expression.
    fn lines(&self, question: impl Fn(&str) -> String) -> String {
        match self {
            Self::Macro { name, value } => format!("#ifdef {name}\n{}\n#endif\n", question(value)),
            Self::Enumerator { value, .. } => format!("\n{}\n\n", question(value)),
        }
    }
}

/// A question and its number.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) number: usize,
    pub(crate) asked: Asked,
    /// Whether the kernel's `_IOC` stands behind it.
    pub(crate) encoder: Behind,
}

/// What a candidate's number is made by.
#[derive(Debug)]
pub(crate) enum Behind {
    /// The kernel's `_IOC`: it is asked for its arguments.
    Ioc,
    /// Shifts of its own, with these operands of `sizeof`: it is asked for its value.
    Shifts(Vec<String>),
}

/// What a line of the text asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// The arguments of a candidate's `_IOC`.
    Call(usize),
    /// A candidate's value as a number.
    Value(usize),
    /// The type of an operand of `sizeof`.
    Operand,
    /// What a macro comes to that is no command.
    Macro(usize),
}

/// What the text asks besides the arguments of `_IOC`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Values {
    /// What each candidate comes to as a plain number. In a text with several headers one of them may
    /// spoil that for another.
    Wanted,
    Unwanted,
}

/// The text that includes `headers`, each by its path, and then asks the questions. `ioctl_h` is
/// included in front of them where it must not undo what follows.
pub(crate) fn text(
    ioctl_h: Option<&str>,
    headers: impl Iterator<Item = String>,
    questions: &[Question],
    others: &[(usize, &OtherMacro)],
    values: Values,
) -> Probes {
    let mut text = ioctl_h.map_or_else(String::new, |name| format!("#include <{name}>\n"));
    for header in headers {
        let _ = writeln!(text, "#include \"{header}\"");
    }
    let mut probes = Probes { line: text.lines().count() as u32 + 1, text, lines: Vec::new() };
    for (number, other) in others {
        probes.ask_integer(*number, other);
    }
    if values == Values::Wanted {
        for question in questions {
            let number = question.number;
            let value = |expression: &str| {
                format!("static const long long {VALUE}{number} = (long long)({expression});")
            };
            probes.ask(Line::Value(number), &question.asked, value);
            if let Behind::Shifts(operands) = &question.encoder {
                for (at, operand) in operands.iter().enumerate() {
                    let variable = |_: &str| format!("extern {operand} *{OPERAND}{number}_{at};");
                    probes.ask(Line::Operand, &question.asked, variable);
                }
            }
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
        "__builtin_choose_expr",
        "sizeof",
    ] {
        let _ = writeln!(probes.text, "#undef {name}");
    }
    let _ = write!(
        probes.text,
        "#define _IOC_NONE 0\n#define _IOC_WRITE {WRITE}\n#define _IOC_READ {READ}\n\
         int {CALLED}();\n\
         #define _IOC(d, t, n, s) {CALLED}((d), (t), (n), (s))\n\
         #define _IO(t, n) {CALLED}(0, (t), (n))\n\
         #define _IOR(t, n, s) {CALLED}(2, (t), (n), (__typeof__(s) *)0)\n\
         #define _IOW(t, n, s) {CALLED}(1, (t), (n), (__typeof__(s) *)0)\n\
         #define _IOWR(t, n, s) {CALLED}(3, (t), (n), (__typeof__(s) *)0)\n\
         #define _IOR_BAD(t, n, s) _IOR(t, n, s)\n#define _IOW_BAD(t, n, s) _IOW(t, n, s)\n\
         #define _IOWR_BAD(t, n, s) _IOWR(t, n, s)\n#define _IOC_TYPECHECK(t) sizeof(t)\n\
         #define __builtin_choose_expr(c, a, b) ((c) ? (a) : (b))\n\
         #define sizeof(x) (*(struct {{ __typeof__(x) *{SIZEOF_MEMBER}; }} *)0)\n",
    );
    probes.line = probes.text.lines().count() as u32 + 1;
    let (of_macros, of_enumerators): (Vec<&Question>, Vec<&Question>) = questions
        .iter()
        .filter(|question| matches!(question.encoder, Behind::Ioc))
        .partition(|question| matches!(question.asked, Asked::Macro { .. }));
    for question in of_enumerators.into_iter().chain(of_macros) {
        probes.ask_call(question);
    }
    for (number, other) in others {
        if let AskedAs::Command(call) = &other.asked {
            let function = format!("void {MACRO_PROBE}{number}(void) {{ (void)({call}); }}");
            probes.ask_about(*number, &other.name, &function);
        }
    }
    probes
}

/// The text, and what each of its lines asks.
#[derive(Debug)]
pub(crate) struct Probes {
    pub(crate) text: String,
    lines: Vec<(u32, Line)>,
    /// The line that comes next.
    line: u32,
}

impl Probes {
    /// Asks whether a macro is defined, and what it comes to if that may be an integer.
    fn ask_integer(&mut self, number: usize, other: &OtherMacro) {
        let value = match &other.asked {
            AskedAs::Defined => String::new(),
            AskedAs::Integer(call) => format!(" = ({call})"),
            AskedAs::Command(_) => return,
        };
        self.ask_about(number, &other.name, &format!("enum {{ {MACRO}{number}{value} }};"));
    }

    /// Asks for the arguments of a candidate's `_IOC`.
    fn ask_call(&mut self, question: &Question) {
        let number = question.number;
        let declared = match &question.asked {
            Asked::Enumerator { name, .. } => format!(" (void){name};"),
            Asked::Macro { .. } => String::new(),
        };
        let function = |expression: &str| {
            format!("void {PROBE}{number}(void) {{ (void)({expression});{declared} }}")
        };
        self.ask(Line::Call(number), &question.asked, function);
        // What uses an enumerator gets the call, too, and not the number.
        if let Asked::Enumerator { name, value } = &question.asked {
            let _ = write!(self.text, "#undef {name}\n#define {name} ({value})\n");
            self.line += 2;
        }
    }

    fn ask_about(&mut self, number: usize, name: &str, question: &str) {
        let asked = Asked::Macro { name: name.to_owned(), value: String::new() };
        self.ask(Line::Macro(number), &asked, |_| question.to_owned());
    }

    fn ask(&mut self, line: Line, asked: &Asked, question: impl Fn(&str) -> String) {
        self.text.push_str(&asked.lines(question));
        self.lines.push((self.line + 1, line));
        self.line += 3;
    }

    /// What is asked on a line.
    pub(crate) fn at_line(&self, line: u32) -> Option<Line> {
        let at = self.lines.binary_search_by_key(&line, |(line, _)| *line).ok()?;
        Some(self.lines[at].1)
    }
}
