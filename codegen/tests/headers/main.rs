//! Headers of the kernel, imported: the modules compile, and their numbers and layouts are those of
//! the headers, on every ABI.
//!
//! All modules become one crate, which is built once with the derives, so that their own proofs
//! hold, and run: it prints what the derives know of every command and structure. That is compared
//! with the header as the C front end reads it, which the oracle's tests compare with gcc. Then
//! the text of the modules is read as `ioctl-lint` reads Rust, and compared by rule R005's means,
//! which sees the definitions for other machines as well.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod against;
mod built;
mod described;
mod list;
mod scope;

use std::collections::BTreeSet;
use std::path::PathBuf;

use ioctl_gen::import::{Imported, Request, import};
use ioctlkit_model::{Interface, Layouts};
use ioctlkit_oracle::Effort;
use ioctlkit_sources::c;

/// A header and what became of it.
struct Module {
    /// The module's name.
    name: String,
    /// The header's path.
    header: PathBuf,
    imported: Imported,
}

fn request(header: &std::path::Path, shown: &str) -> Request {
    Request {
        header: header.to_owned(),
        shown: shown.to_owned(),
        interface_name: None,
        include_dirs: Vec::new(),
        defines: Vec::new(),
        compiler_arguments: Vec::new(),
        allow: Vec::new(),
        explicit_padding: false,
    }
}

/// The header as the C front end reads it.
fn read(module: &Module) -> Interface {
    let request = c::Request {
        paths: vec![module.header.clone()],
        raw_numbers: true,
        ..c::Request::default()
    };
    c::read(&request).0
}

fn modules() -> Vec<Module> {
    let headers = list::headers();
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        let parts = headers.chunks(headers.len().div_ceil(workers).max(1));
        let parts: Vec<_> = parts
            .map(|part| scope.spawn(|| part.iter().filter_map(module).collect::<Vec<_>>()))
            .collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    })
}

fn module((shown, header): &(String, PathBuf)) -> Option<Module> {
    match import(&request(header, shown)) {
        Ok(imported) => {
            let name = shown.replace(['/', '.', '-'], "_");
            Some(Module { name, header: header.clone(), imported })
        }
        // A header that does not stand alone is none of ours.
        Err(failure) if list::may_fail(shown) => {
            println!("{shown}: {}", failure.problems[0].message);
            None
        }
        Err(failure) => panic!("{shown}: {:?}", failure.problems),
    }
}

#[test]
fn modules_compile_and_are_what_their_headers_say_on_every_abi() {
    let modules = modules();
    assert!(modules.len() >= 25, "{} headers", modules.len());
    let described = built::describe(&modules);
    let mut sum = described::Sum::default();
    let mut differences = Vec::new();
    let mut against_sum = against::Sum::default();
    for module in &modules {
        let interface = read(module);
        let layouts = Layouts::new(&interface);
        let scopes = scope::of_module(&module.imported.text);
        let own = described.iter().filter(|line| line["module"] == module.name.as_str());
        for entry in own {
            let found = described::compare(entry, &layouts, &scopes, &mut sum);
            differences.extend(found.into_iter().map(|text| format!("{}: {text}", module.name)));
        }
        differences.extend(nothing_is_lost(module, &interface));
        let found = against::compare(&module.imported.text, &interface, &mut against_sum);
        differences.extend(found.into_iter().map(|text| format!("{}: R005: {text}", module.name)));
    }
    println!(
        "{} headers: {} commands and {} structures with {} members are in Rust what they are in C, \
         in {} numbers and {} layouts on {} ABIs",
        modules.len(),
        sum.commands,
        sum.records,
        sum.members,
        sum.numbers,
        sum.layouts,
        ioctlkit_abi::ABIS.len()
    );
    println!(
        "R005 compares {} commands, {} plain numbers and {} structures of the same modules",
        against_sum.commands, against_sum.raw_numbers, against_sum.records
    );
    // 32 bits; big-endian; and whatever else is installed.
    let targets = built::check_for(
        &[
            "i686-unknown-linux-gnu",
            "s390x-unknown-linux-gnu",
            "powerpc-unknown-linux-gnu",
            "powerpc64-unknown-linux-gnu",
            "aarch64-unknown-linux-gnu",
            "armv7-unknown-linux-gnueabihf",
            "riscv64gc-unknown-linux-gnu",
        ],
        Effort::from_environment(),
    );
    println!("compiled for this machine, and for: {}", targets.join(", "));
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences.join("\n")
    );
    assert!(sum.commands >= 900 && sum.records >= 700, "{sum:?}");
    assert!(against_sum.commands >= 900 && against_sum.records >= 700, "{against_sum:?}");
}

/// The commands and structures of the header that are neither in the module nor said to be left
/// out.
fn nothing_is_lost(module: &Module, interface: &Interface) -> Vec<String> {
    let there: BTreeSet<String> = scope::c_names(&module.imported.text);
    let is_said = |name: &str| {
        let quoted = format!("`{name}`");
        module.imported.left_out.iter().any(|entry| entry.contains(&quoted))
    };
    let own = |span: ioctlkit_model::Span| {
        interface.headers.iter().any(|header| header.file == span.file)
    };
    let commands = interface.commands.iter().map(|command| command.name.clone());
    let records = interface
        .records
        .iter()
        .filter(|record| own(record.span) && !record.variants.is_empty())
        .filter(|record| !record.is_anonymous())
        .map(ioctlkit_model::Record::display_name);
    commands
        .chain(records)
        .filter(|name| !there.contains(name) && !is_said(name))
        .map(|name| format!("`{name}` is lost"))
        .collect()
}
