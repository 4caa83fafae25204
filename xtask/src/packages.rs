//! The Debian packages that are needed, and why.

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::{Result, bail};
use ioctlkit_abi::{ABIS, Provenance};

use crate::run;

/// The newest libclang that Debian bookworm has under its own name.
const LIBCLANG: &str = "libclang1-14";

/// The kernel's sources: headers for every architecture, and what the small kernel is built of.
pub const KERNEL_SOURCES: &str = "linux-source-6.12";

/// Something that must be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// What apt calls it.
    package: String,
    /// What it is for.
    why: String,
    /// Whether another version serves as well.
    versions: Versions,
}

/// Which versions of a package serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Versions {
    /// Just that package.
    This,
    /// Any number behind the last dash: `libclang1-19` for `libclang1-14`.
    Any,
}

fn need(package: &str, why: &str) -> Need {
    Need { package: package.to_owned(), why: why.to_owned(), versions: Versions::This }
}

/// What the demo needs.
pub fn for_demo() -> Vec<Need> {
    vec![
        Need { versions: Versions::Any, ..need(LIBCLANG, "reads C headers") },
        need("linux-libc-dev", "the kernel headers that the demo lints"),
    ]
}

/// What the root is made with in which a kernel with Rust is built.
pub fn for_rust() -> Vec<Need> {
    vec![
        need("debootstrap", "makes a Debian root"),
        need("util-linux", "runs programs in it"),
        need("xz-utils", "unpacks the kernel's sources"),
    ]
}

/// What packages of the programs are made with.
pub fn for_packaging() -> Vec<Need> {
    vec![
        need("dpkg", "makes the Debian package"),
        need("gzip", "compresses its manual pages"),
        need("python3-venv", "installs what the programs are built with"),
        need("xz-utils", "packs the programs"),
    ]
}

/// What the benchmark needs: the demo's packages and the kernel's sources.
pub fn for_bench() -> Vec<Need> {
    let mut needs = for_demo();
    needs.push(need(KERNEL_SOURCES, "the kernel headers that are timed"));
    needs.push(need("xz-utils", "unpacks the kernel's sources"));
    needs
}

/// What the tests need: the demo's packages, a compiler for each ABI, and the kernel's sources.
pub fn for_tests() -> Vec<Need> {
    let mut needs = for_demo();
    let mut compilers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for abi in &ABIS {
        if let Provenance::Gcc { package, .. } = abi.provenance {
            compilers.entry(package).or_default().push(abi.name);
        }
    }
    for (package, abis) in compilers {
        needs.push(need(package, &format!("gcc's answers for {}", abis.join(", "))));
    }
    needs.push(need(KERNEL_SOURCES, "every architecture's kernel headers"));
    needs.push(need("make", "exports the kernel's headers"));
    needs.push(need(
        "gcc",
        "builds the tools that export the kernel's headers, and objects to read",
    ));
    needs.push(need("git", "keeps the revisions that `diff --rev` compares"));
    needs.push(need("perl", "runs the kernel's own checkpatch and kernel-doc"));
    needs.push(need("pahole", "says where compilers have put members, and makes BTF"));
    needs.push(need("xz-utils", "unpacks the kernel's sources"));
    needs.push(need("manpages-dev", "what the manual says of the ioctls of terminals"));
    needs.push(need("bzip2", "unpacks valgrind's sources"));
    needs.push(need("chromium", "opens the pages of ioctl-lint and ioctl-bench"));
    needs.push(need("neovim", "an editor that `ioctl-lint server` answers"));
    needs.extend(for_guests());
    needs
}

/// What building a kernel module and testing it in a guest needs: about 60 MB to download and
/// 150 MB on disk, besides gcc. Kernels and headers need no installation: they are downloaded into
/// the cache of the tests, about 50 MB for each series.
pub fn for_guests() -> Vec<Need> {
    vec![
        need("qemu-system-x86", "runs the guest"),
        need("busybox-static", "the guest's init and shell"),
        need("gcc-12", "the compiler that Debian's kernels are built with"),
        need("gcc-multilib", "32-bit test programs"),
        need("groff-base", "judges manual pages"),
        need("mandoc", "judges manual pages"),
        need("sparse", "checks the address spaces of a module's pointers"),
        need("cpio", "reads the guest's file system back"),
        need("g++", "compiles the functions of a driver as C++"),
        need(
            "python3",
            "runs the kernel's own parser of test results, and a driver's module of Python",
        ),
    ]
}

/// What showing a driver's defect in a guest needs, besides programs that make images. The kernel and its
/// modules are downloaded into the cache, 110 MB for each.
pub fn for_reproductions() -> Vec<Need> {
    vec![
        need("qemu-system-x86", "runs the guest"),
        need("busybox-static", "the guest's init and shell"),
        need("gcc", "64-bit programs"),
        need("gcc-multilib", "32-bit programs"),
        need("linux-libc-dev", "the kernel headers of those programs"),
        need("xz-utils", "unpacks the kernel's modules"),
    ]
}

/// What makes an image of a file system for a guest.
pub fn for_an_image(package: &str) -> Need {
    need(package, "makes a file system for the guest")
}

/// What making a bare root needs.
pub fn for_a_bare_root() -> Vec<Need> {
    vec![
        need("debootstrap", "makes a Debian root"),
        need("debian-archive-keyring", "the keys that Debian's packages are signed with"),
        need("gpgv", "checks those signatures"),
        need("git", "clones the repository"),
    ]
}

/// What building the small kernel needs, besides the compiler: about 150 MB to download, nearly all of
/// it the sources.
pub fn for_the_kernel() -> Vec<Need> {
    vec![
        need(KERNEL_SOURCES, "the kernel's sources"),
        need("xz-utils", "unpacks the kernel's sources"),
        need("make", "builds the kernel"),
        need("gcc", "compiles the kernel and the tools that it is built with"),
        need("libc6-dev", "the C library of the tools that the kernel is built with"),
        need("flex", "reads the kernel's configuration"),
        need("bison", "reads the kernel's configuration"),
        need("bc", "computes the kernel's time constants"),
        need("libelf-dev", "objtool, which checks each of the kernel's objects"),
    ]
}

/// What a kernel that is built by clang needs besides.
pub fn for_llvm() -> Vec<Need> {
    vec![
        need("clang", "compiles a kernel and its modules with `LLVM=1`"),
        need("lld", "links them"),
        need("llvm", "the other tools that `LLVM=1` takes"),
    ]
}

/// What the full test needs besides.
pub fn for_full_tests() -> Vec<Need> {
    let mut needs = for_tests();
    needs.extend(for_the_kernel());
    needs.extend(for_llvm());
    needs.push(need("linux-source-6.1", "handlers as they were before they were mended"));
    needs.push(need("abigail-tools", "abidiff, which `diff` is compared with"));
    needs.push(need("strace", "the traces that `decode` reads"));
    needs.push(need("g++", "builds libFuzzer for the fuzz targets"));
    needs.push(need("nodejs", "runs what packs the extension for Visual Studio Code"));
    needs.push(need("npm", "installs what packs it"));
    needs
}

/// Installs what is missing, and says what and why.
///
/// # Errors
/// What is missing still, and what to do.
pub fn install(needs: &[Need]) -> Result<()> {
    let missing = missing(needs);
    if missing.is_empty() {
        return Ok(());
    }
    println!("{} Debian packages are missing:", missing.len());
    for need in &missing {
        println!("  {:<32} {}", need.package, need.why);
    }
    if run::output("apt-get", &["--version"]).is_none() {
        bail!("this machine has no apt-get; install what corresponds to the packages above");
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package.as_str()).collect();
    let install = ["install", "--yes", "--no-install-recommends"];
    let install = [&install[..], &packages[..]].concat();
    let are_known = packages.iter().all(|package| is_known(package));
    // Lists that have grown old name files that are gone.
    if !are_known || apt_get(&install).is_err() {
        apt_get(&["update"])?;
        apt_get(&install)?;
    }
    let still: Vec<String> = self::missing(needs).into_iter().map(|need| need.package).collect();
    if !still.is_empty() {
        bail!("still missing after the installation: {}", still.join(", "));
    }
    Ok(())
}

fn missing(needs: &[Need]) -> Vec<Need> {
    let installed = installed();
    needs.iter().filter(|need| !is_satisfied(need, &installed)).cloned().collect()
}

fn is_satisfied(need: &Need, installed: &[String]) -> bool {
    match need.versions {
        Versions::This => installed.contains(&need.package),
        Versions::Any => {
            let stem = need.package.trim_end_matches(|c: char| c.is_ascii_digit());
            installed.iter().any(|package| {
                package.strip_prefix(stem).is_some_and(|version| version.parse::<u32>().is_ok())
            })
        }
    }
}

/// The names of all installed packages, without an architecture, and what they provide: others than Debian's
/// nodejs bring npm.
fn installed() -> Vec<String> {
    let format = "-f=${db:Status-Status} ${Package}, ${Provides}\n";
    run::output("dpkg-query", &["-W", format])
        .unwrap_or_default()
        .lines()
        .filter_map(|line| line.strip_prefix("installed "))
        .flat_map(|names| names.split(','))
        // A version may stand behind what is provided.
        .filter_map(|name| name.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

/// Whether apt's lists hold the package.
fn is_known(package: &str) -> bool {
    run::output("apt-cache", &["show", "--no-all-versions", package])
        .is_some_and(|text| !text.is_empty())
}

/// Whether this runs as root.
pub fn is_root() -> bool {
    run::output("id", &["-u"]).is_some_and(|id| id.trim() == "0")
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    let mut command = if is_root() {
        Command::new("apt-get")
    } else if run::output("sudo", &["--version"]).is_some() {
        let mut command = Command::new("sudo");
        command.arg("apt-get");
        command
    } else {
        bail!(
            "installing packages takes root, and there is no sudo here; run as root:\n  \
             apt-get update && apt-get {}",
            arguments.join(" ")
        );
    };
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    println!("$ {}", run::shown(&command));
    run::succeed(&mut command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_version_of_libclang_serves_and_no_other_package_of_that_stem() {
        let libclang = &for_demo()[0];
        let has = |name: &str| is_satisfied(libclang, &[name.to_owned()]);
        assert!(has("libclang1-14"));
        assert!(has("libclang1-19"));
        assert!(!has("libclang1-14-dbgsym"));
        assert!(!has("libclang-common-14-dev"));
    }

    #[test]
    fn every_compiler_of_the_table_is_installed_once() {
        let needs = for_tests();
        for abi in &ABIS {
            if let Provenance::Gcc { package, .. } = abi.provenance {
                let of_it: Vec<_> = needs.iter().filter(|need| need.package == package).collect();
                assert_eq!(of_it.len(), 1, "{package}");
                assert!(of_it[0].why.contains(abi.name), "{}", of_it[0].why);
            }
        }
    }
}
