//! Findings that were there before a patch. One that the patch makes worse is new.

use std::collections::HashMap;

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{Finding, Severity};

/// What was found without the patch, by fingerprint.
pub(super) struct Older(HashMap<String, Vec<Known>>);

struct Known {
    severity: Severity,
    abis: AbiSet,
    message: String,
}

impl Older {
    pub(super) fn of(findings: &[Finding]) -> Self {
        let mut known: HashMap<String, Vec<Known>> = HashMap::new();
        for finding in findings {
            let Finding { severity, abis, message, .. } = finding;
            let one = Known { severity: *severity, abis: *abis, message: message.clone() };
            known.entry(finding.fingerprint()).or_default().push(one);
        }
        Self(known)
    }

    /// Takes out of `findings` what was there before, and says of the others what they were. Returns how many
    /// were taken out.
    pub(super) fn absorb(&mut self, findings: &mut Vec<Finding>) -> usize {
        let before = findings.len();
        findings.retain_mut(|finding| {
            let Some(known) = self.0.get_mut(&finding.fingerprint()) else { return true };
            if let Some(place) = known.iter().position(|one| !is_worse(finding, one)) {
                known.remove(place);
                return false;
            }
            if let Some(better) = known.pop() {
                finding.notes.push(format!("without the patch: {}", better.message));
            }
            true
        });
        before - findings.len()
    }

    /// How many are not there any more.
    pub(super) fn len(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }
}

/// Whether a finding is more severe, concerns more ABIs, or more bytes.
fn is_worse(now: &Finding, before: &Known) -> bool {
    let (sizes, known) = (amounts(&now.message), amounts(&before.message));
    let is_alike = sizes.len() == known.len();
    now.severity > before.severity
        || !now.abis.difference(before.abis).is_empty()
        || is_alike && sizes.iter().zip(&known).any(|(now, before)| now > before)
}

/// The amounts in a message: `4 bytes of padding`. Sizes and offsets may grow for good reasons.
fn amounts(message: &str) -> Vec<u64> {
    let words: Vec<&str> = message.split_whitespace().collect();
    let amount = |three: &[&str]| match three {
        [number, "byte" | "bytes", "of"] => number.parse().ok(),
        _ => None,
    };
    words.windows(3).filter_map(amount).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_told_from_offsets_and_sizes() {
        assert_eq!(amounts("4 bytes of padding between `a` and `b` on i386"), [4]);
        assert_eq!(amounts("`f` copies 12 bytes of `struct s` to the program"), [12]);
        assert!(amounts("`b` is at byte 8 on x86_64 and byte 4 on i386").is_empty());
        assert!(amounts("tail padding makes it 16 bytes on x86_64").is_empty());
    }
}
