//! What driver source does, as bytes.

use ioctlkit_model::{
    Access, Amount, Answer, Cleared, CodeNotUnderstood, CopiedIn, CopiedOut, Copies, DriverCode,
    HandledCommand, Noticed, NoticedKind, OperationTable, Part, Serves, Slot, SourceHandler, Way,
};

use super::bytes::{Kept, Reader, Writer, fields, variants};

fields! {
    DriverCode { files, declared_in, architectures, symbols, mentions, is_whole_kernel, tables, handlers, not_understood, unknown_calls }
    CodeNotUnderstood { span, function, reason }
    OperationTable { name, structure, span, native, compat }
    Slot { member, function, span, needs, handler }
    SourceHandler { function, span, serves, copies, commands, in_compat, unknown, loses_unknown, asks_for_compat, converts_pointer, computes_number, gave_up }
    Answer { value, span }
    HandledCommand {
        name,
        span,
        by_nr,
        accesses,
        as_number,
        as_truth,
        escapes,
        is_lost,
        copied_in,
        copied_out,
        noticed,
        returns,
        only_fails,
    }
    Access { span, way, part, amount, guarded }
    CopiedIn { ty, span, read, inputs, escapes }
    CopiedOut { ty, object, span, declared, member, cleared, set, is_touched, copied_in, amount }
    Noticed { kind, span, related }
}

variants! {
    Serves { 0 => Native, 1 => Compat, 2 => Both, }
    Copies { 0 => Handler, 1 => Core, }
    Way { 0 => In, 1 => Out, }
    Part { 0 => Whole, 1 => Member(member), 2 => Inside, }
    Amount { 0 => Type(ty), 1 => CommandSize, 2 => Bytes(bytes), 3 => Expression(text), 4 => Unknown, }
    Cleared { 0 => Nothing, 1 => Members, 2 => All, }
    NoticedKind {
        0 => ReturnsCount { function },
        1 => UnboundedProduct { ty, member, factor, function },
        2 => FetchesAgain { member },
        3 => CastsMember { ty, member },
    }
}
