//! No text of an `ioctl-lint.toml` makes the parser, the levels or their messages panic.
#![no_main]

use std::path::Path;

use ioctl_lint::{Config, Levels, Selection, registry};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let config = match Config::parse(Path::new("/project/ioctl-lint.toml"), text.into()) {
        Ok(config) => config,
        Err(error) => {
            error.to_string();
            return;
        }
    };
    match Levels::new(&config, Selection::default()) {
        Ok(levels) => {
            for rule in registry::all() {
                let severity = levels.severity(rule, Path::new("/project/linux/foo.h"));
                assert!(severity.is_none() || levels.may_report(rule));
            }
        }
        Err(errors) => errors.iter().for_each(|error| drop(error.to_string())),
    }
});
