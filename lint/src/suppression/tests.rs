use std::fmt::Write as _;

use ioctlkit_abi::{AbiSet, Direction, RecordKind};
use ioctlkit_model::{
    Argument, Command, CommandBody, Definition, Differences, Header, Record, RecordBody,
    Representation, Severity, Variants,
};

use super::*;

/// An interface of one file, whose structures and commands are found by their spelling, and a
/// finding of L001 at every `@`.
fn interface(marked: &str) -> (Interface, Vec<Finding>) {
    let text = marked.replace('@', "");
    let mut interface = Interface { abis: AbiSet::ALL, ..Interface::default() };
    let file = interface.sources.add("foo.h".into(), text.as_str().into());
    interface.sources.file_mut(file).comments = ioctlkit_sources::c::comments(&text);
    interface.headers.push(Header {
        file,
        abis: AbiSet::ALL,
        errors: Vec::new(),
        not_read: Vec::new(),
    });
    let span = |start: usize, end: usize| Span { file, start: start as u32, end: end as u32 };
    for (start, _) in text.match_indices("struct ").filter(|(at, _)| text[*at..].contains('{')) {
        let end = start + text[start..].find("\n}").map_or(1, |end| end + 2);
        let brace = start + text[start..].find('{').unwrap_or(0);
        let head = Some(span(start, brace));
        let definition = Definition { head, ..Definition::default() };
        interface.definitions.add(span(start, end), definition);
        let body = RecordBody {
            representation: Representation::C,
            span: span(start, end),
            packed: false,
            aligned: None,
            pack: None,
            members: Vec::new(),
            observed: None,
        };
        interface.records.push(Record {
            kind: RecordKind::Struct,
            name: Some("foo".into()),
            typedef_name: None,
            c_name: None,
            docs: Vec::new(),
            differences: Differences::default(),
            span: span(start + 7, start + 10),
            variants: Variants::one(AbiSet::ALL, body),
        });
    }
    for (start, _) in text.match_indices("#define ") {
        let (start, end) = (start + 8, start + text[start..].find(")\n").unwrap_or(8));
        let body = CommandBody {
            span: span(start, end),
            through: "_IO".into(),
            direction: Direction::None,
            type_letter: 1,
            nr: 1,
            argument: Argument::None,
            encoder: ioctlkit_model::Encoder::Kernel,
        };
        interface.commands.push(Command {
            contract: None,
            differences: Differences::default(),
            c_name: None,
            name: "FOO".into(),
            span: span(start, start + 3),
            variants: Variants::one(AbiSet::ALL, body),
        });
    }
    let rule = registry::by_name("L001").unwrap();
    let findings = marked.match_indices('@').enumerate().map(|(before, (at, _))| Finding {
        severity: Severity::Warning,
        ..finding(rule, span(at - before, at - before + 1), "padding".into())
    });
    let findings = findings.collect();
    (interface, findings)
}

/// What is left, as `line:column code message`.
fn left_of(marked: &str) -> Vec<String> {
    left_where(marked, |_| true)
}

fn left_where(marked: &str, ran: impl Fn(&RuleInfo) -> bool) -> Vec<String> {
    let (interface, findings) = interface(marked);
    let suppressed = apply(&interface, findings, |rule, _| ran(rule));
    let text = |finding: &Finding| {
        let at = interface.sources.position(finding.span);
        format!("{}:{} {} {}", at.line, at.column, finding.rule.code, finding.message)
    };
    suppressed.findings.iter().map(text).collect()
}

const NOTHING: &[&str] = &[];

#[test]
fn without_a_suppression_everything_is_left() {
    assert_eq!(left_of("struct foo {\n\t__u64 @b;\n};\n"), ["2:8 L001 padding"]);
}

#[test]
fn the_line_itself_and_the_line_below_are_covered() {
    assert_eq!(left_of("int @a; /* ioctl-lint: allow(L001) why */\n"), NOTHING);
    assert_eq!(left_of("/* ioctl-lint: allow(L001) why */ int @a;\n"), NOTHING);
    assert_eq!(left_of("int @a; // ioctl-lint: allow(implicit-hole) why\n"), NOTHING);
    assert_eq!(left_of("/* ioctl-lint: allow(L001) why */\nint @a;\n"), NOTHING);
    assert_eq!(left_of("// ioctl-lint: allow(l001) why\n// and more\nint @a;\n"), NOTHING);
}

#[test]
fn a_comment_beside_code_does_not_reach_the_line_below() {
    let left = left_of("int a; /* ioctl-lint: allow(L001) why */\nint @b;\n");
    assert_eq!(
        left,
        [
            "2:5 L001 padding",
            "1:29 S001 L001 implicit-hole is allowed here, but nothing here would be reported",
        ]
    );
}

#[test]
fn an_empty_line_keeps_a_comment_from_what_is_below() {
    let left = left_of("/* ioctl-lint: allow(L001) why */\n\nint @b;\n");
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn the_head_of_a_structure_covers_the_whole_of_it_and_no_other() {
    let two = "struct foo {\n\tint @a;\n\tint @b;\n};\nstruct bar {\n\tint @c;\n};\n";
    assert_eq!(left_of(&format!("/* ioctl-lint: allow(L001) why */\n{two}")), ["7:6 L001 padding"]);
    let beside = two.replacen('{', "{ /* ioctl-lint: allow(L001) why */", 1);
    assert_eq!(left_of(&beside), ["6:6 L001 padding"]);
    let documented = format!(
        "/**\n * struct foo - a thing\n * @a: one\n *\n * ioctl-lint: allow(L001) why\n */\n{two}"
    );
    let left = left_of(&documented.replace(" * @a", " * a"));
    assert_eq!(left, ["12:6 L001 padding"]);
    let brace_below = two.replacen(" {", " // ioctl-lint: allow(L001) why\n{", 1);
    assert_eq!(left_of(&brace_below), ["7:6 L001 padding"]);
}

#[test]
fn the_line_of_a_define_covers_its_continuation() {
    let text = "/* ioctl-lint: allow(L001) why */\n#define FOO \\\n\t_IOR('x', @1, int)\nint @a;\n";
    assert_eq!(left_of(text), ["4:5 L001 padding"]);
}

#[test]
fn a_file_wide_one_covers_all_of_its_file() {
    let text = "int @a;\n\n/* ioctl-lint: allow-file(L001) why */\n\nint b;\nint @c;";
    assert_eq!(left_of(text), NOTHING);
}

#[test]
fn a_string_allows_nothing() {
    let text = "char @s[] = \"/* ioctl-lint: allow(L001) why */\";\n";
    assert_eq!(left_of(text), ["1:6 L001 padding"]);
}

#[test]
fn stale_is_judged_only_for_rules_that_ran() {
    let text = "/* ioctl-lint: allow(L001) why */\nint a;\n";
    assert_eq!(left_of(text).len(), 1);
    assert_eq!(left_where(text, |rule| rule.code != "L001"), NOTHING);
    assert_eq!(left_where(text, |rule| rule.code != "S001"), NOTHING);
}

#[test]
fn of_two_that_cover_the_same_neither_is_stale() {
    let text = "/* ioctl-lint: allow-file(L001) a */\n\nint @a; // ioctl-lint: allow(L001) b\n";
    assert_eq!(left_of(text), NOTHING);
}

#[test]
fn what_is_about_suppressions_can_be_allowed_too() {
    let stale = "/* ioctl-lint: allow-file(S001) kept for old branches */\n\n\
                 int a; /* ioctl-lint: allow(L001) why */\n";
    assert_eq!(left_of(stale), NOTHING);
    let left = left_of("/* ioctl-lint: allow-file(S002) why */\nint a;\n");
    assert_eq!(
        left,
        ["1:27 S001 S002 suppression-without-reason is allowed here, but nothing here would be \
          reported"]
    );
}

#[test]
fn what_is_wrong_with_a_suppression_is_said_where_it_is() {
    let marked = "\
int @a; /* ioctl-lint: allow(L001) */
int @b; /* ioctl-lint: allow(L0O1) why */
int @c; /* ioctl-lint: allow(L001, nonsense) why */
int @d; /* ioctl-lint: alow(L001) why */
/* ioctl-lint: allow(L001) why */

";
    let (interface, findings) = interface(marked);
    let suppressed = apply(&interface, findings, |_, _| true);
    assert_eq!(suppressed.count, 2);
    let mut text = String::new();
    for finding in &suppressed.findings {
        let at = interface.sources.position(finding.span);
        let rule = finding.rule;
        let _ = writeln!(text, "{}:{} {} {}", at.line, at.column, rule.code, finding.message);
        let _ = writeln!(text, "    {:?} {}", interface.sources.text(finding.span), finding.label);
        for note in &finding.notes {
            let _ = writeln!(text, "    note: {note}");
        }
    }
    insta::assert_snapshot!(text);
}

/// The text with the first finding allowed, and how many findings are left then.
fn allowed(marked: &str) -> Option<String> {
    let (interface, findings) = interface(marked);
    let edit = insertion(&interface, findings.first()?)?;
    let mut text = marked.to_owned();
    // Marks are no part of the text.
    let marks = |at: &usize| marked[..*at].matches('@').count();
    let at = (0..=marked.len()).find(|at| at - marks(at) == edit.span.start as usize)?;
    text.insert_str(at, &edit.replacement);
    Some(text)
}

#[test]
fn a_comment_is_put_where_it_covers_the_finding_and_nothing_else() {
    let comment = "/* ioctl-lint: allow(L001) TODO: say why this may stay */";
    for (marked, expected) in [
        (
            "struct foo {\n\t__u32 a;\n\t@__u64 b;\n\t@__u64 c;\n};\n",
            format!("struct foo {{\n\t__u32 a;\n\t{comment}\n\t@__u64 b;\n\t@__u64 c;\n}};\n"),
        ),
        // The lines of a macro are one.
        (
            "#define @FOO \\\n\t_IO('x', 1)\n",
            format!("{comment}\n#define @FOO \\\n\t_IO('x', 1)\n"),
        ),
        (
            "int x;\n#define FOO \\\n\t_IO(@'x', 1)\n",
            format!("int x;\n{comment}\n#define FOO \\\n\t_IO(@'x', 1)\n"),
        ),
        // The line begins in a comment.
        (
            "struct foo {\n\t__u32 a; /* b\n\t */ @__u64 b;\n};\n",
            format!("{comment}\nstruct foo {{\n\t__u32 a; /* b\n\t */ @__u64 b;\n}};\n"),
        ),
    ] {
        let text = allowed(marked).unwrap_or_else(|| panic!("{marked}"));
        assert_eq!(text, expected);
        let others = expected.matches('@').count() - 1;
        assert_eq!(left_of(&text).len(), others, "{text}");
    }
}

#[test]
fn what_no_comment_can_cover_is_not_allowed() {
    // No definition that is known, in the middle of a macro.
    assert_eq!(allowed("#if 0\n#define FOO \\\n\t@x\n#endif\n"), None);
}

#[test]
fn a_file_that_was_read_twice_has_its_comments_once() {
    let marked = "/* ioctl-lint: allow(L001) why */\nstruct foo {\n\t@__u32 a;\n};\n\
                  /* ioctl-lint: allow(L002) why */\nint x;\n/* ioctl-lint: alow(L001) why */\n";
    let (mut interface, mut findings) = interface(marked);
    let file = findings[0].span.file;
    let text = interface.sources.file(file).text.clone();
    let again = interface.sources.add("foo.h".into(), text);
    let comments = interface.sources.file(file).comments.clone();
    interface.sources.file_mut(again).comments = comments;
    // One front end reads the definition, and another one has the finding.
    findings[0].span.file = again;
    findings[0].span.start = marked.find("struct").unwrap() as u32;
    let suppressed = apply(&interface, findings, |_, _| true);
    let left: Vec<&str> = suppressed.findings.iter().map(|finding| finding.rule.code).collect();
    assert_eq!((left, suppressed.count), (vec!["S004", "S001"], 1));
}
