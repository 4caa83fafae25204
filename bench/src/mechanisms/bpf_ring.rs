//! A BPF program that puts N bytes into a ring buffer, which user space reads. What is timed is the
//! producing, with what sets the program off (`bpf-trigger`, to be subtracted); the reading is not.

use std::os::fd::OwnedFd;
use std::sync::atomic::Ordering;

use super::bpf_program::Trigger;
use crate::sys::bpf::{self, Instruction};
use crate::sys::memory::{Access, Shared, page};
use crate::{Class, Entry, Error, Mechanism, Missing, Payload, Sizes, Variant};

pub(super) const ENTRY: Entry = Entry {
    name: "bpf-ring",
    class: Class::OneWay,
    variants: &[
        Variant {
            name: "adaptive",
            what: "bpf_ringbuf_output of N bytes; wakes a reader that has caught up",
        },
        Variant { name: "no-wakeup", what: "bpf_ringbuf_output of N bytes; never wakes" },
        Variant { name: "force-wakeup", what: "bpf_ringbuf_output of N bytes; always wakes" },
    ],
    sizes: Sizes::Between(1, MOST),
    needs: "CAP_BPF, or kernel.unprivileged_bpf_disabled = 0; Linux 5.8",
    trigger: Some("bpf-trigger"),
    requires: |request| {
        let made = BpfRing::new(request.variant, request.size, RING_BYTES);
        made.map(drop).map_err(|error| Missing::new(format!("{error} (CAP_BPF?)")))
    },
    open: |request| Ok(Box::new(BpfRing::new(request.variant, request.size, RING_BYTES)?)),
};

/// The largest record.
const MOST: usize = 4096;
/// A power of two, and pages.
const RING_BYTES: usize = 1 << 18;
/// Where the payload is in the array's value; at 0 the program counts what found no room.
const PAYLOAD: usize = PAYLOAD_IN_PROGRAM as usize;
const PAYLOAD_IN_PROGRAM: i32 = 64;
/// The kernel's `bpf_ringbuf_output`.
const RINGBUF_OUTPUT: i32 = 130;
/// A record that is still being written, and one that was given up: bits of its length.
const BUSY: u32 = 1 << 31;
const DISCARDED: u32 = 1 << 30;
/// The bytes in front of each record.
const RECORD_HEADER: usize = 8;

struct BpfRing {
    trigger: Trigger,
    /// What the program reads and counts in.
    shared: Shared,
    /// The position up to which we have read, which the kernel looks at.
    consumer: Shared,
    /// The position up to which the kernel has written, a page, then the records, twice.
    producer: Shared,
    ring_bytes: usize,
    payload: Payload,
    came: Vec<u8>,
}

impl BpfRing {
    fn new(variant: &str, size: usize, ring_bytes: usize) -> Result<Self, Error> {
        let page = page();
        let record = i32::try_from(size.min(MOST)).unwrap_or(0);
        let value = (PAYLOAD + MOST).next_multiple_of(page);
        let array = bpf::map(bpf::ARRAY, 4, narrow(value)?, 1, bpf::MAPPABLE);
        let array = array.map_err(Error::call("a BPF array"))?;
        let ring = bpf::map(bpf::RING, 0, 0, narrow(ring_bytes)?, 0);
        let ring = ring.map_err(Error::call("a BPF ring buffer"))?;
        let mapped = |map, offset, bytes, access| {
            Shared::of(map, offset, bytes, access).map_err(Error::call("mapping a BPF map"))
        };
        Ok(Self {
            trigger: Trigger::new(&program(&array, &ring, record, wakeup(variant)))?,
            shared: mapped(&array, 0, value, Access::ReadWrite)?,
            consumer: mapped(&ring, 0, page, Access::ReadWrite)?,
            producer: mapped(&ring, page as u64, page + 2 * ring_bytes, Access::Read)?,
            ring_bytes,
            payload: Payload::new(size),
            came: vec![0; size],
        })
    }

    /// Reads and compares every record that is there; how many there were.
    fn drain(&mut self) -> Result<u64, Error> {
        let end = self.producer.cell64(0).load(Ordering::Acquire);
        let mut at = self.consumer.cell64(0).load(Ordering::Relaxed);
        let mut records = 0;
        while at < end {
            let header = page() + (at % self.ring_bytes as u64) as usize;
            let length = self.producer.cell32(header).load(Ordering::Acquire);
            if length & BUSY != 0 {
                return Err(Error::Unexpected("a record is written and not finished".to_owned()));
            }
            let bytes = (length & !DISCARDED) as usize;
            if bytes != self.came.len() {
                return Err(Error::Unexpected(format!("a record has {bytes} bytes")));
            }
            self.producer.read(header + RECORD_HEADER, &mut self.came);
            self.payload.check(&self.came)?;
            at += (bytes + RECORD_HEADER).next_multiple_of(8) as u64;
            records += 1;
        }
        self.consumer.cell64(0).store(at, Ordering::Release);
        Ok(records)
    }
}

impl Mechanism for BpfRing {
    fn prepare(&mut self, sequence: u64) -> Result<(), Error> {
        self.payload.fill(sequence);
        self.shared.write(PAYLOAD, self.payload.bytes());
        Ok(())
    }

    fn call(&mut self) -> Result<(), Error> {
        self.trigger.pull()
    }

    fn settle(&mut self, calls: u64) -> Result<u64, Error> {
        let came = self.drain()?;
        let dropped = self.shared.cell64(0).swap(0, Ordering::Relaxed);
        if came + dropped != calls {
            return Err(Error::Unexpected(format!(
                "{calls} records were produced, {came} came and {dropped} were dropped"
            )));
        }
        Ok(dropped)
    }

    fn batch(&self) -> u64 {
        let record = (self.came.len() + RECORD_HEADER).next_multiple_of(8);
        (self.ring_bytes / record / 2) as u64
    }
}

/// The kernel's `BPF_RB_NO_WAKEUP` and `BPF_RB_FORCE_WAKEUP`.
fn wakeup(variant: &str) -> i32 {
    match variant {
        "no-wakeup" => 1,
        "force-wakeup" => 2,
        _ => 0,
    }
}

/// Puts the payload into the ring, and counts if there was no room.
fn program(array: &OwnedFd, ring: &OwnedFd, size: i32, flags: i32) -> Vec<Instruction> {
    let mut program = Vec::new();
    program.extend(bpf::set_map(1, ring));
    program.extend(bpf::set_value(2, array, PAYLOAD_IN_PROGRAM));
    program.extend([bpf::set(3, size), bpf::set(4, flags), bpf::call(RINGBUF_OUTPUT)]);
    program.push(bpf::skip_if_zero(0, 4));
    program.extend(bpf::set_value(1, array, 0));
    program.extend([bpf::set(2, 1), bpf::add_to_memory(1, 2)]);
    program.extend([bpf::set(0, 0), bpf::exit()]);
    program
}

fn narrow(bytes: usize) -> Result<u32, Error> {
    u32::try_from(bytes).map_err(|_| Error::Unexpected(format!("{bytes} bytes are too many")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small ring, if this user may have one.
    fn ring(size: usize) -> Option<BpfRing> {
        match BpfRing::new("no-wakeup", size, page()) {
            Ok(ring) => Some(ring),
            Err(error) => {
                eprintln!("skipped: {error}");
                None
            }
        }
    }

    #[test]
    fn records_that_find_no_room_are_counted_and_the_others_are_read() {
        let Some(mut ring) = ring(1024) else { return };
        ring.prepare(1).unwrap();
        for _ in 0..10 {
            ring.call().unwrap();
        }
        // A page holds three records of 1032 bytes.
        assert_eq!(ring.settle(10).unwrap(), 7);
        ring.prepare(2).unwrap();
        ring.call().unwrap();
        assert_eq!(ring.settle(1).unwrap(), 0, "there is room again");
    }

    #[test]
    fn a_record_that_was_changed_on_the_way_is_found() {
        let Some(mut ring) = ring(64) else { return };
        ring.prepare(1).unwrap();
        ring.shared.write(PAYLOAD + 40, &[0xff]);
        ring.call().unwrap();
        let error = ring.settle(1).unwrap_err();
        assert!(matches!(error, Error::Corrupted { at: 40, .. }), "{error}");
    }

    #[test]
    fn a_record_that_nobody_accounts_for_is_an_error() {
        let Some(mut ring) = ring(8) else { return };
        ring.prepare(1).unwrap();
        ring.call().unwrap();
        assert!(ring.settle(2).is_err());
    }
}
