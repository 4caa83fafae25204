//! Packages of Debian's, unpacked below the target directory. Nothing is installed.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder with a package's files; nothing, with the reason printed, where the package cannot be had and
/// need not be.
pub(crate) fn unpacked(package: &str) -> Option<PathBuf> {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("noise");
    let folder = cache.join(package);
    if folder.is_dir() {
        return Some(folder);
    }
    match download(package, &cache, &folder) {
        Ok(()) => Some(folder),
        Err(reason) => {
            let needed = crate::is_full() || std::env::var_os("CI").is_some();
            assert!(!needed, "{package} cannot be had: {reason}");
            eprintln!("skipped: {package} cannot be had: {reason}");
            None
        }
    }
}

fn download(package: &str, cache: &Path, folder: &Path) -> Result<(), String> {
    std::fs::create_dir_all(cache).unwrap();
    // What is there is whole: it is made elsewhere and then renamed.
    let scratch = tempfile::tempdir_in(cache).unwrap();
    run("apt-get", &["download", "-qq", package], scratch.path())?;
    let archive = std::fs::read_dir(scratch.path()).unwrap().next();
    let archive = archive.ok_or("apt-get has downloaded nothing")?.unwrap().path();
    run("dpkg-deb", &["--extract", archive.to_str().unwrap(), "files"], scratch.path())?;
    if std::fs::rename(scratch.path().join("files"), folder).is_err() && !folder.is_dir() {
        return Err("the files cannot be moved to their place".into());
    }
    Ok(())
}

fn run(program: &str, arguments: &[&str], folder: &Path) -> Result<(), String> {
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim()))
}
