//! A guest: how it is configured, and its run from the start of qemu to the report.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

use crate::error::VmError;
use crate::event::Event;
use crate::initramfs::{Contents, ExtraFile, Initramfs};
use crate::interruption::Interruption;
use crate::kernel::Kernel;
use crate::kvm_memory::KvmMemory;
use crate::log::Log;
use crate::pump::{self, Limits};
use crate::qemu::{self, Acceleration, Accelerator, Machine};
use crate::report::{Ending, Report};
use crate::script::Script;
use crate::session::Session;

/// What every guest's kernel is told. A panic ends the guest and so the run; an oops is a panic,
/// because nothing that a kernel says after it can be relied on. `no_timer_check`: on a busy machine
/// the emulator may miss ticks while the kernel counts them, and the kernel would refuse to boot.
const COMMAND_LINE: &str =
    "console=ttyS0 earlyprintk=ttyS0 printk.devkmsg=on panic=-1 oops=panic no_timer_check";

/// A guest that is not running.
#[derive(Debug, Clone)]
pub struct Guest {
    /// Its kernel.
    pub kernel: Kernel,
    /// Behind the parameters that every guest has: `init_on_alloc=0 slub_debug=P panic_on_warn`.
    pub command_line: String,
    /// In MiB.
    pub memory: u32,
    /// How many. With one, an emulated guest has a clock that counts its instructions, and behaves
    /// the same however busy the machine is; more find more races.
    pub processors: u32,
    /// Whether virtualisation is tried.
    pub acceleration: Acceleration,
    /// How long it may take from the start of qemu to user space.
    pub boot_limit: Duration,
    /// How long all of it may take.
    pub limit: Duration,
    /// Where to write what it prints. Without a path, the log is kept after a failure only.
    pub log: Option<PathBuf>,
    /// How large the log may become, in bytes. A guest that prints more is stopped.
    pub log_limit: u64,
    /// More files for it.
    pub files: Vec<ExtraFile>,
    /// The emulator, if not the first `qemu-system-x86_64` of `PATH`.
    pub qemu: Option<PathBuf>,
    /// A static busybox, if not the first `busybox` of `PATH`.
    pub busybox: Option<PathBuf>,
    /// Where it is noted that KVM does not work, so that later runs need not try it again.
    pub kvm_memory: Option<KvmMemory>,
}

impl Guest {
    /// A guest with 512 MiB, one processor, five minutes to boot, fifteen for all, and a log of 256 MiB
    /// at most.
    pub fn new(kernel: Kernel) -> Self {
        Self {
            kernel,
            command_line: String::new(),
            memory: 512,
            processors: 1,
            acceleration: Acceleration::Best,
            boot_limit: Duration::from_secs(300),
            limit: Duration::from_secs(900),
            log: None,
            log_limit: 256 << 20,
            files: Vec::new(),
            qemu: None,
            busybox: None,
            kvm_memory: None,
        }
    }

    /// Boots, runs the steps, and says what came of it. `on_event` hears of everything as it
    /// happens.
    ///
    /// Whatever happens, neither a process nor a file but the log is left behind.
    ///
    /// # Errors
    /// [`VmError`] for what keeps the guest from being started or read. What fails inside the
    /// guest is in the report.
    pub fn run(
        &self,
        script: &Script,
        interruption: &Interruption,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<Report, VmError> {
        let token = token();
        let initramfs = self.initramfs(script, &token)?;
        let obstacle = match self.acceleration {
            Acceleration::Emulated => None,
            Acceleration::Best | Acceleration::Kvm => {
                match self.virtualised(script, &token, &initramfs, interruption, on_event)? {
                    Attempt::Ran(report) => return Ok(*report),
                    Attempt::NeverAlive(why) => Some(why),
                }
            }
        };
        if let Some(why) = &obstacle {
            if self.acceleration == Acceleration::Kvm {
                return Err(VmError::NoKvm { why: why.clone() });
            }
            on_event(Event::FellBack { why });
        }
        let accelerator = Accelerator::Emulation;
        let attempt =
            self.attempt(accelerator, script, &token, &initramfs, interruption, on_event)?;
        match attempt {
            Attempt::Ran(report) => Ok(Report { fallback: obstacle, ..*report }),
            Attempt::NeverAlive(why) => Err(VmError::Console(std::io::Error::other(why))),
        }
    }

    /// An attempt with KVM, unless it is known that there is none.
    fn virtualised(
        &self,
        script: &Script,
        token: &str,
        initramfs: &NamedTempFile,
        interruption: &Interruption,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<Attempt, VmError> {
        if let Some(why) = qemu::kvm_obstacle() {
            return Ok(Attempt::NeverAlive(why));
        }
        let program = qemu::program(self.qemu.as_deref())?;
        // Who asks for KVM alone wants it tried.
        let memory = self.kvm_memory.as_ref().filter(|_| self.acceleration == Acceleration::Best);
        if let Some(why) = memory.and_then(|memory| memory.recall(&program)) {
            return Ok(Attempt::NeverAlive(format!("{why}, as an earlier run found")));
        }
        let kvm = Accelerator::Kvm;
        let attempt = self.attempt(kvm, script, token, initramfs, interruption, on_event)?;
        if let Attempt::NeverAlive(why) = &attempt {
            qemu::give_up_kvm(why);
            if let Some(memory) = memory {
                memory.note(&program, why);
            }
        }
        Ok(attempt)
    }

    fn initramfs(&self, script: &Script, token: &str) -> Result<NamedTempFile, VmError> {
        let contents = Contents {
            busybox: self.busybox.as_deref(),
            script,
            extra: &self.files,
            release: self.kernel.release(),
            token,
        };
        let bytes = Initramfs::build(&contents)?.bytes;
        let folder = std::env::temp_dir();
        let mut file = tempfile::Builder::new()
            .prefix("ioctlkit-vm-")
            .suffix(".cpio")
            .tempfile_in(&folder)
            .map_err(VmError::file("write in", &folder))?;
        file.write_all(&bytes).map_err(VmError::file("write", file.path().to_owned()))?;
        Ok(file)
    }

    fn attempt(
        &self,
        accelerator: Accelerator,
        script: &Script,
        token: &str,
        initramfs: &NamedTempFile,
        interruption: &Interruption,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<Attempt, VmError> {
        let command_line = format!("{COMMAND_LINE} {}", self.command_line);
        let machine = Machine {
            qemu: self.qemu.as_deref(),
            accelerator,
            kernel: self.kernel.image(),
            initramfs: initramfs.path(),
            command_line: command_line.trim_end(),
            memory: self.memory,
            processors: self.processors,
        };
        let log = Log::create(self.log.as_deref())?;
        let mut session = Session::new(token, script, log, on_event);
        let began = Instant::now();
        let mut running = machine.start()?;
        let process = running.process.child().id();
        session.event(Event::Started { accelerator, process });
        let limits = Limits::new(self, script, accelerator, began);
        let ended = pump::run(&mut running, &mut session, &limits, interruption)?;
        running.process.kill();
        match ended {
            pump::End::NeverAlive(why) => Ok(Attempt::NeverAlive(why)),
            pump::End::Ended(ending) => {
                let report = report(session, accelerator, began, ending)?;
                Ok(Attempt::Ran(Box::new(report)))
            }
        }
    }
}

/// What became of an attempt with one accelerator.
enum Attempt {
    Ran(Box<Report>),
    /// Virtualisation failed before the kernel printed a line.
    NeverAlive(String),
}

fn report(
    session: Session<'_>,
    accelerator: Accelerator,
    began: Instant,
    ending: Ending,
) -> Result<Report, VmError> {
    let total = began.elapsed();
    let kernel = session.kernel.clone();
    let boot = session.booted.map(|booted| booted - began);
    let (log, watch, steps) = session.finish();
    let troubles = watch.finish();
    let mut report = Report {
        kernel,
        accelerator,
        fallback: None,
        boot,
        total,
        steps,
        troubles,
        ending,
        log: None,
    };
    report.log = log.close(!report.failures().is_empty())?;
    Ok(report)
}

/// A word that no program prints by chance, nor because another run's log holds it.
fn token() -> String {
    use std::hash::{BuildHasher as _, RandomState};
    let number = RandomState::new().hash_one(std::process::id());
    format!("ioctlkit-vm-{number:016x}")
}
