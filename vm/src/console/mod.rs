//! Finds in what the kernel prints the reports that mean a defect: panics, oopses, warnings,
//! reports of lockdep and of the sanitizers, hung tasks.
//!
//! The words are those of the kernel's sources, where each report is printed. A line counts only
//! if the report *begins* with it: `traps: test[70] general protection fault` is about a program,
//! and the tainting of the kernel by a module is no defect.

mod kind;
mod watch;

pub use kind::TroubleKind;
pub use watch::{Trouble, Watch};

/// The message of a line of the kernel's log, without the time and the task in front of it:
/// `[    2.718608][    T1] message`.
pub fn message(line: &str) -> &str {
    let mut rest = line.trim_end();
    while let Some((inside, behind)) = rest.strip_prefix('[').and_then(|l| l.split_once(']')) {
        let inside = inside.trim();
        let is_time =
            inside.contains('.') && inside.chars().all(|c| c.is_ascii_digit() || c == '.');
        let is_task = inside
            .strip_prefix(['T', 'C'])
            .is_some_and(|number| !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()));
        if !is_time && !is_task {
            break;
        }
        rest = behind.trim_start_matches(' ');
    }
    rest
}

/// The release in the first line that every kernel prints: `Linux version 6.12.0 (...`.
pub(crate) fn release(message: &str) -> Option<&str> {
    message.strip_prefix("Linux version ")?.split(' ').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_tasks_in_front_are_left_out_and_nothing_else() {
        for (line, text) in [
            ("[    2.718608] Freeing memory", "Freeing memory"),
            ("[    2.718608][    T1] Freeing memory\r", "Freeing memory"),
            ("[12345.678901][   C0] BUG: x", "BUG: x"),
            ("Freeing memory", "Freeing memory"),
            ("[drm] Initialized", "[drm] Initialized"),
            ("[    1.000000] [drm] Initialized", "[drm] Initialized"),
            ("[    1.000000]  ? do_exit+0x1/0x2", "? do_exit+0x1/0x2"),
            ("[", "["),
            ("", ""),
        ] {
            assert_eq!(message(line), text, "{line}");
        }
    }
}
