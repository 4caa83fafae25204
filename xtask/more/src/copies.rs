//! The tables of what the kernel copies: made from a kernel's source, or compared with it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use ioctl_lint::kernel_copies_source;
use ioctl_lint::kernel_structures_source::Files;
use ioctlkit_oracle::kernel::drivers;

use crate::docs::{Mode, ModeArguments};
use xtask::run;

/// Where the tables are, from the root of the repository.
const FOLDER: &str = "model/data";

/// What `cargo xtask copies` can be told.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    mode: ModeArguments,
    /// The root of a kernel's source [default: the installed linux-source-6.12, unpacked in `target/`]
    #[arg(long, value_name = "FOLDER")]
    tree: Option<PathBuf>,
}

/// Writes or checks the tables.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let root = run::root();
    let tree = match &arguments.tree {
        Some(tree) => tree.clone(),
        None => drivers(&root.join("target/oracle"))?,
    };
    let version = kernel_copies_source::version(&tree)?;
    let root_of_kernel = std::slice::from_ref(&tree);
    let interface = kernel_copies_source::read(root_of_kernel, root_of_kernel);
    let text = kernel_copies_source::data_file(&interface, &tree, &version);
    let files = Files::of(&interface, &text, &version);
    let tables = [
        ("kernel-copies.tsv", text),
        ("kernel-structures.tsv", files.structures),
        ("kernel-inputs.tsv", files.inputs),
    ];
    for (name, text) in tables {
        let file = root.join(FOLDER).join(name);
        match arguments.mode.mode() {
            Mode::Write => write(&file, &text)?,
            Mode::Check => check(&file, &text)?,
        }
    }
    Ok(())
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

fn check(file: &Path, text: &str) -> Result<()> {
    let committed =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let differing = kernel_copies_source::differing(&committed, text);
    if !differing.is_empty() {
        bail!("run `cargo xtask copies --write`:\n  {}", differing.join("\n  "));
    }
    Ok(())
}
