//! Which command a number is.

use std::collections::HashMap;

use ioctlkit_abi::AbiId;
use ioctlkit_model::{Argument, Command, Layouts, RawNumber, Span, Type};

use super::Request;

/// The commands of an interface by their numbers on an ABI.
#[derive(Debug)]
pub struct Commands<'l, 'a> {
    layouts: &'l Layouts<'a>,
    abi: AbiId,
    by_number: HashMap<u32, Vec<Found<'a>>>,
    by_name: HashMap<&'a str, Found<'a>>,
    by_place: HashMap<(u8, u8), Vec<Found<'a>>>,
}

/// A command that a call may mean.
#[derive(Debug, Clone, Copy)]
pub enum Found<'a> {
    /// A command.
    Command(&'a Command),
    /// A plain number.
    Raw(&'a RawNumber),
}

impl<'a> Found<'a> {
    /// Its name.
    pub fn name(self) -> &'a str {
        match self {
            Self::Command(command) => &command.name,
            Self::Raw(raw) => &raw.name,
        }
    }

    /// Where it is defined.
    pub fn span(self) -> Span {
        match self {
            Self::Command(command) => command.span,
            Self::Raw(raw) => raw.span,
        }
    }

    /// The type of its argument on an ABI, as far as the definition says.
    pub fn argument(self, abi: AbiId) -> Option<&'a Type> {
        let Self::Command(command) = self else { return None };
        match &command.variants.get(abi)?.argument {
            // A pointer that was given as the type: what it points to is meant.
            Argument::Type(Type::Pointer(to)) => Some(to),
            argument => argument.ty(),
        }
    }
}

impl<'l, 'a> Commands<'l, 'a> {
    /// Looks up the number of every command.
    pub fn new(layouts: &'l Layouts<'a>, abi: AbiId) -> Self {
        let interface = layouts.interface();
        let mut commands = Self {
            layouts,
            abi,
            by_number: HashMap::new(),
            by_name: HashMap::new(),
            by_place: HashMap::new(),
        };
        for command in &interface.commands {
            let number = layouts.number(command, abi).map(|numbered| numbered.number);
            commands.add(Found::Command(command), number);
        }
        for raw in &interface.raw_numbers {
            commands.add(Found::Raw(raw), raw.variants.get(abi).copied());
        }
        commands
    }

    fn add(&mut self, found: Found<'a>, number: Option<u32>) {
        self.by_name.entry(found.name()).or_insert(found);
        let Some(number) = number else { return };
        self.by_number.entry(number).or_default().push(found);
        if matches!(found, Found::Command(_)) {
            let place = self.place(number);
            self.by_place.entry(place).or_default().push(found);
        }
    }

    fn place(&self, number: u32) -> (u8, u8) {
        let decoded = self.abi.abi().encoding.decode(number);
        (decoded.type_letter, decoded.nr)
    }

    /// The ABI.
    pub fn abi(&self) -> AbiId {
        self.abi
    }

    /// Answers about the types of what is found.
    pub fn layouts(&self) -> &'l Layouts<'a> {
        self.layouts
    }

    /// The number that a call means, if that is known.
    pub fn number(&self, request: &Request) -> Option<u32> {
        let by_itself = request.number(self.abi.abi().encoding);
        by_itself.or_else(|| {
            let Request::Names(names) = request else { return None };
            match names.iter().find_map(|name| self.by_name.get(name.as_str()))? {
                Found::Command(command) => {
                    self.layouts.number(command, self.abi).map(|numbered| numbered.number)
                }
                Found::Raw(raw) => raw.variants.get(self.abi).copied(),
            }
        })
    }

    /// The commands that a call may mean: those that it names, else those that have its number,
    /// each name once; commands with a type before plain numbers.
    pub fn find(&self, request: &Request) -> Vec<Found<'a>> {
        let mut found: Vec<Found<'a>> = match request {
            Request::Names(names) => {
                names.iter().filter_map(|name| self.by_name.get(name.as_str()).copied()).collect()
            }
            _ => self
                .number(request)
                .and_then(|number| self.by_number.get(&number))
                .cloned()
                .unwrap_or_default(),
        };
        let mut seen = std::collections::BTreeSet::new();
        found.retain(|one| seen.insert(one.name()));
        found.sort_by_key(|one| one.argument(self.abi).is_none());
        found
    }

    /// The commands of the same type and nr, with another size or direction: the same command in
    /// another version, or one of a family by length.
    pub fn near(&self, number: u32) -> &[Found<'a>] {
        self.by_place.get(&self.place(number)).map_or(&[], Vec::as_slice)
    }
}
