//! The programs as a Debian package, as Debian Policy 4.6 asks for it.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::files::{self, Completions};
use super::programs::{GLIBC, Programs};
use xtask::run;

const COMPLETIONS: Completions = Completions {
    bash: "bash-completion/completions",
    fish: "fish/vendor_completions.d",
    zsh: "zsh/vendor-completions",
};

/// Any libclang that the linter can load; the first is what each release calls its own.
const LIBCLANG: &str = "libclang1 | libclang1-19 | libclang1-18 | libclang1-17 | libclang1-16 | libclang1-15 | libclang1-14";

const DESCRIPTION: &str = "\
Description: linter and code generator for ioctl interfaces
 ioctl-lint reads C headers, drivers, Rust crates and compiled modules, and
 reports what in an ioctl interface breaks programs, on every Linux ABI.
 .
 ioctl-gen makes kernel modules of interfaces that are described in Rust, with
 tests and a manual page, and runs them in a guest.
 .
 ioctl-bench measures what it costs to call into the kernel.
";

const COPYRIGHT: &str = "\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: ioctlkit
Source: https://github.com/ioctlkit/ioctlkit

Files: *
Copyright: The ioctlkit authors
License: MIT or Apache-2.0
";

pub(super) fn write(programs: &Programs, folder: &Path) -> Result<()> {
    let architecture = architecture(programs.machine())?;
    let root = folder.join("debian");
    let _ = fs::remove_dir_all(&root);
    let usr = root.join("usr");
    files::lay_out(&usr, programs, &COMPLETIONS)?;
    let man = usr.join("share/man/man1");
    for page in fs::read_dir(&man)?.collect::<std::io::Result<Vec<_>>>()? {
        compress(&page.path())?;
    }
    let doc = usr.join("share/doc/ioctlkit");
    files::write(&doc.join("copyright"), &copyright()?)?;
    files::copy(&run::root().join("CHANGELOG.md"), &doc.join("changelog"))?;
    compress(&doc.join("changelog"))?;
    let control = format!(
        "Package: ioctlkit\nVersion: {}\nArchitecture: {architecture}\nMaintainer: The ioctlkit authors \
         <ioctlkit@users.noreply.github.com>\nSection: devel\nPriority: optional\nInstalled-Size: {}\n\
         Depends: libc6 (>= {GLIBC}), {LIBCLANG}\nSuggests: qemu-system-x86, gcc, make\n\
         Homepage: https://github.com/ioctlkit/ioctlkit\n{DESCRIPTION}",
        programs.version,
        installed_kilobytes(&usr)?,
    );
    files::write(&root.join("DEBIAN/control"), &control)?;
    let package = folder.join(format!("ioctlkit_{}_{architecture}.deb", programs.version));
    let mut build = Command::new("dpkg-deb");
    build.args(["--root-owner-group", "-Zxz", "--build"]).arg(&root).arg(package);
    run::succeed(build.env("SOURCE_DATE_EPOCH", files::time_of_commit()?))
}

/// Debian's name of a machine.
fn architecture(machine: &str) -> Result<&'static str> {
    Ok(match machine {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "riscv64gc" => "riscv64",
        "powerpc64le" => "ppc64el",
        "s390x" => "s390x",
        other => bail!("{other} has no name in Debian that this knows"),
    })
}

fn copyright() -> Result<String> {
    let mit = fs::read_to_string(run::root().join("LICENSE-MIT"))?;
    // A line of a paragraph begins with a space, and an empty one is a dot.
    let lines = mit.lines().map(|line| if line.is_empty() { "." } else { line });
    let licence: String = lines.flat_map(|line| [" ", line, "\n"]).collect();
    let mut text = format!("{COPYRIGHT}\nLicense: MIT\n{licence}");
    text += "\nLicense: Apache-2.0\n On Debian systems, the text is in /usr/share/common-licenses/Apache-2.0.\n";
    Ok(text)
}

/// Compresses a file without the time and the name in it.
fn compress(file: &Path) -> Result<()> {
    run::succeed(Command::new("gzip").args(["--best", "--no-name", "--force"]).arg(file))
}

/// What dpkg calls the installed size, in units of 1024 bytes.
fn installed_kilobytes(folder: &Path) -> Result<u64> {
    let folder = folder.display().to_string();
    let said = run::output("du", &["--summarize", "--apparent-size", "--block-size=1024", &folder]);
    let size = said.as_deref().and_then(|said| said.split_whitespace().next());
    size.context("du says nothing")?.parse().context("du says no number")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_have_debians_names() {
        assert_eq!(architecture("x86_64").unwrap(), "amd64");
        assert!(architecture("vax").is_err());
    }

    #[test]
    fn the_copyright_file_has_both_licences_as_a_control_file_needs_them() {
        let text = copyright().unwrap();
        assert!(text.contains("\n Permission is hereby granted"));
        assert!(text.contains("\nLicense: Apache-2.0\n On Debian"));
        let (_, licence) = text.split_once("\nLicense: MIT\n").unwrap();
        assert!(
            licence.lines().take_while(|line| !line.is_empty()).all(|line| line.starts_with(' '))
        );
    }
}
