//! The files of a new rule.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use xtask::run;

/// What `cargo xtask new-rule` can be told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The code: a letter and three digits, such as `L021`
    code: String,
    /// The name, by the defect that it finds: words in lower case with hyphens, such as
    /// `unsized-member`. It reads behind "allow"
    slug: String,
}

/// Makes the files, none of which may be there, and registers the rule.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let (code, slug) = (arguments.code.as_str(), arguments.slug.as_str());
    let is_code = code.len() == 4
        && code.starts_with(|c: char| c.is_ascii_uppercase())
        && code[1..].bytes().all(|c| c.is_ascii_digit());
    if !is_code {
        bail!("`{code}` is no code: a capital letter and three digits, such as L021");
    }
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    if !slug.split('-').all(is_word) {
        bail!("`{slug}` is no name: words in lower case with hyphens, such as unsized-member");
    }
    let root = run::root();
    let fixtures = root.join("fixtures/rules").join(code);
    if fixtures.exists() {
        bail!("{code} has fixtures already: {}", fixtures.display());
    }
    let module = format!("{}_{}", code.to_lowercase(), slug.replace('-', "_"));
    let constant = slug.replace('-', "_").to_uppercase();
    register(&root.join("lint/src/rules/mod.rs"), &module, &constant)?;
    write(&root.join(format!("lint/src/rules/{module}.rs")), &rule(code, slug, &constant))?;
    write(&fixtures.join("bad.h"), BAD)?;
    write(&fixtures.join("good.h"), GOOD)?;
    println!(
        "Next:\n  \
         write the rule and its page, in lint/src/rules/{module}.rs\n  \
         write what must fire and look-alikes that must not, in fixtures/rules/{code}\n  \
         give it a row in docs/guide.md: a rule of the kernel's documents, or beyond them\n  \
         cargo test -p ioctl-lint --lib {module}, and read the snapshot\n  \
         cargo xtask docs --write, which makes docs/rules/{code}.md\n  \
         run it over /usr/include and a kernel tree, and read what it says"
    );
    Ok(())
}

/// Adds the rule's two lines where the alphabet has them: its module, and its place in the list.
fn register(list: &Path, module: &str, constant: &str) -> Result<()> {
    let text = fs::read_to_string(list).with_context(|| list.display().to_string())?;
    let mut lines: Vec<&str> = text.lines().collect();
    let entry = format!("    {module}::{constant},");
    let declaration = format!("mod {module};");
    for (line, begin, end) in [(&entry, "    ", ","), (&declaration, "mod ", ";")] {
        if lines.contains(&line.as_str()) {
            bail!("{module} is registered already in {}", list.display());
        }
        let is_like_it = |known: &str| known.starts_with(begin) && known.ends_with(end);
        let place = lines
            .iter()
            .position(|known| is_like_it(known) && *known > line.as_str())
            .or_else(|| lines.iter().rposition(|known| is_like_it(known)).map(|last| last + 1))
            .with_context(|| format!("no list of rules in {}", list.display()))?;
        lines.insert(place, line);
    }
    fs::write(list, lines.join("\n") + "\n").with_context(|| list.display().to_string())
}

fn write(path: &Path, text: &str) -> Result<()> {
    if path.exists() {
        bail!("{} is there already", path.display());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    fs::write(path, text).with_context(|| path.display().to_string())?;
    println!("{}: new", path.strip_prefix(run::root()).unwrap_or(path).display());
    Ok(())
}

const BAD: &str = "\
/* What must fire: say why in this line. */
#include <linux/ioctl.h>
#include <linux/types.h>

struct foo {
	__u32 a;
};
#define FOO_GET\t_IOR('x', 1, struct foo)
";

const GOOD: &str = "\
/* Look-alikes that must not fire: say why in this line. */
#include <linux/ioctl.h>
#include <linux/types.h>

struct foo {
	__u32 a;
};
#define FOO_GET\t_IOR('x', 1, struct foo)
";

fn rule(code: &str, slug: &str, constant: &str) -> String {
    format!(
        "//! {code} {slug}.

use ioctlkit_model::Finding;

use crate::context::Context;
use crate::declare_rule;

declare_rule! {{
    /// the defect in a few words
    ///
    /// # What
    /// What is looked for, and what is not.
    ///
    /// # Why
    /// What goes wrong, for whom.
    ///
    /// # Source
    /// The kernel's document, or the commits that mended such a defect.
    ///
    /// # Example
    /// ```c
    /// #define FOO_GET _IOR('x', 1, struct foo)
    /// ```
    ///
    /// # Fix
    /// What to write instead.
    {constant}: \"{code}\", \"{slug}\", Warning, legacy off;
}}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {{
    for argument in cx.argument_records() {{
        for (abis, _, member) in argument.members() {{
            let message = String::from(\"say what is wrong with it\");
            findings.push(argument.member_finding(&{constant}, member, abis, message));
        }}
    }}
}}
"
    )
}
