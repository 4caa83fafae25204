//! Nothing at all. Its distribution is what reading the clock costs; its mean in batches is what the
//! loop of the harness costs.

use crate::{Class, Entry, Error, Mechanism, Sizes, Variant};

pub(super) const ENTRY: Entry = Entry {
    name: "empty-timer",
    class: Class::Floor,
    variants: &[Variant { name: "", what: "nothing between two readings of the clock" }],
    sizes: Sizes::Fixed(0),
    needs: "nothing",
    trigger: None,
    requires: |_| Ok(()),
    open: |_| Ok(Box::new(Nothing)),
};

struct Nothing;

impl Mechanism for Nothing {
    fn prepare(&mut self, _sequence: u64) -> Result<(), Error> {
        Ok(())
    }

    fn call(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn settle(&mut self, _calls: u64) -> Result<u64, Error> {
        Ok(0)
    }
}
