//! Works out constants: as numbers, or as expressions with sizes that are an ABI's to say.

use std::rc::Rc;
use std::sync::Arc;

use ioctlkit_model::{BinaryOperator, Constant, Expression, Type, UnaryOperator};

use super::item::{Ex, ExKind, Generic, Item, Kind, Path, Ty};
use super::prelude;
use super::resolve::{Names, Target};
use super::world::{ScopeId, World};

/// Where an expression or type stands, and what its parameters are.
#[derive(Debug, Clone)]
pub(crate) struct Env {
    /// The scope.
    pub(crate) scope: ScopeId,
    /// What generic parameters and a function's parameters stand for.
    pub(crate) bound: Rc<Vec<(String, Bound)>>,
    /// The type that `Self` is.
    pub(crate) this: Option<Type>,
    /// How far constants and aliases have been followed.
    pub(crate) depth: u16,
}

/// What a parameter stands for.
#[derive(Debug, Clone)]
pub(crate) enum Bound {
    /// A type.
    Type(Type),
    /// A value.
    Value(Expression),
    /// A value that is not known before the program runs.
    Unknown,
}

/// Constants and aliases are followed so far; rustc's own limit is 128.
const DEEPEST: u16 = 100;

impl Env {
    /// In a scope, with nothing bound.
    pub(crate) fn of(scope: ScopeId) -> Self {
        Self { scope, bound: Rc::new(Vec::new()), this: None, depth: 0 }
    }

    /// In another scope, a step further; `None` where that is too far.
    pub(crate) fn step(&self, scope: ScopeId, bound: Vec<(String, Bound)>) -> Option<Self> {
        let depth = self.depth + 1;
        (depth < DEEPEST).then(|| Self { scope, bound: Rc::new(bound), this: None, depth })
    }

    /// The same, a step further.
    pub(crate) fn deeper(&self) -> Option<Self> {
        let depth = self.depth + 1;
        (depth < DEEPEST).then(|| Self { depth, ..self.clone() })
    }

    /// What a parameter stands for.
    pub(crate) fn bound(&self, name: &str) -> Option<&Bound> {
        self.bound.iter().find(|(known, _)| known == name).map(|(_, bound)| bound)
    }
}

/// A number that every ABI agrees on.
pub(crate) fn literal(expression: &Expression) -> Option<i128> {
    match expression {
        Expression::Literal(value) => Some(*value),
        _ => None,
    }
}

/// A bound or size of a type.
pub(crate) fn constant(expression: Expression) -> Option<Constant> {
    match expression {
        Expression::Literal(value) => u64::try_from(value).ok().map(Constant::Known),
        other => Some(Constant::Expression(Box::new(other))),
    }
}

fn binary(operator: BinaryOperator, left: Expression, right: Expression) -> Option<Expression> {
    match (literal(&left), literal(&right)) {
        (Some(left), Some(right)) => operator.apply(left, right).map(Expression::Literal),
        _ => Some(Expression::Binary(operator, Box::new(left), Box::new(right))),
    }
}

fn unary(operator: UnaryOperator, operand: Expression) -> Option<Expression> {
    match literal(&operand) {
        Some(value) => operator.apply(value).map(Expression::Literal),
        None => Some(Expression::Unary(operator, Box::new(operand))),
    }
}

/// A number as an integer type of that width holds it.
fn wrapped(value: i128, bits: u32, signed: bool) -> i128 {
    let value = value & ((1 << bits) - 1);
    if signed && value >> (bits - 1) == 1 { value - (1 << bits) } else { value }
}

impl World<'_> {
    /// The value of an expression, if it is a constant.
    pub(crate) fn value(&mut self, ex: &Ex, env: &Env) -> Option<Expression> {
        let env = &env.deeper()?;
        match &ex.kind {
            ExKind::Integer(value) => Some(Expression::Literal(*value)),
            ExKind::Bool(value) => Some(Expression::Literal(i128::from(*value))),
            ExKind::Path(path) => self.named_value(path, env),
            ExKind::Unary(operator, operand) => unary(*operator, self.value(operand, env)?),
            ExKind::Binary(operator, left, right) => {
                binary(*operator, self.value(left, env)?, self.value(right, env)?)
            }
            ExKind::Cast(inner, ty) => {
                let value = self.value(inner, env)?;
                let width = ty.path().and_then(|path| prelude::integer(path.last()));
                Some(match (literal(&value), width) {
                    (Some(number), Some((bits, signed))) => {
                        Expression::Literal(wrapped(number, bits, signed))
                    }
                    _ => value,
                })
            }
            ExKind::Block(items, value) => {
                let scope = self.enter_block(env.scope, items, "");
                self.value(value, &Env { scope, ..env.clone() })
            }
            ExKind::If(condition, then, otherwise) => {
                let condition = self.value(condition, env)?;
                let then = self.value(then, env)?;
                let otherwise = self.value(otherwise, env)?;
                Some(match literal(&condition) {
                    Some(0) => otherwise,
                    Some(_) => then,
                    None => Expression::Conditional(
                        Box::new(condition),
                        Box::new(then),
                        Box::new(otherwise),
                    ),
                })
            }
            ExKind::Call(function, arguments) => self.called(function, arguments, env),
            ExKind::Method { receiver, name, arguments, .. } => {
                self.method(receiver, name, arguments, env)
            }
            ExKind::Macro(call) => {
                let inner = self.expand_expression(call, env.scope)?;
                self.value(&inner, env)
            }
            ExKind::Field(base, name) if name == "0" => match &base.bare().kind {
                // `Wrapper(5).0`.
                ExKind::Call(_, arguments) if arguments.len() == 1 => {
                    self.value(&arguments[0], env)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// A whole number that every ABI of the class agrees on.
    pub(crate) fn number(&mut self, ex: &Ex, env: &Env) -> Option<i128> {
        literal(&self.value(ex, env)?)
    }

    fn method(
        &mut self,
        receiver: &Ex,
        name: &str,
        arguments: &[Ex],
        env: &Env,
    ) -> Option<Expression> {
        if arguments.is_empty() {
            return match name {
                "into" | "try_into" | "unwrap" | "bits" | "cast_signed" | "cast_unsigned" => {
                    self.value(receiver, env)
                }
                "len" => match &receiver.kind {
                    ExKind::Text(length) => Some(Expression::Literal(*length as i128)),
                    ExKind::Array(length) => self.value(length, env),
                    ExKind::Path(path) => self.length(path, env),
                    _ => None,
                },
                _ => None,
            };
        }
        let operator = match name {
            "wrapping_add" | "saturating_add" => BinaryOperator::Add,
            "wrapping_sub" | "saturating_sub" => BinaryOperator::Subtract,
            "wrapping_mul" | "saturating_mul" => BinaryOperator::Multiply,
            _ => return None,
        };
        binary(operator, self.value(receiver, env)?, self.value(arguments.first()?, env)?)
    }

    /// How many elements a constant array has.
    fn length(&mut self, path: &Path, env: &Env) -> Option<Expression> {
        let found = self.resolve(env.scope, &path.names(), path.global, Names::Values)?;
        let Target::Item(scope, item) = found else { return None };
        let Kind::Constant(_, Some(value), _) = &item.kind else { return None };
        match &value.kind {
            ExKind::Array(length) => self.value(length, &env.step(scope, Vec::new())?),
            ExKind::Text(length) => Some(Expression::Literal(*length as i128)),
            _ => None,
        }
    }

    fn named_value(&mut self, path: &Path, env: &Env) -> Option<Expression> {
        if let Some(name) = path.single()
            && let Some(bound) = env.bound(name)
        {
            return match bound {
                Bound::Value(value) => Some(value.clone()),
                Bound::Type(_) | Bound::Unknown => None,
            };
        }
        if let [of, name] = path.names().as_slice()
            && *of == "Self"
            && let Some((scope, item)) = self.own_constant(name, env)
        {
            return self.item_value(scope, &item, env);
        }
        match self.resolve(env.scope, &path.names(), path.global, Names::Values) {
            Some(Target::Item(scope, item)) => self.item_value(scope, &item, env),
            Some(Target::Variant(scope, item, index)) => {
                self.variant_value(scope, &item, index, env)
            }
            Some(Target::Module(_) | Target::External(..)) | None => limit(path),
        }
    }

    /// A constant of the type that `Self` is.
    fn own_constant(&self, name: &str, env: &Env) -> Option<(ScopeId, Arc<Item>)> {
        let Some(Type::Record(id)) = env.this else { return None };
        let this = self.builder.interface.record(id).name.as_deref()?;
        let this = this.split('<').next()?;
        let krate = self.scope(env.scope).krate;
        let blocks = self.krate(krate).implementations.get(this)?;
        blocks.iter().find_map(|(scope, block)| {
            let Kind::Implementation(block) = &block.kind else { return None };
            let constant = block.items.iter().find(|item| {
                item.name == name
                    && matches!(item.kind, Kind::Constant(..))
                    && self.hold(krate, &item.conditions)
            })?;
            Some((*scope, constant.clone()))
        })
    }

    fn item_value(&mut self, scope: ScopeId, item: &Arc<Item>, env: &Env) -> Option<Expression> {
        match &item.kind {
            Kind::Constant(_, Some(value), _) => self.value(value, &env.step(scope, Vec::new())?),
            _ => None,
        }
    }

    /// The value of a variant: its own, or one more than that of the variant before.
    pub(crate) fn variant_value(
        &mut self,
        scope: ScopeId,
        item: &Arc<Item>,
        index: usize,
        env: &Env,
    ) -> Option<Expression> {
        let Kind::Enum(found) = &item.kind else { return None };
        let krate = self.scope(scope).krate;
        let env = &env.step(scope, Vec::new())?;
        let mut steps = 0;
        for variant in found.variants.get(..=index)?.iter().rev() {
            if !self.hold(krate, &variant.conditions) {
                continue;
            }
            if let Some(value) = &variant.value {
                return binary(
                    BinaryOperator::Add,
                    self.value(value, env)?,
                    Expression::Literal(steps),
                );
            }
            steps += 1;
        }
        Some(Expression::Literal(steps - 1))
    }

    fn called(&mut self, function: &Ex, arguments: &[Ex], env: &Env) -> Option<Expression> {
        let ExKind::Path(path) = &function.kind else { return None };
        if path.last() == "size_of"
            && let Some(ty) = type_argument(path)
        {
            let ty = self.ty(ty, env);
            return Some(Expression::SizeOf(ty));
        }
        if let ("from" | "new", [only]) = (path.last(), arguments)
            && path.before_last().is_some_and(|ty| prelude::integer(ty).is_some())
        {
            return self.value(only, env);
        }
        let found = self.resolve(env.scope, &path.names(), path.global, Names::Values)?;
        let Target::Item(scope, item) = found else { return None };
        let Kind::Function(called) = &item.kind else { return None };
        let value = called.value.as_ref()?;
        let mut bound = Vec::new();
        for (name, argument) in called.parameters.iter().zip(arguments) {
            let argument = self.value(argument, env).map_or(Bound::Unknown, Bound::Value);
            bound.push((name.clone(), argument));
        }
        for (parameter, generic) in called.generics.iter().zip(path.arguments()) {
            bound.push((parameter.name.clone(), self.generic(generic, env)));
        }
        let env = env.step(scope, bound)?;
        let scope = self.enter_block(scope, &called.items, "");
        self.value(value, &Env { scope, ..env })
    }

    /// What stands in angle brackets, for a parameter.
    pub(crate) fn generic(&mut self, generic: &Generic, env: &Env) -> Bound {
        match generic {
            Generic::Constant(value) => self.value(value, env).map_or(Bound::Unknown, Bound::Value),
            Generic::Type(ty) => {
                // A constant's name cannot be told from a type's.
                if let Some(path) = ty.path()
                    && path.arguments().is_empty()
                    && self.is_value(path, env)
                    && let Some(value) = self.named_value(path, env)
                {
                    return Bound::Value(value);
                }
                Bound::Type(self.ty(ty, env))
            }
        }
    }

    fn is_value(&mut self, path: &Path, env: &Env) -> bool {
        if let Some(name) = path.single()
            && let Some(bound) = env.bound(name)
        {
            return matches!(bound, Bound::Value(_));
        }
        matches!(
            self.resolve(env.scope, &path.names(), path.global, Names::Values),
            Some(Target::Item(..))
        )
    }
}

/// The first type in angle brackets.
pub(crate) fn type_argument(path: &Path) -> Option<&Ty> {
    path.arguments().iter().find_map(|argument| match argument {
        Generic::Type(ty) => Some(ty),
        Generic::Constant(_) => None,
    })
}

/// `u8::MAX` and `u8::BITS`.
fn limit(path: &Path) -> Option<Expression> {
    let (bits, signed) = prelude::integer(path.before_last()?)?;
    let value_bits = if signed { bits - 1 } else { bits };
    Some(Expression::Literal(match path.last() {
        "MAX" => (1 << value_bits) - 1,
        "MIN" if signed => -(1 << value_bits),
        "MIN" => 0,
        "BITS" => i128::from(bits),
        _ => return None,
    }))
}
