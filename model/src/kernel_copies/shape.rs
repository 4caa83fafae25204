//! Which bytes of a structure belong together, on x86-64: enough to tell two structures apart.

use std::fmt;

/// What is at a place of a structure, for so many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Where it begins, in bytes.
    pub offset: u64,
    /// What it is.
    pub kind: PieceKind,
}

/// What a piece of a structure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceKind {
    /// So many integers or pointers behind each other, of that size in bytes.
    Values {
        /// Of one.
        size: u64,
        /// How many.
        count: u64,
    },
    /// So many bytes that may be one thing or another: a union, bit-fields.
    Open(u64),
}

/// The pieces of a structure, in order. Padding is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// The size of the structure, in bytes.
    pub size: u64,
    /// What is in it.
    pub pieces: Vec<Piece>,
}

/// Bytes behind this are not compared.
const COMPARED: u64 = 4096;

impl Shape {
    /// Reads what [`Shape`]'s `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let size = words.next()?.parse().ok()?;
        let pieces: Option<Vec<Piece>> = words.map(piece).collect();
        Some(Self { size, pieces: pieces? })
    }

    /// Whether some byte that both have belongs to a value here that is at another place, or of another size,
    /// there. Where not, one of both may be the beginning of the other.
    pub fn differs(&self, other: &Self) -> bool {
        let (own, its) = (self.bytes(), other.bytes());
        own.iter().zip(&its).any(|(own, its)| match (own, its) {
            (Some(own), Some(its)) => own != its,
            _ => false,
        })
    }

    /// For each byte the offset and the size of the value that it belongs to; nothing for padding, and for
    /// what is open.
    fn bytes(&self) -> Vec<Option<(u64, u64)>> {
        let mut bytes = vec![None; self.size.min(COMPARED) as usize];
        for piece in &self.pieces {
            let PieceKind::Values { size, count } = piece.kind else { continue };
            let end = piece.offset.saturating_add(size.saturating_mul(count));
            for at in piece.offset..end.min(bytes.len() as u64) {
                let first = at - (at - piece.offset) % size.max(1);
                bytes[at as usize] = Some((first, size));
            }
        }
        bytes
    }
}

/// `8:4`, `8:4*3` and `8:?16`.
fn piece(text: &str) -> Option<Piece> {
    let (offset, what) = text.split_once(':')?;
    let number = |text: &str| text.parse().ok();
    let kind = if let Some(bytes) = what.strip_prefix('?') {
        PieceKind::Open(number(bytes)?)
    } else {
        let (size, count) = what.split_once('*').unwrap_or((what, "1"));
        PieceKind::Values { size: number(size)?, count: number(count)? }
    };
    Some(Piece { offset: number(offset)?, kind })
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.size)?;
        for Piece { offset, kind } in &self.pieces {
            write!(f, " {offset}:")?;
            match kind {
                PieceKind::Values { size, count: 1 } => write!(f, "{size}")?,
                PieceKind::Values { size, count } => write!(f, "{size}*{count}")?,
                PieceKind::Open(bytes) => write!(f, "?{bytes}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differ(one: &str, other: &str) -> bool {
        let [one, other] = [one, other].map(|text| Shape::parse(text).unwrap());
        assert_eq!(one.differs(&other), other.differs(&one));
        one.differs(&other)
    }

    #[test]
    fn the_beginning_of_a_structure_does_not_differ_from_it_and_another_one_does() {
        assert!(!differ("8 0:4*2", "16 0:4*2 8:8"));
        assert!(differ("8 0:8", "16 0:4*2 8:8"));
        assert!(differ("16 0:4 4:4 8:8", "16 0:4 4:4 8:4 12:4"));
        assert!(differ("32 0:1*16 16:?16", "32 0:4*4 16:?16"));
    }

    #[test]
    fn padding_and_unions_are_like_anything() {
        assert!(!differ("16 0:4 8:8", "16 0:4 4:4 8:8"));
        assert!(!differ("24 0:4 4:?20", "24 0:4 4:4 8:8 16:8"));
        assert!(!differ("0", "8 0:8"));
    }

    #[test]
    fn what_is_written_is_read_and_nothing_else_is() {
        for text in ["16 0:4 4:2*2 8:?8", "0", "8 0:8"] {
            assert_eq!(Shape::parse(text).unwrap().to_string(), text);
        }
        for bad in ["", "x", "8 0", "8 0:", "8 0:?", "8 0:4*", "8 :4", "-1"] {
            assert_eq!(Shape::parse(bad), None, "{bad}");
        }
        // A hostile count takes no time.
        let text = format!("8 0:{0}*{0} {0}:4", u64::MAX);
        assert_eq!(Shape::parse(&text).unwrap().bytes().len(), 8);
    }
}
