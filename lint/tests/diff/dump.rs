//! What a dump says is what the headers said.

use std::path::{Path, PathBuf};

use ioctl_lint::Levels;
use ioctl_lint::diff::{self, Version, Versions};
use ioctlkit_model::{Interface, Layouts, RecordId};
use ioctlkit_report::dump as writer;
use ioctlkit_sources::c::{Request, read};
use ioctlkit_sources::dump as reader;

/// Headers with everything that a dump has to say: bit-fields, unions, arrays with `sizeof`,
/// alignments, typedefs that differ, families, plain numbers, types without a definition.
fn installed() -> Interface {
    const NAMES: [&str; 12] = [
        "linux/btrfs.h",
        "linux/bpf.h",
        "linux/fb.h",
        "linux/input.h",
        "linux/kvm.h",
        "linux/loop.h",
        "linux/perf_event.h",
        "linux/vfio.h",
        "linux/videodev2.h",
        "asm-generic/ioctls.h",
        "linux/dm-ioctl.h",
        "sound/asound.h",
    ];
    let paths: Vec<PathBuf> =
        NAMES.iter().map(|name| Path::new("/usr/include").join(name)).collect();
    let there = paths.iter().all(|path| path.is_file());
    assert!(there, "no kernel headers: install linux-libc-dev (`cargo xtask setup`)");
    read(&Request { paths, raw_numbers: true, ..Request::default() }).0
}

fn dumped(interface: &Interface) -> String {
    let mut text = Vec::new();
    writer::render(interface, &Layouts::new(interface), &[], &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// Why something has no number or no layout is not kept, only that it is so. Nor are the commands of
/// programs with a 64-bit `time_t`, which a dump lists without their types.
fn without_reasons(text: &str) -> String {
    const LEFT_OUT: [&str; 1] = ["\"commands_with_64_bit_time\":["];
    let mut kept = String::new();
    let mut is_left_out = false;
    for line in text.lines() {
        if line.starts_with('"') {
            is_left_out = LEFT_OUT.iter().any(|list| line.starts_with(list));
        }
        if is_left_out {
            continue;
        }
        let mut line = line.to_owned();
        for key in [",\"no_number\":[", ",\"no_layout\":["] {
            while let Some(at) = line.find(key) {
                let end = line[at..].find(']').map_or(line.len(), |end| at + end + 1);
                line.replace_range(at..end, "");
            }
        }
        kept += &line;
        kept.push('\n');
    }
    kept
}

/// Every number, every offset on every ABI, every name and every line: nothing is lost on the way.
#[test]
fn what_is_read_back_is_dumped_as_it_was() {
    let before = dumped(&installed());
    let (interface, problems) = reader::parse(&before).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    let (before, after) = (without_reasons(&before), without_reasons(&dumped(&interface)));
    let differing: Vec<(&str, &str)> =
        before.lines().zip(after.lines()).filter(|(a, b)| a != b).take(5).collect();
    assert!(differing.is_empty(), "{differing:#?}");
    assert_eq!(before.lines().count(), after.lines().count());
}

#[test]
fn headers_and_their_dump_do_not_differ() {
    let interface = installed();
    let (read_back, _) = reader::parse(&dumped(&interface)).unwrap();
    assert_alike(&interface, &read_back);
}

/// Fails with what `diff` finds between two interfaces, whichever of them is the older one.
fn assert_alike(one: &Interface, other: &Interface) {
    for (old, new) in [(one, other), (other, one)] {
        let version =
            |interface: &Interface| Version { interface: interface.clone(), ..Version::default() };
        let versions = Versions::new(version(old), version(new));
        let found = diff::check(&versions, &Levels::default()).findings;
        let messages: Vec<&String> = found.iter().map(|finding| &finding.message).collect();
        assert!(messages.is_empty(), "{messages:#?}");
    }
}

/// The fixture was written by version 1 of the format from the header beside it.
#[test]
fn version_1_is_read_as_the_interface_that_version_2_has() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/dump");
    let old = reader::read(&folder.join("v1.json")).unwrap();
    assert!(old.1.is_empty(), "{:?}", old.1);
    let (new, problems) = reader::parse(&dumped(&old.0)).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    let request =
        Request { paths: vec![folder.join("sample.h")], raw_numbers: true, ..Request::default() };
    let mut header = read(&request).0;
    // As `dump --raw` does, which wrote the fixture.
    ioctl_lint::raw_commands::retain_commands(&mut header);
    for other in [new, header] {
        assert_alike(&old.0, &other);
    }
}

/// A chain of typedefs and nested structures are as deep as they are, and no recursion.
#[test]
fn deep_types_have_a_layout() {
    use std::fmt::Write as _;
    const DEEP: usize = 20_000;
    let mut text = String::from(
        r#"{"version": 2, "abis": ["x86_64"], "abi_sets": [["x86_64"]], "headers": [],
        "commands": [], "families": [], "raw_numbers": [], "enums": [], "typedefs": [
        {"name": "t0", "file": "a.h", "line": 1, "layouts": [{"abis": 0, "target": "int"}]}"#,
    );
    for n in 1..DEEP {
        let _ = write!(
            text,
            r#",{{"name": "t{n}", "file": "a.h", "line": 1,
            "layouts": [{{"abis": 0, "target": "t{}"}}]}}"#,
            n - 1
        );
    }
    text += r#"], "types": ["#;
    for n in 0..DEEP {
        let inner = if n + 1 == DEEP { format!("t{n}") } else { format!("struct s{}", n + 1) };
        let comma = if n == 0 { "" } else { "," };
        let _ = write!(
            text,
            r#"{comma}{{"name": "struct s{n}", "kind": "struct", "file": "a.h", "line": 1,
            "layouts": [{{"abis": 0, "size": 4, "align": 4,
            "members": [{{"name": "m", "type": "{inner}", "offset": 0, "size": 4}}]}}]}}"#
        );
    }
    text += "]}";
    let (interface, problems) = reader::parse(&text).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    let layouts = Layouts::new(&interface);
    let abi = interface.abis.first().unwrap();
    assert_eq!(layouts.record(RecordId(0), abi).unwrap().size, 4);
    let outermost = ioctlkit_model::Type::Record(RecordId(0));
    assert_eq!(interface.records_within(&outermost).len(), DEEP);
    assert!(reader::parse(&dumped(&interface)).is_ok());
}

#[test]
fn what_is_no_dump_is_an_error_that_says_so() {
    for text in [
        "",
        "{}",
        "[]",
        "{\"version\": 3}",
        "{\"version\": 2}",
        "{\"version\": 1}",
        "{\"version\": 1, \"abis\": 3}",
    ] {
        assert!(reader::parse(text).is_err(), "{text}");
    }
}

/// A dump that was cut off or changed is an error, or is read as what it says: never a panic.
#[test]
fn broken_dumps_are_no_panic() {
    let interface =
        read(&Request { paths: vec!["/usr/include/linux/btrfs.h".into()], ..Request::default() }).0;
    let text = dumped(&interface);
    let cuts = (0..text.len()).step_by(text.len() / 40 + 1);
    for cut in cuts.filter(|cut| text.is_char_boundary(*cut)) {
        assert!(reader::parse(&text[..cut]).is_err());
    }
    for (from, to) in
        [("\"id\":", "\"ix\":"), ("type_id\":", "type_id\":9"), ("__u64", "struct"), ("[", "[[")]
    {
        if let Ok((interface, _)) = reader::parse(&text.replace(from, to)) {
            let _ = dumped(&interface);
        }
    }
}

/// Places that no compiler chooses are an error, wherever they overflow.
#[test]
fn places_that_no_compiler_chooses_are_no_layout() {
    for (size, offset) in [
        ("8", "2305843009213693951"),
        ("18446744073709551615", "0"),
        ("2305843009213693951", "2305843009213693951"),
    ] {
        let text = format!(
            r#"{{"version": 1, "abis": ["x86_64"], "headers": [], "commands": [], "families": [],
            "raw_numbers": [], "enums": [], "typedefs": [], "types": [{{"name": "struct a",
            "kind": "struct", "file": "a.o", "line": 1, "abis": {{"x86_64": {{"size": {size},
            "align": 1, "observed": true, "members": [{{"name": "b", "type": "int",
            "offset": {offset}, "size": 2305843009213693951}}]}}}}}}]}}"#
        );
        let (interface, problems) = reader::parse(&text).unwrap();
        assert!(problems.is_empty(), "{problems:?}");
        let layouts = Layouts::new(&interface);
        let abi = interface.abis.first().unwrap();
        assert!(layouts.record(RecordId(0), abi).is_err(), "{size} {offset}");
    }
}
