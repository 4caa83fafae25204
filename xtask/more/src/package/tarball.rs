//! The programs in an archive, for any distribution: unpack it, and put `bin` into `PATH`.

use std::fs;
use std::path::Path;

use anyhow::Result;

use super::files::{self, Completions};
use super::programs::Programs;
use xtask::run;

const COMPLETIONS: Completions = Completions {
    bash: "bash-completion/completions",
    fish: "fish/vendor_completions.d",
    zsh: "zsh/site-functions",
};

pub(super) fn write(programs: &Programs, folder: &Path) -> Result<()> {
    let name = format!("ioctlkit-{}-{}-linux", programs.version, programs.machine());
    let parent = folder.join("tarball");
    let _ = fs::remove_dir_all(&parent);
    let inside = parent.join(&name);
    files::lay_out(&inside, programs, &COMPLETIONS)?;
    for file in ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        files::copy(&run::root().join(file), &inside.join(file))?;
    }
    files::pack(&parent, &name, &folder.join(format!("{name}.tar.xz")))
}
