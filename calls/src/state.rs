//! Whether a variable has a value where a call is, as far as its mentions in front of that say it.

use std::collections::BTreeSet;

use ioctlkit_model::ProgramState;

use crate::token::{Token, is_at};

/// Whether a structure that is named at these places has a value: where only members are named, these have.
pub(crate) fn state_of_structure(
    tokens: &[Token<'_>],
    places: impl Iterator<Item = usize>,
) -> ProgramState {
    let mut members = BTreeSet::new();
    for place in places {
        let is_other = place > 0 && [".", "->"].iter().any(|sign| tokens[place - 1].is(sign));
        match tokens.get(place + 2) {
            _ if is_other => {}
            Some(member) if is_at(tokens, place + 1, ".") && member.is_name() => {
                members.insert(member.text.to_owned());
            }
            _ => return ProgramState::Set,
        }
    }
    if members.is_empty() { ProgramState::Unset } else { ProgramState::Members(members) }
}

/// Whether the mention of a variable may give it a value.
pub(crate) fn may_set(tokens: &[Token<'_>], place: usize, is_cpp: bool) -> bool {
    let before = place.checked_sub(1).map(|before| tokens[before]);
    let is_before = |text: &str| before.is_some_and(|token| token.is(text));
    if is_before(".") || is_before("->") {
        return false;
    }
    let assigns = ["=", "+=", "-=", "*=", "|=", "&=", "^=", "<<=", ">>=", "/=", "%=", "++", "--"];
    let is_assigned = assigns.iter().any(|sign| is_at(tokens, place + 1, sign));
    // A binary `&` has an operand in front; a parenthesis may be that of a cast.
    let has_operand = place >= 2 && tokens[place - 2].is_name() && !tokens[place - 2].is("return");
    let is_address = is_before("&") && !has_operand;
    // A reference, or a stream.
    let is_reference = is_cpp
        && (is_before("(") || is_before(",") || is_before(">>"))
        && (is_at(tokens, place + 1, ")") || is_at(tokens, place + 1, ",") || is_before(">>"));
    is_assigned || is_address || is_reference || is_before("++") || is_before("--")
}
