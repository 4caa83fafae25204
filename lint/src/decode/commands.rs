//! Which command a number is.

use std::collections::HashMap;

use ioctlkit_abi::AbiId;
use ioctlkit_model::Layouts;

use super::Request;
use crate::numbered::Numbered;

/// The commands of an interface by their numbers on an ABI.
#[derive(Debug)]
pub struct Commands<'l, 'a> {
    layouts: &'l Layouts<'a>,
    abi: AbiId,
    by_number: HashMap<u32, Vec<Numbered<'a>>>,
    by_name: HashMap<&'a str, Numbered<'a>>,
    by_place: HashMap<(u8, u8), Vec<Numbered<'a>>>,
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
        for numbered in Numbered::all(interface) {
            commands.add(numbered, numbered.number(layouts, abi));
        }
        commands
    }

    fn add(&mut self, found: Numbered<'a>, number: Option<u32>) {
        self.by_name.entry(found.name()).or_insert(found);
        let Some(number) = number else { return };
        self.by_number.entry(number).or_default().push(found);
        if matches!(found, Numbered::Command(_)) {
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
            let found = names.iter().find_map(|name| self.by_name.get(name.as_str()))?;
            found.number(self.layouts, self.abi)
        })
    }

    /// The commands that a call may mean: those that it names, else those that have its number,
    /// each name once; commands with a type before plain numbers.
    pub fn find(&self, request: &Request) -> Vec<Numbered<'a>> {
        let mut found: Vec<Numbered<'a>> = match request {
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
    pub fn near(&self, number: u32) -> &[Numbered<'a>] {
        self.by_place.get(&self.place(number)).map_or(&[], Vec::as_slice)
    }
}
