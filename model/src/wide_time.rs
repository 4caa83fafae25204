//! Commands that are others in programs with a 64-bit `time_t`, on ABIs where it has 32 bits by default.

use std::collections::HashMap;

use ioctlkit_abi::{AbiId, AbiSet};

use crate::{Command, Layouts, Numbered};

/// What such programs see, beside what all others do.
#[derive(Debug)]
pub struct WideTime<'a> {
    layouts: Layouts<'a>,
    /// Each command with the ABIs on which its number is another.
    commands: Vec<(&'a Command, AbiSet)>,
}

impl<'a> WideTime<'a> {
    /// Compares the two readings of an interface; `None` where there is but one, or no number
    /// differs. The `layouts` are those of the interface.
    pub fn of(layouts: &Layouts<'a>) -> Option<Self> {
        let usual = layouts.interface();
        let wide = Layouts::new(usual.wide_time.as_deref()?);
        let known: HashMap<&str, &Command> =
            usual.commands.iter().map(|command| (command.name.as_str(), command)).collect();
        let differs = |command: &Command| -> AbiSet {
            let usual = known.get(command.name.as_str());
            let other = |id: &AbiId| {
                let number = wide.number(command, *id).map(|it| it.number);
                let usual = usual.and_then(|usual| layouts.number(usual, *id));
                number.is_some() && number != usual.map(|it| it.number)
            };
            command.variants.abis().iter().filter(other).collect()
        };
        let commands: Vec<(&Command, AbiSet)> = wide
            .interface()
            .commands
            .iter()
            .map(|command| (command, differs(command)))
            .filter(|(_, abis)| !abis.is_empty())
            .collect();
        (!commands.is_empty()).then_some(Self { layouts: wide, commands })
    }

    /// What types come to in such programs.
    pub fn layouts(&self) -> &Layouts<'a> {
        &self.layouts
    }

    /// Each command that has another number, with the ABIs on which it has.
    pub fn commands(&self) -> impl Iterator<Item = (&'a Command, AbiSet)> {
        self.commands.iter().copied()
    }

    /// The other number of the command of that name on an ABI.
    pub fn number(&self, name: &str, abi: AbiId) -> Option<Numbered> {
        let (command, _) =
            self.commands.iter().find(|(it, abis)| it.name == name && abis.contains(abi))?;
        self.layouts.number(command, abi)
    }
}
