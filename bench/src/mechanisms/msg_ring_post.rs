//! `MSG_RING` to a ring of the same process: what sending costs, without anybody on the other side.
//! The article of 003 gives a figure for this system call.

use super::msg_ring;
use crate::sys::ring::{Message, Ring};
use crate::{Class, Entry, Error, Mechanism, Sizes, Variant};

pub(super) const ENTRY: Entry = Entry {
    name: "msg-ring-post",
    class: Class::OneWay,
    variants: &[Variant {
        name: "",
        what: "one io_uring_enter with MSG_RING to another ring: 96 bits",
    }],
    sizes: Sizes::Fixed(12),
    needs: "Linux 5.18 with io_uring allowed",
    trigger: None,
    requires: msg_ring::known,
    open: |_| {
        let ring = || Ring::new(ENTRIES).map_err(Error::call("io_uring_setup"));
        Ok(Box::new(Post { from: ring()?, to: ring()?, sequence: 0 }))
    },
};

/// The room of a ring; its completions are twice as many.
const ENTRIES: u32 = 128;

struct Post {
    from: Ring,
    to: Ring,
    sequence: u64,
}

impl Post {
    fn message(&self) -> Message {
        Message { data: self.sequence, result: (self.sequence & 0xffff) as i32 }
    }
}

impl Mechanism for Post {
    fn prepare(&mut self, sequence: u64) -> Result<(), Error> {
        self.sequence = sequence;
        Ok(())
    }

    fn call(&mut self) -> Result<(), Error> {
        let (to, message) = (self.to.number(), self.message());
        self.from.queue(to, message).map_err(Error::call("queueing MSG_RING"))?;
        self.from.submit().map(drop).map_err(Error::call("io_uring_enter"))
    }

    fn settle(&mut self, calls: u64) -> Result<u64, Error> {
        if let Some(refused) = self.from.reap() {
            return Err(msg_ring::refused(refused));
        }
        let mut came = 0;
        while let Some(message) = self.to.reap() {
            if message != self.message() {
                return Err(Error::Corrupted { sequence: self.sequence, at: 0 });
            }
            came += 1;
        }
        Ok(calls.saturating_sub(came))
    }

    fn batch(&self) -> u64 {
        u64::from(ENTRIES)
    }
}
