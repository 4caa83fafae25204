//! A small `macro_rules!`: matches what a macro is given with its arms, and writes out the body of
//! the first that takes it.

use std::collections::HashMap;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser as _};

use super::nesting::is_too_deep;

/// The arms of a macro.
#[derive(Debug)]
pub(crate) struct Rules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    pattern: Vec<Matcher>,
    body: Vec<TokenTree>,
}

#[derive(Debug)]
enum Matcher {
    Token(TokenTree),
    Group(Delimiter, Vec<Matcher>),
    Fragment(String, String),
    Repetition { inner: Vec<Matcher>, separator: Option<TokenTree>, sign: char },
}

/// What the fragments of a pattern were matched with.
#[derive(Debug, Clone)]
enum Match {
    One(TokenStream),
    Many(Vec<Bindings>),
}

type Bindings = HashMap<String, Match>;

/// No expansion that defines commands has more tokens.
const MOST_TOKENS: usize = 200_000;

/// Fragments are looked for in so many tokens.
const FRAGMENT_TOKENS: usize = 400;

/// Reads the arms of a macro.
pub(crate) fn parse(text: &str) -> Option<Rules> {
    let tokens: TokenStream = text.parse().ok()?;
    if is_too_deep(&tokens) {
        return None;
    }
    let mut rules = Vec::new();
    let mut tokens = without_places(tokens).into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(pattern) => {
                let body = tokens.by_ref().find_map(|token| match token {
                    TokenTree::Group(body) => Some(body),
                    _ => None,
                })?;
                rules.push(Rule {
                    pattern: matchers(&pattern.stream().into_iter().collect::<Vec<_>>())?,
                    body: body.stream().into_iter().collect(),
                });
            }
            TokenTree::Punct(punct) if punct.as_char() == ';' => {}
            _ => return None,
        }
    }
    Some(Rules(rules))
}

/// The tokens, without where they are from: that is forgotten when the next file is read.
pub(crate) fn without_places(tokens: TokenStream) -> TokenStream {
    let nowhere = |mut token: TokenTree| {
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), without_places(group.stream())).into();
        }
        token.set_span(Span::call_site());
        token
    };
    tokens.into_iter().map(nowhere).collect()
}

fn is_punct(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

fn matchers(tokens: &[TokenTree]) -> Option<Vec<Matcher>> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if !is_punct(tokens.get(at), '$') {
            out.push(match &tokens[at] {
                TokenTree::Group(group) => Matcher::Group(
                    group.delimiter(),
                    matchers(&group.stream().into_iter().collect::<Vec<_>>())?,
                ),
                other => Matcher::Token(other.clone()),
            });
            at += 1;
            continue;
        }
        match tokens.get(at + 1)? {
            TokenTree::Ident(name) if is_punct(tokens.get(at + 2), ':') => {
                let TokenTree::Ident(kind) = tokens.get(at + 3)? else { return None };
                out.push(Matcher::Fragment(name.to_string(), kind.to_string()));
                at += 4;
            }
            TokenTree::Group(group) => {
                let inner = matchers(&group.stream().into_iter().collect::<Vec<_>>())?;
                let (separator, sign, next) = repetition(tokens, at + 2)?;
                out.push(Matcher::Repetition { inner, separator, sign });
                at = next;
            }
            _ => return None,
        }
    }
    Some(out)
}

/// What stands behind `$(…)`: the separator, the sign, and where it ends.
fn repetition(tokens: &[TokenTree], at: usize) -> Option<(Option<TokenTree>, char, usize)> {
    let sign = |token: &TokenTree| match token {
        TokenTree::Punct(punct) if matches!(punct.as_char(), '*' | '+' | '?') => {
            Some(punct.as_char())
        }
        _ => None,
    };
    let first = tokens.get(at)?;
    if let Some(sign) = sign(first) {
        return Some((None, sign, at + 1));
    }
    Some((Some(first.clone()), sign(tokens.get(at + 1)?)?, at + 2))
}

/// What a macro yields for these tokens; `None` where no arm takes them.
pub(crate) fn expand(rules: &Rules, input: &[TokenTree]) -> Option<TokenStream> {
    rules.0.iter().find_map(|rule| {
        let mut bindings = Bindings::new();
        let end = match_all(&rule.pattern, input, &mut bindings)?;
        if end != input.len() {
            return None;
        }
        let mut out = Vec::new();
        transcribe(&rule.body, &bindings, &mut out)?;
        Some(out.into_iter().collect())
    })
}

/// Matches a pattern with the beginning of the tokens: how many it took.
fn match_all(pattern: &[Matcher], input: &[TokenTree], bindings: &mut Bindings) -> Option<usize> {
    let mut at = 0;
    for (index, matcher) in pattern.iter().enumerate() {
        match matcher {
            Matcher::Token(token) => {
                if !same(token, input.get(at)?) {
                    return None;
                }
                at += 1;
            }
            Matcher::Group(delimiter, inner) => {
                let TokenTree::Group(group) = input.get(at)? else { return None };
                let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
                if group.delimiter() != *delimiter
                    || match_all(inner, &tokens, bindings)? != tokens.len()
                {
                    return None;
                }
                at += 1;
            }
            Matcher::Fragment(name, kind) => {
                let (tokens, taken) = fragment(kind, &input[at..])?;
                bindings.insert(name.clone(), Match::One(tokens));
                at += taken;
            }
            Matcher::Repetition { inner, separator, sign } => {
                at += match_many(
                    inner,
                    separator.as_ref(),
                    *sign,
                    &pattern[index + 1..],
                    &input[at..],
                    bindings,
                )?;
            }
        }
    }
    Some(at)
}

fn match_many(
    inner: &[Matcher],
    separator: Option<&TokenTree>,
    sign: char,
    rest: &[Matcher],
    input: &[TokenTree],
    bindings: &mut Bindings,
) -> Option<usize> {
    let mut rounds = Vec::new();
    let mut at = 0;
    while at < input.len() && !(sign == '?' && rounds.len() == 1) {
        let mut start = at;
        if !rounds.is_empty()
            && let Some(separator) = separator
        {
            if !same(separator, &input[at]) {
                break;
            }
            start += 1;
        }
        // A word that the pattern goes on with ends the repetition.
        if let Some(Matcher::Token(next)) = rest.first()
            && !matches!(inner.first(), Some(Matcher::Token(_)))
            && separator.is_none()
            && same(next, &input[at])
        {
            break;
        }
        let mut round = Bindings::new();
        match match_all(inner, &input[start..], &mut round) {
            Some(taken) if taken > 0 => {
                rounds.push(round);
                at = start + taken;
            }
            _ => break,
        }
    }
    if sign == '+' && rounds.is_empty() {
        return None;
    }
    for name in names(inner) {
        let of_name = rounds.iter().map(|round| {
            round.get(&name).map(|found| Bindings::from([(name.clone(), found.clone())]))
        });
        let of_name: Vec<Bindings> = of_name.flatten().collect();
        bindings.insert(name, Match::Many(of_name));
    }
    Some(at)
}

fn names(pattern: &[Matcher]) -> Vec<String> {
    let mut out = Vec::new();
    for matcher in pattern {
        match matcher {
            Matcher::Fragment(name, _) => out.push(name.clone()),
            Matcher::Group(_, inner) | Matcher::Repetition { inner, .. } => {
                out.extend(names(inner));
            }
            Matcher::Token(_) => {}
        }
    }
    out
}

fn same(a: &TokenTree, b: &TokenTree) -> bool {
    match (a, b) {
        (TokenTree::Ident(a), TokenTree::Ident(b)) => a == b,
        (TokenTree::Punct(a), TokenTree::Punct(b)) => a.as_char() == b.as_char(),
        (TokenTree::Literal(a), TokenTree::Literal(b)) => a.to_string() == b.to_string(),
        _ => false,
    }
}

/// Takes a fragment from the beginning of the tokens: what stands for it, and how many it took.
fn fragment(kind: &str, input: &[TokenTree]) -> Option<(TokenStream, usize)> {
    let one = |token: &TokenTree| (TokenStream::from(token.clone()), 1);
    match kind {
        "ident" => match input.first()? {
            token @ TokenTree::Ident(_) => Some(one(token)),
            _ => None,
        },
        "tt" => input.first().map(one),
        "lifetime" => {
            if !is_punct(input.first(), '\'') {
                return None;
            }
            Some((input.get(..2)?.iter().cloned().collect(), 2))
        }
        "literal" => {
            let taken = usize::from(is_punct(input.first(), '-')) + 1;
            let tokens: TokenStream = input.get(..taken)?.iter().cloned().collect();
            let is_bool = matches!(input.first(), Some(TokenTree::Ident(ident)) if ident == "true" || ident == "false");
            (is_bool || matches!(input.get(taken - 1), Some(TokenTree::Literal(_))))
                .then_some((tokens, taken))
        }
        "expr" | "expr_2021" => {
            let (tokens, taken) = parsed::<syn::Expr>(input, &[',', ';'])?;
            // What it stands in must not come between its operands.
            let wrapped = TokenTree::Group(Group::new(Delimiter::Parenthesis, tokens.clone()));
            Some((if taken > 1 { wrapped.into() } else { tokens }, taken))
        }
        "ty" => parsed::<syn::Type>(input, &[';']),
        "path" => parsed::<syn::Path>(input, &[';']),
        "vis" => parsed::<syn::Visibility>(input, &[';']),
        "block" => parsed::<syn::Block>(input, &[]),
        "item" => parsed::<syn::Item>(input, &[]),
        "meta" => parsed::<syn::Meta>(input, &[]),
        "stmt" => parsed::<syn::Stmt>(input, &[';']),
        "pat" | "pat_param" => {
            let end = input.iter().position(|token| matches!(token, TokenTree::Punct(punct) if matches!(punct.as_char(), ',' | '=')));
            let end = end.unwrap_or(input.len());
            (end > 0).then(|| (input[..end].iter().cloned().collect(), end))
        }
        _ => None,
    }
}

/// Parses a fragment that ends before one of the signs at the latest.
fn parsed<T: syn::parse::Parse>(
    input: &[TokenTree],
    ends: &[char],
) -> Option<(TokenStream, usize)> {
    let is_end = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if ends.contains(&punct.as_char()));
    let end = input.iter().take(FRAGMENT_TOKENS).position(is_end);
    let end = end.unwrap_or(input.len().min(FRAGMENT_TOKENS));
    let tokens: TokenStream = input[..end].iter().cloned().collect();
    let rest = |stream: ParseStream<'_>| {
        stream.parse::<T>()?;
        stream.parse::<TokenStream>()
    };
    let rest = rest.parse2(tokens).ok()?.into_iter().count();
    let taken = end.checked_sub(rest)?;
    Some((input[..taken].iter().cloned().collect(), taken))
}

fn transcribe(body: &[TokenTree], bindings: &Bindings, out: &mut Vec<TokenTree>) -> Option<()> {
    let mut at = 0;
    while at < body.len() {
        if out.len() > MOST_TOKENS {
            return None;
        }
        match (&body[at], body.get(at + 1)) {
            (TokenTree::Punct(sign), Some(TokenTree::Ident(name))) if sign.as_char() == '$' => {
                if name == "crate" {
                    out.push(TokenTree::Ident(Ident::new("crate", Span::call_site())));
                } else {
                    match bindings.get(&name.to_string()) {
                        Some(Match::One(tokens)) => out.extend(tokens.clone()),
                        Some(Match::Many(_)) => return None,
                        // Of a macro that this one defines.
                        None => out.extend([body[at].clone(), body[at + 1].clone()]),
                    }
                }
                at += 2;
            }
            (TokenTree::Punct(sign), Some(TokenTree::Group(group))) if sign.as_char() == '$' => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                let (separator, _, next) = repetition(body, at + 2)?;
                let rounds = rounds(&inner, bindings)?;
                for (index, round) in rounds.iter().enumerate() {
                    if index > 0 {
                        out.extend(separator.clone());
                    }
                    transcribe(&inner, round, out)?;
                }
                at = next;
            }
            (TokenTree::Group(group), _) => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                let mut inner_out = Vec::new();
                transcribe(&inner, bindings, &mut inner_out)?;
                let stream = inner_out.into_iter().collect();
                out.push(TokenTree::Group(Group::new(group.delimiter(), stream)));
                at += 1;
            }
            (token, _) => {
                out.push(token.clone());
                at += 1;
            }
        }
    }
    Some(())
}

/// What a repetition's names stand for in each round.
fn rounds(inner: &[TokenTree], bindings: &Bindings) -> Option<Vec<Bindings>> {
    let mut used = Vec::new();
    variables(inner, &mut used);
    let count = used.iter().filter_map(|name| match bindings.get(name) {
        Some(Match::Many(rounds)) => Some(rounds.len()),
        _ => None,
    });
    let mut out = Vec::new();
    for index in 0..count.max()? {
        let mut round = Bindings::new();
        for name in &used {
            match bindings.get(name) {
                Some(Match::Many(rounds)) => {
                    round.extend(rounds.get(index).cloned().into_iter().flatten());
                }
                Some(one) => drop(round.insert(name.clone(), one.clone())),
                None => {}
            }
        }
        out.push(round);
    }
    Some(out)
}

fn variables(tokens: &[TokenTree], out: &mut Vec<String>) {
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                variables(&group.stream().into_iter().collect::<Vec<_>>(), out);
            }
            TokenTree::Ident(name) if index > 0 && is_punct(tokens.get(index - 1), '$') => {
                out.push(name.to_string());
            }
            _ => {}
        }
    }
}
