//! No text of a header makes the parser of suppressions panic, and every place that it gives is
//! one of the text.
#![no_main]

use ioctl_lint::suppression::directives;
use ioctlkit_model::Comment;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for comment in ioctlkit_sources::c::comments(text) {
        let start = comment.start;
        let comment = &text[start as usize..comment.end as usize];
        for parsed in directives(Comment { start, text: comment }) {
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
    }
});
