//! Enums with the derive, as groups of commands, and the constants beside them.

use ioctlkit_model::{Group, NamedConstant, Variants};

use super::collect::Collector;
use crate::rust::evaluate::constants::Env;
use crate::rust::evaluate::contract::names;
use crate::rust::resolve::sources::FileIndex;
use crate::rust::syntax::derive;
use crate::rust::syntax::integers::integer;
use crate::rust::syntax::item::{Item, Kind};

impl Collector<'_> {
    /// Adds the public integer constants of source that defines an interface.
    pub(crate) fn define_constants(&mut self) {
        let published = std::mem::take(&mut self.published);
        if self.eval.builder.interface.groups.is_empty() {
            return;
        }
        for (scope, item, docs) in published {
            let Kind::Constant(Some(ty), Some(value), _) = &item.kind else { continue };
            let Some((bits, signed)) = ty.path().and_then(|path| integer(path.last())) else {
                continue;
            };
            if let Some(number) = self.eval.number(value, &Env::of(scope)) {
                let file = self.eval.names.scope(scope).file;
                let abis = self.eval.abis;
                self.eval.builder.constant(file, &item, abis, number, |name, span| NamedConstant {
                    name,
                    span,
                    bits: bits as u8,
                    signed,
                    variants: Variants::default(),
                    docs,
                });
            }
        }
    }

    /// The commands of an enum with the derive, as one.
    pub(crate) fn group_of(&mut self, file: FileIndex, item: &Item, interface: &derive::Interface) {
        let span = self.eval.builder.span(file, item.name_place);
        if self.eval.builder.interface.groups.iter().any(|known| known.span == span) {
            return;
        }
        let of_enum = |command: &derive::DerivedCommand| format!("{}::{}", item.name, command.name);
        self.eval.builder.interface.groups.push(Group {
            name: item.name.clone(),
            span,
            device: interface.device.clone(),
            path: interface.path.clone(),
            prefix: interface.prefix.clone(),
            type_constant: interface.type_letter.as_ref().and_then(|letter| {
                let mut constants = Vec::new();
                names(letter, &mut constants);
                constants.pop()
            }),
            docs: interface.docs.clone(),
            commands: interface.commands.iter().map(of_enum).collect(),
        });
    }
}
