//! Prints what was understood of the driver source in folders.
use std::path::PathBuf;
use std::time::Instant;

use ioctlkit_sources::driver::{Request, read};

fn main() {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let start = Instant::now();
    let (interface, problems) = read(&Request { paths, ..Request::default() });
    let code = &interface.code;
    let commands: usize = code.handlers.iter().map(|h| h.commands.len()).sum();
    let names: std::collections::BTreeSet<_> =
        code.handlers.iter().flat_map(|h| h.commands.iter().map(|c| c.name.as_str())).collect();
    println!(
        "{} files, {} functions, {} tables, {} handlers, {commands} labels, {} names, {} not understood, {} unknown calls, {} problems, {:.2} s",
        code.extent.files,
        code.extent.functions,
        code.tables.len(),
        code.handlers.len(),
        names.len(),
        code.not_understood.len(),
        code.extent.unknown_calls,
        problems.len(),
        start.elapsed().as_secs_f64()
    );
    if std::env::var_os("QUIET").is_some() {
        let unresolved = code
            .tables
            .iter()
            .flat_map(|t| [&t.native, &t.compat])
            .flatten()
            .filter(|s| s.handler.is_none())
            .count();
        let slots = code.tables.iter().flat_map(|t| [&t.native, &t.compat]).flatten().count();
        let empty = code.handlers.iter().filter(|h| h.commands.is_empty()).count();
        let gave_up = code.handlers.iter().filter(|h| h.gave_up.is_some()).count();
        println!(
            "slots {slots}, unresolved {unresolved}, handlers without commands {empty}, gave up {gave_up}"
        );
        return;
    }
    for handler in &code.handlers {
        let path = interface.sources.path(handler.span).display();
        let line = interface.sources.position(handler.span).line;
        println!(
            "{path}:{line}: {} {:?} {:?} unknown={:?} gave_up={:?}",
            handler.function,
            handler.serves,
            handler.copies,
            handler.unknown.iter().map(|a| a.value.as_str()).collect::<Vec<_>>(),
            handler.gave_up
        );
        for c in &handler.commands {
            let accesses: Vec<String> = c
                .accesses
                .iter()
                .map(|a| {
                    format!(
                        "{:?} {:?} {:?}{}",
                        a.way,
                        a.part,
                        a.amount,
                        if a.guarded { " guarded" } else { "" }
                    )
                })
                .collect();
            println!(
                "    {}{} {}{}{}",
                c.name,
                if c.by_nr { " (nr)" } else { "" },
                accesses.join("; "),
                if c.as_number.is_some() { " NUMBER" } else { "" },
                if c.escapes { " escapes" } else { "" }
            );
            for o in &c.copied_out {
                println!(
                    "        out {} {} {:?} set {:?} in {:?} amount {:?}",
                    o.ty, o.member, o.cleared, o.set, o.copied_in, o.amount
                );
            }
            for o in &c.copied_in {
                println!(
                    "        in {} reads {:?}{}",
                    o.ty,
                    o.read,
                    if o.escapes { " escapes" } else { "" }
                );
            }
            for n in &c.noticed {
                println!(
                    "        {:?} at line {}",
                    n.kind,
                    interface.sources.position(n.span).line
                );
            }
        }
    }
}
