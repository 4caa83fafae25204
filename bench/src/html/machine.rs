//! Where and how it ran.

use std::fmt::Write as _;

use ioctlkit_report::page::line;

use crate::results::Results;

/// What has to be known before anything else.
pub(super) fn in_a_line(results: &Results) -> String {
    let machine = &results.machine;
    let processors = match machine.processors {
        1 => "1 processor".to_owned(),
        more => format!("{more} processors"),
    };
    let text = format!(
        "{processors} ({}), {}; {} rounds in {:.0} s",
        machine.processor, machine.accelerator, results.rounds, results.seconds
    );
    format!("<p class=\"lead\">{}.</p>\n", line(&text))
}

/// All of it.
pub(super) fn section(results: &Results) -> String {
    let machine = &results.machine;
    let unknown = || "unknown".to_owned();
    let load = machine.load_hundredths.map(|load| format!("{:.2}", f64::from(load) / 100.0));
    let facts = [
        ("accelerator", machine.accelerator.clone()),
        ("kernel", format!("{} ({})", machine.kernel, machine.architecture)),
        ("configuration", machine.config_sha256.clone().unwrap_or_else(unknown)),
        ("processor", format!("{}, {} of them", machine.processor, machine.processors)),
        ("clock", machine.clock_source.clone().unwrap_or_else(unknown)),
        ("governor", machine.governor.clone().unwrap_or_else(unknown)),
        ("load at the start", load.unwrap_or_else(unknown)),
        ("root", if machine.root { "yes" } else { "no" }.to_owned()),
        ("experiment", results.preset.clone().unwrap_or_else(|| "all".to_owned())),
        (
            "rounds",
            format!("{} in {:.0} s, drawn with {}", results.rounds, results.seconds, results.seed),
        ),
        ("program", results.tool.clone()),
    ];
    let mut html = String::from("<section id=\"machine\">\n<h2>The machine</h2>\n<dl>\n");
    for (name, fact) in facts {
        let _ = writeln!(html, "<dt>{name}</dt><dd>{}</dd>", line(&fact));
    }
    let affected = machine.mitigations.iter().filter(|(_, state)| state.as_str() != "Not affected");
    for (name, state) in affected {
        let _ = writeln!(html, "<dt>{}</dt><dd>{}</dd>", line(name), line(state));
    }
    if machine.mitigations.is_empty() {
        html += "<dt>mitigations</dt><dd>unknown</dd>\n";
    }
    html + "</dl>\n</section>\n"
}
