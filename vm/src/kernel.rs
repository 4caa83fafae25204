//! The kernels that guests run.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cache::Cache;
use crate::debian::{self, Release};
use crate::error::VmError;

/// A kernel's image, as x86's boot protocol has it (`bzImage`, `vmlinuz`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kernel {
    image: PathBuf,
    release: Option<String>,
}

impl Kernel {
    /// The image at a path.
    ///
    /// # Errors
    /// [`VmError::File`], or [`VmError::Kind`] if it is no such image.
    pub fn at(path: impl Into<PathBuf>) -> Result<Self, VmError> {
        let image = path.into();
        let content = fs::read(&image).map_err(VmError::file("read", &image))?;
        if content.get(0x202..0x206) != Some(b"HdrS") {
            return Err(VmError::Kind {
                path: image,
                expected: "a bzImage",
                reason: "it has no header of x86's boot protocol".to_owned(),
            });
        }
        Ok(Self { release: release(&content), image })
    }

    /// Debian's kernel of that release: the installed one, the one that an earlier call unpacked,
    /// or else the package's, which is downloaded and unpacked into the cache.
    ///
    /// # Errors
    /// [`VmError`], if that is not possible.
    pub fn of(release: &Release, cache: &Cache) -> Result<Self, VmError> {
        let name = format!("boot/vmlinuz-{release}");
        let installed = Path::new("/").join(&name);
        // Other distributions let root only read it.
        if fs::File::open(&installed).is_ok() {
            return Self::at(installed);
        }
        let package = format!("linux-image-{release}");
        let folder = debian::unpacked(&package, &["./boot"], cache)?;
        let image = folder.join(&name);
        if image.is_file() {
            Self::at(image)
        } else {
            Err(VmError::Package { package, file: name })
        }
    }

    /// The file.
    pub fn image(&self) -> &Path {
        &self.image
    }

    /// The release that the image's header tells: what `uname -r` will say.
    pub fn release(&self) -> Option<&str> {
        self.release.as_deref()
    }
}

/// The version's text lies 0x200 bytes behind the offset at 0x20e; its first word is the release.
/// (The kernel's `Documentation/arch/x86/boot.rst`, `kernel_version`.)
fn release(content: &[u8]) -> Option<String> {
    let offset = content.get(0x20e..0x210)?;
    let offset = usize::from(u16::from_le_bytes([offset[0], offset[1]]));
    let text = content.get(offset + 0x200..).filter(|_| offset != 0)?;
    let end = text.iter().position(|&byte| byte == b' ' || byte == 0)?;
    let release = std::str::from_utf8(&text[..end]).ok()?;
    (!release.is_empty()).then(|| release.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_is_read_from_the_header_and_nonsense_is_none() {
        let mut image = vec![0; 0x400];
        image[0x202..0x206].copy_from_slice(b"HdrS");
        assert_eq!(release(&image), None, "no text");
        image[0x20e..0x210].copy_from_slice(&0x100_u16.to_le_bytes());
        image[0x300..0x30d].copy_from_slice(b"6.12.0-x (me)");
        assert_eq!(release(&image).as_deref(), Some("6.12.0-x"));
        image[0x20e..0x210].copy_from_slice(&u16::MAX.to_le_bytes());
        assert_eq!(release(&image), None, "behind the end");
    }

    #[test]
    fn what_is_no_kernel_is_refused() {
        let error = Kernel::at("/bin/busybox").unwrap_err();
        assert!(error.to_string().contains("is not a bzImage"), "{error}");
        assert!(matches!(Kernel::at("/nowhere").unwrap_err(), VmError::File { .. }));
    }
}
