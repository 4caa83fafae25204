//! No line makes the reader of traces panic, and no bytes do the telling of members, on any ABI.
#![no_main]

use std::sync::OnceLock;

use ioctl_lint::decode::{Commands, call, members, parse_bytes};
use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Interface, Layouts};
use ioctlkit_sources::dump;
use libfuzzer_sys::fuzz_target;

/// An interface with bit-fields, unions, arrays and a structure in a structure, as a dump has it: a
/// fuzzer does not want to wait for libclang.
fn interface() -> &'static Interface {
    static INTERFACE: OnceLock<Interface> = OnceLock::new();
    INTERFACE.get_or_init(|| dump::parse(include_str!("../data/decode.json")).unwrap().0)
}

fuzz_target!(|input: (&str, &[u8], u8)| {
    let (line, bytes, abi) = input;
    let interface = interface();
    let abis: Vec<_> = AbiSet::ALL.iter().collect();
    let abi = abis[usize::from(abi) % abis.len()];
    let layouts = Layouts::new(interface);
    let commands = Commands::new(&layouts, abi);
    if let Some(Ok(call)) = call(line) {
        let _ = commands.find(&call.request);
        let _ = commands.number(&call.request).map(|number| commands.near(number).len());
    }
    let _ = parse_bytes(line);
    for command in &interface.commands {
        if let Some(body) = command.variants.get(abi)
            && let Some(ty) = body.argument.ty()
        {
            let _ = members(&layouts, ty, abi, bytes);
        }
    }
});
