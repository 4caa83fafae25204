//! Which command a request is.

use ioctlkit_model::abi::{Abi, AbiSet, Direction, Scalar};
use ioctlkit_model::kernel_copies;

use crate::expand::expanded;
use crate::expression::{is_cast, spelled_type};
use crate::scope::Scope;
use crate::token::{Kind, Token, behind, is_at, split};
use crate::types::Type;

/// A request that was worked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Request<'t> {
    /// What a parameter of the function says.
    Parameter(usize),
    /// A command under that name.
    Command(NamedCommand<'t>),
}

/// A command as a program names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedCommand<'t> {
    /// The name, or the number as it is spelled.
    pub(crate) name: String,
    /// Its number on x86-64, where the program says it.
    pub(crate) number: Option<u32>,
    /// Whether the size of the argument is known to be the one in the number.
    pub(crate) is_size_known: bool,
    /// What the program's own definition says of the argument.
    pub(crate) declared: Option<(Direction, Type<'t>)>,
}

/// Why a request is not known, as half a sentence.
pub(crate) type Unknown = String;

/// How many macros may stand for each other.
const DEEPEST: usize = 24;

/// Takes casts and parentheses off.
pub(crate) fn bare<'a, 't>(scope: &Scope<'_, 't>, tokens: &'a [Token<'t>]) -> &'a [Token<'t>] {
    let mut tokens = tokens;
    for _ in 0..DEEPEST {
        if !tokens.first().is_some_and(|first| first.is("(")) {
            return tokens;
        }
        let close = behind(tokens, 0);
        if close == tokens.len() && close > 2 {
            tokens = &tokens[1..close - 1];
        } else if close < tokens.len() && is_cast(scope, tokens, 0) {
            tokens = &tokens[close..];
        } else {
            return tokens;
        }
    }
    tokens
}

/// The commands that a request may be.
///
/// # Errors
/// Why it is not known.
pub(crate) fn requests<'t>(
    scope: &Scope<'_, 't>,
    tokens: &[Token<'t>],
    depth: usize,
) -> Result<Vec<Request<'t>>, Unknown> {
    let tokens = bare(scope, tokens);
    if depth > DEEPEST || !scope.step() {
        return Err("its request is too long a chain of macros".into());
    }
    if let Some(question) = outside_of_brackets(tokens, "?")
        && let Some(colon) = outside_of_brackets(&tokens[question..], ":")
    {
        let mut both = requests(scope, &tokens[question + 1..question + colon], depth + 1)?;
        both.extend(requests(scope, &tokens[question + colon + 1..], depth + 1)?);
        return Ok(both);
    }
    let [name, rest @ ..] = tokens else { return Err("its request is empty".into()) };
    if name.kind == Kind::Number && rest.is_empty() {
        let number = number(name.text).ok_or("its request is no number")?;
        return Ok(vec![plain(name.text.to_owned(), number as u32)]);
    }
    if name.is_name() && rest.is_empty() {
        return named(scope, name, depth);
    }
    if name.is_name() && is_at(tokens, 1, "(") && behind(tokens, 1) == tokens.len() {
        return called(scope, name, tokens, depth);
    }
    match value(scope, tokens, 0) {
        Some(number) => Ok(vec![plain(text(tokens), number as u32)]),
        None => Err(format!("`{}` is no constant", text(tokens))),
    }
}

fn plain<'t>(name: String, number: u32) -> Request<'t> {
    Request::Command(NamedCommand {
        name,
        number: Some(number),
        is_size_known: true,
        declared: None,
    })
}

/// The text of tokens, with a blank where names would run together.
pub(crate) fn text(tokens: &[Token<'_>]) -> String {
    let mut text = String::new();
    for token in tokens.iter().take(40) {
        let is_word = |last: char| last.is_alphanumeric() || last == '_';
        if text.ends_with(|last| is_word(last) || last == ',') && token.text.starts_with(is_word) {
            text.push(' ');
        }
        text.push_str(token.text);
    }
    text
}

fn outside_of_brackets(tokens: &[Token<'_>], sign: &str) -> Option<usize> {
    let mut depth = 0_usize;
    tokens.iter().position(|token| {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token.is(sign)
    })
}

fn named<'t>(
    scope: &Scope<'_, 't>,
    name: &Token<'t>,
    depth: usize,
) -> Result<Vec<Request<'t>>, Unknown> {
    if let Some(local) = scope.local(name.text) {
        return match local.parameter {
            Some(place) => Ok(vec![Request::Parameter(place)]),
            None => Err(format!("`{}` is a variable", name.text)),
        };
    }
    let own = scope.macro_of(name.text).filter(|it| it.parameters.is_none() && !it.body.is_empty());
    let is_known = kernel_copies::is_known(name.text);
    let Some(own) = own else {
        if is_known || is_shouted(name.text) {
            return Ok(vec![Request::Command(NamedCommand {
                name: name.text.to_owned(),
                number: None,
                is_size_known: false,
                declared: None,
            })]);
        }
        return Err(format!("`{}` is no constant", name.text));
    };
    let mut commands = requests(scope, &own.body, depth + 1);
    if let Ok(commands) = &mut commands {
        for request in commands {
            let Request::Command(command) = request else { continue };
            // Its own name says more than what it stands for, unless that is a name, too.
            let is_alias = own.body.len() == 1 && own.body[0].is_name();
            if is_known || !is_alias {
                name.text.clone_into(&mut command.name);
            }
        }
    } else if is_known {
        return Ok(vec![Request::Command(NamedCommand {
            name: name.text.to_owned(),
            number: None,
            is_size_known: false,
            declared: None,
        })]);
    }
    commands
}

/// Whether a name looks like a macro's.
pub(crate) fn is_shouted(name: &str) -> bool {
    name.bytes().any(|byte| byte.is_ascii_uppercase())
        && !name.bytes().any(|byte| byte.is_ascii_lowercase())
}

fn called<'t>(
    scope: &Scope<'_, 't>,
    name: &Token<'t>,
    tokens: &[Token<'t>],
    depth: usize,
) -> Result<Vec<Request<'t>>, Unknown> {
    let given = &tokens[2..tokens.len() - 1];
    if let Some(command) = encoded(scope, name.text, given) {
        return Ok(vec![Request::Command(NamedCommand { name: text(tokens), ..command })]);
    }
    let own = scope.macro_of(name.text).filter(|it| it.parameters.is_some());
    if let Some(expansion) = own.and_then(|it| expanded(it, given)) {
        let mut commands = requests(scope, &expansion, depth + 1)?;
        for request in &mut commands {
            if let Request::Command(command) = request {
                command.name = text(tokens);
            }
        }
        return Ok(commands);
    }
    if is_shouted(name.text) {
        // A command of any length: `EVIOCGNAME(len)`.
        return Ok(vec![Request::Command(NamedCommand {
            name: name.text.to_owned(),
            number: None,
            is_size_known: false,
            declared: None,
        })]);
    }
    Err(format!("`{}()` returns its request", name.text))
}

/// What `_IOR(…)` and its like say.
fn encoded<'t>(scope: &Scope<'_, 't>, name: &str, given: &[Token<'t>]) -> Option<NamedCommand<'t>> {
    let pieces = split(given);
    let direction = match name {
        "_IO" => Direction::None,
        "_IOR" | "_IOR_BAD" => Direction::Read,
        "_IOW" | "_IOW_BAD" => Direction::Write,
        "_IOWR" | "_IOWR_BAD" => Direction::ReadWrite,
        _ => return None,
    };
    let letter = value(scope, pieces.first()?, 0)?;
    let nr = value(scope, pieces.get(1)?, 0)?;
    let (size, declared) = match pieces.get(2) {
        Some(ty) if direction != Direction::None => {
            let ty = spelled_type(ty);
            (size_of(scope, &ty), Some((direction, ty)))
        }
        _ => (Some(0), None),
    };
    let bits = match direction {
        Direction::None => 0,
        Direction::Write => 1,
        Direction::Read => 2,
        Direction::ReadWrite => 3,
    };
    let low = (bits << 30) | ((letter as u32 & 0xff) << 8) | (nr as u32 & 0xff);
    let number = low | (size.unwrap_or(0) as u32 & 0x3fff) << 16;
    Some(NamedCommand {
        name: String::new(),
        number: Some(number),
        is_size_known: size.is_some(),
        declared,
    })
}

/// The size of a type on x86-64, where it is a fundamental one or a pointer.
fn size_of<'t>(scope: &Scope<'_, 't>, ty: &Type<'t>) -> Option<u64> {
    use ioctlkit_model::{ProgramKind, ProgramType};
    let abi = AbiSet::of(Abi::is_64_bit).first()?.abi();
    let ProgramType { kind, .. } = ty.to_model(scope);
    match kind {
        ProgramKind::Scalar(scalar) | ProgramKind::Varying(scalar) => abi.size_of(scalar),
        ProgramKind::Pointer(_) => abi.size_of(Scalar::Pointer),
        _ => None,
    }
}

fn number(text: &str) -> Option<u64> {
    let text = text.trim_end_matches(['u', 'U', 'l', 'L']).replace('\'', "");
    let lower = text.to_ascii_lowercase();
    match lower.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None if lower.len() > 1 && lower.starts_with('0') => {
            u64::from_str_radix(&lower[1..], 8).ok()
        }
        None => lower.parse().ok(),
    }
}

/// What an expression of constants comes to.
fn value<'t>(scope: &Scope<'_, 't>, tokens: &[Token<'t>], depth: usize) -> Option<u64> {
    if depth > DEEPEST || !scope.step() {
        return None;
    }
    // The operators that bind least come first.
    for operators in [&["|"][..], &["^"], &["&"], &["<<", ">>"], &["+", "-"], &["*"]] {
        if let Some(place) = last_outside(tokens, operators) {
            let left = value(scope, &tokens[..place], depth + 1)?;
            let right = value(scope, &tokens[place + 1..], depth + 1)?;
            return match tokens[place].text {
                "|" => Some(left | right),
                "^" => Some(left ^ right),
                "&" => Some(left & right),
                "<<" => left.checked_shl(u32::try_from(right).ok()?),
                ">>" => left.checked_shr(u32::try_from(right).ok()?),
                "+" => Some(left.wrapping_add(right)),
                "-" => Some(left.wrapping_sub(right)),
                _ => Some(left.wrapping_mul(right)),
            };
        }
    }
    let bare = bare(scope, tokens);
    if bare.len() < tokens.len() {
        return value(scope, bare, depth + 1);
    }
    match tokens {
        [one] if one.kind == Kind::Number => number(one.text),
        [one] if one.kind == Kind::Quoted => {
            let mut characters = one.text.strip_prefix('\'')?.chars();
            characters.next().filter(|first| *first != '\\').map(u64::from)
        }
        [one] if one.is_name() => {
            let made = scope.macro_of(one.text).filter(|made| made.parameters.is_none())?;
            value(scope, &made.body, depth + 1)
        }
        [name, open, ..] if name.is_name() && open.is("(") && behind(tokens, 1) == tokens.len() => {
            let given = &tokens[2..tokens.len() - 1];
            if let Some(command) = encoded(scope, name.text, given) {
                return command.is_size_known.then_some(u64::from(command.number?));
            }
            if name.text == "sizeof" {
                return size_of(scope, &spelled_type(given));
            }
            let made = scope.macro_of(name.text).filter(|made| made.parameters.is_some())?;
            value(scope, &expanded(made, given)?, depth + 1)
        }
        _ => None,
    }
}

fn last_outside(tokens: &[Token<'_>], operators: &[&str]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut found = None;
    for (place, token) in tokens.iter().enumerate() {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        let is_operator = token.kind == Kind::Sign && operators.contains(&token.text);
        // One in front of an operand has no operand before it.
        let has_left = place > 0
            && (tokens[place - 1].kind != Kind::Sign
                || matches!(tokens[place - 1].text, ")" | "]"));
        if depth == 0 && is_operator && has_left {
            found = Some(place);
        }
    }
    found
}
