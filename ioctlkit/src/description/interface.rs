//! An interface: its commands, and what is wrong with them together.

use ioctlkit_abi::{ABIS, Abi, AbiId, AbiSet, EncodeError};

use super::command::{EncodedSize, Identity, NumberError};
use super::{Command, Passing, SizeAlign, Type};
use crate::text::Text;

/// An interface.
#[derive(Debug)]
pub struct Interface {
    /// The name in Rust.
    pub name: &'static str,
    /// The commands in order.
    pub commands: &'static [Command],
}

/// A command whose number another one has.
#[derive(Clone, Copy)]
pub(crate) struct Repeated {
    /// The second of them.
    pub(crate) second: usize,
    first: usize,
    abi: &'static Abi,
    number: u32,
}

/// The largest argument that the kernel's guide allows, in bytes.
const GUIDE_LIMIT: u64 = 8191;

impl Interface {
    /// The command of that number on an ABI, members of families included.
    pub fn command(&self, abi: &'static Abi, number: u32) -> Option<&'static Command> {
        self.commands.iter().find(|command| command.covers(abi, number))
    }

    /// The first command whose number an earlier one has, on any ABI.
    pub(crate) const fn repeated(&self) -> Option<Repeated> {
        if self.has_an_nr_each() {
            return None;
        }
        let mut second = 1;
        while second < self.commands.len() {
            let mut first = 0;
            while first < second {
                let found = shared(&self.commands[first], &self.commands[second]);
                if let Some((id, number)) = found {
                    let abi = &ABIS[id.index()];
                    return Some(Repeated { second, first, abi, number });
                }
                first += 1;
            }
            second += 1;
        }
        None
    }

    /// Whether no two commands share an nr, which is plain to see and true of most interfaces.
    const fn has_an_nr_each(&self) -> bool {
        let mut taken = [0_u128; 2];
        let mut i = 0;
        while i < self.commands.len() {
            let Identity::Encoded { first, last, .. } = self.commands[i].identity else {
                return false;
            };
            let mut nr = first as usize;
            while nr <= last as usize {
                let bit = 1 << (nr % 128);
                if taken[nr / 128] & bit != 0 {
                    return false;
                }
                taken[nr / 128] |= bit;
                nr += 1;
            }
            i += 1;
        }
        true
    }

    /// The sentence.
    pub(crate) const fn sentence(&self, repeated: &Repeated) -> Text {
        let text =
            Text::new().name(self.commands[repeated.second].name).text(" has the number of ");
        let text = text.name(self.commands[repeated.first].name).text(": ");
        hexadecimal(text, repeated.number)
            .text(" on ")
            .text(repeated.abi.name)
            .text("; give it another nr")
    }
}

impl Command {
    /// Whether the number is this command's on an ABI, or that of a member of this family.
    const fn covers(&self, abi: &'static Abi, number: u32) -> bool {
        let Identity::Encoded { type_letter, first, last } = self.identity else {
            return matches!(self.number(abi), Ok(own) if own == number);
        };
        let decoded = abi.encoding.decode(number);
        if decoded.type_letter != type_letter || decoded.nr < first || decoded.nr > last {
            return false;
        }
        let own = self.number_of(abi, decoded.nr - first, decoded.size as u64);
        matches!(own, Ok(own) if own == number)
    }

    /// What is wrong with the number on the host, as a sentence. `size` is that of the argument in
    /// Rust, in bytes, which its own proof has compared with the one in C; none where the number
    /// says another.
    pub(crate) const fn fault(
        &self,
        host: &'static Abi,
        size: Option<usize>,
        large_is_meant: bool,
    ) -> Option<Text> {
        if let Identity::Encoded { first, last, .. } = self.identity
            && first > last
        {
            let text = Text::new().text("the family ").name(self.name).text(" has no members: ");
            let text = text.text("its nr begin with ").number(first as u64);
            return Some(text.text(" and end with ").number(last as u64));
        }
        let size = match size {
            Some(size) => size as u64,
            None => match self.encoded_size(host) {
                Some(size) => size,
                None => return None,
            },
        };
        if let Some(first) = self.min_size {
            let text = Text::new().text("`min_size` of ").name(self.name).text(" is ");
            if first == 0 {
                return Some(text.text("0: the first version had a member at least"));
            }
            if let Passing::Pointer(Type::Record(record)) = &self.passing
                && let Some(late) = record.late_size()
            {
                let text = Text::new().name(late).text(
                    " holds the size of an argument that may grow: it has to be the first member, for \
                     the driver reads it before it knows how long the rest is",
                );
                return Some(text);
            }
            if let Passing::Pointer(Type::Record(record)) = &self.passing
                && let Some(inside) = record.member_across(host, first)
            {
                let text = text.counted(first, "byte").text(", which ends inside ").name(inside);
                return Some(text.text(": it is the offset of the first member that came later"));
            }
        }
        if let Some(first) = self.min_size
            && first > size
        {
            let text = Text::new().text("`min_size` is ").counted(first, "byte");
            let text = text.text(", and the argument of ").name(self.name).text(" has ");
            return Some(text.number(size).text(": the first version cannot have been larger"));
        }
        if size <= GUIDE_LIMIT { None } else { self.size_fault(host, size, large_is_meant) }
    }

    /// The size in the number, in bytes, where it has one before the call.
    const fn encoded_size(&self, abi: &'static Abi) -> Option<u64> {
        match self.encoded.size {
            EncodedSize::Of(ty) => match ty.size_align(abi) {
                Ok(SizeAlign { size, .. }) => Some(size),
                Err(_) => None,
            },
            EncodedSize::Bytes(bytes) => Some(bytes),
            EncodedSize::None | EncodedSize::Length => None,
        }
    }

    /// What is wrong with a size over the guide's limit, unless that is meant.
    const fn size_fault(
        &self,
        host: &'static Abi,
        size: u64,
        large_is_meant: bool,
    ) -> Option<Text> {
        let text = Text::new().text("the argument of ").name(self.name).text(" has ");
        let text = text.counted(size, "byte").text(": ");
        match self.number(host) {
            Err(NumberError::Encode(EncodeError::SizeOverflow { max })) => Some(
                text.text("a number on ")
                    .text(host.name)
                    .text(" holds ")
                    .number(max as u64)
                    .text("; pass a pointer in a `UserPtr` member"),
            ),
            _ if large_is_meant => None,
            _ => Some(text.text(
                "more than the 8191 that fit into a number on alpha, mips and powerpc; pass a \
                 pointer in a `UserPtr` member, or write `large_argument` if those never matter",
            )),
        }
    }
}

/// An ABI on which two commands have one number, with that number.
const fn shared(first: &Command, second: &Command) -> Option<(AbiId, u32)> {
    if !may_share(first, second) {
        return None;
    }
    // An exception is for one ABI; all else is for all that encode numbers and place members alike.
    let mut abis =
        if has_exceptions(first) || has_exceptions(second) { AbiSet::ALL } else { AbiSet::NUMBERS };
    while let Some(id) = abis.first() {
        abis = abis.difference(AbiSet::only(id));
        if let Some(number) = shared_on(&ABIS[id.index()], first, second) {
            return Some((id, number));
        }
    }
    None
}

/// Whether two commands could have one number, by what can be seen without asking any ABI. Nearly
/// all pairs of an interface end here, and there are many pairs.
const fn may_share(first: &Command, second: &Command) -> bool {
    match (first.identity, second.identity) {
        (
            Identity::Encoded { type_letter: a, first: a_first, last: a_last },
            Identity::Encoded { type_letter: b, first: b_first, last: b_last },
        ) => a == b && a_first <= b_last && b_first <= a_last,
        (
            Identity::Encoded { type_letter, first, last },
            Identity::Number { general, exceptions },
        )
        | (
            Identity::Number { general, exceptions },
            Identity::Encoded { type_letter, first, last },
        ) => {
            let mut found = names(general, type_letter, first, last);
            let mut i = 0;
            while i < exceptions.len() && !found {
                found = names(exceptions[i].1, type_letter, first, last);
                i += 1;
            }
            found
        }
        (
            Identity::Number { general: a, exceptions: [] },
            Identity::Number { general: b, exceptions: [] },
        ) => a == b,
        (Identity::Number { .. }, Identity::Number { .. }) => true,
    }
}

/// Whether a number has this type letter and an nr of this range. Every encoding has them in the
/// lower 16 bits.
const fn names(number: u32, type_letter: u8, first: u8, last: u8) -> bool {
    let [nr, letter, ..] = number.to_le_bytes();
    letter == type_letter && first <= nr && nr <= last
}

const fn has_exceptions(command: &Command) -> bool {
    matches!(command.identity, Identity::Number { exceptions: [_, ..], .. })
}

/// A number of the first that the second has, too, where their nr overlap.
const fn shared_on(abi: &'static Abi, first: &Command, second: &Command) -> Option<u32> {
    let number = match (first.identity, second.identity) {
        (Identity::Encoded { .. }, Identity::Number { .. }) => {
            let number = second.number(abi);
            return match number {
                Ok(number) if first.covers(abi, number) => Some(number),
                _ => None,
            };
        }
        (Identity::Number { .. }, _) => first.number(abi),
        (Identity::Encoded { first: first_nr, .. }, Identity::Encoded { first: second_nr, .. }) => {
            // A family by length has the other's length among its own.
            let length = match second.number(abi) {
                Ok(number) => abi.encoding.decode(number).size as u64,
                Err(_) => return None,
            };
            first.number_of(abi, second_nr.saturating_sub(first_nr), length)
        }
    };
    match number {
        Ok(number) if second.covers(abi, number) => Some(number),
        _ => None,
    }
}

const fn hexadecimal(mut text: Text, number: u32) -> Text {
    const DIGITS: [&str; 16] =
        ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f"];
    text = text.text("0x");
    let mut shift = 32;
    while shift > 0 {
        shift -= 4;
        if number >> shift != 0 || shift == 0 {
            text = text.text(DIGITS[(number >> shift & 0xf) as usize]);
        }
    }
    text
}
