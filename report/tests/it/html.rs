//! The page: what is in it, what never is, and where it ends.

use ioctlkit_model::abi::{ABIS, AbiSet};
use ioctlkit_model::{Finding, Report, Severity};
use ioctlkit_report::Format;

use crate::sample::{HOLE, LETTER, Sample, bare, everything};

fn page_of(sample: &Sample) -> String {
    sample.render(Format::Html)
}

/// What of the page input has a say in: behind its own style, in front of its own script.
fn body(page: &str) -> &str {
    let (_, body) = page.split_once("</head>").unwrap();
    let (body, script) = body.rsplit_once("<script>").unwrap();
    assert!(script.trim_end().ends_with("</script>\n</body>\n</html>"));
    body
}

#[test]
fn every_cause_is_there_with_its_line_and_its_fix_as_a_diff() {
    let sample = everything();
    let page = page_of(&sample);
    let articles = page.matches("<article ").count();
    assert_eq!(articles, sample.report.causes().count());
    for finding in sample.report.causes() {
        assert!(page.contains(&format!(">{}</a>", finding.rule.code)), "{}", finding.rule.code);
    }
    assert!(page.contains("<span class=\"mark\">"), "a place is marked in its source");
    assert!(page.contains("<span class=\"add\">+"), "an edit shows what it adds");
    assert!(page.contains("ioctl-lint: allow(L001)"), "how to accept a finding is there");
}

#[test]
fn nothing_is_loaded_and_no_script_but_the_pages_own_may_run() {
    let page = page_of(&everything());
    let body = body(&page);
    for outside in ["src=", "<link", "@import", "<iframe", "<object", "<script", "style=\"", " on"]
    {
        let is_tag = |at: usize| body[..at].rfind('<') > body[..at].rfind('>');
        let mut found = body.match_indices(outside).filter(|(at, _)| {
            !outside.starts_with(' ')
                || (is_tag(*at) && body[at + 3..].starts_with(char::is_alphabetic))
        });
        // Words in a text may begin with "on"; attributes that do run code.
        assert!(found.all(|(at, _)| outside == " on" && !body[at..].contains("=\"")), "{outside}");
    }
    assert!(page.contains("default-src 'none'") && !page.contains("unsafe"));
}

#[test]
fn text_of_strangers_is_text() {
    let hostile = "</code></script><script>alert(1)</script><img src=x onerror=alert(1)>`\"'&";
    let mut sample = everything();
    for finding in &mut sample.report.findings {
        finding.message = hostile.into();
        finding.label = hostile.into();
        finding.notes = vec![hostile.into()];
        finding.command = Some(hostile.into());
        finding.record = Some(hostile.into());
        for label in &mut finding.related {
            label.text = hostile.into();
        }
        if let Some(fix) = &mut finding.fix {
            fix.message = hostile.into();
            fix.edits.iter_mut().for_each(|edit| edit.replacement = hostile.into());
        }
    }
    for problem in &mut sample.report.problems {
        problem.message = hostile.into();
        problem.help = Some(hostile.into());
    }
    sample.sources.rename(|_| hostile.into());
    let page = page_of(&sample);
    assert!(!body(&page).contains("<script") && !page.contains("<img"));
}

#[test]
fn a_report_of_nothing_says_what_was_looked_at_and_what_was_not() {
    let mut sample = everything();
    sample.report =
        Report { rules: vec![&HOLE, &LETTER], abis: AbiSet::ALL, headers: 3, ..Report::default() };
    let page = page_of(&sample);
    assert!(page.contains("<h1>Nothing found</h1>"));
    assert!(page.contains(&format!("3 files and 0 commands on {} ABIs", ABIS.len())), "{page}");
    assert!(page.contains("Everything that was named was read and understood."));
    assert!(page.contains("2 rules ran and found nothing"));
    sample.report.not_understood = 2;
    let page = page_of(&sample);
    assert!(page.contains("2 definitions were not understood"), "{page}");
    assert!(page.contains("that is not a verdict"));
}

#[test]
fn of_more_findings_than_a_browser_shows_the_most_severe_stay_and_the_rest_is_counted() {
    let mut sample = everything();
    let span = sample.report.findings[0].span;
    let finding = |index: usize| {
        let severity = if index % 100 == 99 { Severity::Error } else { Severity::Info };
        Finding { severity, ..bare(&LETTER, span, &format!("number {index} of many")) }
    };
    sample.report.findings = (0..50_000).map(finding).collect();
    let page = page_of(&sample);
    assert!(page.len() < 16 << 20, "{} bytes", page.len());
    let shown = page.matches("<article ").count();
    assert!(page.contains(&format!("{} findings are left out", 50_000 - shown)), "{shown}");
    assert_eq!(page.matches("<article class=\"error\"").count(), 500);
    assert!(page.contains("number 49999 of many"));
}

#[test]
fn a_line_without_end_is_cut_around_its_mark() {
    let mut sample = everything();
    let file = sample.report.findings[0].span.file;
    let long = "é".repeat(1 << 20);
    let source = sample.sources.file_mut(file);
    source.text = format!("{long}HERE{long}").into();
    let at = long.len() as u32;
    for finding in &mut sample.report.findings {
        finding.span.file = file;
        (finding.span.start, finding.span.end) = (at, at + 4);
        finding.related.clear();
        finding.fix = None;
    }
    let page = page_of(&sample);
    assert!(page.contains("<span class=\"mark\">HERE</span>"));
    assert!(page.len() < 100_000, "{} bytes", page.len());
}
