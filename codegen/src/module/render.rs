//! The templates, and the text that a plan makes of them.

use std::ffi::OsStr;
use std::path::Path;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, merge_maps};
use minijinja::{Environment, UndefinedBehavior, Value, context};

use super::build::Header;
use super::fit::fit;
use super::fit_rust::fit_rust;
use super::in_tree::includes;
use super::plan::{Interface, Plan};
use super::stamp;
use super::test_data::NO_MEMBERS;
use crate::interpolation::{self, Language};

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

const ONCE: [(&str, &str); 7] = [
    template!("NAME_main.c"),
    template!("Kbuild"),
    template!("Makefile"),
    template!("Kconfig"),
    template!("dkms.conf"),
    template!("tests/Makefile"),
    template!("tests/NAME_hooks.h"),
];

/// Where the templates of what is only in a module in Rust are.
const IN_RUST: &str = "rust/";
/// The file that people write the driver in, and what is in front of the commands, for a module in Rust.
const MAIN_IN_RUST: (&str, &str) = template!("rust/NAME_main.rs");
const COMMANDS_IN_RUST: [(&str, &str); 1] = [template!("rust/gen/NAME_ioctl.rs")];

/// What `NAME_main.c` includes for each bus: how the driver gets its device.
const BUSES: [(&str, &str); 5] = [
    template!("bus/auxiliary.c"),
    template!("bus/i2c.c"),
    template!("bus/pci.c"),
    template!("bus/platform.c"),
    template!("bus/usb.c"),
];

/// What makes a device for the tests, where that takes no hardware.
const TEST_DEVICE: (&str, &str) = template!("tests/NAME_device.c");

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

/// The tracepoints of an interface, where they are asked for.
const TRACE: (&str, &str) = template!("gen/NAME_trace.h");

/// The unit tests of an interface, where they are asked for.
const KUNIT: (&str, &str) = template!("gen/NAME_kunit.c");

/// The doors for benchmarks, where they are asked for.
const BENCH: [(&str, &str); 2] = [template!("gen/NAME_bench.c"), template!("gen/NAME_bench.h")];
/// The test of a driver in the kernel's tree.
const TREE_TEST: [(&str, &str); 4] = [
    template!("tests/NAME_hooks.h"),
    template!("tests/NAME_test.c"),
    template!("tests/conformance.c"),
    template!("tests/conformance.h"),
];
const KCONFIG: (&str, &str) = ONCE[3];
/// The file that people write the driver in.
const MAIN: (&str, &str) = ONCE[0];

/// Whether the module's own files include `<linux/STEM.h>`, which a header of that name would stand in front of.
pub fn includes(stem: &str) -> bool {
    let include = format!("#include <linux/{stem}.h>");
    let all =
        ONCE.iter().chain(&GENERATED).chain(&PER_INTERFACE).chain(&BENCH).chain([&TRACE, &KUNIT]);
    all.into_iter().any(|(_, text)| text.contains(&include))
}

/// Every file of the module, in the order of their paths.
///
/// # Errors
/// What is wrong with a template, which is a mistake of this program.
pub fn render(plan: &Plan) -> Result<Vec<File>, minijinja::Error> {
    let main = if plan.rust.is_some() { MAIN_IN_RUST.1 } else { MAIN.1 };
    render_with_handlers(plan, main)
}

/// The same, with a template that fills the blocks of `NAME_main.c`, or of `rust/NAME_main.rs`.
///
/// # Errors
/// What is wrong with a template, which is a mistake of this program.
pub(crate) fn render_with_handlers(
    plan: &Plan,
    handlers: &str,
) -> Result<Vec<File>, minijinja::Error> {
    let values = values(plan);
    let one =
        |interface: Value, path: &str, template: &str| one(&values, interface, path, template);
    let mut files = Vec::new();
    let test_device = plan.bus.has_test_device().then_some(TEST_DEVICE);
    for (path, template) in ONCE.into_iter().chain(test_device) {
        let (path, template) = match (path == MAIN.0, &plan.rust) {
            (true, None) => (path, handlers),
            (true, Some(_)) => (MAIN_IN_RUST.0, handlers),
            (false, _) => (path, template),
        };
        let first = Value::from(Serde(plan.interfaces.first()));
        let text = one(first, path, template)?;
        files.push(file(path.trim_start_matches(IN_RUST), &plan.name, Ownership::Once, text));
    }
    for (path, template) in GENERATED {
        let text = match plan.header.as_ref().filter(|_| path == HEADER) {
            Some(Header::InPlace) => continue,
            // Refreshed whenever the original changes, and refused when the copy was edited.
            Some(Header::Copied { text, .. }) => {
                format!("{}\n{}\n", text.trim_end(), stamp::PLACEHOLDER)
            }
            None => one(Value::from(()), path, template)?,
        };
        let text = stamp::stamped(&text);
        files.push(file(path, &plan.name, Ownership::Generated, text));
    }
    if let Some(Header::Copied { beside, .. }) = &plan.header {
        for (path, text) in beside {
            let text = format!("{}\n{}\n", text.trim_end(), stamp::PLACEHOLDER);
            let path = format!("include/uapi/{path}");
            let text = stamp::stamped(&text);
            files.push(File { path, ownership: Ownership::Generated, text });
        }
    }
    for (path, template) in BENCH.into_iter().filter(|_| plan.bench) {
        let first = Value::from(Serde(plan.interfaces.first()));
        let text = one(first, path, template)?;
        files.push(file(path, &plan.name, Ownership::Generated, stamp::stamped(&text)));
    }
    for interface in &plan.interfaces {
        let value = Value::from(Serde(interface));
        for (path, template) in of_interface(plan, interface) {
            let text = stamp::stamped(&one(value.clone(), path, template)?);
            let path = path.trim_start_matches(IN_RUST);
            files.push(file(path, &interface.symbol, Ownership::Generated, text));
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// The templates of an interface.
fn of_interface(
    plan: &Plan,
    interface: &Interface,
) -> impl Iterator<Item = (&'static str, &'static str)> {
    let trace = plan.trace.then_some(TRACE);
    let kunit = (plan.kunit && !interface.checks.is_empty()).then_some(KUNIT);
    let files: &[_] = if plan.rust.is_some() { &COMMANDS_IN_RUST } else { &PER_INTERFACE };
    files.iter().copied().chain(trace).chain(kunit)
}

/// Files of a driver in the kernel's tree, below the folder of the driver, of its tests, or the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TreeTexts {
    /// The UAPI header.
    pub(crate) header: String,
    /// The driver: names and texts.
    pub(crate) driver: Vec<(String, String)>,
    /// The test.
    pub(crate) selftest: Vec<(String, String)>,
    /// The page of documentation.
    pub(crate) page: String,
}

/// The text of a driver in the kernel's tree, from the templates of one in a folder of its own. What
/// people have written already is not among it.
///
/// # Errors
/// What is wrong with a template, which is a mistake of this program.
pub(crate) fn render_in_tree(plan: &Plan) -> Result<TreeTexts, minijinja::Error> {
    let values = values(plan);
    let one = |interface: Value, (path, template): (&str, &str)| {
        one(&values, interface, path, template).map(|text| without_generator(&text))
    };
    let none = || Value::from(());
    let name =
        |path: &str, name: &str| path.rsplit('/').next().unwrap_or(path).replace("NAME", name);
    let header = match &plan.header {
        Some(Header::Copied { text, .. }) => stamp::removed(text),
        Some(Header::InPlace) | None => one(none(), GENERATED[0])?,
    };
    let mut driver = vec![
        ("Kconfig".to_owned(), one(none(), KCONFIG)?),
        ("Makefile".to_owned(), one(none(), template!("in-tree/Makefile"))?),
        (name(MAIN.0, &plan.name), one(none(), MAIN)?),
    ];
    if plan.has_unit_tests() {
        let text = one(none(), template!("in-tree/kunitconfig"))?;
        driver.push((".kunitconfig".to_owned(), text));
    }
    for interface in &plan.interfaces {
        for template in of_interface(plan, interface) {
            let text = one(Value::from(Serde(interface)), template)?;
            driver.push((name(template.0, &interface.symbol), text));
        }
    }
    let mut selftest = vec![
        ("Makefile".to_owned(), one(none(), template!("in-tree/selftest.mk"))?),
        ("config".to_owned(), one(none(), template!("in-tree/config"))?),
        (".gitignore".to_owned(), one(none(), template!("in-tree/gitignore"))?),
    ];
    for template in TREE_TEST {
        // kselftest.h has the names of our header, with its own beginning. Names of the interface may have
        // ours.
        let kselftest = template.1.replace("KTAP_", "KSFT_").replace("ktap_", "ksft_");
        let text = one(none(), (template.0, &kselftest))?;
        selftest.push((name(template.0, &plan.name), text));
    }
    let rule = "=".repeat(plan.title.len());
    let more = context! { rule => rule, documented => header.contains("/**") };
    let (path, template) = template!("in-tree/NAME.rst");
    let page = templated(path, template, plan, more)?;
    Ok(TreeTexts { header, driver, selftest, page })
}

/// The text as a person would have written it: with no line for the generator, and all in one folder.
fn without_generator(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.contains(stamp::PLACEHOLDER));
    includes::flat(&lines.flat_map(|line| [line, "\n"]).collect::<String>())
}

fn file(path: &str, name: &str, ownership: Ownership, text: String) -> File {
    File { path: path.replace("NAME", name), ownership, text }
}

/// What every template can use. A large plan takes longer to convert than to render.
fn values(plan: &Plan) -> Value {
    let mut commands = plan.interfaces.iter().flat_map(|interface| &interface.commands);
    context! {
        // In the kernel's tree there is none.
        has_test_device => plan.bus.has_test_device() && plan.in_tree.is_none(),
        has_unit_tests => plan.has_unit_tests(),
        header_is_theirs => plan.header.is_some(),
        takes_nothing => commands.any(|command| command.test.members == NO_MEMBERS),
        stamp => Value::from_safe_string(stamp::PLACEHOLDER.into()),
        ..Value::from(Serde(plan))
    }
}

fn one(
    values: &Value,
    interface: Value,
    path: &str,
    template: &str,
) -> Result<String, minijinja::Error> {
    filled(path, template, context! { it => interface, ..values.clone() })
}

/// A template's text, with the plan and more to fill it.
///
/// # Errors
/// What is wrong with the template, which is a mistake of this program.
pub(crate) fn templated(
    path: &str,
    template: &str,
    plan: &Plan,
    more: Value,
) -> Result<String, minijinja::Error> {
    filled(path, template, merge_maps([values(plan), more]))
}

fn filled(path: &str, template: &str, values: Value) -> Result<String, minijinja::Error> {
    let environment = environment(Language::of(path))?;
    // Under a name of its own, so that the text may extend what is known as `path`.
    let text = environment.render_named_str("this", template, values)?;
    let extension = Path::new(path).extension().and_then(OsStr::to_str);
    if matches!(extension, Some("c" | "h")) {
        return Ok(fit(&text));
    }
    if extension == Some("rs") && path.starts_with(IN_RUST) {
        return Ok(fit_rust(&text));
    }
    // Lines of help that are empty have no indentation either.
    Ok(text.lines().flat_map(|line| [line.trim_end(), "\n"]).collect())
}

/// Statements are lines that begin with `//%`, which C takes for comments; `${…}` is replaced.
fn environment(language: Language) -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = interpolation::environment(language);
    let syntax = SyntaxConfig::builder()
        .block_delimiters("/*%", "%*/")
        .variable_delimiters("${", "}")
        .comment_delimiters("/*#", "#*/")
        .line_statement_prefix("//%")
        .keep_trailing_newline(true)
        .build()?;
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    if language == Language::Rust {
        environment.add_template(MAIN_IN_RUST.0, MAIN_IN_RUST.1)?;
    }
    // Only what is C extends it.
    if language == Language::C {
        environment.add_template(MAIN.0, MAIN.1)?;
        for (path, template) in BUSES {
            environment.add_template(path, template)?;
        }
    }
    Ok(environment)
}
