//! `ioctl-gen module --in-tree`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use clap::Args;
use ioctl_gen::module::in_tree::{
    Author, Destination, Refusal, Series, Tree, Written, blocks, is_subsystem, refuse_header,
    series,
};
use ioctl_gen::module::{InTree, Options, plan, symbol};
use ioctl_gen::streams::{print, tell};
use ioctl_gen::{NewFile, write_together};
use ioctlkit_model::Interface;
use ioctlkit_report::visible::ShownPath as _;
use ioctlkit_sources::programs;

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
    pub(super) module: Option<PathBuf>,

    /// Write the files to the tree instead of making patches. Existing files are only added to
    #[arg(long, requires = "in_tree", conflicts_with = "output")]
    write: bool,
}

fn subsystem(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    is_subsystem(text).then(|| text.to_owned()).ok_or_else(|| {
        "expected a folder below the root of the tree, such as `drivers/misc`".into()
    })
}

/// Makes the series for an interface.
pub(super) fn run(
    arguments: &InTreeOptions,
    linux: &Path,
    source: &Path,
    output: Option<&Path>,
    interface: &Interface,
    options: Options,
) -> Result<Outcome, Failure> {
    let tree = Tree::at(linux)?;
    let author = author(arguments, &tree)?;
    // What has no command has no name, and is refused below.
    let name = options.name.clone().or_else(|| symbol(interface)).unwrap_or_default();
    let in_tree = InTree {
        author: author.to_string(),
        driver: format!("{}/{name}/", arguments.subsystem),
        sources: format!("{name}_main.o"),
    };
    let options = Options { in_tree: Some(in_tree), ..options };
    let mut plan =
        plan(interface, &options).map_err(|problems| Failure::in_source(problems, interface))?;
    let written = arguments.module.as_deref();
    let written = written.map(|module| Written::read(module, &name)).transpose()?;
    if let (Some(in_tree), Some(written)) = (&mut plan.in_tree, &written) {
        in_tree.sources = written.objects(&name).join(" ");
    }
    if let Some(header) = &plan.header {
        refuse_header(source, header)?;
    }
    let destination = Destination { subsystem: arguments.subsystem.clone(), author, written };
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

/// The most time that git has to read its settings.
const LONGEST_CONFIG: Duration = Duration::from_secs(10);

/// The author, as stated or as git knows them. Asking git for a setting runs nothing of the tree.
fn author(arguments: &InTreeOptions, tree: &Tree) -> Result<Author, Failure> {
    if let Some(author) = &arguments.author {
        return Ok(author.clone());
    }
    let setting = |name: &str| {
        let mut git = Command::new("git");
        git.args(["--no-pager", "config", "--get", name]).current_dir(tree.root());
        // These name another repository than the tree.
        git.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env_remove("GIT_CONFIG");
        let output = programs::answer(&mut git, LONGEST_CONFIG).ok()?;
        Some(String::from_utf8(output.stdout).ok()?.trim_end_matches('\n').to_owned())
    };
    let known = setting("user.name").zip(setting("user.email"));
    known.and_then(|(name, mail)| Author::new(&name, &mail)).ok_or_else(|| {
        let help = "add `--author \"Name <mail>\"`, or set git's user.name and user.email";
        Failure::of(tree.root(), "git does not know who you are".into(), Some(help))
    })
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

/// Writes the files of the series into the tree.
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
