//! Integer constant expressions with `sizeof`, read from the text of a header: the compiler has
//! worked them out for one ABI, and other ABIs need the expression itself.

use ioctlkit_abi::Scalar;
use ioctlkit_model::{BinaryOperator, Constant, Expression, Type, UnaryOperator};

use super::expand::{Word, expand};
use super::scan::tokens;

/// What an expression may refer to.
pub(crate) trait Names {
    /// What a name means to the preprocessor.
    fn macro_named(&self, name: &str) -> Macro<'_>;
    /// The type of a typedef.
    fn typedef(&self, name: &str) -> Option<Type>;
    /// The structure or union with that tag.
    fn record(&self, tag: &str) -> Option<Type>;
}

/// What a name means to the preprocessor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Macro<'a> {
    /// No macro.
    None,
    /// The one text that it has wherever it is defined.
    Object(&'a str),
    /// The parameters of a function-like macro, and its text.
    Function(&'a [String], &'a str),
    /// Several texts: only the compiler knows which one holds.
    Ambiguous,
}

/// Expressions nested deeper than this are refused.
const DEEPEST: u32 = 32;

/// Reads an expression; `None` where it uses what this reader does not know.
pub(crate) fn parse(text: &str, names: &dyn Names) -> Option<Constant> {
    Some(match parse_expression(text, names)? {
        Expression::Literal(value) => Constant::Known(u64::try_from(value).ok()?),
        other => Constant::Expression(Box::new(other)),
    })
}

/// The same, as the operators stand.
pub(crate) fn parse_expression(text: &str, names: &dyn Names) -> Option<Expression> {
    let mut parser = Parser { tokens: expand(text, names)?, at: 0, names };
    let expression = parser.conditional(0)?;
    (parser.at == parser.tokens.len()).then_some(expression)
}

/// Whether an expression chooses between others: its outermost operator is `?`. Of what stands in it,
/// nothing has to be known.
pub(crate) fn is_conditional(text: &str) -> bool {
    let (mut depth, mut outermost, mut choice) = (0_i64, i64::MAX, None);
    for (_, token) in tokens(text) {
        match token.text() {
            "(" => depth += 1,
            ")" => depth -= 1,
            text => {
                outermost = outermost.min(depth);
                if text == "?" {
                    choice = Some(choice.map_or(depth, |known: i64| known.min(depth)));
                }
            }
        }
    }
    choice == Some(outermost)
}

struct Parser<'a> {
    tokens: Vec<Word<'a>>,
    at: usize,
    names: &'a dyn Names,
}

/// Binary operators with how tightly they bind.
fn binary(token: &str) -> Option<(u32, BinaryOperator)> {
    use BinaryOperator as B;
    Some(match token {
        "*" => (10, B::Multiply),
        "/" => (10, B::Divide),
        "%" => (10, B::Remainder),
        "+" => (9, B::Add),
        "-" => (9, B::Subtract),
        "<<" => (8, B::ShiftLeft),
        ">>" => (8, B::ShiftRight),
        "<" => (7, B::Less),
        "<=" => (7, B::LessOrEqual),
        ">" => (7, B::Greater),
        ">=" => (7, B::GreaterOrEqual),
        "==" => (6, B::Equal),
        "!=" => (6, B::NotEqual),
        "&" => (5, B::And),
        "^" => (4, B::ExclusiveOr),
        "|" => (3, B::Or),
        "&&" => (2, B::LogicalAnd),
        "||" => (1, B::LogicalOr),
        _ => return None,
    })
}

impl Parser<'_> {
    fn peek(&self) -> Option<&str> {
        self.tokens.get(self.at).map(|word| &**word)
    }

    fn take(&mut self, token: &str) -> Option<()> {
        (self.peek()? == token).then(|| self.at += 1)
    }

    fn conditional(&mut self, depth: u32) -> Option<Expression> {
        if depth > DEEPEST * 4 {
            return None;
        }
        let condition = self.operation(1, depth)?;
        if self.take("?").is_none() {
            return Some(condition);
        }
        let then = self.conditional(depth + 1)?;
        self.take(":")?;
        let otherwise = self.conditional(depth + 1)?;
        Some(Expression::Conditional(Box::new(condition), Box::new(then), Box::new(otherwise)))
    }

    fn operation(&mut self, weakest: u32, depth: u32) -> Option<Expression> {
        let mut left = self.unary(depth)?;
        while let Some((strength, operator)) = self.peek().and_then(binary) {
            if strength < weakest {
                break;
            }
            self.at += 1;
            let right = self.operation(strength + 1, depth)?;
            left = Expression::Binary(operator, Box::new(left), Box::new(right));
        }
        Some(left)
    }

    fn unary(&mut self, depth: u32) -> Option<Expression> {
        if depth > DEEPEST * 4 {
            return None;
        }
        let token = self.peek()?.to_owned();
        self.at += 1;
        let unary = |operator, operand| Some(Expression::Unary(operator, Box::new(operand)));
        match token.as_str() {
            "-" => unary(UnaryOperator::Negate, self.unary(depth + 1)?),
            "~" => unary(UnaryOperator::Complement, self.unary(depth + 1)?),
            "!" => unary(UnaryOperator::Not, self.unary(depth + 1)?),
            "+" => self.unary(depth + 1),
            "(" => {
                // A cast to an integer type changes no size or count that fits.
                let start = self.at;
                if self.type_name().is_some() && self.take(")").is_some() {
                    return self.unary(depth + 1);
                }
                self.at = start;
                let inner = self.conditional(depth + 1)?;
                self.take(")")?;
                Some(inner)
            }
            "sizeof" => Some(Expression::SizeOf(self.operand_type()?)),
            "_Alignof" | "__alignof__" | "__alignof" => {
                Some(Expression::AlignOf(self.operand_type()?))
            }
            number if number.as_bytes()[0].is_ascii_digit() => {
                integer(number).map(Expression::Literal)
            }
            quoted if quoted.starts_with('\'') && quoted.len() == 3 => {
                Some(Expression::Literal(i128::from(quoted.as_bytes()[1])))
            }
            _ => None,
        }
    }

    fn operand_type(&mut self) -> Option<Type> {
        self.take("(")?;
        let ty = self.type_name()?;
        self.take(")")?;
        Some(ty)
    }

    /// A type name: specifiers, stars, and bounds.
    fn type_name(&mut self) -> Option<Type> {
        let mut words: Vec<String> = Vec::new();
        let mut ty = None;
        while let Some(word) = self.peek().map(str::to_owned) {
            match word.as_str() {
                "const" | "volatile" => self.at += 1,
                "struct" | "union" => {
                    self.at += 1;
                    let tag = self.peek()?.to_owned();
                    self.at += 1;
                    ty = Some(self.names.record(&tag)?);
                }
                "unsigned" | "signed" | "char" | "short" | "int" | "long" | "float" | "double"
                | "_Bool" | "void" => {
                    self.at += 1;
                    words.push(word);
                }
                other if ty.is_none() && words.is_empty() => {
                    ty = Some(self.names.typedef(other)?);
                    self.at += 1;
                }
                _ => break,
            }
        }
        let mut ty = match ty {
            Some(ty) => ty,
            None => fundamental(&words)?,
        };
        while self.take("*").is_some() {
            ty = Type::Pointer(Box::new(ty));
        }
        let mut bounds = Vec::new();
        while self.take("[").is_some() {
            let bound = self.conditional(0)?;
            self.take("]")?;
            bounds.push(bound);
        }
        for bound in bounds.into_iter().rev() {
            ty = Type::Array(Box::new(ty), Constant::Expression(Box::new(bound)));
        }
        Some(ty)
    }
}

fn fundamental(words: &[String]) -> Option<Type> {
    let count = |word: &str| words.iter().filter(|known| *known == word).count();
    let unsigned = count("unsigned") > 0;
    let pick = |signed: Scalar, plain: Scalar| if unsigned { plain } else { signed };
    if words.is_empty() {
        return None;
    }
    let scalar = if count("void") > 0 {
        return Some(Type::Void);
    } else if count("_Bool") > 0 {
        Scalar::Bool
    } else if count("char") > 0 {
        match (unsigned, count("signed") > 0) {
            (true, _) => Scalar::UnsignedChar,
            (_, true) => Scalar::SignedChar,
            _ => Scalar::Char,
        }
    } else if count("short") > 0 {
        pick(Scalar::Short, Scalar::UnsignedShort)
    } else if count("float") > 0 {
        Scalar::Float
    } else if count("double") > 0 {
        if count("long") > 0 { Scalar::LongDouble } else { Scalar::Double }
    } else if count("long") > 1 {
        pick(Scalar::LongLong, Scalar::UnsignedLongLong)
    } else if count("long") == 1 {
        pick(Scalar::Long, Scalar::UnsignedLong)
    } else {
        pick(Scalar::Int, Scalar::UnsignedInt)
    };
    Some(Type::Scalar(scalar))
}

/// The value of an integer literal of C.
pub(crate) fn integer(text: &str) -> Option<i128> {
    let digits = text.trim_end_matches(['u', 'U', 'l', 'L']);
    let parsed = if let Some(hex) = digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
        u64::from_str_radix(hex, 16)
    } else if let Some(bits) = digits.strip_prefix("0b") {
        u64::from_str_radix(bits, 2)
    } else if digits.len() > 1 && digits.starts_with('0') {
        u64::from_str_radix(digits, 8)
    } else {
        digits.parse()
    };
    parsed.ok().map(i128::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct NoTypes(std::collections::HashMap<String, String>);

    impl Names for NoTypes {
        fn macro_named(&self, name: &str) -> Macro<'_> {
            self.0.get(name).map_or(Macro::None, |text| Macro::Object(text))
        }
        fn typedef(&self, _: &str) -> Option<Type> {
            None
        }
        fn record(&self, _: &str) -> Option<Type> {
            None
        }
    }

    fn read(text: &str) -> Option<Constant> {
        let macros = [("SIZE", "(16 * sizeof(long))"), ("LOOP", "LOOP")]
            .map(|(name, text)| (name.to_owned(), text.to_owned()));
        parse(text, &NoTypes(macros.into_iter().collect()))
    }

    #[test]
    fn operators_bind_as_in_c() {
        let sizeof = |ty| Expression::SizeOf(Type::Scalar(ty));
        let expected = Expression::Binary(
            BinaryOperator::Subtract,
            Box::new(Expression::Literal(128)),
            Box::new(Expression::Binary(
                BinaryOperator::Multiply,
                Box::new(Expression::Literal(2)),
                Box::new(sizeof(Scalar::UnsignedLong)),
            )),
        );
        assert_eq!(
            read("128 - 2 * sizeof(unsigned long)"),
            Some(Constant::Expression(Box::new(expected)))
        );
        assert!(matches!(read("SIZE"), Some(Constant::Expression(_))));
        assert_eq!(read("0x40UL"), Some(Constant::Known(64)));
    }

    #[test]
    fn a_choice_is_told_from_a_question_mark() {
        for text in [
            "sizeof(time_t) == 8 ? NEW : OLD",
            "((sizeof(time_t) == sizeof(long)) ? _IOR('x', 1, int) : _IOR('x', 2, int))",
            "(unsigned int)(a ? b : c)",
            "a ? (b ? c : d) : e",
        ] {
            assert!(is_conditional(text), "{text}");
        }
        for text in [
            "",
            "_IOR('?', 1, int)",
            "FOO_IOC(2, 'x', 1) /* or 2? */",
            "ENCODE(a ? 1 : 2, 'x')",
            "((a ? 1 : 2) << 30) | 0x7801",
        ] {
            assert!(!is_conditional(text), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_and_ends() {
        for text in ["LOOP", "", "1 +", "f(2)", "sizeof x", "((((", "1 2", "sizeof(struct x)"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&"(".repeat(100_000)), None);
        assert_eq!(read(&"-".repeat(100_000)), None);
    }
}
