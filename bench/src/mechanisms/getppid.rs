//! `getppid`: about the least that a system call costs.

use crate::sys::{control, process};
use crate::{Class, Entry, Error, Mechanism, Sizes, Variant};

pub(super) const ENTRY: Entry = Entry {
    name: "getppid",
    class: Class::Floor,
    variants: &[Variant { name: "", what: "getppid(), by the system call" }],
    sizes: Sizes::Fixed(0),
    needs: "nothing",
    trigger: None,
    requires: |_| Ok(()),
    open: |_| {
        let parent = process::parent();
        Ok(Box::new(GetParent { parent, last: parent }))
    },
};

struct GetParent {
    parent: i32,
    last: i32,
}

impl Mechanism for GetParent {
    fn prepare(&mut self, _sequence: u64) -> Result<(), Error> {
        Ok(())
    }

    fn call(&mut self) -> Result<(), Error> {
        self.last = control::getppid();
        Ok(())
    }

    fn settle(&mut self, _calls: u64) -> Result<u64, Error> {
        if self.last == self.parent {
            Ok(0)
        } else {
            Err(Error::Unexpected("the parent process has changed".to_owned()))
        }
    }
}
