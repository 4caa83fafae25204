//! What source of programs passes to `ioctl`, as bytes.

use ioctlkit_model::{
    CallNotUnderstood, ProgramArgument, ProgramCall, ProgramCode, ProgramKind, ProgramObject,
    ProgramPart, ProgramRequest, ProgramState, ProgramType, ProgramValue,
};

use super::bytes::{Kept, Reader, Writer, fields, variants};

fields! {
    ProgramCode { files, calls, not_understood }
    ProgramCall { span, callee, function, request, argument }
    ProgramRequest { span, name, number, is_size_known, declared }
    ProgramArgument { span, spelled, value }
    ProgramObject { ty, part, state, declared }
    ProgramType { spelled, kind }
    CallNotUnderstood { span, function, reason }
}

variants! {
    ProgramValue { 0 => Address(object), 1 => Value { ty, is_array }, 2 => Constant, 3 => Unknown, }
    ProgramPart { 0 => Variable(name), 1 => Member, 2 => Element, 3 => Literal, }
    ProgramState { 0 => Unset, 1 => Set, 2 => Members(names), }
    ProgramKind {
        0 => Scalar(scalar),
        1 => Varying(scalar),
        2 => Pointer(to),
        3 => Array(element),
        4 => Record,
        5 => Void,
        6 => Unknown,
    }
}
