//! The cache with headers that were changed a moment ago, as files of tests always are: for these
//! the clock is an hour ahead.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use ioctlkit_model::abi::AbiSet;
use tempfile::TempDir;

use super::*;

const HEADER: &str = "#include <linux/types.h>\n#include <linux/ioctl.h>\n#include \"own.h\"\n\
    enum kind { KIND_A, KIND_B = 7 };\n\
    struct inner { __u8 bytes[3]; unsigned int low : 3, : 2; } __attribute__((packed));\n\
    struct outer { enum kind kind; __u64 at __attribute__((aligned(8))); struct inner inner[2];\n\
        char name[sizeof(struct inner) * 2]; union { long word; void *pointer; }; };\n\
    #define FOO_GET _IOR('x', 1, struct outer)\n#define FOO_NAME(len) _IOC(_IOC_READ, 'x', 2, len)\n\
    #define FOO_OLD 0x5401\n#define FOO_SIZE _IOR('x', 3, sizeof(int))\n";

struct Fixture {
    folder: TempDir,
    cache: Cache,
    request: Request,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let headers = folder.path().join("headers");
        fs::create_dir(&headers).unwrap();
        fs::write(headers.join("foo.h"), HEADER).unwrap();
        fs::write(headers.join("own.h"), "#define OWN 1\n").unwrap();
        let cache = Cache::at(folder.path().join("home/cache"));
        let request = Request {
            paths: vec![headers],
            raw_numbers: true,
            abis: AbiSet::ALL,
            ..Request::default()
        };
        Self { folder, cache, request }
    }

    fn header(&self, name: &str) -> PathBuf {
        self.folder.path().join("headers").join(name)
    }

    /// What is read, in every detail.
    fn read(&self) -> String {
        shown(&self.cache.read_at(&self.request, later()))
    }

    /// What is read without a cache.
    fn plain(&self) -> String {
        shown(&crate::c::read(&self.request))
    }

    fn entries(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.cache.folder).into_iter().flatten();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    fn entry(&self) -> PathBuf {
        let [entry] = &self.entries()[..] else { panic!("{:?}", self.entries()) };
        entry.clone()
    }

    /// Whether the entry is taken for what it is.
    fn is_known(&self) -> bool {
        let key = key::of(&self.request).unwrap();
        let entry = folder::open(&self.cache.folder, &key::name(&key));
        entry.is_some_and(|(mut file, length)| entry::parse(&mut file, length, &key).is_some())
    }
}

fn later() -> SystemTime {
    SystemTime::now() + Duration::from_secs(3600)
}

fn shown((interface, problems): &(Interface, Vec<Problem>)) -> String {
    // Files remember where their lines begin once they are asked.
    for (_, file) in interface.sources.iter() {
        file.line_count();
    }
    renumbered(&format!("{interface:#?}\n{problems:#?}"))
}

/// The same with files numbered in the order in which they are spoken of: each reading has ids of its own.
fn renumbered(text: &str) -> String {
    const ID: &str = "FileId(";
    let mut known: Vec<&str> = Vec::new();
    let mut pieces = text.split(ID);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (id, rest) = piece.split_once(')').unwrap();
        let id = id.trim().trim_end_matches(',');
        let place = known.iter().position(|one| *one == id).unwrap_or_else(|| {
            known.push(id);
            known.len() - 1
        });
        write!(out, "{ID}{place}){rest}").unwrap();
    }
    out
}

/// Goes where spans and ids lead.
fn touch(interface: &Interface) {
    for command in &interface.commands {
        interface.sources.position(command.span);
        for ty in command.variants.iter().filter_map(|(_, body)| body.argument.ty()) {
            interface.records_within(ty);
        }
    }
    let members = interface.records.iter().flat_map(|record| record.variants.iter());
    for member in members.flat_map(|(_, body)| &body.members) {
        interface.sources.text(member.span);
        interface.type_name(&member.ty);
    }
}

/// An entry that the checksum does not protect.
fn parse(body: Vec<u8>, key: &str) -> Option<(Interface, Vec<Problem>)> {
    let bytes = entry::sealed(body);
    entry::parse(&mut &bytes[..], bytes.len() as u64, key)
}

#[test]
fn what_is_kept_is_what_was_read() {
    let fixture = Fixture::new();
    let plain = fixture.plain();
    for _ in 0..2 {
        assert_eq!(fixture.read(), plain);
        assert!(fixture.is_known());
    }
    assert!(plain.contains("FOO_GET") && plain.contains("FOO_OLD") && plain.contains("KIND_B"));
}

#[test]
fn a_changed_header_is_seen_though_its_size_and_time_are_the_same() {
    let fixture = Fixture::new();
    fixture.read();
    let header = fixture.header("foo.h");
    let modified = fs::metadata(&header).unwrap().modified().unwrap();
    fs::write(&header, HEADER.replace("FOO_GET", "BAR_GET")).unwrap();
    File::options().write(true).open(&header).unwrap().set_modified(modified).unwrap();
    assert!(!fixture.is_known());
    assert!(fixture.read().contains("BAR_GET"));
    assert!(fixture.is_known());
}

#[test]
fn a_new_header_is_seen_wherever_it_would_be_read() {
    let fixture = Fixture::new();
    fs::write(fixture.header("bar.h"), "#include \"below/late.h\"\n").unwrap();
    fixture.read();
    fs::write(fixture.header("new.h"), HEADER.replace("FOO_", "NEW_")).unwrap();
    assert!(fixture.read().contains("NEW_GET"));
    fs::create_dir(fixture.header("below")).unwrap();
    assert!(!fixture.is_known());
    fixture.read();
    fs::write(fixture.header("below/late.h"), "#define LATE_OLD 0x1234\n").unwrap();
    assert!(fixture.read().contains("LATE_OLD"));
    fs::remove_file(fixture.header("new.h")).unwrap();
    assert!(!fixture.read().contains("NEW_GET"));
}

#[test]
fn an_include_that_was_not_there_is_seen_when_it_comes() {
    let fixture = Fixture::new();
    let given = fixture.folder.path().join("given");
    fs::create_dir(&given).unwrap();
    let request = Request { include_dirs: vec![given.clone()], ..fixture.request.clone() };
    let fixture = Fixture { request, ..fixture };
    fs::write(fixture.header("foo.h"), format!("#include <given.h>\n{HEADER}")).unwrap();
    fixture.read();
    assert!(fixture.is_known());
    fs::write(given.join("given.h"), "struct given { int a; };\n").unwrap();
    assert!(!fixture.is_known());
}

#[test]
fn options_have_entries_of_their_own() {
    let fixture = Fixture::new();
    fixture.read();
    let request = Request { defines: vec!["A=1".into()], ..fixture.request.clone() };
    let fixture = Fixture { request, ..fixture };
    assert!(!fixture.is_known());
    fixture.read();
    assert_eq!(fixture.entries().len(), 2);
}

#[test]
fn what_nobody_keeps_track_of_is_not_kept() {
    let fixture = Fixture::new();
    let arguments = vec!["-imacros".to_owned(), "x.h".to_owned()];
    assert_eq!(
        key::of(&Request { compiler_arguments: arguments, ..fixture.request.clone() }),
        None
    );
    let header = HEADER.replace("#include \"own.h\"", "#define OWN \"own.h\"\n# include OWN");
    fs::write(fixture.header("foo.h"), header).unwrap();
    fixture.read();
    assert!(fixture.entries().is_empty());
}

#[test]
fn what_was_changed_just_now_is_not_kept() {
    let fixture = Fixture::new();
    fixture.cache.read_at(&fixture.request, SystemTime::now());
    assert!(fixture.entries().is_empty());
}

#[test]
fn what_failed_is_not_kept() {
    let fixture = Fixture::new();
    fs::write(fixture.header("bad.h"), b"\xff\n").unwrap();
    fixture.read();
    assert!(fixture.entries().is_empty());
}

#[test]
fn a_damaged_entry_is_made_anew() {
    let fixture = Fixture::new();
    let plain = fixture.read();
    let entry = fixture.entry();
    let whole = fs::read(&entry).unwrap();
    let cut = [0, 1, 7, whole.len() / 2, whole.len() - 1].map(|length| whole[..length].to_vec());
    let flipped = (0..whole.len()).step_by(whole.len() / 40).map(|at| {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        bytes
    });
    for bytes in cut.into_iter().chain(flipped).chain([[&whole[..], b"x"].concat()]) {
        fs::write(&entry, bytes).unwrap();
        assert!(!fixture.is_known());
    }
    assert_eq!(fixture.read(), plain);
    assert_eq!(fs::read(&entry).unwrap(), whole);
}

#[test]
fn damage_with_a_checksum_that_fits_is_no_panic() {
    let fixture = Fixture::new();
    fixture.read();
    let key = key::of(&fixture.request).unwrap();
    let whole = fs::read(fixture.entry()).unwrap();
    let body = &whole[..whole.len() - 8];
    let text = body.windows(HEADER.len()).position(|window| window == HEADER.as_bytes()).unwrap();
    // The beginning, and the model behind the texts: a byte here and there gets other values.
    for at in (0..80).step_by(3).chain((text + HEADER.len()..body.len()).step_by(31)) {
        for value in [0xff, body[at] ^ 1] {
            let mut bytes = body.to_vec();
            bytes[at] = value;
            if let Some((interface, _)) = parse(bytes, &key) {
                touch(&interface);
            }
        }
    }
    for length in (0..body.len()).step_by(101) {
        assert!(parse(body[..length].to_vec(), &key).is_none());
    }
}

#[test]
fn nesting_without_end_is_refused() {
    let mut source = &[2; 1 << 12][..];
    let mut from = crate::kept::bytes::Reader::new(&mut source, 1 << 12);
    assert_eq!(<ioctlkit_model::Type as crate::kept::bytes::Kept>::take(&mut from), None);
}

#[test]
fn a_link_in_place_of_an_entry_is_neither_followed_nor_written_through() {
    let fixture = Fixture::new();
    let plain = fixture.read();
    let (entry, elsewhere) = (fixture.entry(), fixture.folder.path().join("elsewhere"));
    fs::rename(&entry, &elsewhere).unwrap();
    let before = fs::read(&elsewhere).unwrap();
    symlink(&elsewhere, &entry).unwrap();
    assert!(!fixture.is_known());
    assert_eq!(fixture.read(), plain);
    assert!(fs::symlink_metadata(&entry).unwrap().is_file());
    assert_eq!(fs::read(&elsewhere).unwrap(), before);
}

#[test]
fn what_others_may_write_is_not_believed() {
    let fixture = Fixture::new();
    fixture.read();
    let mode =
        |path: &Path, mode| fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    assert_eq!(fs::metadata(&fixture.cache.folder).unwrap().mode() & 0o777, 0o700);
    mode(&fixture.entry(), 0o622);
    assert!(!fixture.is_known());
    mode(&fixture.entry(), 0o600);
    assert!(fixture.is_known());
    mode(&fixture.cache.folder, 0o755);
    assert!(!fixture.is_known());
    let before = fs::read(fixture.entry()).unwrap();
    fs::write(fixture.header("foo.h"), "int a;\n").unwrap();
    fixture.read();
    assert_eq!(fs::read(fixture.entry()).unwrap(), before);
}

#[test]
fn a_folder_that_cannot_be_made_costs_nothing_but_time() {
    let fixture = Fixture::new();
    fs::write(fixture.folder.path().join("home"), "a file").unwrap();
    assert_eq!(fixture.read(), fixture.plain());
}

#[test]
fn the_oldest_entries_go() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o700)).unwrap();
    let aged = |name: &str, hours: u64| {
        let file = File::create(folder.path().join(name)).unwrap();
        // Nothing but a hole: the file takes no room.
        file.set_len(100 << 20).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(3600 * hours)).unwrap();
    };
    aged("b", 1);
    aged("a", 3);
    aged("c", 2);
    folder::write(folder.path(), Path::new("d"), b"new");
    let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.collect();
    names.sort();
    assert_eq!(names, ["b", "c", "d"]);
}
