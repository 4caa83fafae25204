//! Headers that are another system's: libraries for several systems bundle a driver's interface for each.
//! A BSD counts the size in its own bits, Windows has other macros, and no Linux program includes them.

use std::path::{Path, PathBuf};

use ioctlkit_model::{Problem, ProblemKind};

use crate::c::lex::scan::Scan;

/// Folders whose files are for one system, by their whole name in lower case.
const FOLDERS: [(&str, &str); 21] = [
    ("aix", "AIX"),
    ("beos", "BeOS"),
    ("darwin", "macOS"),
    ("macos", "macOS"),
    ("macosx", "macOS"),
    ("osx", "macOS"),
    ("dragonfly", "DragonFly BSD"),
    ("freebsd", "FreeBSD"),
    ("netbsd", "NetBSD"),
    ("openbsd", "OpenBSD"),
    ("haiku", "Haiku"),
    ("hpux", "HP-UX"),
    ("irix", "IRIX"),
    ("osf1", "OSF/1"),
    ("illumos", "illumos"),
    ("solaris", "Solaris"),
    ("sunos", "Solaris"),
    ("win32", "Windows"),
    ("win64", "Windows"),
    ("windows", "Windows"),
    ("winnt", "Windows"),
];

/// Headers that one system has and Linux never had, in lower case: names, and folders with a slash behind
/// them.
const HEADERS: [(&str, &str); 21] = [
    ("corefoundation/", "macOS"),
    ("iokit/", "macOS"),
    ("libkern/", "macOS"),
    ("mach/mach.h", "macOS"),
    ("targetconditionals.h", "macOS"),
    ("sys/kern_control.h", "macOS"),
    ("cam/", "FreeBSD"),
    ("dev/", "BSD"),
    ("machine/", "BSD"),
    ("netinet6/", "BSD"),
    ("sys/ioccom.h", "BSD"),
    ("sys/filio.h", "BSD"),
    ("sys/sockio.h", "BSD"),
    ("sys/ddi.h", "Solaris"),
    ("devioctl.h", "Windows"),
    ("ntddk.h", "Windows"),
    ("ntifs.h", "Windows"),
    ("wdm.h", "Windows"),
    ("windows.h", "Windows"),
    ("winioctl.h", "Windows"),
    ("winsock2.h", "Windows"),
];

/// Folders of headers that Linux alone has, in lower case.
const OF_LINUX: [&str; 4] = ["linux/", "asm/", "asm-generic/", "uapi/"];

/// So many are named in a note.
const NAMED: usize = 5;

/// The other system that a file is for by where it lies below the folder that was asked for.
pub(crate) fn by_path(below: &Path) -> Option<&'static str> {
    below.parent()?.components().rev().find_map(|part| {
        let name = part.as_os_str().to_str()?.to_ascii_lowercase();
        FOLDERS.iter().find(|(folder, _)| *folder == name).map(|(_, system)| *system)
    })
}

/// Whether a header is for Linux, too: under some condition or none, it includes what only Linux has.
pub(crate) fn is_for_linux(scan: &Scan) -> bool {
    scan.includes.iter().any(|include| {
        let name = include.name.to_ascii_lowercase();
        OF_LINUX.iter().any(|folder| name.starts_with(folder))
    })
}

/// The other system that a header is for by what it includes under no condition.
pub(crate) fn by_includes(scan: &Scan) -> Option<&'static str> {
    let unconditional = scan.includes.iter().filter(|include| !include.conditional);
    unconditional.filter(|include| !include.quoted).find_map(|include| {
        let name = include.name.to_ascii_lowercase();
        let is = |known: &str| name == known || (known.ends_with('/') && name.starts_with(known));
        HEADERS.iter().find(|(known, _)| is(known)).map(|(_, system)| *system)
    })
}

/// Says which headers of other systems were left out; nothing where none was.
pub(crate) fn note(left_out: &[(PathBuf, &'static str)]) -> Option<Problem> {
    if left_out.is_empty() {
        return None;
    }
    let mut names: Vec<String> = left_out
        .iter()
        .take(NAMED)
        .map(|(path, system)| format!("{} ({system})", path.display()))
        .collect();
    let others = left_out.len().saturating_sub(NAMED);
    if others > 0 {
        names.push(format!("{others} more"));
    }
    let (path, message) = match left_out {
        [(path, system)] => {
            (Some(path.clone()), format!("not read: this is {} header", with_article(system)))
        }
        several => {
            let count = several.len();
            let message =
                format!("{count} headers for other systems were not read: {}", names.join(", "));
            (None, message)
        }
    };
    Some(Problem {
        kind: ProblemKind::Note,
        path,
        span: None,
        message,
        help: Some("name a header itself to have it read".into()),
    })
}

/// A system with its article: "a BSD", "an illumos".
fn with_article(system: &str) -> String {
    let is_vowel = system.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {system}", if is_vowel { "an" } else { "a" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::c::lex::scan::scan;

    #[test]
    fn a_folder_is_known_by_its_whole_name_and_only_below_what_was_asked_for() {
        let by_path = |path: &str| by_path(Path::new(path));
        assert_eq!(by_path("os/freebsd/spl/sys/ioctl.h"), Some("FreeBSD"));
        assert_eq!(by_path("src/Windows/driver.h"), Some("Windows"));
        assert_eq!(by_path("os/linux/spl/sys/ioctl.h"), None);
        // A file of that name, and names that only begin alike.
        assert_eq!(by_path("darwin.h"), None);
        assert_eq!(by_path("windows-port/foo.h"), None);
        assert_eq!(by_path("windowing/mac/foo.h"), None);
    }

    #[test]
    fn an_include_tells_where_no_condition_decides_it() {
        let system = |text: &str| by_includes(&scan(text));
        assert_eq!(system("#include <IOKit/IOKitLib.h>\n"), Some("macOS"));
        assert_eq!(
            system("#ifndef X_H\n#define X_H\n#include <sys/ioccom.h>\n#endif\n"),
            Some("BSD")
        );
        assert_eq!(system("#include <Windows.h>\n"), Some("Windows"));
        assert_eq!(system("#ifdef _WIN32\n#include <windows.h>\n#endif\n"), None);
        assert_eq!(system("#ifdef __linux__\n#else\n#include <sys/ioccom.h>\n#endif\n"), None);
        assert_eq!(system("#include \"windows.h\"\n"), None);
        assert_eq!(system("#include <linux/ioctl.h>\n#include <sys/ioctl.h>\n"), None);
        assert_eq!(system("#include <device/foo.h>\n"), None);
        // Not Linux's, but Linux has modules that bring it along.
        assert_eq!(system("#include <sys/sunddi.h>\n"), None);
    }

    #[test]
    fn what_only_linux_has_shows_that_a_header_is_for_linux_under_any_condition() {
        let is_for_linux = |text: &str| is_for_linux(&scan(text));
        assert!(is_for_linux("#include <dev/x.h>\n#include <linux/ioctl.h>\n"));
        assert!(is_for_linux("#ifdef __linux__\n#include <asm/ioctl.h>\n#endif\n"));
        assert!(is_for_linux("#include \"uapi/foo.h\"\n"));
        assert!(!is_for_linux("#include <sys/ioctl.h>\n#include <linuxish/foo.h>\n"));
    }

    #[test]
    fn one_header_is_named_by_the_path_of_the_note_and_several_in_its_words() {
        let of = |names: &[(&str, &'static str)]| {
            let left_out: Vec<_> =
                names.iter().map(|(path, system)| (PathBuf::from(path), *system)).collect();
            note(&left_out).map(|note| (note.path, note.message))
        };
        assert_eq!(of(&[]), None);
        let one = of(&[("a.h", "illumos")]).unwrap();
        assert_eq!(one, (Some("a.h".into()), "not read: this is an illumos header".into()));
        let (path, message) = of(&[("a.h", "BSD"), ("b.h", "macOS")]).unwrap();
        assert_eq!(path, None);
        assert_eq!(message, "2 headers for other systems were not read: a.h (BSD), b.h (macOS)");
    }
}
