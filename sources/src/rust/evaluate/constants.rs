//! Works out constants: as numbers, or as expressions with sizes that are an ABI's to say.

use std::rc::Rc;
use std::sync::Arc;

use ioctlkit_abi::ByteOrder;
use ioctlkit_model::{BinaryOperator, Constant, Expression, Type, UnaryOperator};

use super::Evaluator;
use crate::own_encoder::{evaluate, has_shift};
use crate::rust::resolve::scopes::{CrateId, Method, Names, ScopeId, Target};
use crate::rust::syntax::condition::Condition;
use crate::rust::syntax::integers::integer;
use crate::rust::syntax::item::{Ex, ExKind, Function, Generic, Item, Kind, Parameter, Path, Step};

/// Where an expression or type stands, and what its parameters are.
#[derive(Debug, Clone)]
pub(crate) struct Env {
    /// The scope.
    pub(crate) scope: ScopeId,
    /// What generic parameters and a function's parameters stand for.
    pub(crate) bound: Rc<Vec<(String, Bound)>>,
    /// The type that `Self` is.
    pub(crate) this: Option<Type>,
    /// The name of the type whose function this is within.
    pub(crate) own: Option<Rc<str>>,
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
    /// What is no number, where it was given: a structure has members that may be numbers.
    Whole(Rc<(Ex, Env)>),
    /// A value that is not known before the program runs.
    Unknown,
}

/// What a call is of.
pub(crate) enum Called {
    /// A function, and the module that it is in.
    Function(ScopeId, Arc<Item>),
    /// A structure around one value.
    Wrapper,
}

/// Constants and aliases are followed so far; rustc's own limit is 128.
const DEEPEST: u16 = 100;

impl Env {
    /// In a scope, with nothing bound.
    pub(crate) fn of(scope: ScopeId) -> Self {
        Self { scope, bound: Rc::new(Vec::new()), this: None, own: None, depth: 0 }
    }

    /// In a function's body, before anything is known of its parameters.
    pub(crate) fn inside(scope: ScopeId, function: &Function) -> Self {
        let generics = function.generics.iter().map(|generic| &generic.name);
        let names = function.parameters.iter().chain(generics);
        let bound = names.map(|name| (name.clone(), Bound::Unknown)).collect();
        Self { bound: Rc::new(bound), ..Self::of(scope) }
    }

    /// The same, within the type of that name, if there is one.
    pub(crate) fn of_type(self, name: &str) -> Self {
        let own = (!name.is_empty()).then(|| name.into());
        Self { own, ..self }
    }

    /// The same, within the type that stands before a constant's name in a path: `T` of `T::SIZE`.
    fn of_type_behind(self, path: &Path, around: &Self) -> Self {
        match around.names(path).as_slice() {
            [.., ty, _] if ty.starts_with(char::is_uppercase) => {
                let own = Some((*ty).into());
                Self { own, ..self }
            }
            _ => self,
        }
    }

    /// The names of a path, with the type's for `Self`.
    pub(crate) fn names<'p>(&'p self, path: &'p Path) -> Vec<&'p str> {
        let mut names = path.names();
        if let (["Self", ..], Some(own)) = (names.as_slice(), &self.own) {
            names[0] = own;
        }
        names
    }

    /// The same, with generic parameters that stand for anything.
    pub(crate) fn with_parameters(&self, parameters: &[Parameter]) -> Self {
        let mut bound = (*self.bound).clone();
        bound.extend(parameters.iter().map(|one| (one.name.clone(), Bound::Unknown)));
        Self { bound: Rc::new(bound), ..self.clone() }
    }

    /// In another scope, a step further; `None` where that is too far.
    pub(crate) fn step(&self, scope: ScopeId, bound: Vec<(String, Bound)>) -> Option<Self> {
        let depth = self.depth + 1;
        (depth < DEEPEST).then(|| {
            let own = self.own.clone();
            Self { scope, bound: Rc::new(bound), this: None, own, depth }
        })
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
    evaluate(expression)
}

/// A bound or size of a type.
pub(crate) fn constant(expression: Expression) -> Option<Constant> {
    match literal(&expression) {
        Some(value) => u64::try_from(value).ok().map(Constant::Known),
        None => Some(Constant::Expression(Box::new(expression))),
    }
}

/// Shifts and ors are kept as they are, as far as a command's number has any: which of its parts is
/// which is told from them.
const MOST_KEPT: usize = 64;

/// No number that anybody writes has more parts.
const MOST_PARTS: usize = 1024;

fn binary(operator: BinaryOperator, left: Expression, right: Expression) -> Option<Expression> {
    let weight = weight(&left) + weight(&right);
    // Constants that are each twice another grow without end.
    if weight > MOST_PARTS {
        return None;
    }
    if let (Some(a), Some(b)) = (literal(&left), literal(&right)) {
        let value = operator.apply(a, b)?;
        let is_kept = match operator {
            BinaryOperator::ShiftLeft | BinaryOperator::Or => true,
            BinaryOperator::Add => has_shift(&left) || has_shift(&right),
            _ => false,
        };
        if !is_kept || weight > MOST_KEPT {
            return Some(Expression::Literal(value));
        }
    }
    Some(Expression::Binary(operator, Box::new(left), Box::new(right)))
}

fn weight(expression: &Expression) -> usize {
    match expression {
        Expression::Unary(_, operand) => 1 + weight(operand),
        Expression::Binary(_, left, right) => 1 + weight(left) + weight(right),
        Expression::Conditional(condition, then, otherwise) => {
            1 + weight(condition) + weight(then) + weight(otherwise)
        }
        Expression::Literal(_)
        | Expression::SizeOf(_)
        | Expression::AlignOf(_)
        | Expression::BiggestAlign => 1,
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

impl Evaluator<'_> {
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
                let width = ty.path().and_then(|path| integer(path.last()));
                Some(match (literal(&value), width) {
                    (Some(number), Some((bits, signed)))
                        if wrapped(number, bits, signed) != number =>
                    {
                        Expression::Literal(wrapped(number, bits, signed))
                    }
                    _ => value,
                })
            }
            ExKind::Block(items, value) => {
                let scope = self.names.enter_block(env.scope, items, "");
                self.value(value, &Env { scope, ..env.clone() })
            }
            ExKind::Steps(items, steps, value) => {
                let scope = self.names.enter_block(env.scope, items, "");
                let env = self.after(steps, Env { scope, ..env.clone() })?;
                self.value(value, &env)
            }
            ExKind::If(condition, then, otherwise) => {
                let condition = self.value(condition, env)?;
                match literal(&condition) {
                    Some(0) => self.value(otherwise, env),
                    Some(_) => self.value(then, env),
                    None => Some(Expression::Conditional(
                        Box::new(condition),
                        Box::new(self.value(then, env)?),
                        Box::new(self.value(otherwise, env)?),
                    )),
                }
            }
            ExKind::Match(chosen, arms) => {
                let chosen = self.number(chosen, env)?;
                for (patterns, value) in arms {
                    let mut takes = patterns.is_empty();
                    for pattern in patterns {
                        takes |= self.number(pattern, env)? == chosen;
                    }
                    if takes {
                        return self.value(value, env);
                    }
                }
                None
            }
            ExKind::Call(function, arguments) => self.called(function, arguments, env),
            ExKind::Method { receiver, name, generics, arguments } => {
                self.method(receiver, name, generics, arguments, env)
            }
            ExKind::Macro(call) if call.path.single() == Some("cfg") => {
                let condition: Condition = syn::parse_str(&call.text).ok()?;
                let krate = self.names.scope(env.scope).krate;
                let holds = condition.is_certain(self.names.build(krate))?;
                Some(Expression::Literal(i128::from(holds)))
            }
            ExKind::Macro(call) => {
                let inner = self.names.expand_expression(call, env.scope)?;
                self.value(&inner, env)
            }
            // A structure of one number, `Wrapper(5)`, is that number.
            ExKind::Field(base, name) if name == "0" => self.value(base, env),
            ExKind::Field(base, name) => {
                let (members, env) = self.structure(base, env)?;
                let (_, value) = members.iter().find(|(known, _)| known == name)?;
                self.value(value, &env)
            }
            ExKind::Index(list, index) => {
                let at = usize::try_from(self.number(index, env)?).ok()?;
                let (elements, env) = self.list(list, env)?;
                self.value(elements.get(at)?, &env)
            }
            _ => None,
        }
    }

    /// The members of the structure that an expression comes to, and where their names are looked up.
    fn structure(&mut self, ex: &Ex, env: &Env) -> Option<(Vec<(String, Ex)>, Env)> {
        self.spend()?;
        let env = &env.deeper()?;
        match &ex.kind {
            ExKind::Struct(_, members) => Some((members.clone(), env.clone())),
            ExKind::Path(path) => {
                if let Some(name) = path.single()
                    && let Some(bound) = env.bound(name)
                {
                    let Bound::Whole(whole) = bound.clone() else { return None };
                    let (ex, inner) = &*whole;
                    // Deeper than both, so that what holds itself comes to an end.
                    let depth = env.depth.max(inner.depth);
                    return self.structure(ex, &Env { depth, ..inner.clone() });
                }
                let (value, inner) = self.constant_of(path, env)?;
                self.structure(&value, &inner)
            }
            ExKind::Block(items, value) => {
                let scope = self.names.enter_block(env.scope, items, "");
                self.structure(value, &Env { scope, ..env.clone() })
            }
            ExKind::Steps(items, steps, value) => {
                let scope = self.names.enter_block(env.scope, items, "");
                let env = self.after(steps, Env { scope, ..env.clone() })?;
                self.structure(value, &env)
            }
            ExKind::Call(function, arguments) => {
                let ExKind::Path(path) = &function.kind else { return None };
                let Called::Function(scope, item) = self.callee(path, env)? else { return None };
                let Kind::Function(called) = &item.kind else { return None };
                let value = called.value.as_ref()?;
                let env = self.within(scope, called, arguments, path.arguments(), env)?;
                self.structure(value, &env)
            }
            ExKind::Method { receiver, name, generics, arguments } => {
                let (value, env) = self.own_method(receiver, name, generics, arguments, env)?;
                self.structure(&value, &env)
            }
            _ => None,
        }
    }

    /// The elements of the list that an expression is, and where their names are looked up.
    pub(crate) fn list(&mut self, ex: &Ex, env: &Env) -> Option<(Vec<Ex>, Env)> {
        let env = &env.deeper()?;
        match &ex.bare().kind {
            ExKind::List(elements) => Some((elements.clone(), env.clone())),
            ExKind::Path(path) => {
                let (value, inner) = self.constant_of(path, env)?;
                self.list(&value, &inner)
            }
            _ => None,
        }
    }

    /// The value of the constant that a path leads to, and where its names are looked up.
    fn constant_of(&mut self, path: &Path, env: &Env) -> Option<(Ex, Env)> {
        let names = env.names(path);
        let found = self.names.resolve(env.scope, &names, path.global, Names::Values)?;
        let Target::Item(scope, item) = found else { return None };
        let Kind::Constant(_, Some(value), _) = &item.kind else { return None };
        Some((value.clone(), env.step(scope, Vec::new())?.of_type_behind(path, env)))
    }

    /// The body of a method of the crate's own types that a constant may call, and what stands for what
    /// in it.
    pub(crate) fn own_method(
        &mut self,
        receiver: &Ex,
        name: &str,
        generics: &[Generic],
        arguments: &[Ex],
        env: &Env,
    ) -> Option<(Ex, Env)> {
        let krate = self.names.scope(env.scope).krate;
        let Method { scope, item, of } = self.method_named(krate, name)?;
        let Kind::Function(called) = &item.kind else { return None };
        let value = called.value.as_ref()?;
        called.parameters.first().filter(|first| *first == "self")?;
        let given: Vec<Ex> =
            std::iter::once(receiver.clone()).chain(arguments.iter().cloned()).collect();
        let inner = self.within(scope, called, &given, generics, env)?;
        Some((value.clone(), Env { own: Some(of), ..inner }))
    }

    /// Where statements lead to: their variables are bound to what they hold.
    fn after(&mut self, steps: &[Step], mut env: Env) -> Option<Env> {
        for Step { name, operator, value } in steps {
            let value = self.value(value, &env);
            let held = match (operator, value) {
                (None, value) => value,
                (Some(operator), Some(value)) => match env.bound(name)? {
                    Bound::Value(before) => binary(*operator, before.clone(), value),
                    Bound::Type(_) | Bound::Whole(_) | Bound::Unknown => None,
                },
                (Some(_), None) => None,
            };
            let held = held.map_or(Bound::Unknown, Bound::Value);
            // Nobody else has them any more behind the first statement.
            let bound = Rc::make_mut(&mut env.bound);
            match bound.iter_mut().find(|(known, _)| known == name) {
                Some((_, before)) => *before = held,
                None => bound.push((name.clone(), held)),
            }
        }
        Some(env)
    }

    /// A whole number that every ABI of the class agrees on.
    pub(crate) fn number(&mut self, ex: &Ex, env: &Env) -> Option<i128> {
        literal(&self.value(ex, env)?)
    }

    fn method(
        &mut self,
        receiver: &Ex,
        name: &str,
        generics: &[Generic],
        arguments: &[Ex],
        env: &Env,
    ) -> Option<Expression> {
        if let Some((value, inner)) = self.own_method(receiver, name, generics, arguments, env) {
            return self.value(&value, &inner);
        }
        if arguments.is_empty() {
            return match name {
                "into" | "try_into" | "unwrap" | "bits" | "cast_signed" | "cast_unsigned" => {
                    self.value(receiver, env)
                }
                "len" => match &receiver.kind {
                    ExKind::Text(length) => Some(Expression::Literal(*length as i128)),
                    ExKind::Array(length) => self.value(length, env),
                    ExKind::List(elements) => Some(Expression::Literal(elements.len() as i128)),
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
            "wrapping_shl" | "shl" => BinaryOperator::ShiftLeft,
            "bitor" => BinaryOperator::Or,
            _ => return None,
        };
        binary(operator, self.value(receiver, env)?, self.value(arguments.first()?, env)?)
    }

    /// How many elements a constant array has.
    fn length(&mut self, path: &Path, env: &Env) -> Option<Expression> {
        let found = self.names.resolve(env.scope, &path.names(), path.global, Names::Values)?;
        let Target::Item(scope, item) = found else { return None };
        let Kind::Constant(_, Some(value), _) = &item.kind else { return None };
        match &value.kind {
            ExKind::Array(length) => self.value(length, &env.step(scope, Vec::new())?),
            ExKind::List(elements) => Some(Expression::Literal(elements.len() as i128)),
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
                Bound::Type(_) | Bound::Whole(_) | Bound::Unknown => None,
            };
        }
        if let [of, name] = path.names().as_slice()
            && *of == "Self"
            && let Some((scope, item)) = self.own_constant(name, env)
        {
            return self.item_value(scope, &item, env);
        }
        match self.names.resolve(env.scope, &env.names(path), path.global, Names::Values) {
            Some(Target::Item(scope, item)) => {
                let env = env.clone().of_type_behind(path, env);
                self.item_value(scope, &item, &env)
            }
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
        let krate = self.names.scope(env.scope).krate;
        let blocks = self.names.krate(krate).implementations.get(this)?;
        blocks.iter().find_map(|(scope, block)| {
            let Kind::Implementation(block) = &block.kind else { return None };
            let constant = block.items.iter().find(|item| {
                item.name == name
                    && matches!(item.kind, Kind::Constant(..))
                    && self.names.hold(krate, &item.conditions)
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
        let krate = self.names.scope(scope).krate;
        let env = &env.step(scope, Vec::new())?;
        let mut steps = 0;
        for variant in found.variants.get(..=index)?.iter().rev() {
            if !self.names.hold(krate, &variant.conditions) {
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
        if let Some(measured) = self.measured(path, arguments, env) {
            return Some(measured);
        }
        if let Some(bytes) = self.of_bytes(path, arguments, env) {
            return Some(bytes);
        }
        if let ("from" | "new", [only]) = (path.last(), arguments)
            && path.before_last().is_some_and(|ty| integer(ty).is_some())
        {
            return self.value(only, env);
        }
        let (scope, item) = match self.callee(path, env) {
            Some(Called::Function(scope, item)) => (scope, item),
            Some(Called::Wrapper) => return self.value(arguments.first()?, env),
            None => return None,
        };
        let Kind::Function(called) = &item.kind else { return None };
        let value = called.value.as_ref()?;
        let env = self.within(scope, called, arguments, path.arguments(), env)?;
        self.value(value, &env)
    }

    /// What a function of `core::mem` says of a type.
    fn measured(&mut self, path: &Path, arguments: &[Ex], env: &Env) -> Option<Expression> {
        if let Some(ty) = path.type_argument().filter(|_| arguments.is_empty()) {
            let is_size = self.own_name(path, env) == "size_of";
            return is_size.then(|| Expression::SizeOf(self.ty(ty, env)));
        }
        match (path.last(), arguments) {
            ("size_of_val", [of]) => {
                let ExKind::Path(of) = &of.bare().kind else { return None };
                let names = env.names(of);
                let found = self.names.resolve(env.scope, &names, of.global, Names::Values)?;
                let Target::Item(scope, item) = found else { return None };
                let Kind::Constant(Some(ty), ..) = &item.kind else { return None };
                let inner = env.step(scope, Vec::new())?.of_type_behind(of, env);
                Some(Expression::SizeOf(self.ty(ty, &inner)))
            }
            _ => None,
        }
    }

    /// The name that a function has where it is defined: `use core::mem::size_of as s;`.
    fn own_name(&mut self, path: &Path, env: &Env) -> String {
        if let Some(name) = path.single()
            && let Some(Target::External(_, names)) =
                self.names.resolve(env.scope, &[name], path.global, Names::Values)
            && let Some(own) = names.last()
        {
            return own.clone();
        }
        path.last().to_owned()
    }

    /// `u32::from_be_bytes([0x80, 8, b'k', 1])`.
    fn of_bytes(&mut self, path: &Path, arguments: &[Ex], env: &Env) -> Option<Expression> {
        let is_big = match path.last() {
            "from_be_bytes" => true,
            "from_le_bytes" => false,
            "from_ne_bytes" => {
                let mut orders = self.abis.iter().map(|id| id.abi().byte_order);
                let first = orders.next()?;
                orders.all(|order| order == first).then_some(first == ByteOrder::Big)?
            }
            _ => return None,
        };
        let (bits, signed) = integer(path.before_last()?)?;
        let [bytes] = arguments else { return None };
        let (bytes, env) = self.list(bytes, env)?;
        if bytes.len() != bits as usize / 8 {
            return None;
        }
        let mut value = 0;
        for place in 0..bytes.len() {
            let byte = &bytes[if is_big { place } else { bytes.len() - 1 - place }];
            value = value << 8 | self.number(byte, &env)? & 0xff;
        }
        Some(Expression::Literal(wrapped(value, bits, signed)))
    }

    /// A function's body, with its parameters bound.
    pub(crate) fn within(
        &mut self,
        scope: ScopeId,
        called: &Function,
        arguments: &[Ex],
        generics: &[Generic],
        env: &Env,
    ) -> Option<Env> {
        self.spend()?;
        let mut bound = Vec::new();
        for (name, argument) in called.parameters.iter().zip(arguments) {
            let argument = match self.value(argument, env) {
                Some(value) => Bound::Value(value),
                None => Bound::Whole(Rc::new((argument.clone(), env.clone()))),
            };
            bound.push((name.clone(), argument));
        }
        for (parameter, generic) in called.generics.iter().zip(generics) {
            bound.push((parameter.name.clone(), self.generic(generic, env)));
        }
        let inner = env.step(scope, bound)?;
        let scope = self.names.enter_block(scope, &called.items, "");
        Some(Env { scope, ..inner })
    }

    /// What is called: a function of the source, or a structure around one value.
    pub(crate) fn callee(&mut self, path: &Path, env: &Env) -> Option<Called> {
        let found = match path.names().as_slice() {
            ["Self"] => return Some(Called::Wrapper),
            ["Self", name] => {
                let krate = self.names.scope(env.scope).krate;
                let Method { scope, item, .. } = self.method_named(krate, name)?;
                return Some(Called::Function(scope, item));
            }
            names => {
                self.names.resolve(env.scope, names, path.global, Names::Values).or_else(|| {
                    // A structure's name is looked up as a type.
                    self.names.resolve(env.scope, names, path.global, Names::Types)
                })?
            }
        };
        let Target::Item(scope, item) = found else { return None };
        match &item.kind {
            Kind::Function(_) => Some(Called::Function(scope, item)),
            Kind::Data(data) if data.fields.iter().any(|field| field.name == "0") => {
                Some(Called::Wrapper)
            }
            _ => None,
        }
    }

    /// The function of that name that a crate's types have and that comes to a number, if there is one
    /// only.
    pub(crate) fn method_named(&self, krate: CrateId, name: &str) -> Option<Method> {
        let known = self.names.krate(krate).methods.get(name)?;
        let comes_to_number = |method: &&Method| matches!(&method.item.kind, Kind::Function(function) if function.value.is_some());
        let mut known = known.iter().filter(comes_to_number);
        let first = known.next()?;
        if known.next().is_some() { None } else { Some(first.clone()) }
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
            self.names.resolve(env.scope, &path.names(), path.global, Names::Values),
            Some(Target::Item(..))
        )
    }
}

/// `u8::MAX` and `u8::BITS`.
fn limit(path: &Path) -> Option<Expression> {
    let (bits, signed) = integer(path.before_last()?)?;
    let value_bits = if signed { bits - 1 } else { bits };
    Some(Expression::Literal(match path.last() {
        "MAX" => (1 << value_bits) - 1,
        "MIN" if signed => -(1 << value_bits),
        "MIN" => 0,
        "BITS" => i128::from(bits),
        _ => return None,
    }))
}
