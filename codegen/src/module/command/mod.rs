//! One command: what its function does, and how its handler is called.

mod arrays;
mod handles;
mod passing;
mod signature;
mod trace;

use std::borrow::Cow;

use ioctlkit_abi::{AbiId, Direction};
use ioctlkit_model::{
    Argument, Command as Definition, CommandBody, Contract, Layouts, Passing, RecordId,
    Returns as Returned, Type,
};

use super::checks::Checks;
use super::compat;
use super::docs;
use super::fit;
use super::names;
use super::number::Spelled;
use super::plan::{Command, Growth, Kind, Returns, TestCommand, Translated};
use super::shape::{Refusal, Shape, record_tag};
use handles::Handles;
use passing::{FlexibleParts, flexible, growth, kind, size_member};
use signature::{arguments, op_name, parameters, remark};

/// More bytes than this are not put on the kernel's stack.
const STACK: u64 = 128;

/// More bytes than this are in no number of alpha, mips and powerpc.
const LARGEST: u64 = 8191;

/// What the commands of an interface have in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    pub(crate) layouts: &'a Layouts<'a>,
    pub(crate) abi: AbiId,
    pub(crate) symbol: &'a str,
    /// The macro of the type letter.
    pub(crate) letter: &'a str,
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
        return Err(
            "its definition differs between machines, but a driver has one number for all: \
                    define it once"
                .into(),
        );
    }
    if body.nr > 255 || body.type_letter > 255 {
        return Err(
            "its nr or its type letter has more than 8 bits, which spill into the rest of \
                    the number"
                .into(),
        );
    }
    if definition.contract.is_none() && matches!(body.argument, Argument::Size(_)) {
        return Err(
            "its number has a size but no type: a header that names the type says what the \
                    argument is"
                .into(),
        );
    }
    let contract = contract(definition, body);
    let interface = around.layouts.interface();
    let r#macro = macro_name(definition, &contract, around.prefix);
    names::possible(&r#macro)?;
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
    if size > LARGEST && kind != Kind::Buffer {
        return Err(format!(
            "its argument has {size} bytes, but the number holds {LARGEST} at most on alpha, mips \
             and powerpc: pass the address and length of the data in a smaller structure"
        ));
    }
    let record = match &shape {
        Some(Shape::Record(id)) => Some(*id),
        _ => None,
    };
    if kind == Kind::Pointer && record.is_some_and(|id| ends_in_array(around, id)) {
        return Err("its argument ends in an array without a length, and nothing says who counts \
                    its elements: define the command in Rust, with `Flexible`"
            .into());
    }
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
    let any_size = growth == Growth::Number || kind == Kind::Buffer || number_has_size;
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
    let arrays = match record.filter(|_| reads) {
        Some(id) => arrays::arrays(around, id, kind, checks)?,
        None => Vec::new(),
    };
    let found = match record {
        Some(id) => handles::handles(around, id, &arrays)?,
        None => Handles::default(),
    };
    if translated.is_some() && (returns == Returns::File || !found.is_empty()) {
        return Err("its argument differs between 32-bit and 64-bit programs, and so cannot come \
                    with a file or a handle: give it one layout"
            .into());
    }
    handles::refuse(&found, &contract, kind, (reads, writes))?;
    let Handles { created, used } = found;
    let returns = if created.is_some() { Returns::Object } else { returns };
    let cleans = heap || !arrays.is_empty() || !used.is_empty();
    let copied_whole =
        heap && reads && kind == Kind::Pointer && growth == Growth::None && translated.is_none();
    let family = contract.last_nr.map(|last| last.saturating_sub(body.nr));
    let spelled = Spelled::of(around, body, kind, &contract, &r#macro)?;
    let handler = format!("{}_ioctl_{op}", around.symbol);
    let constant = if reads && !writes { "const " } else { "" };
    let parameters = parameters(kind, &r#type, constant, family.is_some(), &arrays, &used);
    let result = match (&created, returns) {
        (Some(handle), _) => format!("struct {} *", handle.symbol),
        (None, Returns::File) => "struct file *".into(),
        (None, _) => "int ".into(),
    };
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
    let is_plain = kind == Kind::Pointer && growth == Growth::None && returns == Returns::Nothing;
    let is_free = check.is_none()
        && arrays.is_empty()
        && used.is_empty()
        && contract.capability.is_none()
        && family.is_none();
    Ok(Command {
        is_door: is_plain && is_free,
        remark: remark(kind, growth, returns, reads, &arrays, &used),
        handler,
        macro_use: spelled.r#use.clone(),
        macro_head: spelled.head,
        define: spelled.define,
        macro_parameter: spelled.parameter.map(str::to_owned),
        macro_parameter_docs: spelled.parameter_docs,
        summary,
        details,
        number: spelled.number,
        last_number: spelled.last_number,
        compat_number: spelled.compat_number,
        last_compat_number: spelled.last_compat_number,
        compat_do: if translated.is_some() || is_signed_word(shape.as_ref(), kind) {
            "compat_do".into()
        } else {
            "do".into()
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
        any_size,
        by_number: any_size || family.is_some(),
        user_type: if kind == Kind::Flexible { r#type.clone() } else { "void".into() },
        r#ref: if heap { "" } else { "&" }.into(),
        star: if heap { "*" } else { "" }.into(),
        dot: if heap { "->" } else { "." }.into(),
        fail: if cleans { "goto out" } else { "return ret" }.into(),
        heap,
        copied_whole,
        narrow: kind == Kind::Value && matches!(shape, Some(Shape::Integer { bits: 8 | 16, .. })),
        min_size: min_size_macro,
        size_member: size_member(around, record).unwrap_or_default(),
        needs_read: by(&[Direction::Read, Direction::ReadWrite]),
        needs_write: by(&[Direction::Write, Direction::ReadWrite]),
        capability: contract.capability.as_ref().map(ToString::to_string),
        check,
        element_check,
        count: flexible.count,
        wide_count: flexible.wide_count,
        array: flexible.array,
        element: flexible.element,
        element_size: size.max(1),
        arguments: arguments(kind, &r#type, heap, family.is_some(), &arrays, &used),
        trace: trace::trace(around, shape.as_ref(), kind, heap, family.is_some()),
        destroys: used.iter().any(|handle| handle.destroys),
        created,
        handles: used,
        cleans,
        checks_elements: arrays.iter().any(|array| array.check.is_some()),
        arrays,
        parameters,
        result,
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

fn ends_in_array(around: Surroundings<'_>, id: RecordId) -> bool {
    let body = around.layouts.interface().body(id, around.abi);
    let last = body.and_then(|body| body.members.last());
    last.is_some_and(|last| matches!(last.ty, Type::FlexibleArray(_)))
}

/// The macro of a first version's size.
pub(crate) fn first_size(tag: &str) -> String {
    format!("{}_SIZE_VER0", tag.to_uppercase())
}

fn is_signed_word(shape: Option<&Shape>, kind: Kind) -> bool {
    kind == Kind::Value && matches!(shape, Some(Shape::Word { signed: true }))
}
