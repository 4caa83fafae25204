//! How a command's handler is called.

use ioctlkit_abi::spelling::{is_c_name, is_kernel_macro, is_line_of};
use ioctlkit_syntax::snake_case;

use super::super::plan::{CountedArray, Growth, Handle, Kind, Returns};

/// Names in small letters, sorted, a line each, of macros with parameters: found as those of
/// `is_kernel_macro()`, in the same headers.
const FUNCTION_MACROS: &str = include_str!("../kernel_function_macros.txt");

/// The member of the ops.
pub(crate) fn op_name(r#macro: &str, prefix: &str) -> String {
    let short = r#macro.strip_prefix(prefix).filter(|short| !short.is_empty()).unwrap_or(r#macro);
    let mut name = snake_case(short);
    // `ops.min(…)` would be the macro.
    if !is_c_name(&name) || is_kernel_macro(&name) || is_line_of(FUNCTION_MACROS, &name) {
        name.insert(0, '_');
    }
    name
}

/// The handler's parameters.
pub(super) fn parameters(
    kind: Kind,
    ty: &str,
    constant: &str,
    family: bool,
    arrays: &[CountedArray],
    handles: &[Handle],
) -> String {
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
    for array in arrays {
        parameters.push(format!("const {} *{}", array.r#type, array.parameter));
    }
    for handle in handles {
        parameters.push(format!("struct {} *{}", handle.symbol, handle.parameter));
    }
    parameters.join(", ")
}

/// What it is called with.
pub(super) fn arguments(
    kind: Kind,
    ty: &str,
    heap: bool,
    family: bool,
    arrays: &[CountedArray],
    handles: &[Handle],
) -> String {
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
    arguments.extend(arrays.iter().map(|array| array.copy.clone()));
    arguments.extend(handles.iter().map(|handle| handle.parameter.clone()));
    arguments.join(", ")
}

/// What it has to know, behind the macro's name.
pub(super) fn remark(
    kind: Kind,
    growth: Growth,
    returns: Returns,
    reads: bool,
    arrays: &[CountedArray],
    handles: &[Handle],
) -> String {
    let mut remarks: Vec<String> = Vec::new();
    match kind {
        Kind::Flexible => remarks.push("with room for @capacity elements".into()),
        Kind::Buffer => remarks.push("with @count elements".into()),
        _ => {}
    }
    if growth != Growth::None && reads {
        remarks.push("whose members are 0 where a caller does not know them".into());
    }
    if kind == Kind::Pointer && !reads {
        remarks.push("whose argument begins as zeroes".into());
    }
    for array in arrays {
        remarks.push(format!("with a copy of what `{}` points to", array.member));
    }
    for handle in handles {
        let gone = if handle.destroys { ", which is gone afterwards" } else { "" };
        remarks.push(format!("with the object of the handle `{}`{gone}", handle.member));
    }
    match returns {
        Returns::Nothing => {}
        Returns::Number => remarks.push("which returns a number".into()),
        Returns::File => remarks.push("which returns a new file, or ERR_PTR()".into()),
        Returns::Object => remarks.push("which returns a new object, or ERR_PTR()".into()),
    }
    if remarks.is_empty() { String::new() } else { format!(", {}", remarks.join(", ")) }
}
