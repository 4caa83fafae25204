//! The system calls that a build never needs: those that reach other processes, the network or the
//! kernel itself, and those that change files in ways that Landlock does not control.

#[cfg(target_arch = "x86_64")]
use std::ops::RangeInclusive;

use seccompiler::SeccompCmpArgLen::{Dword, Qword};
use seccompiler::{BpfProgram, SeccompAction, SeccompCmpOp, SeccompRule};

use super::{Rules, all_set, masked, mediated, refusing, rule};

/// Refused with whatever arguments.
const REFUSED: &[i64] = &[
    // The network.
    libc::SYS_socket,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    // What an asynchronous ring does, no filter sees.
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    // Other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_process_mrelease,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_open,
    libc::SYS_kcmp,
    libc::SYS_migrate_pages,
    libc::SYS_move_pages,
    // What processes of one user share whatever folders they see.
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_shmctl,
    libc::SYS_msgget,
    libc::SYS_msgsnd,
    libc::SYS_msgrcv,
    libc::SYS_msgctl,
    libc::SYS_semget,
    libc::SYS_semop,
    libc::SYS_semtimedop,
    libc::SYS_semctl,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    // Mounts and namespaces.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_mount_setattr,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    OPEN_TREE_ATTR,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_unshare,
    libc::SYS_setns,
    // Files that are not opened by their paths, and what others do with theirs.
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    libc::SYS_inotify_add_watch,
    libc::SYS_fanotify_init,
    libc::SYS_fanotify_mark,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    // The kernel and the machine.
    libc::SYS_acct,
    libc::SYS_adjtimex,
    libc::SYS_bpf,
    libc::SYS_clock_adjtime,
    libc::SYS_clock_settime,
    libc::SYS_delete_module,
    libc::SYS_finit_module,
    libc::SYS_init_module,
    libc::SYS_kexec_load,
    libc::SYS_perf_event_open,
    libc::SYS_reboot,
    libc::SYS_setdomainname,
    libc::SYS_sethostname,
    libc::SYS_settimeofday,
    libc::SYS_swapoff,
    libc::SYS_swapon,
    libc::SYS_syslog,
    libc::SYS_userfaultfd,
    libc::SYS_vhangup,
];

/// Landlock does not know attributes, neither by a path nor of a file that is open for reading. What
/// copies files goes on without them where a file system has none.
const ATTRIBUTES: [i64; 6] = [
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
];

/// Refused as well; newer architectures do not have these calls.
#[cfg(target_arch = "x86_64")]
const REFUSED_OLD: &[i64] = &[
    libc::SYS_utime,
    libc::SYS_utimes,
    libc::SYS_futimesat,
    libc::SYS_ioperm,
    libc::SYS_iopl,
    libc::SYS_kexec_file_load,
];
#[cfg(not(target_arch = "x86_64"))]
const REFUSED_OLD: &[i64] = &[];

/// Numbers that only x32 uses, for its own versions of calls that have other numbers elsewhere, such as
/// ioctl, ptrace and `process_vm_writev` (`asm/unistd_x32.h`). No other call of `x86_64` has one of them.
#[cfg(target_arch = "x86_64")]
const OF_X32: RangeInclusive<i64> = 512..=547;
#[cfg(not(target_arch = "x86_64"))]
const OF_X32: [i64; 0] = [];

// Numbers that are the same on every architecture (`scripts/syscall.tbl` of the kernel).
const SETXATTRAT: i64 = 463;
const REMOVEXATTRAT: i64 = 466;
const OPEN_TREE_ATTR: i64 = 467;
const FILE_SETATTR: i64 = 469;

/// A filter cannot look at the arguments of these, or they are new versions of calls that it checks.
/// Programs that find them missing use the older calls.
const TOO_NEW: [i64; 6] = [
    libc::SYS_clone3,
    libc::SYS_openat2,
    libc::SYS_fchmodat2,
    SETXATTRAT,
    REMOVEXATTRAT,
    FILE_SETATTR,
];

/// The bit that makes a system call one of x32, under which a filter would not know it.
const X32: i64 = 0x4000_0000;

/// Requests of ioctl that change attributes of a file that is open for reading (`linux/fs.h`), and one
/// that types into a terminal.
const REQUESTS: [u64; 4] = [
    0x4008_6602, // FS_IOC_SETFLAGS
    0x4004_6602, // FS_IOC32_SETFLAGS
    0x401c_5820, // FS_IOC_FSSETXATTR
    libc::TIOCSTI,
];

/// `S_ISUID` and `S_ISGID`: a file with one of them gives whoever runs it the rights of its owner or its
/// group. The mediator refuses them to what changes modes.
const SET_ID: [i32; 2] = [0o4000, 0o2000];

/// `ioprio_set` for a single process (`linux/ioprio.h`).
const IOPRIO_WHO_PROCESS: u64 = 1;

pub(super) fn filters() -> Result<Vec<BpfProgram>, String> {
    let mut refused = whole(REFUSED.iter().chain(REFUSED_OLD));
    refused.extend(conditional()?);
    // No build is one of x32, whose programs need a kernel that hardly anybody has.
    refused.extend(mediated::CALLS.iter().map(|call| (call | X32, Vec::new())));
    refused.extend(OF_X32.map(|call| (call, Vec::new())));
    Ok(vec![
        super::filter(with_x32(refused), refusing(libc::EPERM), SeccompAction::Allow)?,
        super::filter(with_x32(whole(&ATTRIBUTES)), refusing(libc::ENOTSUP), SeccompAction::Allow)?,
        super::filter(with_x32(whole(&TOO_NEW)), refusing(libc::ENOSYS), SeccompAction::Allow)?,
    ])
}

/// Refuses the changes that a mediator makes for others, where there can't be one.
pub(super) fn without_mediator() -> Result<BpfProgram, String> {
    super::filter(whole(mediated::CALLS), refusing(libc::EPERM), SeccompAction::Allow)
}

/// Refuses to leave a process group.
pub(crate) fn closed_group() -> Result<BpfProgram, String> {
    let leaving = with_x32(whole(&[libc::SYS_setsid, libc::SYS_setpgid]));
    super::filter(leaving, refusing(libc::EPERM), SeccompAction::Allow)
}

fn whole<'a>(calls: impl IntoIterator<Item = &'a i64>) -> Rules {
    calls.into_iter().map(|call| (*call, Vec::new())).collect()
}

fn with_x32(rules: Rules) -> Rules {
    let x32: Rules = rules.iter().map(|(call, rules)| (call | X32, rules.clone())).collect();
    rules.into_iter().chain(x32).collect()
}

/// What is refused with certain arguments only.
fn conditional() -> Result<Rules, String> {
    let another = |argument| rule(argument, Dword, SeccompCmpOp::Ne, 0);
    let others: Vec<(i64, Vec<SeccompRule>)> = [
        libc::SYS_prlimit64,
        libc::SYS_sched_setaffinity,
        libc::SYS_sched_setattr,
        libc::SYS_sched_setparam,
        libc::SYS_sched_setscheduler,
    ]
    .into_iter()
    // The process is the first argument, and 0 the one that calls.
    .map(|call| Ok((call, vec![another(0)?])))
    .collect::<Result<_, String>>()?;
    // The first argument says what the second one names: 0, for `ioprio_set` 1, is a single process.
    let setpriority = vec![another(0)?, another(1)?];
    let which = rule(0, Dword, SeccompCmpOp::Ne, IOPRIO_WHO_PROCESS)?;
    let ioprio_set = vec![which, another(1)?];
    let namespaces = [
        libc::CLONE_NEWCGROUP,
        libc::CLONE_NEWIPC,
        libc::CLONE_NEWNET,
        libc::CLONE_NEWNS,
        libc::CLONE_NEWPID,
        libc::CLONE_NEWUSER,
        libc::CLONE_NEWUTS,
    ]
    .into_iter()
    .map(|flag| {
        let (operator, value) = masked(flag, flag);
        rule(0, Qword, operator, value)
    })
    .collect::<Result<_, _>>()?;
    // -1: every process that this user may signal.
    let everybody = rule(0, Dword, SeccompCmpOp::Eq, u32::MAX.into())?;
    let requests = REQUESTS.iter().map(|request| rule(1, Dword, SeccompCmpOp::Eq, *request));
    let rules = others.into_iter().chain([
        (libc::SYS_setpriority, setpriority),
        (libc::SYS_ioprio_set, ioprio_set),
        (libc::SYS_clone, namespaces),
        (libc::SYS_openat, opening(2, 3)?),
        (libc::SYS_mknodat, making(2)?),
        (libc::SYS_kill, vec![everybody]),
        (libc::SYS_ioctl, requests.collect::<Result<_, _>>()?),
    ]);
    #[cfg(target_arch = "x86_64")]
    let rules = rules.chain([
        (libc::SYS_open, opening(1, 2)?),
        (libc::SYS_creat, making(1)?),
        (libc::SYS_mknod, making(1)?),
    ]);
    Ok(rules.collect())
}

/// What a call must not open. The arguments with its flags and its mode are these.
fn opening(flags: u8, mode: u8) -> Result<Vec<SeccompRule>, String> {
    // Before its third version, Landlock lets a file be truncated that is opened for reading.
    let (operator, value) = masked(libc::O_ACCMODE | libc::O_TRUNC, libc::O_TRUNC);
    let truncating = rule(flags, Qword, operator, value)?;
    // Access mode 3 is neither reading nor writing, so Landlock lets any file be opened with it: for
    // ioctl, and before its third version to be truncated.
    let neither = all_set(&[(flags, libc::O_ACCMODE)])?;
    let mut rules = vec![truncating, neither];
    // Only what makes a file has a mode; that of any other call may be anything.
    for makes in [libc::O_CREAT, libc::O_TMPFILE & !libc::O_DIRECTORY] {
        for bit in SET_ID {
            rules.push(all_set(&[(flags, makes), (mode, bit)])?);
        }
    }
    Ok(rules)
}

/// What a call that makes a file must not make. The argument with its mode is this.
fn making(mode: u8) -> Result<Vec<SeccompRule>, String> {
    SET_ID.into_iter().map(|bit| all_set(&[(mode, bit)])).collect()
}
