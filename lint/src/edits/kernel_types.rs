//! The header that an edit needs: a suggestion that writes `__u32` is of use only where
//! `<linux/types.h>` declares it.

use std::collections::HashMap;

use ioctlkit_model::{Edit, FileId, Finding, Interface, Language, SourceFile, Span, Type};

const HEADER: &str = "linux/types.h";
/// Headers that declare the kernel's integers for programs.
const DECLARING: [&str; 4] =
    [HEADER, "asm/types.h", "asm-generic/types.h", "asm-generic/int-ll64.h"];

/// Completes the edits of findings in one interface.
#[derive(Debug)]
pub struct KernelTypes<'a> {
    interface: &'a Interface,
    /// For each file that an edit touched, where to include the header; `None` where its types
    /// are declared already.
    places: HashMap<FileId, Option<Insertion>>,
}

#[derive(Debug, Clone)]
struct Insertion {
    at: usize,
    text: String,
}

impl<'a> KernelTypes<'a> {
    /// For the findings of an interface.
    pub fn new(interface: &'a Interface) -> Self {
        Self { interface, places: HashMap::new() }
    }

    /// Adds the `#include` that the finding's edits need, in each file that lacks it.
    pub fn complete(&mut self, finding: &mut Finding) {
        let Some(fix) = &mut finding.fix else { return };
        let mut needing: Vec<Span> = fix
            .edits
            .iter()
            .filter(|edit| mentions_kernel_type(&edit.replacement))
            .map(|edit| edit.span)
            .collect();
        needing.dedup_by_key(|span| span.file);
        for span in needing {
            let interface = self.interface;
            let place = self.places.entry(span.file).or_insert_with(|| {
                let file = interface.sources.file(span.file);
                if file.language() != Language::C || uses_kernel_types(interface, span.file) {
                    return None;
                }
                let code = without_comments(file);
                (!declares_by_itself(&code)).then(|| insertion(&code))
            });
            let Some(place) = place else { continue };
            let at = u32::try_from(place.at).unwrap_or(u32::MAX);
            // A declaration cannot stand before the header that it needs.
            if at <= span.start {
                let span = Span { start: at, end: at, ..span };
                fix.edits.insert(0, Edit { span, replacement: place.text.clone() });
            }
        }
    }
}

/// The text with blanks for its comments, so that places stay what they are: a directive in a comment
/// is none.
fn without_comments(file: &SourceFile) -> String {
    let mut code = String::with_capacity(file.text.len());
    let mut behind = 0;
    for comment in file.comments() {
        let start = comment.start as usize;
        code += file.text.get(behind..start).unwrap_or("");
        code.extend(comment.text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        behind = comment.end() as usize;
    }
    code + file.text.get(behind..).unwrap_or("")
}

/// Whether some word of the text is one of the kernel's integers: `__u32`, `__be64`,
/// `__aligned_u64`.
fn mentions_kernel_type(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(is_kernel_type)
}

fn is_kernel_type(word: &str) -> bool {
    let Some(rest) = word.strip_prefix("__") else { return false };
    let rest = rest.strip_prefix("aligned_").unwrap_or(rest);
    let width = ["u", "s", "be", "le"].iter().find_map(|kind| rest.strip_prefix(kind));
    matches!(width, Some("8" | "16" | "32" | "64"))
}

/// Whether a structure of the file has a member of such a type: then what declares it is reached.
fn uses_kernel_types(interface: &Interface, file: FileId) -> bool {
    let kernel =
        |ty: &Type| interface.typedef_names(ty.innermost_element()).into_iter().any(is_kernel_type);
    interface
        .records
        .iter()
        .filter(|record| record.span.file == file)
        .flat_map(|record| record.variants.iter())
        .flat_map(|(_, body)| &body.members)
        .any(|member| kernel(&member.ty))
}

fn declares_by_itself(text: &str) -> bool {
    directives(text).any(|found| !found.in_kernel && DECLARING.contains(&found.name))
}

/// An `#include`.
struct Include<'t> {
    /// What is included, without its marks.
    name: &'t str,
    /// The first byte of its line, and the first of the next.
    line: std::ops::Range<usize>,
    /// How many conditions it is under, the include guard left out.
    depth: usize,
    /// Whether only the kernel sees it.
    in_kernel: bool,
}

/// Every `#include` of a text.
fn directives(text: &str) -> impl Iterator<Item = Include<'_>> {
    let mut conditions: Vec<bool> = Vec::new();
    let mut guard = None;
    let mut start = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        let range = start..start + line.len();
        start = range.end;
        let Some(directive) = line.trim_start().strip_prefix('#').map(str::trim) else { continue };
        let word = directive.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
        let rest = directive[word.len()..].trim();
        match word {
            "if" | "ifdef" | "ifndef" => {
                let first = guard.is_none();
                guard.get_or_insert(word == "ifndef" && first && !rest.contains("__KERNEL__"));
                let negated = word == "ifndef" || rest.contains('!');
                conditions.push(rest.contains("__KERNEL__") && !negated);
            }
            "else" => {
                if let Some(last) = conditions.last_mut() {
                    *last = false;
                }
            }
            "endif" => drop(conditions.pop()),
            "include" => {
                if let Some(name) = included(line) {
                    let guarded = usize::from(guard == Some(true));
                    found.push(Include {
                        name,
                        line: range,
                        depth: conditions.len().saturating_sub(guarded),
                        in_kernel: conditions.contains(&true),
                    });
                }
            }
            _ => {
                guard.get_or_insert(false);
            }
        }
    }
    found.into_iter()
}

/// What a line includes, as it is spelled between the marks.
fn included(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix('#')?.trim_start();
    let rest = rest.strip_prefix("include")?.trim_start();
    match rest.strip_prefix('<') {
        Some(rest) => rest.split_once('>').map(|(name, _)| name),
        None => rest.strip_prefix('"')?.split_once('"').map(|(name, _)| name),
    }
}

/// Where the header goes: among the other `<linux/…>` ones by the alphabet, else before the first
/// header, else behind the include guard.
fn insertion(text: &str) -> Insertion {
    let directive = format!("#include <{HEADER}>\n");
    let outer: Vec<_> = directives(text).filter(|found| found.depth == 0).collect();
    let before =
        outer.iter().rfind(|found| found.name.starts_with("linux/") && found.name < HEADER);
    match (before, outer.first()) {
        (Some(before), _) if text[..before.line.end].ends_with('\n') => {
            Insertion { at: before.line.end, text: directive }
        }
        (_, Some(first)) => Insertion { at: first.line.start, text: directive },
        _ => Insertion { at: behind_guard(text), text: directive },
    }
}

/// The first byte behind `#ifndef X` and `#define X` at the head of a text, or 0.
fn behind_guard(text: &str) -> usize {
    let mut name = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        let mut words = line.split_whitespace();
        match (words.next(), words.next(), name) {
            (Some("#ifndef"), Some(guard), None) => name = Some(guard),
            (Some("#define"), found, Some(guard)) if found == Some(guard) => return at,
            (Some(word), ..) if word.starts_with('#') => return 0,
            _ => {}
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_header(text: &str) -> String {
        let place = insertion(text);
        format!("{}{}{}", &text[..place.at], place.text, &text[place.at..])
    }

    #[test]
    fn the_header_goes_among_its_neighbours() {
        let text =
            "#ifndef X_H\n#define X_H\n#include <linux/ioctl.h>\n#include <linux/uio.h>\n#endif\n";
        assert_eq!(
            with_header(text),
            "#ifndef X_H\n#define X_H\n#include <linux/ioctl.h>\n#include <linux/types.h>\n#include <linux/uio.h>\n#endif\n"
        );
        assert_eq!(
            with_header("#include <sys/ioctl.h>\nint x;\n"),
            "#include <linux/types.h>\n#include <sys/ioctl.h>\nint x;\n"
        );
    }

    #[test]
    fn without_other_headers_it_goes_behind_the_guard() {
        assert_eq!(
            with_header("/* x */\n#ifndef X_H\n#define X_H\nint x;\n#endif\n"),
            "/* x */\n#ifndef X_H\n#define X_H\n#include <linux/types.h>\nint x;\n#endif\n"
        );
        assert_eq!(with_header("int x;\n"), "#include <linux/types.h>\nint x;\n");
    }

    #[test]
    fn a_header_under_a_condition_is_no_neighbour() {
        let text = "#ifdef A\n#include <linux/a.h>\n#endif\n#include <linux/b.h>\n";
        assert!(with_header(text).ends_with("#include <linux/b.h>\n#include <linux/types.h>\n"));
    }

    #[test]
    fn what_the_kernel_alone_includes_declares_nothing_for_programs() {
        let kernel =
            "#ifdef __KERNEL__\n#include <linux/types.h>\n#else\n#include <stdint.h>\n#endif\n";
        assert!(!declares_by_itself(kernel));
        assert!(declares_by_itself("#ifndef __KERNEL__\n#include <linux/types.h>\n#endif\n"));
        assert!(declares_by_itself("#include <linux/types.h>\n"));
    }

    #[test]
    fn the_kernels_integers_are_known_by_name() {
        for name in ["__u8", "__s64", "__be16", "__le32", "__aligned_u64"] {
            assert!(mentions_kernel_type(&format!("{name} reserved[4]")), "{name}");
        }
        for name in ["u32", "__u24", "__user", "__kernel_time_t", "uint32_t"] {
            assert!(!mentions_kernel_type(name), "{name}");
        }
    }
}
