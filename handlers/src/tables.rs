//! Where functions become handlers: structures of operations, and tables with a row for each command.

use ioctlkit_model::{OperationTable, Slot};

use crate::ast::{
    Designator, Expression, ExpressionKind, Function, Item, Statement, StatementKind, Text,
    TypeName, Variable,
};
use crate::program::Source;

/// A table with a row for each command.
#[derive(Debug, Clone)]
pub(crate) struct CommandTable {
    /// The variable's name.
    pub(crate) name: String,
    /// The name in its definition.
    pub(crate) at: Text,
    /// The rows.
    pub(crate) rows: Vec<Row>,
    /// Whether its functions serve 32-bit programs on a 64-bit kernel.
    pub(crate) is_compat: bool,
}

/// A row of such a table.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The command's name.
    pub(crate) command: String,
    /// Where.
    pub(crate) at: Text,
    /// The function's name.
    pub(crate) function: String,
}

/// The structures of operations that a file fills in.
pub(crate) fn operations(source: &Source) -> Vec<OperationTable> {
    let mut tables = Vec::new();
    for variable in source.variables() {
        let structure = tag(source.str(variable.ty.base));
        let name = source.str(variable.name);
        in_initialiser(source, &variable.value, name, &structure, variable.name, &mut tables);
    }
    for function in source.assigning() {
        assigned(source, function, &mut tables);
        declared_tables(source, &function.body, &mut tables);
    }
    tables.extend(system_call(source));
    tables
}

/// The name of [`OperationTable::structure`] for the system call.
const SYSTEM_CALL: &str = "system call";

/// The system call `ioctl`, where a file defines it: it handles commands itself before any file does.
fn system_call(source: &Source) -> Option<OperationTable> {
    let slot = |function: &str| {
        let at = source.named(function)?;
        Some(Slot {
            member: SYSTEM_CALL.to_owned(),
            function: function.to_owned(),
            span: source.span(at),
            needs: None,
            handler: None,
        })
    };
    let native = slot("sys_ioctl")?;
    Some(OperationTable {
        name: "ioctl".to_owned(),
        structure: SYSTEM_CALL.to_owned(),
        span: native.span,
        compat: slot("compat_sys_ioctl"),
        native: Some(native),
    })
}

/// Tables that a function declares.
fn declared_tables(source: &Source, statements: &[Statement], tables: &mut Vec<OperationTable>) {
    for statement in statements {
        match &statement.kind {
            StatementKind::Declare(declarations) => {
                for declaration in declarations {
                    let Some(value) = &declaration.value else { continue };
                    let structure = tag(source.str(declaration.ty.base));
                    let name = source.str(declaration.name);
                    in_initialiser(source, value, name, &structure, declaration.name, tables);
                }
            }
            StatementKind::Block(inner) => declared_tables(source, inner, tables),
            _ => {}
        }
    }
}

fn tag(base: &str) -> String {
    let words: Vec<&str> = base.split_whitespace().filter(|word| *word != "const").collect();
    words.last().copied().unwrap_or_default().to_owned()
}

/// Whether a member of a structure of operations is for handlers.
fn is_slot(member: &str) -> bool {
    member.contains("ioctl") || member == "ndo_siocdevprivate" || member == "ndo_siocwandev"
}

fn in_initialiser(
    source: &Source,
    value: &Expression,
    name: &str,
    structure: &str,
    at: Text,
    tables: &mut Vec<OperationTable>,
) {
    let ExpressionKind::Initialiser(items) = &value.kind else { return };
    let mut table = OperationTable {
        name: name.to_owned(),
        structure: structure.to_owned(),
        span: source.span(at),
        native: None,
        compat: None,
    };
    let mut more = Vec::new();
    for item in items {
        if let ExpressionKind::Initialiser(_) = item.value.kind {
            let inner = match &item.designator {
                Some(Designator::Member(member)) => source.str(*member),
                _ => structure,
            };
            in_initialiser(source, &item.value, name, inner, at, tables);
            continue;
        }
        if let Some((function, at, symbol)) = compat_by_macro(source, item) {
            place(source, &mut table, &mut more, "compat_ioctl", function, at);
            if let Some(compat) = &mut table.compat {
                compat.needs = Some(symbol.to_owned());
            }
            continue;
        }
        let Some(Designator::Member(member)) = &item.designator else { continue };
        let member = source.str(*member);
        let (Some(function), true) = (function_name(source, &item.value), is_slot(member)) else {
            continue;
        };
        place(source, &mut table, &mut more, member, function, item.value.at);
    }
    if table.native.is_some() || table.compat.is_some() {
        tables.push(table);
    }
    tables.append(&mut more);
}

/// `KVM_COMPAT(f)`: a macro that makes the member for 32-bit programs where a kernel's configuration has
/// the symbol of that name.
fn compat_by_macro<'s>(source: &'s Source, item: &Item) -> Option<(&'s str, Text, &'s str)> {
    let ExpressionKind::Call { function, arguments } = &item.value.kind else { return None };
    let ([only], None) = (&arguments[..], &item.designator) else { return None };
    let symbol = source.str(function.at);
    symbol.ends_with("COMPAT").then_some((function_name(source, only)?, only.at, symbol))
}

/// Puts a slot into a table; a second native one, as network devices have, makes one more table.
fn place(
    source: &Source,
    table: &mut OperationTable,
    more: &mut Vec<OperationTable>,
    member: &str,
    function: &str,
    at: Text,
) {
    let slot = Slot {
        member: member.to_owned(),
        function: function.to_owned(),
        span: source.span(at),
        needs: None,
        handler: None,
    };
    if member.contains("compat") {
        table.compat = Some(slot);
    } else if table.native.is_none() {
        table.native = Some(slot);
    } else {
        more.push(OperationTable { native: Some(slot), compat: None, ..table.clone() });
    }
}

/// The function that a value names: `f`, `&f`.
fn function_name<'s>(source: &'s Source, value: &Expression) -> Option<&'s str> {
    match &value.kind {
        ExpressionKind::Name => {
            let name = source.str(value.at);
            (name != "NULL").then_some(name)
        }
        ExpressionKind::AddressOf(inner) | ExpressionKind::Cast { value: inner, .. } => {
            function_name(source, inner)
        }
        _ => None,
    }
}

/// `ops->unlocked_ioctl = f;`, each function with its table.
fn assigned(source: &Source, function: &Function, tables: &mut Vec<OperationTable>) {
    let first = tables.len();
    walk(&function.body, &mut |expression| {
        if let Some(table) = registered(source, expression) {
            tables.push(table);
            return;
        }
        let ExpressionKind::Assign { operator: None, target, value } = &expression.kind else {
            return;
        };
        let ExpressionKind::Member { of, name, .. } = &target.kind else { return };
        let member = source.str(*name);
        // A table of rows is no function.
        if !is_slot(member) || member.ends_with("ioctls") || member.contains("num") {
            return;
        }
        let Some(handler) = function_name(source, value) else { return };
        if handler.bytes().all(|byte| byte.is_ascii_digit()) {
            return;
        }
        let object = source.str(of.at);
        let known = tables.iter_mut().skip(first).find(|table| {
            table.name == object && table.compat.is_none() && member.contains("compat")
        });
        let mut table = OperationTable {
            name: object.to_owned(),
            structure: structure_of(source, function, of),
            span: source.span(expression.at),
            native: None,
            compat: None,
        };
        if let Some(known) = known {
            place(source, known, &mut Vec::new(), member, handler, value.at);
        } else {
            place(source, &mut table, &mut Vec::new(), member, handler, value.at);
            tables.push(table);
        }
    });
}

/// The tag of the structure whose member is assigned, where the declaration of a variable shows it; empty
/// otherwise.
fn structure_of(source: &Source, function: &Function, of: &Expression) -> String {
    match &of.kind {
        ExpressionKind::Name => {
            let name = source.str(of.at);
            let is_it = |other: Text| source.str(other) == name;
            let parameter =
                function.parameters.iter().find(|it| it.name.is_some_and(is_it)).map(|it| it.ty);
            let ty = parameter.or_else(|| declared(&function.body, &is_it));
            ty.map(|ty| tag(source.str(ty.base))).unwrap_or_default()
        }
        // `hwdep->ops.ioctl`, from include/sound/hwdep.h
        ExpressionKind::Member { of, name, .. }
            if source.str(*name) == "ops" && structure_of(source, function, of) == "snd_hwdep" =>
        {
            "snd_hwdep_ops".to_owned()
        }
        _ => String::new(),
    }
}

/// The type of a variable that a body declares.
fn declared(statements: &[Statement], is_it: &dyn Fn(Text) -> bool) -> Option<TypeName> {
    statements.iter().find_map(|statement| match &statement.kind {
        StatementKind::Declare(declarations) => {
            declarations.iter().find(|it| is_it(it.name)).map(|it| it.ty)
        }
        StatementKind::Block(inner) => declared(inner, is_it),
        _ => None,
    })
}

/// `snd_ctl_register_ioctl(f)`, from sound/core/control.c: one more handler behind that of the device.
fn registered(source: &Source, expression: &Expression) -> Option<OperationTable> {
    let ExpressionKind::Call { function, arguments } = &expression.kind else { return None };
    let through = source.str(function.at);
    let ([only], true) = (&arguments[..], through.starts_with("snd_ctl_register_ioctl")) else {
        return None;
    };
    let mut table = OperationTable {
        name: through.to_owned(),
        structure: String::new(),
        span: source.span(expression.at),
        native: None,
        compat: None,
    };
    let name = function_name(source, only)?;
    let member = if through.ends_with("compat") { "compat_ioctl" } else { "ioctl" };
    place(source, &mut table, &mut Vec::new(), member, name, only.at);
    Some(table)
}

/// Every expression statement and initialiser of a body, innermost last.
fn walk(statements: &[Statement], see: &mut dyn FnMut(&Expression)) {
    for statement in statements {
        match &statement.kind {
            StatementKind::Expression(expression) => see(expression),
            StatementKind::Block(inner) => walk(inner, see),
            StatementKind::If { then, otherwise, .. } => {
                walk(std::slice::from_ref(then), see);
                if let Some(otherwise) = otherwise {
                    walk(std::slice::from_ref(otherwise), see);
                }
            }
            StatementKind::Switch { body, .. }
            | StatementKind::While { body, .. }
            | StatementKind::DoWhile { body, .. }
            | StatementKind::For { body, .. } => walk(std::slice::from_ref(body), see),
            _ => {}
        }
    }
}

/// The tables of a file that have a row for each command.
pub(crate) fn command_tables(
    source: &Source,
    is_function: &dyn Fn(&str) -> bool,
) -> Vec<CommandTable> {
    let rows = |variable: &Variable| {
        let ExpressionKind::Initialiser(items) = &variable.value.kind else { return Vec::new() };
        let name = source.str(variable.name);
        let named = name.contains("compat")
            || name.contains("ioctl")
            || source.str(variable.ty.base).contains("ioctl");
        let mut rows: Vec<Row> =
            items.iter().filter_map(|item| row(source, item, named, is_function)).collect();
        let is_nr = |row: &Row| row.command.starts_with(|first: char| first.is_ascii_digit());
        if rows.iter().any(is_nr)
            && let Some(letter) = type_letter(&source.text)
        {
            for row in rows.iter_mut().filter(|row| is_nr(row)) {
                row.command = numbered(letter, &row.command);
            }
        }
        rows
    };
    source
        .variables()
        .iter()
        .map(|variable| CommandTable {
            name: source.str(variable.name).to_owned(),
            at: variable.name,
            rows: rows(variable),
            is_compat: source.str(variable.name).contains("compat"),
        })
        .filter(|table| !table.rows.is_empty())
        .collect()
}

/// How a command is called of which only the type letter and the nr are known.
fn numbered(letter: &str, nr: &str) -> String {
    format!("_IO({letter}, {nr})")
}

/// The type letter that a file compares `_IOC_TYPE(cmd)` with, as it is spelled, where there is one.
fn type_letter(text: &str) -> Option<&str> {
    let mut letters = text.match_indices("_IOC_TYPE(").filter_map(|(at, _)| {
        let behind = text[at..].split_once(')')?.1.trim_start();
        let letter = behind.strip_prefix("!=").or_else(|| behind.strip_prefix("=="))?.trim_start();
        let end = letter.find(|c: char| c.is_whitespace() || ")&|".contains(c))?;
        Some(&letter[..end])
    });
    let first = letters.next()?;
    letters.all(|letter| letter == first).then_some(first)
}

/// Macros that make a row: how the command's name begins, which their first argument continues. From
/// `include/drm/drm_ioctl.h` and `drivers/media/mc/mc-device.c`.
const PREFIXES: [(&str, &str); 2] =
    [("DRM_IOCTL_DEF_DRV", "DRM_IOCTL_"), ("MEDIA_IOC", "MEDIA_IOC_")];

fn row(
    source: &Source,
    item: &Item,
    is_named: bool,
    is_function: &dyn Fn(&str) -> bool,
) -> Option<Row> {
    // `[_IOC_NR(X)] = …`
    if let Some(Designator::Index(index)) = &item.designator
        && let ExpressionKind::Call { function, arguments } = &index.kind
        && let [command] = &arguments[..]
        && is_number_of(source.str(function.at))
    {
        let function = functions(source, &item.value, is_function).into_iter().next()?;
        let command = source.str(command.at);
        // `cmd_idx(AUTOFS_DEV_IOCTL_FAIL_CMD)`: fs/autofs/dev-ioctl.c has its own macro for enumerators of the nr.
        let through = source.str(function_of(index));
        let command = match command.strip_suffix("_CMD") {
            Some(of) if through.ends_with("_idx") => of,
            _ => command,
        };
        return Some(Row { command: command.to_owned(), at: index.at, function });
    }
    // `[DRM_I915_GETPARAM] = f`
    if let Some(Designator::Index(index)) = &item.designator
        && matches!(index.kind, ExpressionKind::Name)
        && is_named
    {
        let function = functions(source, &item.value, is_function).into_iter().next()?;
        let name = source.str(index.at);
        let command = match name.strip_prefix("DRM_") {
            Some(rest) => format!("DRM_IOCTL_{rest}"),
            None => name.to_owned(),
        };
        return Some(Row { command, at: index.at, function });
    }
    // `[0x01] = f`, where the table is asked by `_IOC_NR(cmd)`.
    if let Some(Designator::Index(index)) = &item.designator
        && is_named
        && matches!(index.kind, ExpressionKind::Number)
        && let Some(function) = function_name(source, &item.value).filter(|name| is_function(name))
    {
        let command = source.str(index.at).to_owned();
        return Some(Row { command, at: index.at, function: function.to_owned() });
    }
    match &item.value.kind {
        // `DRM_IOCTL_DEF_DRV(X, f, …)`
        ExpressionKind::Call { function, arguments } => {
            let through = source.str(function.at);
            if !through.contains("IOC") {
                return None;
            }
            if let Some((command, function)) = own_macro(source, through, arguments) {
                return Some(Row { command, at: item.value.at, function });
            }
            let first = arguments.first()?;
            let prefix = PREFIXES.iter().find(|(name, _)| *name == through);
            let command =
                format!("{}{}", prefix.map_or("", |(_, prefix)| prefix), source.str(first.at));
            // It stands behind the command, also where a macro makes it: what comes later may only print.
            let behind = arguments.get(1).and_then(|second| function_name(source, second));
            let is_like_one = |name: &&str| name.bytes().any(|byte| byte.is_ascii_lowercase());
            let mut named = arguments.iter().filter_map(|it| function_name(source, it));
            let function = behind
                .filter(is_like_one)
                .or_else(|| named.find(|name| is_function(name)))
                .or(behind)?;
            Some(Row { command, at: first.at, function: function.to_owned() })
        }
        // `{ X, f }`
        ExpressionKind::Initialiser(inner) if is_named => {
            let command = inner.iter().find_map(|item| match item.value.kind {
                ExpressionKind::Name => {
                    let name = source.str(item.value.at);
                    let is_upper = name.bytes().all(|byte| !byte.is_ascii_lowercase());
                    (is_upper && name.contains('_')).then_some((name, item.value.at))
                }
                _ => None,
            })?;
            let function = functions(source, &item.value, is_function).into_iter().next()?;
            Some(Row { command: command.0.to_owned(), at: command.1, function })
        }
        _ => None,
    }
}

/// The name of what is called.
fn function_of(call: &Expression) -> Text {
    match &call.kind {
        ExpressionKind::Call { function, .. } => function.at,
        _ => call.at,
    }
}

/// A row by a macro of the file itself, which continues the names that it is given:
/// `#define PANTHOR_IOCTL(n, f, flags) DRM_IOCTL_DEF_DRV(PANTHOR_##n, panthor_ioctl_##f, flags)`.
fn own_macro(source: &Source, through: &str, arguments: &[Expression]) -> Option<(String, String)> {
    let define = source.text.lines().position(|line| {
        let rest = line.strip_prefix("#define ").map(str::trim_start);
        rest.and_then(|rest| rest.strip_prefix(through)).is_some_and(|rest| rest.starts_with('('))
    })?;
    let mut text = String::new();
    for line in source.text.lines().skip(define) {
        let goes_on = line.ends_with('\\');
        text.push_str(line.trim_end_matches('\\'));
        text.push(' ');
        if !goes_on {
            break;
        }
    }
    let (_, rest) = text.split_once('(')?;
    let (parameters, body) = rest.split_once(')')?;
    let parameters: Vec<&str> = parameters.split(',').map(str::trim).collect();
    let (row, rest) = body.trim().split_once('(')?;
    let (_, prefix) = PREFIXES.iter().find(|(name, _)| *name == row.trim())?;
    let value = |text: &str| {
        let pieces = text.split("##").map(str::trim).map(|piece| {
            let place = parameters.iter().position(|parameter| *parameter == piece);
            match place.and_then(|place| arguments.get(place)) {
                Some(argument) => source.str(argument.at),
                None => piece,
            }
        });
        pieces.collect::<String>()
    };
    let mut values = rest.trim_end().trim_end_matches(')').split(',').map(value);
    Some((format!("{prefix}{}", values.next()?), values.next()?))
}

/// Whether a macro yields the nr of a command, by its name: `_IOC_NR`, `DRM_IOCTL_NR`, `cmd_idx`.
fn is_number_of(name: &str) -> bool {
    name == "_IOC_NR" || name == "DRM_IOCTL_NR" || name.ends_with("_idx") || name.ends_with("_NR")
}

/// The functions that a value names.
fn functions(
    source: &Source,
    value: &Expression,
    is_function: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    match &value.kind {
        ExpressionKind::Initialiser(items) => {
            items.iter().flat_map(|item| functions(source, &item.value, is_function)).collect()
        }
        ExpressionKind::Call { arguments, .. } => {
            arguments.iter().flat_map(|it| functions(source, it, is_function)).collect()
        }
        _ => function_name(source, value)
            .filter(|name| is_function(name))
            .map(str::to_owned)
            .into_iter()
            .collect(),
    }
}
