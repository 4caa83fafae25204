//! What the files that are in the tree already get to know of the driver.

use std::path::Path;

use super::author::Author;
use super::place::{Entry, inserted, line_of};
use super::refusal::Refusal;

/// The lines of a list, and what sorts each; conditional ones are none of ours.
fn entries<'t>(
    text: &'t str,
    key: impl Fn(&'t str) -> Option<&'t str>,
) -> (Vec<Entry<&'t str>>, usize) {
    let mut depth = 0usize;
    let mut found = Vec::new();
    let mut end = 0;
    for (line, text) in text.lines().enumerate() {
        match text.split_whitespace().next().unwrap_or_default() {
            "ifeq" | "ifneq" | "ifdef" | "ifndef" => depth += 1,
            "endif" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if let Some(key) = key(text).filter(|_| depth == 0) {
            found.push(Entry { line, key });
            end = line + 1;
        }
    }
    (found, end)
}

/// The Kconfig of a folder of drivers, with that of the driver.
pub(super) fn kconfig(
    text: &str,
    path: &Path,
    driver: &str,
    upper: &str,
) -> Result<String, Refusal> {
    let symbol = |line: &str| {
        let mut words = line.split_whitespace();
        matches!(words.next(), Some("config" | "menuconfig")) && words.next() == Some(upper)
    };
    if let Some(line) = text.lines().position(symbol) {
        let message = format!("line {}: there is a `config {upper}` already", line + 1);
        return Err(Refusal::of(path, message).help("give the driver another name with `--name`"));
    }
    let source = format!("{driver}Kconfig");
    let quoted = |line: &'_ str| -> Option<(usize, usize)> {
        let rest = line.strip_prefix("source \"")?;
        let end = rest.find('"')?;
        Some(("source \"".len(), "source \"".len() + end))
    };
    let (entries, mut end) =
        entries(text, |line| quoted(line).and_then(|(from, to)| line.get(from..to)));
    if entries.is_empty() {
        let last = text
            .lines()
            .enumerate()
            .filter(|(_, line)| ["endmenu", "endif"].iter().any(|word| line.starts_with(word)))
            .last();
        end = last.map_or(text.lines().count(), |(line, _)| line);
    }
    Ok(inserted(text, line_of(&entries, &source.as_str(), end), &format!("source \"{source}\"\n")))
}

/// The Makefile of a folder of drivers, with the driver's folder.
pub(super) fn makefile(text: &str, name: &str, upper: &str) -> String {
    let (entries, end) = entries(text, |line| {
        let (target, object) = line.split_once("+=")?;
        target.starts_with("obj-").then(|| object.trim())
    });
    let end = if entries.is_empty() { text.lines().count() } else { end };
    let object = format!("{name}/");
    let target = format!("obj-$(CONFIG_{upper})");
    // The kernel has its objects in the fifth column of tabs.
    let tabs = "\t".repeat(4usize.saturating_sub(target.len() / 8).max(1));
    let line = line_of(&entries, &object.as_str(), end);
    inserted(text, line, &format!("{target}{tabs}+= {object}\n"))
}

/// The list of all selftests, with one more.
pub(super) fn selftests(text: &str, path: &Path, name: &str) -> Result<String, Refusal> {
    let (entries, end) = entries(text, |line| line.strip_prefix("TARGETS += ").map(str::trim));
    if entries.is_empty() {
        return Err(Refusal::of(path, "there is no list of `TARGETS +=`"));
    }
    if entries.iter().any(|entry| entry.key == name) {
        return Err(Refusal::of(path, format!("there is a target `{name}` already")));
    }
    Ok(inserted(text, line_of(&entries, &name, end), &format!("TARGETS += {name}\n")))
}

/// The index of a folder of documentation, with one more page.
pub(super) fn index(text: &str, path: &Path, name: &str) -> Result<String, Refusal> {
    let lines: Vec<&str> = text.lines().collect();
    let missing = || Refusal::of(path, "there is no `toctree` with pages");
    let begin = lines.iter().position(|line| line.trim() == ".. toctree::").ok_or_else(missing)?;
    let within = |line: &&str| line.is_empty() || line.starts_with([' ', '\t']);
    let following = lines[begin + 1..].iter().take_while(|line| within(line));
    let pages = following.enumerate().filter(|(_, line)| {
        let page = line.trim();
        !page.is_empty() && !page.starts_with(':')
    });
    let entries: Vec<Entry<&str>> =
        pages.map(|(line, page)| Entry { line: begin + 1 + line, key: page.trim() }).collect();
    let last = entries.last().ok_or_else(missing)?;
    let indent: String = lines[last.line].chars().take_while(|c| c.is_whitespace()).collect();
    let line = line_of(&entries, &name, last.line + 1);
    Ok(inserted(text, line, &format!("{indent}{name}\n")))
}

/// MAINTAINERS with an entry for the driver.
pub(super) fn maintainers(
    text: &str,
    path: &Path,
    title: &str,
    author: &Author,
    files: &[String],
) -> Result<String, Refusal> {
    let lines: Vec<&str> = text.lines().collect();
    let begin = lines.iter().position(|line| *line == "Maintainers List");
    let begin = begin.ok_or_else(|| Refusal::of(path, "there is no `Maintainers List`"))?;
    let is_field = |line: &str| line.as_bytes().get(1) == Some(&b':');
    let mut entries = Vec::new();
    let mut end = lines.len();
    for line in begin + 2..lines.len() {
        let text = lines[line];
        let begins = lines[line - 1].is_empty() && !text.is_empty() && !is_field(text);
        if begins && lines.get(line + 1).is_some_and(|next| is_field(next)) {
            if text == title {
                return Err(Refusal::of(
                    path,
                    format!("line {}: there is an entry `{title}` already", line + 1),
                ));
            }
            // What nobody else has stands behind everything.
            if text == "THE REST" {
                end = line;
                break;
            }
            entries.push(Entry { line, key: text });
        }
    }
    if entries.is_empty() {
        return Err(Refusal::of(path, "there is no entry in the `Maintainers List`"));
    }
    let mut files = files.to_vec();
    files.sort();
    let files: String = files.iter().flat_map(|file| ["F:\t", file, "\n"]).collect();
    let mail = author.in_header();
    let entry = format!("{title}\nM:\t{mail}\nS:\tMaintained\n{files}\n");
    Ok(inserted(text, line_of(&entries, &title, end), &entry))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> &'static Path {
        Path::new("file")
    }

    #[test]
    fn a_driver_is_among_its_neighbours_in_kconfig_and_makefile() {
        let text = "menu \"x\"\nconfig A\n\ttristate\nsource \"drivers/x/a/Kconfig\"\nsource \"drivers/x/m/Kconfig\"\nendmenu\n";
        let kconfig_of = |driver: &str| kconfig(text, at(), driver, "ECHO").unwrap();
        assert!(
            kconfig_of("drivers/x/echo/")
                .contains("a/Kconfig\"\nsource \"drivers/x/echo/Kconfig\"\nsource")
        );
        assert!(
            kconfig_of("drivers/x/z/")
                .contains("m/Kconfig\"\nsource \"drivers/x/z/Kconfig\"\nendmenu\n")
        );
        let empty = kconfig("menu \"x\"\nendmenu\n", at(), "drivers/x/z/", "Z").unwrap();
        assert_eq!(empty, "menu \"x\"\nsource \"drivers/x/z/Kconfig\"\nendmenu\n");
        assert!(kconfig(text, at(), "drivers/x/a2/", "A").unwrap_err().message.contains("line 2"));
        let text = "obj-y += a.o\nifdef X\nobj-y += b.o\nendif\nobj-y += z.o\n";
        let made = makefile(text, "echo", "ECHO");
        assert!(made.contains("endif\nobj-$(CONFIG_ECHO)\t\t+= echo/\nobj-y += z.o\n"), "{made}");
        assert_eq!(makefile("# nothing\n", "a", "A"), "# nothing\nobj-$(CONFIG_A)\t\t\t+= a/\n");
    }

    #[test]
    fn a_test_goes_into_no_condition() {
        let text =
            "TARGETS += a\nTARGETS += t\nifneq (1, $(x))\nTARGETS += timers\nendif\nTARGETS += z\n";
        assert!(selftests(text, at(), "u").unwrap().contains("endif\nTARGETS += u\nTARGETS += z"));
        assert!(selftests(text, at(), "t").is_err());
        assert!(selftests("", at(), "t").is_err());
    }

    #[test]
    fn a_page_is_listed_with_the_others() {
        let text = "x\n.. toctree::\n   :maxdepth: 2\n\n   a\n   z\n\nbehind\n";
        assert!(index(text, at(), "echo").unwrap().contains("   a\n   echo\n   z\n"));
        assert!(index(text, at(), "zz").unwrap().contains("   z\n   zz\n\nbehind\n"));
        assert!(index("nothing\n", at(), "echo").is_err());
        assert!(index(".. toctree::\n", at(), "echo").is_err());
    }

    #[test]
    fn an_entry_of_maintainers_is_in_front_of_the_rest() {
        let text = "Maintainers List\n----\n\n.. note:: x\n\nA DRIVER\nM:\ta\nF:\tx\n\nM DRIVER\nM:\ta\nF:\tx\n\nTHE REST\nM:\ta\nF:\t*\n";
        let author = Author::parse("J <j@x>").unwrap();
        let with = |title: &str| maintainers(text, at(), title, &author, &["b".into(), "a".into()]);
        let entry =
            |title: &str| format!("\n{title}\nM:\tJ <j@x>\nS:\tMaintained\nF:\ta\nF:\tb\n\n");
        assert!(with("E DRIVER").unwrap().contains(&(entry("E DRIVER") + "M DRIVER\n")));
        assert!(with("Z DRIVER").unwrap().contains(&(entry("Z DRIVER") + "THE REST\n")));
        assert!(with("M DRIVER").unwrap_err().message.contains("line 10"));
        assert!(maintainers("x\n", at(), "E", &author, &[]).is_err());
    }
}
