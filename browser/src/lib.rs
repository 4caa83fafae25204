//! Asks pages questions in headless Chromium, for tests: only a browser knows where text ends up.
//!
//! A page is asked with its own policy in force: the questions are one more script that it allows.

use std::fs;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// Where distributions have it.
const CHROMIUM: [&str; 3] =
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/// What every page is asked, at the end of a script that answers `{…}` with more.
const COMMON: &str = "\
const box = e => e.getBoundingClientRect();
const leaves = (outer, inner) => inner.left < outer.left - 1 || inner.right > outer.right + 1 ||
  inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1;
const extent = e => { const range = document.createRange(); range.selectNodeContents(e); return box(range); };
const overlapping = elements => {
  const texts = elements.filter(e => e.textContent.trim() !== '').map(e => [e, e.closest('svg') ? box(e) : extent(e)]);
  const found = [];
  texts.forEach(([one, a], i) => texts.slice(i + 1).forEach(([other, b]) => {
    const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (x > 1 && y > 4) found.push(one.textContent + ' | ' + other.textContent);
  }));
  return found;
};
const outermost = [...document.querySelectorAll('svg')].filter(svg => !svg.parentElement.closest('svg'));
const drawn = outermost.filter(svg => box(svg).width > 0 && box(svg).height > 0);
const common = () => ({
  inner: innerWidth,
  wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  loads: performance.getEntriesByType('resource').map(e => e.name),
  broken: [...document.querySelectorAll('a[href^=\"#\"]')]
    .filter(e => !document.getElementById(e.getAttribute('href').slice(1))).map(e => e.outerHTML),
  drawn: drawn.length,
  sticksOut: drawn.flatMap(svg => [...svg.querySelectorAll('path, rect, circle, line, text')]
    .filter(e => leaves(box(svg), box(e))).map(e => e.outerHTML.slice(0, 160))),
  covered: drawn.flatMap(svg => overlapping([...svg.querySelectorAll('text')])),
});
";

/// Lays a page out in frames of these widths, in pixels, and asks each: `questions` is the body of a function of
/// JavaScript that returns an object. Its answer comes with `inner` (the width), `wide` (by how many pixels the page
/// is wider than that), `loads`, `broken` (links to nowhere in the page), `drawn` (pictures that are shown), and what
/// of these `sticksOut` of its frame or is `covered` by other text. `box(element)` and `overlapping(elements)` are
/// there for the questions.
///
/// `None` where there is no Chromium, which `cargo xtask setup` installs.
///
/// # Panics
/// If the browser gives no answer.
pub fn ask(page: &str, widths: &[u32], questions: &str) -> Option<Vec<Value>> {
    let Some(chromium) = CHROMIUM.into_iter().find(|path| Path::new(path).exists()) else {
        eprintln!("skipped: no Chromium; cargo xtask setup installs it");
        return None;
    };
    let folder = tempfile::tempdir().expect("a folder for the page");
    let write = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).expect("the page is written");
    };
    write("page.html", &with_questions(page, questions));
    write("frames.html", &frames(widths));
    let output = Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .args(["--window-size=1500,1000", "--virtual-time-budget=20000", "--dump-dom"])
        .arg(format!("file://{}", folder.path().join("frames.html").display()))
        .output()
        .expect("Chromium runs");
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    let answers = dom.split("<pre class=\"answer\">").skip(1);
    let answers: Vec<Value> = answers.filter_map(answer).collect();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(answers.len(), widths.len(), "the browser did not answer: {errors}");
    let of_width = |width: &u32| answers.iter().find(|answer| answer["inner"] == *width).cloned();
    Some(widths.iter().filter_map(of_width).collect())
}

/// A text of the browser's own page, which it prints as HTML.
fn answer(rest: &str) -> Option<Value> {
    let (text, _) = rest.split_once("</pre>")?;
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    serde_json::from_str(&text).ok()
}

/// The page with a script at its end that its policy allows.
fn with_questions(page: &str, questions: &str) -> String {
    let script = format!(
        "\n{COMMON}\nconst asked = () => {{ {questions} }};\n\
         addEventListener('load', () => parent.postMessage(JSON.stringify({{ ...common(), ...asked() }}), '*'));\n"
    );
    let hash = STANDARD.encode(Sha256::digest(&script));
    let page = if page.contains("script-src '") {
        page.replacen("script-src '", &format!("script-src 'sha256-{hash}' '"), 1)
    } else {
        page.replacen(
            "default-src 'none';",
            &format!("default-src 'none'; script-src 'sha256-{hash}';"),
            1,
        )
    };
    page.replacen("</body>", &format!("<script>{script}</script></body>"), 1)
}

/// A frame for each width, and what the pages in them answer.
fn frames(widths: &[u32]) -> String {
    let mut html = String::from(
        "<!doctype html><script>addEventListener('message', event => { const answer = \
         document.createElement('pre'); answer.className = 'answer'; answer.textContent = event.data; \
         document.body.append(answer); });</script>",
    );
    for width in widths {
        html += "<iframe src=\"page.html\" style=\"border:0;height:900px;width:";
        html += &width.to_string();
        html += "px\"></iframe>";
    }
    html
}
