//! Random types against a compiler, many at once.

use ioctlkit_abi::LayoutError;
use ioctlkit_model::Layouts;

use super::{RandomRecord, build, declarations};
use crate::compare::{Comparison, Disagreement};
use crate::{Compiler, CompilerError, Probe};

/// A type on which engine and compiler disagree.
#[derive(Debug)]
pub struct Wrong {
    /// Its place among those that were asked for.
    pub index: usize,
    /// On what.
    pub disagreements: Vec<Disagreement>,
}

/// Compares the layouts of `records` with one run of the compiler.
///
/// # Errors
/// [`CompilerError`]; a refusal is a fault of the generator.
pub fn wrong(compiler: &Compiler, records: &[RandomRecord]) -> Result<Vec<Wrong>, CompilerError> {
    let abi = compiler.abi();
    let prefixes: Vec<String> = (0..records.len()).map(|index| format!("t{index}")).collect();
    let built = build(records.iter().zip(prefixes.iter().map(String::as_str)));
    let layouts = Layouts::new(&built.interface);
    let mut text = String::new();
    let mut comparisons = Vec::new();
    let mut wrong = Vec::new();
    for (index, record) in records.iter().enumerate() {
        let mut comparison = Comparison::default();
        let added = built.subjects[index]
            .iter()
            .try_for_each(|subject| comparison.add(&layouts, abi.id(), subject));
        match added {
            Ok(()) => {
                text.push_str(&declarations(record, &prefixes[index]));
                comparisons.push((index, comparison));
            }
            // A structure without `__int128` is compared; one with it has no layout here.
            Err(LayoutError::NoSuchType(_)) if !record.exists_on(abi) => {}
            Err(error) => wrong.push(Wrong {
                index,
                disagreements: vec![Disagreement {
                    question: declarations(record, &prefixes[index]),
                    engine: error.to_string(),
                    compiler: "has a layout".to_owned(),
                }],
            }),
        }
    }
    let mut all = Comparison::default();
    for (_, comparison) in &comparisons {
        all.extend(comparison);
    }
    let mut probe = Probe::new(text);
    all.ask(&mut probe);
    let mut answers = probe.ask(compiler)?;
    for (index, comparison) in comparisons {
        let disagreements = comparison.disagreements(&comparison.take_answers(&mut answers));
        if !disagreements.is_empty() {
            wrong.push(Wrong { index, disagreements });
        }
    }
    Ok(wrong)
}
