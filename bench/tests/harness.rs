//! The harness against mechanisms and a clock that do what they are told: what it says has to be what
//! was put in. No real time is in here, so nothing depends on how busy the machine is.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::cell::Cell;
use std::collections::VecDeque;
use std::rc::Rc;

use ioctl_bench::measure::{Batch, Budget, Clock, Measurement, measure};
use ioctl_bench::{Error, Mechanism, Payload};

/// A clock that moves when it is told, and by a fixed step whenever it is read.
#[derive(Clone, Default)]
struct Told {
    now: Rc<Cell<u64>>,
    reading_takes: u64,
}

impl Clock for Told {
    fn now_ns(&self) -> u64 {
        self.now.set(self.now.get() + self.reading_takes);
        self.now.get()
    }
}

/// A mechanism whose calls take as long as a function says, and that hands its payload over in
/// memory.
struct Fake<D, T> {
    now: Rc<Cell<u64>>,
    delay: D,
    transport: T,
    calls: u64,
    payload: Payload,
    came: VecDeque<Vec<u8>>,
}

/// What becomes of the bytes of a call: its number since the start, from 0.
trait Transport {
    fn carry(&self, call: u64, bytes: Vec<u8>) -> Option<Vec<u8>>;
}

struct Faithful;
impl Transport for Faithful {
    fn carry(&self, _call: u64, bytes: Vec<u8>) -> Option<Vec<u8>> {
        Some(bytes)
    }
}

/// Flips a bit of one call's payload.
struct Damages {
    call: u64,
    byte: usize,
}
impl Transport for Damages {
    fn carry(&self, call: u64, mut bytes: Vec<u8>) -> Option<Vec<u8>> {
        if call == self.call {
            bytes[self.byte] ^= 0x10;
        }
        Some(bytes)
    }
}

/// Loses every call of which the number is a multiple.
struct Loses(u64);
impl Transport for Loses {
    fn carry(&self, call: u64, bytes: Vec<u8>) -> Option<Vec<u8>> {
        (!call.is_multiple_of(self.0)).then_some(bytes)
    }
}

impl<D: FnMut(u64) -> u64, T: Transport> Mechanism for Fake<D, T> {
    fn prepare(&mut self, sequence: u64) -> Result<(), Error> {
        self.payload.fill(sequence);
        Ok(())
    }

    fn call(&mut self) -> Result<(), Error> {
        let call = self.calls;
        self.calls += 1;
        self.now.set(self.now.get() + (self.delay)(call));
        self.came.extend(self.transport.carry(call, self.payload.bytes().to_vec()));
        Ok(())
    }

    fn settle(&mut self, calls: u64) -> Result<u64, Error> {
        let lost = calls - self.came.len() as u64;
        for came in self.came.drain(..) {
            self.payload.check(&came)?;
        }
        Ok(lost)
    }

    fn batch(&self) -> u64 {
        1000
    }
}

const BUDGET: Budget = Budget {
    checked_calls: 10,
    warm_up_ns: 50_000_000,
    batches_ns: 20_000_000,
    batch: Batch::Grown,
    calls_ns: 1_000_000_000,
    least_calls: 1,
    most_calls: 100_000,
};

fn run(
    reading_takes: u64,
    delay: impl FnMut(u64) -> u64,
    transport: impl Transport,
) -> Result<Measurement, Error> {
    run_with(&BUDGET, reading_takes, delay, transport)
}

fn run_with(
    budget: &Budget,
    reading_takes: u64,
    delay: impl FnMut(u64) -> u64,
    transport: impl Transport,
) -> Result<Measurement, Error> {
    let clock = Told { reading_takes, ..Told::default() };
    let mut fake = Fake {
        now: Rc::clone(&clock.now),
        delay,
        transport,
        calls: 0,
        payload: Payload::new(64),
        came: VecDeque::new(),
    };
    measure(&mut fake, &clock, budget)
}

/// Within a thousandth, which is what three digits tell, and the clock's one reading.
fn assert_near(found: u64, put_in: u64, reading_takes: u64) {
    let put_in = put_in + reading_takes;
    assert!(found.abs_diff(put_in) * 1000 <= put_in, "{found} for {put_in}");
}

#[test]
fn a_distribution_that_was_put_in_comes_out_with_its_quantiles() {
    // Of 10000 calls: 6000 of 500 ns, 3500 of 2 µs, 450 of 30 µs, 40 of 400 µs, 10 of 5 ms.
    let delay = |call: u64| match (call * 7919) % 10_000 {
        0..6000 => 500,
        6000..9500 => 2_000,
        9500..9950 => 30_000,
        9950..9990 => 400_000,
        _ => 5_000_000,
    };
    for reading_takes in [0, 25] {
        let measured = run(reading_takes, delay, Faithful).unwrap();
        let found = measured.histogram.quantiles();
        assert_near(found.p50, 500, reading_takes);
        assert_near(found.p90, 2_000, reading_takes);
        assert_near(found.p99, 30_000, reading_takes);
        assert_near(found.p999, 400_000, reading_takes);
        assert_near(found.max, 5_000_000, reading_takes);
    }
}

#[test]
fn the_shares_of_a_distribution_come_out_as_counts() {
    let delay = |call: u64| if call.is_multiple_of(4) { 1_000 } else { 100 };
    let measured = run(0, delay, Faithful).unwrap();
    let buckets = measured.histogram.buckets();
    let calls: u64 = buckets.iter().map(|(_, count)| count).sum();
    assert_eq!(calls, 100_000);
    let long: u64 = buckets.iter().filter(|(ns, _)| *ns >= 990).map(|(_, count)| count).sum();
    assert_eq!(long, 25_000);
}

#[test]
fn batches_leave_the_clock_out_and_rare_delays_leave_their_median_alone() {
    // One call in 50 000 takes 10 ms, as one that another process interrupts.
    let delay = |call: u64| if call % 50_000 == 40_000 { 10_000_000 } else { 200 };
    let measured = run(30, delay, Faithful).unwrap();
    let batch = measured.batches.median_ns;
    // Batches have 512 or more calls of 200 ns; one reading of the clock is spread over them.
    assert!((200.0..200.1).contains(&batch), "{batch}");
    assert!(measured.batches.mean_ns > 250.0, "the mean has them: {:?}", measured.batches);
    assert_near(measured.histogram.quantiles().p50, 200, 30);
}

#[test]
fn an_articles_batch_is_as_many_calls_as_it_says() {
    let calls = Rc::new(Cell::new(0));
    let counted = Rc::clone(&calls);
    let budget = Budget {
        checked_calls: 0,
        warm_up_ns: 0,
        batches_ns: 1,
        most_calls: 1,
        ..BUDGET.with_batches_of(5000)
    };
    let delay = move |_| {
        counted.set(counted.get() + 1);
        1_270
    };
    let measured = run_with(&budget, 0, delay, Faithful).unwrap();
    assert_eq!(calls.get(), 5001, "one batch, and one call by itself");
    assert!((measured.batches.median_ns - 1_270.0).abs() < 1e-9, "{:?}", measured.batches);
}

#[test]
fn a_payload_that_is_damaged_once_ends_the_measurement_wherever_that_is() {
    // Among the checked calls, in the warm-up, in a batch, and among the single calls.
    for call in [3, 20, 100_000, 250_000] {
        let damaged = run(0, |_| 100, Damages { call, byte: 33 });
        let error = damaged.unwrap_err();
        assert!(matches!(error, Error::Corrupted { at: 33, .. }), "call {call}: {error}");
    }
}

#[test]
fn records_that_are_lost_are_counted() {
    let measured = run(0, |_| 1_000, Loses(10)).unwrap();
    // A tenth of the single calls, and of the 20 ms of batches with calls of 1 µs.
    let single = measured.histogram.calls() / 10;
    let in_batches = 20_000 / 10;
    let expected = single + in_batches;
    assert!(measured.lost.abs_diff(expected) <= 60, "{} for {expected}", measured.lost);
    assert_eq!(run(0, |_| 1_000, Faithful).unwrap().lost, 0);
}

#[test]
fn the_warm_up_lasts_until_the_times_have_settled_and_is_not_in_the_figures() {
    // Falls from 40 µs to 1 µs over the first 2000 calls.
    let delay = |call: u64| if call < 2_000 { 40_000 - call * 19 } else { 1_000 };
    let measured = run(0, delay, Faithful).unwrap();
    assert!(measured.warm_up.stable);
    assert!(measured.warm_up.calls >= 1_990, "{:?}", measured.warm_up);
    assert_near(measured.histogram.quantiles().max, 1_000, 0);
}

#[test]
fn times_that_never_settle_are_measured_and_said_to_be_unsettled() {
    let measured = run(0, |call| 100 << ((call / 64) % 10), Faithful).unwrap();
    assert!(!measured.warm_up.stable);
    assert!(measured.histogram.calls() > 0);
}

#[test]
fn few_slow_calls_are_made_until_there_are_enough_but_not_for_ever() {
    let budget = Budget { calls_ns: 1_000_000, least_calls: 50, ..BUDGET };
    let enough = run_with(&budget, 0, |_| 100_000, Faithful).unwrap();
    assert_eq!(enough.histogram.calls(), 50, "ten would fit into the time");
    let slow = run_with(&budget, 0, |_| 2_000_000, Faithful).unwrap();
    assert_eq!(slow.histogram.calls(), 5, "ten times the time is over");
}

#[test]
fn a_call_that_fails_ends_the_measurement_with_its_error() {
    struct Fails;
    impl Mechanism for Fails {
        fn prepare(&mut self, _sequence: u64) -> Result<(), Error> {
            Ok(())
        }
        fn call(&mut self) -> Result<(), Error> {
            Err(Error::PeerDied)
        }
        fn settle(&mut self, _calls: u64) -> Result<u64, Error> {
            Ok(0)
        }
    }
    let failed = measure(&mut Fails, &Told::default(), &BUDGET);
    assert!(matches!(failed, Err(Error::PeerDied)));
}
