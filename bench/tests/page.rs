//! The page in a real browser: it needs nothing else, its plots are drawn and not empty, nothing sticks
//! out. Chromium is the judge (Debian's package, which `cargo xtask setup` installs).
#![allow(clippy::cast_precision_loss, reason = "small numbers")]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod support;

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
  const plots = [...document.querySelectorAll("svg")].map(svg => {
    const box = svg.getBoundingClientRect();
    const view = svg.viewBox.baseVal;
    const drawn = [...svg.querySelectorAll("path, rect, circle, line.median, line.whisker")];
    const sticksOut = [...svg.querySelectorAll("path, rect, circle, line, text")].filter(e => {
      const b = e.getBBox();
      return b.x < -1 || b.y < -1 || b.x + b.width > view.width + 1 || b.y + b.height > view.height + 1;
    });
    const painted = drawn.filter(e => {
      const style = getComputedStyle(e);
      return style.fill !== "none" && style.fillOpacity > 0 || style.stroke !== "none";
    });
    const covered = [...svg.querySelectorAll("text")].map(e => e.getBoundingClientRect());
    let overlaps = 0;
    for (let i = 0; i < covered.length; i++) for (let j = i + 1; j < covered.length; j++) {
      const a = covered[i], b = covered[j];
      const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (x > 1 && y > 4) overlaps++;
    }
    return {
      id: svg.id, width: box.width, height: box.height,
      rows: svg.querySelectorAll("g.row, g.series").length,
      painted: painted.length,
      areas: [...svg.querySelectorAll("path.area")].map(e => e.getBBox().height),
      lengths: [...svg.querySelectorAll("path.curve")].map(e => e.getTotalLength()),
      dots: svg.querySelectorAll("circle").length,
      sticksOut: sticksOut.map(e => e.outerHTML.slice(0, 120)),
      overlaps,
    };
  });
  const page = document.documentElement;
  const loads = performance.getEntriesByType("resource").map(e => e.name);
  const answer = document.createElement("pre");
  answer.id = "answer";
  answer.textContent = JSON.stringify({ plots, loads, wide: page.scrollWidth - page.clientWidth,
    tables: document.querySelectorAll("table").length, rows: document.querySelectorAll("tbody tr").length });
  document.body.append(answer);
});
</script>
"#;

/// What Chromium answers for a page, or `None` where there is no Chromium.
fn asked(page: &str, width: u32) -> Option<Value> {
    let chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    let chromium = chromium.into_iter().find(|path| Path::new(path).exists())?;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html");
    fs::write(&path, page.replace("</body>", &format!("{QUESTIONS}</body>"))).unwrap();
    let output = Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("--window-size={width},900"))
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

fn plot<'a>(answer: &'a Value, id: &str) -> &'a Value {
    let plots = answer["plots"].as_array().unwrap();
    plots.iter().find(|plot| plot["id"] == id).unwrap_or_else(|| panic!("no plot {id}"))
}

fn assert_drawn(answer: &Value, id: &str, least: u64) {
    let plot = plot(answer, id);
    assert!(plot["width"].as_f64().unwrap() > 500.0, "{id}: {plot}");
    assert!(plot["height"].as_f64().unwrap() > 50.0, "{id}: {plot}");
    assert!(plot["rows"].as_u64().unwrap() >= least, "{id}: {plot}");
    assert!(plot["painted"].as_u64().unwrap() >= least, "{id}: {plot}");
    assert_eq!(plot["sticksOut"], serde_json::json!([]), "{id}");
    assert_eq!(plot["overlaps"], 0, "{id}: texts cover each other");
    for height in plot["areas"].as_array().unwrap() {
        assert!(height.as_f64().unwrap() > 10.0, "{id}: a distribution is flat");
    }
    for length in plot["lengths"].as_array().unwrap() {
        assert!(length.as_f64().unwrap() > 10.0, "{id}: a curve has no length");
    }
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
    assert_eq!(answer["loads"], serde_json::json!([]), "the page loads nothing");
    assert!(answer["wide"].as_f64().unwrap() <= 0.0, "the page is wider than the window");
}

#[test]
fn a_phone_scrolls_plots_and_tables_and_not_the_page() {
    let results = Results::from_json(quick_results(), "quick").unwrap();
    let Some(answer) = asked(&html::render(&results), 500) else {
        eprintln!("skipped: no Chromium; cargo xtask setup installs it");
        return;
    };
    assert!(answer["wide"].as_f64().unwrap() <= 0.0, "{}", answer["wide"]);
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
fn a_page_of_every_mechanism_is_drawn_without_one_name_above_another() {
    let results = everything();
    let Some(answer) = asked(&html::render(&results), 1200) else {
        eprintln!("skipped: no Chromium; cargo xtask setup installs it");
        return;
    };
    for class in ["floor", "call-and-return", "one-way", "peer-round-trip"] {
        assert_drawn(&answer, &format!("distribution-{class}"), 5);
    }
    for class in ["call-and-return", "one-way", "peer-round-trip"] {
        assert_drawn(&answer, &format!("sizes-{class}"), 5);
    }
    assert_drawn(&answer, "claims-plot", 14);
    assert_eq!(answer["rows"].as_u64().unwrap() as usize, results.cases.len() + 14);
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
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<b>"));
    results.cases.clear();
    let page = html::render(&results);
    assert!(page.ends_with("</html>\n"));
    assert!(!page.contains("NaN"), "no number that is none");
}

#[test]
fn every_plot_is_well_formed_xml() {
    for results in [everything(), Results::from_json(quick_results(), "quick").unwrap()] {
        let page = html::render(&results);
        let plots: Vec<&str> = page.split("<svg").skip(1).collect();
        assert!(plots.len() >= 5);
        for plot in plots {
            let (svg, _) = plot.split_once("</svg>").unwrap();
            let text = format!("<svg{svg}</svg>");
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
