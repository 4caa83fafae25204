//! Arguments that end where elements begin: a driver goes on behind them.

use super::{Command, Member, Passing, Record, Role, Type};
use crate::text::Text;

/// The member that ends a structure, where a driver goes on behind it.
#[derive(Clone, Copy)]
struct End {
    record: &'static Record,
    member: &'static Member,
    kind: EndKind,
}

#[derive(Clone, Copy)]
enum EndKind {
    /// A flexible array that a member counts.
    Counted,
    /// A flexible array that no member counts.
    Uncounted,
    /// An array of length 0, which is how C wrote a flexible array before it had one.
    LengthZero,
    /// A structure that ends in a flexible array itself.
    Inner(&'static Record),
}

impl Command {
    /// What is wrong with an argument that the call has too little room for: one that ends in a
    /// flexible array and is passed without its elements.
    pub(crate) const fn elements_fault(&self) -> Option<Text> {
        let (Passing::Pointer(ty) | Passing::Buffer(ty)) = &self.passing else {
            return None;
        };
        if matches!(ty, Type::FlexibleArray(_)) {
            let text = "a flexible array alone has no room for its elements: pass them with \
                        `buffer = Type` on the command";
            return Some(Text::new().text(text));
        }
        let Some(end) = end_of(ty) else {
            return None;
        };
        if matches!(self.passing, Passing::Buffer(_)) {
            let text = Text::new().name(end.record.name).text(" ends in a flexible array, and ");
            let text = text.text("elements of a buffer have one size: pass ");
            return Some(text.text("one with `Flexible<").text(end.record.name).text(">`"));
        }
        Some(end.sentence())
    }
}

impl End {
    const fn sentence(&self) -> Text {
        let record = self.record.name;
        let member = self.member.name;
        let text = Text::new().name(record).text(" ends in ").name(member).text(match self.kind {
            EndKind::Counted | EndKind::Uncounted => ", a flexible array",
            EndKind::LengthZero => ", an array of length 0",
            EndKind::Inner(_) => ", which ends in a flexible array",
        });
        let text = text.text(
            ", and this call has no room for elements: the driver would read or write past the \
             end of the argument; ",
        );
        match self.kind {
            EndKind::Counted => pass(text, record),
            EndKind::Uncounted => {
                let text = text.text("say which member counts them with `#[ioctl(count = …)]` on ");
                pass(text.name(member).text(", and "), record)
            }
            EndKind::LengthZero => {
                let text =
                    text.text("make it a `FlexibleArray<T>` with `#[ioctl(count = …)]`, and ");
                pass(text, record)
            }
            EndKind::Inner(inner) if self.record.is_union() => {
                let text = pass(text, inner.name).text(", with `encoded = ").text(record);
                text.text("` on the command")
            }
            EndKind::Inner(inner) => {
                let text = text.text("write the members of ").name(inner.name).text(" in ");
                pass(text.name(record).text(", and "), record)
            }
        }
    }
}

#[expect(clippy::large_types_passed_by_value, reason = "nothing is passed: it is compiled")]
const fn pass(text: Text, record: &str) -> Text {
    text.text("pass `Flexible<").text(record).text(">`")
}

const fn end_of(ty: &Type) -> Option<End> {
    match ty {
        Type::Record(record) => record.end(),
        Type::Array { element, .. } => end_of(element),
        Type::Scalar(_) | Type::Compat64(_) | Type::UserPointer | Type::FlexibleArray(_) => None,
    }
}

impl Record {
    /// The member behind which a driver goes on: the last one, of a union any.
    const fn end(&'static self) -> Option<End> {
        let mut left = self.members.len();
        while left > 0 {
            left -= 1;
            let member = &self.members[left];
            if let Some(kind) = kind_of(member) {
                return Some(End { record: self, member, kind });
            }
            if !self.is_union() {
                return None;
            }
        }
        None
    }
}

const fn kind_of(member: &Member) -> Option<EndKind> {
    match &member.ty {
        Type::FlexibleArray(_) if matches!(member.role, Role::Flexible { .. }) => {
            Some(EndKind::Counted)
        }
        Type::FlexibleArray(_) => Some(EndKind::Uncounted),
        Type::Array { length: 0, .. } => Some(EndKind::LengthZero),
        other => match end_of(other) {
            Some(end) => Some(EndKind::Inner(end.record)),
            None => None,
        },
    }
}
