//! Any bytes as a patch, for a tree in which every file has the same text.
#![no_main]

use ioctl_lint::patch::series::{Step, settle};
use ioctl_lint::patch::{Name, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], &[u8])| {
    let (text, bytes) = input;
    let patch = read(bytes);
    let lines = bytes.split(|byte| *byte == b'\n').count();
    let places = patch.mistakes.iter().map(|mistake| &mistake.place);
    for place in places.chain(patch.changes.iter().map(|change| &change.place)) {
        assert!(place.line >= 1 && place.line <= lines, "{place}");
    }
    let path =
        |name: &Option<Name>| name.as_ref().and_then(|it| it.candidates().into_iter().next());
    let named = |name: &Option<Name>| name.is_none() || path(name).is_some();
    let steps: Vec<Step<'_>> = patch
        .changes
        .iter()
        .filter(|change| named(&change.old) && named(&change.new))
        .map(|change| Step { change, old: path(&change.old), new: path(&change.new) })
        .collect();
    for step in &steps {
        let names = step.old.iter().chain(&step.new);
        assert!(
            names
                .flat_map(|path| path.components())
                .all(|part| { matches!(part, std::path::Component::Normal(_)) })
        );
    }
    let settled = settle(&steps, &mut |_| Some(text.into()));
    // What fits nowhere changes nothing.
    if settled.misfits.len() >= steps.len() && steps.len() == 1 {
        assert!(settled.files.values().all(|sides| sides.before.is_some()));
    }
});
