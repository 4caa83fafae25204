//! Which commands the README promises.

use anyhow::{Result, bail};

const HEADING: &str = "## Two commands";

/// The commands of the first console block under the heading, without prompt and comment.
pub(super) fn commands(readme: &str) -> Result<Vec<String>> {
    let section = readme.lines().skip_while(|line| *line != HEADING).skip(1);
    let section = section.take_while(|line| !line.starts_with("## "));
    let block = section.skip_while(|line| *line != "```console").skip(1);
    let commands: Vec<String> = block
        .take_while(|line| *line != "```")
        .filter_map(|line| line.strip_prefix("$ "))
        .map(|line| line.split(" # ").next().unwrap_or(line).trim().to_owned())
        .collect();
    if commands.is_empty() {
        bail!("README.md has no console block with commands under `{HEADING}`");
    }
    Ok(commands)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_those_of_the_first_block_in_the_section() {
        let text = "# x\n\n```console\n$ before\n```\n\n## Two commands\n\nText:\n\n```console\n\
                    $ cargo a     # does a\nsays this\n$ cargo b --c\n```\n\n```console\n$ other\n\
                    ```\n";
        assert_eq!(commands(text).unwrap(), ["cargo a", "cargo b --c"]);
    }

    #[test]
    fn a_readme_without_them_is_refused() {
        let elsewhere = "## Two commands\n\ntext\n\n## Other\n\n```console\n$ cargo a\n```\n";
        assert!(commands(elsewhere).is_err());
        assert!(commands("").is_err());
    }
}
