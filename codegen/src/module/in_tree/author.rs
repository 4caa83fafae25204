//! Who signs the series off.

use std::fmt;

use ioctlkit_report::visible::is_invisible;

/// A name and an address, as `Signed-off-by:` has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    name: String,
    mail: String,
}

impl Author {
    /// `Name <name@example.org>`
    ///
    /// # Errors
    /// What is no name with an address, for people.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong =
            || "an author is a name and an address: `Jane Doe <jane@example.org>`".to_owned();
        let (name, rest) = text.split_once('<').ok_or_else(wrong)?;
        let mail = rest.strip_suffix('>').ok_or_else(wrong)?;
        Self::new(name.trim(), mail).ok_or_else(wrong)
    }

    /// Nothing where one of both is none.
    pub fn new(name: &str, mail: &str) -> Option<Self> {
        let is_bad = |c: char| is_invisible(c) || ['<', '>', '"', '\\'].contains(&c);
        let is_name = !name.is_empty() && !name.contains(is_bad) && name.trim() == name;
        let (user, host) = mail.split_once('@')?;
        let is_part = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_graphic() && !b"<>@\",;()[]:\\".contains(&byte))
        };
        (is_name && is_part(user) && is_part(host))
            .then(|| Self { name: name.to_owned(), mail: mail.to_owned() })
    }

    /// The address.
    pub fn mail(&self) -> &str {
        &self.mail
    }

    /// As the header of a mail has it: a name with a special character is quoted.
    pub(super) fn in_header(&self) -> String {
        let special = |c: char| "()[]:;@,.".contains(c);
        if self.name.contains(special) {
            format!("\"{}\" <{}>", self.name, self.mail)
        } else {
            self.to_string()
        }
    }
}

impl fmt::Display for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} <{}>", self.name, self.mail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_author_is_a_name_with_an_address() {
        for text in ["Jane Doe <jane@example.org>", "Jörg Ü. <j+k@x>"] {
            assert_eq!(Author::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "",
            "Jane",
            "jane@example.org",
            "<jane@example.org>",
            "Jane <jane>",
            "Jane <@x>",
            "Jane <a@b@c>",
            "Jane <jane@example.org> x",
            "Jane\nSubject: x <jane@example.org>",
            "Jane <jane@exa mple.org>",
            "J\" <jane@example.org>",
            "Jane\u{202e}eoD <jane@example.org>",
            "Jane\u{2028}Doe <jane@example.org>",
        ] {
            assert!(Author::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_name_with_a_special_character_is_quoted_in_a_header() {
        let header = |text: &str| Author::parse(text).unwrap().in_header();
        assert_eq!(header("Jane Q. Doe <j@x>"), "\"Jane Q. Doe\" <j@x>");
        assert_eq!(header("Jane Doe <j@x>"), "Jane Doe <j@x>");
    }
}
