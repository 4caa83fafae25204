//! The page in a real browser: it needs nothing else, its plots are drawn and not empty, nothing sticks
//! out. Chromium is the judge (Debian's package, which `cargo xtask setup` installs).
#![allow(clippy::cast_precision_loss, reason = "small numbers")]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use ioctl_bench::html;
use ioctl_bench::results::{CaseResult, Measured, Outcome, Restart, Results};
use ioctlkit_browser::ask;
use serde_json::Value;
use support::quick_results;

/// What the page is asked in the browser, after it was laid out.
const QUESTIONS: &str = r#"
  const figures = [...document.querySelectorAll("figure")].map(figure => {
    const labels = [...figure.querySelectorAll("text, .label, .value, .panel b, .panel span")];
    const painted = [...figure.querySelectorAll("path, rect, circle, line.median, line.whisker")].filter(e => {
      const style = getComputedStyle(e);
      return style.fill !== "none" && style.fillOpacity > 0 || style.stroke !== "none";
    });
    return {
      id: figure.id, width: box(figure).width, height: box(figure).height,
      rows: figure.querySelectorAll("svg.strip, .panel").length,
      painted: painted.length,
      areas: [...figure.querySelectorAll("path.area")].map(e => box(e).height),
      lengths: [...figure.querySelectorAll("path.curve")].map(e => e.getTotalLength()),
      overlaps: overlapping(labels),
    };
  });
  const colours = [...document.querySelectorAll("svg.strip, .panel svg g, .key i, table.verdict i")]
    .map(e => [[...e.classList].filter(name => name !== "strip")[0], getComputedStyle(e).color]);
  const rows = [...document.querySelectorAll("tbody tr")];
  return { figures, colours, highest: Math.max(0, ...rows.map(e => box(e).height)),
    rows: document.querySelectorAll("section:not(#verdict) tbody tr").length };
"#;

fn figure<'a>(answer: &'a Value, id: &str) -> &'a Value {
    let figures = answer["figures"].as_array().unwrap();
    figures.iter().find(|figure| figure["id"] == id).unwrap_or_else(|| panic!("no figure {id}"))
}

fn assert_drawn(answer: &Value, id: &str, least: u64) {
    let figure = figure(answer, id);
    assert!(figure["width"].as_f64().unwrap() > 300.0, "{id}: {figure}");
    assert!(figure["height"].as_f64().unwrap() > 50.0, "{id}: {figure}");
    assert!(figure["rows"].as_u64().unwrap() >= least, "{id}: {figure}");
    assert!(figure["painted"].as_u64().unwrap() >= least, "{id}: {figure}");
    for height in figure["areas"].as_array().unwrap() {
        assert!(height.as_f64().unwrap() > 10.0, "{id}: a distribution is flat");
    }
    for length in figure["lengths"].as_array().unwrap() {
        assert!(length.as_f64().unwrap() > 10.0, "{id}: a curve has no length");
    }
}

/// What holds of every page, at every width and in either scheme.
fn assert_tidy(answer: &Value) {
    let nothing = serde_json::json!([]);
    for figure in answer["figures"].as_array().unwrap() {
        let id = &figure["id"];
        assert_eq!(figure["overlaps"], nothing, "{id}: texts cover each other");
    }
    assert_eq!(answer["sticksOut"], nothing, "a drawing leaves its frame");
    assert_eq!(answer["loads"], nothing, "the page loads nothing");
    assert_eq!(answer["broken"], nothing, "every link leads somewhere");
    assert!(answer["wide"].as_f64().unwrap() <= 0.0, "wider than the window: {}", answer["wide"]);
    assert!(answer["highest"].as_f64().unwrap() < 50.0, "a row of three lines");
    // One colour is one mechanism, and one mechanism has one colour.
    let mut of: BTreeMap<&str, &str> = BTreeMap::new();
    for pair in answer["colours"].as_array().unwrap() {
        let (class, colour) = (pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
        assert_eq!(*of.entry(class).or_insert(colour), colour, "{class} has two colours");
    }
    let colours: BTreeSet<&&str> = of.values().collect();
    assert_eq!(colours.len(), of.len(), "two mechanisms have one colour: {of:?}");
}

#[test]
fn every_plot_of_a_real_run_is_drawn_in_the_browser() {
    let results = Results::from_json(quick_results(), "quick").unwrap();
    let page = html::render(&results);
    let Some(answers) = ask(&page, &[1200], QUESTIONS) else { return };
    let answer = &answers[0];
    assert_drawn(answer, "distribution-floor", 3);
    assert_drawn(answer, "distribution-call-and-return", 5);
    assert_drawn(answer, "distribution-one-way", 2);
    assert_drawn(answer, "distribution-peer-round-trip", 2);
    assert_drawn(answer, "sizes-call-and-return", 3);
    assert_drawn(answer, "sizes-peer-round-trip", 1);
    assert_drawn(answer, "claims-plot", 10);
    assert_tidy(answer);
}

/// The results of a quick run, with every case measured: as on a machine that has everything.
fn everything() -> Results {
    let mut results = Results::from_json(quick_results(), "quick").unwrap();
    for (index, case) in results.cases.iter_mut().enumerate() {
        case.outcome = Outcome::Measured(made_up(100 + 37 * index as u64, case));
    }
    results
}

fn made_up(p50: u64, case: &CaseResult) -> Measured {
    let p50 = p50 + case.size as u64;
    let restart = |shift: u64| Restart {
        batch_ns: (p50 + shift) as f64,
        mean_ns: (p50 + shift) as f64,
        p50_ns: p50 + shift,
        p90_ns: p50 * 2,
        p99_ns: p50 * 4,
        p999_ns: p50 * 9,
        max_ns: p50 * 100,
        calls: 1000,
        lost: 0,
        warm_up_calls: 256,
        warm: true,
        locked: true,
    };
    Measured {
        operations: 1,
        restarts: (0..5).map(restart).collect(),
        histogram: vec![(p50, 900), (p50 * 2, 90), (p50 * 4, 9), (p50 * 100, 1)],
    }
}

#[test]
fn a_page_of_every_mechanism_is_tidy_on_a_screen_and_on_a_phone() {
    let results = everything();
    let page = html::render(&results);
    let Some(answers) = ask(&page, &[1280, 400], QUESTIONS) else { return };
    for answer in &answers {
        for class in ["floor", "call-and-return", "one-way", "peer-round-trip"] {
            assert_drawn(answer, &format!("distribution-{class}"), 5);
        }
        for class in ["call-and-return", "one-way", "peer-round-trip"] {
            assert_drawn(answer, &format!("sizes-{class}"), 5);
        }
        assert_drawn(answer, "claims-plot", 14);
        assert_tidy(answer);
        assert_eq!(answer["rows"].as_u64().unwrap() as usize, results.cases.len() + 14);
    }
}

#[test]
fn the_verdict_names_the_fastest_of_each_class_and_how_sure_that_is() {
    let page = html::render(&everything());
    let (_, verdict) = page.split_once("<section id=\"verdict\">").unwrap();
    let (verdict, _) = verdict.split_once("</section>").unwrap();
    for class in ["call-and-return", "one-way", "peer-round-trip"] {
        assert!(verdict.contains(&format!("href=\"#{class}\"")), "{class}");
    }
    assert!(!verdict.contains("href=\"#floor\""), "a floor is no choice");
    // The one that was made up to be the fastest that a module answers.
    assert!(verdict.contains("</i>ioctl/write</b>"), "{verdict}");
    assert!(verdict.contains("user-events/enabled") && !verdict.contains("user-events/disabled"));
    // A quick run of few restarts is never sure.
    assert!(verdict.contains("class=\"likely\"") && !verdict.contains("class=\"sure\""));
}

#[test]
fn a_page_of_nothing_and_one_of_hostile_names_are_pages() {
    let mut results = everything();
    for case in &mut results.cases {
        case.mechanism = "</svg><script>alert(1)</script>".to_owned();
        case.what = "\"><img src=x onerror=alert(1)>".to_owned();
    }
    results.machine.processor = "<b>&amp;\u{0}".to_owned();
    let page = html::render(&results);
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<b>&amp;"));
    results.cases.clear();
    let page = html::render(&results);
    assert!(page.ends_with("</html>\n"));
    assert!(!page.contains("NaN"), "no number that is none");
}

#[test]
fn every_plot_is_well_formed_xml() {
    for results in [everything(), Results::from_json(quick_results(), "quick").unwrap()] {
        let page = html::render(&results);
        let figures: Vec<&str> = page.split("<figure").skip(1).collect();
        assert!(figures.len() >= 5);
        for figure in figures {
            let (inside, _) = figure.split_once("</figure>").unwrap();
            let text = format!("<figure{}</figure>", inside.replace("<br>", ""));
            let document = roxmltree::Document::parse(&text);
            let document = document.unwrap_or_else(|error| panic!("{error}: {text}"));
            let places = ["d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height"];
            for attribute in document.descendants().flat_map(|node| node.attributes()) {
                let is_number = !attribute.value().contains(['n', 'N']);
                assert!(is_number || !places.contains(&attribute.name()), "{attribute:?}");
            }
        }
    }
}
