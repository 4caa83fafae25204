//! A driver in the kernel's tree: the files where they belong there, what the files that are there get to
//! know of them, and the patches that bring both, each of which builds by itself.

mod author;
mod hooks;
pub(super) mod includes;
mod kept;
mod mail;
mod numbers;
mod place;
mod refusal;
mod tree;
mod written;

use super::plan::Plan;
use super::render::{TreeTexts, render_in_tree};
pub use author::Author;
use kept::refuse_changed_by_mail;
pub use mail::Patch;
use mail::{Change, Edit, patches};
pub use numbers::{Block, blocks};
pub use refusal::Refusal;
pub use tree::Tree;
pub use written::{Written, refuse_header};

/// Where a driver goes, and what people have written of it.
#[derive(Debug, Clone)]
pub struct Destination {
    /// The folder that gets the driver's, below the tree's root: `drivers/misc`.
    pub subsystem: String,
    /// Who signs off.
    pub author: Author,
    /// What people have written of it, if anything.
    pub written: Option<Written>,
}

/// A file of the tree, once the whole series is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeFile {
    /// Below the tree's root.
    pub path: String,
    /// What it was; nothing where it is new.
    pub before: Option<String>,
    /// What it is to be.
    pub after: String,
}

/// What brings a driver into a tree.
#[derive(Debug, Clone)]
pub struct Series {
    /// The patches.
    pub patches: Vec<Patch>,
    /// What comes of all of them.
    pub files: Vec<TreeFile>,
}

/// Whether a folder below the tree's root is one that drivers have: `drivers/misc`.
pub fn is_subsystem(path: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    };
    path.contains('/') && path.split('/').all(is_part)
}

/// The patches for a tree.
///
/// # Errors
/// What the tree has already, or lacks.
pub fn series(
    tree: &Tree,
    plan: &Plan,
    blocks: &[Block],
    destination: &Destination,
) -> Result<Series, Refusal> {
    let texts = render_in_tree(plan).map_err(|error| {
        Refusal::of(tree.root(), format!("a template cannot be rendered: {error:#}"))
    })?;
    let builder = Builder { tree, plan, destination, maintainers: tree.read(MAINTAINERS)? };
    let changes = builder.changes(texts, blocks)?;
    let mut files: Vec<TreeFile> = Vec::new();
    for edit in changes.iter().flat_map(|change| &change.edits) {
        match files.iter_mut().find(|file| file.path == edit.path) {
            Some(file) => file.after.clone_from(&edit.after),
            None => files.push(TreeFile {
                path: edit.path.clone(),
                before: edit.before.clone(),
                after: edit.after.clone(),
            }),
        }
    }
    Ok(Series { patches: patches(&changes, &destination.author), files })
}

const MAINTAINERS: &str = "MAINTAINERS";

struct Builder<'a> {
    tree: &'a Tree,
    plan: &'a Plan,
    destination: &'a Destination,
    maintainers: String,
}

impl Builder<'_> {
    fn changes(&self, texts: TreeTexts, blocks: &[Block]) -> Result<Vec<Change>, Refusal> {
        let mut changes = vec![
            self.uapi(texts.header, blocks)?,
            self.driver(texts.driver)?,
            self.selftest(texts.selftest)?,
            self.documentation(texts.page)?,
        ];
        let files =
            [self.header_path(), self.driver_path(), self.selftest_path(), self.page_path()];
        let path = self.tree.root().join(MAINTAINERS);
        let title = format!("{} DRIVER", self.plan.upper.replace('_', " "));
        let author = &self.destination.author;
        let mut before = self.maintainers.clone();
        for (index, change) in changes.iter_mut().enumerate() {
            let known = &files[..=index];
            let after = hooks::maintainers(&self.maintainers, &path, &title, author, known)?;
            let edit =
                Edit { path: MAINTAINERS.into(), before: Some(before), after: after.clone() };
            change.edits.push(edit);
            before = after;
        }
        Ok(changes)
    }

    fn uapi(&self, header: String, blocks: &[Block]) -> Result<Change, Refusal> {
        let Plan { name, title, .. } = self.plan;
        let table = self.changed(numbers::TABLE, |text, path| {
            numbers::with_rows(text, path, blocks, name, &self.destination.author)
        })?;
        Ok(Change {
            subject: format!("{}: {name}: Add the userspace interface", self.area()),
            message: vec![
                format!(
                    "Programs use {title} through ioctl commands. Add the header that defines \
                     them and their arguments, and register their numbers."
                ),
                "The driver follows.".into(),
            ],
            edits: vec![self.added(&self.header_path(), header)?, table],
        })
    }

    fn driver(&self, texts: Vec<(String, String)>) -> Result<Change, Refusal> {
        let Plan { name, upper, title, .. } = self.plan;
        let subsystem = &self.destination.subsystem;
        let driver = self.driver_path();
        self.tree.refuse_existing(driver.trim_end_matches('/'))?;
        let mut edits = Vec::new();
        for (file, text) in self.written(texts)? {
            edits.push(self.added(&format!("{driver}{file}"), text)?);
        }
        edits.push(self.changed(&format!("{subsystem}/Kconfig"), |text, path| {
            hooks::kconfig(text, path, &driver, upper)
        })?);
        edits.push(self.changed(&format!("{subsystem}/Makefile"), |text, path| {
            hooks::makefile(text, path, name, upper)
        })?);
        Ok(Change {
            subject: format!("{}: {name}: Add the driver", self.area()),
            message: vec![
                format!(
                    "Add a driver for {title}. {name}_ioctl.c checks each command: its number, \
                     the mode of the file, the size of its argument, reserved members, flags and \
                     values. A handler runs only when its argument was copied in and found valid."
                ),
                "32-bit programs are served, too.".into(),
            ],
            edits,
        })
    }

    fn selftest(&self, texts: Vec<(String, String)>) -> Result<Change, Refusal> {
        let Plan { name, title, .. } = self.plan;
        let folder = self.selftest_path();
        self.tree.refuse_existing(folder.trim_end_matches('/'))?;
        let mut edits = Vec::new();
        for (file, text) in texts {
            let written = self.destination.written.as_ref().filter(|_| file.ends_with("_hooks.h"));
            let hooks = written.and_then(|written| written.hooks.clone());
            edits.push(self.added(&format!("{folder}{file}"), hooks.unwrap_or(text))?);
        }
        edits.push(self.changed("tools/testing/selftests/Makefile", |text, path| {
            hooks::selftests(text, path, name)
        })?);
        Ok(Change {
            subject: format!("selftests: {name}: Test malformed calls"),
            message: vec![format!(
                "Call each command of {title} with a wrong number, size, pointer, mode or member, \
                 one at a time, and check that the driver refuses it with the error that the \
                 header documents."
            )],
            edits,
        })
    }

    fn documentation(&self, page: String) -> Result<Change, Refusal> {
        let Plan { name, title, .. } = self.plan;
        let index = format!("{}/index.rst", self.documentation_path());
        Ok(Change {
            subject: format!("docs: {name}: Describe {title}"),
            message: vec![
                "Say how to build and test the driver, and include what the header says of each \
                 command."
                    .into(),
            ],
            edits: vec![
                self.added(&self.page_path(), page)?,
                self.changed(&index, |text, path| hooks::index(text, path, self.heading(), name))?,
            ],
        })
    }

    /// What subjects begin with.
    fn area(&self) -> &str {
        let subsystem = &self.destination.subsystem;
        subsystem.rsplit('/').next().unwrap_or(subsystem)
    }

    fn header_path(&self) -> String {
        format!("include/uapi/linux/{}.h", self.plan.name)
    }

    fn driver_path(&self) -> String {
        format!("{}/{}/", self.destination.subsystem, self.plan.name)
    }

    fn selftest_path(&self) -> String {
        format!("tools/testing/selftests/{}/", self.plan.name)
    }

    fn documentation_path(&self) -> &'static str {
        match self.destination.subsystem.as_str() {
            "drivers/misc" => "Documentation/misc-devices",
            _ => "Documentation/userspace-api",
        }
    }

    /// The heading of the index that has the list of pages; nothing where there is only one list.
    fn heading(&self) -> Option<&'static str> {
        match self.destination.subsystem.as_str() {
            "drivers/misc" => None,
            _ => Some("Devices and I/O"),
        }
    }

    fn page_path(&self) -> String {
        format!("{}/{}.rst", self.documentation_path(), self.plan.name)
    }

    /// Replaces the generated main file with the author's files.
    fn written(&self, mut made: Vec<(String, String)>) -> Result<Vec<(String, String)>, Refusal> {
        let Some(written) = &self.destination.written else { return Ok(made) };
        let main = format!("{}_main.c", self.plan.name);
        made.retain(|(name, _)| *name != main);
        for (file, text) in &written.files {
            if made.iter().any(|(name, _)| name == file) {
                let message = format!("`{file}` is also the name of a generated file: rename it");
                return Err(Refusal::of(&written.folder.join(file), message));
            }
            made.push((file.clone(), text.clone()));
        }
        Ok(made)
    }

    fn added(&self, path: &str, text: String) -> Result<Edit, Refusal> {
        self.tree.refuse_existing(path)?;
        refuse_changed_by_mail(&self.tree.root().join(path), &text)?;
        Ok(Edit { path: path.to_owned(), before: None, after: text })
    }

    fn changed(
        &self,
        path: &str,
        change: impl Fn(&str, &std::path::Path) -> Result<String, Refusal>,
    ) -> Result<Edit, Refusal> {
        let before = self.tree.read(path)?;
        let after = change(&before, &self.tree.root().join(path))?;
        Ok(Edit { path: path.to_owned(), before: Some(before), after })
    }
}
