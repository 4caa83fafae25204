//! The templates, and the text that a plan makes of them.

use std::ffi::OsStr;
use std::path::Path;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, context};

use super::build::Header;
use super::fit::fit;
use super::plan::{Interface, Plan};
use super::stamp;

macro_rules! template {
    ($path:literal) => {
        ($path, include_str!(concat!("../../kmod-template/", $path)))
    };
}

/// What a file is to those who work on the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ownership {
    /// Made again each time.
    Generated,
    /// Made once, and theirs from then on.
    Once,
}

/// A file of the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Where it goes, below the module's folder.
    pub path: String,
    /// Whose it is.
    pub ownership: Ownership,
    /// The text.
    pub text: String,
}

const ONCE: [(&str, &str); 6] = [
    template!("NAME_main.c"),
    template!("Kbuild"),
    template!("Makefile"),
    template!("Kconfig"),
    template!("dkms.conf"),
    template!("tests/Makefile"),
];

/// The UAPI header: made here, unless the interface was read from it.
const HEADER: &str = "include/uapi/linux/NAME.h";

const GENERATED: [(&str, &str); 7] = [
    template!("include/uapi/linux/NAME.h"),
    template!("gen/NAME_abi.c"),
    template!("tests/NAME_test.c"),
    template!("tests/conformance.c"),
    template!("tests/conformance.h"),
    template!("tests/ktap.h"),
    template!("tests/random.c"),
];

/// One of each for each interface.
const PER_INTERFACE: [(&str, &str); 2] =
    [template!("gen/NAME_ioctl.c"), template!("gen/NAME_ioctl.h")];

/// The doors for benchmarks, where they are asked for.
const BENCH: [(&str, &str); 2] = [template!("gen/NAME_bench.c"), template!("gen/NAME_bench.h")];

/// Every file of the module, in the order of their paths.
///
/// # Errors
/// What is wrong with a template, which is a mistake of this program.
pub fn render(plan: &Plan) -> Result<Vec<File>, minijinja::Error> {
    let schema = stamp::schema_hash(plan);
    let mut files = Vec::new();
    for (path, template) in ONCE {
        let text = one(plan, None, path, template)?;
        files.push(file(path, &plan.name, Ownership::Once, text));
    }
    for (path, template) in GENERATED {
        let text = match plan.header.as_ref().filter(|_| path == HEADER) {
            Some(Header::InPlace) => continue,
            // Refreshed whenever the original changes, and refused when the copy was edited.
            Some(Header::Copied(text)) => format!("{}\n{}\n", text.trim_end(), stamp::PLACEHOLDER),
            None => one(plan, None, path, template)?,
        };
        let text = stamp::stamped(&text, &schema);
        files.push(file(path, &plan.name, Ownership::Generated, text));
    }
    for (path, template) in BENCH.into_iter().filter(|_| plan.bench) {
        let text = one(plan, plan.interfaces.first(), path, template)?;
        files.push(file(path, &plan.name, Ownership::Generated, stamp::stamped(&text, &schema)));
    }
    for interface in &plan.interfaces {
        for (path, template) in PER_INTERFACE {
            let text = stamp::stamped(&one(plan, Some(interface), path, template)?, &schema);
            files.push(file(path, &interface.symbol, Ownership::Generated, text));
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn file(path: &str, name: &str, ownership: Ownership, text: String) -> File {
    File { path: path.replace("NAME", name), ownership, text }
}

fn one(
    plan: &Plan,
    interface: Option<&Interface>,
    path: &str,
    template: &str,
) -> Result<String, minijinja::Error> {
    let extension = Path::new(path).extension().and_then(OsStr::to_str);
    let is_c = matches!(extension, Some("c" | "h"));
    let environment = environment()?;
    let values = context! {
        it => Serde(interface),
        stamp => stamp::PLACEHOLDER,
        ..Serde(plan)
    };
    let text = environment.render_named_str(path, template, values)?;
    if is_c {
        return Ok(fit(&text));
    }
    // Lines of help that are empty have no indentation either.
    Ok(text.lines().flat_map(|line| [line.trim_end(), "\n"]).collect())
}

/// Statements are lines that begin with `//%`, which C takes for comments; `${…}` is replaced.
fn environment() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder()
        .block_delimiters("/*%", "%*/")
        .variable_delimiters("${", "}")
        .comment_delimiters("/*#", "#*/")
        .line_statement_prefix("//%")
        .keep_trailing_newline(true)
        .build()?;
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    Ok(environment)
}
