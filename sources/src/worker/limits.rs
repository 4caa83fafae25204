//! How much a worker may take, and what it has taken so far.

use std::fs;
use std::num::NonZero;
use std::time::Duration;

use super::work::{Order, Work};

/// Processor time for one file.
const CPU_OF_FILE: Duration = Duration::from_secs(10);

/// Processor time more for each further file that is read together with others.
const CPU_OF_FURTHER: Duration = Duration::from_millis(250);

/// Processor time between two pieces of work: all that is read is put together then.
pub(super) const CPU_BETWEEN: Duration = Duration::from_secs(120);

/// How long nothing at all may happen. A pipe in place of a file never has anything to read.
pub(super) const SILENCE: Duration = Duration::from_secs(60);

/// Memory in bytes for source, and more for each processor, as each reads files of its own.
const MEMORY: u64 = 1 << 30;
const MEMORY_OF_PROCESSOR: u64 = 256 << 20;

/// Memory in bytes for compiled objects, which are unpacked.
const MEMORY_OF_OBJECTS: u64 = 4 << 30;

/// Address space in bytes besides memory: stacks of threads that are never touched.
const STACKS: u64 = 16 << 30;
const STACKS_OF_PROCESSOR: u64 = 1 << 30;

/// What reading that many files together may take.
pub(super) fn cpu_of(files: usize) -> Duration {
    let further = u32::try_from(files.saturating_sub(1)).unwrap_or(u32::MAX);
    CPU_OF_FILE.saturating_add(CPU_OF_FURTHER.saturating_mul(further))
}

fn processors() -> u64 {
    std::thread::available_parallelism().map_or(1, NonZero::get) as u64
}

/// Memory that a worker may hold, in bytes.
pub(super) fn memory(order: &Order) -> u64 {
    let whole = match order {
        Order::Read(Work::C(_) | Work::Drivers(_) | Work::Programs(_) | Work::Rust(_))
        | Order::Parse(_) => MEMORY,
        Order::Read(Work::Objects(_)) => MEMORY_OF_OBJECTS,
    };
    whole + MEMORY_OF_PROCESSOR * processors()
}

/// Address space that it may take, in bytes: the second line, which the kernel holds.
pub(super) fn address_space() -> u64 {
    MEMORY_OF_OBJECTS + STACKS + STACKS_OF_PROCESSOR * processors()
}

/// What a process has taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Taken {
    /// Processor time of all its threads.
    pub(super) cpu: Duration,
    /// Memory that it holds, in bytes.
    pub(super) memory: u64,
}

impl Taken {
    /// By what `/proc` says; nothing where there is no `/proc`.
    pub(super) fn of(process: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        // The name in front may have spaces and parentheses of its own.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        // proc_pid_stat(5): fields 14, 15 and 24, where the state behind the name is the third.
        let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        let ticks = field(14)? + field(15)?;
        let second = rustix::param::clock_ticks_per_second();
        Some(Self {
            cpu: Duration::from_millis(ticks * 1000 / second.max(1)),
            memory: field(24)? * rustix::param::page_size() as u64,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_holds_memory_and_has_taken_less_time_than_it_has_lived() {
        let taken = Taken::of(std::process::id()).unwrap();
        assert!(taken.memory > 100 << 10, "{taken:?}");
        assert!(taken.cpu < Duration::from_secs(24 * 60 * 60), "{taken:?}");
    }
}
