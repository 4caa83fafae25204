//! The rules about suppressions. Their findings come from [`apply`](super::apply), which alone
//! knows what a suppression covered.

use ioctlkit_model::RuleInfo;

use crate::rule_info;

/// Every rule about suppressions, by code.
pub static RULES: &[&RuleInfo] = &[
    &STALE_SUPPRESSION,
    &SUPPRESSION_WITHOUT_REASON,
    &UNKNOWN_RULE_IN_SUPPRESSION,
    &MALFORMED_SUPPRESSION,
];

/// S001.
pub(super) static STALE_SUPPRESSION: RuleInfo = rule_info!(
    /// a suppression that covers no finding
    ///
    /// # What
    /// A comment allows a rule at a place where the rule has nothing to report. Only rules that
    /// ran are judged: with `--select`, or in a profile that leaves a rule off, its suppressions
    /// are left alone.
    ///
    /// # Why
    /// The defect that it allowed is gone, or the comment is in the wrong place. If it stays, it hides
    /// the next defect of that kind.
    ///
    /// # Source
    /// A convention of this linter, as in ruff (unused `noqa`) and rustc (`#[expect]`).
    ///
    /// # Example
    /// ```c
    /// /* ioctl-lint: allow(implicit-hole) in use since 5.4 */
    /// struct foo {
    ///         __u64 a;        /* no hole here any more */
    ///         __u64 b;
    /// };
    /// ```
    ///
    /// # Fix
    /// Take the rule out of the comment, or move the comment: a suppression covers its own line, or the
    /// next line if it has a line to itself; before a structure or a command's `#define` it covers the
    /// whole definition.
    "S001", "stale-suppression", Warning, legacy Warning;
);

/// S002.
pub(super) static SUPPRESSION_WITHOUT_REASON: RuleInfo = rule_info!(
    /// a suppression that does not say why
    ///
    /// # What
    /// A comment allows a rule and gives no reason behind the closing parenthesis. The finding
    /// stays suppressed.
    ///
    /// # Why
    /// Whether an ABI defect may stay depends on facts that the header does not show: who uses
    /// the command, and since when. Without them the next reader can neither trust the comment
    /// nor remove it.
    ///
    /// # Source
    /// A convention of this linter.
    ///
    /// # Example
    /// ```c
    /// /* ioctl-lint: allow(long-member) */
    /// #define FOO_GET _IOR('x', 1, long)
    /// ```
    ///
    /// # Fix
    /// ```c
    /// /* ioctl-lint: allow(long-member) in use since 2.4, compat_ioctl translates it */
    /// #define FOO_GET _IOR('x', 1, long)
    /// ```
    "S002", "suppression-without-reason", Warning, legacy Warning;
);

/// S003.
pub(super) static UNKNOWN_RULE_IN_SUPPRESSION: RuleInfo = rule_info!(
    /// suppression of an unknown rule
    ///
    /// # What
    /// A comment allows something that is neither a code nor a slug of a rule.
    ///
    /// # Why
    /// It allows nothing, whatever its author believed.
    ///
    /// # Source
    /// A convention of this linter.
    ///
    /// # Example
    /// ```c
    /// /* ioctl-lint: allow(L0O1) in use since 5.4 */
    /// ```
    ///
    /// # Fix
    /// Write the code or the slug as `ioctl-lint rules` lists it.
    "S003", "unknown-rule-in-suppression", Warning, legacy Warning;
);

/// S004.
pub(super) static MALFORMED_SUPPRESSION: RuleInfo = rule_info!(
    /// malformed suppression
    ///
    /// # What
    /// A comment's line begins with `ioctl-lint:`, but neither `allow(CODE, …)` nor
    /// `allow-file(CODE, …)` follows.
    ///
    /// # Why
    /// It allows nothing, whatever its author believed.
    ///
    /// # Source
    /// A convention of this linter.
    ///
    /// # Example
    /// ```c
    /// /* ioctl-lint: allow L001 */
    /// ```
    ///
    /// # Fix
    /// ```c
    /// /* ioctl-lint: allow(L001) in use since 5.4 */
    /// ```
    "S004", "malformed-suppression", Warning, legacy Warning;
);
