//! Results as one page that needs nothing else: tables, and plots as SVG.

mod claims;
mod distribution;
mod scale;
mod sizes;
mod tables;
mod text;

use crate::Class;
use crate::articles;
use crate::results::{CaseResult, Results};
use crate::table::{cautions, of_class};
use text::escaped;

const STYLE: &str = include_str!("style.css");

/// The page.
pub fn render(results: &Results) -> String {
    let title = format!("ioctl-bench, {} suite, Linux {}", results.suite, results.machine.kernel);
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>{title}</h1>\n",
        title = escaped(&title)
    );
    page += &tables::machine(results);
    for caution in cautions(results) {
        page += &format!("<p class=\"caution\">Note: {}.</p>\n", escaped(&caution));
    }
    for class in Class::ALL {
        page += &section(results, class);
    }
    let rows = articles::beside(results);
    if !rows.is_empty() {
        page += "<section id=\"claims\">\n<h2>The articles' claims</h2>\n";
        page += "<p>Each claim beside the time of a call in batches, which is what the articles give. The rows \
                 belong to different classes and say nothing about each other.</p>\n";
        page += &claims::plot(&rows);
        page += &tables::claims(&rows);
        page += "</section>\n";
    }
    page += &tables::absent(results);
    page += METHOD;
    page += "</main>\n</body>\n</html>\n";
    page
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
    if cases.is_empty() {
        return String::new();
    }
    let mut section = format!(
        "<section id=\"{}\">\n<h2>{}</h2>\n<p>One call: {}.</p>\n",
        class.name(),
        class.heading(),
        class.what()
    );
    section += &distribution::plot(class, &shown(results, class, &cases));
    section += &sizes::plot(class, &cases);
    section += &tables::measured(results, &cases);
    section += "</section>\n";
    section
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
