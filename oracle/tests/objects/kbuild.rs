//! Which source files a module of the kernel is made of, by the kernel's makefiles.
//!
//! As much of make as these files need: assignments, variables, `include`, and `ifeq` or `ifdef` of
//! the configuration.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

/// A kernel's sources with a configuration.
pub(crate) struct Kbuild {
    root: PathBuf,
    configuration: HashMap<String, String>,
}

type Variables = HashMap<String, Vec<String>>;

impl Kbuild {
    pub(crate) fn new(root: &Path, configuration: &Path) -> Self {
        let text = fs::read_to_string(configuration).unwrap();
        let options = text.lines().filter_map(|line| line.split_once('='));
        let options = options.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { root: root.to_owned(), configuration: options }
    }

    /// The C files of a module, by its path in the sources without an extension.
    pub(crate) fn sources(&self, module: &Path) -> Vec<PathBuf> {
        // An object may be named in the makefile of a folder above it.
        for folder in self.root.join(module).ancestors().skip(1) {
            let Some(variables) = self.variables(folder) else { continue };
            let object = self.root.join(module);
            let object = object.strip_prefix(folder).unwrap().display().to_string();
            let named = variables.iter().any(|(name, words)| {
                name.starts_with("obj-") && words.contains(&format!("{object}.o"))
            });
            if named {
                let mut found = BTreeSet::new();
                objects(&variables, &object, &mut found);
                return found
                    .into_iter()
                    .map(|object| folder.join(format!("{object}.c")))
                    .filter(|file| file.exists())
                    .collect();
            }
            if folder == self.root {
                break;
            }
        }
        panic!("no makefile names {}", module.display());
    }

    fn variables(&self, folder: &Path) -> Option<Variables> {
        let file = ["Kbuild", "Makefile"].map(|name| folder.join(name));
        let file = file.into_iter().find(|file| file.exists())?;
        let mut variables = Variables::new();
        for name in ["src", "obj"] {
            variables.insert(name.into(), vec![".".into()]);
        }
        let root = std::path::absolute(&self.root).unwrap();
        variables.insert("srctree".into(), vec![root.display().to_string()]);
        self.read(folder, &file, &mut variables);
        Some(variables)
    }

    fn read(&self, folder: &Path, file: &Path, variables: &mut Variables) {
        let Ok(text) = fs::read_to_string(file) else { return };
        let text = text.replace("\\\n", " ");
        // For each `if` that is open: whether its branch counts, and whether one has before.
        let mut open: Vec<(bool, bool)> = Vec::new();
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default().trim();
            let word = line.split([' ', '\t', '(']).next().unwrap_or_default();
            match word {
                "ifeq" | "ifneq" | "ifdef" | "ifndef" => {
                    let holds = self.holds(line, variables);
                    open.push((holds, holds));
                    continue;
                }
                "else" => {
                    if let Some((counts, done)) = open.last_mut() {
                        let rest = line.strip_prefix("else").unwrap_or_default().trim();
                        *counts = !*done && (rest.is_empty() || self.holds(rest, variables));
                        *done |= *counts;
                    }
                    continue;
                }
                "endif" => {
                    open.pop();
                    continue;
                }
                _ => {}
            }
            if !open.iter().all(|(counts, _)| *counts) {
                continue;
            }
            if let Some(name) = line.strip_prefix("include ") {
                let name = self.expand(name, variables).concat();
                self.read(folder, &folder.join(name), variables);
            } else if let Some((name, value)) = line.split_once('=') {
                let adds = name.ends_with('+');
                let name = name.trim_end_matches(['+', ':', '?']).trim();
                let name = self.expand(name, variables).concat();
                let words = self.expand(value, variables);
                let known = variables.entry(name).or_default();
                if !adds {
                    known.clear();
                }
                known.extend(words);
            }
        }
    }

    fn holds(&self, line: &str, variables: &Variables) -> bool {
        let (word, rest) = line.split_once([' ', '(']).unwrap_or((line, ""));
        let value = |text: &str| {
            let text = text.trim().trim_matches(['(', ')', '"', ',']);
            // The parentheses of a variable were trimmed with the others.
            let text = if text.starts_with('$') { format!("{text})") } else { text.to_owned() };
            self.expand(&text, variables).join(" ")
        };
        match word {
            "ifdef" => !value(&format!("$({})", rest.trim())).is_empty(),
            "ifndef" => value(&format!("$({})", rest.trim())).is_empty(),
            _ => {
                let (a, b) = rest.split_once(',').unwrap_or((rest, ""));
                (value(a) == value(b)) == (word == "ifeq")
            }
        }
    }

    /// The words of a text, with what its variables hold in their places.
    fn expand(&self, text: &str, variables: &Variables) -> Vec<String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((front, behind)) = rest.split_once("$(") {
            out.push_str(front);
            let (name, behind) = behind.split_once(')').unwrap_or((behind, ""));
            if let Some(value) = self.configuration.get(name) {
                out.push_str(value);
            } else if let Some(words) = variables.get(name) {
                out.push_str(&words.join(" "));
            }
            rest = behind;
        }
        out.push_str(rest);
        out.split_whitespace().map(str::to_owned).collect()
    }
}

/// The objects that one is linked of; itself, where nothing says of which.
fn objects(variables: &Variables, object: &str, found: &mut BTreeSet<String>) {
    let parts = ["y", "m", "objs", "objs-y", "objs-m"].map(|end| format!("{object}-{end}"));
    let parts: Vec<&String> =
        parts.iter().filter_map(|name| variables.get(name)).flatten().collect();
    if !found.insert(object.to_owned()) {
        return;
    }
    for part in parts.into_iter().filter_map(|part| part.strip_suffix(".o")) {
        objects(variables, part, found);
    }
}
