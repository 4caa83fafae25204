//! C functions as the analysis sees them. Nothing here owns text: names and types are places in the text
//! of the file, which is as long as the original, so that each place is one of the original, too.
#![expect(missing_docs, reason = "the fields of a variant are those of the grammar")]

/// A piece of a file: bytes from `start` to before `end`, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Text {
    /// The first byte.
    pub start: u32,
    /// The byte behind the last one.
    pub end: u32,
}

/// A parsed file.
#[derive(Debug, Clone, Default)]
pub struct Unit {
    /// Every function with a body, in the order of the text.
    pub functions: Vec<Function>,
    /// Every variable of the file's scope that has an initialiser.
    pub variables: Vec<Variable>,
    /// Functions, and other pieces of the file's scope, in which the parser met an error.
    pub not_understood: Vec<NotParsed>,
}

/// A piece of a file that could not be parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotParsed {
    /// The name of the function that it is in, where that is known.
    pub function: Option<Text>,
    /// The first place that makes no sense.
    pub at: Text,
}

/// A function with a body.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its name.
    pub name: Text,
    /// From its type to its last brace.
    pub at: Text,
    /// What it is given.
    pub parameters: Vec<Parameter>,
    /// Its statements.
    pub body: Vec<Statement>,
    /// Whether other files cannot call it.
    pub is_static: bool,
    /// Whether the parser met no error in it. What an error surrounds is [`ExpressionKind::Unknown`] or
    /// [`StatementKind::Unknown`].
    pub is_understood: bool,
}

/// A parameter of a function.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name, if it has one.
    pub name: Option<Text>,
    /// Its type.
    pub ty: TypeName,
}

/// A variable with an initialiser at the file's scope.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Its name.
    pub name: Text,
    /// Its type.
    pub ty: TypeName,
    /// What it is initialised with.
    pub value: Expression,
    /// Whether other files cannot use it.
    pub is_static: bool,
}

/// A type as it is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TypeName {
    /// The part that is the same for every name of a declaration, without qualifiers in front or behind:
    /// `struct foo`, `unsigned long`, `u32`, `typeof(x)`.
    pub base: Text,
    /// How many `*`s there are, with those of arrays that are parameters.
    pub pointers: u8,
    /// Whether `[…]` follows the name.
    pub is_array: bool,
    /// Whether `__user` stands in it.
    pub is_user: bool,
    /// Whether it is a pointer to a function.
    pub is_function: bool,
}

/// A variable that is declared in a function.
#[derive(Debug, Clone)]
pub struct Declaration {
    /// Its name.
    pub name: Text,
    /// Its type.
    pub ty: TypeName,
    /// What it is initialised with.
    pub value: Option<Expression>,
    /// Whether it is `static`, and so zero at the start.
    pub is_static: bool,
}

/// A statement.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Where it is.
    pub at: Text,
    /// What it is.
    pub kind: StatementKind,
}

/// What a statement is.
#[derive(Debug, Clone)]
pub enum StatementKind {
    /// `x = f();`
    Expression(Expression),
    /// `int x = 1, *y;`
    Declare(Vec<Declaration>),
    /// `{ … }`
    Block(Vec<Statement>),
    /// `if`
    If { condition: Expression, then: Box<Statement>, otherwise: Option<Box<Statement>> },
    /// `switch`. `Case` and `Default` are statements of its body, in front of what they lead to.
    Switch { on: Expression, body: Box<Statement> },
    /// `case A:` or `case A ... B:`, without what follows.
    Case { from: Expression, to: Option<Expression> },
    /// `default:`, without what follows.
    Default,
    /// `while`, and macros such as `list_for_each_entry(…)`, whose condition is the call.
    While { condition: Expression, body: Box<Statement> },
    /// `do … while`
    DoWhile { body: Box<Statement>, condition: Expression },
    /// `for`
    For {
        start: Option<Box<Statement>>,
        condition: Option<Expression>,
        step: Option<Expression>,
        body: Box<Statement>,
    },
    /// `return`
    Return(Option<Expression>),
    /// `goto`, with the label.
    Goto(Text),
    /// `label:`, without what follows.
    Label(Text),
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// What the parser did not understand.
    Unknown,
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expression {
    /// Where it is.
    pub at: Text,
    /// What it is.
    pub kind: ExpressionKind,
}

/// What an expression is. Parentheses are not kept.
#[derive(Debug, Clone)]
pub enum ExpressionKind {
    /// A name.
    Name,
    /// A number or a character.
    Number,
    /// A string.
    String,
    /// `f(a, b)`, also of macros.
    Call { function: Box<Expression>, arguments: Vec<Expression> },
    /// `of.name` or `of->name`
    Member { of: Box<Expression>, name: Text, is_arrow: bool },
    /// `of[index]`
    Index { of: Box<Expression>, index: Box<Expression> },
    /// `!x`, `-x`, `~x`; `+x` is `x`.
    Unary { operator: Unary, operand: Box<Expression> },
    /// `&x`
    AddressOf(Box<Expression>),
    /// `*x`
    Dereference(Box<Expression>),
    /// `a + b` and its like, comparisons and `&&` included.
    Binary { operator: Binary, left: Box<Expression>, right: Box<Expression> },
    /// `a = b`, or `a += b` with the operator.
    Assign { operator: Option<Binary>, target: Box<Expression>, value: Box<Expression> },
    /// `x++`, `--x`
    Step(Box<Expression>),
    /// `a ? b : c`, where `a ?: c` has no `b`.
    Conditional {
        condition: Box<Expression>,
        then: Option<Box<Expression>>,
        otherwise: Box<Expression>,
    },
    /// `(type)x`, and a compound literal, whose value is an [`ExpressionKind::Initialiser`].
    Cast { ty: TypeName, value: Box<Expression> },
    /// `sizeof(struct foo)`
    SizeOfType(TypeName),
    /// `sizeof(x)`
    SizeOf(Box<Expression>),
    /// A type that a macro is given.
    Type(TypeName),
    /// An operator that a macro is given: `check(a, <=, b)`
    Operator,
    /// `a, b`
    Comma(Vec<Expression>),
    /// `{ .a = 1, [2] = 3, 4 }`
    Initialiser(Vec<Item>),
    /// `({ … })`
    Block(Vec<Statement>),
    /// What the parser did not understand, or what nobody asks for.
    Unknown,
}

/// An item between the braces of an initialiser.
#[derive(Debug, Clone)]
pub struct Item {
    /// `.a` or `[1]`; the first one of `.a.b`.
    pub designator: Option<Designator>,
    /// The value.
    pub value: Expression,
}

/// What an item of an initialiser is for.
#[derive(Debug, Clone)]
pub enum Designator {
    /// `.name`, with the names behind it.
    Member(Text),
    /// `[index]`
    Index(Expression),
}

/// An operator in front of an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unary {
    /// `!`
    Not,
    /// `-`
    Minus,
    /// `~`
    Complement,
}

/// An operator between operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binary {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `<<`
    ShiftLeft,
    /// `>>`
    ShiftRight,
    /// `&`
    And,
    /// `|`
    Or,
    /// `^`
    Xor,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `&&`
    Both,
    /// `||`
    Either,
}
