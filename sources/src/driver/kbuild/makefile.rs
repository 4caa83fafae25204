//! Makefiles of Kbuild: which symbols of the configuration a file is built for.

/// A file that is compiled or a folder that is entered, and the symbol that decides.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Goal<'t> {
    /// `obj`, or the module that it becomes a part of.
    of: &'t str,
    /// The symbol, without `CONFIG_`; nothing where it is always built.
    symbol: Option<&'t str>,
    names: Vec<&'t str>,
}

/// The symbols of which one has to be on for an object (`foo.o`) or a folder (`foo/`) of the Makefile's
/// folder; an empty list where it is always built, and nothing where the Makefile does not say.
pub(super) fn symbols(text: &str, name: &str) -> Option<Vec<String>> {
    let joined = text.replace("\\\n", " ");
    let goals: Vec<Goal<'_>> = joined.lines().filter_map(goal).collect();
    decided_by(&goals, name, 0)
}

/// How many modules may be part of each other.
const DEPTH: usize = 8;

fn decided_by(goals: &[Goal<'_>], name: &str, depth: usize) -> Option<Vec<String>> {
    let mut symbols = Vec::new();
    let mut is_named = false;
    for goal in goals.iter().filter(|goal| goal.names.contains(&name)) {
        let of_module = || match goal.of {
            "obj" => None,
            module if depth < DEPTH => decided_by(goals, &format!("{module}.o"), depth + 1),
            _ => None,
        };
        match (goal.of, goal.symbol) {
            ("obj", None) => return Some(Vec::new()),
            // A part of a module that has a symbol of its own needs the module as well; its own says more.
            (_, Some(symbol)) => symbols.push(symbol.to_owned()),
            (_, None) => match of_module() {
                Some(more) if more.is_empty() => return Some(Vec::new()),
                Some(mut more) => symbols.append(&mut more),
                None => continue,
            },
        }
        is_named = true;
    }
    is_named.then_some(symbols)
}

/// `obj-$(CONFIG_FOO) += foo.o bar/`, `foo-y := a.o`, `foo-objs = a.o`.
fn goal(line: &str) -> Option<Goal<'_>> {
    let line = line.split('#').next()?;
    let (left, right) = line.split_once('=')?;
    let left = left.trim_end_matches(['+', ':', ' ', '\t']).trim();
    let (of, which) = left.rsplit_once('-')?;
    let symbol = match which {
        "y" | "m" | "objs" => None,
        _ => Some(which.strip_prefix("$(CONFIG_")?.strip_suffix(')')?),
    };
    let is_plain = |name: &str| !name.contains(['$', ')', ' ', '\t']);
    (is_plain(of) && symbol.is_none_or(is_plain)).then(|| Goal {
        of,
        symbol,
        names: right.split_whitespace().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAKEFILE: &str = "obj-$(CONFIG_FOO) += foo.o \\\n\tbar/\nfoo-y := main.o\nfoo-objs += io.o\n\
                            foo-$(CONFIG_FOO_DEBUG) += debug.o\nobj-y += always.o\n\
                            loop-y := loop.o\nobj-$(CONFIG_A)$(CONFIG_B) += odd.o\n";

    #[test]
    fn an_object_is_decided_by_its_symbol_or_that_of_its_module() {
        let of = |name| symbols(MAKEFILE, name);
        assert_eq!(of("foo.o"), Some(vec!["FOO".to_owned()]));
        assert_eq!(of("bar/"), Some(vec!["FOO".to_owned()]));
        assert_eq!(of("main.o"), Some(vec!["FOO".to_owned()]));
        assert_eq!(of("io.o"), Some(vec!["FOO".to_owned()]));
        assert_eq!(of("debug.o"), Some(vec!["FOO_DEBUG".to_owned()]));
        assert_eq!(of("always.o"), Some(Vec::new()));
    }

    #[test]
    fn what_the_makefile_does_not_say_is_not_guessed() {
        for name in ["odd.o", "other.o", "loop.o"] {
            assert_eq!(symbols(MAKEFILE, name), None, "{name}");
        }
    }
}
