//! Boots a Linux guest, loads modules into it, runs programs, and judges what came out.
//!
//! No root is needed: the guest's only file system is an archive that is made in memory's stead
//! (busybox, the modules, the programs and a generated init), its kernel comes out of Debian's
//! package or from a path, and qemu emulates the machine where the host's virtualisation does not
//! work. Test programs print KTAP; the kernel's own reports (panic, oops, warning, lockdep,
//! sanitizers), a hang and a guest that dies are failures with their place in the log.
//!
//! ```no_run
//! use ioctlkit_vm::{Cache, Guest, Headers, Interruption, Kernel, Release, Script, Step};
//!
//! # fn main() -> Result<(), ioctlkit_vm::VmError> {
//! let cache = Cache::of_user()?;
//! let release = Release::newest("6.12", &cache)?;
//! let headers = Headers::of(&release, &cache)?;
//! let modules = headers.build_module(std::path::Path::new("kmod"))?;
//! let script = Script::new()
//!     .then(Step::load(&modules[0]))
//!     .then(Step::test("kmod/tests/conformance"))
//!     .then(Step::unload("echo"));
//! let report = Guest::new(Kernel::of(&release, &cache)?)
//!     .run(&script, &Interruption::none(), &mut |event| eprintln!("{event}"))?;
//! std::process::exit(report.verdict().exit_code());
//! # }
//! ```

pub mod console;
pub mod cpio;
pub mod ktap;

mod apt;
mod cache;
mod confinement;
mod debian;
mod elf;
mod error;
mod event;
mod failure;
mod guest;
mod headers;
mod init;
mod initramfs;
mod interruption;
mod kernel;
mod kvm_memory;
mod lines;
mod log;
mod make;
mod packaged;
mod process;
mod products;
mod programs;
mod pump;
mod qemu;
mod report;
mod rooted;
mod script;
mod session;
mod small;

pub use apt::Archive;
pub use cache::Cache;
pub use confinement::Trust;
pub use debian::Release;
pub use elf::ModuleInfo;
pub use error::{ArchiveError, VmError};
pub use event::Event;
pub use failure::Failure;
pub use guest::Guest;
pub use headers::{Built, Headers};
pub use initramfs::ExtraFile;
pub use interruption::Interruption;
pub use kernel::Kernel;
pub use kvm_memory::KvmMemory;
pub use make::{ProgramsToBuild, build_programs};
pub use packaged::PackagedKernel;
pub use products::Products;
pub use programs::find_program;
pub use qemu::{Acceleration, Accelerator};
pub use report::{Ending, Report, StepFailure, StepOutcome, StepReport, Verdict};
pub use script::{Action, Output, STEP_LIMIT, Script, Step};
pub use small::{Building, Progress, RustRoot, SmallKernel, Sources, Toolchain};
