//! The files of a new workspace that are not the module's.

use ioctlkit_abi::{Direction, Encoding};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value, context};

use super::dependency::Dependency;
use super::name::Name;
use super::type_letter::TypeLetter;
use crate::interpolation::{self, Language};
use crate::module::{Bus, Device, FileOperations, Language as Written};

macro_rules! template {
    ($path:literal, $name:literal) => {
        ($path, include_str!(concat!("../../scaffold-template/", $name)))
    };
}

/// Manifests have another name here: cargo takes a folder with a `Cargo.toml` for another package.
const TEMPLATES: [(&str, &str); 9] = [
    template!("Cargo.toml", "workspace.toml"),
    template!("README.md", "README.md"),
    template!(".gitignore", "gitignore"),
    template!("ioctl-lint.toml", "ioctl-lint.toml"),
    template!(".github/workflows/ci.yml", "ci.yml"),
    template!("interface/Cargo.toml", "interface.toml"),
    template!("interface/src/lib.rs", "lib.rs.in"),
    template!("interface/tests/commands.rs", "commands.rs.in"),
    template!("interface/tests/driver/mod.rs", "driver.rs.in"),
];

/// Says where `ioctlkit` is, where it is not from crates.io.
const CARGO_CONFIG: (&str, &str) = template!(".cargo/config.toml", "cargo-config.toml");

/// What the first commands pass: bytes of the argument.
const ARGUMENT: u64 = 8;

/// The version of Linux that the table of type letters is of.
const KERNEL: &str = "6.12";

/// What to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scaffold {
    /// What the driver is called.
    pub name: Name,
    /// The type letter of its commands, and their first nr.
    pub type_letter: TypeLetter,
    /// What its module is written in.
    pub language: Written,
    /// How its file in `/dev` comes about.
    pub device: Device,
    /// What its device is on.
    pub bus: Bus,
    /// What can be done with a file beside its commands.
    pub with: FileOperations,
    /// Where `ioctlkit` comes from.
    pub dependency: Dependency,
}

impl Scaffold {
    /// What makes the module again, in the workspace's folder.
    pub fn regenerate(&self) -> String {
        let device = match self.device {
            Device::Misc => "",
            Device::Cdev => " --device cdev",
        };
        // The module that is there says what it is written in.
        format!("ioctl-gen module interface/src/lib.rs -o module --name {}{device}", self.name)
    }

    /// The files that are not the module's: where each goes, and its text.
    ///
    /// # Errors
    /// What is wrong with a template, which is a mistake of this program.
    pub(super) fn files(&self) -> Result<Vec<(&'static str, String)>, minijinja::Error> {
        let letter = self.type_letter.letter();
        let nr: Vec<u8> = (0..3).map(|index| self.type_letter.first_nr() + index).collect();
        let number = |direction, nr: u8| {
            let number =
                Encoding::Generic.encode_as_c(direction, letter.into(), nr.into(), ARGUMENT);
            format!("0x{:04x}_{:04x}", number >> 16, number & 0xffff)
        };
        let ioctlkit_path = match &self.dependency {
            Dependency::Registry => None,
            Dependency::Folder(folder) => Some(folder.display().to_string()),
        };
        let mut version = env!("CARGO_PKG_VERSION").rsplitn(2, '.');
        let values = context! {
            name => self.name.as_str(),
            upper => self.name.upper(),
            camel => self.name.camel(),
            type_letter => letter,
            type_text => ours(self.type_letter.to_string()),
            nr => nr.iter().map(|nr| format!("{nr:#04x}")).collect::<Vec<_>>(),
            numbers => [
                number(Direction::Read, nr[0]),
                number(Direction::Read, nr[1]),
                number(Direction::Write, nr[2]),
            ],
            kernel => ours(KERNEL.into()),
            in_rust => self.language == Written::Rust,
            regenerate => ours(self.regenerate()),
            repository => ours(env!("CARGO_PKG_REPOSITORY").into()),
            ioctlkit_path,
            // `0.1`: what semver calls compatible.
            ioctlkit_version => ours(version.nth(1).unwrap_or_default().into()),
        };
        let mut templates = TEMPLATES.to_vec();
        if matches!(self.dependency, Dependency::Folder(_)) {
            templates.push(CARGO_CONFIG);
        }
        templates
            .into_iter()
            .map(|(path, template)| {
                let environment = environment(Language::of(path))?;
                Ok((path, environment.render_named_str(path, template, &values)?))
            })
            .collect()
    }
}

/// What this program says itself, of nothing but words and numbers: it means the same in every template.
fn ours(text: String) -> Value {
    Value::from_safe_string(text)
}

/// `@{…}` is replaced, which neither Rust nor TOML, YAML or a shell have.
fn environment(language: Language) -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = interpolation::environment(language);
    let syntax = SyntaxConfig::builder()
        .block_delimiters("<%", "%>")
        .variable_delimiters("@{", "}")
        .comment_delimiters("<#", "#>")
        .keep_trailing_newline(true)
        .build()?;
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    Ok(environment)
}
