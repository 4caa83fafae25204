//! What is fetched of the argument twice, and whether the second value is used as if it were the one that was
//! checked.
//!
//! Reading the second value is no use of it, nor is putting it into a variable. It is used where it decides
//! something, says how much or how often, picks an element, is computed with, or goes where it is not followed. Where
//! it is compared, it is checked for itself.

use std::collections::BTreeSet;

use ioctlkit_model::{Noticed, NoticedKind, Span};

use super::{Comparing, Run};
use crate::value::{Again, Fetch, Id, Place, State, UserPart, Value};

/// How many fetches are remembered on a path; the oldest is forgotten first.
const MOST_FETCHES: usize = 64;

impl Run<'_> {
    /// A value of the program's is used. Notices if the program gave it in a second fetch, and the value of the
    /// first one was looked at.
    pub(super) fn uses(&mut self, value: &Value, state: &mut State) {
        let Value::FromUser(place) = value else { return };
        if self.comparing == Comparing::Check {
            settle(value, state);
            return;
        }
        let mut again = None;
        for fetch in fetches_into(state, place.object) {
            let source = fetch.source_of(place);
            if let (Some(member), Some(first)) = (source, &fetch.again)
                && first.has_looked_at(&member)
            {
                again = Some((fetch.span, first.span));
                fetch.again = None;
            }
        }
        if let Some((second, first)) = again {
            let kind = NoticedKind::FetchesAgain { member: place.path.to_string() };
            self.facts.notice(Noticed { kind, span: second, related: Some(first) });
        }
    }
}

/// Remembers a fetch, and one of the same part before.
pub(super) fn fetch(part: UserPart, span: Span, to: Place, state: &mut State) {
    if part == UserPart::Inside {
        return;
    }
    let before = state.fetches.iter().find(|fetch| {
        let same = fetch.part == part
            || part == UserPart::Start && matches!(fetch.part, UserPart::Member(_));
        same && !fetch.looked_at.is_empty() && fetch.span != span
    });
    let again = before.map(|fetch| Again { span: fetch.span, looked_at: fetch.looked_at.clone() });
    state.fetches.retain(|fetch| fetch.to != to);
    if state.fetches.len() >= MOST_FETCHES {
        state.fetches.remove(0);
    }
    state.fetches.push(Fetch { part, span, to, looked_at: BTreeSet::new(), again });
}

/// A value of the program's is compared with something: nothing is wrong with it, however often it was fetched.
pub(super) fn settle(value: &Value, state: &mut State) {
    if let Value::FromUser(place) = value {
        for fetch in fetches_into(state, place.object) {
            fetch.again = None;
        }
    }
}

/// The fetches whose targets are in an object.
pub(super) fn fetches_into(state: &mut State, object: Id) -> impl Iterator<Item = &mut Fetch> {
    // Most objects hold nothing of the argument: what other paths have in common is not copied for them.
    let has_one = state.fetches.iter().any(|fetch| fetch.to.object == object);
    let fetches = has_one.then(|| state.fetches.iter_mut());
    fetches.into_iter().flatten().filter(move |fetch| fetch.to.object == object)
}
