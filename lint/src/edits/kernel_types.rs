//! The header that an edit needs: a suggestion that writes `__u32` is of use only where
//! `<linux/types.h>` declares it.

use std::collections::HashMap;

use ioctlkit_model::{Edit, FileId, Finding, Include, Interface, Language, SourceFile, Span, Type};

const HEADER: &str = "linux/types.h";
const DIRECTIVE: &str = "#include <linux/types.h>\n";
/// Headers that declare the kernel's integers for programs.
const DECLARING: [&str; 4] =
    [HEADER, "asm/types.h", "asm-generic/types.h", "asm-generic/int-ll64.h"];

/// Completes the edits of findings in one interface.
#[derive(Debug)]
pub struct KernelTypes<'a> {
    interface: &'a Interface,
    /// For each file that an edit touched, where to include the header; `None` where its types
    /// are declared already.
    places: HashMap<FileId, Option<u32>>,
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
                (!declares_by_itself(file)).then(|| insertion(file))
            });
            // A declaration cannot stand before the header that it needs.
            if let Some(at) = *place
                && at <= span.start
            {
                let span = Span { start: at, end: at, ..span };
                fix.edits.insert(0, Edit { span, replacement: DIRECTIVE.to_owned() });
            }
        }
    }
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

fn declares_by_itself(file: &SourceFile) -> bool {
    file.includes.iter().any(|found| !found.kernel_only && DECLARING.contains(&&*found.name))
}

/// Where the header goes: among the other `<linux/…>` ones by the alphabet, else before the first
/// header, else behind the include guard.
fn insertion(file: &SourceFile) -> u32 {
    let outer = || file.includes.iter().filter(|found| !found.conditional);
    let before = |found: &&Include| found.name.starts_with("linux/") && &*found.name < HEADER;
    let neighbour = outer().rfind(before);
    let behind = |end: u32| file.next_line(end);
    let at = neighbour
        .and_then(|found| behind(found.at.end))
        .or_else(|| outer().next().map(|found| file.line_start(found.at.start)))
        .or_else(|| behind(file.guard.as_ref()?.end));
    at.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use ioctlkit_sources::c;

    use super::*;

    /// A header as the front end reads it.
    fn read(text: &str) -> Interface {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("made.h");
        fs::write(&path, text).unwrap();
        c::read(&c::Request { paths: vec![path], ..c::Request::default() }).0
    }

    fn file(interface: &Interface) -> &SourceFile {
        interface.sources.file(interface.headers[0].file)
    }

    fn with_header(text: &str) -> String {
        let (before, behind) = text.split_at(insertion(file(&read(text))) as usize);
        format!("{before}{DIRECTIVE}{behind}")
    }

    fn declares(text: &str) -> bool {
        declares_by_itself(file(&read(text)))
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
        // The last line has no end to go behind.
        assert_eq!(
            with_header("#include <linux/ioctl.h>"),
            "#include <linux/types.h>\n#include <linux/ioctl.h>"
        );
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
        assert!(!declares(kernel));
        assert!(declares("#ifndef __KERNEL__\n#include <linux/types.h>\n#endif\n"));
        assert!(declares("#include <linux/types.h>\n"));
        assert!(!declares("/* such as\n#include <linux/types.h>\n*/\n"));
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
