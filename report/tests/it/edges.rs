//! Text and places that are no fun to print.

use std::fmt::Write as _;

use ioctlkit_model::{
    Edit, FileId, Finding, Fix, Label, Problem, ProblemKind, Report, Safety, SourceMap, Span,
};
use ioctlkit_report::{Format, Style};

use crate::sample::{HOLE, Sample, bare, nth};

/// One finding at `span` of a file that holds `text`.
fn at(text: &str, start: u32, end: u32) -> Sample {
    with(text, |_, file| Finding {
        label: "here".into(),
        ..bare(&HOLE, Span { file, start, end }, "message")
    })
}

/// One finding about the first `needle` of a file that holds `text`.
fn about(text: &str, needle: &str) -> Sample {
    with(text, |sources, file| Finding {
        label: "here".into(),
        ..bare(&HOLE, nth(sources, file, needle, 0), "message")
    })
}

fn with(text: &str, finding: impl FnOnce(&SourceMap, FileId) -> Finding) -> Sample {
    let mut sources = SourceMap::default();
    let file = sources.add("a.h".into(), text.into());
    let findings = vec![finding(&sources, file)];
    Sample { report: Report { findings, rules: vec![&HOLE], ..Report::default() }, sources }
}

/// The first line of the snippet and all behind it, in every format on the way.
fn full(sample: &Sample) -> String {
    for format in Format::ALL {
        sample.render(format);
    }
    sample.render_with(Format::Full, Style { colour: true });
    sample.render(Format::Full)
}

#[test]
fn places_at_and_past_the_ends_of_files() {
    let mut text = String::new();
    for (name, sample) in [
        ("empty file", at("", 0, 0)),
        ("empty file, span past it", at("", 5, 9)),
        ("end of a file with a line end", at("int a;\n", 7, 7)),
        ("end of a file without", at("int a;", 6, 6)),
        ("last character", at("int a;", 5, 6)),
        ("the line end itself", at("int a;\nint b;\n", 6, 7)),
        ("past the end", at("int a;\nint b;\n", 9, 4_000_000_000)),
        ("wholly past the end", at("int a;\nint b;", 4_000_000_000, u32::MAX)),
        ("ends before it starts", at("int a;\nint b;\n", 11, 4)),
        ("an empty place in a line", at("int a;\nint b;\n", 4, 4)),
        ("within a character", at("/* ü€ */ int a;\n", 4, 6)),
    ] {
        let _ = writeln!(text, "## {name}\n{}", full(&sample));
    }
    insta::assert_snapshot!("ends", text);
}

#[test]
fn text_that_is_wider_or_narrower_than_its_bytes() {
    let mut text = String::new();
    let long = format!("{}__u64 b;{}", "int a; ".repeat(2_000), " int c;".repeat(2_000));
    for (name, sample) in [
        ("tabs", about("struct s {\n\t__u32\t\ta;\n\t__u64\tb;\n};\n", "b;")),
        (
            "carriage returns",
            about("struct s {\r\n\t__u32 a;\r\n\t__u64 b;\r\n};\r\n", "__u64 b;\r\n"),
        ),
        ("a lone carriage return", about("int a;\rint b;\n", "b;")),
        ("wide characters before", about("/* 设备 */ int ünï; /* ß */\n", "ünï")),
        ("combining and zero-width characters", about("/* e\u{301} \u{200b} */ int a;\n", "int a")),
        ("byte order mark", about("\u{feff}int a;\n", "a;")),
        ("a very long line", about(&long, "__u64 b")),
        ("escape sequences", about("/* \u{1b}[31m\u{202e} */ int a;\n", "a;")),
    ] {
        let _ = writeln!(text, "## {name}\n{}", full(&sample));
    }
    insta::assert_snapshot!("widths", text);
}

#[test]
fn a_terminal_gets_no_escape_sequence_from_the_input() {
    let text = "/* \u{1b}[31m */ int a;\n";
    let mut sources = SourceMap::default();
    let file = sources.add("\u{1b}[31m.h".into(), text.into());
    let span = nth(&sources, file, "a;", 0);
    let finding = Finding {
        record: Some("struct \u{1b}[31m".into()),
        command: Some("\u{1b}[31m".into()),
        notes: vec!["of \u{1b}[31m".into()],
        label: "at \u{1b}[31m".into(),
        related: vec![Label { span, text: "see \u{1b}[31m".into() }],
        fix: Some(Fix {
            message: "do \u{1b}[31m".into(),
            edits: vec![Edit { span, replacement: "\u{1b}[31m".into() }],
            safety: Safety::Safe,
        }),
        ..bare(&HOLE, span, "in \u{1b}[31m")
    };
    let problem = Problem {
        kind: ProblemKind::Failure,
        path: Some("\u{1b}[31m".into()),
        span: None,
        message: "on \u{1b}[31m".into(),
        help: Some("try \u{1b}[31m".into()),
    };
    let report = Report { findings: vec![finding], problems: vec![problem], ..Report::default() };
    let sample = Sample { report, sources };
    for format in [Format::Full, Format::Concise] {
        let text = sample.render(format);
        assert!(!text.contains('\u{1b}'), "{text:?}");
    }
}

#[test]
fn spans_over_several_lines_and_places_far_apart() {
    let mut text = String::new();
    let members: String = (0..200).fold(String::new(), |mut all, number| {
        let _ = writeln!(all, "\t__u32 m{number};");
        all
    });
    let header = format!("struct s {{\n{members}}};\n");
    let two = |first: &str, second: &str| {
        with(&header, |sources, file| Finding {
            related: vec![Label { span: nth(sources, file, second, 0), text: "there".into() }],
            ..bare(&HOLE, nth(sources, file, first, 0), "message")
        })
    };
    for (name, sample) in [
        ("three lines", about("struct s {\n\tint a;\n};\n", "struct s {\n\tint a;\n}")),
        ("two hundred lines", at(&header, 0, header.len() as u32 - 2)),
        ("near", two("m1;", "m4;")),
        ("near, the other way round", two("m4;", "m1;")),
        ("far", two("m1;", "m150;")),
        ("one place within the other", two("__u32 m7;", "m7")),
    ] {
        let _ = writeln!(text, "## {name}\n{}", full(&sample));
    }
    insta::assert_snapshot!("lines", text);
}

#[test]
fn suggestions_of_every_shape() {
    let header = "struct s {\n\t__u32 a;\n\t__u64 b;\t/* both */\n\tlong c;\n};";
    let shapes: [(&str, &[(&str, &str)]); 9] = [
        ("a line between two", &[(";\n\t__u64", ";\n\t__u32 pad;\n\t__u64")]),
        ("before the first line", &[("struct s", "struct t;\nstruct s")]),
        ("behind the last line", &[("};", "};\nstruct t;")]),
        ("one word", &[("long", "__s64")]),
        ("two words on a line", &[("__u64 b", "__u32 b"), ("both", "half")]),
        ("two lines", &[("__u32 a", "__u64 a"), ("long c", "__s64 c")]),
        ("a line less", &[("\tlong c;\n", "")]),
        ("a line split in two", &[("__u64 b;", "__u32 low;\n\t__u32 high;")]),
        ("a member and a comment", &[("/* both */", "/* both */\n\t/* more */")]),
    ];
    let mut text = String::new();
    for (name, edits) in shapes {
        let _ = writeln!(text, "## {name}\n{}", full(&suggesting(header, edits)));
    }
    insta::assert_snapshot!("suggestions", text);
}

fn suggesting(header: &str, edits: &[(&str, &str)]) -> Sample {
    with(header, |sources, file| Finding {
        fix: Some(Fix {
            message: "write this".into(),
            edits: edits
                .iter()
                .map(|(old, new)| Edit {
                    span: nth(sources, file, old, 0),
                    replacement: (*new).into(),
                })
                .collect(),
            safety: Safety::Safe,
        }),
        ..bare(&HOLE, nth(sources, file, "b;", 0), "message")
    })
}

#[test]
fn edits_that_contradict_each_other_or_the_text_are_told_and_not_shown() {
    let header = "struct s {\n\t__u32 a;\n\t__u64 b;\n};\n";
    let contradictory = suggesting(header, &[("__u32 a", "x"), ("32 a;", "y")]);
    let mut outside = suggesting(header, &[("__u32 a", "x")]);
    outside.report.findings[0].fix.as_mut().unwrap().edits[0].span.end = 5_000;
    for sample in [contradictory, outside] {
        let text = full(&sample);
        assert!(text.contains("  = help: write this\n"), "{text}");
        assert!(!text.contains('+'), "{text}");
    }
}

#[test]
fn an_edit_longer_than_a_snippet_is_told_and_not_shown() {
    let header = format!("struct s {{\n{}\tint b;\n}};\n", "\tint a;\n".repeat(100));
    let mut sample = suggesting(&header, &[("struct s", "union s")]);
    sample.report.findings[0].fix.as_mut().unwrap().edits[0].span.end = 700;
    let text = full(&sample);
    assert!(text.contains("  = help: write this\n"), "{text}");
}
