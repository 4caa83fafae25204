//! Any text as C source of a driver.
#![no_main]

use ioctlkit_handlers::{Analyser, Program, Source};
use ioctlkit_model::SourceMap;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut map = SourceMap::default();
    let file = map.add("fuzzed.c".into(), text.into());
    let mut program = Program::default();
    program.add(Source::new(file, "fuzzed.c", text.into()));
    let analysis = Analyser::default().analyse(&program);
    // Every place is one of the text.
    for handler in &analysis.code.handlers {
        let span = handler.span;
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?}");
    }
});
