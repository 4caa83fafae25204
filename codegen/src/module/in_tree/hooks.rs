//! What the files that are in the tree already get to know of the driver.

use std::path::Path;

use super::author::Author;
use super::place::{Entry, inserted, line_of};
use super::refusal::Refusal;

/// How a language makes lines depend on something.
struct Conditions {
    begins: fn(&str) -> bool,
    ends: fn(&str) -> bool,
}

fn first_word(line: &str) -> &str {
    line.split_whitespace().next().unwrap_or_default()
}

/// Those of Makefiles, which people indent.
const OF_MAKE: Conditions = Conditions {
    begins: |line| matches!(first_word(line), "ifeq" | "ifneq" | "ifdef" | "ifndef"),
    ends: |line| first_word(line) == "endif",
};

/// Those of Kconfig. Indented lines are the text of helps.
const OF_KCONFIG: Conditions = Conditions {
    begins: |line| line.starts_with("if") && first_word(line) == "if",
    ends: |line| line.starts_with("endif") && first_word(line) == "endif",
};

/// The unconditional entries of a list with their sort keys, and the line behind the last.
fn entries<'t>(
    text: &'t str,
    conditions: &Conditions,
    key: impl Fn(&'t str) -> Option<&'t str>,
) -> (Vec<Entry<&'t str>>, usize) {
    let mut depth = 0usize;
    let mut found = Vec::new();
    let mut end = 0;
    for (line, text) in text.lines().enumerate() {
        if (conditions.begins)(text) {
            depth += 1;
        } else if (conditions.ends)(text) {
            depth = depth.saturating_sub(1);
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
        entries(text, &OF_KCONFIG, |line| quoted(line).and_then(|(from, to)| line.get(from..to)));
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
pub(super) fn makefile(
    text: &str,
    path: &Path,
    name: &str,
    upper: &str,
) -> Result<String, Refusal> {
    let object = format!("{name}/");
    if let Some(line) = text.lines().position(|line| object_of(line) == Some(&object)) {
        let message = format!("line {}: there is an object `{object}` already", line + 1);
        return Err(Refusal::of(path, message).help("give the driver another name with `--name`"));
    }
    let (entries, end) = entries(text, &OF_MAKE, object_of);
    let end = if entries.is_empty() { text.lines().count() } else { end };
    let target = format!("obj-$(CONFIG_{upper})");
    // The kernel has its objects in the fifth column of tabs.
    let tabs = "\t".repeat(4usize.saturating_sub(target.len() / 8).max(1));
    let line = line_of(&entries, &object.as_str(), end);
    Ok(inserted(text, line, &format!("{target}{tabs}+= {object}\n")))
}

/// `a.o` of `obj-$(CONFIG_A) += a.o`.
fn object_of(line: &str) -> Option<&str> {
    let (target, object) = line.split_once("+=")?;
    target.starts_with("obj-").then(|| object.trim())
}

/// The list of all selftests, with one more.
pub(super) fn selftests(text: &str, path: &Path, name: &str) -> Result<String, Refusal> {
    let (entries, end) =
        entries(text, &OF_MAKE, |line| line.strip_prefix("TARGETS += ").map(str::trim));
    if entries.is_empty() {
        return Err(Refusal::of(path, "there is no list of `TARGETS +=`"));
    }
    if entries.iter().any(|entry| entry.key == name) {
        return Err(Refusal::of(path, format!("there is a target `{name}` already")));
    }
    Ok(inserted(text, line_of(&entries, &name, end), &format!("TARGETS += {name}\n")))
}

/// The index of a folder of documentation, with one more page.
pub(super) fn index(
    text: &str,
    path: &Path,
    heading: Option<&str>,
    name: &str,
) -> Result<String, Refusal> {
    let lines: Vec<&str> = text.lines().collect();
    let (begin, end) = match heading {
        Some(heading) => section(&lines, heading)
            .ok_or_else(|| Refusal::of(path, format!("there is no heading `{heading}`")))?,
        None => (0, lines.len()),
    };
    let missing = || Refusal::of(path, "there is no `toctree` with pages");
    let tree = lines[begin..end].iter().position(|line| line.trim() == ".. toctree::");
    let begin = begin + tree.ok_or_else(missing)?;
    let within = |line: &&str| line.is_empty() || line.starts_with([' ', '\t']);
    let following = lines[begin + 1..].iter().take_while(|line| within(line));
    let pages = following.enumerate().filter(|(_, line)| {
        let page = line.trim();
        !page.is_empty() && !page.starts_with(':')
    });
    let entries: Vec<Entry<&str>> =
        pages.map(|(line, page)| Entry { line: begin + 1 + line, key: page.trim() }).collect();
    if entries.iter().any(|entry| entry.key == name) {
        return Err(Refusal::of(path, format!("there is a page `{name}` already")));
    }
    let last = entries.last().ok_or_else(missing)?;
    let indent: String = lines[last.line].chars().take_while(|c| c.is_whitespace()).collect();
    let line = line_of(&entries, &name, last.line + 1);
    Ok(inserted(text, line, &format!("{indent}{name}\n")))
}

/// The lines below a heading, up to the next one: the first of them, and the one behind the last.
fn section(lines: &[&str], heading: &str) -> Option<(usize, usize)> {
    let is_rule = |line: &str| line.len() > 3 && line.bytes().all(|byte| byte == b'=');
    let is_heading = |at: usize| {
        lines.get(at + 1).is_some_and(|line| is_rule(line)) && !lines[at].trim().is_empty()
    };
    let begin = (0..lines.len()).find(|at| lines[*at] == heading && is_heading(*at))? + 2;
    let end = (begin..lines.len()).find(|at| is_heading(*at)).unwrap_or(lines.len());
    Some((begin, end))
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
        let makefile = |text, name, upper| makefile(text, at(), name, upper);
        let made = makefile(text, "echo", "ECHO").unwrap();
        assert!(made.contains("endif\nobj-$(CONFIG_ECHO)\t\t+= echo/\nobj-y += z.o\n"), "{made}");
        let made = makefile("# nothing\n", "a", "A").unwrap();
        assert_eq!(made, "# nothing\nobj-$(CONFIG_A)\t\t\t+= a/\n");
        let text = "obj-y += a.o\nifdef X\nobj-$(CONFIG_B) += b/\nendif\n";
        assert!(makefile(text, "a", "A").is_ok());
        let message = makefile(text, "b", "C").unwrap_err().message;
        assert_eq!(message, "line 3: there is an object `b/` already");
    }

    #[test]
    fn a_driver_goes_into_no_condition_of_a_kconfig() {
        let text = "menu \"x\"\nsource \"drivers/x/a/Kconfig\"\nif FOO\n\
                    source \"drivers/x/c/Kconfig\"\nsource \"drivers/x/g/Kconfig\"\nendif # FOO\n\
                    config T\n\tbool \"t\"\n\thelp\n\t  endif is a word, and\n\t  if is one, too.\n\
                    source \"drivers/x/m/Kconfig\"\nendmenu\n";
        let with = |driver: &str| kconfig(text, at(), driver, "ECHO").unwrap();
        let driver = with("drivers/x/echo/");
        assert!(driver.contains("too.\nsource \"drivers/x/echo/Kconfig\"\nsource"), "{driver}");
        let driver = with("drivers/x/z/");
        assert!(
            driver.contains("m/Kconfig\"\nsource \"drivers/x/z/Kconfig\"\nendmenu"),
            "{driver}"
        );
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
        let index = |text, name| index(text, at(), None, name);
        assert!(index(text, "echo").unwrap().contains("   a\n   echo\n   z\n"));
        assert!(index(text, "zz").unwrap().contains("   z\n   zz\n\nbehind\n"));
        assert!(index("nothing\n", "echo").is_err());
        assert!(index(".. toctree::\n", "echo").is_err());
        assert_eq!(index(text, "a").unwrap_err().message, "there is a page `a` already");
    }

    #[test]
    fn a_page_is_listed_under_the_heading_of_its_kind() {
        let text = "=====\nTitle\n=====\n\nCalls\n=====\n\n.. toctree::\n\n   b\n\n\
                    Devices\n=======\n\n.. toctree::\n\n   c\n   z\n\n\
                    Rest\n====\n\n.. toctree::\n\n   d\n";
        let index = |heading, name| index(text, at(), Some(heading), name);
        assert!(index("Devices", "echo").unwrap().contains("   c\n   echo\n   z\n"));
        assert!(index("Devices", "zz").unwrap().contains("   z\n   zz\n\nRest\n"));
        assert!(index("Devices", "c").is_err());
        assert_eq!(index("None", "e").unwrap_err().message, "there is no heading `None`");
        let without = "Devices\n=======\n\nwords\n\nRest\n====\n\n.. toctree::\n\n   d\n";
        assert!(super::index(without, at(), Some("Devices"), "e").is_err());
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
