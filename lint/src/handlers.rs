//! What the rules about tables of handlers in compiled objects share.

use ioctlkit_abi::{Abi, AbiSet};
use ioctlkit_model::{Finding, Handler, HandlerTable, Label, Object, abi_words};

use crate::context::finding;
use crate::{Context, Rule};

/// Every table of every object whose kernel also runs programs of 32-bit ABIs.
pub fn tables<'a>(
    cx: &Context<'a>,
) -> impl Iterator<Item = (&'a Object, &'a HandlerTable)> + use<'a> {
    let objects = cx.interface.objects.iter().filter(|object| !companions(object).is_empty());
    objects.flat_map(|object| object.tables.iter().map(move |table| (object, table)))
}

/// The 32-bit ABIs whose programs the kernel of an object runs.
pub fn companions(object: &Object) -> AbiSet {
    if object.runs_32_bit == Some(false) {
        return AbiSet::EMPTY;
    }
    object.abi.abi().companions().map(Abi::id).collect()
}

/// The same with the object's own ABI.
pub fn abis(object: &Object) -> AbiSet {
    companions(object).union(AbiSet::only(object.abi))
}

/// The programs that are concerned: "i386 and x32 programs".
pub fn programs(object: &Object) -> String {
    format!("{} programs", abi_words::list(companions(object)))
}

/// A finding about a table, at its name, with the line of a handler beside it.
pub fn table_finding(
    rule: &'static Rule,
    object: &Object,
    table: &HandlerTable,
    handler: Option<(&Handler, String)>,
    message: String,
) -> Finding {
    let name = match &object.module {
        Some(module) => format!("{module}:{}", table.name),
        None => table.name.clone(),
    };
    let related = handler.map(|(handler, text)| Label { span: handler.span, text });
    Finding {
        record: Some(format!("struct {}", table.structure.tag())),
        member: Some(name),
        related: related.into_iter().collect(),
        ..finding(rule, table.span, abis(object), message)
    }
}
