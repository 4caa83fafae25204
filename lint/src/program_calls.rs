//! What the kernel takes for the command of a call, and what the rules about calls share.

use ioctlkit_abi::{Abi, AbiId, AbiSet, Direction};
use ioctlkit_model::kernel_copies::{self, Extent, Row, Use, What};
use ioctlkit_model::{
    CallNotUnderstood, Finding, Interface, ProgramCall, ProgramKind, ProgramRequest, ProgramType,
    Span,
};

use crate::Rule;
use crate::context::{Context, finding};
use crate::known_numbers;

/// What the handlers of a command take its argument for.
#[derive(Debug)]
pub struct Taken {
    /// The command's number on x86-64, where it is known.
    number: Option<u32>,
    /// The handlers for which the argument points to something.
    pub pointers: Vec<&'static Row<'static>>,
    /// How many handlers take it as a plain value.
    pub values: u32,
    /// How many of these were not followed to their end.
    pub open_values: u32,
    /// How many do not look at it.
    pub nothing: u32,
    /// How many hand it on to what was not read.
    pub unknown: u32,
}

impl Taken {
    /// For the command of a call.
    pub fn by(request: &ProgramRequest) -> Self {
        Self::of(&request.name, request.number, request.is_size_known)
    }

    /// For a command of that name, with its number on x86-64 where that is known.
    pub fn of(name: &str, number: Option<u32>, is_size_known: bool) -> Self {
        let rows = rows(name, number, is_size_known);
        let number = number.or_else(|| rows.first().and_then(|row| row.number));
        let says_more = rows.iter().any(|row| !takes_unknown_size(row, number));
        let mut taken = Self {
            number,
            pointers: Vec::new(),
            values: 0,
            open_values: 0,
            nothing: 0,
            unknown: 0,
        };
        for row in rows {
            if says_more && takes_unknown_size(row, number) {
                taken.unknown += 1 + row.others;
                continue;
            }
            let handlers = 1 + row.others;
            match row.argument {
                Use::Pointer => taken.pointers.push(row),
                Use::Value => {
                    taken.values += handlers;
                    taken.open_values += if row.is_complete { 0 } else { handlers };
                }
                Use::None => taken.nothing += handlers,
                Use::Unknown => taken.unknown += handlers,
            }
        }
        taken
    }

    /// Whether nothing is known of what it takes.
    pub fn is_unknown(&self) -> bool {
        self.pointers.is_empty() && self.values == 0 && self.nothing == 0
    }

    /// Whether each handler that is known to look at the argument follows it as a pointer.
    pub fn is_pointer(&self) -> bool {
        !self.pointers.is_empty() && self.values == 0 && self.nothing == 0
    }

    /// Whether most handlers take the argument as a plain value, and none as a pointer.
    pub fn is_value(&self) -> bool {
        self.pointers.is_empty() && self.values > self.nothing && self.open_values == 0
    }

    /// How many bytes a handler copies on an ABI, and whether it writes them; nothing where that is not
    /// known.
    pub fn copied(&self, row: &Row<'_>, abi: AbiId) -> Option<Copied> {
        let bytes = |extent: &Option<Extent<'_>>| match extent {
            None => Some(0),
            Some(extent) => extent.bytes(abi).or_else(|| {
                let number = self.number.filter(|_| extent.what == What::Number)?;
                Some(kernel_copies::size_in_number(number))
            }),
        };
        let (read, written) = (bytes(&row.read)?, bytes(&row.written)?);
        (read.max(written) > 0).then_some(Copied { read, written })
    }
}

/// Whether a handler copies as much as the number says, and the number says nothing.
fn takes_unknown_size(row: &Row<'_>, number: Option<u32>) -> bool {
    let says_nothing = number.is_none_or(|number| kernel_copies::size_in_number(number) == 0);
    let mut extents = [&row.read, &row.written].into_iter().flatten();
    says_nothing && extents.any(|extent| extent.what == What::Number)
}

/// The structure that the program's own definition of a command gives it, where nothing is known of the kernel's
/// handlers: its address is passed.
pub fn declared_structure(request: &ProgramRequest) -> Option<&ProgramType> {
    let (direction, ty) = request.declared.as_ref()?;
    let is_passed = *direction != Direction::None && ty.kind == ProgramKind::Record;
    (is_passed && Taken::by(request).is_unknown()).then_some(ty)
}

/// Whether a structure carries to a layer what the handler behind it gets: `atm_dev_ioctl` takes the pointer out of a
/// `struct atmif_sioc`, and so do the layers of network devices.
pub fn is_envelope(ty: &ProgramType) -> bool {
    const ENVELOPES: [&str; 3] = ["atmif_sioc", "ifreq", "iwreq"];
    let tag = ty.spelled.strip_prefix("struct ").unwrap_or(&ty.spelled);
    ENVELOPES.contains(&tag)
}

/// How many bytes are copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// From the program.
    pub read: u64,
    /// To the program.
    pub written: u64,
}

impl Copied {
    /// The more of both.
    pub fn most(self) -> u64 {
        self.read.max(self.written)
    }

    /// What the kernel does with them.
    pub fn verb(self) -> &'static str {
        if self.written >= self.read { "writes" } else { "reads" }
    }
}

/// The rows of a command: by its name if the program's number is the kernel's, else by the number.
fn rows(name: &str, number: Option<u32>, is_size_known: bool) -> Vec<&'static Row<'static>> {
    // A family's commands are filed under its name: `EVIOCGABS(ABS_X)`.
    let name = name.split('(').next().unwrap_or_default();
    let read = kernel_copies::read_of(name);
    let named = if read.is_empty() { kernel_copies::of(name) } else { read };
    let Some(number) = number else { return named.iter().collect() };
    // Sizes of structures are not worked out.
    let is_it = |row: &&Row<'_>| row.number.is_none_or(|own| own & 0xffff == number & 0xffff);
    if !named.is_empty() && named.iter().all(|row| is_it(&row)) {
        return named.iter().collect();
    }
    if is_size_known {
        kernel_copies::of_number(number)
    } else {
        kernel_copies::of_number_of_any_size(number)
    }
}

/// Whether the kernel's source spells an integer so.
pub fn is_integer(spelled: &str) -> bool {
    const WORDS: [&str; 9] =
        ["int", "unsigned", "long", "short", "char", "signed", "bool", "_Bool", "const"];
    const TYPES: [&str; 28] = [
        "u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64", "__u8", "__u16", "__u32", "__u64",
        "__s8", "__s16", "__s32", "__s64", "uint8_t", "uint16_t", "uint32_t", "uint64_t",
        "int32_t", "int64_t", "size_t", "loff_t", "pid_t", "uid_t", "uint", "ulong",
    ];
    let words = spelled.split_whitespace();
    spelled.starts_with("enum ")
        || TYPES.contains(&spelled)
        || words.clone().all(|word| WORDS.contains(&word)) && words.count() > 0
}

/// The type that a handler copies, where it is an integer.
pub fn integer<'r>(row: &Row<'r>) -> Option<&'r str> {
    let types = [&row.written, &row.read].into_iter().flatten().map(|extent| match extent.what {
        What::Type(ty) if is_integer(ty) => Some(ty),
        _ => None,
    });
    let types: Option<Vec<&str>> = types.collect();
    types?.first().copied()
}

/// A type of the kernel's source as a program spells it.
pub fn in_program(ty: &str) -> &str {
    match ty {
        "u8" => "__u8",
        "u16" => "__u16",
        "u32" => "__u32",
        "u64" => "__u64",
        "s32" => "__s32",
        "s64" => "__s64",
        other => other,
    }
}

/// An ABI with 64-bit pointers, for what is the same on all of them.
pub fn wide_abi() -> Option<AbiId> {
    AbiSet::of(Abi::is_64_bit).first()
}

/// A finding about a call.
pub fn call_finding(
    cx: &Context<'_>,
    rule: &'static Rule,
    call: &ProgramCall,
    span: Span,
    message: String,
) -> Finding {
    Finding {
        command: Some(call.request.name.clone()),
        member: Some(call.function.clone()),
        ..finding(rule, span, cx.interface.abis, message)
    }
}

/// `` `main` passes `&x` to `BLKGETSIZE` ``, the beginning of a message.
pub fn passes(call: &ProgramCall) -> String {
    let spelled = call.argument.as_ref().map(|it| shortened(&it.spelled)).unwrap_or_default();
    format!("`{}` passes `{spelled}` to `{}`", call.function, call.request.name)
}

/// An expression that fits into a message.
fn shortened(spelled: &str) -> String {
    const LONGEST: usize = 20;
    if spelled.chars().count() <= LONGEST {
        return spelled.to_owned();
    }
    spelled.chars().take(LONGEST).chain(['…']).collect()
}

/// A type as the program spells it, or words for one without a name.
pub fn spelled(ty: &ProgramType) -> &str {
    if ty.spelled.is_empty() { "a structure" } else { &ty.spelled }
}

/// Why nothing is known of a command.
fn why_unknown(name: &str) -> String {
    if known_numbers::of(name).is_some() {
        format!("no handler in Linux is known for `{name}`")
    } else {
        format!("`{name}` is no known command")
    }
}

/// The calls that the rules say nothing of, with the reason.
pub fn not_understood(interface: &Interface) -> Vec<CallNotUnderstood> {
    let program = &interface.program;
    let unknown = program.calls.iter().filter(|call| {
        Taken::by(&call.request).is_unknown() && declared_structure(&call.request).is_none()
    });
    let unknown = unknown.map(|call| CallNotUnderstood {
        span: call.span,
        function: call.function.clone(),
        reason: why_unknown(&call.request.name),
    });
    program.not_understood.iter().cloned().chain(unknown).collect()
}
