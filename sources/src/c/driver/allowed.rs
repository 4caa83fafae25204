//! What a configuration or a compilation database may tell the compiler. Both may come from strangers,
//! and clang has options that run programs, load libraries and write files; so this is a list of what
//! is allowed, and never one of what is not.

use std::path::{Path, PathBuf};

/// An argument for the compiler that changes how text is preprocessed or which type a `char` or an
/// enumeration is, and can do nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedArgument(Kind);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// `-D` or `-U` with what stands behind it.
    Macro(&'static str, String),
    /// An option that takes a folder to search.
    Folder(&'static str, PathBuf),
    /// `-include` or `-imacros`, with a path or a name to search for.
    Header(&'static str, PathBuf),
    /// An option without a value.
    Flag(&'static str),
}

/// Macros.
const MACROS: [&str; 2] = ["-D", "-U"];
/// Folders to search.
const FOLDERS: [&str; 4] = ["-isystem", "-iquote", "-idirafter", "-I"];
/// Headers in front of all others.
const HEADERS: [&str; 2] = ["-include", "-imacros"];
/// Options without a value. What changes layouts alone (`-fpack-struct`, `-m32`) is not among them:
/// those are worked out without the compiler, from the rows of the ABIs.
const FLAGS: [&str; 37] = [
    "-ansi",
    "-fdollars-in-identifiers",
    "-ffreestanding",
    "-fhosted",
    "-fms-extensions",
    "-fno-ms-extensions",
    "-fno-short-enums",
    "-fno-signed-char",
    "-fno-unsigned-char",
    "-fshort-enums",
    "-fsigned-char",
    "-funsigned-char",
    "-nostdinc",
    "-std=c11",
    "-std=c17",
    "-std=c18",
    "-std=c1x",
    "-std=c23",
    "-std=c2x",
    "-std=c89",
    "-std=c90",
    "-std=c99",
    "-std=gnu11",
    "-std=gnu17",
    "-std=gnu18",
    "-std=gnu1x",
    "-std=gnu23",
    "-std=gnu2x",
    "-std=gnu89",
    "-std=gnu90",
    "-std=gnu99",
    "-std=iso9899:1990",
    "-std=iso9899:199409",
    "-std=iso9899:1999",
    "-std=iso9899:2011",
    "-std=iso9899:2017",
    "-std=iso9899:2018",
];

/// What stood among words for the compiler.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sorted {
    /// What may be passed on, in order.
    pub allowed: Vec<AllowedArgument>,
    /// The places of all other words, counted from 0.
    pub refused: Vec<usize>,
}

impl AllowedArgument {
    /// `-D`, of `NAME`, `NAME=VALUE` or `NAME(PARAMETERS)=VALUE`; `None` for anything else.
    pub fn define(text: &str) -> Option<Self> {
        of("-D", text, Path::new(""))
    }

    /// The macro's definition, if it is one: what stands behind `-D`.
    pub(crate) fn definition(&self) -> Option<&str> {
        match &self.0 {
            Kind::Macro("-D", text) => Some(text),
            _ => None,
        }
    }

    /// The macro that is defined or undefined.
    pub(crate) fn macro_name(&self) -> Option<&str> {
        match &self.0 {
            Kind::Macro(_, text) => text.split(['=', '(']).next(),
            _ => None,
        }
    }

    /// The folder that is searched.
    pub fn folder(&self) -> Option<&Path> {
        match &self.0 {
            Kind::Folder(_, path) => Some(path),
            _ => None,
        }
    }

    /// The header that is read in front of all others, a path or a name to search for, behind the option
    /// that says so.
    pub(crate) fn header(&self) -> Option<(&'static str, &Path)> {
        match &self.0 {
            Kind::Header(option, path) => Some((option, path)),
            _ => None,
        }
    }

    /// As one word: whatever its value is, no second word can come to mean something else.
    pub fn word(&self) -> String {
        match &self.0 {
            Kind::Macro(option, text) => format!("{option}{text}"),
            Kind::Folder(option, path) | Kind::Header(option, path) => {
                format!("{option}{}", guarded(path).display())
            }
            Kind::Flag(flag) => (*flag).to_owned(),
        }
    }

    /// As libclang is given it.
    pub(crate) fn for_compiler(&self) -> Vec<String> {
        match &self.0 {
            // Behind `-include x.h`, the driver looks for `x.h.pch` and `x.h.gch` and loads it instead: a
            // binary file that is read back without a check. The compiler proper reads the header.
            Kind::Header("-include", path) => {
                let path = guarded(path).display().to_string();
                vec!["-Xclang".into(), "-include".into(), "-Xclang".into(), path]
            }
            _ => vec![self.word()],
        }
    }
}

/// Sorts words; relative paths are those below `base`. A word may have its value in the next one, and
/// one without any value is left out, with its option.
pub fn sort_arguments(words: &[String], base: &Path) -> Sorted {
    let mut sorted = Sorted::default();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let place = at;
        at += 1;
        if word.is_empty() {
            continue;
        }
        if let Some(flag) = FLAGS.iter().find(|flag| *flag == word) {
            sorted.allowed.push(AllowedArgument(Kind::Flag(flag)));
            continue;
        }
        let options = MACROS.iter().chain(&FOLDERS).chain(&HEADERS);
        let Some(option) = options.copied().find(|option| word.starts_with(option)) else {
            sorted.refused.push(place);
            continue;
        };
        let joined = &word[option.len()..];
        let value = if joined.is_empty() {
            at += 1;
            words.get(place + 1).map(String::as_str)
        } else if joined.starts_with('-') {
            // Another option, such as `-include-pch`.
            None
        } else {
            Some(joined)
        };
        match value {
            Some(value) if value.trim().is_empty() => {}
            Some(value) => match of(option, value, base) {
                Some(argument) => sorted.allowed.push(argument),
                None => sorted.refused.push(place),
            },
            None => sorted.refused.push(place),
        }
    }
    sorted
}

/// An option of the lists with its value, if the value is one for it.
fn of(option: &'static str, value: &str, base: &Path) -> Option<AllowedArgument> {
    // Shells take off what stands in front of a value; a line break or NUL byte ends a definition.
    let value = value.trim_start();
    if value.is_empty() || value.contains(|c: char| c.is_control() && c != '\t') {
        return None;
    }
    Some(AllowedArgument(if MACROS.contains(&option) {
        is_definition(value, option == "-D").then(|| Kind::Macro(option, value.to_owned()))?
    } else if FOLDERS.contains(&option) {
        Kind::Folder(option, base.join(value))
    } else {
        let beside = base.join(value);
        let is_there = crate::c::look::is_file(&beside);
        Kind::Header(option, if is_there { beside } else { value.into() })
    }))
}

/// A name, and what may stand behind the one of a definition.
fn is_definition(text: &str, may_have_text: bool) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let behind = text.trim_start_matches(is_name);
    let name = &text[..text.len() - behind.len()];
    let starts = name.starts_with(|c: char| !c.is_ascii_digit());
    starts && (behind.is_empty() || (may_have_text && behind.starts_with(['=', '('])))
}

/// A path that stays one behind an option: `-include` with `-pch` behind it is another option, and a
/// `=` stands for the folder of a system.
pub(crate) fn guarded(path: &Path) -> PathBuf {
    let text = path.as_os_str().as_encoded_bytes();
    if text.starts_with(b"-") || text.starts_with(b"=") {
        Path::new(".").join(path)
    } else {
        path.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> (Vec<String>, Vec<usize>) {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let sorted = sort_arguments(&words, Path::new("/base"));
        (sorted.allowed.iter().map(AllowedArgument::word).collect(), sorted.refused)
    }

    #[test]
    fn values_are_joined_and_paths_are_those_beside_the_file() {
        let given = [
            "-D",
            "A=1",
            "-DB(x)=-x",
            "-U",
            "C",
            "-Iinc",
            "-I",
            "-odd",
            "-isystem=sys",
            "-std=gnu11",
        ];
        let passed = [
            "-DA=1",
            "-DB(x)=-x",
            "-UC",
            "-I/base/inc",
            "-I/base/-odd",
            "-isystem/base/=sys",
            "-std=gnu11",
        ];
        assert_eq!(words(&given), (passed.map(str::to_owned).to_vec(), vec![]));
        assert_eq!(words(&["-include", "linux/types.h"]).0, ["-includelinux/types.h"]);
        assert_eq!(words(&["-include", "-pch"]).0, ["-include./-pch"]);
    }

    #[test]
    fn an_option_without_a_value_takes_nothing_with_it() {
        for option in MACROS.iter().chain(&FOLDERS).chain(&HEADERS) {
            for empty in ["", " ", "\t"] {
                let (passed, _) = words(&[option, empty, "-DNEXT"]);
                assert_eq!(passed, ["-DNEXT"], "{option} {empty:?}");
            }
            assert_eq!(words(&[option]), (vec![], vec![0]), "{option}");
        }
        assert_eq!(words(&["", "-DX"]).0, ["-DX"]);
    }

    /// Options of clang that run, load or write something, or lead to other arguments, and their kin.
    #[test]
    fn everything_else_is_refused() {
        let others = [
            "@file",
            "-fopenmp-targets=amdgcn-amd-amdhsa",
            "--amdgpu-arch-tool=./x.sh",
            "-march=native",
            "--nvptx-arch-tool=./x.sh",
            "-xhip",
            "-x",
            "--offload-arch=native",
            "-MD",
            "-MF",
            "-o",
            "-ox",
            "-Xclang",
            "-Wp,-MD,x",
            "-Wa,x",
            "-Wl,x",
            "-fplugin=x.so",
            "-fpass-plugin=x.so",
            "-include-pch",
            "-includ",
            "-isystem-after",
            "-isysroot",
            "--sysroot=x",
            "-B.",
            "-specs=x",
            "--config=x",
            "--target=x",
            "-resource-dir=x",
            "-ivfsoverlay",
            "-fmodules",
            "-fmodule-map-file=x",
            "-header-include-file",
            "-D-x",
            "-DA\n#include \"x\"",
            "-DA B",
            "-D1",
            "-UA=1",
            "-D=1",
            "-std=c++20",
            "-fsigned-char=x",
            "--include=x",
            "--define-macro=X",
            "file.c",
            "-",
            "--",
            "-include\0",
        ];
        for other in others {
            assert_eq!(words(&[other]), (vec![], vec![0]), "{other:?}");
        }
    }
}
