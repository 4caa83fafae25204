//! Known answers from the kernel: V4L2 and the PCM part of ALSA each convert a known set of
//! commands for 32-bit programs, and say that all others need no conversion. The linter has to
//! find exactly those.
//!
//! Nothing of the kernel is kept here: the sources come from Debian's `linux-source-6.12`, and the
//! `case` labels of its conversion layers are the expected answers.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use ioctl_lint::against::References;
use ioctl_lint::engine;
use ioctl_lint::rules::RULES;
use ioctlkit_abi::{Abi, AbiId};
use ioctlkit_model::{Finding, Interface};
use ioctlkit_sources::c::{Request, read};

const ARCHIVE: &str = "/usr/src/linux-source-6.12.tar.xz";
const V4L2: &str = "drivers/media/v4l2-core/v4l2-compat-ioctl32.c";
const PCM: &str = "sound/core/pcm_compat.c";

/// The kernel's exported headers and the two conversion layers, unpacked once below the target
/// directory.
fn kernel() -> &'static Path {
    static KERNEL: OnceLock<PathBuf> = OnceLock::new();
    KERNEL.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let cache = target.join("linux-source-6.12-compat");
        if cache.is_dir() {
            return cache;
        }
        assert!(
            Path::new(ARCHIVE).is_file(),
            "{ARCHIVE} is missing: install Debian's package linux-source-6.12 (`cargo xtask test` \
             does)"
        );
        // Unpacked elsewhere and then renamed, so that what is in the cache is whole.
        let partial = target.join(format!("linux-source-6.12-compat.{}", std::process::id()));
        std::fs::create_dir_all(&partial).unwrap();
        let wanted = ["include/uapi/*", "arch/*/include/uapi/*", V4L2, PCM];
        let tar = Command::new("tar")
            .args(["--extract", "--xz", "--strip-components=1", "--wildcards", "--file", ARCHIVE])
            .arg("--directory")
            .arg(&partial)
            .args(wanted.map(|path| format!("linux-source-6.12/{path}")))
            .output()
            .expect("tar is needed to unpack the kernel's sources: install tar");
        let complaint = String::from_utf8_lossy(&tar.stderr);
        assert!(tar.status.success(), "tar failed; xz-utils may be missing: {complaint}");
        if std::fs::rename(&partial, &cache).is_err() {
            // Another run was faster.
            std::fs::remove_dir_all(&partial).unwrap();
        }
        assert!(cache.join(PCM).is_file(), "{ARCHIVE} holds no {PCM}");
        cache
    })
}

/// The `case` labels in the first `switch` of a function, in order.
fn case_labels(file: &str, function: &str) -> Vec<String> {
    let text = std::fs::read_to_string(kernel().join(file)).unwrap();
    let start = text.find(function).unwrap_or_else(|| panic!("{file} has no {function}"));
    let end = text[start..].find("\n}").map_or(text.len(), |end| start + end);
    text[start..end]
        .lines()
        .filter_map(|line| line.trim().strip_prefix("case ")?.strip_suffix(':'))
        .map(str::to_owned)
        .collect()
}

fn set<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

fn interface(header: &str) -> Interface {
    let path = kernel().join("include/uapi").join(header);
    read(&Request { paths: vec![path], ..Request::default() }).0
}

fn findings(interface: &Interface, codes: &[&str]) -> Vec<Finding> {
    let rules: Vec<_> =
        RULES.iter().copied().filter(|rule| codes.contains(&rule.info.code)).collect();
    assert_eq!(rules.len(), codes.len());
    engine::run(interface, &References::default(), &rules)
}

fn abi(name: &str) -> AbiId {
    Abi::by_name(name).unwrap().id()
}

/// The commands that a finding names for both of these ABIs.
fn named(findings: &[Finding], one: &str, other: &str) -> BTreeSet<String> {
    findings
        .iter()
        .filter(|finding| finding.abis.contains(abi(one)) && finding.abis.contains(abi(other)))
        .filter_map(|finding| finding.command.clone())
        .collect()
}

fn commands_with_prefix(interface: &Interface, prefix: &str) -> BTreeSet<String> {
    let names = interface.commands.iter().map(|command| command.name.clone());
    names.filter(|name| name.starts_with(prefix)).collect()
}

#[test]
fn v4l2_converts_exactly_the_commands_that_differ_on_i386() {
    let labels = case_labels(V4L2, "unsigned int v4l2_compat_translate_cmd(");
    // A label per number: those with another time have one more.
    let converted: BTreeSet<String> = set(labels
        .iter()
        .map(|label| label.strip_suffix("_TIME32").unwrap_or(label))
        .map(|label| label.strip_suffix("32").unwrap()));
    assert_eq!(converted.len(), 18, "{converted:#?}");

    let interface = interface("linux/videodev2.h");
    let all = commands_with_prefix(&interface, "VIDIOC_");
    assert!(converted.is_subset(&all), "{all:#?}");
    assert!(all.len() > 70, "{all:#?}");

    let found = named(&findings(&interface, &["C001", "C002"]), "x86_64", "i386");
    assert_eq!(found, converted);
}

#[test]
fn v4l2_commands_without_a_pointer_or_a_time_differ_by_alignment_only() {
    let found = named(&findings(&interface("linux/videodev2.h"), &["C001"]), "x86_64", "i386");
    assert_eq!(found, set(["VIDIOC_ENUMINPUT", "VIDIOC_ENUMSTD"]));
}

/// What the conversion layer of ALSA's PCM says of each command.
struct Pcm {
    passed: BTreeSet<String>,
    converted: BTreeSet<String>,
    converted_twice: BTreeSet<String>,
}

fn pcm() -> Pcm {
    let labels = case_labels(PCM, "static long snd_pcm_ioctl_compat(");
    let mut pcm = Pcm {
        passed: BTreeSet::new(),
        converted: BTreeSet::new(),
        converted_twice: BTreeSet::new(),
    };
    for label in &labels {
        let label = label.strip_prefix("__").unwrap_or(label);
        let name = ["_COMPAT32", "_COMPAT64", "_X32", "32", "64"]
            .into_iter()
            .find_map(|suffix| label.strip_suffix(suffix));
        match name {
            // CHANNEL_INFO_X32 takes the structure as x86_64 has it: no conversion.
            Some(_) if label.ends_with("_X32") => {}
            Some(name) if label.ends_with("64") => {
                pcm.converted_twice.insert(name.to_owned());
            }
            Some(name) => {
                pcm.converted.insert(name.to_owned());
            }
            None => {
                pcm.passed.insert(label.to_owned());
            }
        }
    }
    pcm
}

#[test]
fn alsa_pcm_converts_exactly_the_commands_that_differ_on_i386() {
    let pcm = pcm();
    assert_eq!(pcm.converted.len(), 14, "{:#?}", pcm.converted);
    assert_eq!(pcm.passed.len(), 17, "{:#?}", pcm.passed);

    let interface = interface("sound/asound.h");
    let all = commands_with_prefix(&interface, "SNDRV_PCM_IOCTL_");
    assert_eq!(all, pcm.converted.union(&pcm.passed).cloned().collect());

    let found: BTreeSet<String> = named(&findings(&interface, &["C001", "C002"]), "x86_64", "i386")
        .into_iter()
        // The header also gives both layouts of SYNC_PTR a name with underscores.
        .filter(|name| name.starts_with("SNDRV_PCM_IOCTL_"))
        .collect();
    assert_eq!(found, pcm.converted);
}

#[test]
fn alsa_pcm_converts_twice_exactly_the_commands_that_have_a_third_layout_on_x32() {
    let pcm = pcm();
    assert_eq!(pcm.converted_twice.len(), 3, "{:#?}", pcm.converted_twice);

    let interface = interface("sound/asound.h");
    let found: BTreeSet<String> = named(&findings(&interface, &["C003"]), "x86_64", "x32")
        .into_iter()
        .filter(|name| name.starts_with("SNDRV_PCM_IOCTL_"))
        .collect();
    // These have times of 64 bits and positions of 32: so does an i386 program whose time_t has
    // 64 bits, and the kernel converts both with the code for the number that ends in 64.
    assert_eq!(found, pcm.converted_twice);
}

#[test]
fn alsa_channel_info_is_on_x32_what_it_is_on_x86_64() {
    let interface = interface("sound/asound.h");
    let found = named(&findings(&interface, &["C002", "C003"]), "x86_64", "x32");
    assert!(!found.contains("SNDRV_PCM_IOCTL_CHANNEL_INFO"));
    assert!(found.contains("SNDRV_PCM_IOCTL_HW_PARAMS"));
}
