//! Runs bindgen, which parses with libclang, in this process or in a confined one.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bindgen::{BindgenError, Builder, CodegenConfig, EnumVariation, Formatter};
use ioctlkit_sources::c;
use ioctlkit_sources::worker::{NotParsed, Parser, Workers};

/// A run of bindgen.
#[derive(Debug, Clone)]
pub struct Bindgen {
    /// The header's path.
    pub(super) header: String,
    /// Arguments for clang.
    pub(super) arguments: Vec<String>,
    /// Tells a confined process which files it may read.
    pub(super) request: c::Request,
}

impl Bindgen {
    /// The Rust that bindgen makes, in this process.
    ///
    /// # Errors
    /// Why it could not, in a sentence.
    pub fn run(&self) -> Result<String, String> {
        generate(&self.header, &self.arguments)
    }

    /// The same in a confined process, as which the program has to serve with [`ConfinedBindgen`]. If
    /// none can be started, bindgen runs in this process.
    ///
    /// # Errors
    /// Why it could not, in a sentence.
    pub fn run_by(&self, workers: &Workers) -> Result<String, String> {
        match workers.parse(&self.request, self.input()) {
            Ok(output) => heard(output),
            Err(NotParsed::NoProcess) => self.run(),
            Err(NotParsed::Died(how)) => Err(format!("bindgen cannot read the header: {how}")),
        }
    }

    /// The header and the arguments, separated by zero bytes. None contains one, since clang takes C
    /// strings.
    fn input(&self) -> Vec<u8> {
        let words: Vec<&str> =
            std::iter::once(&self.header).chain(&self.arguments).map(String::as_str).collect();
        words.join("\0").into_bytes()
    }
}

/// The first byte of a confined process's answer: Rust text follows, or an error message.
const DONE: u8 = 0;
const FAILED: u8 = 1;

fn heard(mut output: Vec<u8>) -> Result<String, String> {
    let malformed =
        || "bindgen cannot read the header: its process sent a malformed answer".to_owned();
    let kind = output.first().copied().ok_or_else(malformed)?;
    let text = String::from_utf8(output.split_off(1)).map_err(|_| malformed())?;
    match kind {
        DONE => Ok(text),
        FAILED => Err(text),
        _ => Err(malformed()),
    }
}

/// bindgen in a confined process.
#[derive(Debug, Clone, Copy)]
pub struct ConfinedBindgen;

impl Parser for ConfinedBindgen {
    fn prepare(&self) {
        // bindgen loads libclang on first use.
        let nothing =
            Builder::default().header_contents("nothing.h", "").formatter(Formatter::None);
        let _ = generated(nothing.detect_include_paths(false));
    }

    fn parse(&self, input: &[u8]) -> Vec<u8> {
        let words = String::from_utf8_lossy(input);
        let mut words = words.split('\0').map(str::to_owned);
        let header = words.next().unwrap_or_default();
        let (kind, text) = match generate(&header, &words.collect::<Vec<_>>()) {
            Ok(text) => (DONE, text),
            Err(text) => (FAILED, text),
        };
        std::iter::once(kind).chain(text.into_bytes()).collect()
    }
}

fn generate(header: &str, arguments: &[String]) -> Result<String, String> {
    let builder = Builder::default()
        .header(header)
        .clang_args(arguments)
        .clang_arg("-fparse-all-comments")
        .detect_include_paths(false)
        .with_codegen_config(CodegenConfig::TYPES | CodegenConfig::VARS)
        .default_enum_style(EnumVariation::Consts)
        .prepend_enum_name(false)
        .derive_copy(false)
        .derive_debug(false)
        .generate_cstr(true)
        .use_core()
        .disable_header_comment()
        .formatter(Formatter::None);
    generated(builder)
}

/// bindgen panics where libclang is missing, and on some of what clang accepts.
fn generated(builder: Builder) -> Result<String, String> {
    match catch_unwind(AssertUnwindSafe(|| builder.generate())) {
        Ok(Ok(bindings)) => Ok(bindings.to_string()),
        // Later errors mostly follow from the first.
        Ok(Err(BindgenError::ClangDiagnostic(text))) => {
            Err(text.lines().next().unwrap_or("clang does not accept the header").to_owned())
        }
        Ok(Err(error)) => Err(format!("bindgen cannot read the header: {error}")),
        Err(_) => Err("bindgen cannot read the header: it panicked".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_answer_of_a_confined_process_is_an_error() {
        for output in [vec![], vec![2, b'a'], vec![DONE, 0xff]] {
            assert!(heard(output.clone()).unwrap_err().contains("malformed"), "{output:?}");
        }
        assert_eq!(heard(vec![DONE, b'a']), Ok("a".to_owned()));
        assert_eq!(heard(vec![FAILED, b'a']), Err("a".to_owned()));
    }
}
