//! `ioctl-gen module --in-tree`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Args;
use ioctl_gen::module::in_tree::{
    Author, Destination, Refusal, Series, Tree, blocks, is_subsystem, series,
};
use ioctl_gen::module::{Header, InTree, Options, plan};
use ioctl_gen::streams::{print, tell};
use ioctl_gen::{NewFile, describe, read_below, write_together};
use ioctlkit_model::Interface;
use ioctlkit_report::visible::ShownPath as _;

use super::Outcome;
use super::module::{Failure, unprintable_problem, unwritable};

/// A driver in the kernel's tree.
#[derive(Debug, Args)]
#[command(next_help_heading = "In the kernel's tree")]
pub(super) struct InTreeOptions {
    /// Make patches that `git am` takes, which bring the driver, its header, tests and documentation to
    /// where they belong in this kernel's source. They are printed, or go to `--output`
    #[arg(
        long,
        value_name = "LINUX",
        conflicts_with_all = ["bench", "check", "dry_run", "diff", "write_missing", "force", "break_abi"]
    )]
    pub(super) in_tree: Option<PathBuf>,

    /// The folder of the tree that gets the driver's
    #[arg(long, value_name = "FOLDER", default_value = "drivers/misc", requires = "in_tree", value_parser = subsystem)]
    subsystem: String,

    /// Who signs off and maintains the driver, as `Name <mail>` [default: the user.name and user.email
    /// that git has for the tree]
    #[arg(long, value_name = "AUTHOR", requires = "in_tree", value_parser = Author::parse)]
    author: Option<Author>,

    /// A module that was made before: its .c and .h files with your handlers are taken, and the hooks of
    /// its test
    #[arg(long, value_name = "DIR", requires = "in_tree")]
    module: Option<PathBuf>,

    /// Also write the files into the tree. One that is there is never overwritten
    #[arg(long, requires = "in_tree")]
    write: bool,
}

fn subsystem(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    is_subsystem(text)
        .then(|| text.to_owned())
        .ok_or_else(|| "a folder of the kernel's: `drivers/misc`".into())
}

/// Makes the series for an interface.
pub(super) fn run(
    arguments: &InTreeOptions,
    linux: &Path,
    output: Option<&Path>,
    interface: &Interface,
    options: Options,
) -> Result<Outcome, Failure> {
    let tree = Tree::at(linux)?;
    let author = author(arguments, &tree)?;
    let mut options = Options { in_tree: None, ..options };
    // The name is known only then, and the rest of what a tree needs by it.
    let name =
        plan(interface, &options).map_err(|problems| Failure::in_source(problems, interface))?.name;
    let written = match &arguments.module {
        Some(module) => written(module, &name)?,
        None => Written::default(),
    };
    if let Some(Header::Copied { text, beside }) = &options.header {
        refuse_license(&name, text)?;
        if !beside.is_empty() {
            let help = "move what it needs of them into the header: programs get only that";
            let message =
                "includes headers that lie beside it, which the kernel's tree has no place for";
            return Err(Failure::of(Path::new(&format!("{name}.h")), message.into(), Some(help)));
        }
    }
    let main = format!("{name}_main.c");
    let mut sources: Vec<String> = written.objects();
    if sources.is_empty() {
        sources.push(format!("{name}_main.o"));
    }
    sources.sort_by_key(|object| object.strip_suffix(".o") != main.strip_suffix(".c"));
    options.in_tree = Some(InTree {
        author: author.to_string(),
        driver: format!("{}/{name}/", arguments.subsystem),
        sources: sources.join(" "),
    });
    let plan =
        plan(interface, &options).map_err(|problems| Failure::in_source(problems, interface))?;
    let destination = Destination {
        subsystem: arguments.subsystem.clone(),
        author,
        written: written.files,
        hooks: written.hooks,
    };
    let series = series(&tree, &plan, &blocks(interface), &destination)?;
    if let Some(output) = output {
        save(output, &series)?;
    } else if !arguments.write {
        for patch in &series.patches {
            print(&patch.text).map_err(|error| unprintable_problem(&error))?;
        }
    }
    if arguments.write {
        write(&tree, &series)?;
    }
    Ok(Outcome::Done)
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::of(&refusal.path, refusal.message, refusal.help.as_deref())
    }
}

/// The author, as stated or as git knows them. Asking git for a setting runs nothing of the tree.
fn author(arguments: &InTreeOptions, tree: &Tree) -> Result<Author, Failure> {
    if let Some(author) = &arguments.author {
        return Ok(author.clone());
    }
    let setting = |name: &str| {
        let mut git = Command::new("git");
        git.args(["--no-pager", "config", "--get", name]).current_dir(tree.root());
        let output = git.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        Some(String::from_utf8(output.stdout).ok()?.trim_end_matches('\n').to_owned())
    };
    let known = setting("user.name").zip(setting("user.email"));
    known.and_then(|(name, mail)| Author::new(&name, &mail)).ok_or_else(|| {
        let help = "add `--author \"Name <mail>\"`, or set git's user.name and user.email";
        Failure::of(tree.root(), "git does not know who you are".into(), Some(help))
    })
}

/// What people have written of a driver.
#[derive(Debug, Default)]
struct Written {
    files: Vec<(String, String)>,
    hooks: Option<String>,
}

impl Written {
    fn objects(&self) -> Vec<String> {
        let stems = self.files.iter().filter_map(|(name, _)| name.strip_suffix(".c"));
        stems.map(|stem| format!("{stem}.o")).collect()
    }
}

/// The files beside a module's gen/, for a folder where everything is beside everything.
fn written(module: &Path, name: &str) -> Result<Written, Failure> {
    let unreadable = |path: &Path, error: &std::io::Error| {
        Failure::of(path, format!("cannot read: {}", describe(error)), None)
    };
    let entries = fs::read_dir(module).map_err(|error| unreadable(module, &error))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| unreadable(module, &error))?;
        names.extend(entry.file_name().into_string().ok());
    }
    // What kbuild leaves in a module's folder is none of its source.
    let is_source = |name: &str| {
        let (stem, extension) = name.rsplit_once('.').unwrap_or_default();
        matches!(extension, "c" | "h") && Path::new(stem).extension().is_none()
    };
    names.retain(|name| is_source(name));
    names.sort();
    let read = |path: PathBuf| -> Result<Option<String>, Failure> {
        let bytes = read_below(module, &path).map_err(|error| unreadable(&path, &error))?;
        let text = bytes.map(String::from_utf8).transpose();
        text.map_err(|_| Failure::of(&path, "is not UTF-8".into(), None))
    };
    let mut files = Vec::new();
    for file in names {
        let path = module.join(&file);
        let Some(text) = read(path.clone())? else { continue };
        if text.contains(&format!("gen/{name}_bench.h")) {
            let help = "leave out what has `bench` in its name, and its `#include`";
            let message = "has doors for benchmarks, which are nothing for the kernel's tree";
            return Err(Failure::of(&path, message.into(), Some(help)));
        }
        files.push((file, text.replace("#include \"gen/", "#include \"")));
    }
    let main = format!("{name}_main.c");
    if !files.iter().any(|(file, _)| *file == main) {
        return Err(Failure::of(&module.join(&main), "is missing: it has the driver".into(), None));
    }
    let hooks = read(module.join(format!("tests/{name}_hooks.h")))?;
    Ok(Written { files, hooks })
}

/// `make headers_install` ends with an error where a header does not say that programs may use it.
fn refuse_license(name: &str, text: &str) -> Result<(), Failure> {
    let states = |line: &str| {
        line.contains("SPDX-License-Identifier:")
            && (!line.contains("GPL-") || line.contains("WITH Linux-syscall-note"))
    };
    if text.lines().any(states) {
        return Ok(());
    }
    let help =
        "begin it with `/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */`";
    let message =
        "a header for programs has to say that they may use it: `WITH Linux-syscall-note`";
    Err(Failure::of(Path::new(&format!("{name}.h")), message.into(), Some(help)))
}

/// Puts the patches into a folder, over none that is there.
fn save(output: &Path, series: &Series) -> Result<(), Failure> {
    let paths: Vec<PathBuf> = series.patches.iter().map(|patch| output.join(&patch.file)).collect();
    for path in &paths {
        if fs::symlink_metadata(path).is_ok() {
            let help = "remove it, or name another folder";
            return Err(Failure::of(
                path,
                "is there already: nothing was written".into(),
                Some(help),
            ));
        }
    }
    let files: Vec<NewFile<'_>> = paths
        .iter()
        .zip(&series.patches)
        .map(|(path, patch)| NewFile { path, text: &patch.text, replaces: None })
        .collect();
    write_together(output, &files).map_err(|error| unwritable(output, &error))?;
    for path in &paths {
        tell(format_args!("{}: new", path.shown()));
    }
    Ok(())
}

/// Puts what comes of the series into the tree.
fn write(tree: &Tree, series: &Series) -> Result<(), Failure> {
    let paths: Vec<PathBuf> =
        series.files.iter().map(|file| tree.root().join(&file.path)).collect();
    let files: Vec<NewFile<'_>> = paths
        .iter()
        .zip(&series.files)
        .map(|(path, file)| NewFile {
            path,
            text: &file.after,
            replaces: file.before.as_deref().map(str::as_bytes),
        })
        .collect();
    write_together(tree.root(), &files).map_err(|error| unwritable(tree.root(), &error))?;
    for (path, file) in paths.iter().zip(&series.files) {
        let word = if file.before.is_some() { "changed" } else { "new" };
        tell(format_args!("{}: {word}", path.shown()));
    }
    Ok(())
}
