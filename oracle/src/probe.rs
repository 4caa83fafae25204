//! Questions to a compiler, many per run.

use std::fmt::Write as _;
use std::path::PathBuf;

use ioctlkit_abi::ByteOrder;

use crate::assembly::{CALIBRATION, Data};
use crate::{Compiler, CompilerError};

/// Declarations, and what is to be known about them.
#[derive(Debug, Clone, Default)]
pub struct Probe {
    declarations: String,
    expressions: Vec<String>,
    bit_fields: Vec<(String, String)>,
    include_dirs: Vec<PathBuf>,
}

/// What the compiler said, in the order of the questions.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// The value of each expression.
    pub values: Vec<u64>,
    /// The place of each bit-field.
    pub bit_fields: Vec<BitField>,
}

/// The bits that a bit-field takes, counted from the start of its structure in memory order: from
/// the least significant bit of a byte where bytes are little-endian, from the most significant
/// where they are big-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BitField {
    /// The first bit.
    pub offset_bits: u64,
    /// The width.
    pub bits: u64,
}

impl Probe {
    /// Nothing but declarations.
    pub fn new(declarations: String) -> Self {
        Self { declarations, ..Self::default() }
    }

    /// Folders in which `#include` looks.
    pub fn include_dirs(&mut self, folders: Vec<PathBuf>) {
        self.include_dirs = folders;
    }

    /// Asks for an integer constant expression of at most 64 bits.
    pub fn expression(&mut self, expression: String) {
        self.expressions.push(expression);
    }

    /// Asks where a bit-field is: `designator` leads from the type to it, such as `.a[0].b`.
    pub fn bit_field(&mut self, ty: String, designator: String) {
        self.bit_fields.push((ty, designator));
    }

    /// The C text.
    pub fn source(&self) -> String {
        let mut source = format!("{CALIBRATION}{}", self.declarations);
        source.push_str("\nconst unsigned int oracle_values[] = {\n");
        for expression in &self.expressions {
            // Two words each: a 64-bit initialiser is split by some targets and not by others.
            let _ = writeln!(
                source,
                "(unsigned int)({expression}), \
                 (unsigned int)((unsigned long long)({expression}) >> 32),"
            );
        }
        source.push_str("1 };\n");
        for (index, (ty, designator)) in self.bit_fields.iter().enumerate() {
            let _ = writeln!(source, "const {ty} oracle_bits_{index} = {{ {designator} = -1 }};");
        }
        source
    }

    /// The question on a line of [`Probe::source`], from 1: expressions first, then bit-fields.
    pub fn question_at(&self, line: usize) -> Option<usize> {
        let before = CALIBRATION.lines().count() + self.declarations.matches('\n').count();
        // An end of line before the array, and the line that opens it.
        let expressions = before + 2;
        let index = line.checked_sub(expressions + 1)?;
        if index < self.expressions.len() {
            return Some(index);
        }
        // The line that closes the array.
        let index = index.checked_sub(1)?;
        (self.expressions.len()..self.expressions.len() + self.bit_fields.len())
            .contains(&index)
            .then_some(index)
    }

    /// Runs the compiler once and reads all answers.
    ///
    /// # Errors
    /// [`CompilerError`].
    pub fn ask(&self, compiler: &Compiler) -> Result<Answers, CompilerError> {
        let byte_order = compiler.abi().byte_order;
        let assembly = compiler.assembly(&self.source(), &self.include_dirs)?;
        let data = Data::read(&assembly, byte_order);
        let bytes = |symbol: &str| {
            data.bytes(symbol)
                .ok_or_else(|| CompilerError::Unreadable(format!("{symbol} is not there")))
        };
        let values = bytes("oracle_values")?;
        if values.len() != self.expressions.len() * 8 + 4 {
            return Err(CompilerError::Unreadable(format!(
                "{} bytes for {} values",
                values.len(),
                self.expressions.len()
            )));
        }
        let word = |at: &[u8]| {
            let at = [at[0], at[1], at[2], at[3]];
            match byte_order {
                ByteOrder::Little => u64::from(u32::from_le_bytes(at)),
                ByteOrder::Big => u64::from(u32::from_be_bytes(at)),
            }
        };
        let values =
            values.chunks_exact(8).map(|pair| word(&pair[..4]) | word(&pair[4..]) << 32).collect();
        let bit_fields = (0..self.bit_fields.len())
            .map(|index| Ok(ones(bytes(&format!("oracle_bits_{index}"))?, byte_order)))
            .collect::<Result<_, CompilerError>>()?;
        Ok(Answers { values, bit_fields })
    }
}

/// The run of ones in data that is otherwise zero.
fn ones(bytes: &[u8], byte_order: ByteOrder) -> BitField {
    let mut bits = 0;
    let mut offset_bits = 0;
    let mut place = 0;
    for byte in bytes {
        for bit in 0..8 {
            let shift = match byte_order {
                ByteOrder::Little => bit,
                ByteOrder::Big => 7 - bit,
            };
            if byte >> shift & 1 == 1 {
                if bits == 0 {
                    offset_bits = place;
                }
                bits += 1;
            }
            place += 1;
        }
    }
    BitField { offset_bits, bits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_source_leads_back_to_its_question() {
        let mut probe = Probe::new("struct s { int b : 2; };\nint x;".to_owned());
        probe.expression("sizeof(struct s)".to_owned());
        probe.expression("2".to_owned());
        probe.bit_field("struct s".to_owned(), ".b".to_owned());
        let source = probe.source();
        let line = |text: &str| source.lines().position(|line| line.contains(text)).unwrap() + 1;
        assert_eq!(probe.question_at(line("sizeof(")), Some(0));
        assert_eq!(probe.question_at(line("(2)")), Some(1));
        assert_eq!(probe.question_at(line("1 };")), None);
        assert_eq!(probe.question_at(line(".b = -1")), Some(2));
        assert_eq!(probe.question_at(line("int x;")), None);
    }
}
