//! What a dump says is what the headers said.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ioctl_lint::against::References;
use ioctl_lint::diff::{self, Version, Versions};
use ioctl_lint::{Levels, Selection, engine};
use ioctlkit_abi::Abi;
use ioctlkit_model::{Finding, Interface, Layouts, RecordId, WideTime};
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

/// Why something has no number or no layout is not kept, only that it is so.
fn without_reasons(text: &str) -> String {
    let mut kept = String::new();
    for line in text.lines() {
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

/// Headers in which the width of `time_t` matters to numbers, to members and to a condition.
const OF_TIME: [&str; 5] = [
    "linux/videodev2.h",
    "linux/ppp-ioctl.h",
    "linux/input.h",
    "sound/asound.h",
    "asm-generic/sockios.h",
];

#[test]
fn programs_with_a_64_bit_time_see_the_same_in_a_dump() {
    let paths = OF_TIME.map(|name| Path::new("/usr/include").join(name)).to_vec();
    let interface = read(&Request { paths, raw_numbers: true, ..Request::default() }).0;
    let (read_back, problems) = reader::parse(&dumped(&interface)).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    let (of_headers, of_dump) = (Layouts::new(&interface), Layouts::new(&read_back));
    let (wide, from_dump) = (WideTime::of(&of_headers).unwrap(), WideTime::of(&of_dump).unwrap());
    let numbers = |wide: &WideTime<'_>| -> Vec<(String, u32)> {
        let each = wide.commands().flat_map(|(command, abis)| {
            abis.iter().filter_map(|abi| {
                let number = wide.number(&command.name, abi)?.number;
                Some((format!("{} {}", command.name, abi.abi().name), number))
            })
        });
        each.collect()
    };
    assert_eq!(numbers(&wide), numbers(&from_dump));
    assert!(numbers(&wide).len() > 100, "{}", numbers(&wide).len());
    // What the rules say of such programs is in the notes of these.
    let said = |interface: &Interface| -> BTreeSet<String> {
        let chosen = ["C001", "C002", "C003", "C004", "C005", "L006"];
        let mut selection = Selection::default();
        for code in chosen {
            selection.select(code).unwrap();
        }
        let levels = Levels::of_selection(selection);
        let found = engine::check(interface, &References::default(), &levels).findings;
        let words = |finding: Finding| {
            let name = finding.command.or(finding.record);
            format!("{} {name:?} {} {:?}", finding.rule.code, finding.message, finding.notes)
        };
        found.into_iter().map(words).collect()
    };
    let (expected, got) = (said(&interface), said(&read_back));
    let differing: Vec<&String> = expected.symmetric_difference(&got).collect();
    assert!(differing.is_empty(), "{differing:#?}");
    assert!(expected.iter().any(|said| said.contains("64-bit")), "{expected:#?}");
}

#[test]
fn a_number_that_a_header_packs_itself_is_the_same_in_a_dump() {
    let folder = tempfile::tempdir().unwrap();
    let text = "#define OWN(dir, nr, size) (((dir) << 30) | ((size) << 16) | (0xdc << 8) | (nr))\n\
                #define OWN_GET OWN(2, 1, sizeof(long))\n";
    let path = folder.path().join("own.h");
    std::fs::write(&path, text).unwrap();
    let interface = read(&Request { paths: vec![path], ..Request::default() }).0;
    let before = dumped(&interface);
    let (read_back, problems) = reader::parse(&before).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(before, dumped(&read_back));
    let number = |interface: &Interface, abi: &str| {
        let layouts = Layouts::new(interface);
        layouts.number(&interface.commands[0], Abi::by_name(abi).unwrap().id()).unwrap().number
    };
    for (abi, expected) in
        [("x86_64", 0x8008_dc01), ("powerpc", 0x8004_dc01), ("powerpc64", 0x8008_dc01)]
    {
        assert_eq!(number(&interface, abi), expected, "{abi}");
        assert_eq!(number(&read_back, abi), expected, "{abi}");
    }
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
