//! An invented device whose arguments all have one layout: `compat_ptr_ioctl` serves it. What
//! `echo` lacks is here: wide counts, nested structures, large and growing arguments on the heap,
//! results that come with a new file.

use ioctlkit_abi::Direction::{Read, ReadWrite, Write};
use ioctlkit_model::{Interface, Passing, Returns, Type};

use super::draft::{Draft, S32, U8, U16, U32, U64, array, field, reserved};

pub fn pulse() -> Interface {
    let mut draft = Draft::new("pulse", 0xe8, "An invented device that sends pulses.");
    let edge = draft.record(
        "pulse_edge",
        "One side of a pulse.",
        vec![
            field("level", U16, "How high it is.").range(0, 1000),
            field("slope", U8, "How steep.").listed(&[1, 2, 8]),
            reserved("_reserved0", U8),
        ],
    );
    let shape = draft.record(
        "pulse_shape",
        "What a pulse looks like.",
        vec![
            field("first", edge.clone(), "The side that comes first."),
            field("others", array(edge, 2), "The others."),
            field("offset", S32, "Where it begins.").range(i32::MIN.into(), 5),
            field("mask", U64, "Which lines.").flags(0x8000_0000_0000_0001),
            field("limit", U64, "How long.").range(0, 1_000_000_000_000),
        ],
    );
    let train = draft.record(
        "pulse_train",
        "Many pulses.",
        vec![
            field("count", U64, "How many there are."),
            field("starts", Type::FlexibleArray(Box::new(U64)), "When they begin.")
                .counted_by("count"),
        ],
    );
    let large = draft.record(
        "pulse_large",
        "A large structure that may grow.",
        vec![
            field("size", U32, "").size(),
            field("mode", U32, "How it is sent.").listed(&[0, 3]),
            field("data", array(U8, 240), "What is sent."),
            field("more", U64, "Since the second version."),
        ],
    );
    let open = draft.record(
        "pulse_open",
        "A new line.",
        vec![field("line", U32, "Which one."), field("id", U32, "Its name, from the driver.")],
    );
    draft
        .command(
            "Send",
            0x00,
            ReadWrite,
            Passing::Pointer(shape),
            "Sends a pulse; returns how many.",
        )
        .returns(Returns::Value)
        .mode(Write);
    draft.command("Train", 0x01, Write, Passing::Flexible(train.clone()), "Sends many.");
    draft.command("Past", 0x02, Read, Passing::Flexible(train), "What was sent.");
    draft
        .command("Large", 0x03, ReadWrite, Passing::Pointer(large), "Sends bytes.")
        .grows_from(248);
    draft
        .command("OpenLine", 0x04, ReadWrite, Passing::Pointer(open), "Opens a line.")
        .returns(Returns::Fd(None));
    draft.command("Write", 0x05, Write, Passing::Buffer(U32), "Sends words.");
    draft
        .command("Gain", 0xf0, ReadWrite, Passing::Pointer(U64), "Changes how high pulses are.")
        .family(0xff);
    draft.finish()
}
