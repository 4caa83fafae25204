//! A C header becomes a module of Rust.
//!
//! The front end says what commands there are, on every ABI, and keeps types as symbols; bindgen
//! says what Rust makes of the header on one of them. The first decides the types of members, the
//! second which items there are, with their comments.

use std::path::PathBuf;

use ioctlkit_abi::AbiId;
use ioctlkit_abi::spelling::is_type_name;
use ioctlkit_model::{
    Interface, Layouts, Problem, ProblemKind, RecordId, SourceMap, Span, abi_words,
};
use ioctlkit_report::visible;
use ioctlkit_sources::c;
use regex::Regex;

mod bindgen;
mod bindings;
mod bits;
mod candidates;
mod commands;
mod comments;
mod constants;
mod definition;
mod docs;
mod emit;
mod families;
mod flexible;
mod head;
mod module;
mod names;
mod portable;
mod raw;
mod rust_type;
mod target;
mod text;
mod tokens;

pub use self::bindgen::{Bindgen, ConfinedBindgen};
pub use head::is_made_by_import;

use bindings::Bindings;
use definition::{Definitions, Padding};
use emit::Emitter;
use module::Module;

/// What to import, and how.
#[derive(Debug, Clone)]
pub struct Request {
    /// The header.
    pub header: PathBuf,
    /// What the header is called in the module, such as `linux/vduse.h`.
    pub shown: String,
    /// The name of the device newtype; made from the header's where absent.
    pub interface_name: Option<String>,
    /// `-I`: folders that are searched before all others.
    pub include_dirs: Vec<PathBuf>,
    /// `-D`: macros, as `NAME` or `NAME=VALUE`.
    pub defines: Vec<String>,
    /// Further arguments for the compiler.
    pub compiler_arguments: Vec<String>,
    /// Only commands, structures and constants that one of these matches, and what they need;
    /// everything where there is none.
    pub allow: Vec<Regex>,
    /// Whether padding becomes members.
    pub explicit_padding: bool,
}

/// A module.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The module's text.
    pub text: String,
    /// How many commands it has, families included.
    pub commands: usize,
    /// What it lacks, and why: an entry each.
    pub left_out: Vec<String>,
}

/// Why there is no module.
#[derive(Debug, Clone, Default)]
pub struct Failure {
    /// What is wrong, and what to do.
    pub problems: Vec<Problem>,
    /// The text that is spoken of.
    pub sources: SourceMap,
}

/// Imports a header.
///
/// # Errors
/// Why the header can't be read, that nothing in it is a command, a structure or a constant, or that the
/// device's name is none of a type.
pub fn import(request: &Request) -> Result<Imported, Failure> {
    import_by(request, c::read, Bindgen::run)
}

/// Like [`import`], but `read` reads the header and `bind` runs bindgen. A header that `read` fails on
/// does not reach bindgen.
///
/// # Errors
/// The same as those of [`import`].
pub fn import_by(
    request: &Request,
    read: impl FnOnce(&c::Request) -> (Interface, Vec<Problem>),
    bind: impl FnOnce(&Bindgen) -> Result<String, String>,
) -> Result<Imported, Failure> {
    if let Some(name) = request.interface_name.as_ref().filter(|name| !is_type_name(name)) {
        let message =
            format!("`{}` is not a valid name for a Rust type", visible::on_one_line(name));
        let help = "use a capital letter, followed by letters and digits: `Echo`";
        return Err(failure(request, &message, Some(help), SourceMap::default()));
    }
    let reading = c::Request {
        paths: vec![request.header.clone()],
        include_dirs: request.include_dirs.clone(),
        defines: request.defines.clone(),
        compiler_arguments: request.compiler_arguments.clone(),
        raw_numbers: true,
        ..c::Request::default()
    };
    let (interface, mut problems) = read(&reading);
    let fails = |problem: &Problem| problem.kind == ProblemKind::Failure;
    if problems.iter().any(fails) {
        return Err(Failure { problems, sources: interface.sources });
    }
    // The module says what it lacks.
    problems.extend(interface.not_read());
    problems.extend(
        interface
            .not_understood
            .iter()
            .map(|unknown| Problem { kind: ProblemKind::Incomplete, ..unknown.as_failure() }),
    );
    let Some(abi) = interface.headers.first().and_then(|header| header.abis.first()) else {
        return Err(failure(
            request,
            "the header is for none of the ABIs",
            None,
            interface.sources,
        ));
    };
    if let Some(errors) = header_errors(&interface) {
        return Err(Failure { problems: errors, sources: interface.sources });
    }
    let bindings = match bindings::read(&reading, &request.header, abi, bind) {
        Ok(bindings) => bindings,
        Err(message) => {
            let help = "name what the header needs in front of it, as in `-- -include linux/if.h`";
            return Err(failure(request, &message, Some(help), interface.sources));
        }
    };
    let layouts = Layouts::new(&interface);
    if let Some(message) = disagreement(&interface, &layouts, &bindings, abi) {
        let help = "the header cannot be imported; please report this with the header";
        return Err(failure(request, &message, Some(help), interface.sources.clone()));
    }
    let padding = if request.explicit_padding { Padding::Explicit } else { Padding::Implicit };
    let module = Module::plan(Definitions::new(&layouts, padding), &bindings, &request.allow);
    if module.groups.is_empty() && module.records.is_empty() && module.constants.is_empty() {
        let help = "check the spelling of `--allow`, or name the header that defines them";
        let message = "the header has no command, structure or constant that is wanted";
        return Err(failure(request, message, Some(help), interface.sources.clone()));
    }
    let mut emitter = Emitter::new(&module, &request.shown);
    let items = emitter.items(&device_name(request));
    let head = head::lines(request, &module, &problems);
    let commands = module.groups.iter().map(|group| group.commands.len()).sum();
    let left_out = module.left_out.iter().map(commands::LeftOut::sentence).collect();
    match text::write(&head, &emitter.imports(), &items) {
        Ok(text) => Ok(Imported { text, commands, left_out }),
        Err(message) => Err(failure(request, &message, None, interface.sources.clone())),
    }
}

/// What the compiler finds wrong with the header itself: bindgen would stop there.
fn header_errors(interface: &Interface) -> Option<Vec<Problem>> {
    let header = interface.headers.first()?;
    // What is wrong with a macro is the matter of those who use it.
    let in_macro = |span: Span| {
        let file = interface.sources.file(span.file);
        let line = file.line_range(file.position(span.start).line);
        let line = file.text.get(line).unwrap_or("").trim_start();
        line.strip_prefix('#').is_some_and(|rest| rest.trim_start().starts_with("define"))
    };
    let error = header.errors.iter().find(|error| !error.span.is_some_and(in_macro))?;
    let name = interface.sources.file(header.file).path.clone();
    Some(vec![Problem {
        kind: ProblemKind::Failure,
        path: Some(error.span.map_or(name, |span| interface.sources.path(span).to_owned())),
        span: error.span,
        message: format!("the header does not compile: {}", error.message),
        help: Some("name what it needs in front of it, as in `-- -include linux/if.h`".into()),
    }])
}

fn failure(request: &Request, message: &str, help: Option<&str>, sources: SourceMap) -> Failure {
    let problem = Problem {
        kind: ProblemKind::Failure,
        path: Some(request.header.clone()),
        span: None,
        message: message.to_owned(),
        help: help.map(str::to_owned),
    };
    Failure { problems: vec![problem], sources }
}

/// `linux/dm-ioctl.h` is about a `Dm`.
fn device_name(request: &Request) -> String {
    if let Some(name) = &request.interface_name {
        return name.clone();
    }
    let stem = request.header.file_stem().and_then(|stem| stem.to_str()).unwrap_or("header");
    let stem: String =
        stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let stem = stem.strip_suffix("_ioctl").unwrap_or(&stem);
    let name = ioctlkit_syntax::camel_case(stem);
    if is_type_name(&name) { name } else { format!("Device{name}") }
}

/// What clang and the model say differently about a structure on one ABI. Both cannot be right.
fn disagreement(
    interface: &Interface,
    layouts: &Layouts<'_>,
    bindings: &Bindings,
    abi: AbiId,
) -> Option<String> {
    interface.records.iter().enumerate().find_map(|(index, record)| {
        let id = RecordId(index as u32);
        let measured = &bindings.records.get(names::c_name(record)?)?.measured;
        let layout = layouts.record(id, abi).ok()?;
        let size = measured.size?;
        if size != layout.size {
            return Some(format!(
                "clang and the table of ABIs disagree about the size of `{}` {}: {size} and {} \
                 bytes",
                record.display_name(),
                abi_words::on(ioctlkit_abi::AbiSet::only(abi), ioctlkit_abi::AbiSet::ALL),
                layout.size
            ));
        }
        layouts.members(id, abi).find_map(|(member, place)| {
            let name = member.name.as_ref().filter(|_| member.bits.is_none())?;
            let offset = measured.offset(name)?;
            (offset != place.offset()).then(|| {
                format!(
                    "clang and the table of ABIs disagree about where `{name}` of `{}` is: at \
                     {offset} and at {}",
                    record.display_name(),
                    place.offset()
                )
            })
        })
    })
}
