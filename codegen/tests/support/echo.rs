//! An invented device that has one of each kind of command.

use ioctlkit_abi::Direction::{None, Read, ReadWrite, Write};
use ioctlkit_model::{Argument, Interface, Passing, Returns, Type};

use super::draft::{Draft, LONG, S32, U8, U32, U64, ULONG, array, field, pointer, reserved};

pub fn echo() -> Interface {
    let mut draft =
        Draft::new("echo", b'E', "An invented device that gives back what it is given.");
    let config = draft.record(
        "echo_config",
        "How the device echoes.",
        vec![
            field("flags", U32, "What else it does.").flags(3),
            field("mode", U32, "How bytes are changed.").listed(&[1, 2, 4]),
            field("level", S32, "How loud it is.").range(-10, 10),
            reserved("_reserved0", array(U8, 4)),
            field("delay_ns", U64, "How long an echo takes, in nanoseconds."),
        ],
    );
    let exchange = draft.record(
        "echo_exchange",
        "Two buffers of the caller.",
        vec![
            field("from", U64, "Address of the bytes to echo."),
            field("to", U64, "Address of the room for them."),
            field("length", U32, "How many bytes."),
            field("copied", U32, "How many came back."),
        ],
    );
    let query = draft.record(
        "echo_query",
        "A question that may grow.",
        vec![
            field("size", U32, "").size(),
            field("flags", U32, "How to ask.").flags(1),
            field("cookie", U64, "Comes back as it is."),
            field("depth", U32, "How deep to look. Since the second version."),
            reserved("_reserved0", array(U8, 4)),
        ],
    );
    let stats = draft.record(
        "echo_stats",
        "What has been done.",
        vec![
            field("calls", U64, "How many calls."),
            field("bytes", U64, "How many bytes came back."),
            field("errors", U64, "How many calls failed. Since the second version."),
        ],
    );
    let tune = draft.record(
        "echo_tune",
        "Settings that may grow.",
        vec![
            field("gain", U32, "How much it amplifies.").range(1, 100),
            reserved("_reserved0", U32),
            field("bias", U64, "Since the second version."),
        ],
    );
    let sample = draft.record(
        "echo_sample",
        "One sample.",
        vec![
            field("value", S32, "What was measured."),
            field("flags", U32, "How it was measured.").flags(0xff),
        ],
    );
    let samples = draft.record(
        "echo_samples",
        "Samples of the caller.",
        vec![
            field("count", U32, "How many there are."),
            reserved("_reserved0", array(U8, 4)),
            field("samples", Type::FlexibleArray(Box::new(sample)), "The samples.")
                .counted_by("count"),
        ],
    );
    let stream = draft.record(
        "echo_stream",
        "A new stream.",
        vec![
            field("flags", U32, "What the stream does.").flags(1),
            field("depth", U32, "How many bytes it holds."),
        ],
    );
    let blob = draft.record(
        "echo_blob",
        "Bytes.",
        vec![
            field("key", U32, "How each byte is changed."),
            reserved("_reserved0", array(U8, 4)),
            field("data", array(U8, 248), "The bytes."),
        ],
    );
    let legacy = draft.record(
        "echo_legacy",
        "What the first version took, which differs between machines.",
        vec![
            field("when", LONG, "In seconds."),
            field("id", U32, "Names the request."),
            field("total", U64, "How many bytes."),
            field("buffer", pointer(), "Where they are."),
            field("history", array(ULONG, 3), "The totals before."),
        ],
    );
    let channel = draft.record(
        "echo_channel",
        "One channel.",
        vec![field("gain", U32, "How much it is amplified."), reserved("_reserved0", U32)],
    );
    let pointer = |ty: &Type| Passing::Pointer(ty.clone());
    let word = Argument::Type(LONG);
    draft.command("Reset", 0x00, None, Passing::Nothing, "Forgets everything.").mode(Write);
    draft.command("GetConfig", 0x01, Read, pointer(&config), "Reads the configuration.").mode(Read);
    draft
        .command("SetConfig", 0x02, Write, pointer(&config), "Changes the configuration.")
        .mode(Write);
    draft
        .command("SetMode", 0x03, Write, Passing::Value(S32), "Sets the mode; returns it.")
        .returns(Returns::Value);
    draft.command("Exchange", 0x04, ReadWrite, pointer(&exchange), "Echoes bytes.");
    draft
        .command("Query", 0x05, ReadWrite, pointer(&query), "Answers a question.")
        .encoded(None, Argument::None)
        .grows_from(16);
    draft.command("Stats", 0x06, Read, pointer(&stats), "What has been done.").grows_from(16);
    draft.command("Tune", 0x07, Write, pointer(&tune), "Changes settings.").grows_from(8);
    draft
        .command("Name", 0x08, Read, Passing::Buffer(U8), "The name; returns its length.")
        .returns(Returns::Value);
    draft.command("Samples", 0x09, ReadWrite, Passing::Flexible(samples), "Inverts samples.");
    draft
        .command("OpenStream", 0x0a, Write, pointer(&stream), "Opens a stream.")
        .returns(Returns::Fd(Option::None));
    draft.command("Blob", 0x0b, ReadWrite, pointer(&blob), "Changes bytes.");
    draft.command("Legacy", 0x0c, ReadWrite, pointer(&legacy), "As the first version did it.");
    draft
        .command("SetLimit", 0x0d, Write, pointer(&U32), "Limits all files.")
        .capability("CAP_SYS_ADMIN");
    draft.command("Level", 0x0e, Read, pointer(&U32), "How loud it is.").encoded(Read, word);
    draft.command("Future", 0x0f, Read, pointer(&U32), "Is not implemented yet.");
    draft.command("SetWord", 0x10, Write, Passing::Value(ULONG), "Takes a word.");
    draft.command("SetOffset", 0x11, Write, Passing::Value(LONG), "Takes an offset.");
    draft.command("Channel", 0x40, ReadWrite, pointer(&channel), "Asks a channel.").family(0x47);
    draft.finish()
}
