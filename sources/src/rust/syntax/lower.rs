//! From syn's types and expressions to ours.

use ioctlkit_model::{BinaryOperator, UnaryOperator};
use proc_macro2::Span;
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;

use super::item::{Ex, ExKind, Generic, MacroCall, Path, Place, Segment, Step, Ty, TyKind};

/// Longer lists are of data, and no list of requests: their elements are not kept.
const LONGEST_LIST: usize = 256;

/// Where the text that is being read stands.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Origin<'t> {
    /// In a file, from this byte on.
    File {
        /// The text that the spans are of.
        text: &'t str,
        /// Where that begins.
        start: u32,
    },
    /// Made by a macro whose use is there.
    Macro(Place),
}

impl Origin<'_> {
    /// Where a span is.
    pub(crate) fn place(self, span: Span) -> Place {
        match self {
            Self::File { start, .. } => {
                let range = span.byte_range();
                Place { start: start + range.start as u32, end: start + range.end as u32 }
            }
            Self::Macro(place) => place,
        }
    }

    /// What stands between a macro's delimiters.
    pub(crate) fn macro_call(self, call: &syn::Macro) -> MacroCall {
        let delimiters = match &call.delimiter {
            syn::MacroDelimiter::Paren(paren) => paren.span,
            syn::MacroDelimiter::Brace(brace) => brace.span,
            syn::MacroDelimiter::Bracket(bracket) => bracket.span,
        };
        let first = call.path.segments.first().map_or_else(Span::call_site, |s| s.ident.span());
        let place = self.place(first).to(self.place(delimiters.close()));
        let path = self.path(&call.path);
        if let Self::File { text, start } = self {
            let from = delimiters.open().byte_range().end;
            let to = delimiters.close().byte_range().start;
            if let Some(inner) = text.get(from..to) {
                let text_start = Some(start + from as u32);
                return MacroCall { path, text: inner.to_owned(), text_start, place };
            }
        }
        MacroCall { path, text: call.tokens.to_string(), text_start: None, place }
    }

    pub(crate) fn path(self, path: &syn::Path) -> Path {
        let segments = path.segments.iter().map(|segment| {
            let arguments = match &segment.arguments {
                syn::PathArguments::AngleBracketed(list) => self.generics(list),
                _ => Vec::new(),
            };
            Segment { name: name_of(&segment.ident), arguments }
        });
        Path { global: path.leading_colon.is_some(), segments: segments.collect() }
    }

    fn generics(self, list: &syn::AngleBracketedGenericArguments) -> Vec<Generic> {
        let generic = |argument: &syn::GenericArgument| match argument {
            syn::GenericArgument::Type(ty) => Some(Generic::Type(self.ty(ty))),
            syn::GenericArgument::Const(value) => Some(Generic::Constant(self.ex(value))),
            _ => None,
        };
        list.args.iter().filter_map(generic).collect()
    }

    pub(crate) fn ty(self, ty: &syn::Type) -> Ty {
        Ty { kind: self.ty_kind(ty), place: self.place(ty.span()) }
    }

    fn ty_kind(self, ty: &syn::Type) -> TyKind {
        match ty {
            syn::Type::Array(array) => {
                TyKind::Array(Box::new(self.ty(&array.elem)), Box::new(self.ex(&array.len)))
            }
            syn::Type::Slice(slice) => TyKind::Slice(Box::new(self.ty(&slice.elem))),
            syn::Type::FnPtr(_) => TyKind::Function,
            syn::Type::Group(group) => self.ty_kind(&group.elem),
            syn::Type::Paren(paren) => self.ty_kind(&paren.elem),
            syn::Type::Path(path) if path.qself.is_none() => TyKind::Path(self.path(&path.path)),
            syn::Type::Path(path) => TyKind::Projection(quote(path)),
            syn::Type::Ptr(pointer) => TyKind::Pointer(Box::new(self.ty(&pointer.elem))),
            syn::Type::Reference(reference) => TyKind::Reference {
                mutable: reference.mutability.is_some(),
                to: Box::new(self.ty(&reference.elem)),
            },
            syn::Type::Tuple(tuple) => {
                TyKind::Tuple(tuple.elems.iter().map(|ty| self.ty(ty)).collect())
            }
            other => TyKind::Other(quote(other)),
        }
    }

    fn boxed(self, value: &syn::Expr) -> Box<Ex> {
        Box::new(self.ex(value))
    }

    pub(crate) fn ex(self, value: &syn::Expr) -> Ex {
        Ex { kind: self.ex_kind(value), place: self.place(value.span()) }
    }

    fn ex_kind(self, value: &syn::Expr) -> ExKind {
        match value {
            syn::Expr::Lit(literal) => literal_kind(&literal.lit),
            syn::Expr::Group(group) => self.ex_kind(&group.expr),
            syn::Expr::Paren(paren) => self.ex_kind(&paren.expr),
            syn::Expr::Reference(reference) => self.ex_kind(&reference.expr),
            syn::Expr::Path(path) => match &path.qself {
                None => ExKind::Path(self.path(&path.path)),
                Some(of) => self.associated(&of.ty, &path.path),
            },
            // What `!` of a condition is differs from what `!` of a number is.
            syn::Expr::Unary(unary)
                if matches!(unary.op, syn::UnOp::Not(_)) && is_condition(&unary.expr) =>
            {
                let nothing = Ex { kind: ExKind::Integer(0), place: Place::default() };
                ExKind::Binary(BinaryOperator::Equal, self.boxed(&unary.expr), Box::new(nothing))
            }
            syn::Expr::Unary(unary) => match unary_operator(&unary.op) {
                Some(operator) => ExKind::Unary(operator, self.boxed(&unary.expr)),
                None => ExKind::Other,
            },
            syn::Expr::Binary(binary) => match binary_operator(&binary.op) {
                Some(operator) => {
                    ExKind::Binary(operator, self.boxed(&binary.left), self.boxed(&binary.right))
                }
                None => ExKind::Other,
            },
            syn::Expr::Cast(cast) => ExKind::Cast(self.boxed(&cast.expr), self.ty(&cast.ty)),
            syn::Expr::Call(call) => {
                let arguments = call.args.iter().map(|argument| self.ex(argument)).collect();
                ExKind::Call(self.boxed(&call.func), arguments)
            }
            syn::Expr::MethodCall(call) => ExKind::Method {
                receiver: self.boxed(&call.receiver),
                name: name_of(&call.method),
                generics: call.turbofish.as_ref().map_or_else(Vec::new, |list| self.generics(list)),
                arguments: call.args.iter().map(|argument| self.ex(argument)).collect(),
            },
            syn::Expr::Macro(call) => ExKind::Macro(self.macro_call(&call.mac)),
            syn::Expr::If(branch) => {
                match (self.block_of(&branch.then_branch.stmts), &branch.else_branch) {
                    (Some(then), Some((_, otherwise))) => ExKind::If(
                        self.boxed(&branch.cond),
                        Box::new(Ex { kind: then, place: self.place(branch.then_branch.span()) }),
                        self.boxed(otherwise),
                    ),
                    _ => ExKind::Other,
                }
            }
            syn::Expr::Match(choice) => {
                let arms = choice.arms.iter().map(|arm| self.arm(arm)).collect::<Option<_>>();
                match arms {
                    Some(arms) => ExKind::Match(self.boxed(&choice.expr), arms),
                    None => ExKind::Other,
                }
            }
            syn::Expr::Block(block) => self.block(&block.block),
            syn::Expr::Unsafe(block) => self.block(&block.block),
            syn::Expr::Const(block) => self.block(&block.block),
            syn::Expr::Repeat(repeat) => ExKind::Array(self.boxed(&repeat.len)),
            syn::Expr::Array(array) if array.elems.len() <= LONGEST_LIST => {
                ExKind::List(array.elems.iter().map(|element| self.ex(element)).collect())
            }
            syn::Expr::Array(array) => ExKind::Array(Box::new(Ex {
                kind: ExKind::Integer(array.elems.len() as i128),
                place: Place::default(),
            })),
            syn::Expr::Index(index) => {
                ExKind::Index(self.boxed(&index.expr), self.boxed(&index.index))
            }
            syn::Expr::Struct(literal) => {
                let member =
                    |field: &syn::FieldValue| (member_name(&field.member), self.ex(&field.expr));
                ExKind::Struct(
                    self.path(&literal.path),
                    literal.fields.iter().map(member).collect(),
                )
            }
            syn::Expr::Field(field) => {
                ExKind::Field(self.boxed(&field.base), member_name(&field.member))
            }
            _ => ExKind::Other,
        }
    }

    /// `<T as Trait>::NAME`, which is `T::NAME` wherever `T` has one constant of that name.
    fn associated(self, of: &syn::Type, path: &syn::Path) -> ExKind {
        match (self.ty_kind(of), self.path(path).segments.pop()) {
            (TyKind::Path(mut of), Some(name)) => {
                of.segments.push(name);
                ExKind::Path(of)
            }
            _ => ExKind::Other,
        }
    }

    /// The arm of a `match` whose patterns are values.
    fn arm(self, arm: &syn::Arm) -> Option<(Vec<Ex>, Ex)> {
        Some((self.patterns(&arm.pat)?, self.ex(&arm.body)))
    }

    fn patterns(self, pattern: &syn::Pat) -> Option<Vec<Ex>> {
        match pattern {
            syn::Pat::Wild(_) => Some(Vec::new()),
            // A name that begins small is a new variable, which takes everything.
            syn::Pat::Ident(name) if name_of(&name.ident).starts_with(char::is_lowercase) => {
                Some(Vec::new())
            }
            syn::Pat::Ident(name) => {
                let segments = vec![Segment { name: name_of(&name.ident), arguments: Vec::new() }];
                let kind = ExKind::Path(Path { global: false, segments });
                Some(vec![Ex { kind, place: self.place(name.ident.span()) }])
            }
            syn::Pat::Lit(value) => Some(vec![self.ex(&syn::Expr::Lit(value.clone()))]),
            syn::Pat::Path(value) => Some(vec![self.ex(&syn::Expr::Path(value.clone()))]),
            syn::Pat::Paren(inner) => self.patterns(&inner.pat),
            syn::Pat::Or(cases) => {
                let mut all = Vec::new();
                for case in &cases.cases {
                    let found = self.patterns(case)?;
                    if found.is_empty() {
                        return Some(found);
                    }
                    all.extend(found);
                }
                Some(all)
            }
            _ => None,
        }
    }

    /// A block: its items, what its statements do to its variables, and its last expression. One with
    /// other statements has no value that is known.
    pub(crate) fn block(self, block: &syn::Block) -> ExKind {
        self.block_of(&block.stmts).unwrap_or(ExKind::Other)
    }

    fn block_of(self, statements: &[syn::Stmt]) -> Option<ExKind> {
        let (last, before) = statements.split_last()?;
        let value = match last {
            syn::Stmt::Expr(syn::Expr::Return(value), _) => value.expr.as_deref()?,
            syn::Stmt::Expr(value, None) => value,
            _ => return None,
        };
        let mut items = Vec::new();
        let mut steps = Vec::new();
        for statement in before {
            match statement {
                syn::Stmt::Item(item) => items.push(item),
                statement if is_check(statement) => {}
                statement => steps.push(self.step(statement)?),
            }
        }
        let items = super::extract::items(self, items);
        let value = self.boxed(value);
        Some(if steps.is_empty() {
            ExKind::Block(items, value)
        } else {
            ExKind::Steps(items, steps, value)
        })
    }

    fn step(self, statement: &syn::Stmt) -> Option<Step> {
        match statement {
            syn::Stmt::Local(local) => {
                let pattern = match &local.pat {
                    syn::Pat::Type(typed) => &*typed.pat,
                    pattern => pattern,
                };
                let syn::Pat::Ident(name) = pattern else { return None };
                let init = local.init.as_ref().filter(|init| init.diverge.is_none())?;
                Some(Step {
                    name: name_of(&name.ident),
                    operator: None,
                    value: self.ex(&init.expr),
                })
            }
            syn::Stmt::Expr(syn::Expr::Assign(assignment), _) => Some(Step {
                name: variable(&assignment.left)?,
                operator: None,
                value: self.ex(&assignment.right),
            }),
            syn::Stmt::Expr(syn::Expr::Binary(binary), _) => Some(Step {
                name: variable(&binary.left)?,
                operator: Some(assigning_operator(&binary.op)?),
                value: self.ex(&binary.right),
            }),
            _ => None,
        }
    }
}

fn variable(target: &syn::Expr) -> Option<String> {
    match target {
        syn::Expr::Path(path) => path.path.get_ident().map(name_of),
        _ => None,
    }
}

/// Whether a statement does nothing but end the program where something is wrong.
fn is_check(statement: &syn::Stmt) -> bool {
    match statement {
        syn::Stmt::Macro(call) => call.mac.path.segments.last().is_some_and(|last| {
            let name = name_of(&last.ident);
            name.contains("assert") || name == "panic"
        }),
        syn::Stmt::Expr(syn::Expr::If(branch), _) => {
            branch.else_branch.is_none() && branch.then_branch.stmts.iter().all(is_check)
        }
        syn::Stmt::Expr(syn::Expr::Macro(call), _) => {
            call.mac.path.segments.last().is_some_and(|last| last.ident == "panic")
        }
        _ => false,
    }
}

/// The name, without `r#`.
pub(crate) fn name_of(ident: &syn::Ident) -> String {
    ident.unraw().to_string()
}

pub(crate) fn member_name(member: &syn::Member) -> String {
    match member {
        syn::Member::Named(ident) => name_of(ident),
        syn::Member::Unnamed(index) => index.index.to_string(),
    }
}

/// Tokens as text, without spaces that nobody writes.
fn quote(tokens: &impl ToTokens) -> String {
    tidy(&tokens.to_token_stream().to_string())
}

fn tidy(text: &str) -> String {
    let mut out = text.replace(" :: ", "::").replace(" <", "<").replace("< ", "<");
    for (from, to) in [(" >", ">"), (" ,", ","), ("& ", "&"), ("[ ", "["), (" ]", "]"), (" ;", ";")]
    {
        out = out.replace(from, to);
    }
    out
}

fn literal_kind(literal: &syn::Lit) -> ExKind {
    match literal {
        // Past 127 bits, no command.
        syn::Lit::Int(value) => match value.base10_parse::<u128>().map(i128::try_from) {
            Ok(Ok(value)) => ExKind::Integer(value),
            _ => ExKind::Other,
        },
        syn::Lit::Byte(byte) => ExKind::Integer(i128::from(byte.value())),
        syn::Lit::Char(letter) => ExKind::Integer(i128::from(u32::from(letter.value()))),
        syn::Lit::Bool(value) => ExKind::Bool(value.value),
        syn::Lit::Str(text) => ExKind::Text(text.value().len()),
        syn::Lit::ByteStr(text) => ExKind::Text(text.value().len()),
        _ => ExKind::Other,
    }
}

/// Whether an expression is a comparison, or several.
fn is_condition(value: &syn::Expr) -> bool {
    use syn::BinOp::{And, Eq, Ge, Gt, Le, Lt, Ne, Or};
    match value {
        syn::Expr::Paren(inner) => is_condition(&inner.expr),
        syn::Expr::Lit(literal) => matches!(literal.lit, syn::Lit::Bool(_)),
        syn::Expr::Binary(binary) => {
            matches!(binary.op, And(_) | Or(_) | Eq(_) | Ne(_) | Lt(_) | Le(_) | Gt(_) | Ge(_))
        }
        _ => false,
    }
}

fn assigning_operator(operator: &syn::BinOp) -> Option<BinaryOperator> {
    Some(match operator {
        syn::BinOp::AddAssign(_) => BinaryOperator::Add,
        syn::BinOp::SubAssign(_) => BinaryOperator::Subtract,
        syn::BinOp::MulAssign(_) => BinaryOperator::Multiply,
        syn::BinOp::BitXorAssign(_) => BinaryOperator::ExclusiveOr,
        syn::BinOp::BitAndAssign(_) => BinaryOperator::And,
        syn::BinOp::BitOrAssign(_) => BinaryOperator::Or,
        syn::BinOp::ShlAssign(_) => BinaryOperator::ShiftLeft,
        syn::BinOp::ShrAssign(_) => BinaryOperator::ShiftRight,
        _ => return None,
    })
}

fn unary_operator(operator: &syn::UnOp) -> Option<UnaryOperator> {
    match operator {
        syn::UnOp::Not(_) => Some(UnaryOperator::Complement),
        syn::UnOp::Neg(_) => Some(UnaryOperator::Negate),
        _ => None,
    }
}

fn binary_operator(operator: &syn::BinOp) -> Option<BinaryOperator> {
    Some(match operator {
        syn::BinOp::Add(_) => BinaryOperator::Add,
        syn::BinOp::Sub(_) => BinaryOperator::Subtract,
        syn::BinOp::Mul(_) => BinaryOperator::Multiply,
        syn::BinOp::Div(_) => BinaryOperator::Divide,
        syn::BinOp::Rem(_) => BinaryOperator::Remainder,
        syn::BinOp::And(_) => BinaryOperator::LogicalAnd,
        syn::BinOp::Or(_) => BinaryOperator::LogicalOr,
        syn::BinOp::BitXor(_) => BinaryOperator::ExclusiveOr,
        syn::BinOp::BitAnd(_) => BinaryOperator::And,
        syn::BinOp::BitOr(_) => BinaryOperator::Or,
        syn::BinOp::Shl(_) => BinaryOperator::ShiftLeft,
        syn::BinOp::Shr(_) => BinaryOperator::ShiftRight,
        syn::BinOp::Eq(_) => BinaryOperator::Equal,
        syn::BinOp::Ne(_) => BinaryOperator::NotEqual,
        syn::BinOp::Lt(_) => BinaryOperator::Less,
        syn::BinOp::Le(_) => BinaryOperator::LessOrEqual,
        syn::BinOp::Gt(_) => BinaryOperator::Greater,
        syn::BinOp::Ge(_) => BinaryOperator::GreaterOrEqual,
        _ => return None,
    })
}
