//! The linter reads every definition that a search of the text finds, and no other.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ioctlkit_model::{Interface, Problem};

use crate::counts::{COUNTS, DIFFERENCES};
use crate::{corpus, search};

/// Definitions by file and name.
type Names = BTreeSet<(PathBuf, String)>;

/// The last part of a name such as `Device::get`.
fn last(name: &str) -> String {
    name.rsplit("::").next().unwrap_or(name).to_owned()
}

/// The commands and families that were read.
fn read_names(folder: &Path, interface: &Interface) -> Names {
    let commands = interface.commands.iter().map(|command| (command.span, &command.name));
    let families = interface.families.iter().map(|family| (family.span, &family.name));
    let in_file = |(span, name): (ioctlkit_model::Span, &String)| {
        let path = interface.sources.file(span.file).path.as_path();
        (path.strip_prefix(folder).unwrap_or(path).to_owned(), last(name))
    };
    commands.chain(families).map(in_file).collect()
}

/// The definitions of which it is said that their number is unknown.
fn open_names(folder: &Path, interface: &Interface, problems: &[Problem]) -> Names {
    let mut names = Names::new();
    for problem in problems {
        let quoted = problem.message.strip_prefix("the number of `");
        let name = quoted.and_then(|rest| rest.split_once("` is unknown"));
        if let (Some((name, _)), Some(span)) = (name, problem.span) {
            let path = interface.sources.file(span.file).path.as_path();
            names.insert((path.strip_prefix(folder).unwrap_or(path).to_owned(), last(name)));
        }
    }
    names
}

fn is_explained(of: &str, (file, name): &(PathBuf, String)) -> bool {
    DIFFERENCES.iter().any(|(known, files, names, _)| {
        *known == of && file.starts_with(files) && (*names == "*" || names == name)
    })
}

#[test]
fn every_definition_that_a_search_finds_is_read_and_nothing_else_is() {
    let Some(folders) = corpus::folders() else { return };
    let mut wrong = Vec::new();
    for (name, folder) in folders {
        let corpus::Read { interface, problems } = corpus::read(folder);
        let text = search::definitions(folder);
        let mut found = read_names(folder, interface);
        let open = open_names(folder, interface, problems);
        found.extend(open.iter().cloned());
        // A whole number has no name of its own to be known by: they are counted.
        let whole: Vec<_> = text.iter().filter(|found| found.whole).collect();
        let sought: Names = text
            .iter()
            .filter(|found| !found.whole)
            .map(|found| (found.file.clone(), found.name.clone()))
            .collect();
        for missed in sought.difference(&found).filter(|missed| !is_explained(name, missed)) {
            wrong.push(format!("{name}: {missed:?} is not read"));
        }
        let named: Names =
            text.iter().map(|found| (found.file.clone(), found.name.clone())).collect();
        for more in found.difference(&named).filter(|more| !is_explained(name, more)) {
            wrong.push(format!("{name}: {more:?} is read, and no search finds it"));
        }
        let text = text
            .iter()
            .filter(|found| !is_explained(name, &(found.file.clone(), found.name.clone())));
        let text = text.count();
        let expected = COUNTS.iter().find(|count| count.name == *name).unwrap();
        let counted = (
            text,
            interface.commands.len(),
            interface.families.len(),
            interface.raw_numbers.len(),
            open.len(),
        );
        let stated =
            (expected.text, expected.commands, expected.families, expected.raw, expected.open);
        if counted != stated {
            wrong.push(format!("{name}: counted {counted:?}, stated {stated:?}; {whole:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
