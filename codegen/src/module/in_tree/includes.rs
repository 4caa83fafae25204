//! What is in `gen/` of a module's own folder lies next to its sources in the tree.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

static OF_GEN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(#[ \t]*include[ \t]*)["<](?:\./)?gen/([^">\n]+)[">]"#).ok());

/// Spaces, ends of lines that do not end a directive, and comments may stand between its words.
static STILL_OF_GEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let space = r"(?:[ \t]|\\\n|/\*[^\n]*?\*/)*";
    Regex::new(&format!("(?m)^{space}#{space}include\\b(?:[^\n]|\\\\\n)*\\bgen/")).ok()
});

/// The text with its includes changed for a flat folder.
pub(in crate::module) fn flat(text: &str) -> String {
    let changed = OF_GEN.as_ref().map(|of_gen| of_gen.replace_all(text, r#"${1}"${2}""#));
    changed.map_or_else(|| text.to_owned(), Cow::into_owned)
}

/// The line, from 1, that includes a file of `gen/` all the same.
pub(super) fn left_in(text: &str) -> Option<usize> {
    let found = STILL_OF_GEN.as_ref()?.find(text)?;
    Some(text.get(..found.end())?.lines().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn includes_of_generated_files_are_changed_however_they_are_spelled() {
        for (text, changed) in [
            ("#include \"gen/x_ioctl.h\"\n", "#include \"x_ioctl.h\"\n"),
            ("# include \"gen/x.h\"", "# include \"x.h\""),
            ("#include  \"gen/x.h\"", "#include  \"x.h\""),
            ("#include\"gen/x.h\"", "#include\"x.h\""),
            ("\t#\tinclude <gen/x.h> /* y */", "\t#\tinclude \"x.h\" /* y */"),
            ("#include \"./gen/x.h\"", "#include \"x.h\""),
        ] {
            assert_eq!(flat(text), changed);
            assert_eq!(left_in(&flat(text)), None, "{text}");
        }
        for text in
            ["#include <linux/gen.h>", "#include \"regen/x.h\"", "gen/x.h", "#define A \"gen/\""]
        {
            assert_eq!(flat(text), text);
            assert_eq!(left_in(text), None, "{text}");
        }
    }

    #[test]
    fn includes_that_stay_are_found() {
        for (text, line) in [
            ("\n#include \"../driver/gen/x.h\"\n", 2),
            ("#include /* x */ \"gen/x.h\"", 1),
            ("/* x */ #include <../gen/x.h>", 1),
            ("\n#include \\\n\"gen/x.h\"\n", 3),
        ] {
            assert_eq!(left_in(&flat(text)), Some(line), "{text}");
        }
    }
}
