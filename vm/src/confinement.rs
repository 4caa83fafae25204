//! Builds of strangers' sources. A makefile runs what it likes, so that what it may reach is taken
//! from it before make starts: it reads the toolchain and the kernel's headers, writes in its own
//! folder, and has neither network nor environment.
//!
//! Landlock keeps the file system and a seccomp filter the rest; both take no privileges, hold for
//! all that make starts, and cannot be undone.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _,
    RulesetCreatedAttr as _, RulesetStatus, Scope, path_beneath_rules,
};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

use crate::error::VmError;

/// Whose makefiles a folder holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// The user's own: they may do what the user may.
    Trusted,
    /// A stranger's: they are run where they can neither write elsewhere nor reach the network.
    Confined,
}

/// The newest version of Landlock's interface that is asked for; older kernels give what they have.
const NEWEST: ABI = ABI::V6;

/// What toolchains consist of. `/etc` holds secrets besides.
const READABLE: [&str; 21] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/nix/store",
    "/gnu/store",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/group",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/version",
    "/proc/sys/kernel",
];

/// What a shell redirects to and from.
const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

/// What of the environment is kept: where programs are. What belongs to the build is set beside it.
const KEPT: [&str; 1] = ["PATH"];

impl Trust {
    /// Takes from a command what it shall not have. `temporary` becomes its folder for temporary
    /// files, and its home.
    pub(crate) fn prepare(self, command: &mut Command, temporary: &Path) {
        command.env("TMPDIR", temporary);
        if self == Self::Trusted {
            return;
        }
        let kept: Vec<(&str, OsString)> =
            KEPT.iter().filter_map(|name| Some((*name, env::var_os(name)?))).collect();
        command.env_clear().envs(kept).env("LC_ALL", "C");
        command.env("TMPDIR", temporary).env("HOME", temporary);
    }

    /// Confines this thread, and all that it starts, for good.
    ///
    /// # Errors
    /// [`VmError::NoConfinement`] on a kernel that cannot.
    pub(crate) fn enter(self, headers: Option<&Path>, writable: &[&Path]) -> Result<(), VmError> {
        if self == Self::Trusted {
            return Ok(());
        }
        let refused = |(layer, reason)| VmError::NoConfinement { layer, reason };
        restrict_files(headers, writable).map_err(|reason| refused(("Landlock", reason)))?;
        restrict_calls().map_err(|reason| refused(("seccomp", reason)))
    }
}

fn restrict_files(headers: Option<&Path>, writable: &[&Path]) -> Result<(), String> {
    let mut readable: Vec<PathBuf> = READABLE.iter().map(PathBuf::from).collect();
    readable.extend(toolchains());
    readable.extend(headers.into_iter().flat_map(of_headers));
    let read = AccessFs::from_read(NEWEST);
    let all = AccessFs::from_all(NEWEST);
    // Devices would lead around everything, for those who may make them.
    let nodes = AccessFs::MakeChar | AccessFs::MakeBlock | AccessFs::MakeSock;
    let device = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate;
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(all)
        .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(NEWEST)))
        .and_then(|ruleset| ruleset.scope(Scope::from_all(NEWEST)))
        .and_then(Ruleset::create)
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(readable, read)))
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(DEVICES, device)))
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(writable, all & !nodes)))
        .and_then(landlock::RulesetCreated::restrict_self)
        .map_err(|error| error.to_string())?;
    match status.ruleset {
        RulesetStatus::NotEnforced => Err("this kernel does not have it".into()),
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(()),
    }
}

/// Folders of programs that the user has put elsewhere, with what belongs to them: `/opt/x` for
/// `/opt/x/bin`, but never a home or what holds homes.
fn toolchains() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let home = env::var_os("HOME").map(PathBuf::from);
    let mut folders = Vec::new();
    for programs in env::split_paths(&path).filter(|folder| folder.is_absolute()) {
        let prefix = programs.parent().filter(|_| programs.ends_with("bin"));
        let is_in_home = home.as_ref().is_some_and(|home| programs.starts_with(home));
        let prefix = prefix.filter(|prefix| prefix.starts_with("/opt") && !is_in_home);
        folders.extend(prefix.map(Path::to_owned));
        folders.push(programs);
    }
    folders
}

/// The folder of headers with what it refers to: Debian's are in several folders below one `usr`,
/// and a kernel that was built outside of its sources has a link to them.
fn of_headers(headers: &Path) -> Vec<PathBuf> {
    let mut folders = vec![headers.to_owned()];
    folders.extend(headers.canonicalize());
    folders.extend(headers.join("source").canonicalize());
    let above: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| folder.ancestors())
        .filter(|folder| folder.ends_with("usr"))
        .map(Path::to_owned)
        .collect();
    folders.extend(above);
    folders
}

/// What reaches other processes, the network or the kernel itself. Nothing of it takes part in a
/// build.
const REFUSED: [i64; 39] = [
    libc::SYS_socket,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_open,
    libc::SYS_kcmp,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    // Landlock does not know these, and they take paths anywhere. Those that take open files do no
    // harm: nothing elsewhere can be opened.
    libc::SYS_fchmodat,
    libc::SYS_fchmodat2,
    libc::SYS_fchownat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
];

/// The same by numbers that newer architectures no longer have.
#[cfg(target_arch = "x86_64")]
const REFUSED_OLD: &[i64] = &[
    libc::SYS_chmod,
    libc::SYS_chown,
    libc::SYS_lchown,
    libc::SYS_utime,
    libc::SYS_utimes,
    libc::SYS_futimesat,
];
#[cfg(not(target_arch = "x86_64"))]
const REFUSED_OLD: &[i64] = &[];

/// The bit that makes a system call one of x32, under which the filter would not know it.
const X32: i64 = 0x4000_0000;

fn restrict_calls() -> Result<(), String> {
    let arch: TargetArch =
        env::consts::ARCH.try_into().map_err(|_| format!("no filter for {}", env::consts::ARCH))?;
    let whole = REFUSED.iter().chain(REFUSED_OLD).map(|call| (*call, Vec::new()));
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = whole.collect();
    // The time of an open file has no path.
    let with_path = SeccompCondition::new(1, SeccompCmpArgLen::Qword, SeccompCmpOp::Ne, 0)
        .and_then(|condition| SeccompRule::new(vec![condition]))
        .map_err(|error| error.to_string())?;
    rules.insert(libc::SYS_utimensat, vec![with_path]);
    let of_x32: Vec<_> = rules.iter().map(|(call, rule)| (call | X32, rule.clone())).collect();
    rules.extend(of_x32);
    let refuse = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let program: BpfProgram = SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch)
        .and_then(TryInto::try_into)
        .map_err(|error| error.to_string())?;
    seccompiler::apply_filter(&program).map_err(|error| error.to_string())
}
