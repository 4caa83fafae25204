//! Which lines begin which report.

use std::fmt;

/// What the kernel reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TroubleKind {
    /// The kernel stopped.
    Panic,
    /// An exception in the kernel, or a `BUG()`.
    Oops,
    /// `BUG:` without an exception: a sleeping function in atomic context, a bad page.
    Bug,
    /// `WARN_ON` and its kin.
    Warning,
    /// A report about locking.
    Lockdep,
    /// The address sanitizer.
    Kasan,
    /// The sampling detector of memory errors.
    Kfence,
    /// The sanitizer of uninitialised memory.
    Kmsan,
    /// The detector of data races.
    Kcsan,
    /// The sanitizer of undefined behaviour.
    Ubsan,
    /// Leaked memory.
    Kmemleak,
    /// A slab object that was overwritten or freed twice.
    Slab,
    /// A task that waits without end.
    HungTask,
    /// A processor that is not given back.
    Lockup,
    /// A processor that does not pass through a quiescent state.
    RcuStall,
    /// A process killed for want of memory: the guest may need more.
    OutOfMemory,
}

impl TroubleKind {
    /// What the report is called, for messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Panic => "kernel panic",
            Self::Oops => "kernel oops",
            Self::Bug => "kernel bug",
            Self::Warning => "kernel warning",
            Self::Lockdep => "lockdep report",
            Self::Kasan => "KASAN report",
            Self::Kfence => "KFENCE report",
            Self::Kmsan => "KMSAN report",
            Self::Kcsan => "KCSAN report",
            Self::Ubsan => "UBSAN report",
            Self::Kmemleak => "kmemleak report",
            Self::Slab => "slab corruption",
            Self::HungTask => "hung task",
            Self::Lockup => "lockup",
            Self::RcuStall => "RCU stall",
            Self::OutOfMemory => "guest out of memory",
        }
    }

    /// The report that a message begins, if it begins one.
    pub(super) fn begun_by(message: &str) -> Option<Self> {
        let row = STARTS.iter().find(|row| {
            message.strip_prefix(row.start).is_some_and(|behind| behind.contains(row.behind))
        });
        row.map(|row| row.kind).or_else(|| {
            let found = is_exception(message).then_some(Self::Oops);
            found.or_else(|| is_warning_at_a_line(message).then_some(Self::Warning))
        })
    }
}

impl fmt::Display for TroubleKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A message that begins with `start` and says `behind` somewhere after it.
struct Row {
    start: &'static str,
    behind: &'static str,
    kind: TroubleKind,
}

const fn row(start: &'static str, kind: TroubleKind) -> Row {
    Row { start, behind: "", kind }
}

/// The first row that fits counts.
const STARTS: &[Row] = &[
    row("Kernel panic - not syncing", TroubleKind::Panic),
    row("PANIC: ", TroubleKind::Panic),
    row("traps: PANIC: ", TroubleKind::Panic),
    row("BUG: KASAN: ", TroubleKind::Kasan),
    row("BUG: KFENCE: ", TroubleKind::Kfence),
    row("BUG: KMSAN: ", TroubleKind::Kmsan),
    row("BUG: KCSAN: ", TroubleKind::Kcsan),
    row("UBSAN: ", TroubleKind::Ubsan),
    Row { start: "kmemleak: ", behind: "suspected memory leak", kind: TroubleKind::Kmemleak },
    // mm/slub.c prints the cache's name behind a blank.
    Row { start: "BUG ", behind: "): ", kind: TroubleKind::Slab },
    row("BUG: unable to handle", TroubleKind::Oops),
    row("BUG: kernel NULL pointer dereference", TroubleKind::Oops),
    row("Unable to handle kernel", TroubleKind::Oops),
    row("kernel BUG at ", TroubleKind::Oops),
    row("Oops: ", TroubleKind::Oops),
    row("Internal error: ", TroubleKind::Oops),
    row("BUG: workqueue lockup", TroubleKind::Lockup),
    row("BUG: ", TroubleKind::Bug),
    row("watchdog: BUG: soft lockup", TroubleKind::Lockup),
    row("watchdog: Watchdog detected hard LOCKUP", TroubleKind::Lockup),
    row("NMI watchdog: Watchdog detected hard LOCKUP", TroubleKind::Lockup),
    Row { start: "rcu: INFO: rcu_", behind: "stall", kind: TroubleKind::RcuStall },
    Row { start: "INFO: task ", behind: " blocked ", kind: TroubleKind::HungTask },
    row("WARNING: possible ", TroubleKind::Lockdep),
    row("WARNING: inconsistent lock state", TroubleKind::Lockdep),
    row("WARNING: suspicious RCU usage", TroubleKind::Lockdep),
    row("WARNING: bad unlock balance detected", TroubleKind::Lockdep),
    row("WARNING: bad contention detected", TroubleKind::Lockdep),
    row("WARNING: held lock freed", TroubleKind::Lockdep),
    row("WARNING: lock held when returning to user space", TroubleKind::Lockdep),
    row("WARNING: Nested lock was not taken", TroubleKind::Lockdep),
    row("WARNING: HARDIRQ-", TroubleKind::Lockdep),
    row("WARNING: SOFTIRQ-", TroubleKind::Lockdep),
    Row { start: "WARNING: ", behind: "still has locks held", kind: TroubleKind::Lockdep },
    row("INFO: trying to register non-static key", TroubleKind::Lockdep),
    row("WARNING: CPU: ", TroubleKind::Warning),
    // These two print the stack and nothing else that would mark them.
    row("sysfs: cannot create duplicate filename", TroubleKind::Bug),
    row("kobject: kobject_add_internal failed for ", TroubleKind::Bug),
    row("Out of memory: Killed process ", TroubleKind::OutOfMemory),
    row("Memory cgroup out of memory: Killed process ", TroubleKind::OutOfMemory),
];

/// `divide error: 0000 [#1] PREEMPT SMP`, as `die()` prints every exception on x86:
/// a name, an error code of four hexadecimal digits or more, the count of oopses.
fn is_exception(message: &str) -> bool {
    let Some((name_and_code, count)) = message.split_once(" [#") else {
        return false;
    };
    let digits = count.trim_start_matches(|c: char| c.is_ascii_digit());
    let Some((name, code)) = name_and_code.rsplit_once(": ") else {
        return false;
    };
    let is_code = code.len() >= 4 && code.chars().all(|c| c.is_ascii_hexdigit());
    is_code && digits.len() < count.len() && digits.starts_with(']') && !name.contains('[')
}

/// `WARNING: drivers/misc/echo.c:120 at echo_ioctl+0x1f/0x30, CPU#0: test/70`, the form since 6.18.
fn is_warning_at_a_line(message: &str) -> bool {
    let Some((place, _)) = message.strip_prefix("WARNING: ").and_then(|m| m.split_once(" at "))
    else {
        return false;
    };
    place.rsplit_once(':').is_some_and(|(file, line)| {
        let extension = std::path::Path::new(file).extension();
        let is_source = extension.is_some_and(|e| ["c", "h", "rs", "S"].iter().any(|s| e == *s));
        is_source && line.parse::<u32>().is_ok()
    })
}
