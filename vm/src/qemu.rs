//! The emulator: which acceleration it is given, its command line, its three streams.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{ChildStderr, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::error::VmError;
use crate::process::Guarded;
use crate::programs::find_program;

pub(crate) const PROGRAM: &str = "qemu-system-x86_64";
const REMEDY: &str = "install Debian's package qemu-system-x86";

/// Which acceleration a guest may have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Acceleration {
    /// The processor's virtualisation where it works, emulation where not.
    #[default]
    Best,
    /// The processor's virtualisation, and no guest where it does not work.
    Kvm,
    /// Emulation in any case: slower, and the same everywhere.
    Emulated,
}

/// What ran a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accelerator {
    /// The processor's virtualisation, through `/dev/kvm`.
    Kvm,
    /// qemu's translator.
    Emulation,
}

impl Accelerator {
    /// How reports call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kvm => "KVM",
            Self::Emulation => "emulation",
        }
    }
}

/// Why virtualisation does not work here, once that is known: it need not be tried for each guest.
static KVM_FAILURE: Mutex<Option<String>> = Mutex::new(None);

/// Remembers that virtualisation does not work.
pub(crate) fn give_up_kvm(why: &str) {
    *KVM_FAILURE.lock().unwrap_or_else(PoisonError::into_inner) = Some(why.to_owned());
}

/// Why virtualisation cannot be tried, if it cannot.
pub(crate) fn kvm_obstacle() -> Option<String> {
    let known = KVM_FAILURE.lock().unwrap_or_else(PoisonError::into_inner).clone();
    known.or_else(|| {
        let device = Path::new("/dev/kvm");
        let opened = std::fs::OpenOptions::new().read(true).write(true).open(device);
        let error = opened.err()?;
        Some(match error.kind() {
            io::ErrorKind::PermissionDenied => {
                "/dev/kvm is for members of its group, usually kvm".to_owned()
            }
            io::ErrorKind::NotFound => "this machine has no /dev/kvm".to_owned(),
            _ => format!("/dev/kvm: {error}"),
        })
    })
}

/// The machine that qemu shall be.
#[derive(Debug)]
pub(crate) struct Machine<'a> {
    /// A path, or none for the one in `PATH`.
    pub(crate) qemu: Option<&'a Path>,
    pub(crate) accelerator: Accelerator,
    pub(crate) kernel: &'a Path,
    pub(crate) initramfs: &'a Path,
    pub(crate) command_line: &'a str,
    /// MiB.
    pub(crate) memory: u32,
    pub(crate) processors: u32,
}

/// The emulator's file: the one that is named, or the one in `PATH`.
///
/// # Errors
/// [`VmError::Missing`]
pub(crate) fn program(named: Option<&Path>) -> Result<PathBuf, VmError> {
    let missing = |program: &Path| VmError::Missing {
        program: program.display().to_string(),
        remedy: REMEDY.to_owned(),
    };
    match named {
        Some(path) if path.is_file() => Ok(path.to_owned()),
        Some(path) => Err(missing(path)),
        None => find_program(PROGRAM).ok_or_else(|| missing(Path::new(PROGRAM))),
    }
}

/// A running qemu.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) process: Guarded,
    /// The guest's first serial port: the kernel's console.
    pub(crate) console: UnixStream,
    /// The guest's second serial port: what the steps print.
    pub(crate) steps: UnixStream,
    /// What qemu itself says.
    pub(crate) errors: Option<ChildStderr>,
}

impl Machine<'_> {
    /// Starts qemu. It gets sockets for its standard input and output, and so never touches the
    /// terminal.
    pub(crate) fn start(&self) -> Result<Running, VmError> {
        let program = program(self.qemu)?;
        let (console, guest_console) = UnixStream::pair().map_err(VmError::Console)?;
        let (steps, guest_steps) = UnixStream::pair().map_err(VmError::Console)?;
        for stream in [&console, &steps] {
            stream.set_nonblocking(true).map_err(VmError::Console)?;
        }
        let mut command = Command::new(&program);
        command
            .args(self.arguments())
            .stdin(OwnedFd::from(guest_console))
            .stdout(OwnedFd::from(guest_steps))
            .stderr(Stdio::piped());
        let mut process = Guarded::spawn(&mut command)
            .map_err(|source| VmError::Start { program: program.display().to_string(), source })?;
        let errors = process.child().stderr.take();
        Ok(Running { process, console, steps, errors })
    }

    fn arguments(&self) -> Vec<String> {
        let (accelerator, processor) = match self.accelerator {
            Accelerator::Kvm => ("kvm", "host"),
            // All that qemu knows, among it SMAP: a module that reads user memory without the
            // functions for that is then noticed. One thread for all processors: with several,
            // qemu 7.2 now and then runs code that another processor has just patched, and the
            // kernel ends with "Oops: int3" through no fault of its own.
            Accelerator::Emulation => ("tcg,thread=single", "max"),
        };
        let text =
            |words: &[&str]| -> Vec<String> { words.iter().map(|&word| word.to_owned()).collect() };
        let mut arguments = text(&[
            "-nodefaults",
            "-no-user-config",
            "-no-reboot",
            "-display",
            "none",
            "-accel",
            accelerator,
            "-cpu",
            processor,
            "-chardev",
            "socket,id=console,fd=0",
            "-serial",
            "chardev:console",
            "-chardev",
            "socket,id=steps,fd=1",
            "-serial",
            "chardev:steps",
        ]);
        let mut command_line = self.command_line.to_owned();
        match (self.accelerator, self.processors) {
            (Accelerator::Kvm, _) => {}
            // The guest's clock counts instructions, 4 ns each, and skips what the guest idles
            // away, so that nothing depends on how busy this machine is.
            (Accelerator::Emulation, 1) => {
                arguments.extend(text(&["-icount", "shift=2,sleep=off"]));
            }
            // With that clock, Linux 6.1 does not start a second processor. By the machine's, a
            // kernel on a busy machine takes the processor for slower than it is, and then sees
            // lockups that are none, unless it goes by another timer.
            (Accelerator::Emulation, _) => command_line.push_str(" tsc=unstable"),
        }
        arguments.extend(["-m".to_owned(), self.memory.to_string()]);
        arguments.extend(["-smp".to_owned(), self.processors.to_string()]);
        arguments.extend(["-kernel".to_owned(), self.kernel.display().to_string()]);
        arguments.extend(["-initrd".to_owned(), self.initramfs.display().to_string()]);
        arguments.extend(["-append".to_owned(), command_line]);
        arguments
    }
}
