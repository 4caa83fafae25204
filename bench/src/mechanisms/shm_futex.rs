//! Ping-pong of two processes over a shared page: a payload there, a copy of it back. Whoever waits
//! spins, sleeps on a futex, or spins for a while and then sleeps.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};

use super::peer::{PATIENCE, spin, two_processors};
use crate::sys::futex;
use crate::sys::memory::{Shared, page};
use crate::sys::process::Peer;
use crate::{Class, Entry, Error, Mechanism, Payload, Request, Sizes, Variant};

pub(super) const ENTRY: Entry = Entry {
    name: "shm-futex",
    class: Class::PeerRoundTrip,
    variants: &[
        Variant {
            name: "spin",
            what: "N bytes there and back; both wait without sleeping, no system call",
        },
        Variant {
            name: "spin-then-wait",
            what: "N bytes there and back; both look 1000 times, then sleep",
        },
        Variant { name: "wait", what: "N bytes there and back; both sleep at once (futex)" },
    ],
    sizes: Sizes::Between(1, MOST),
    needs: "spin and spin-then-wait: two processors",
    trigger: None,
    requires: |request| match request.variant {
        "wait" => Ok(()),
        _ => two_processors(request).map(drop),
    },
    open: |request| {
        let manner = Manner::of(request.variant);
        Ok(Box::new(PingPong::new(request, manner, move |page| answer(page, manner))?))
    },
};

const MOST: usize = 4096;
/// The turn's word: odd while the peer is to answer, even when it has.
const TURN: usize = 0;
/// Who sleeps: 1 for the measuring process, 2 for the peer. On a cache line of its own.
const SLEEPERS: usize = 64;
/// The payload's bytes.
const LENGTH: usize = 128;
/// The payload there.
const THERE: usize = 4096;
/// And back.
const BACK: usize = 8192;

/// How somebody waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Spin,
    SpinThenWait,
    Wait,
}

impl Manner {
    fn of(variant: &str) -> Self {
        match variant {
            "spin" => Self::Spin,
            "wait" => Self::Wait,
            _ => Self::SpinThenWait,
        }
    }

    /// How often the word is looked at before sleeping.
    fn looks(self) -> u32 {
        match self {
            Self::Spin => u32::MAX,
            Self::SpinThenWait => 1000,
            Self::Wait => 1,
        }
    }
}

/// One of the two processes, by its bit in the word of those that sleep.
#[derive(Debug, Clone, Copy)]
enum Side {
    Measuring = 1,
    Peer = 2,
}

struct PingPong {
    memory: Shared,
    peer: Peer,
    manner: Manner,
    turn: u32,
    payload: Payload,
    came: Vec<u8>,
}

impl PingPong {
    fn new(
        request: &Request,
        manner: Manner,
        peer: impl FnOnce(&Shared) -> io::Result<()>,
    ) -> Result<Self, Error> {
        let bytes = (BACK + MOST).next_multiple_of(page());
        let memory = Shared::new(bytes).map_err(Error::call("shared memory"))?;
        let length = u32::try_from(request.size.min(MOST)).unwrap_or(0);
        memory.cell32(LENGTH).store(length, Ordering::Relaxed);
        let peer = Peer::start(request.processors.peer, || peer(&memory));
        Ok(Self {
            peer: peer.map_err(Error::call("fork"))?,
            memory,
            manner,
            turn: 0,
            payload: Payload::new(request.size),
            came: vec![0; request.size],
        })
    }
}

impl Mechanism for PingPong {
    fn prepare(&mut self, sequence: u64) -> Result<(), Error> {
        self.payload.fill(sequence);
        Ok(())
    }

    fn call(&mut self) -> Result<(), Error> {
        let Self { memory, peer, manner, turn, payload, .. } = self;
        memory.write(THERE, payload.bytes());
        hand_over(memory, Side::Measuring, turn.wrapping_add(1))
            .map_err(Error::call("FUTEX_WAKE"))?;
        *turn = turn.wrapping_add(2);
        let word = memory.cell32(TURN);
        let answered = || (word.load(Ordering::Acquire) == *turn).then_some(());
        if *manner == Manner::Spin {
            return spin(peer, answered);
        }
        while looked(*manner, answered).is_none() {
            let asked = turn.wrapping_sub(1);
            sleep(memory, Side::Measuring, asked).map_err(Error::call("FUTEX_WAIT"))?;
            if answered().is_none() && !peer.is_alive() {
                return answered().ok_or(Error::PeerDied);
            }
        }
        Ok(())
    }

    fn settle(&mut self, _calls: u64) -> Result<u64, Error> {
        self.memory.read(BACK, &mut self.came);
        self.payload.check(&self.came)?;
        Ok(0)
    }
}

/// What the peer does until it is killed: waits for its turn, copies the payload, hands over.
fn answer(memory: &Shared, manner: Manner) -> io::Result<()> {
    let length = memory.cell32(LENGTH).load(Ordering::Relaxed) as usize;
    let word = memory.cell32(TURN);
    let mut last: u32 = 0;
    loop {
        let asked = || (word.load(Ordering::Acquire) != last).then_some(());
        while looked(manner, asked).is_none() {
            if manner != Manner::Spin {
                sleep(memory, Side::Peer, last)?;
            }
        }
        memory.copy(THERE, BACK, length);
        last = last.wrapping_add(2);
        hand_over(memory, Side::Peer, last)?;
    }
}

fn looked(manner: Manner, look: impl Fn() -> Option<()>) -> Option<()> {
    for _ in 0..manner.looks() {
        if look().is_some() {
            return Some(());
        }
        std::hint::spin_loop();
    }
    None
}

/// Says that it is the other's turn, and wakes it if it sleeps.
fn hand_over(memory: &Shared, by: Side, turn: u32) -> io::Result<()> {
    let word = memory.cell32(TURN);
    // Sequentially consistent, as are the other side's bit and look: one of the two sees the other.
    word.store(turn, Ordering::SeqCst);
    let sleeps = sleepers(memory).load(Ordering::SeqCst) & !(by as u32) != 0;
    if sleeps { futex::wake(word) } else { Ok(()) }
}

/// Sleeps while the word is still what it was.
fn sleep(memory: &Shared, side: Side, before: u32) -> io::Result<()> {
    sleepers(memory).fetch_or(side as u32, Ordering::SeqCst);
    // The kernel compares the word again, so a turn that was handed over meanwhile is not missed.
    let slept = futex::wait(memory.cell32(TURN), before, PATIENCE);
    sleepers(memory).fetch_and(!(side as u32), Ordering::SeqCst);
    slept
}

fn sleepers(memory: &Shared) -> &AtomicU32 {
    memory.cell32(SLEEPERS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Processors;

    fn request(size: usize) -> Request {
        Request { variant: "wait", size, processors: Processors { own: 0, peer: None } }
    }

    #[test]
    fn every_manner_brings_the_payload_back() {
        for manner in [Manner::Spin, Manner::SpinThenWait, Manner::Wait] {
            for size in [1, 64, 4096] {
                let mut pair =
                    PingPong::new(&request(size), manner, |m| answer(m, manner)).unwrap();
                for sequence in 0..50 {
                    pair.prepare(sequence).unwrap();
                    pair.call().unwrap();
                    assert_eq!(pair.settle(1).unwrap(), 0, "{manner:?}, {size} bytes");
                }
            }
        }
    }

    #[test]
    fn a_peer_that_is_dead_is_an_error_and_not_a_hang() {
        for manner in [Manner::Spin, Manner::SpinThenWait, Manner::Wait] {
            let mut pair = PingPong::new(&request(64), manner, |_| Ok(())).unwrap();
            pair.prepare(0).unwrap();
            let error = pair.call().unwrap_err();
            assert!(matches!(error, Error::PeerDied), "{manner:?}: {error}");
        }
    }

    #[test]
    fn a_peer_that_dies_in_the_middle_is_an_error_and_not_a_hang() {
        let answers_once = |memory: &Shared| {
            while memory.cell32(TURN).load(Ordering::Acquire) != 1 {
                std::thread::yield_now();
            }
            memory.copy(THERE, BACK, 64);
            hand_over(memory, Side::Peer, 2)
        };
        let mut pair = PingPong::new(&request(64), Manner::Wait, answers_once).unwrap();
        pair.prepare(0).unwrap();
        pair.call().unwrap();
        assert_eq!(pair.settle(1).unwrap(), 0);
        assert!(matches!(pair.call(), Err(Error::PeerDied)));
    }

    #[test]
    fn a_payload_that_the_peer_damages_is_found() {
        let damages = |memory: &Shared| {
            while memory.cell32(TURN).load(Ordering::Acquire) != 1 {
                std::thread::yield_now();
            }
            memory.copy(THERE, BACK, 64);
            memory.write(BACK + 17, &[memory.byte(THERE + 17) ^ 1]);
            hand_over(memory, Side::Peer, 2)
        };
        let mut pair = PingPong::new(&request(64), Manner::Wait, damages).unwrap();
        pair.prepare(3).unwrap();
        pair.call().unwrap();
        let error = pair.settle(1).unwrap_err();
        assert!(matches!(error, Error::Corrupted { sequence: 3, at: 17 }), "{error}");
    }
}
