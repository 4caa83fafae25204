//! Whether the mediator may read what processes that it started have in their memory: there are the
//! paths of their calls.

use std::fs;

use rustix::thread::{CapabilitySet, capabilities};

/// What Yama lets a process see of others (`Documentation/admin-guide/LSM/Yama.rst`).
const SCOPE: &str = "/proc/sys/kernel/yama/ptrace_scope";

/// Why it may not, in a sentence. A kernel without Yama has no such file, and one that keeps it back
/// is not known to refuse anything.
pub(crate) fn hindrance() -> Option<String> {
    let scope = fs::read_to_string(SCOPE).ok()?;
    let may_trace =
        capabilities(None).is_ok_and(|has| has.effective.contains(CapabilitySet::SYS_PTRACE));
    of_scope(scope.trim(), may_trace)
}

/// The scopes: 0 and 1 let a process read its children, 2 takes `CAP_SYS_PTRACE`, 3 refuses it to
/// everybody.
fn of_scope(scope: &str, may_trace: bool) -> Option<String> {
    let is_refused = match scope {
        "2" => !may_trace,
        "3" => true,
        _ => false,
    };
    is_refused.then(|| {
        format!(
            "with kernel.yama.ptrace_scope = {scope}, confined programs cannot change the modes, times \
             and lengths of files by their paths"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scopes_that_refuse_children_are_named() {
        for (scope, may_trace, is_refused) in [
            ("0", false, false),
            ("1", false, false),
            ("2", true, false),
            ("2", false, true),
            ("3", true, true),
            ("3", false, true),
            ("", false, false),
        ] {
            let said = of_scope(scope, may_trace);
            assert_eq!(said.is_some(), is_refused, "{scope:?} {may_trace}: {said:?}");
        }
    }
}
