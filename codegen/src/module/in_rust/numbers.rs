//! Numbers as calls of the kernel's functions, which know each architecture's directions.

use ioctlkit_abi::{Abi, AbiId, Direction};
use ioctlkit_model::{Argument, Layouts, Type};

use super::super::plan::Interface;
use super::super::shape::{Refusal, Shape, record_type};
use super::names::type_name;

/// A command's number, of its parts.
pub(super) fn number(
    layouts: &Layouts<'_>,
    abi: AbiId,
    definition: &ioctlkit_model::Command,
) -> Result<String, Refusal> {
    let body = definition.variants.get(abi).ok_or("it does not exist on x86_64")?;
    let interface = layouts.interface();
    let of = match &body.argument {
        Argument::Type(ty) => match Shape::of(layouts, abi, ty)? {
            Shape::Array(..) | Shape::Flexible(_) | Shape::Address | Shape::Char => None,
            shape => Some(type_name(&shape.kernel(interface))),
        },
        _ => None,
    };
    made(layouts, abi, definition, of)
}

/// The number as programs of the 32-bit ABIs have it.
pub(super) fn compat_number(
    layouts: &Layouts<'_>,
    abi: AbiId,
    definition: &ioctlkit_model::Command,
    interface: &Interface,
) -> Result<String, Refusal> {
    let [i386, arm] = ["i386", "arm"].map(|name| Abi::by_name(name).map(Abi::id));
    let (i386, arm) = (i386.ok_or("i386 is no ABI")?, arm.ok_or("arm is no ABI")?);
    let body = definition.variants.get(abi).ok_or("it does not exist on x86_64")?;
    // Each architecture has its own layout of what is translated.
    if let Some(Type::Record(id)) =
        body.argument.ty().and_then(|ty| layouts.interface().resolved(ty, abi))
    {
        let native = record_type(layouts.interface(), *id);
        if interface.translations.iter().any(|translation| translation.native == native) {
            return made(layouts, abi, definition, Some(format!("{}32", type_name(&native))));
        }
    }
    let on = |abi| layouts.number(definition, abi).map(|number| number.number);
    if on(i386) != on(arm) {
        return Err("its number differs between 32-bit programs of x86 and of others".into());
    }
    made(layouts, i386, definition, None)
}

/// A call of the kernel's function that makes a number, of an argument of that type, or of as many bytes.
fn made(
    layouts: &Layouts<'_>,
    abi: AbiId,
    definition: &ioctlkit_model::Command,
    of: Option<String>,
) -> Result<String, Refusal> {
    let body = definition.variants.get(abi).ok_or("it does not exist on every ABI")?;
    let number = layouts.number(definition, abi).ok_or("its number is not known")?;
    let size = (number.number >> 16) & 0x3fff;
    let function = match body.direction {
        Direction::None if size == 0 => {
            return Ok(format!("_IO({:#04x}, {:#04x})", body.type_letter, body.nr));
        }
        Direction::None => {
            return Err(
                "its number has a size and no direction, which no function of the kernel makes"
                    .into(),
            );
        }
        Direction::Read => "_IOR",
        Direction::Write => "_IOW",
        Direction::ReadWrite => "_IOWR",
    };
    let of = of.unwrap_or_else(|| format!("[u8; {size}]"));
    Ok(format!("{function}::<{of}>({:#04x}, {:#04x})", body.type_letter, body.nr))
}
