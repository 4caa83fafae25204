//! Packages and workspaces.

use std::collections::BTreeSet;
use std::path::Path;

use ioctlkit_model::ProblemKind;
use ioctlkit_sources::rust::{FeatureName, Features, Missing, Request, read};

use crate::support::{layout, names, number, read_files, read_paths, write};

const MEMBERS: &[(&str, &str)] = &[
    ("Cargo.toml", "[workspace]\nmembers = [\"api\", \"types\"]\nresolver = \"2\"\n"),
    (
        "api/Cargo.toml",
        "[package]\nname = \"the-api\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
         [features]\ndefault = [\"on\"]\non = []\noff = []\n\
         [dependencies]\nshared = { package = \"the-types\", path = \"../types\" }\n",
    ),
    (
        "api/src/lib.rs",
        "use shared::{Info, raw::*};\nmod extra;\n#[cfg(feature = \"off\")] mod behind;\n\
         #[cfg(windows)] mod windows;\n#[cfg(test)] mod tests;\n\
         nix::ioctl_read!(get, MAGIC, 1, Info);\n\
         #[cfg(feature = \"on\")] nix::ioctl_none!(on, MAGIC, 2);\n",
    ),
    ("api/src/extra.rs", "nix::ioctl_none!(extra, shared::raw::MAGIC, 3);\n"),
    ("api/src/behind.rs", "use super::*;\nnix::ioctl_none!(behind, MAGIC, 4);\n"),
    ("api/src/windows.rs", "nix::ioctl_none!(windows, b'x', 5);\n"),
    ("api/src/tests.rs", "nix::ioctl_none!(in_tests, b'x', 6);\n"),
    ("api/src/orphan.rs", "nix::ioctl_none!(orphan, b'x', 7);\n"),
    (
        "api/src/main.rs",
        "fn main() { const REQUEST: u32 = the_api_is_not_asked(); }\nnix::ioctl_none!(of_program, the_api::MAGIC_TOO, 8);\n",
    ),
    ("api/tests/integration.rs", "nix::ioctl_none!(of_test, b'x', 9);\n"),
    ("api/build.rs", "nix::ioctl_none!(of_build, b'x', 10);\nfn main() {}\n"),
    (
        "types/Cargo.toml",
        "[package]\nname = \"the-types\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    ),
    (
        "types/src/lib.rs",
        "pub mod raw { pub const MAGIC: u8 = b'm'; }\n#[repr(C)] pub struct Info { a: u32, b: u16 }\n\
         nix::ioctl_none!(of_types, raw::MAGIC, 11);\n",
    ),
    ("target/CACHEDIR.TAG", ""),
    ("target/made.rs", "nix::ioctl_none!(made, b'x', 12);\n"),
];

#[test]
fn a_workspace_is_read_with_the_names_that_its_members_have_for_each_other() {
    let read = read_files(MEMBERS);
    let mut found = names(&read.interface);
    found.sort_unstable();
    assert_eq!(found, ["behind", "extra", "get", "of_types", "on", "orphan"]);
    assert_eq!(number(&read.interface, "get", "x86_64"), 0x8008_6d01);
    assert_eq!(number(&read.interface, "behind", "x86_64"), 0x6d04);
    assert_eq!(
        read.said(ProblemKind::Incomplete),
        [
            "the number of `of_program` is unknown: what `nix::ioctl_none` is given cannot be worked \
          out from the source"
        ]
    );
}

#[test]
fn one_file_is_read_as_part_of_its_crate() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), MEMBERS);
    let read = read_paths(&[&folder.path().join("api/src/behind.rs")]);
    assert_eq!(names(&read.interface), ["behind"]);
    assert_eq!(read.interface.headers.len(), 1);
    // One that is not part of this build is read where it is named.
    let read = read_paths(&[&folder.path().join("api/tests/integration.rs")]);
    assert_eq!(names(&read.interface), ["of_test"]);
}

#[test]
fn types_of_another_member_are_found_though_it_was_not_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), MEMBERS);
    let read = read_paths(&[&folder.path().join("api/src/lib.rs")]);
    assert_eq!(layout(&read.interface, "get", "i386").0, 8);
    assert_eq!(names(&read.interface), ["get", "on"]);
}

#[test]
fn a_broken_manifest_is_said_and_the_files_are_read() {
    let read = read_files(&[
        ("Cargo.toml", "[package\n"),
        ("src/lib.rs", "mod a;\nconst MAGIC: u8 = b'x';\n"),
        ("src/a.rs", "nix::ioctl_none!(a, super::MAGIC, 1);\n"),
    ]);
    assert_eq!(names(&read.interface), ["a"]);
    let said = read.said(ProblemKind::Incomplete);
    assert!(said[0].starts_with("cargo does not tell which crates there are:"), "{said:?}");
    assert_eq!(said.len(), 1);
}

#[test]
fn paths_are_shown_as_they_were_given() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[("x/lib.rs", "mod y;\n"), ("x/y.rs", "nix::ioctl_none!(y, b'x', 1);\n")],
    );
    let given = folder.path().join("x/../x");
    let read = read_paths(&[&given]);
    let span = read.interface.commands[0].span;
    assert_eq!(read.interface.sources.path(span), given.join("y.rs"));
}

#[test]
fn what_is_not_there_is_a_failure() {
    let read = read_paths(&[Path::new("/nonexistent/src")]);
    assert_eq!(read.said(ProblemKind::Failure), ["cannot read: no such file or folder"]);
    let empty = tempfile::tempdir().unwrap();
    let read = read_paths(&[empty.path()]);
    assert_eq!(read.said(ProblemKind::Failure), ["the folder holds no Rust source"]);
}

/// Members with a command behind each feature, of the feature's name.
const FEATURES: &[(&str, &str)] = &[
    ("Cargo.toml", "[workspace]\nmembers = [\"*\"]\nresolver = \"2\"\n"),
    (
        "api/Cargo.toml",
        "[package]\nname = \"the-api\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
         [features]\ndefault = [\"on\"]\non = []\noff = []\nwide = [\"the-types/wide\"]\n\
         late = [\"the-more/a\"]\nweak = [\"the-more?/b\"]\n\
         [dependencies]\nthe-types = { path = \"../types\", features = [\"asked\"] }\n\
         the-more = { path = \"../more\", optional = true, features = [\"with\"] }\n\
         [target.'cfg(unix)'.dependencies]\n\
         the-types = { path = \"../types\", features = [\"here\"] }\n",
    ),
    (
        "api/src/lib.rs",
        "#[cfg(feature = \"on\")] nix::ioctl_none!(api_on, b'm', 1);\n\
         #[cfg(feature = \"off\")] nix::ioctl_none!(api_off, b'm', 2);\n\
         #[cfg(feature = \"the-more\")] nix::ioctl_none!(api_the_more, b'm', 8);\n\
         #[cfg(feature = \"off\")] mod off;\n",
    ),
    ("api/src/off.rs", "nix::ioctl_none!(api_off_2, b'm', 9);\n"),
    (
        "more/Cargo.toml",
        "[package]\nname = \"the-more\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
         [features]\na = []\nb = []\nwith = []\n",
    ),
    (
        "more/src/lib.rs",
        "#[cfg(feature = \"a\")] nix::ioctl_none!(more_a, b'm', 10);\n\
         #[cfg(feature = \"b\")] nix::ioctl_none!(more_b, b'm', 11);\n\
         #[cfg(feature = \"with\")] nix::ioctl_none!(more_with, b'm', 12);\n",
    ),
    (
        "types/Cargo.toml",
        "[package]\nname = \"the-types\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
         [features]\ndefault = [\"usual\"]\nusual = []\nasked = [\"too\"]\ntoo = []\nhere = []\nwide = []\noff = []\n",
    ),
    (
        "types/src/lib.rs",
        "#[cfg(feature = \"asked\")] nix::ioctl_none!(types_asked, b'm', 3);\n\
         #[cfg(feature = \"too\")] nix::ioctl_none!(types_too, b'm', 4);\n\
         #[cfg(feature = \"usual\")] nix::ioctl_none!(types_usual, b'm', 5);\n\
         #[cfg(feature = \"here\")] nix::ioctl_none!(types_here, b'm', 13);\n\
         #[cfg(feature = \"wide\")] nix::ioctl_none!(types_wide, b'm', 6);\n\
         #[cfg(feature = \"off\")] nix::ioctl_none!(types_off, b'm', 7);\n",
    ),
];

/// The features that cargo turns on in a build, such as `api_on` for `on` of `the-api`, if a command
/// has that name. `cargo metadata` takes weak features for strong ones, `cargo tree` does not.
fn features_of_cargo(folder: &Path, options: &[&str]) -> BTreeSet<String> {
    let output = std::process::Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--workspace", "--prefix", "none", "--format", "{p} = {f}"])
        .args(options)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut found = BTreeSet::new();
    for line in String::from_utf8(output.stdout).unwrap().lines().filter(|line| !line.is_empty()) {
        let (package, features) = line.split_once(" = ").unwrap();
        let member = package.split(' ').next().and_then(|name| name.strip_prefix("the-")).unwrap();
        for feature in features.trim_end_matches(" (*)").split(',') {
            let name = format!("{member}_{}", feature.replace('-', "_"));
            if FEATURES.iter().any(|(_, text)| text.contains(&format!("!({name},"))) {
                found.insert(name);
            }
        }
    }
    found
}

fn refused(names: &[&str]) -> Vec<FeatureName> {
    let name = |name: &&str| FeatureName { name: (*name).to_owned(), missing: Missing::Refused };
    names.iter().map(name).collect()
}

#[test]
fn the_features_are_on_that_cargo_turns_on() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), FEATURES);
    let lists: [&[&str]; 9] = [
        &[],
        &["wide"],
        &["off"],
        &["the-types/off"],
        &["the-api/off", "wide"],
        &["default"],
        &["late"],
        &["weak"],
        &["weak", "late"],
    ];
    let mut checked = 0;
    let mut compare = |features: Features, options: &[&str]| {
        let paths = vec![folder.path().to_owned()];
        let request = Request { paths, features: features.clone(), ..Request::default() };
        let (interface, problems) = read(&request);
        assert!(problems.is_empty(), "{options:?}: {problems:#?}");
        let mut found: BTreeSet<String> =
            interface.commands.into_iter().map(|command| command.name).collect();
        // What is in a file of the feature, which is read where none are chosen, too.
        let with_file = found.contains("api_off") || features == Features::default();
        assert_eq!(found.remove("api_off_2"), with_file, "{options:?}");
        assert_eq!(found, features_of_cargo(folder.path(), options), "{options:?}");
        checked += found.len();
    };
    for names in lists {
        let joined = names.join(",");
        for default in [true, false] {
            let mut options = vec!["--features", &joined];
            if !default {
                options.push("--no-default-features");
            }
            let names = refused(names);
            compare(Features::Chosen { names, default }, &options);
        }
    }
    compare(Features::All, &["--all-features"]);
    assert!(checked > 13 * 3, "{checked} commands");
}

#[test]
fn features_that_no_package_has_are_told() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), FEATURES);
    let names = refused(&["the-api/of", "on", "gone", "the-types/of"]);
    let request = Request {
        paths: vec![folder.path().to_owned()],
        features: Features::Chosen { names, default: true },
        ..Request::default()
    };
    let (_, problems) = read(&request);
    let said: Vec<String> = problems.into_iter().map(|problem| problem.message).collect();
    let feature = |name: &str| format!("no package has the feature `{name}`");
    assert_eq!(said, [feature("the-api/of"), feature("gone"), feature("the-types/of")]);
}

/// cargo quotes the line of a manifest that it cannot read.
#[test]
fn a_manifest_that_is_a_link_to_elsewhere_is_not_quoted() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[
            ("secret", "a-secret-token = = 1\n"),
            ("tree/Cargo.toml", "[workspace]\nmembers = [\"a member\"]\n"),
            ("tree/a member/src/lib.rs", "nix::ioctl_none!(there, b'x', 1);\n"),
        ],
    );
    let manifest = folder.path().join("tree/a member/Cargo.toml");
    std::os::unix::fs::symlink(folder.path().join("secret"), manifest).unwrap();
    let read = read_paths(&[&folder.path().join("tree")]);
    let told = format!("{:?}", read.problems);
    assert!(told.contains("a link that leads out of its folder"), "{told}");
    assert!(!told.contains("a-secret-token"), "{told}");
}

#[test]
fn constants_made_from_the_kernel_s_headers_are_the_kernel_s() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[
            ("Cargo.toml", "[workspace]\nmembers = [\"raw\", \"user\"]\n"),
            ("raw/Cargo.toml", "[package]\nname = \"linux-raw-sys\"\nversion = \"0.12.0\"\n"),
            ("raw/src/lib.rs", "pub mod ioctl { pub const USBDEVFS_RESET: u32 = 0x5514; }\n"),
            (
                "user/Cargo.toml",
                "[package]\nname = \"user\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
                 [dependencies]\nlinux-raw-sys = { path = \"../raw\" }\n",
            ),
            (
                "user/src/lib.rs",
                "use linux_raw_sys::ioctl::USBDEVFS_RESET;\nconst OWN: u32 = 0x5515;\n\
                 pub fn reset(fd: i32) { unsafe { libc::ioctl(fd, USBDEVFS_RESET as _, 0); } }\n\
                 pub fn own(fd: i32) { unsafe { libc::ioctl(fd, OWN as _, 0); } }\n",
            ),
        ],
    );
    let user = read_paths(&[&folder.path().join("user")]).interface;
    let raw: Vec<(&str, &str)> =
        user.raw_numbers.iter().map(|raw| (&*raw.name, &*raw.through)).collect();
    assert_eq!(raw, [("OWN", ""), ("USBDEVFS_RESET", "linux_raw_sys")]);
    assert!(user.not_understood.is_empty(), "{:?}", user.not_understood);
    let itself = read_paths(&[&folder.path().join("raw")]).interface;
    assert!(itself.not_understood.is_empty(), "{:?}", itself.not_understood);
}

#[test]
fn a_type_that_the_build_script_may_make_is_said_to_need_a_build() {
    let source = "mod bound { include!(concat!(env!(\"OUT_DIR\"), \"/bindings.rs\")); }\n\
                  nix::ioctl_read!(get, b'x', 1, bound::made);\n";
    let plain = "nix::ioctl_read!(get, b'x', 1, bound::made);\n";
    let help = |text: &str| {
        let read = read_files(&[
            ("Cargo.toml", "[package]\nname = \"p\"\nversion = \"0.0.0\"\nedition = \"2021\"\n"),
            ("src/lib.rs", text),
        ]);
        let unknown =
            read.problems.iter().find(|it| it.message.contains("`bound::made` is unknown"));
        unknown.unwrap().help.clone().unwrap()
    };
    assert!(help(source).contains("`cargo build`"));
    assert!(help(plain).contains("`cargo fetch`"));
}
