//! What things are called in Python: a name that is taken, or a keyword, gets underscores.

use std::collections::BTreeSet;

/// The keywords of Python, up to 3.14.
const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

/// What the module itself uses; its other names begin with an underscore.
const OF_MODULE: [&str; 29] = [
    "ImportError",
    "IndexError",
    "OSError",
    "OverflowError",
    "TypeError",
    "ValueError",
    "_ABI",
    "_ABIS",
    "_IOCTL",
    "_LARGEST",
    "_MACHINES",
    "_NESTED",
    "_Probe",
    "_RESERVED",
    "_SIZES",
    "address",
    "ctypes",
    "enum",
    "errno",
    "getattr",
    "isinstance",
    "issubclass",
    "len",
    "max",
    "operator",
    "os",
    "setattr",
    "super",
    "type",
];

/// What a structure of ctypes has already.
const OF_STRUCTURE: [&str; 8] = [
    "_align_",
    "_anonymous_",
    "_b_base_",
    "_b_needsfree_",
    "_fields_",
    "_layout_",
    "_objects",
    "_pack_",
];

/// What an open file has already.
const OF_FILE: [&str; 3] = ["_fd", "close", "fileno"];

/// The names of a scope.
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// Of the module.
    pub(super) fn of_module() -> Self {
        // Its functions, and dunders such as `__name__`, begin with an underscore and a small letter.
        Self::with(&OF_MODULE)
    }

    /// Of a structure.
    pub(super) fn of_structure() -> Self {
        Self::with(&OF_STRUCTURE)
    }

    /// Of the class of a file.
    pub(super) fn of_file() -> Self {
        Self::with(&OF_FILE)
    }

    fn with(taken: &[&str]) -> Self {
        Self(KEYWORDS.iter().chain(taken).map(|name| (*name).to_owned()).collect())
    }

    /// A name like this that is free, and is taken now.
    pub(super) fn free(&mut self, name: &str) -> String {
        let mut name = name.to_owned();
        if name.starts_with("__") {
            // Python has a use for it, or changes it within a class.
            name.insert(0, 'x');
        }
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            name.insert(0, '_');
        }
        while !self.0.insert(name.clone()) {
            name.push('_');
        }
        name
    }
}

/// `GongConfig` of `gong_config`.
pub(super) fn class(tag: &str) -> String {
    let name = ioctlkit_syntax::camel_case(tag);
    if name.is_empty() { tag.to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_a_keyword_or_stands_twice() {
        let mut names = Names::of_module();
        assert_eq!(names.free("from"), "from_");
        assert_eq!(names.free("from_"), "from__");
        assert_eq!(names.free("None"), "None_");
        assert_eq!(names.free("ctypes"), "ctypes_");
        assert_eq!(names.free("__pad"), "x__pad");
        assert_eq!(names.free("8a"), "_8a");
        assert_eq!(names.free("template"), "template");
        assert_eq!(Names::of_file().free("close"), "close_");
        assert_eq!(Names::of_structure().free("_fields_"), "_fields__");
        assert_eq!(class("gong_config"), "GongConfig");
        assert_eq!(class("_"), "_");
    }

    #[test]
    fn what_the_template_calls_its_own_is_known() {
        let template = include_str!("../../../../kmod-template/tools/NAME_calls.py");
        let names = Names::of_module();
        for line in template.lines() {
            let defined = line
                .strip_prefix("def ")
                .and_then(|rest| rest.split('(').next())
                .or_else(|| line.strip_prefix("class ").and_then(|rest| rest.split('(').next()))
                .or_else(|| line.strip_prefix("import "))
                .or_else(|| line.split_once(" = ").map(|(name, _)| name));
            let Some(name) = defined.filter(|name| !name.contains(['$', ' ', '.', '/'])) else {
                continue;
            };
            let is_function = name.starts_with('_') && name[1..].starts_with(char::is_lowercase);
            assert!(is_function || names.0.contains(name), "{name}");
        }
    }
}
