//! Spells a parsed function with all its parentheses, so that tests can compare text.
#![allow(dead_code, reason = "each test uses its part")]
use ioctlkit_handlers::ast::{
    Binary, Declaration, Designator, Expression, ExpressionKind, Function, Item, Statement,
    StatementKind, Text, TypeName, Unary, Unit,
};

pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl Shown<'_> {
    pub(crate) fn text(&self, at: Text) -> &str {
        &self.0[at.start as usize..at.end as usize]
    }

    pub(crate) fn function<'u>(&self, unit: &'u Unit, name: &str) -> &'u Function {
        let found = unit.functions.iter().find(|function| self.text(function.name) == name);
        found.unwrap_or_else(|| panic!("no function {name} in {:?}", unit.not_understood))
    }

    pub(crate) fn body(&self, function: &Function) -> String {
        self.statements(&function.body)
    }

    pub(crate) fn parameters(&self, function: &Function) -> String {
        let shown = |it: &ioctlkit_handlers::ast::Parameter| {
            format!("{} {}", self.ty(it.ty), it.name.map_or("-", |name| self.text(name)))
        };
        function.parameters.iter().map(shown).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn ty(&self, ty: TypeName) -> String {
        let user = if ty.is_user { " __user" } else { "" };
        let array = if ty.is_array { "[]" } else { "" };
        let function = if ty.is_function { "()" } else { "" };
        format!("{}{user}{}{array}{function}", self.text(ty.base), "*".repeat(ty.pointers.into()))
    }

    fn statements(&self, list: &[Statement]) -> String {
        list.iter().map(|it| self.statement(it)).collect::<Vec<_>>().join(" ")
    }

    fn declaration(&self, it: &Declaration) -> String {
        let storage = if it.is_static { "static " } else { "" };
        let value =
            it.value.as_ref().map_or(String::new(), |it| format!(" = {}", self.expression(it)));
        format!("{storage}{} {}{value}", self.ty(it.ty), self.text(it.name))
    }

    fn statement(&self, it: &Statement) -> String {
        let optional =
            |it: &Option<Expression>| it.as_ref().map_or(String::new(), |it| self.expression(it));
        match &it.kind {
            StatementKind::Expression(value) => format!("{};", self.expression(value)),
            StatementKind::Declare(list) => list
                .iter()
                .map(|it| format!("{};", self.declaration(it)))
                .collect::<Vec<_>>()
                .join(" "),
            StatementKind::Block(list) => format!("{{ {} }}", self.statements(list)),
            StatementKind::If { condition, then, otherwise } => {
                let otherwise = otherwise
                    .as_ref()
                    .map_or(String::new(), |it| format!(" else {}", self.statement(it)));
                format!("if {} {}{otherwise}", self.expression(condition), self.statement(then))
            }
            StatementKind::Switch { on, body } => {
                format!("switch {} {}", self.expression(on), self.statement(body))
            }
            StatementKind::Case { from, to: None } => format!("case {}:", self.expression(from)),
            StatementKind::Case { from, to: Some(to) } => {
                format!("case {}...{}:", self.expression(from), self.expression(to))
            }
            StatementKind::Default => "default:".to_owned(),
            StatementKind::While { condition, body } => {
                format!("while {} {}", self.expression(condition), self.statement(body))
            }
            StatementKind::DoWhile { body, condition } => {
                format!("do {} while {};", self.statement(body), self.expression(condition))
            }
            StatementKind::For { start, condition, step, body } => {
                let start = start.as_ref().map_or(";".to_owned(), |it| self.statement(it));
                format!(
                    "for {start} {}; {} {}",
                    optional(condition),
                    optional(step),
                    self.statement(body)
                )
            }
            StatementKind::Return(value) => format!("return {};", optional(value)),
            StatementKind::Goto(label) => format!("goto {};", self.text(*label)),
            StatementKind::Label(label) => format!("{}:", self.text(*label)),
            StatementKind::Break => "break;".to_owned(),
            StatementKind::Continue => "continue;".to_owned(),
            StatementKind::Unknown => "?;".to_owned(),
        }
    }

    fn list(&self, list: &[Expression]) -> String {
        list.iter().map(|it| self.expression(it)).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn expression(&self, it: &Expression) -> String {
        match &it.kind {
            ExpressionKind::Name | ExpressionKind::Number | ExpressionKind::String => {
                self.text(it.at).to_owned()
            }
            ExpressionKind::Call { function, arguments } => {
                format!("{}({})", self.expression(function), self.list(arguments))
            }
            ExpressionKind::Member { of, name, is_arrow } => {
                format!(
                    "{}{}{}",
                    self.expression(of),
                    if *is_arrow { "->" } else { "." },
                    self.text(*name)
                )
            }
            ExpressionKind::Index { of, index } => {
                format!("{}[{}]", self.expression(of), self.expression(index))
            }
            ExpressionKind::Unary { operator, operand } => {
                let sign = match operator {
                    Unary::Not => "!",
                    Unary::Minus => "-",
                    Unary::Complement => "~",
                };
                format!("({sign}{})", self.expression(operand))
            }
            ExpressionKind::AddressOf(operand) => format!("(&{})", self.expression(operand)),
            ExpressionKind::Dereference(operand) => format!("(*{})", self.expression(operand)),
            ExpressionKind::Binary { operator, left, right } => {
                format!(
                    "({} {} {})",
                    self.expression(left),
                    spelled(*operator),
                    self.expression(right)
                )
            }
            ExpressionKind::Assign { operator, target, value } => {
                let operator = operator.map_or("", spelled);
                format!("({} {operator}= {})", self.expression(target), self.expression(value))
            }
            ExpressionKind::Step(operand) => format!("(step {})", self.expression(operand)),
            ExpressionKind::Conditional { condition, then, otherwise } => {
                let then = then.as_ref().map_or(String::new(), |it| self.expression(it));
                format!(
                    "({} ? {then} : {})",
                    self.expression(condition),
                    self.expression(otherwise)
                )
            }
            ExpressionKind::Cast { ty, value } => {
                format!("(<{}>{})", self.ty(*ty), self.expression(value))
            }
            ExpressionKind::SizeOfType(ty) => format!("sizeof<{}>", self.ty(*ty)),
            ExpressionKind::SizeOf(value) => format!("sizeof({})", self.expression(value)),
            ExpressionKind::Type(ty) => format!("<{}>", self.ty(*ty)),
            ExpressionKind::Comma(list) => format!("({})", self.list(list)),
            ExpressionKind::Initialiser(items) => {
                format!(
                    "{{{}}}",
                    items.iter().map(|it| self.item(it)).collect::<Vec<_>>().join(", ")
                )
            }
            ExpressionKind::Block(list) => format!("({{ {} }})", self.statements(list)),
            ExpressionKind::Operator | ExpressionKind::Unknown => "?".to_owned(),
        }
    }

    fn item(&self, it: &Item) -> String {
        let value = self.expression(&it.value);
        match &it.designator {
            Some(Designator::Member(name)) => format!(".{} = {value}", self.text(*name)),
            Some(Designator::Index(index)) => format!("[{}] = {value}", self.expression(index)),
            None => value,
        }
    }
}

fn spelled(operator: Binary) -> &'static str {
    match operator {
        Binary::Add => "+",
        Binary::Subtract => "-",
        Binary::Multiply => "*",
        Binary::Divide => "/",
        Binary::Remainder => "%",
        Binary::ShiftLeft => "<<",
        Binary::ShiftRight => ">>",
        Binary::And => "&",
        Binary::Or => "|",
        Binary::Xor => "^",
        Binary::Equal => "==",
        Binary::NotEqual => "!=",
        Binary::Less => "<",
        Binary::LessOrEqual => "<=",
        Binary::Greater => ">",
        Binary::GreaterOrEqual => ">=",
        Binary::Both => "&&",
        Binary::Either => "||",
    }
}
