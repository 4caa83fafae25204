//! `ioctl-bench list`.

use super::{Ending, print};
use crate::mechanisms::CATALOGUE;
use crate::plan::PRESETS;
use crate::run::processors;
use crate::table::table;
use crate::{Case, Class, Error};

/// Lists every mechanism: what it needs, and whether it can run here
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {}

pub(super) fn run(_arguments: &Arguments) -> Result<Ending, Error> {
    let processors = processors()?;
    let mut text = String::new();
    for class in Class::ALL {
        text += &format!("{}: {}\n\n", class.heading(), class.what());
        let mut rows = Vec::new();
        for entry in CATALOGUE.iter().filter(|entry| entry.class == class) {
            for variant in entry.variants {
                let size = entry.sizes.nearest(&[64]).unwrap_or(0);
                let case = Case { entry, variant, size };
                let here = match (entry.requires)(&case.request(processors)) {
                    Ok(()) => "runs".to_owned(),
                    Err(missing) => format!("cannot run: {missing}"),
                };
                rows.push(vec![
                    case.path(),
                    variant.what.to_owned(),
                    format!("[{}] {here}", entry.needs),
                ]);
            }
        }
        text += &table(&rows);
        text.push('\n');
    }
    text += "Experiments of the articles (run --preset)\n\n";
    let presets = PRESETS.iter().map(|preset| vec![preset.name.to_owned(), preset.what.to_owned()]);
    text += &table(&presets.collect::<Vec<_>>());
    print(&text)?;
    Ok(Ending::Well)
}
