//! What was not measured, and why.

use std::fmt::Write as _;

use ioctlkit_report::page::line;

use crate::results::Results;
use crate::table::absent;

/// The section; empty if everything was measured.
pub(super) fn section(results: &Results) -> String {
    let all = absent(results);
    if all.is_empty() {
        return String::new();
    }
    let mut html = String::from(
        "<section id=\"absent\">\n<h2>Not measured</h2>\n<div class=\"wide\" tabindex=\"0\"><table>\n<thead><tr>\
         <th>mechanism</th><th>sizes</th><th>why</th></tr></thead>\n<tbody>\n",
    );
    for one in all {
        let _ = writeln!(
            html,
            "<tr><td class=\"name\">{}</td><td>{}</td><td>{}: {}</td></tr>",
            line(&one.path),
            line(&one.sizes.join(", ")),
            one.word,
            line(&one.reason)
        );
    }
    html + "</tbody></table></div>\n</section>\n"
}
