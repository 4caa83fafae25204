//! What a result has to be read with: kernel, processor, mitigations, clock.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;

use flate2::read::GzDecoder;
use sha2::{Digest as _, Sha256};

use crate::results::Machine;
use crate::sys::{self, affinity, clock, hypervisor};

const CLOCK_SOURCE: &str = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
const GOVERNOR: &str = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor";
const MITIGATIONS: &str = "/sys/devices/system/cpu/vulnerabilities";

/// The machine that this process runs on. What cannot be read is absent.
pub fn machine() -> Machine {
    let (kernel, architecture) = sys::kernel();
    Machine {
        config_sha256: configuration(&kernel).map(|text| hash(&text)),
        kernel,
        architecture,
        accelerator: hypervisor::name(),
        processor: processor().unwrap_or_else(|| "unknown".to_owned()),
        processors: affinity::allowed().map_or(1, |allowed| allowed.len()),
        clock_source: line(CLOCK_SOURCE),
        clock_resolution_ns: clock::resolution_ns(),
        governor: line(GOVERNOR),
        mitigations: mitigations(),
        load_hundredths: load(),
        root: sys::is_root(),
    }
}

fn line(path: &str) -> Option<String> {
    fs::read_to_string(path).ok().map(|text| text.trim().to_owned())
}

fn processor() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    line.split_once(':').map(|(_, name)| name.trim().to_owned())
}

fn mitigations() -> BTreeMap<String, String> {
    let files = fs::read_dir(MITIGATIONS).into_iter().flatten().flatten();
    let told = files.filter_map(|file| {
        let text = fs::read_to_string(file.path()).ok()?;
        Some((file.file_name().into_string().ok()?, text.trim().to_owned()))
    });
    told.collect()
}

fn load() -> Option<u32> {
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    let minute: f64 = text.split(' ').next()?.parse().ok()?;
    (0.0..1e6).contains(&minute).then(|| (minute * 100.0).round() as u32)
}

fn configuration(kernel: &str) -> Option<String> {
    let packed = fs::read("/proc/config.gz").ok();
    let unpacked = packed.and_then(|packed| {
        let mut text = String::new();
        GzDecoder::new(packed.as_slice()).read_to_string(&mut text).ok().map(|_| text)
    });
    unpacked.or_else(|| fs::read_to_string(format!("/boot/config-{kernel}")).ok())
}

/// Over what is set, in order: the comments tell the compiler's day, not the kernel's kind.
fn hash(configuration: &str) -> String {
    let mut set: Vec<&str> =
        configuration.lines().filter(|line| line.starts_with("CONFIG_")).collect();
    set.sort_unstable();
    let digest = Sha256::digest(set.join("\n").as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_the_order_do_not_change_the_hash() {
        let one = hash("# made today\nCONFIG_A=y\nCONFIG_B=m\n");
        assert_eq!(one, hash("CONFIG_B=m\n# CONFIG_C is not set\nCONFIG_A=y\n"));
        assert_ne!(one, hash("CONFIG_A=y\nCONFIG_B=y\n"));
        assert_eq!(one.len(), 64);
    }

    #[test]
    fn the_kernel_is_the_one_that_procfs_tells_too() {
        let told = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
        assert_eq!(machine().kernel, told.trim());
    }
}
