//! The system calls that reading files and starting threads take. All others fail as if the kernel did
//! not have them, so that a libc that tries a newer one first falls back.

use seccompiler::{BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp};

use super::{Rules, masked, refusing, rule};

/// What may be called with any arguments: these read, wait, allocate or end this process.
const ALLOWED: &[i64] = &[
    libc::SYS_brk,
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_close,
    libc::SYS_dup,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_fadvise64,
    libc::SYS_fcntl,
    libc::SYS_fstat,
    libc::SYS_fstatfs,
    libc::SYS_futex,
    libc::SYS_getcwd,
    libc::SYS_getdents64,
    libc::SYS_getegid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_getrandom,
    libc::SYS_getrusage,
    libc::SYS_gettid,
    libc::SYS_gettimeofday,
    libc::SYS_getuid,
    libc::SYS_lseek,
    libc::SYS_madvise,
    libc::SYS_membarrier,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_nanosleep,
    libc::SYS_newfstatat,
    libc::SYS_ppoll,
    libc::SYS_pread64,
    libc::SYS_read,
    libc::SYS_readlinkat,
    libc::SYS_readv,
    libc::SYS_restart_syscall,
    libc::SYS_rseq,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    libc::SYS_sigaltstack,
    libc::SYS_statfs,
    libc::SYS_statx,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    libc::SYS_write,
    libc::SYS_writev,
];

/// Those that newer architectures no longer have.
#[cfg(target_arch = "x86_64")]
const ALLOWED_OLD: &[i64] = &[
    libc::SYS_access,
    libc::SYS_arch_prctl,
    libc::SYS_getdents,
    libc::SYS_lstat,
    libc::SYS_poll,
    libc::SYS_readlink,
    libc::SYS_stat,
    libc::SYS_time,
];
#[cfg(not(target_arch = "x86_64"))]
const ALLOWED_OLD: &[i64] = &[];

/// Flags with which opening does more than read.
const WRITING: i32 = libc::O_ACCMODE | libc::O_CREAT | libc::O_TRUNC | libc::O_APPEND;

/// Leaves the calls above, and some others with certain arguments only.
pub(super) fn filter() -> Result<BpfProgram, String> {
    super::filter(rules()?, SeccompAction::Allow, refusing(libc::ENOSYS))
}

fn rules() -> Result<Rules, String> {
    let whole = ALLOWED.iter().chain(ALLOWED_OLD).map(|call| (*call, Vec::new()));
    let mut rules: Rules = whole.collect();
    let this_process = u64::from(std::process::id());
    let conditional = [
        // Threads, and no processes.
        (libc::SYS_clone, 0, masked(libc::CLONE_THREAD, libc::CLONE_THREAD)),
        (libc::SYS_openat, 2, masked(WRITING, libc::O_RDONLY)),
        // No code comes in after the libraries that are loaded already.
        (libc::SYS_mmap, 2, masked(libc::PROT_EXEC, 0)),
        (libc::SYS_mprotect, 2, masked(libc::PROT_EXEC, 0)),
        (libc::SYS_prctl, 0, (SeccompCmpOp::Eq, libc::PR_SET_NAME.unsigned_abs().into())),
        // `abort` sends its signal so; reading limits names process 0, which is this one.
        (libc::SYS_tgkill, 0, (SeccompCmpOp::Eq, this_process)),
        (libc::SYS_prlimit64, 2, (SeccompCmpOp::Eq, 0)),
        #[cfg(target_arch = "x86_64")]
        (libc::SYS_open, 1, masked(WRITING, libc::O_RDONLY)),
    ];
    for (call, argument, (operator, value)) in conditional {
        rules.insert(call, vec![rule(argument, SeccompCmpArgLen::Qword, operator, value)?]);
    }
    Ok(rules)
}
