//! One command: what its function does, and how its handler is called.

use std::borrow::Cow;

use ioctlkit_abi::{AbiId, Direction, RecordKind};
use ioctlkit_model::{
    Argument, Command as Definition, CommandBody, Contract, Layouts, Passing, RecordId,
    Returns as Returned, Role, Type,
};
use ioctlkit_syntax::snake_case;

use super::checks::Checks;
use super::compat;
use super::docs;
use super::fit;
use super::number::Spelled;
use super::plan::{Command, Growth, Kind, Returns, TestCommand, Translated};
use super::shape::{Refusal, Shape, record_tag};

/// More bytes than this are not put on the kernel's stack.
const STACK: u64 = 128;

/// What the commands of an interface have in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    pub(crate) layouts: &'a Layouts<'a>,
    pub(crate) abi: AbiId,
    pub(crate) symbol: &'a str,
    pub(crate) upper: &'a str,
    pub(crate) prefix: &'a str,
    /// The structures that 32-bit programs lay out otherwise.
    pub(crate) translated: &'a [RecordId],
}

/// What a definition says of a call; what a C header leaves open is taken from the number.
pub(crate) fn contract<'a>(definition: &'a Definition, body: &CommandBody) -> Cow<'a, Contract> {
    if let Some(contract) = &definition.contract {
        return Cow::Borrowed(contract);
    }
    let passing = match &body.argument {
        Argument::Type(ty) | Argument::SizeOfType(ty) => Passing::Pointer(ty.clone()),
        Argument::None | Argument::Size(_) => Passing::Nothing,
    };
    Cow::Owned(Contract {
        name: definition.name.clone(),
        passing,
        direction: body.direction,
        returns: Returned::Nothing,
        last_nr: None,
        min_size: None,
        capability: None,
        mode: None,
        docs: Vec::new(),
    })
}

/// The type that a command passes.
pub(crate) fn passed(contract: &Contract) -> Option<&Type> {
    match &contract.passing {
        Passing::Nothing => None,
        Passing::Pointer(ty) | Passing::Flexible(ty) | Passing::Buffer(ty) | Passing::Value(ty) => {
            Some(ty)
        }
    }
}

/// The macro's name in C.
pub(crate) fn macro_name(definition: &Definition, contract: &Contract, prefix: &str) -> String {
    definition.c_name.clone().unwrap_or_else(|| match &definition.contract {
        Some(_) => format!("{prefix}{}", ioctlkit_syntax::screaming_snake_case(&contract.name)),
        None => definition.name.clone(),
    })
}

/// The command.
pub(crate) fn command(
    around: Surroundings<'_>,
    definition: &Definition,
    checks: &mut Checks<'_>,
) -> Result<Command, Refusal> {
    let body = definition.variants.get(around.abi).ok_or("it does not exist on x86_64")?;
    if definition.variants.len() > 1 {
        return Err("its number is written otherwise for some machines".into());
    }
    let contract = contract(definition, body);
    let interface = around.layouts.interface();
    let r#macro = macro_name(definition, &contract, around.prefix);
    let op = op_name(&r#macro, around.prefix);
    let shape =
        passed(&contract).map(|ty| Shape::of(around.layouts, around.abi, ty)).transpose()?;
    let kind = kind(&contract, shape.as_ref())?;
    let returns = match contract.returns {
        Returned::Nothing => Returns::Nothing,
        Returned::Value => Returns::Number,
        Returned::Fd(_) => Returns::File,
    };
    let by_address = matches!(kind, Kind::Pointer | Kind::Flexible | Kind::Buffer);
    let reads = by_address && contract.direction.kernel_reads();
    let writes = by_address && contract.direction.kernel_writes();
    if by_address && !reads && !writes {
        return Err("its argument is an address, but it goes neither way: state a direction".into());
    }
    let size = match (kind, passed(&contract)) {
        (Kind::Pointer | Kind::Flexible | Kind::Buffer, Some(ty)) => {
            let size = around.layouts.type_size(ty, around.abi);
            size.map_err(|error| format!("its argument has no layout: {error}"))?.size
        }
        _ => 0,
    };
    let record = match &shape {
        Some(Shape::Record(id)) => Some(*id),
        _ => None,
    };
    let growth = growth(around, &contract, record, kind)?;
    let number_has_size = growth == Growth::Member && body.argument != Argument::None;
    let tag = record.map(|id| record_tag(interface, id));
    let translated = record.filter(|id| around.translated.contains(id)).and_then(|id| {
        let (from, to) = compat::functions(around.symbol, tag.as_deref()?);
        let r#type = format!("struct {}32", record_tag(interface, id));
        Some(Translated { r#type, from, to })
    });
    if translated.is_some() && (kind != Kind::Pointer || growth != Growth::None) {
        return Err("its argument differs between 32-bit and 64-bit programs, and so cannot grow \
                    or end in an array: give it one layout"
            .into());
    }
    let heap =
        matches!(kind, Kind::Buffer | Kind::Flexible) || (kind == Kind::Pointer && size > STACK);
    let r#type = shape.as_ref().map(|shape| shape.kernel(interface)).unwrap_or_default();
    let flexible = match record.filter(|_| kind == Kind::Flexible) {
        Some(id) => flexible(around, id, size)?,
        None => FlexibleParts::default(),
    };
    let (check, element_check) = match record.filter(|_| reads || kind == Kind::Flexible) {
        Some(id) => {
            let element_check = match flexible.shape {
                Some(Shape::Record(element)) if reads => checks.of(element)?,
                _ => None,
            };
            (checks.of(id)?, element_check)
        }
        None => (None, None),
    };
    let family = contract.last_nr.map(|last| last.saturating_sub(body.nr));
    let spelled = Spelled::of(around, body, kind, &contract, &r#macro)?;
    let handler = format!("{}_ioctl_{op}", around.symbol);
    let constant = if reads && !writes { "const " } else { "" };
    let parameters = parameters(kind, &r#type, constant, family.is_some());
    let result = if returns == Returns::File { "struct file *" } else { "int " };
    let stub_definition =
        fit::fit(&format!("static {result}{handler}({parameters})")).trim_end().to_owned();
    let stub = fit::fit_columns(&format!("static {result}{handler}({parameters});"), 72);
    let stub = stub.lines().map(str::to_owned).collect();
    let (summary, details) = docs::summary_and_details(&contract.docs, "is not described yet");
    let by = |wanted: &[Direction]| contract.mode.is_some_and(|mode| wanted.contains(&mode));
    let min_size_macro = match growth {
        Growth::None => None,
        Growth::Number | Growth::Member => tag.as_ref().map(|tag| first_size(tag)),
    };
    Ok(Command {
        remark: remark(kind, growth, returns, reads),
        handler,
        macro_use: spelled.r#use.clone(),
        define_fits: fit::width(&format!("#define {}\t{}", spelled.head, spelled.define)) <= 80,
        macro_head: spelled.head,
        define: spelled.define,
        macro_parameter: spelled.parameter.map(str::to_owned),
        macro_parameter_docs: spelled.parameter_docs,
        summary,
        details,
        number: spelled.number,
        compat_number: spelled.compat_number,
        compat_do: if translated.is_some() || is_signed_word(shape.as_ref(), kind) {
            "compat_do".into()
        } else {
            "do".into()
        },
        index: match contract.last_nr {
            Some(last) => format!("0x{:02x} ... 0x{last:02x}", body.nr),
            None => format!("0x{:02x}", body.nr),
        },
        first_nr: format!("0x{:02x}", body.nr),
        family,
        kind,
        growth,
        returns,
        reads,
        writes,
        by_address,
        size_in_number: growth == Growth::Number || kind == Kind::Buffer,
        number_has_size,
        any_size: growth == Growth::Number || kind == Kind::Buffer || number_has_size,
        user_type: if kind == Kind::Flexible { r#type.clone() } else { "void".into() },
        r#ref: if heap { "" } else { "&" }.into(),
        star: if heap { "*" } else { "" }.into(),
        dot: if heap { "->" } else { "." }.into(),
        fail: if heap { "goto out" } else { "return ret" }.into(),
        heap,
        narrow: kind == Kind::Value && matches!(shape, Some(Shape::Integer { bits: 8 | 16, .. })),
        min_size: min_size_macro,
        size_member: size_member(around, record).unwrap_or_default(),
        needs_read: by(&[Direction::Read, Direction::ReadWrite]),
        needs_write: by(&[Direction::Write, Direction::ReadWrite]),
        capability: contract.capability.clone(),
        check,
        element_check,
        count: flexible.count,
        wide_count: flexible.wide_count,
        array: flexible.array,
        element: flexible.element,
        element_size: size.max(1),
        arguments: arguments(kind, &r#type, heap, family.is_some()),
        parameters,
        result: result.into(),
        stub,
        stub_definition,
        opens: None,
        translated,
        test: TestCommand::default(),
        r#type,
        r#macro,
        op,
    })
}

/// The macro of a first version's size.
pub(crate) fn first_size(tag: &str) -> String {
    format!("{}_SIZE_VER0", tag.to_uppercase())
}

/// Words that no member of a structure can be called.
const KEYWORDS: [&str; 34] = [
    "auto", "break", "case", "char", "const", "continue", "current", "default", "do", "double",
    "else", "enum", "extern", "float", "for", "goto", "if", "inline", "int", "long", "register",
    "restrict", "return", "short", "signed", "sizeof", "static", "struct", "switch", "typedef",
    "union", "unsigned", "void", "volatile",
];

fn op_name(r#macro: &str, prefix: &str) -> String {
    let short = r#macro.strip_prefix(prefix).filter(|short| !short.is_empty()).unwrap_or(r#macro);
    let mut name = snake_case(short);
    if KEYWORDS.contains(&name.as_str()) || name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    name
}

fn kind(contract: &Contract, shape: Option<&Shape>) -> Result<Kind, Refusal> {
    match (&contract.passing, shape) {
        (Passing::Nothing, _) => Ok(Kind::Nothing),
        (Passing::Pointer(_), Some(Shape::Record(_) | Shape::Integer { .. })) => Ok(Kind::Pointer),
        (Passing::Flexible(_), Some(Shape::Record(_))) => Ok(Kind::Flexible),
        (Passing::Buffer(_), Some(Shape::Record(_) | Shape::Integer { .. })) => Ok(Kind::Buffer),
        (Passing::Value(_), Some(Shape::Integer { bits: 8..=32, .. } | Shape::Word { .. })) => {
            Ok(Kind::Value)
        }
        (Passing::Value(_), _) => {
            Err("its value does not fit the argument of a 32-bit program: pass its address".into())
        }
        (Passing::Pointer(_), Some(Shape::Word { .. } | Shape::Address | Shape::Array(..))) => {
            Err("its argument is neither a structure nor an integer of fixed size: put it in a \
                 structure"
                .into())
        }
        _ => Err("its argument is of no type that the generator knows".into()),
    }
}

fn growth(
    around: Surroundings<'_>,
    contract: &Contract,
    record: Option<RecordId>,
    kind: Kind,
) -> Result<Growth, Refusal> {
    let Some(first) = contract.min_size else { return Ok(Growth::None) };
    let Some(id) = record.filter(|_| kind == Kind::Pointer) else {
        return Err("only a structure can grow".into());
    };
    let interface = around.layouts.interface();
    if interface.record(id).kind == RecordKind::Union {
        return Err("a union cannot grow: put it in a structure".into());
    }
    let mut growth = Growth::Number;
    for (index, (member, place)) in around.layouts.members(id, around.abi).enumerate() {
        let name = member.name.as_deref().unwrap_or_default();
        if member.purpose.role == Role::Size {
            let shape = Shape::of(around.layouts, around.abi, &member.ty)?;
            if index != 0 || shape != (Shape::Integer { bits: 32, signed: false }) {
                return Err(format!("`{name}` holds the size: it must be a u32, and come first"));
            }
            if first < 4 {
                return Err("its first version ends before the member that holds the size".into());
            }
            growth = Growth::Member;
        }
        if contract.direction.kernel_reads()
            && place.offset() >= first
            && !super::test_data::allows_zero(member)
        {
            return Err(format!(
                "`{name}` came after the first version, but may not be 0: callers of that version \
                 would fail"
            ));
        }
    }
    if growth == Growth::Member && !contract.direction.kernel_reads() {
        return Err("the driver must read the size: make the direction `read_write`".into());
    }
    Ok(growth)
}

fn size_member(around: Surroundings<'_>, record: Option<RecordId>) -> Option<String> {
    let body = around.layouts.interface().body(record?, around.abi)?;
    let member = body.members.iter().find(|member| member.purpose.role == Role::Size)?;
    member.name.clone()
}

/// A structure with an array at its end.
#[derive(Default)]
struct FlexibleParts {
    count: String,
    wide_count: bool,
    array: String,
    element: String,
    shape: Option<Shape>,
}

fn flexible(around: Surroundings<'_>, id: RecordId, size: u64) -> Result<FlexibleParts, Refusal> {
    let interface = around.layouts.interface();
    let body = interface.body(id, around.abi).ok_or("its argument is not defined")?;
    let last = body.members.last().ok_or("its argument is empty")?;
    let Role::Flexible { count } = &last.purpose.role else {
        return Err(
            "nothing says which member counts the elements of its array: add `count`".into()
        );
    };
    let counter = body.members.iter().find(|member| member.name.as_ref() == Some(count));
    let counter = counter.ok_or_else(|| format!("it has no member `{count}`"))?;
    let Shape::Integer { bits, signed: false } =
        Shape::of(around.layouts, around.abi, &counter.ty)?
    else {
        return Err(format!("`{count}` counts elements: make it an unsigned integer"));
    };
    let Shape::Flexible(element) = Shape::of(around.layouts, around.abi, &last.ty)? else {
        return Err("its last member is no array without a length".into());
    };
    if around.layouts.last_offset(id, around.abi) != Some(size) {
        return Err("its array begins within padding: put a reserved member in front of it".into());
    }
    if size > STACK {
        return Err(format!(
            "what is in front of its array has {size} bytes: {STACK} are the most that go on the \
             kernel's stack"
        ));
    }
    let (front, behind) = element.uapi(interface, false);
    Ok(FlexibleParts {
        count: count.clone(),
        wide_count: bits == 64,
        array: last.name.clone().unwrap_or_default(),
        element: format!("{front}{behind}"),
        shape: Some(*element),
    })
}

fn parameters(kind: Kind, ty: &str, constant: &str, family: bool) -> String {
    let mut parameters = vec!["struct file *file".to_owned()];
    if family {
        parameters.push("unsigned int index".into());
    }
    match kind {
        Kind::Nothing => {}
        Kind::Value => parameters.push(format!("{ty} arg")),
        Kind::Pointer => parameters.push(format!("{constant}{ty} *arg")),
        Kind::Flexible => {
            parameters.push(format!("{constant}{ty} *arg"));
            parameters.push("size_t capacity".into());
        }
        Kind::Buffer => {
            parameters.push(format!("{constant}{ty} *arg"));
            parameters.push("size_t count".into());
        }
    }
    parameters.join(", ")
}

fn arguments(kind: Kind, ty: &str, heap: bool, family: bool) -> String {
    let mut arguments = vec!["file".to_owned()];
    if family {
        arguments.push("index".into());
    }
    match kind {
        Kind::Nothing => {}
        Kind::Value if ty == "unsigned long" => arguments.push("arg".into()),
        Kind::Value => arguments.push(format!("({ty})arg")),
        Kind::Pointer => arguments.push(if heap { "karg" } else { "&karg" }.into()),
        Kind::Flexible => arguments.extend(["karg".into(), "capacity".into()]),
        Kind::Buffer => arguments.extend(["karg".into(), "size / sizeof(*karg)".into()]),
    }
    arguments.join(", ")
}

fn remark(kind: Kind, growth: Growth, returns: Returns, reads: bool) -> String {
    let mut remarks: Vec<&str> = Vec::new();
    match kind {
        Kind::Flexible => remarks.push("with room for @capacity elements"),
        Kind::Buffer => remarks.push("with @count elements"),
        _ => {}
    }
    if growth != Growth::None && reads {
        remarks.push("whose members are 0 where a caller does not know them");
    }
    if kind == Kind::Pointer && !reads {
        remarks.push("whose argument begins as zeroes");
    }
    match returns {
        Returns::Nothing => {}
        Returns::Number => remarks.push("which returns a number"),
        Returns::File => remarks.push("which returns a new file, or ERR_PTR()"),
    }
    if remarks.is_empty() { String::new() } else { format!(", {}", remarks.join(", ")) }
}

fn is_signed_word(shape: Option<&Shape>, kind: Kind) -> bool {
    kind == Kind::Value && matches!(shape, Some(Shape::Word { signed: true }))
}
