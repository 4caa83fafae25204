//! No text of a header makes the parser of suppressions panic, and every place that it gives is
//! one of the text.
#![no_main]

use ioctl_lint::suppression::directives;
use ioctlkit_model::Language;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for parsed in directives(text, Language::C) {
        match parsed {
            Ok(directive) => {
                assert!(text[directive.place].starts_with("ioctl-lint:"));
                for rule in directive.rules {
                    assert_eq!(text[rule.place], rule.name);
                }
            }
            Err(malformed) => assert!(text[malformed.place].starts_with("ioctl-lint:")),
        }
    }
});
