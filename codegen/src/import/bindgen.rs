//! bindgen, which parses with libclang: in this process, or in one that can do nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bindgen::{BindgenError, Builder, CodegenConfig, EnumVariation, Formatter};
use ioctlkit_sources::c;
use ioctlkit_sources::worker::{NotParsed, Parser, Workers};

/// What bindgen is told.
#[derive(Debug, Clone)]
pub struct Bindgen {
    /// The header's path.
    pub(super) header: String,
    /// For clang.
    pub(super) arguments: Vec<String>,
    /// What may be read.
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

    /// The same in a process that can do nothing else. The program has to serve as one with
    /// [`ConfinedBindgen`]. Where there is no process, this one does it.
    ///
    /// # Errors
    /// Why it could not, in a sentence.
    pub fn run_by(&self, workers: &Workers) -> Result<String, String> {
        match workers.parse(&self.request, self.told()) {
            Ok(output) => heard(output),
            Err(NotParsed::NoProcess) => self.run(),
            Err(NotParsed::Died(how)) => Err(format!("bindgen cannot read the header: {how}")),
        }
    }

    /// The header and the arguments. None has a zero in it: clang takes them as strings of C.
    fn told(&self) -> Vec<u8> {
        let words: Vec<&str> =
            std::iter::once(&self.header).chain(&self.arguments).map(String::as_str).collect();
        words.join("\0").into_bytes()
    }
}

/// What a confined process answers begins with whether it is text or an error.
const DONE: u8 = 0;
const FAILED: u8 = 1;

fn heard(mut output: Vec<u8>) -> Result<String, String> {
    let nonsense = || "bindgen cannot read the header: it answered nonsense".to_owned();
    let kind = output.first().copied().ok_or_else(nonsense)?;
    let text = String::from_utf8(output.split_off(1)).map_err(|_| nonsense())?;
    match kind {
        DONE => Ok(text),
        FAILED => Err(text),
        _ => Err(nonsense()),
    }
}

/// bindgen in a confined process.
#[derive(Debug, Clone, Copy)]
pub struct ConfinedBindgen;

impl Parser for ConfinedBindgen {
    fn prepare(&self) {
        // It loads libclang when it is first asked for anything.
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
        // Behind the first error, one follows from another.
        Ok(Err(BindgenError::ClangDiagnostic(text))) => {
            Err(text.lines().next().unwrap_or("clang does not accept the header").to_owned())
        }
        Ok(Err(error)) => Err(format!("bindgen cannot read the header: {error}")),
        Err(_) => Err("bindgen cannot read the header: it stopped in the middle".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_of_a_confined_process_is_an_error() {
        for output in [vec![], vec![2, b'a'], vec![DONE, 0xff]] {
            assert!(heard(output.clone()).unwrap_err().contains("nonsense"), "{output:?}");
        }
        assert_eq!(heard(vec![DONE, b'a']), Ok("a".to_owned()));
        assert_eq!(heard(vec![FAILED, b'a']), Err("a".to_owned()));
    }
}
