//! What a measurement was made on.

use std::fs;

use xtask::run;

/// Processor, cores, kernel and libclang, in a line.
pub(crate) fn description() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let kernel = run::output("uname", &["-sr"]);
    let kernel = kernel.as_deref().map_or("an unknown kernel", str::trim);
    let libclang = ioctlkit_sources::c::libclang_version();
    let libclang = libclang.unwrap_or_else(|_| "no libclang".to_owned());
    format!("{}, {cores} cores, {kernel}, {libclang}", processor())
}

/// How many processes ran or waited, on average over a minute: measurements on a machine that does
/// other things say little.
pub(crate) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}

fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let names = ["model name", "cpu model", "cpu"];
    let value = |name: &str| {
        let lines = text.lines().filter_map(|line| line.split_once(':'));
        lines.into_iter().find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim())
    };
    names.into_iter().find_map(value).unwrap_or("an unknown processor").to_owned()
}
