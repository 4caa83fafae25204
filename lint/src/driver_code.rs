//! What the rules about C source of drivers share.

use std::collections::BTreeMap;

use ioctlkit_model::{
    Command, Copies, Finding, HandledCommand, Label, OperationTable, Serves, Slot, SourceHandler,
    Span,
};

use crate::context::{Context, finding};
use crate::{Rule, conventions, words};

/// Names that a message lists one by one.
const NAMED: usize = 2;

/// Things that notes and labels list one by one.
const NOTED: usize = 5;

/// Names in a sentence: "`A`", "`A` and `B`"; of many the first and how many there are besides.
pub fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [one, other] => format!("`{one}` and `{other}`"),
        [one, others @ ..] => format!("`{one}` and {} others", others.len()),
    }
}

/// The names that [`list`] counts, for a note; nothing where it names all.
pub fn rest(names: &[&str]) -> Option<String> {
    let (_, others) = names.split_first()?;
    (names.len() > NAMED).then(|| format!("the others are {}", words::names(others, NOTED)))
}

/// The names of commands, as [`list`] has them.
pub fn names(commands: &[&HandledCommand]) -> String {
    let names: Vec<&str> = commands.iter().map(|command| command.name.as_str()).collect();
    list(&names)
}

/// What is done at one place of the source: a function may do it for several commands, and several
/// handlers may call it.
#[derive(Debug)]
pub struct AtPlace<'a, T> {
    /// Where.
    pub span: Span,
    /// What.
    pub what: T,
    /// The first handler that leads there.
    pub handler: &'a SourceHandler,
    /// The commands for which it is done, each once.
    pub commands: Vec<&'a HandledCommand>,
}

/// What `of` finds in the commands of every handler, by place.
pub fn by_place<'a, T>(
    cx: &Context<'a>,
    of: impl Fn(&'a SourceHandler, &'a HandledCommand) -> Vec<(Span, T)>,
) -> Vec<AtPlace<'a, T>> {
    let mut places: BTreeMap<Span, AtPlace<'a, T>> = BTreeMap::new();
    for handler in &cx.interface.code.handlers {
        for command in &handler.commands {
            for (span, what) in of(handler, command) {
                let new = || AtPlace { span, what, handler, commands: Vec::new() };
                let place = places.entry(span).or_insert_with(new);
                if !place.commands.iter().any(|known| known.name == command.name) {
                    place.commands.push(command);
                }
            }
        }
    }
    places.into_values().collect()
}

/// A finding about what a handler does for some commands.
pub fn code_finding(
    cx: &Context<'_>,
    rule: &'static Rule,
    handler: &SourceHandler,
    commands: &[&HandledCommand],
    span: Span,
    message: String,
) -> Finding {
    let names: Vec<&str> = commands.iter().map(|command| command.name.as_str()).collect();
    Finding {
        command: commands.first().map(|command| command.name.clone()),
        member: Some(handler.function.clone()),
        notes: rest(&names).into_iter().collect(),
        ..finding(rule, span, cx.interface.abis, message)
    }
}

/// Where the commands are declared, as many as are named one by one.
pub fn declarations(cx: &Context<'_>, commands: &[&HandledCommand]) -> Vec<Label> {
    let declared = commands.iter().filter_map(|command| cx.declared().command(&command.name));
    declared.take(NOTED).map(declaration).collect()
}

/// Where a command is declared.
pub fn declaration(command: &Command) -> Label {
    let through = command.variants.first().map(|body| body.direction.macro_name());
    let text = match through {
        Some(through) => format!("`{}` is declared `{through}`", command.name),
        None => format!("`{}` is declared here", command.name),
    };
    Label { span: command.span, text }
}

/// Whether a handler gets the argument that the program passes in a native call: it copies it itself, and no
/// layer has put another pointer in its place.
pub fn gets_argument(cx: &Context<'_>, handler: &SourceHandler) -> bool {
    let code = &cx.interface.code;
    let place = code.handlers.iter().position(|known| std::ptr::eq(known, handler));
    handler.copies == Copies::Handler
        && handler.serves != Serves::Compat
        && place.is_some_and(|place| {
            code.tables_with(place).all(|table| conventions::passes_argument(&table.structure))
        })
}

/// Every table with the handler of its native member, where its source was read.
pub fn tables<'a>(
    cx: &Context<'a>,
) -> impl Iterator<Item = (&'a OperationTable, &'a SourceHandler)> + use<'a> {
    let code = &cx.interface.code;
    code.tables.iter().filter_map(move |table| {
        let place = table.native.as_ref()?.handler?;
        Some((table, code.handlers.get(place as usize)?))
    })
}

/// A finding about a table, at its name.
pub fn table_finding(
    cx: &Context<'_>,
    rule: &'static Rule,
    table: &OperationTable,
    message: String,
) -> Finding {
    let is_known = !table.structure.is_empty();
    Finding {
        record: is_known.then(|| format!("struct {}", table.structure)),
        member: Some(table.name.clone()),
        ..finding(rule, table.span, cx.interface.abis, message)
    }
}

/// Whether a table's compat member is set elsewhere, by an assignment to the same object.
pub fn has_compat(cx: &Context<'_>, table: &OperationTable) -> bool {
    let same = |other: &OperationTable| {
        other.span.file == table.span.file && other.name == table.name && other.compat.is_some()
    };
    table.compat.is_some() || cx.interface.code.tables.iter().any(same)
}

/// Whether a function converts the pointer of every command and does nothing else.
pub fn converts_pointers(cx: &Context<'_>, table: &OperationTable) -> bool {
    let Some(compat) = &table.compat else { return false };
    if conventions::CONVERTING.contains(&compat.function.as_str()) {
        return true;
    }
    let handlers = &cx.interface.code.handlers;
    let of = |slot: &Option<Slot>| handlers.get(slot.as_ref()?.handler? as usize);
    let (Some(native), Some(wrapper)) = (of(&table.native), of(&table.compat)) else {
        return false;
    };
    if native.span == wrapper.span {
        return false;
    }
    // It passes on whatever it is given: each label that it meets is one of the native handler's.
    let is_native =
        |command: &HandledCommand| native.commands.iter().any(|it| it.span == command.span);
    wrapper.converts_pointer && wrapper.commands.iter().all(is_native)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_names_are_written_out_and_more_are_counted() {
        assert_eq!(list(&["A"]), "`A`");
        assert_eq!(list(&["A", "B"]), "`A` and `B`");
        assert_eq!(list(&["A", "B", "C"]), "`A` and 2 others");
        assert_eq!(rest(&["A", "B"]), None);
        assert_eq!(rest(&["A", "B", "C"]).as_deref(), Some("the others are `B`, `C`"));
        let many = ["A", "B", "C", "D", "E", "F", "G", "H"];
        let said = "the others are `B`, `C`, `D`, `E`, `F` and 2 more";
        assert_eq!(rest(&many).as_deref(), Some(said));
    }
}
