//! What a change of the definition asks of the handlers, which are written by hand.

use std::path::Path;

use ioctl_gen::module::{Plan, Step};
use ioctl_gen::streams::tell as say;
use ioctlkit_report::visible::ShownPath as _;

/// Tells which handlers are new, have another signature, or have no command any more.
pub(super) fn tell(output: &Path, plan: &Plan, written: &[&Step], gone: &[String]) {
    let main = output.join(format!("{}_main.c", plan.name));
    for interface in &plan.interfaces {
        let path = format!("gen/{}_ioctl.h", interface.symbol);
        let step = written.iter().find(|step| step.file.path == path);
        let Some(before) = step.and_then(|step| step.found.as_deref()).map(squeezed) else {
            continue;
        };
        for command in &interface.commands {
            if before.contains(&squeezed(&command.stub.join("\n"))) {
                continue;
            }
            say(format_args!(
                "{}: the handler of `{}` is to be, as `.{}` of `{}_ops`:\n\n{}\n{{\n}}\n",
                main.shown(),
                command.r#macro,
                command.op,
                interface.symbol,
                command.stub_definition
            ));
        }
    }
    for name in gone {
        say(format_args!("{}: `{name}` is gone, and its handler is to go, too", main.shown()));
    }
}

/// The text however its lines are broken, within a comment or not.
fn squeezed(text: &str) -> String {
    let code = text.lines().map(|line| line.strip_prefix(" *").unwrap_or(line));
    code.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_same_however_its_lines_are_broken() {
        let before =
            " *\tstatic struct file *foo(struct file *file,\n *\t\t\t const struct bar *arg);";
        let now = "static struct file *\nfoo(struct file *file, const struct bar *arg);";
        assert!(squeezed(before).contains(&squeezed(now)));
        assert!(
            !squeezed(before).contains(&squeezed("static struct file *foo(struct file *file);"))
        );
    }
}
