//! What a change of the definition asks of the handlers, which are written by hand.

use std::fs;
use std::path::Path;

use ioctl_gen::module::plan::Interface;
use ioctl_gen::module::{InRust as View, Plan, Step};
use ioctl_gen::streams::tell as say;
use ioctlkit_report::visible::ShownPath as _;

/// Reports that `NAME_main.c` stays as it is, whatever its skeleton would have now.
pub(super) fn keeps_main(output: &Path, plan: &Plan, steps: &[Step]) {
    let main = format!("{}_main.c", plan.name);
    if steps.iter().any(|step| step.file.path == main && step.found.is_some()) {
        let main = output.join(main);
        say(format_args!("{}: exists and is yours: `--with` adds nothing to it", main.shown()));
    }
}

/// Tells which handlers are new, have another signature, or have no command any more.
pub(super) fn tell(output: &Path, plan: &Plan, written: &[&Step], gone: &[String]) {
    if let Some(view) = &plan.rust {
        return tell_methods(output, plan, view, (written, gone));
    }
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
    for interface in &plan.interfaces {
        if let Some(text) = unbuilt(output, plan, interface) {
            say(format_args!("{text}"));
        }
        if let Some(text) = untraced(output, plan, interface) {
            say(format_args!("{text}"));
        }
        if let Some(text) = untested(output, plan, interface) {
            say(format_args!("{text}"));
        }
        if let Some(text) = unwritten(output, &main, interface) {
            say(format_args!("{text}"));
        }
    }
    for name in gone {
        say(format_args!("{}: `{name}` is gone, and its handler is to go, too", main.shown()));
    }
}

/// Names the methods that a driver in Rust lacks. The compiler reports one whose parameters changed.
fn tell_methods(output: &Path, plan: &Plan, view: &View, (written, gone): (&[&Step], &[String])) {
    let main = format!("{}_main.rs", plan.name);
    // A new one is not there to be brought up to date.
    if written.iter().any(|step| step.file.path == main) {
        return;
    }
    let main = output.join(main);
    let text = fs::read_to_string(&main).unwrap_or_default();
    for interface in &plan.interfaces {
        for (command, head) in view.heads(interface) {
            let begins = &head[..=head.find('(').unwrap_or_default()];
            if !text.contains(begins) {
                say(format_args!(
                    "{}: the handler of `{command}` is to be, among the methods of `{}`:\n\n    {head} {{\n    \
                     }}\n",
                    main.shown(),
                    view.driver()
                ));
            }
        }
    }
    for name in gone {
        say(format_args!("{}: `{name}` is gone, and its handler is to go, too", main.shown()));
    }
}

/// What `Kbuild` lacks for tracepoints.
fn untraced(output: &Path, plan: &Plan, interface: &Interface) -> Option<String> {
    if !plan.trace {
        return None;
    }
    let path = output.join("Kbuild");
    let flags = format!("CFLAGS_gen/{}_ioctl.o", interface.symbol);
    fs::read_to_string(&path).ok().filter(|text| !text.contains(&flags))?;
    Some(format!("{}: add `{flags} := -I$(src)/gen`, for the tracepoints", path.shown()))
}

/// What `Kbuild` lacks for unit tests.
fn untested(output: &Path, plan: &Plan, interface: &Interface) -> Option<String> {
    if !plan.kunit || interface.checks.is_empty() {
        return None;
    }
    let path = output.join("Kbuild");
    let option = format!("CONFIG_{}_KUNIT_TEST", plan.upper);
    fs::read_to_string(&path).ok().filter(|text| !text.contains(&option))?;
    let path = path.shown();
    Some(format!("{path}: add `ccflags-$({option}) += -D{option}`, for the unit tests"))
}

/// What `Kbuild` lacks, which is written once and knows the interfaces of that day.
fn unbuilt(output: &Path, plan: &Plan, interface: &Interface) -> Option<String> {
    let path = output.join("Kbuild");
    let object = format!("gen/{}_ioctl.o", interface.symbol);
    let text = fs::read_to_string(&path).ok().filter(|text| !text.contains(&object))?;
    let end = if text.ends_with('\n') { "" } else { " on a line of its own" };
    Some(format!("{}: add `{}-y += {object}`{end}", path.shown(), plan.name))
}

/// What a driver that was there before lacks for an interface: no source of it includes its header.
fn unwritten(output: &Path, main: &Path, interface: &Interface) -> Option<String> {
    let symbol = &interface.symbol;
    let include = format!("#include \"gen/{symbol}_ioctl.h\"");
    let sources = fs::read_dir(output).ok()?.flatten().map(|entry| entry.path());
    let mut sources = sources.filter(|path| path.extension().is_some_and(|end| end == "c"));
    let has_it = |path| fs::read_to_string(path).is_ok_and(|text| text.contains(&include));
    if sources.any(has_it) {
        return None;
    }
    let opened = match (interface.path, interface.opener) {
        (false, Some(_)) => format!(
            "\nthe handler that opens such a file returns `anon_inode_getfile(\"[{symbol}]\", \
             &{symbol}_fops, NULL, O_RDWR)`\n"
        ),
        _ => String::new(),
    };
    Some(format!(
        "{}: nothing answers the commands of `{symbol}` yet: add, with a handler for each in \
         `{symbol}_ops`:\n\n\
         {include}\n\n\
         int {symbol}_enter(struct file *file)\n{{\n\treturn 0;\n}}\n\n\
         void {symbol}_leave(struct file *file)\n{{\n}}\n\n\
         const struct {symbol}_ops {symbol}_ops = {{\n}};\n\n\
         static const struct file_operations {symbol}_fops = {{\n\
         \t.owner = THIS_MODULE,\n\
         \t.unlocked_ioctl = {symbol}_ioctl,\n\
         \t.compat_ioctl = {symbol}_compat_ioctl,\n}};\n{opened}",
        main.shown()
    ))
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
