//! A snapshot for each format.

use ioctlkit_model::Report;
use ioctlkit_report::{Format, Style};

use crate::sample::{Sample, everything};

macro_rules! snapshots {
    ($($name:ident: $format:ident),* $(,)?) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), everything().render(Format::$format));
        }
    )*};
}

snapshots! {
    full: Full,
    concise: Concise,
    json: Json,
    sarif: Sarif,
    github: Github,
    gitlab: Gitlab,
    junit: Junit,
}

#[test]
fn colour_adds_escape_sequences_and_nothing_else() {
    let sample = everything();
    let coloured = sample.render_with(Format::Full, Style { colour: true });
    assert_ne!(coloured, sample.render(Format::Full));
    let mut plain = String::new();
    let mut parts = coloured.split('\u{1b}');
    plain.push_str(parts.next().unwrap());
    for part in parts {
        let (_, text) = part.split_once('m').unwrap();
        plain.push_str(text);
    }
    let trimmed: Vec<&str> = plain.lines().map(str::trim_end).collect();
    assert_eq!(
        trimmed.join("\n"),
        sample.render(Format::Full).trim_end_matches('\n').to_owned() + "\n"
    );
}

#[test]
fn a_format_gives_the_same_bytes_every_time() {
    for format in Format::ALL {
        assert_eq!(everything().render(format), everything().render(format), "{format}");
    }
}

#[test]
fn an_empty_report_says_nothing_to_people_and_is_well_formed_for_machines() {
    let sample = Sample { report: Report::default(), sources: everything().sources };
    for format in [Format::Full, Format::Concise, Format::Github] {
        assert_eq!(sample.render(format), "", "{format}");
    }
    for format in [Format::Json, Format::Sarif, Format::Gitlab] {
        serde_json::from_str::<serde_json::Value>(&sample.render(format)).unwrap();
    }
    roxmltree::Document::parse(&sample.render(Format::Junit)).unwrap();
}

/// What a GitHub runner does with a line, after its documentation: the command ends at the
/// second `::`, properties are separated by `,` and end their name at `=`.
#[test]
fn a_github_runner_reads_back_what_was_said() {
    let sample = everything();
    let text = sample.render(Format::Github);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), sample.report.problems.len() + sample.report.findings.len());
    let decode = |text: &str| {
        text.replace("%0A", "\n")
            .replace("%0D", "\r")
            .replace("%3A", ":")
            .replace("%2C", ",")
            .replace("%25", "%")
    };
    let (head, message) = lines[3].strip_prefix("::").unwrap().split_once("::").unwrap();
    let (level, properties) = head.split_once(' ').unwrap();
    let properties: Vec<(&str, String)> = properties
        .split(',')
        .map(|property| property.split_once('=').unwrap())
        .map(|(key, value)| (key, decode(value)))
        .collect();
    assert_eq!(level, "error");
    assert_eq!(properties[0], ("file", "include/uapi/linux/föö, bar.h".into()));
    assert!(properties.contains(&("title", "ioctl-lint L001 (implicit-hole)".into())));
    let message = decode(message);
    assert!(message.starts_with("4 bytes of padding before `b`\n"), "{message}");
    assert!(message.contains(&sample.report.findings[0].notes[0]), "{message}");
}

#[test]
fn gitlab_fingerprints_are_unique_within_a_report_and_keep_the_findings_own_where_they_can() {
    let sample = everything();
    assert_eq!(
        sample.report.findings[2].fingerprint(),
        sample.report.findings[4].fingerprint(),
        "the sample must hold two findings of one fingerprint",
    );
    let issues: serde_json::Value = serde_json::from_str(&sample.render(Format::Gitlab)).unwrap();
    let issues = issues.as_array().unwrap();
    let mut fingerprints: Vec<&str> =
        issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(fingerprints[3], sample.report.findings[0].fingerprint());
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), issues.len());
}

/// The elements and attributes that the schema of Jenkins' xUnit plugin allows, and counts that
/// add up.
#[test]
fn junit_has_the_structure_that_readers_expect() {
    let xml = everything().render(Format::Junit);
    let document = roxmltree::Document::parse(&xml).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    let count = |node: roxmltree::Node<'_, '_>, name: &str| {
        node.descendants().filter(|node| node.has_tag_name(name)).count().to_string()
    };
    for node in root.descendants().filter(roxmltree::Node::is_element) {
        let (parents, allowed): (&[&str], &[&str]) = match node.tag_name().name() {
            "testsuites" => (&[], &["name", "tests", "failures", "errors"]),
            "testsuite" => (&["testsuites"], &["name", "tests", "failures", "errors", "skipped"]),
            "testcase" => (&["testsuite"], &["classname", "name"]),
            "failure" | "error" => (&["testcase"], &["type", "message"]),
            "system-out" => (&["testcase"], &[]),
            "skipped" => (&["testcase"], &["message"]),
            other => panic!("{other} is no element of a report"),
        };
        let parent = node.parent_element().map(|parent| parent.tag_name().name());
        assert!(parent.is_none() || parents.contains(&parent.unwrap()), "{node:?}");
        let names: Vec<&str> = node.attributes().map(|attribute| attribute.name()).collect();
        assert_eq!(names, allowed, "{node:?}");
        if names.contains(&"tests") {
            assert_eq!(node.attribute("tests").unwrap(), count(node, "testcase"));
            assert_eq!(node.attribute("failures").unwrap(), count(node, "failure"));
            assert_eq!(node.attribute("errors").unwrap(), count(node, "error"));
        }
    }
    let failure = root.descendants().find(|node| node.has_tag_name("failure")).unwrap();
    assert!(failure.text().unwrap().contains("100% wrong, <b> & all"));
}

#[test]
fn junit_shows_or_replaces_what_xml_cannot_hold() {
    let mut sample = everything();
    sample.report.findings[0].message = "bell \u{7} and nul \0 and \u{ffff}".into();
    let xml = sample.render(Format::Junit);
    let document = roxmltree::Document::parse(&xml).unwrap();
    let failure = document.descendants().find(|node| node.has_tag_name("failure")).unwrap();
    assert_eq!(failure.attribute("message").unwrap(), "bell \\u{7} and nul \\u{0} and \u{fffd}");
}

#[test]
fn concise_keeps_to_one_line_each() {
    let sample = everything();
    let lines = sample.render(Format::Concise).lines().count();
    assert_eq!(lines, sample.report.problems.len() + sample.report.findings.len());
}
