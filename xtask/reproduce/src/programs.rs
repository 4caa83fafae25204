//! A case's program, compiled for both widths of words.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::case::{Case, Width};

/// Compiles a case's program for a width, linked statically as guests want it.
pub(crate) fn compile(case: &Case, width: Width, into: &Path) -> Result<PathBuf> {
    let program = into.join(format!("program{}", width.option()));
    let mut gcc = Command::new("gcc");
    gcc.args([width.option(), "-static", "-O1", "-Wall", "-Wextra", "-Werror"]);
    gcc.arg("-o").arg(&program).arg(case.folder.join("program.c"));
    let output = match gcc.output() {
        Ok(output) => output,
        Err(error) => bail!("gcc does not start: {error}; `cargo xtask setup` installs it"),
    };
    if !output.status.success() {
        bail!("{} failed:\n{}", xtask::run::shown(&gcc), String::from_utf8_lossy(&output.stderr));
    }
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_compiles_for_both_widths_without_a_warning() {
        let folder = tempfile::tempdir().unwrap();
        for case in Case::all(&crate::case::root()).unwrap() {
            for width in Width::BOTH {
                compile(&case, width, folder.path()).unwrap();
            }
        }
    }
}
