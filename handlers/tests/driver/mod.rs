//! Runs the analysis over texts, and says in short what it found.
#![allow(dead_code, reason = "each test crate uses a part")]

use ioctlkit_handlers::{Analyser, Program, Source};
use ioctlkit_model::{
    Access, Amount, CopiedIn, CopiedOut, DriverCode, HandledCommand, NoticedKind, Part,
    SourceHandler, SourceMap, Way,
};

/// What the analysis says of files, each with a path and a text.
pub(crate) fn files(files: &[(&str, &str)]) -> DriverCode {
    Analyser::default().analyse(&program(files)).code
}

/// The files as a program.
pub(crate) fn program(files: &[(&str, &str)]) -> Program {
    let mut map = SourceMap::default();
    let mut program = Program::default();
    for (path, text) in files {
        let file = map.add((*path).into(), (*text).into());
        program.add(Source::new(file, path, (*text).into()));
    }
    program
}

/// What the analysis says of one file.
pub(crate) fn file(text: &str) -> DriverCode {
    files(&[("foo.c", text)])
}

/// The same of a file whose handler is `foo_ioctl`, with this body; `more` stands in front of it.
pub(crate) fn handler_with(more: &str, body: &str) -> SourceHandler {
    let code = file(&format!(
        "{more}\nstatic long foo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)\n{{\n\
         void __user *argp = (void __user *)arg;\n{body}\n}}\n\
         static const struct file_operations fops = {{ .unlocked_ioctl = foo_ioctl }};\n"
    ));
    assert_eq!(code.not_understood, [], "{body}");
    let [handler] = <[SourceHandler; 1]>::try_from(code.handlers).expect("one handler");
    handler
}

/// The handler with this body.
pub(crate) fn handler(body: &str) -> SourceHandler {
    handler_with("", body)
}

/// What a handler does for `FOO_A`, by this body of the case, behind which is an end by `break`. `struct
/// foo` and `ret` are declared.
pub(crate) fn case(body: &str) -> HandledCommand {
    case_with("", body)
}

/// The same with functions in front.
pub(crate) fn case_with(more: &str, body: &str) -> HandledCommand {
    let handler = handler_with(
        more,
        &format!(
            "int ret = 0;\nswitch (cmd) {{\ncase FOO_A: {{\n{body}\nbreak;\n}}\n\
             default:\nreturn -ENOTTY;\n}}\nreturn ret;"
        ),
    );
    assert_eq!(handler.gave_up, None, "{body}");
    command(&handler, "FOO_A").clone()
}

/// What a handler does for a command.
pub(crate) fn command<'h>(handler: &'h SourceHandler, name: &str) -> &'h HandledCommand {
    handler.commands.iter().find(|it| it.name == name).unwrap_or_else(|| {
        panic!("{} has no {name}, but {:?}", handler.function, names(handler));
    })
}

/// The commands of a handler.
pub(crate) fn names(handler: &SourceHandler) -> Vec<&str> {
    handler.commands.iter().map(|command| command.name.as_str()).collect()
}

/// Its copies: `in whole struct foo`, `out .a 4`, `in inside (n)`.
pub(crate) fn copies(command: &HandledCommand) -> Vec<String> {
    command.accesses.iter().map(access).collect()
}

fn access(access: &Access) -> String {
    let way = match access.way {
        Way::In => "in",
        Way::Out => "out",
    };
    let part = match &access.part {
        Part::Whole => "whole".to_owned(),
        Part::Member(member) => format!(".{member}"),
        Part::Inside => "inside".to_owned(),
    };
    let guarded = if access.guarded { " guarded" } else { "" };
    format!("{way} {part} {}{guarded}", amount(&access.amount))
}

/// How many bytes.
pub(crate) fn amount(amount: &Amount) -> String {
    match amount {
        Amount::Type(ty) => ty.clone(),
        Amount::CommandSize => "_IOC_SIZE".to_owned(),
        Amount::Bytes(bytes) => bytes.to_string(),
        Amount::Expression(text) => format!("({text})"),
        Amount::Unknown => "?".to_owned(),
    }
}

/// What a handler says to a command that it does not know.
pub(crate) fn unknown(handler: &SourceHandler) -> Vec<&str> {
    handler.unknown.iter().map(|answer| answer.value.as_str()).collect()
}

/// What it returns.
pub(crate) fn returns(command: &HandledCommand) -> Vec<&str> {
    command.returns.iter().map(|answer| answer.value.as_str()).collect()
}

/// What was noticed.
pub(crate) fn noticed(command: &HandledCommand) -> Vec<NoticedKind> {
    command.noticed.iter().map(|noticed| noticed.kind.clone()).collect()
}

/// The only object that is copied out.
pub(crate) fn copied_out(command: &HandledCommand) -> &CopiedOut {
    let [out] = &command.copied_out[..] else { panic!("{:?}", command.copied_out) };
    out
}

/// The only object that is copied in.
pub(crate) fn copied_in(command: &HandledCommand) -> &CopiedIn {
    let [only] = &command.copied_in[..] else { panic!("{:?}", command.copied_in) };
    only
}
