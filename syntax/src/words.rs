//! The words that may stand in `#[ioctl(…)]`, for whoever offers them to a person who types.

use crate::command::{DIRECTIONS, EXTENSIBLE, MODES};
use crate::interface::PROMISES;
use crate::{command, data, interface, member, single};

/// The derives that read `#[ioctl(…)]`.
pub const DERIVES: [&str; 2] = ["Ioctl", "IoctlData"];

/// What an attribute stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// An enum: an interface.
    Interface,
    /// A variant of an enum: a command.
    Variant,
    /// A structure or union, which may be a command, too.
    Structure,
    /// A member of a structure or union.
    Member,
}

impl Target {
    /// Every place.
    pub const ALL: [Self; 4] = [Self::Interface, Self::Variant, Self::Structure, Self::Member];

    /// The words that may stand there, each once.
    pub fn words(self) -> Vec<&'static str> {
        match self {
            Self::Interface => interface::WORDS.to_vec(),
            Self::Variant => command::words_of_variant(),
            Self::Structure => single::known_words(),
            Self::Member => member::WORDS.to_vec(),
        }
    }
}

/// The words that may stand behind a word, in its parentheses or behind its `=`; none where names, numbers or texts
/// stand there.
pub fn words_of(word: &str) -> &'static [&'static str] {
    match word {
        "unsafe" => &PROMISES,
        "extensible" => &EXTENSIBLE,
        "encoded" => &DIRECTIONS,
        "mode" => &MODES,
        _ => &[],
    }
}

/// The words of an interface, a command, a structure and a member, each once.
pub fn all() -> Vec<&'static str> {
    let mut words: Vec<&str> = interface::WORDS
        .into_iter()
        .chain(command::WORDS)
        .chain(data::WORDS)
        .chain(member::WORDS)
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use syn::{Data, DeriveInput};

    use super::*;

    /// A word as somebody would write it.
    fn written(word: &str, place: Target) -> String {
        let value = match (word, place) {
            ("type", _) => "= b'x'",
            ("nr", _) => "= 1",
            ("device" | "on" | "driver" | "padded" | "compat", _) => "= Name",
            ("prefix", _) => "= \"X_\"",
            ("unsafe", Target::Interface) => "(path = \"/dev/x\")",
            ("buffer" | "returns" | "encoded", _) => "= u32",
            ("number" | "flags" | "default", _) => "= 7",
            ("extensible", _) => "(min_size = 8)",
            ("c", _) => "= \"X_GET\"",
            ("capability", _) => "= \"CAP_SYS_ADMIN\"",
            ("mode", _) => "= read",
            ("count", _) => "= size",
            ("range", _) => "= 0..=3",
            ("values", _) => "(1, 2)",
            ("creates" | "handle" | "destroys", _) => "= object",
            _ => "",
        };
        format!("{word} {value}")
    }

    /// The errors of an item that has these words at a place.
    fn mistakes(words: &str, place: Target) -> String {
        let item = match place {
            Target::Interface => {
                format!("#[ioctl({words})] enum E {{ #[ioctl(nr = 1, none)] Get }}")
            }
            Target::Variant => {
                format!("#[ioctl(type = b'x')] enum E {{ #[ioctl({words})] Get(u32) }}")
            }
            Target::Structure => format!("#[ioctl({words})] struct S {{ a: u32 }}"),
            Target::Member => format!("struct S {{ #[ioctl({words})] a: u32 }}"),
        };
        let input: DeriveInput = syn::parse_str(&item).unwrap();
        let all = match &input.data {
            Data::Enum(data) => crate::Interface::parse(&input, data).err(),
            _ if crate::makes_a_command(&input) => crate::Single::parse(&input).err(),
            _ if place == Target::Structure => {
                // Words of a command make one of it.
                let item = item.replace(words, &format!("type = b'y', number = 3, {words}"));
                let input: DeriveInput = syn::parse_str(&item).unwrap();
                crate::Single::parse(&input).err()
            }
            _ => crate::Data::parse(&input).err(),
        };
        let all = all.into_iter().flatten().map(|error| error.to_string());
        all.collect::<Vec<_>>().join("\n")
    }

    fn is_unknown(mistakes: &str) -> bool {
        mistakes.contains("unknown word") || mistakes.contains("known here")
    }

    #[test]
    fn each_word_is_read_at_its_place() {
        for place in Target::ALL {
            for word in place.words() {
                let mistakes = mistakes(&written(word, place), place);
                assert!(!is_unknown(&mistakes), "{place:?} {word}: {mistakes}");
            }
        }
    }

    #[test]
    fn each_other_word_is_none() {
        for place in Target::ALL {
            let known = place.words();
            for word in all().into_iter().filter(|word| !known.contains(word)) {
                let mistakes = mistakes(&written(word, place), place);
                assert!(is_unknown(&mistakes), "{place:?} {word}: {mistakes}");
            }
        }
    }

    #[test]
    fn each_word_of_a_word_is_read_there() {
        for (word, place) in [
            ("unsafe", Target::Interface),
            ("extensible", Target::Variant),
            ("encoded", Target::Variant),
            ("mode", Target::Variant),
        ] {
            assert!(!words_of(word).is_empty(), "{word}");
            for inner in words_of(word) {
                let written = match *inner {
                    "path" => "unsafe(path = \"/dev/x\")".to_owned(),
                    "verify" => "unsafe(verify = function)".to_owned(),
                    "min_size" => "extensible(min_size = 4)".to_owned(),
                    other if word == "encoded" => format!("encoded({other}, u32)"),
                    other => format!("{word} = {other}"),
                };
                let written = match place {
                    Target::Interface => format!("type = b'x', device = D, {written}"),
                    _ => format!("nr = 1, read_write, {written}"),
                };
                assert_eq!(mistakes(&written, place), "", "{written}");
            }
        }
        assert!(words_of("nr").is_empty());
    }
}
