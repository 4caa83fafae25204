//! The guest's files: busybox, the modules and programs of a script, and the generated init.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cpio::Archive;
use crate::elf::{ModuleInfo, check_program};
use crate::error::VmError;
use crate::init;
use crate::programs::find_program;
use crate::script::{Action, Script};

/// Where to find busybox, and what to do where it is not.
const BUSYBOX: &str = "busybox";
const REMEDY: &str = "install Debian's package busybox-static, or name a static busybox by path";

/// A file that the guest gets besides those of its script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraFile {
    /// On this machine.
    pub source: PathBuf,
    /// In the guest.
    pub path: String,
}

/// The guest's first and only file system.
#[derive(Debug, Clone)]
pub(crate) struct Initramfs {
    pub(crate) bytes: Vec<u8>,
}

/// What goes into an initramfs.
#[derive(Debug)]
pub(crate) struct Contents<'a> {
    pub(crate) busybox: Option<&'a Path>,
    pub(crate) script: &'a Script,
    pub(crate) extra: &'a [ExtraFile],
    /// The release of the kernel, if it is known.
    pub(crate) release: Option<&'a str>,
    /// The word that begins each marker.
    pub(crate) token: &'a str,
}

impl Initramfs {
    pub(crate) fn build(contents: &Contents<'_>) -> Result<Self, VmError> {
        let mut archive = Archive::new();
        for folder in ["bin", "dev", "proc", "run", "sys", "tmp"] {
            archive.directory(folder)?;
        }
        let (path, content) = busybox(contents.busybox)?;
        check_program(&path, &content)?;
        archive.file("bin/busybox", 0o755, content)?;
        archive.symlink("bin/sh", "busybox")?;
        for (index, step) in contents.script.steps.iter().enumerate() {
            match &step.action {
                Action::Load { module, .. } => {
                    let content = read(module)?;
                    check_module(module, &content, contents.release)?;
                    archive.file(&init::guest_path(index, module), 0o644, content)?;
                }
                Action::Run { program, .. } => {
                    let content = read(program)?;
                    check_program(program, &content)?;
                    archive.file(&init::guest_path(index, program), 0o755, content)?;
                }
                Action::Shell { .. } | Action::Unload { .. } => {}
            }
        }
        for extra in contents.extra {
            let permissions = permissions(&extra.source)?;
            archive.file(&extra.path, permissions, read(&extra.source)?)?;
        }
        let init = init::generate(contents.script, contents.token)?;
        archive.file("init", 0o755, init.into_bytes())?;
        Ok(Self { bytes: archive.to_bytes() })
    }
}

fn check_module(path: &Path, content: &[u8], release: Option<&str>) -> Result<(), VmError> {
    let info = ModuleInfo::parse(path, content)?;
    match release {
        Some(guest) if guest != info.release => Err(VmError::OtherKernel {
            path: path.to_owned(),
            built: info.release,
            guest: guest.to_owned(),
        }),
        _ => Ok(()),
    }
}

fn busybox(given: Option<&Path>) -> Result<(PathBuf, Vec<u8>), VmError> {
    let path = match given {
        Some(path) => path.to_owned(),
        None => find_program(BUSYBOX).ok_or_else(|| VmError::Missing {
            program: BUSYBOX.to_owned(),
            remedy: REMEDY.to_owned(),
        })?,
    };
    let content = read(&path)?;
    Ok((path, content))
}

fn read(path: &Path) -> Result<Vec<u8>, VmError> {
    fs::read(path).map_err(VmError::file("read", path))
}

fn permissions(path: &Path) -> Result<u32, VmError> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = fs::metadata(path).map_err(VmError::file("read", path))?;
    Ok(metadata.permissions().mode() & 0o777)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::Step;

    fn build(script: &Script, extra: &[ExtraFile]) -> Result<Initramfs, VmError> {
        let contents = Contents { busybox: None, script, extra, release: None, token: "token" };
        Initramfs::build(&contents)
    }

    #[test]
    fn programs_of_one_name_stand_side_by_side() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("a/test"), folder.path().join("b/test"));
        for (path, text) in [(&one, "#!/bin/sh\nexit 0\n"), (&other, "#!/bin/sh\nexit 1\n")] {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let script = Script::new().then(Step::test(&one)).then(Step::test(&other));
        let bytes = build(&script, &[]).unwrap().bytes;
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains("steps/0/test") && text.contains("steps/1/test"));
    }

    #[test]
    fn a_file_that_does_not_exist_is_named() {
        let script = Script::new().then(Step::load("/nowhere/driver.ko"));
        let error = build(&script, &[]).unwrap_err();
        assert_eq!(error.to_string(), "cannot read /nowhere/driver.ko");
    }

    #[test]
    fn an_extra_file_cannot_replace_the_init() {
        let extra = ExtraFile { source: "/bin/busybox".into(), path: "/init".to_owned() };
        let error = build(&Script::new(), &[extra]).unwrap_err();
        assert!(matches!(error, VmError::Archive(_)), "{error}");
    }
}
