//! Runs rules over an interface.

use ioctlkit_model::{Finding, Interface, Layouts};
use rayon::prelude::*;

use crate::{Context, Rule};

/// Runs `rules` and orders what they find by place, then code.
pub fn run(interface: &Interface, rules: &[&'static Rule]) -> Vec<Finding> {
    let layouts = Layouts::new(interface);
    let context = Context::new(&layouts);
    let mut findings: Vec<Finding> = rules
        .par_iter()
        .flat_map_iter(|rule| {
            let mut found = Vec::new();
            (rule.check)(&context, &mut found);
            found
        })
        .collect();
    findings.sort_by(|a, b| (a.span, a.rule.code).cmp(&(b.span, b.rule.code)));
    findings
}
