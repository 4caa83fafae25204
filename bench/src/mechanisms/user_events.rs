//! User events of tracefs: a `writev` of the event's index and its payload. While nobody traces, a
//! program looks at a bit in its own memory, and writes nothing.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use ioctlkit::HOST;
use ioctlkit::abi::Direction;

use super::trace_page;
use crate::sys::memory::{Shared, page};
use crate::sys::{affinity, control, socket};
use crate::{Class, Entry, Error, Mechanism, Missing, Payload, Request, Sizes, Variant};

pub(super) const ENTRY: Entry = Entry {
    name: "user-events",
    class: Class::OneWay,
    variants: &[
        Variant { name: "enabled", what: "the bit is looked at, and writev of index and N bytes" },
        Variant { name: "disabled", what: "the bit is looked at, and is not set" },
    ],
    sizes: Sizes::Between(1, MOST),
    needs: "CONFIG_USER_EVENTS (in no kernel of Debian's, in that of `cargo xtask kernel`), as root",
    trigger: None,
    requires,
    open: |request| {
        let event = UserEvent::new(request.size)?;
        Ok(Box::new(if request.variant == "enabled" { event.traced()? } else { event }))
    },
};

/// The kernel's `MAX_FIELD_ARRAY_SIZE`.
const MOST: usize = 1024;
const TRACEFS: &str = "/sys/kernel/tracing";
/// The fields that every event begins with, in the trace.
const COMMON: usize = 8;
/// The bit of the word that the kernel sets while somebody traces.
const BIT: u8 = 31;
/// Where the word is in the memory that is mapped for it.
const WORD: usize = 0;

fn requires(_request: &Request) -> Result<(), Missing> {
    if !Path::new(TRACEFS).join("README").exists() {
        return Err(Missing::new(format!("{TRACEFS} cannot be read (root, and tracefs mounted)")));
    }
    let data = format!("{TRACEFS}/user_events_data");
    if !Path::new(&data).exists() {
        return Err(Missing::new("this kernel has no CONFIG_USER_EVENTS"));
    }
    OpenOptions::new().read(true).write(true).open(&data).map(drop).map_err(Missing::because(data))
}

/// A registered event. Its memory, with the bit, is mapped for it alone: the kernel writes there.
struct UserEvent {
    data: File,
    index: [u8; 4],
    bit: Shared,
    name: String,
    instance: Option<Instance>,
    payload: Payload,
    pages: Vec<u8>,
}

impl UserEvent {
    fn new(size: usize) -> Result<Self, Error> {
        let path = format!("{TRACEFS}/user_events_data");
        let data = OpenOptions::new().read(true).write(true).open(path);
        let data = data.map_err(Error::call("opening user_events_data"))?;
        let bit = Shared::new(page()).map_err(Error::call("shared memory"))?;
        let name = format!("ioctl_bench_{}", std::process::id());
        let index = register(&data, &format!("{name} unsigned char[{size}] payload\0"), &bit)?;
        let pages = vec![0; page()];
        Ok(Self { data, index, bit, name, instance: None, payload: Payload::new(size), pages })
    }

    /// Switched on, in an instance of tracefs of its own.
    fn traced(mut self) -> Result<Self, Error> {
        let instance = Instance::new(&self.name)?;
        instance.enable()?;
        self.instance = Some(instance);
        if self.is_traced() {
            return Ok(self);
        }
        Err(Error::Unexpected("the kernel did not set the event's bit".to_owned()))
    }

    #[inline]
    fn is_traced(&self) -> bool {
        self.bit.cell32(WORD).load(Ordering::Relaxed) & (1 << BIT) != 0
    }
}

impl Mechanism for UserEvent {
    fn prepare(&mut self, sequence: u64) -> Result<(), Error> {
        self.payload.fill(sequence);
        Ok(())
    }

    fn call(&mut self) -> Result<(), Error> {
        if !self.is_traced() {
            return Ok(());
        }
        let written = socket::write_two(self.data.as_fd(), &self.index, self.payload.bytes());
        written.map(drop).map_err(Error::call("writev"))
    }

    fn settle(&mut self, calls: u64) -> Result<u64, Error> {
        let Some(instance) = &mut self.instance else { return Ok(0) };
        let mut came = 0;
        for pipe in &mut instance.pipes {
            while let Some(bytes) = drained(pipe, &mut self.pages)? {
                for event in trace_page::events(&self.pages[..bytes]) {
                    let end = (COMMON + self.payload.bytes().len()).min(event.len());
                    self.payload.check(event.get(COMMON..end).unwrap_or_default())?;
                    came += 1;
                }
            }
        }
        if came > calls {
            return Err(Error::Unexpected(format!("{calls} events were written, {came} came")));
        }
        Ok(calls - came)
    }

    fn batch(&self) -> u64 {
        match self.instance {
            // Half of the buffer, so that none is overwritten.
            Some(_) => Instance::BYTES / 2 / (self.payload.bytes().len() as u64 + 32),
            None => u64::MAX,
        }
    }
}

/// Registers the event: the index to write, in the machine's byte order.
fn register(data: &File, name: &str, bit: &Shared) -> Result<[u8; 4], Error> {
    // struct user_reg of linux/user_events.h, packed.
    let mut argument = Vec::with_capacity(28);
    argument.extend(28_u32.to_ne_bytes());
    argument.extend([BIT, 4]);
    argument.extend(0_u16.to_ne_bytes());
    argument.extend((bit.cell32(WORD).as_ptr() as u64).to_ne_bytes());
    argument.extend((name.as_ptr() as u64).to_ne_bytes());
    argument.extend(0_u32.to_ne_bytes());
    // DIAG_IOCSREG is _IOWR('*', 0, struct user_reg *): the size is a pointer's.
    let command = HOST.encoding.encode(Direction::ReadWrite, b'*', 0, size_of::<usize>() as u64);
    let command =
        command.map_err(|_| Error::Unexpected("DIAG_IOCSREG has no number".to_owned()))?;
    control::ioctl(data.as_fd(), command, &mut argument, 28)
        .map_err(Error::call("DIAG_IOCSREG"))?;
    argument.last_chunk().copied().ok_or(Error::Unexpected("no index came".to_owned()))
}

/// A folder of tracefs with buffers of its own, which is removed at the end.
struct Instance {
    folder: PathBuf,
    name: String,
    pipes: Vec<File>,
}

impl Instance {
    /// The buffer's size for each processor.
    const BYTES: u64 = 1 << 20;

    fn new(name: &str) -> Result<Self, Error> {
        let folder = Path::new(TRACEFS).join("instances").join(name);
        fs::create_dir(&folder).map_err(Error::call("an instance of tracefs"))?;
        let mut instance = Self { folder, name: name.to_owned(), pipes: Vec::new() };
        let size = (Self::BYTES / 1024).to_string();
        instance.write("buffer_size_kb", &size)?;
        instance.write("tracing_on", "1")?;
        for cpu in affinity::allowed().map_err(Error::call("sched_getaffinity"))? {
            let path = instance.folder.join(format!("per_cpu/cpu{cpu}/trace_pipe_raw"));
            let pipe = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(&path);
            instance.pipes.push(pipe.map_err(Error::call("opening trace_pipe_raw"))?);
        }
        Ok(instance)
    }

    fn enable(&self) -> Result<(), Error> {
        self.write(&format!("events/user_events/{}/enable", self.name), "1")
    }

    fn write(&self, file: &str, text: &str) -> Result<(), Error> {
        let path = self.folder.join(file);
        fs::write(&path, text).map_err(Error::call(format!("writing to {}", path.display())))
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.pipes.clear();
        // An event that somebody traces keeps its instance; where these fail, the folder stays.
        let _ = self.write(&format!("events/user_events/{}/enable", self.name), "0");
        let _ = fs::remove_dir(&self.folder);
    }
}

/// Reads a page of events, if there is one.
fn drained(pipe: &mut File, page: &mut [u8]) -> Result<Option<usize>, Error> {
    match pipe.read(page) {
        Ok(0) => Ok(None),
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(Error::call("reading trace_pipe_raw")(error)),
    }
}
