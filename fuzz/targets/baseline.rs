//! Any text as a baseline: refused with a message, or a baseline that is read back as it was written.
#![no_main]

use ioctl_lint::Baseline;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(baseline) = Baseline::parse(text) else { return };
    let again = Baseline::parse(&baseline.to_json().unwrap()).unwrap();
    assert_eq!(again, baseline);
    // Nothing is found, so all that it accepts is stale.
    let mut pruned = baseline.clone();
    let stale = pruned.prune(&[], |_| true);
    assert!(pruned.is_empty());
    assert_eq!(stale.len(), baseline.len());
    let mut absorbed = baseline.clone();
    assert_eq!(absorbed.absorb(&mut Vec::new()), 0);
    for (entry, _) in absorbed.entries() {
        let _ = entry.to_string();
    }
});
