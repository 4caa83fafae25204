//! What a kernel's configuration is asked to have, and whether it has it. Lines have the form of
//! kconfig (`Documentation/kbuild/kconfig.rst`, and what `make olddefconfig` writes).

use std::collections::BTreeMap;

/// One line: an option with its value, or none where it shall not be set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Line<'t> {
    name: &'t str,
    value: Option<&'t str>,
}

impl<'t> Line<'t> {
    fn read(line: &'t str) -> Option<Self> {
        let line = line.trim();
        if let Some(rest) = line.strip_prefix("# CONFIG_") {
            let name = rest.strip_suffix(" is not set")?;
            return Some(Self { name, value: None });
        }
        let (name, value) = line.strip_prefix("CONFIG_")?.split_once('=')?;
        Some(Self { name, value: Some(value).filter(|value| *value != "n") })
    }
}

/// What tells one configuration from another: neither comments nor the order.
pub(super) fn canonical(text: &str) -> String {
    let mut lines: Vec<Line<'_>> = text.lines().filter_map(Line::read).collect();
    lines.sort_unstable();
    let lines = lines.iter().map(|line| match line.value {
        Some(value) => format!("CONFIG_{}={value}\n", line.name),
        None => format!("# CONFIG_{} is not set\n", line.name),
    });
    lines.collect()
}

/// The text without the options that `others` name, with those behind it.
pub(super) fn with(text: &str, others: &str) -> String {
    let replaced: Vec<&str> = others.lines().filter_map(Line::read).map(|line| line.name).collect();
    let is_replaced = |line: &str| Line::read(line).is_some_and(|it| replaced.contains(&it.name));
    let rest = text.lines().filter(|line| !is_replaced(line));
    rest.chain(others.lines()).flat_map(|line| [line, "\n"]).collect()
}

/// The options that `asked` has otherwise than `got`, each with both values. kconfig drops, without a
/// word, what it does not know and what depends on something that is not set.
pub(super) fn dropped(asked: &str, got: &str) -> Vec<String> {
    let got: BTreeMap<&str, Line<'_>> =
        got.lines().filter_map(Line::read).map(|line| (line.name, line)).collect();
    let asked = asked.lines().filter_map(Line::read);
    let differing = asked.filter_map(|line| {
        let found = got.get(line.name);
        let is_kept = found.and_then(|found| found.value) == line.value;
        (!is_kept).then(|| told(&line, found))
    });
    differing.collect()
}

fn told(asked: &Line<'_>, got: Option<&Line<'_>>) -> String {
    let wanted = asked.value.map_or("not to be set".to_owned(), |value| format!("to be {value}"));
    let became = match got.map(|line| line.value) {
        Some(Some(value)) => format!("became {value}"),
        Some(None) => "is not set".to_owned(),
        None => "is unknown there, or what it depends on is not set".to_owned(),
    };
    format!("CONFIG_{} was {wanted}, and {became}", asked.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_that_kconfig_dropped_or_changed_is_told_with_both_values() {
        let asked = "CONFIG_A=y\nCONFIG_B=64\n# CONFIG_C is not set\nCONFIG_D=y\nCONFIG_E=y\n";
        let got = "CONFIG_A=y\nCONFIG_B=8\nCONFIG_C=y\n# CONFIG_D is not set\n";
        assert_eq!(
            dropped(asked, got),
            [
                "CONFIG_B was to be 64, and became 8",
                "CONFIG_C was not to be set, and became y",
                "CONFIG_D was to be y, and is not set",
                "CONFIG_E was to be y, and is unknown there, or what it depends on is not set",
            ]
        );
    }

    #[test]
    fn what_is_as_it_was_asked_for_is_no_difference_nor_is_what_nobody_asked_for() {
        let asked = "# why\nCONFIG_A=y\nCONFIG_S=\"-x\"\n# CONFIG_C is not set\nCONFIG_N=n\n";
        let got = "CONFIG_S=\"-x\"\nCONFIG_A=y\nCONFIG_Z=y\n# CONFIG_N is not set\n";
        assert_eq!(dropped(asked, got), Vec::<String>::new());
    }

    #[test]
    fn what_others_say_of_an_option_replaces_what_was_said_of_it() {
        let text = with("# why\nCONFIG_A=y\nCONFIG_B=y\n", "# CONFIG_A is not set\nCONFIG_C=8\n");
        assert_eq!(text, "# why\nCONFIG_B=y\n# CONFIG_A is not set\nCONFIG_C=8\n");
    }

    #[test]
    fn comments_blank_lines_and_the_order_do_not_tell_configurations_apart() {
        let one = canonical("# why it is there\n\nCONFIG_B=y\n# CONFIG_C is not set\nCONFIG_A=8\n");
        assert_eq!(one, canonical("CONFIG_A=8\nCONFIG_B=y\nCONFIG_C=n\n"));
        assert_ne!(one, canonical("CONFIG_A=9\nCONFIG_B=y\nCONFIG_C=n\n"));
    }
}
