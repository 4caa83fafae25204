//! Which commands of other ABIs have a number that none has on the trace's own.

use std::cell::OnceCell;
use std::collections::HashMap;

use ioctl_lint::numbered::Numbered;
use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Interface, Layouts, abi_words};
use ioctlkit_report::visible::ShownPath as _;

/// The commands of all ABIs, read when the first number is not known.
pub(super) struct Elsewhere<'r> {
    read: &'r dyn Fn() -> Option<Interface>,
    by_number: OnceCell<HashMap<u32, Owner>>,
}

/// The first command that has a number.
struct Owner {
    name: String,
    place: String,
    abis: AbiSet,
}

impl<'r> Elsewhere<'r> {
    /// `read` yields the headers as every ABI sees them.
    pub(super) fn new(read: &'r dyn Fn() -> Option<Interface>) -> Self {
        Self { read, by_number: OnceCell::new() }
    }

    /// Who has the number, in a sentence without its full stop.
    pub(super) fn sentence(&self, number: u32) -> Option<String> {
        let known =
            self.by_number.get_or_init(|| (self.read)().as_ref().map(owners).unwrap_or_default());
        let Owner { name, place, abis } = known.get(&number)?;
        Some(format!("{name} has it {}, {place}", abi_words::on(*abis, AbiSet::ALL)))
    }
}

fn owners(interface: &Interface) -> HashMap<u32, Owner> {
    let layouts = Layouts::new(interface);
    let mut owners: HashMap<u32, Owner> = HashMap::new();
    for numbered in Numbered::all(interface) {
        for abi in interface.abis {
            let Some(number) = numbered.number(&layouts, abi) else { continue };
            let owner = owners.entry(number).or_insert_with(|| {
                let span = numbered.span();
                let line = interface.sources.position(span).line;
                Owner {
                    name: numbered.name().to_owned(),
                    place: format!("{}:{line}", interface.sources.path(span).shown()),
                    abis: AbiSet::EMPTY,
                }
            });
            if owner.name == numbered.name() {
                owner.abis.insert(abi);
            }
        }
    }
    owners
}
