//! Bytes as they come, as lines.

/// The longest line, in bytes; what is longer comes in pieces.
const LONGEST: usize = 64 << 10;

/// Bytes whose line has not ended yet.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    open: Vec<u8>,
}

impl Lines {
    /// Takes bytes, and gives the lines that they end. What is not UTF-8 is replaced; a carriage
    /// return at the end, which the console adds, is left out.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        for &byte in bytes {
            if byte != b'\n' {
                self.open.push(byte);
            }
            if byte == b'\n' || self.open.len() >= LONGEST {
                lines.push(self.end());
            }
        }
        lines
    }

    /// The line that nothing ended, if there is one.
    pub(crate) fn rest(&mut self) -> Option<String> {
        (!self.open.is_empty()).then(|| self.end())
    }

    fn end(&mut self) -> String {
        let line = String::from_utf8_lossy(&self.open).trim_end_matches('\r').to_owned();
        self.open.clear();
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_the_same_however_the_bytes_are_cut() {
        let text = b"one\r\ntwo\n\n\xffthree\r\nfour";
        let expected = ["one", "two", "", "\u{fffd}three"];
        for cut in 1..text.len() {
            let mut lines = Lines::default();
            let found: Vec<String> = text.chunks(cut).flat_map(|bytes| lines.take(bytes)).collect();
            assert_eq!(found, expected, "pieces of {cut} bytes");
            assert_eq!(lines.rest().as_deref(), Some("four"));
            assert_eq!(lines.rest(), None);
        }
    }

    #[test]
    fn a_line_without_end_comes_in_pieces() {
        let mut lines = Lines::default();
        let found = lines.take(&vec![b'x'; 2 * LONGEST + 1]);
        assert_eq!(found.iter().map(String::len).collect::<Vec<_>>(), [LONGEST, LONGEST]);
        assert_eq!(lines.rest().as_deref(), Some("x"));
    }
}
