//! `MSG_RING` to another process's ring, and its answer. A message carries 96 bits, so the payload
//! rides in shared memory: a slot per message of a batch.

use std::io;

use super::peer::{PATIENCE, spin, two_processors};
use crate::sys::memory::{Shared, page};
use crate::sys::process::Peer;
use crate::sys::ring::{Message, Ring};
use crate::{Class, Entry, Error, Mechanism, Missing, Payload, Request, Sizes, Variant};

pub(super) const ENTRY: Entry = Entry {
    name: "msg-ring",
    class: Class::PeerRoundTrip,
    variants: &[
        Variant { name: "batch-1", what: "a message to a peer that polls, and its answer" },
        Variant { name: "batch-8", what: "8 messages by one system call, and one answer" },
        Variant { name: "batch-64", what: "64 messages by one system call, and one answer" },
        Variant {
            name: "wait",
            what: "a message to a peer that sleeps in io_uring_enter, and its answer",
        },
    ],
    sizes: Sizes::Between(1, SLOT),
    needs: "Linux 5.18 with io_uring allowed; but for wait: two processors",
    trigger: None,
    requires: |request| {
        known(request)?;
        match request.variant {
            "wait" => Ok(()),
            _ => two_processors(request).map(drop),
        }
    },
    open: |request| {
        let manner = Manner::of(request.variant);
        Ok(Box::new(Exchange::new(request, manner, answer)?))
    },
};

/// The bytes of a slot; the payload's copy is behind all slots.
const SLOT: usize = 4096;
const SLOTS: usize = 64;
const ENTRIES: u32 = 128;

/// Whether this kernel has it and lets this user have it.
pub(super) fn known(_request: &Request) -> Result<(), Missing> {
    let ring = Ring::new(8).map_err(Missing::because("io_uring"))?;
    match ring.can_send() {
        Ok(true) => Ok(()),
        Ok(false) => Err(Missing::new("MSG_RING needs Linux 5.18")),
        Err(error) => Err(Missing::because("asking io_uring what it knows")(error)),
    }
}

/// What became of a message that was not delivered.
pub(super) fn refused(completion: Message) -> Error {
    let source = io::Error::from_raw_os_error(-completion.result);
    Error::Call { what: "MSG_RING".to_owned(), source }
}

/// How many messages are sent at once, and how both wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Manner {
    batch: u32,
    sleeps: bool,
}

impl Manner {
    fn of(variant: &str) -> Self {
        match variant {
            "batch-8" => Self { batch: 8, sleeps: false },
            "batch-64" => Self { batch: 64, sleeps: false },
            "wait" => Self { batch: 1, sleeps: true },
            _ => Self { batch: 1, sleeps: false },
        }
    }
}

struct Exchange {
    ring: Ring,
    /// The peer's ring, of which this process keeps its own descriptor.
    to: Ring,
    peer: Peer,
    memory: Shared,
    manner: Manner,
    payload: Payload,
    came: Vec<u8>,
}

/// What the peer has: its ring, the number of the other, the memory and the manner.
type Answer = fn(&mut Ring, i32, &Shared, Manner) -> io::Result<()>;

impl Exchange {
    fn new(request: &Request, manner: Manner, answer: Answer) -> Result<Self, Error> {
        let ring = || Ring::new(ENTRIES).map_err(Error::call("io_uring_setup"));
        let (ring, mut to) = (ring()?, ring()?);
        let bytes = (2 * SLOTS * SLOT).next_multiple_of(page());
        let memory = Shared::new(bytes).map_err(Error::call("shared memory"))?;
        let back = ring.number();
        let peer = Peer::start(request.processors.peer, || answer(&mut to, back, &memory, manner));
        Ok(Self {
            peer: peer.map_err(Error::call("fork"))?,
            ring,
            to,
            memory,
            manner,
            payload: Payload::new(request.size),
            came: vec![0; request.size],
        })
    }

    /// Waits for the answer.
    fn reaped(&mut self) -> Result<Message, Error> {
        let Self { ring, peer, .. } = self;
        if !self.manner.sleeps {
            return spin(peer, || ring.reap());
        }
        loop {
            if let Some(message) = ring.reap() {
                return Ok(message);
            }
            ring.wait(PATIENCE).map_err(Error::call("io_uring_enter"))?;
            if !peer.is_alive() {
                return ring.reap().ok_or(Error::PeerDied);
            }
        }
    }
}

impl Mechanism for Exchange {
    fn prepare(&mut self, sequence: u64) -> Result<(), Error> {
        self.payload.fill(sequence);
        Ok(())
    }

    fn call(&mut self) -> Result<(), Error> {
        for slot in 0..self.manner.batch {
            self.memory.write(slot as usize * SLOT, self.payload.bytes());
            let length = i32::try_from(self.payload.bytes().len()).unwrap_or(0);
            let message = Message { data: u64::from(slot), result: length };
            self.ring.queue(self.to.number(), message).map_err(Error::call("queueing MSG_RING"))?;
        }
        self.ring.submit().map_err(Error::call("io_uring_enter"))?;
        let answer = self.reaped()?;
        if answer.data == u64::MAX {
            return Err(refused(answer));
        }
        if answer.data != u64::from(self.manner.batch) {
            return Err(Error::Unexpected(format!("the peer answers to {} messages", answer.data)));
        }
        Ok(())
    }

    fn settle(&mut self, _calls: u64) -> Result<u64, Error> {
        for slot in 0..self.manner.batch as usize {
            self.memory.read((SLOTS + slot) * SLOT, &mut self.came);
            self.payload.check(&self.came)?;
        }
        Ok(0)
    }

    fn operations(&self) -> u32 {
        self.manner.batch
    }
}

/// What the peer does until it is killed: reaps, copies each payload back, and answers each batch.
fn answer(ring: &mut Ring, back: i32, memory: &Shared, manner: Manner) -> io::Result<()> {
    let mut reaped = 0;
    loop {
        let Some(message) = ring.reap() else {
            if manner.sleeps {
                ring.wait(PATIENCE)?;
            }
            std::hint::spin_loop();
            continue;
        };
        let slot = usize::try_from(message.data).map_err(|_| io::ErrorKind::InvalidData)?;
        let length = usize::try_from(message.result).map_err(|_| io::ErrorKind::InvalidData)?;
        if slot >= SLOTS || length > SLOT {
            return Err(io::ErrorKind::InvalidData.into());
        }
        memory.copy(slot * SLOT, (SLOTS + slot) * SLOT, length);
        reaped += 1;
        if reaped == manner.batch {
            ring.queue(back, Message { data: u64::from(reaped), result: 0 })?;
            ring.submit()?;
            reaped = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Processors;

    fn request(size: usize) -> Request {
        Request { variant: "wait", size, processors: Processors { own: 0, peer: None } }
    }

    fn is_there() -> bool {
        match known(&request(8)) {
            Ok(()) => true,
            Err(missing) => {
                eprintln!("skipped: {missing}");
                false
            }
        }
    }

    #[test]
    fn every_batch_comes_back_whole() {
        if !is_there() {
            return;
        }
        for batch in [1, 8, 64] {
            let manner = Manner { batch, sleeps: true };
            let mut exchange = Exchange::new(&request(64), manner, answer).unwrap();
            for sequence in 0..20 {
                exchange.prepare(sequence).unwrap();
                exchange.call().unwrap();
                assert_eq!(exchange.settle(1).unwrap(), 0, "batches of {batch}");
            }
        }
    }

    #[test]
    fn a_peer_that_is_dead_is_an_error_and_not_a_hang() {
        if !is_there() {
            return;
        }
        for sleeps in [true, false] {
            let manner = Manner { batch: 1, sleeps };
            let mut exchange = Exchange::new(&request(8), manner, |_, _, _, _| Ok(())).unwrap();
            exchange.prepare(0).unwrap();
            let error = exchange.call().unwrap_err();
            assert!(matches!(error, Error::PeerDied), "{error}");
        }
    }
}
