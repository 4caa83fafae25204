//! Integers that an ABI may give different values: array bounds and alignments with `sizeof`.

use crate::Type;

/// An integer in a type: known, or to be worked out for each ABI.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Constant {
    /// The same everywhere.
    Known(u64),
    /// Depends on the size of a type.
    Expression(Box<Expression>),
}

/// An integer constant expression of C.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Expression {
    /// A literal.
    Literal(i128),
    /// `sizeof(type)`.
    SizeOf(Type),
    /// `__alignof__(type)`.
    AlignOf(Type),
    /// What `__attribute__((aligned))` without a number means.
    BiggestAlign,
    /// One operand.
    Unary(UnaryOperator, Box<Expression>),
    /// Two operands.
    Binary(BinaryOperator, Box<Expression>, Box<Expression>),
    /// `condition ? then : otherwise`.
    Conditional(Box<Expression>, Box<Expression>, Box<Expression>),
}

/// Operators with one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum UnaryOperator {
    Negate,
    Complement,
    Not,
}

/// Operators with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum BinaryOperator {
    Multiply,
    Divide,
    Remainder,
    Add,
    Subtract,
    ShiftLeft,
    ShiftRight,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    And,
    ExclusiveOr,
    Or,
    LogicalAnd,
    LogicalOr,
}

impl UnaryOperator {
    /// The value, or `None` for what overflows.
    pub fn apply(self, value: i128) -> Option<i128> {
        match self {
            Self::Negate => value.checked_neg(),
            Self::Complement => Some(!value),
            Self::Not => Some(i128::from(value == 0)),
        }
    }
}

impl BinaryOperator {
    /// The value, or `None` for what C leaves undefined (division by zero, overflow).
    pub fn apply(self, left: i128, right: i128) -> Option<i128> {
        match self {
            Self::Multiply => left.checked_mul(right),
            Self::Divide => left.checked_div(right),
            Self::Remainder => left.checked_rem(right),
            Self::Add => left.checked_add(right),
            Self::Subtract => left.checked_sub(right),
            Self::ShiftLeft => {
                let by = u32::try_from(right).ok().filter(|by| *by < 64)?;
                left.checked_mul(1 << by)
            }
            Self::ShiftRight => {
                let by = u32::try_from(right).ok().filter(|by| *by < 64)?;
                left.checked_shr(by)
            }
            Self::Less => Some(i128::from(left < right)),
            Self::LessOrEqual => Some(i128::from(left <= right)),
            Self::Greater => Some(i128::from(left > right)),
            Self::GreaterOrEqual => Some(i128::from(left >= right)),
            Self::Equal => Some(i128::from(left == right)),
            Self::NotEqual => Some(i128::from(left != right)),
            Self::And => Some(left & right),
            Self::ExclusiveOr => Some(left ^ right),
            Self::Or => Some(left | right),
            Self::LogicalAnd => Some(i128::from(left != 0 && right != 0)),
            Self::LogicalOr => Some(i128::from(left != 0 || right != 0)),
        }
    }
}
