//! How a command's number is written: as a macro of the UAPI header, and as 32-bit programs have it.

use ioctlkit_abi::Direction;
use ioctlkit_model::{Argument, CommandBody, Contract, Type};

use super::build::type_letter;
use super::command::Surroundings;
use super::plan::Kind;
use super::shape::{Refusal, Shape};

/// How a number is written.
pub(crate) struct Spelled {
    /// The macro with its parameter.
    pub(crate) head: String,
    /// Its text.
    pub(crate) define: String,
    /// The macro as documentation names it.
    pub(crate) r#use: String,
    /// The number in the kernel; of a family, the first.
    pub(crate) number: String,
    /// The last of a family.
    pub(crate) last_number: String,
    /// The number that 32-bit programs have; of a family, the first.
    pub(crate) compat_number: String,
    /// The last of a family.
    pub(crate) last_compat_number: String,
    /// The macro's parameter.
    pub(crate) parameter: Option<&'static str>,
    /// What it is.
    pub(crate) parameter_docs: String,
}

impl Spelled {
    /// How the number of `body` is written.
    pub(crate) fn of(
        around: Surroundings<'_>,
        body: &CommandBody,
        kind: Kind,
        contract: &Contract,
        name: &str,
    ) -> Result<Self, Refusal> {
        let letter = around.letter;
        let parameter = match (kind, contract.last_nr) {
            (Kind::Buffer, Some(_)) => {
                return Err("it is a family both by nr and by length".into());
            }
            (Kind::Buffer, None) => Some("length"),
            (_, Some(_)) => Some("index"),
            (_, None) => None,
        };
        let nr = match parameter {
            Some("index") => format!("0x{:02x} + (index)", body.nr),
            _ => format!("0x{:02x}", body.nr),
        };
        let argument = |compat: bool| -> Result<Option<String>, Refusal> {
            Ok(match &body.argument {
                Argument::None => None,
                Argument::Type(ty) => Some(spell(around, ty, compat)?),
                Argument::SizeOfType(_) => {
                    return Err("its number has `sizeof` where a type belongs".into());
                }
                Argument::Size(size) => {
                    let size = around.layouts.constant(size, around.abi);
                    Some(size.map_err(|_| "the size in its number is not known")?.to_string())
                }
            })
        };
        let define = |nr: &str, compat: bool| -> Result<String, Refusal> {
            let direction = match body.direction {
                Direction::None => "_IOC_NONE",
                Direction::Read => "_IOC_READ",
                Direction::Write => "_IOC_WRITE",
                Direction::ReadWrite => "_IOC_READ | _IOC_WRITE",
            };
            if kind == Kind::Buffer {
                return Ok(format!("_IOC({direction}, {letter}, {nr}, (length))"));
            }
            let encode = body.direction.macro_name();
            Ok(match (argument(compat)?, &body.argument) {
                (None, _) => format!("{encode}({letter}, {nr})"),
                (Some(size), Argument::Size(_)) => {
                    format!("_IOC({direction}, {letter}, {nr}, {size})")
                }
                (Some(ty), _) => format!("{encode}({letter}, {nr}, {ty})"),
            })
        };
        let head =
            parameter.map_or_else(|| name.to_owned(), |parameter| format!("{name}({parameter})"));
        let with =
            |index: u32| parameter.map_or_else(|| name.to_owned(), |_| format!("{name}({index})"));
        let differs = define("0", false)? != define("0", true)?;
        let compat_with = |index: u32| -> Result<String, Refusal> {
            if !differs {
                return Ok(with(index));
            }
            // The macro of the letter is not in a header that was there before.
            let number = define(&format!("0x{:02x}", body.nr + index), true)?;
            Ok(number.replacen(letter, &type_letter(body.type_letter), 1))
        };
        let last = contract.last_nr.map_or(0, |last| last.saturating_sub(body.nr));
        let parameter_docs = match (parameter, contract.last_nr) {
            (Some("length"), _) => "bytes of the array".to_owned(),
            (_, Some(last)) => format!("which one, from 0 to {}", last.saturating_sub(body.nr)),
            _ => String::new(),
        };
        let define = define(&nr, false)?;
        Ok(Self {
            r#use: head.clone(),
            head,
            define,
            number: with(0),
            last_number: with(last),
            compat_number: compat_with(0)?,
            last_compat_number: compat_with(last)?,
            parameter,
            parameter_docs,
        })
    }
}

fn spell(around: Surroundings<'_>, ty: &Type, compat: bool) -> Result<String, Refusal> {
    let interface = around.layouts.interface();
    let shape = Shape::of(around.layouts, around.abi, ty)?;
    if compat && matches!(shape.element(), Shape::Word { .. } | Shape::Record(_)) {
        let (_, behind) = shape.uapi(interface, false);
        return Ok(format!("{}{behind}", shape.element().compat(interface, around.translated)));
    }
    let (front, behind) = shape.uapi(interface, false);
    Ok(format!("{front}{behind}"))
}
