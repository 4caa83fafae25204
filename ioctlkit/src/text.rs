//! Messages that are put together while compiling, where nothing can be formatted.

/// As much as a message may have, in bytes; what is longer is cut off.
const CAPACITY: usize = 1024;

/// A message.
#[derive(Clone, Copy)]
pub(crate) struct Text {
    bytes: [u8; CAPACITY],
    length: usize,
}

impl Text {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; CAPACITY], length: 0 }
    }

    #[must_use]
    pub(crate) const fn text(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut i = 0;
        while i < text.len() && self.length < CAPACITY {
            self.bytes[self.length] = text[i];
            self.length += 1;
            i += 1;
        }
        self
    }

    #[must_use]
    pub(crate) const fn number(self, number: u64) -> Self {
        let mut digits = [0; 20];
        let mut at = digits.len();
        let mut rest = number;
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        match core::str::from_utf8(digits.split_at(at).1) {
            Ok(digits) => self.text(digits),
            Err(_) => self,
        }
    }

    /// The number and the noun, in its plural unless there is one.
    #[must_use]
    pub(crate) const fn counted(self, number: u64, noun: &str) -> Self {
        let text = self.number(number).text(" ").text(noun);
        if number == 1 { text } else { text.text("s") }
    }

    #[must_use]
    pub(crate) const fn name(self, name: &str) -> Self {
        self.text("`").text(name).text("`")
    }

    pub(crate) const fn as_str(&self) -> &str {
        // A character that was cut in two ends the message.
        match core::str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            Err(error) => {
                let valid = self.bytes.split_at(error.valid_up_to()).0;
                match core::str::from_utf8(valid) {
                    Ok(text) => text,
                    Err(_) => "",
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_put_together_while_compiling() {
        const TEXT: Text = Text::new().counted(4, "byte").text(" after ").name("a").number(0);
        assert_eq!(TEXT.as_str(), "4 bytes after `a`0");
        assert_eq!(Text::new().counted(1, "byte").as_str(), "1 byte");
        assert_eq!(Text::new().number(u64::MAX).as_str(), "18446744073709551615");
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters() {
        let mut text = Text::new().text("x");
        for _ in 0..CAPACITY {
            text = text.text("ä");
        }
        assert_eq!(text.as_str().len(), CAPACITY - 1);
    }
}
