//! A report with one of everything, built by hand.

use std::path::{Path, PathBuf};

use ioctlkit_model::abi::{Abi, AbiSet};
use ioctlkit_model::{
    Edit, FileId, Finding, Fix, Label, Languages, Problem, ProblemKind, Profiles, Report, RuleInfo,
    Safety, Severity, SourceMap, Span,
};
use ioctlkit_report::{Format, Style};

pub(crate) static HOLE: RuleInfo = RuleInfo {
    code: "L001",
    slug: "implicit-hole",
    severity: Severity::Error,
    profiles: Profiles::New,
    languages: Languages::Both,
    summary: " padding between the members of an argument structure",
    documentation: " padding between the members of an argument structure\n\n # What\n A hole.\n",
};
pub(crate) static LETTER: RuleInfo = RuleInfo {
    code: "N002",
    slug: "shared-letter",
    severity: Severity::Warning,
    profiles: Profiles::Both(Severity::Info),
    languages: Languages::Both,
    summary: " two drivers use one type letter",
    documentation: " two drivers use one type letter\n",
};
pub(crate) static QUIET: RuleInfo = RuleInfo {
    code: "V001",
    slug: "no-version",
    severity: Severity::Info,
    profiles: Profiles::New,
    languages: Languages::Both,
    summary: " a rule that found nothing",
    documentation: " a rule that found nothing\n",
};

const HEADER: &str = "\
/* Grüße, & <welcome>: 设备 */
struct foo_config {
\t__u32 a;
\t__u64 b;\t/* größe \"quoted\" */
\tlong ünï;
};

#define FOO_SET\t_IOW('f', 1, struct foo_config)
#define FOO_GET\t_IOR('f', 2, long)
";

const OTHER: &str = "#define BAR_RUN _IO('f', 1)\n";

pub(crate) struct Sample {
    pub(crate) report: Report,
    pub(crate) sources: SourceMap,
}

impl Sample {
    pub(crate) fn render(&self, format: Format) -> String {
        self.render_with(format, Style::default())
    }

    pub(crate) fn render_with(&self, format: Format, style: Style) -> String {
        let mut bytes = Vec::new();
        format.render(&self.report, &self.sources, style, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }
}

/// A finding without anything but a place.
pub(crate) fn bare(rule: &'static RuleInfo, span: Span, message: &str) -> Finding {
    Finding::new(rule, span, AbiSet::EMPTY, message.into())
}

/// The `nth` place, from 0, where a file says `text`.
pub(crate) fn nth(sources: &SourceMap, file: FileId, text: &str, nth: usize) -> Span {
    let (start, _) = sources.file(file).text.match_indices(text).nth(nth).unwrap();
    Span { file, start: start as u32, end: (start + text.len()) as u32 }
}

pub(crate) fn set(names: &[&str]) -> AbiSet {
    names.iter().map(|name| Abi::by_name(name).unwrap().id()).collect()
}

pub(crate) fn everything() -> Sample {
    let mut sources = SourceMap::default();
    let header = sources.add("include/uapi/linux/föö, bar.h".into(), HEADER.into());
    let other = sources.add(PathBuf::from("/usr/include/bar.h"), OTHER.into());
    let at = |text: &str| nth(&sources, header, text, 0);

    let after_a = at("__u32 a");
    let hole = Finding {
        command: Some("FOO_SET".into()),
        record: Some("struct foo_config".into()),
        member: Some("b".into()),
        abis: AbiSet::of(|abi| !abi.under_aligns_64_bit()),
        label: "starts 4 bytes after `a` ends".into(),
        related: vec![
            Label { span: after_a, text: "`a` ends here".into() },
            Label { span: nth(&sources, other, "BAR_RUN", 0), text: "used here".into() },
        ],
        notes: vec![
            "a 32-bit program passes 12 bytes where the kernel reads 16: 100% wrong, <b> & all"
                .into(),
            "the kernel copies what was on its stack".into(),
        ],
        fix: Some(Fix {
            message: "add `__u32 reserved0;` in its place, and reject what is not zero".into(),
            edits: vec![Edit {
                span: Span { start: after_a.end, ..after_a },
                replacement: ";\n\t__u32 reserved0".into(),
            }],
            safety: Safety::ChangesAbi,
        }),
        ..bare(
            &HOLE,
            Span { start: at("b;").start, end: at("b;").start + 1, file: header },
            "4 bytes of padding before `b`",
        )
    };
    let long = Finding {
        record: Some("struct foo_config".into()),
        member: Some("ünï".into()),
        abis: set(&["i386", "m68k"]),
        label: "4 bytes for 32-bit programs, 8 for the kernel".into(),
        fix: Some(Fix {
            message: "use `__s64`".into(),
            edits: vec![Edit { span: at("long"), replacement: "__s64".into() }],
            safety: Safety::Safe,
        }),
        ..bare(&HOLE, at("ünï"), "`ünï` has another size in 32-bit programs")
    };
    let letter = Finding {
        severity: Severity::Warning,
        command: Some("FOO_SET".into()),
        abis: AbiSet::ALL,
        related: vec![Label { span: nth(&sources, other, "'f'", 0), text: "also here".into() }],
        fix: Some(Fix {
            message: "take a letter that nobody uses".into(),
            edits: Vec::new(),
            safety: Safety::ChangesAbi,
        }),
        ..bare(&LETTER, at("'f'"), "the letter 'f' belongs to another driver")
    };
    let info = Finding {
        severity: Severity::Info,
        command: Some("FOO_GET".into()),
        ..bare(&LETTER, at("FOO_GET"), "a message, with: punctuation % and\na second line")
    };
    let again = Finding { span: at("FOO_GET"), ..letter.clone() };

    let problems = vec![
        Problem {
            kind: ProblemKind::Failure,
            path: Some(PathBuf::from("secret")),
            span: None,
            message: "cannot read the folder: permission denied".into(),
            help: Some("leave it out, or run as somebody who may".into()),
        },
        Problem {
            kind: ProblemKind::Incomplete,
            path: Some(Path::new("include/uapi/linux/föö, bar.h").into()),
            span: Some(at("struct foo_config")),
            message: "the type has no size on csky".into(),
            help: None,
        },
        Problem {
            kind: ProblemKind::Note,
            path: None,
            span: None,
            message: "libclang 14 is used".into(),
            help: None,
        },
    ];
    let report = Report {
        findings: vec![hole, long, letter, info, again],
        problems,
        rules: vec![&HOLE, &LETTER, &QUIET],
        abis: AbiSet::ALL,
        objects: Vec::new(),
        headers: 2,
        commands: 3,
        not_understood: 1,
        not_read: 0,
    };
    Sample { report, sources }
}
