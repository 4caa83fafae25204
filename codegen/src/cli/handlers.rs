//! What a change of the definition asks of the handlers, which are written by hand.

use std::path::Path;

use ioctl_gen::module::{Plan, Step};

/// Tells which handlers are new, have another signature, or have no command any more.
pub(super) fn tell(output: &Path, plan: &Plan, written: &[&Step], gone: &[String]) {
    let main = output.join(format!("{}_main.c", plan.name));
    for interface in &plan.interfaces {
        let path = format!("gen/{}_ioctl.h", interface.symbol);
        let step = written.iter().find(|step| step.file.path == path);
        let Some(before) = step.and_then(|step| step.found.as_deref()) else { continue };
        for command in &interface.commands {
            if before.contains(&command.stub.join("\n *\t")) {
                continue;
            }
            eprintln!(
                "{}: the handler of `{}` is to be, as `.{}` of `{}_ops`:\n\n{}\n{{\n}}\n",
                main.display(),
                command.r#macro,
                command.op,
                interface.symbol,
                command.stub_definition
            );
        }
    }
    for name in gone {
        eprintln!("{}: `{name}` is gone, and its handler is to go, too", main.display());
    }
}
