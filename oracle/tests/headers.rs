//! The kernel's own headers: every command's number, and the layout of every argument, are what
//! gcc makes of them, on every ABI that it has a compiler for.

// Trouble with the files of the cache fails the test like any other.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Layouts, ProblemKind};
use ioctlkit_oracle::headers::{Headers, Outcome};
use ioctlkit_oracle::kernel::Kernel;
use ioctlkit_oracle::{Compiler, Effort, libc};
use ioctlkit_sources::c::{Request, read};
use rayon::prelude::*;

/// What the quick run looks at: one ABI of each kind.
const SAMPLE: [&str; 6] = ["x86_64", "i386", "arm_oabi", "m68k", "mips_o32", "sparc"];

/// Headers whose commands take more than the header includes: what a program has to include first.
const NEEDS: &[(&str, &str)] = &[
    ("asm/cmb.h", "asm/dasd.h"),
    ("asm/ioctls.h", "sys/types.h"),
    ("asm/sockios.h", "sys/types.h"),
    ("asm/termbits.h", "asm/ioctls.h"),
    ("linux/btrfs.h", "linux/fs.h"),
    ("linux/coda.h", "sys/types.h"),
    ("linux/fs.h", "linux/blkpg.h"),
    ("linux/lp.h", "time.h"),
    ("linux/meye.h", "linux/videodev2.h"),
    ("linux/ppdev.h", "time.h"),
    ("linux/raid/md_u.h", "linux/major.h"),
    ("linux/reiserfs_fs.h", "linux/fs.h"),
    ("linux/sockios.h", "asm/ioctls.h"),
    ("linux/sockios.h", "time.h"),
    ("linux/sonet.h", "linux/atmioc.h"),
    ("misc/xilinx_sdfec.h", "stdbool.h"),
];

/// Headers that no program can include as they are exported, with the reason. Their commands are
/// not compared.
const REFUSED: &[(&str, &str)] = &[
    ("asm/fbio.h", "sparc: has a member of type struct fbcurpos, which it keeps to the kernel"),
    ("xen/evtchn.h", "uses domid_t, which only the hypervisor's own headers define"),
    ("xen/gntdev.h", "uses grant_ref_t, which only the hypervisor's own headers define"),
    ("xen/privcmd.h", "includes xen/interface/xen.h, which is not exported"),
];

fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("../oracle")
}

fn kernel() -> &'static Kernel {
    static KERNEL: OnceLock<Kernel> = OnceLock::new();
    KERNEL.get_or_init(|| Kernel::unpacked(&cache()).unwrap_or_else(|error| panic!("{error}")))
}

fn stand_ins() -> PathBuf {
    static LIBC: OnceLock<PathBuf> = OnceLock::new();
    let folder = LIBC.get_or_init(|| {
        let folder = cache().join("libc");
        libc::write(&folder).unwrap();
        folder
    });
    folder.clone()
}

fn compilers() -> Vec<Compiler> {
    let all = Compiler::all().unwrap_or_else(|error| panic!("{error}"));
    match Effort::from_environment() {
        Effort::Full => all,
        Effort::Quick => {
            all.into_iter().filter(|compiler| SAMPLE.contains(&compiler.abi().name)).collect()
        }
    }
}

#[test]
fn the_kernels_exported_headers_are_what_gcc_makes_of_them() {
    let compilers = compilers();
    let abis: AbiSet = compilers.iter().map(|compiler| compiler.abi().id()).collect();
    let request = Request { paths: vec![kernel().root()], abis, ..Request::default() };
    let (interface, problems) = read(&request);
    let failures: Vec<_> =
        problems.iter().filter(|problem| problem.kind == ProblemKind::Failure).collect();
    assert!(failures.is_empty(), "{failures:#?}");
    let layouts = Layouts::new(&interface);
    let outcomes = compare(&compilers, &layouts, kernel_name, |compiler| {
        let arch = compiler.abi().kernel_arch;
        vec![kernel().exported(arch).unwrap_or_else(|error| panic!("{error}")), stand_ins()]
    });
    judge(&outcomes, 2000);
}

#[test]
fn the_installed_headers_are_what_gcc_makes_of_them_with_each_architectures_asm() {
    let compilers = compilers();
    let abis: AbiSet = compilers.iter().map(|compiler| compiler.abi().id()).collect();
    let request =
        Request { paths: vec![PathBuf::from("/usr/include")], abis, ..Request::default() };
    let (interface, problems) = read(&request);
    let failures: Vec<_> =
        problems.iter().filter(|problem| problem.kind == ProblemKind::Failure).collect();
    assert!(failures.is_empty(), "{failures:#?}");
    let layouts = Layouts::new(&interface);
    let installed = installed();
    let outcomes = compare(&compilers, &layouts, installed_name, |compiler| {
        // Just the architecture's own folder: the rest is what is installed.
        let arch = compiler.abi().kernel_arch;
        let exported = kernel().exported(arch).unwrap_or_else(|error| panic!("{error}"));
        vec![asm_of(arch, &exported), installed.clone(), stand_ins()]
    });
    judge(&outcomes, 2000);
}

/// A folder with the kernel's part of `/usr/include`, and nothing of a C library's.
fn installed() -> PathBuf {
    let folder = cache().join("installed");
    std::fs::create_dir_all(&folder).unwrap();
    for name in [
        "asm-generic",
        "cxl",
        "drm",
        "fwctl",
        "linux",
        "misc",
        "mtd",
        "rdma",
        "regulator",
        "scsi",
        "sound",
        "video",
        "xen",
    ] {
        link(&Path::new("/usr/include").join(name), &folder.join(name));
    }
    if !folder.join("drm").exists() {
        // Debian leaves these to libdrm-dev; the header that needs them is the kernel's.
        let exported = kernel().exported("x86").unwrap_or_else(|error| panic!("{error}"));
        link(&exported.join("drm"), &folder.join("drm"));
    }
    folder
}

/// A folder with just `asm/`: that of x86 as it is installed, another as the kernel exports it.
fn asm_of(arch: &str, exported: &Path) -> PathBuf {
    let folder = cache().join("asm").join(arch);
    std::fs::create_dir_all(&folder).unwrap();
    let installed = Path::new("/usr/include/x86_64-linux-gnu/asm");
    let asm = exported.join("asm");
    link(if arch == "x86" { installed } else { &asm }, &folder.join("asm"));
    folder
}

fn link(target: &Path, link: &Path) {
    let target = std::path::absolute(target).unwrap();
    if target.is_dir() && std::fs::read_link(link).ok().as_ref() != Some(&target) {
        std::os::unix::fs::symlink(target, link).unwrap();
    }
}

/// `<linux/x.h>` for a header of the kernel's sources.
fn kernel_name(path: &Path) -> Option<String> {
    let text = path.to_str()?;
    text.rsplit_once("include/uapi/").map(|(_, name)| name.to_owned())
}

/// `<linux/x.h>` for an installed header.
fn installed_name(path: &Path) -> Option<String> {
    let name = path.strip_prefix("/usr/include").ok()?.to_str()?;
    Some(name.strip_prefix("x86_64-linux-gnu/").unwrap_or(name).to_owned())
}

type Outcomes = Vec<(&'static str, Outcome)>;

fn compare(
    compilers: &[Compiler],
    layouts: &Layouts<'_>,
    include_name: fn(&Path) -> Option<String>,
    include_dirs: impl Fn(&Compiler) -> Vec<PathBuf> + Sync,
) -> Outcomes {
    compilers
        .par_iter()
        .map(|compiler| {
            let headers = Headers {
                layouts,
                include_dirs: include_dirs(compiler),
                include_name,
                needs: NEEDS,
            };
            let name = compiler.abi().name;
            let outcome =
                headers.compare(compiler).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, outcome)
        })
        .collect()
}

/// Questions that no program can ask, by what is in them, with the reason.
const UNASKABLE: &[(&str, &str)] = &[(
    "AUTOFS_IOC_SETTIMEOUT32",
    "its compat_ulong_t is in no header for programs; strace's tables have the same number",
)];

/// Fails with everything that differs and is not explained, or where too little was compared.
fn judge(outcomes: &Outcomes, least_commands: usize) {
    let mut words = String::new();
    for (abi, outcome) in outcomes {
        eprintln!(
            "{abi}: {} commands, {} questions, {} unanswered, {} headers refused",
            outcome.commands,
            outcome.questions,
            outcome.unanswered.len(),
            outcome.refused.len(),
        );
        for (header, disagreement) in &outcome.disagreements {
            let _ = writeln!(words, "{abi} {header}: {disagreement}");
        }
        for (header, question, message) in &outcome.unanswered {
            if UNASKABLE.iter().any(|(known, _)| question.contains(known)) {
                continue;
            }
            let _ = writeln!(words, "{abi} {header}: gcc cannot say {question}: {message}");
        }
        for (header, command) in &outcome.silent {
            let _ = writeln!(words, "{abi} {header}: the engine has no number for {command}");
        }
        for (header, message) in &outcome.refused {
            if REFUSED.iter().any(|(known, _)| known == header) {
                continue;
            }
            let _ = writeln!(words, "{abi} {header}: gcc refuses the header: {message}");
        }
        if outcome.commands < least_commands {
            let _ = writeln!(words, "{abi}: only {} commands", outcome.commands);
        }
    }
    assert!(words.is_empty(), "{words}");
}
