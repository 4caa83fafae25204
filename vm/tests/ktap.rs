//! Results are read as the kernel's documents describe them.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use ioctlkit_vm::ktap::{
    Counts, Document, Outcome, Parser, Plan, ProblemKind, Test, Version, parse,
};
use proptest::prelude::*;

fn outline(document: &Document) -> String {
    let mut lines = String::new();
    document.tests.iter().for_each(|test| outline_test(test, 0, &mut lines));
    lines
}

fn outline_test(test: &Test, depth: usize, lines: &mut String) {
    let word = match &test.outcome {
        Outcome::Passed => "ok".to_owned(),
        Outcome::Failed { reason } => format!("FAILED {reason}"),
        Outcome::Skipped { reason } => format!("skipped {reason}"),
        Outcome::ExpectedFailure { reason } => format!("expected {reason}"),
    };
    let line = format!("{:1$}{2}: {word}", "", 2 * depth, test.name);
    lines.push_str(line.trim_end());
    lines.push('\n');
    test.subtests.iter().for_each(|test| outline_test(test, depth + 1, lines));
}

fn problems(text: &str) -> Vec<(usize, ProblemKind)> {
    let document = parse(text);
    assert_eq!(
        document.is_success(),
        document.problems.is_empty() && document.counts().failed == 0
    );
    document.problems.into_iter().map(|problem| (problem.line, problem.kind)).collect()
}

const NESTED: &str = "\
KTAP version 1
1..3
  KTAP version 1
  1..2
    KTAP version 1
    # Subtest: sizes
    1..2
    # short: 3 bytes
    ok 1 short
    ok 2 - long # SKIP no memory
  ok 1 sizes
  # about flags
  not ok 2 flags # errno=22
# after flags
not ok 1 config
a line that means nothing
ok 2 reset
not ok 3 mode # XFAIL known
# Totals: pass:1 fail:1
";

#[test]
fn subtests_belong_to_the_result_that_follows_them() {
    let document = parse(NESTED);
    assert_eq!(
        outline(&document),
        "config: FAILED\n  sizes: ok\n    short: ok\n    long: skipped no memory\n  \
         flags: FAILED errno=22\nreset: ok\nmode: expected known\n"
    );
    assert_eq!(document.problems, []);
    assert_eq!(document.version, Some(Version::Ktap(1)));
    assert_eq!(document.plan, Some(Plan { count: 3, skipped: None }));
    let expected = Counts { passed: 2, failed: 1, skipped: 1, expected_failures: 1 };
    assert_eq!(document.counts(), expected);
}

#[test]
fn diagnostics_belong_to_the_test_in_front_of_which_they_stand() {
    let document = parse(NESTED);
    let config = &document.tests[0];
    assert_eq!(config.diagnostics, ["after flags"]);
    assert_eq!(config.subtests[1].diagnostics, ["about flags"]);
    assert_eq!(config.subtests[0].subtests[0].diagnostics, ["short: 3 bytes"]);
    assert_eq!(document.tests[1].diagnostics, ["a line that means nothing"]);
    assert_eq!(document.diagnostics, ["Totals: pass:1 fail:1"]);
    assert_eq!((config.line, config.subtests[1].line), (15, 13));
}

#[test]
fn each_leaf_is_visited_with_the_names_above_it() {
    let document = parse(NESTED);
    let mut paths = Vec::new();
    document.each_leaf(&mut |above, test| paths.push(format!("{}/{}", above.join("/"), test.name)));
    assert_eq!(
        paths,
        ["config/sizes/short", "config/sizes/long", "config/flags", "/reset", "/mode"]
    );
}

#[test]
fn progress_tells_each_result_as_it_comes() {
    let mut parser = Parser::new();
    let finished = (1..).zip(NESTED.lines()).filter_map(|(n, line)| parser.line(n, line));
    let labels: Vec<_> = finished.map(|test| (test.depth, test.label)).collect();
    let expected =
        [(2, "short"), (2, "long"), (1, "sizes"), (1, "flags"), (0, "config"), (0, "reset")];
    assert_eq!(labels[..6], expected.map(|(depth, label)| (depth, label.to_owned())));
}

#[test]
fn a_plan_that_was_not_kept_is_a_problem() {
    let not_kept = |planned, found| ProblemKind::PlanNotKept { planned, found };
    assert_eq!(problems("KTAP version 1\n1..3\nok 1 a\nok 2 b\n"), [(4, not_kept(3, 2))]);
    assert_eq!(problems("KTAP version 1\n1..1\nok 1 a\nok 2 b\n"), [(4, not_kept(1, 2))]);
    let nested = "KTAP version 1\n1..1\n  KTAP version 1\n  1..2\n  ok 1 a\nok 1 b\n";
    assert_eq!(problems(nested), [(6, not_kept(2, 1))]);
    assert_eq!(problems("KTAP version 1\nok 1 a\n1..1\n"), [], "a plan may come last");
}

#[test]
fn a_program_that_stops_early_or_says_little_has_problems() {
    assert_eq!(problems("KTAP version 1\n"), [(1, ProblemKind::NoPlan)]);
    assert_eq!(problems("KTAP version 1\nok 1 a\n"), [(2, ProblemKind::NoPlan)]);
    assert_eq!(problems("1..1\nok 1 a\n"), [(2, ProblemKind::NoVersion)]);
    let open = "KTAP version 1\n1..1\n  KTAP version 1\n  # Subtest: x\n  1..1\n  ok 1 a\n";
    let no_parent = ProblemKind::NoParent { name: Some("x".to_owned()) };
    assert_eq!(problems(open), [(6, no_parent)]);
    assert!(parse("").is_empty() && parse("hello\n# ok\n").is_empty());
}

#[test]
fn numbers_out_of_turn_second_plans_and_giving_up_are_problems() {
    let out_of_turn = |expected, found| ProblemKind::OutOfTurn { expected, found };
    let text = "KTAP version 1\n1..3\nok 1 a\nok 3 c\nok 3 c\n";
    assert_eq!(problems(text), [(4, out_of_turn(2, 3))]);
    assert_eq!(problems("KTAP version 1\n1..0\n1..0\n"), [(3, ProblemKind::SecondPlan)]);
    let text = "TAP version 13\n1..1\nBail out! no device\nok 1 a\n";
    assert_eq!(problems(text), [(3, ProblemKind::BailOut { reason: "no device".to_owned() })]);
}

#[test]
fn a_test_cannot_pass_when_its_subtest_fails() {
    let text = "KTAP version 1\n1..1\n  KTAP version 1\n  1..1\n  not ok 1 a\nok 1 b\n";
    assert_eq!(problems(text), [(6, ProblemKind::Contradiction { name: "b".to_owned() })]);
}

#[test]
fn a_failing_subtest_is_never_lost() {
    for text in [
        "KTAP version 1\n1..1\n  KTAP version 1\n  1..1\n  not ok 1 inner\n",
        "KTAP version 1\n1..1\n  not ok 1 inner\nok 1 outer\n",
        "KTAP version 1\n1..2\n  1..1\n  not ok 1 inner\n  KTAP version 1\n  1..1\n  ok 1 b\nok 1 c\n",
        "KTAP version 1\n1..1\n    1..1\n    not ok 1 inner\n  ok 1 between\nok 1 outer\n",
    ] {
        let document = parse(text);
        assert!(document.counts().failed >= 1, "{text}{document:#?}");
        assert!(!document.is_success());
        assert!(format!("{document:?}").contains("inner"), "{text}");
    }
}

#[test]
fn everything_can_be_skipped_by_the_plan() {
    let document = parse("TAP version 13\n1..0 # SKIP no /dev/echo\n");
    assert_eq!(document.skipped(), Some("no /dev/echo"));
    assert!(document.is_success());
}

#[test]
fn nesting_without_end_is_a_problem_and_no_more() {
    let lines: Vec<String> = (0..300).map(|depth| format!("{:depth$}1..1", "")).collect();
    let document = parse(&lines.join("\n"));
    assert!(document.problems.iter().any(|problem| problem.kind == ProblemKind::TooDeep));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_is_read(lines in prop::collection::vec(
        "( {0,6})(KTAP version 1|1\\.\\.[0-9]|(not )?ok [0-9] ?-? ?x?( # (SKIP|TODO) y)?|# z|\\PC*)", 0..40,
    )) {
        let document = parse(&lines.join("\n"));
        let results = lines.iter().filter(|line| {
            let line = line.trim_start();
            line.strip_prefix("not ").unwrap_or(line).starts_with("ok ")
        });
        prop_assert!(document.counts().total() <= results.count() + document.problems.len());
    }
}
