//! How templates may put values into a text. A value without a filter has to be a number or a word,
//! which means the same in every language; all others go through a filter of the language that the
//! template is in. Nothing else comes through: a template that forgets a filter cannot be rendered.

use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, Value, escape_formatter,
};

use crate::{escape, module};

/// What a template is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// C: `code` for parts of declarations and expressions, `string` and `format` between quotes,
    /// `comment` in comments.
    C,
    /// Kconfig: `string` between quotes, `comment` in comments and help.
    Kconfig,
    /// Python: `code` for parts of expressions, `list` for words as strings, `hex` for numbers,
    /// `string` and `docstring` between quotes, `comment` behind `#`.
    Python,
    /// Rust: `byte` for the literal of one, `code` for parts of declarations and expressions, `string`
    /// between quotes, `comment` in comments, `type` for the type that C spells so, `ident` for names.
    Rust,
    /// TOML: `string` with its quotes, `comment` behind `#`.
    Toml,
    /// Markdown and YAML, where one character means another thing in each place: nothing but words and
    /// numbers.
    Words,
    /// make, a shell and what else has `#`: `comment` behind it.
    Hash,
}

impl Language {
    /// That of the file at a path.
    pub(crate) fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        match name.rsplit_once('.') {
            Some((_, "c" | "h")) => Self::C,
            Some((_, "py")) => Self::Python,
            Some((_, "rs")) => Self::Rust,
            Some((_, "toml")) => Self::Toml,
            Some((_, "md" | "yml")) => Self::Words,
            _ if name == "Kconfig" => Self::Kconfig,
            _ => Self::Hash,
        }
    }
}

/// An environment for templates in that language, whose values come through its filters. Of
/// minijinja's own there are only two, for conditions: some of the others mark text as safe.
pub(crate) fn environment(language: Language) -> Environment<'static> {
    let mut environment = Environment::empty();
    // What macros of templates return was made by this formatter, and is not escaped again.
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("guarded".into()));
    environment.set_formatter(write);
    environment.add_filter("length", |value: &Value| value.len());
    environment.add_test("none", |value: &Value| value.is_none());
    match language {
        Language::C => {
            environment.add_filter("code", code);
            add(&mut environment, "string", escape::c_string);
            add(&mut environment, "format", escape::c_format);
            add(&mut environment, "comment", escape::c_comment);
        }
        Language::Kconfig => {
            add(&mut environment, "string", escape::kconfig_string);
            add(&mut environment, "comment", escape::hash_comment);
        }
        Language::Python => {
            environment.add_filter("code", python_code);
            environment.add_filter("list", python_list);
            environment.add_filter("hex", python_hex);
            add(&mut environment, "string", escape::python_string);
            add(&mut environment, "comment", escape::hash_comment);
        }
        Language::Rust => {
            environment.add_filter("byte", rust_byte);
            environment.add_filter("code", rust_code);
            environment.add_filter("type", |c: &str| module::type_name(c));
            environment.add_filter("ident", |name: &str| module::identifier(name));
            add(&mut environment, "string", escape::rust_string);
            add(&mut environment, "comment", escape::rust_doc);
            add(&mut environment, "sentence", sentence);
        }
        Language::Toml => {
            add(&mut environment, "string", escape::toml_string);
            add(&mut environment, "comment", escape::hash_comment);
        }
        Language::Words => {}
        Language::Hash => add(&mut environment, "comment", escape::hash_comment),
    }
    environment
}

fn add(environment: &mut Environment<'_>, name: &'static str, escape: fn(&str) -> String) {
    environment.add_filter(name, move |text: &str| Value::from_safe_string(escape(text)));
}

/// The literal of a byte: of its character, where that is a letter or a digit.
fn rust_byte(byte: u8) -> Value {
    let text = match char::from(byte) {
        letter if letter.is_ascii_alphanumeric() => format!("b'{letter}'"),
        _ => format!("{byte:#04x}"),
    };
    Value::from_safe_string(text)
}

/// Part of a declaration or an expression in C. What is not there, such as the value of a condition
/// that does not hold, is empty.
fn code(value: &Value) -> Result<Value, Error> {
    let text = if value.is_undefined() { "" } else { value.as_str().unwrap_or("\"") };
    if escape::is_c_fragment(text) {
        return Ok(Value::from_safe_string(text.to_owned()));
    }
    Err(Error::new(ErrorKind::InvalidOperation, format!("{value:?} is no part of C's code")))
}

/// A line of documentation, which Rust begins with a capital and ends with a dot.
fn sentence(text: &str) -> String {
    let text = escape::rust_doc(text);
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    first.into_iter().chain(letters).chain(end.chars()).collect()
}

/// Part of a declaration or an expression of Rust. What is not there is empty.
fn rust_code(value: &Value) -> Result<Value, Error> {
    let text = if value.is_undefined() { "" } else { value.as_str().unwrap_or("\"") };
    if escape::is_rust_fragment(text) {
        return Ok(Value::from_safe_string(text.to_owned()));
    }
    Err(Error::new(ErrorKind::InvalidOperation, format!("{value:?} is no part of Rust's code")))
}

/// Part of an expression of Python.
fn python_code(text: &str) -> Result<Value, Error> {
    if escape::is_python_fragment(text) {
        return Ok(Value::from_safe_string(text.to_owned()));
    }
    Err(Error::new(ErrorKind::InvalidOperation, format!("{text:?} is no part of Python's code")))
}

/// Words as strings, each with a comma behind it.
fn python_list(words: Vec<String>) -> Result<Value, Error> {
    let quoted: Vec<String> = words.into_iter().map(|word| format!("\"{word}\",")).collect();
    python_code(&quoted.join(" "))
}

fn python_hex(number: u32) -> Value {
    Value::from_safe_string(format!("{number:#010x}"))
}

fn write(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let is_word = value.as_str().is_some_and(escape::is_word);
    let is_plain = is_word || value.is_number() || value.is_safe();
    if value.is_undefined() {
        return escape_formatter(out, state, value);
    }
    if is_plain {
        return write!(out, "{value}").map_err(Error::from);
    }
    let message = format!("{value:?} is no word: its language's filter has to make text of it");
    Err(Error::new(ErrorKind::BadEscape, message))
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::*;

    fn rendered(language: Language, template: &str) -> Result<String, Error> {
        environment(language)
            .render_str(template, context! { x => "a\"); f(", word => "echo_2", n => 2 })
    }

    #[test]
    fn a_value_without_a_filter_is_a_word_or_a_number() {
        let languages = [Language::C, Language::Kconfig, Language::Rust, Language::Toml];
        let others = [Language::Words, Language::Hash, Language::Python];
        for language in languages.into_iter().chain(others) {
            assert_eq!(rendered(language, "{{ word }} {{ n }}").unwrap(), "echo_2 2");
            for raw in ["{{ x }}", "{{ x ~ word }}", "{{ [x] }}", "{{ x|safe }}", "{{ x|e }}"] {
                assert!(rendered(language, raw).is_err(), "{raw}");
            }
        }
    }

    #[test]
    fn a_filter_is_of_the_language() {
        assert_eq!(rendered(Language::C, "\"{{ x|string }}\"").unwrap(), "\"a\\\"); f(\"");
        assert!(rendered(Language::C, "{{ x|code }}").is_err());
        assert_eq!(rendered(Language::Python, "\"{{ x|string }}\"").unwrap(), "\"a\\\"); f(\"");
        assert_eq!(rendered(Language::Python, "{{ [word]|list }}").unwrap(), "\"echo_2\",");
        assert_eq!(rendered(Language::Python, "{{ n|hex }}").unwrap(), "0x00000002");
        assert!(rendered(Language::Python, "{{ x|code }}").is_err());
        assert!(rendered(Language::Python, "{{ [x]|list }}").is_err());
        assert_eq!(rendered(Language::Toml, "{{ x|string }}").unwrap(), "\"a\\\"); f(\"");
        assert_eq!(rendered(Language::Rust, "{{ n|byte }} {{ 69|byte }}").unwrap(), "0x02 b'E'");
        for filter in ["string", "comment", "code", "byte"] {
            let filtered = format!("{{{{ x|{filter} }}}}");
            assert!(rendered(Language::Words, &filtered).is_err(), "{filter}");
        }
        assert!(rendered(Language::Rust, "{{ x|byte }}").is_err());
        assert!(rendered(Language::Hash, "{{ x|string }}").is_err());
        for (path, language) in [
            ("gen/NAME_ioctl.c", Language::C),
            ("Kconfig", Language::Kconfig),
            ("tests/Makefile", Language::Hash),
            ("dkms.conf", Language::Hash),
            (".gitignore", Language::Hash),
            ("interface/tests/driver/mod.rs", Language::Rust),
            ("tools/NAME_calls.py", Language::Python),
            ("interface/Cargo.toml", Language::Toml),
            ("README.md", Language::Words),
            (".github/workflows/ci.yml", Language::Words),
        ] {
            assert_eq!(Language::of(path), language, "{path}");
        }
    }

    #[test]
    fn what_a_macro_returns_is_not_filtered_again() {
        let template = "{% macro m(v) %}\"{{ v|string }}\"{% endmacro %}{{ m(x) }}";
        assert_eq!(rendered(Language::C, template).unwrap(), "\"a\\\"); f(\"");
    }
}
