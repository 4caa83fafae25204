//! Results as one page that needs nothing else: what to choose, plots, and tables.

mod absent;
mod claims;
mod colour;
mod distribution;
mod machine;
mod scale;
mod sizes;
mod tables;
mod verdict;

use std::fmt::Write as _;

use ioctlkit_report::page::{Page, line};

use crate::Class;
use crate::articles;
use crate::results::{CaseResult, Results};
use crate::table::{cautions, of_class};

const STYLE: &str = include_str!("style.css");

/// The page.
pub fn render(results: &Results) -> String {
    let title = format!("ioctl-bench, {} suite, Linux {}", results.suite, results.machine.kernel);
    let shell = Page { style: STYLE, script: "" };
    let mut page = Vec::new();
    // Writing to memory does not fail.
    let _ = shell.open(&title, &mut page);
    page.extend(body(results, &title).into_bytes());
    let _ = shell.close(&mut page);
    String::from_utf8_lossy(&page).into_owned()
}

fn body(results: &Results, title: &str) -> String {
    let mut page = format!("<main>\n<h1>{}</h1>\n", line(title));
    page += &machine::in_a_line(results);
    for caution in cautions(results) {
        let _ = writeln!(page, "<p class=\"caution\">Note: {}.</p>", line(&caution));
    }
    let classes: Vec<Class> =
        Class::ALL.into_iter().filter(|class| !of_class(results, *class).is_empty()).collect();
    let claims = articles::beside(results);
    let absent = absent::section(results);
    page += &contents(&classes, !claims.is_empty(), !absent.is_empty());
    page += &verdict::section(results);
    page += &colour::key(results);
    for class in classes {
        page += &section(results, class);
    }
    if !claims.is_empty() {
        page += "<section id=\"claims\">\n<h2>The articles' claims</h2>\n\
                 <p>Each claim beside the time of a call in batches, which is what the articles give. The rows \
                 belong to different classes and say nothing about each other.</p>\n";
        page += &claims::plot(&claims);
        page += &tables::claims(&claims);
        page += "</section>\n";
    }
    page += &absent;
    page += &machine::section(results);
    page + METHOD + "</main>\n"
}

/// Links to all that follows.
fn contents(classes: &[Class], has_claims: bool, has_absent: bool) -> String {
    let mut links = vec![("verdict", "What to choose")];
    links.extend(classes.iter().map(|class| (class.name(), class.heading())));
    links.extend(has_claims.then_some(("claims", "The articles' claims")));
    links.extend(has_absent.then_some(("absent", "Not measured")));
    links.extend([("machine", "The machine"), ("method", "Method")]);
    let mut nav = String::from("<nav>\n");
    for (id, words) in links {
        let _ = writeln!(nav, "<a href=\"#{id}\">{words}</a>");
    }
    nav + "</nav>\n"
}

const METHOD: &str = "<section id=\"method\">\n<h2>Method</h2>\n\
    <p>Each case runs in a process of its own, once in each round, in an order that is drawn anew for \
    each. A process is kept on one processor (a peer on another), has its memory locked where the limit \
    lets it, compares the payload of some calls, warms up until the median of windows of 64 calls is \
    stable, times batches as a whole (given is the median batch), and then each call for the distribution. Times of \
    single calls have the clock's own in them: see the empty timer. The payload is compared outside of \
    what is timed. Intervals of medians are those of a bootstrap over the restarts (95 %).</p>\n\
    </section>\n";

fn section(results: &Results, class: Class) -> String {
    let cases = of_class(results, class);
    let mut section = format!(
        "<section id=\"{}\">\n<h2>{}</h2>\n<p>One call: {}.</p>\n",
        class.name(),
        class.heading(),
        class.what()
    );
    section += &distribution::plot(class, &shown(results, class, &cases));
    section += &sizes::plot(class, &cases);
    section += &tables::measured(results, &cases);
    section + "</section>\n"
}

/// What a plot of distributions shows: each mechanism and variant at one size, below the empty timer.
fn shown<'r>(results: &'r Results, class: Class, cases: &[&'r CaseResult]) -> Vec<&'r CaseResult> {
    let mut shown: Vec<&CaseResult> = Vec::new();
    if class != Class::Floor {
        let timer = results.cases.iter().find(|case| case.mechanism == "empty-timer");
        shown.extend(timer.filter(|case| case.measured().is_some()));
    }
    for case in cases {
        match shown.iter_mut().find(|known| known.path() == case.path()) {
            // The size that most mechanisms have, and that most records have in life.
            Some(known) if case.size == 64 => *known = case,
            Some(_) => {}
            None => shown.push(case),
        }
    }
    shown
}
