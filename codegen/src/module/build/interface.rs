//! The commands of one kind of file.

use ioctlkit_model::{Command as Definition, CommandBody, Passing, RecordId, Returns as Returned};

use super::super::abi_record;
use super::super::checks::Checks;
use super::super::command::{self, Surroundings};
use super::super::compat;
use super::super::plan::{Command, Compat, Growth, Interface, Kind, Plan, Returns, Uses};
use super::super::promises;
use super::super::shape::Refusal;
use super::{Builder, CommandGroup, problem};

impl<'a> Builder<'a> {
    /// Adds the interface of a kind of file.
    pub(super) fn interface(
        &mut self,
        plan: &mut Plan,
        group: &CommandGroup<'a>,
        groups: &[CommandGroup<'a>],
        in_dev: bool,
    ) {
        let mut translated: Vec<RecordId> = Vec::new();
        for definition in &group.commands {
            let Some(body) = definition.variants.get(self.abi) else { continue };
            if let Some(ty) = command::passed(&command::contract(definition, body)) {
                for id in compat::differing(self.layouts, ty) {
                    if !translated.contains(&id) {
                        translated.push(id);
                    }
                }
            }
        }
        let symbol = if in_dev { plan.name.clone() } else { group.symbol.clone() };
        let letter = self.letter(&symbol, group);
        let around = Surroundings {
            layouts: self.layouts,
            abi: self.abi,
            symbol: &symbol,
            letter: &letter,
            prefix: &group.prefix,
            translated: &translated,
        };
        let mut checks = Checks::new(self.layouts, self.abi, &symbol);
        let mut made: Vec<(Command, &Definition)> = Vec::new();
        for definition in &group.commands {
            match command::command(around, definition, &mut checks) {
                Ok(mut command) => {
                    if in_dev {
                        command.opens = opened(definition, groups);
                    }
                    made.push((command, definition));
                }
                Err(refusal) => self.refuse(definition, &refusal),
            }
        }
        made.sort_by_cached_key(|(command, definition)| {
            (command.first_nr.clone(), definition.span)
        });
        self.refuse_shared(&made);
        let all_pointers = made.iter().all(|(command, definition)| {
            command.kind != Kind::Value && self.is_same_for_32_bit(definition)
        });
        let compat = if all_pointers { Compat::Pointer } else { Compat::Translated };
        let mut translations = Vec::new();
        for id in &translated {
            match compat::translation(self.layouts, &symbol, *id, &translated, self.abi) {
                Ok(mut translation) => {
                    let passing =
                        |(_, definition): &&(Command, &Definition)| self.passes(definition, *id);
                    translation.taken = made.iter().filter(passing).any(|(c, _)| c.reads);
                    translation.returned = made.iter().filter(passing).any(|(c, _)| c.writes);
                    translations.push(translation);
                }
                Err(refusal) => {
                    let span = self.model.record(*id).span;
                    self.problems.push(problem(self.model, Some(span), refusal));
                }
            }
        }
        for (command, definition) in &mut made {
            self.abi_line(plan, command, definition);
            self.test(plan, command, definition);
        }
        let compat_commands = made
            .iter()
            .filter(|(command, _)| command.compat_do == "compat_do")
            .map(|(command, _)| {
                let mut command = command.clone();
                if command.kind == Kind::Value {
                    command.arguments = command.arguments.replace("(long)", "(compat_long_t)");
                }
                command
            })
            .collect();
        let objects = self.objects(&made, &symbol, in_dev);
        let uses = uses(&made);
        let commands: Vec<Command> =
            made.into_iter().map(|(command, _)| Command { translated: None, ..command }).collect();
        plan.interfaces.push(Interface {
            r#where: if in_dev { plan.title.clone() } else { format!("{symbol} files") },
            symbol: symbol.clone(),
            upper: symbol.to_uppercase(),
            path: in_dev,
            opener: None,
            commands,
            objects,
            checks: checks.functions,
            compat,
            translations,
            compat_commands,
            uses,
        });
    }

    fn passes(&self, definition: &Definition, id: RecordId) -> bool {
        let Some(body) = definition.variants.get(self.abi) else { return false };
        let contract = command::contract(definition, body);
        command::passed(&contract).is_some_and(|ty| self.model.records_within(ty).contains(&id))
    }

    pub(super) fn refuse(&mut self, definition: &Definition, refusal: &Refusal) {
        let message = format!("`{}` cannot be generated: {refusal}", definition.name);
        self.problems.push(problem(self.model, Some(definition.span), message));
    }

    /// A number means one command.
    fn refuse_shared(&mut self, made: &[(Command, &'a Definition)]) {
        for (place, (command, definition)) in made.iter().enumerate() {
            let shared = made[..place].iter().find_map(|earlier| {
                let nr = self.shared_nr(earlier, &made[place])?;
                Some((nr, &earlier.1.name))
            });
            if let Some((nr, other)) = shared {
                let message = format!(
                    "its number is that of `{other}`, with nr 0x{nr:02x}: give it another nr"
                );
                self.refuse(definition, &message);
            }
            let first = definition.variants.get(self.abi).map_or(0, |body| body.nr);
            if first + command.family.unwrap_or(0) > 255 {
                self.refuse(definition, &"its last nr has more than 8 bits".to_owned());
            }
        }
    }

    /// The first nr with which the numbers of two commands are one somewhere. Where a caller
    /// chooses the size, every size is the command's.
    fn shared_nr(
        &self,
        (one, one_definition): &(Command, &Definition),
        (other, other_definition): &(Command, &Definition),
    ) -> Option<u32> {
        let a = one_definition.variants.get(self.abi)?;
        let b = other_definition.variants.get(self.abi)?;
        let first = a.nr.max(b.nr);
        let last = (a.nr + one.family.unwrap_or(0)).min(b.nr + other.family.unwrap_or(0));
        if first > last || a.type_letter != b.type_letter || a.direction != b.direction {
            return None;
        }
        let size = |body: &CommandBody, abi| self.layouts.argument_size(&body.argument, abi).ok();
        let same_size = || self.model.abis.iter().any(|abi| size(a, abi) == size(b, abi));
        (one.any_size || other.any_size || same_size()).then_some(first)
    }

    fn is_same_for_32_bit(&self, definition: &Definition) -> bool {
        let Some(body) = definition.variants.get(self.abi) else { return false };
        let contract = command::contract(definition, body);
        compat::pairs(self.layouts).into_iter().all(|(host, guest)| {
            let same_layout = command::passed(&contract)
                .is_none_or(|ty| compat::same_layout(self.layouts, ty, host, guest));
            let is_buffer = matches!(contract.passing, Passing::Buffer(_));
            same_layout && (is_buffer || compat::same_number(self.layouts, definition, host, guest))
        })
    }

    fn abi_line(&self, plan: &mut Plan, command: &Command, definition: &Definition) {
        let Some(body) = definition.variants.get(self.abi) else { return };
        let contract = command::contract(definition, body);
        let numbers: Vec<_> = self
            .model
            .abis
            .iter()
            .map(|abi| self.layouts.argument_size(&body.argument, abi))
            .collect();
        let first = numbers.first().and_then(|size| size.ok());
        let same = numbers.iter().all(|size| size.ok() == first) && command.kind != Kind::Buffer;
        let passing = match (command.kind, command.growth) {
            (Kind::Nothing, _) => "nothing",
            (Kind::Pointer, Growth::None) => "pointer",
            (Kind::Pointer, Growth::Number) => "growing-number",
            (Kind::Pointer, Growth::Member) => "growing-member",
            (Kind::Flexible, _) => "flexible",
            (Kind::Buffer, _) => "buffer",
            (Kind::Value, _) => "value",
        };
        plan.abi.push(abi_record::command(&abi_record::CommandLine {
            name: &command.r#macro,
            direction: body.direction,
            type_letter: body.type_letter,
            first_nr: body.nr,
            last_nr: contract.last_nr,
            size: first.filter(|_| same),
            passing,
            argument: &command.r#type,
        }));
        plan.promises.extend(promises::needs(&command.r#macro, &contract));
    }
}

/// The interface whose files a command's handler makes.
fn opened(definition: &Definition, groups: &[CommandGroup<'_>]) -> Option<String> {
    let Returned::Fd(Some(device)) = &definition.contract.as_ref()?.returns else { return None };
    let of_device = |group: &&CommandGroup<'_>| {
        group.definition.is_some_and(|group| group.device.as_ref() == Some(device))
    };
    groups.iter().skip(1).find(of_device).map(|group| group.symbol.clone())
}

fn uses(made: &[(Command, &Definition)]) -> Uses {
    let any = |holds: fn(&Command) -> bool| made.iter().any(|(command, _)| holds(command));
    Uses {
        capability: any(|command| command.capability.is_some()),
        file: any(|command| command.returns == Returns::File),
        errors: any(|command| {
            matches!(command.returns, Returns::File | Returns::Object)
                || command.copied_whole
                || !command.arrays.is_empty()
        }),
        flexible: any(|command| command.kind == Kind::Flexible || !command.arrays.is_empty()),
        arrays: any(|command| !command.arrays.is_empty()),
        heap: any(|command| command.heap || !command.arrays.is_empty()),
        large_heap: any(|command| {
            matches!(command.kind, Kind::Flexible | Kind::Buffer) || !command.arrays.is_empty()
        }),
        address: any(|command| command.by_address),
        value: any(|command| command.kind == Kind::Value),
        family: any(|command| command.family.is_some()),
        one_size: any(|command| !command.any_size),
        any_size: any(|command| command.any_size),
    }
}

/// `'E'`, or a number where the letter is none.
pub(crate) fn type_letter(letter: u32) -> String {
    match u8::try_from(letter) {
        Ok(byte) if byte.is_ascii_graphic() && byte != b'\'' && byte != b'\\' => {
            format!("'{}'", byte as char)
        }
        _ => format!("0x{letter:02x}"),
    }
}
