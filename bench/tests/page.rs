//! The page in a real browser: it needs nothing else, its plots are drawn and not empty, nothing sticks
//! out. Chromium is the judge (Debian's package, which `cargo xtask setup` installs).
#![allow(clippy::cast_precision_loss, reason = "small numbers")]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use ioctl_bench::html;
use ioctl_bench::results::{CaseResult, Measured, Outcome, Restart, Results};
use serde_json::Value;
use support::quick_results;

/// What the page is asked in the browser, after it was laid out.
const QUESTIONS: &str = r#"
<script>
window.addEventListener("load", () => {
  const box = e => e.getBoundingClientRect();
  const leaves = (outer, inner) => inner.left < outer.left - 1 || inner.right > outer.right + 1 ||
    inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1;
  const figures = [...document.querySelectorAll("figure")].map(figure => {
    const svgs = [...figure.querySelectorAll("svg")].filter(svg => !svg.parentElement.closest("svg"));
    const sticksOut = svgs.flatMap(svg => [...svg.querySelectorAll("path, rect, circle, line, text")]
      .filter(e => leaves(box(svg), box(e))).map(e => e.outerHTML.slice(0, 120)));
    const labels = [...figure.querySelectorAll("text, .label, .value, .panel b, .panel span")]
      .filter(e => e.textContent.trim() !== "");
    const texts = labels.map(e => {
      const range = document.createRange();
      range.selectNodeContents(e);
      return range.getBoundingClientRect();
    });
    const overlaps = [];
    for (let i = 0; i < texts.length; i++) for (let j = i + 1; j < texts.length; j++) {
      const a = texts[i], b = texts[j];
      const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (x > 1 && y > 4) overlaps.push(labels[i].textContent + " | " + labels[j].textContent);
    }
    const outside = labels.filter((e, i) => texts[i].left < -1 || texts[i].right > innerWidth + 1)
      .map(e => e.textContent);
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
      dots: figure.querySelectorAll("circle").length,
      sticksOut, overlaps, outside,
    };
  });
  const colours = [...document.querySelectorAll("svg.strip, .panel svg g, .key i, table.verdict i")]
    .map(e => [[...e.classList].filter(name => name !== "strip")[0], getComputedStyle(e).color]);
  const page = document.documentElement;
  const rows = [...document.querySelectorAll("tbody tr")];
  const loads = performance.getEntriesByType("resource").map(e => e.name);
  const broken = [...document.querySelectorAll("a[href^='#']")]
    .filter(e => !document.getElementById(e.getAttribute("href").slice(1))).map(e => e.outerHTML);
  parent.postMessage(JSON.stringify({ figures, loads, colours, broken,
    inner: innerWidth, wide: page.scrollWidth - page.clientWidth,
    highest: Math.max(0, ...rows.map(e => box(e).height)),
    rows: document.querySelectorAll("section:not(#verdict) tbody tr").length }), "*");
});
</script>
"#;

/// A frame of a width that no window of Chromium has, and what the page in it answers.
fn framed(width: u32) -> String {
    format!(
        "<iframe src=\"page.html\" style=\"width:{width}px;height:900px;border:0\"></iframe>\
         <script>addEventListener('message', event => {{ const answer = document.createElement('pre'); \
         answer.id = 'answer'; answer.textContent = event.data; document.body.append(answer); }});</script>"
    )
}

/// The page with the questions, which its own policy would not let run.
fn with_questions(page: &str) -> String {
    let (head, rest) = page.split_once("<meta http-equiv=\"Content-Security-Policy\"").unwrap();
    let (_, rest) = rest.split_once(">\n").unwrap();
    format!("{head}{}", rest.replace("</body>", &format!("{QUESTIONS}</body>")))
}

/// What Chromium answers for a page, or `None` where there is no Chromium.
fn asked(page: &str, width: u32) -> Option<Value> {
    let chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    let chromium = chromium.into_iter().find(|path| Path::new(path).exists())?;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html");
    fs::write(&path, with_questions(page)).unwrap();
    let path = folder.path().join("frame.html");
    fs::write(&path, framed(width)).unwrap();
    let output = Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg("--window-size=1400,1000")
        .args(["--virtual-time-budget=10000", "--dump-dom"])
        .arg(format!("file://{}", path.display()))
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    let answer =
        dom.split_once("<pre id=\"answer\">").and_then(|(_, rest)| rest.split_once("</pre>"));
    let Some((answer, _)) = answer else {
        panic!("no answer: {}", String::from_utf8_lossy(&output.stderr));
    };
    // The browser prints the page as HTML.
    let answer = answer.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    Some(serde_json::from_str(&answer).unwrap())
}

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
        assert_eq!(figure["sticksOut"], nothing, "{id}: leaves its frame");
        assert_eq!(figure["overlaps"], nothing, "{id}: texts cover each other");
        assert_eq!(figure["outside"], nothing, "{id}: texts leave the page");
    }
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
    let Some(answer) = asked(&page, 1200) else {
        eprintln!("skipped: no Chromium; cargo xtask setup installs it");
        return;
    };
    assert_drawn(&answer, "distribution-floor", 3);
    assert_drawn(&answer, "distribution-call-and-return", 5);
    assert_drawn(&answer, "distribution-one-way", 2);
    assert_drawn(&answer, "distribution-peer-round-trip", 2);
    assert_drawn(&answer, "sizes-call-and-return", 3);
    assert_drawn(&answer, "sizes-peer-round-trip", 1);
    assert_drawn(&answer, "claims-plot", 10);
    assert_tidy(&answer);
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
    for width in [1280, 400] {
        let Some(answer) = asked(&page, width) else {
            eprintln!("skipped: no Chromium; cargo xtask setup installs it");
            return;
        };
        assert_eq!(answer["inner"], width);
        for class in ["floor", "call-and-return", "one-way", "peer-round-trip"] {
            assert_drawn(&answer, &format!("distribution-{class}"), 5);
        }
        for class in ["call-and-return", "one-way", "peer-round-trip"] {
            assert_drawn(&answer, &format!("sizes-{class}"), 5);
        }
        assert_drawn(&answer, "claims-plot", 14);
        assert_tidy(&answer);
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
