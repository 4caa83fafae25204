//! What a thread that builds can still change. Only the thread is confined, so that each test has one.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, Permissions};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{
    MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, chown, symlink,
};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::SystemTime;

use ioctlkit_sandbox::{Calls, Confinement, Files};
use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, utimensat};
use rustix::io::Errno;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};
use tempfile::TempDir;

/// A folder that may be written to, with a file and a link to one elsewhere, and a file elsewhere, which
/// may be read.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        for folder in ["own", "other"] {
            fs::create_dir(place.at(folder)).unwrap();
            fs::write(place.at(folder).join("file"), "text").unwrap();
            fs::set_permissions(place.at(folder).join("file"), Permissions::from_mode(0o640))
                .unwrap();
        }
        symlink("../other/file", place.at("own/link")).unwrap();
        place
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn mode(&self, path: &str) -> u32 {
        fs::metadata(self.at(path)).unwrap().permissions().mode() & 0o7777
    }

    fn confinement(&self) -> Confinement {
        let files = Files {
            readable: vec![self.at("other")],
            writable: vec![self.at("own")],
            ..Files::default()
        };
        Confinement { files, calls: Calls::Building, address_space: None }
    }

    /// Runs something in a thread that is confined as often. The seccomp filters have to be in place;
    /// nothing that is tried here rests on Landlock, which a kernel may lack.
    fn confined(&self, times: usize, run: impl FnOnce() + Send) {
        let confinement = self.confinement();
        let confined = || {
            let missing: Vec<_> = (0..times).flat_map(|_| confinement.enter()).collect();
            assert!(missing.iter().all(|missing| missing.layer == "Landlock"), "{missing:?}");
            run();
        };
        thread::scope(|scope| scope.spawn(confined).join().unwrap());
    }
}

fn set_mode(path: &Path, mode: u32) -> Result<(), Option<i32>> {
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(|error| error.raw_os_error())
}

const REFUSED: Result<(), Option<i32>> = Err(Some(libc::EPERM));

#[test]
fn modes_change_below_what_is_writable_and_nowhere_else() {
    let place = Place::new();
    place.confined(1, || {
        assert_eq!(set_mode(&place.at("own/file"), 0o755), Ok(()));
        assert_eq!(set_mode(&place.at("own/../own/file"), 0o751), Ok(()));
        assert_eq!(set_mode(&place.at("other/file"), 0o777), REFUSED);
        assert_eq!(set_mode(&place.at("own/../other/file"), 0o777), REFUSED);
        assert_eq!(set_mode(&place.at("own/link"), 0o777), REFUSED);
        assert_eq!(place.mode("own/file"), 0o751);
        let open = File::open(place.at("other/file")).unwrap();
        assert!(open.set_permissions(Permissions::from_mode(0o777)).is_err());
        let open = File::open(place.at("own/file")).unwrap();
        open.set_permissions(Permissions::from_mode(0o700)).unwrap();
    });
    assert_eq!((place.mode("own/file"), place.mode("other/file")), (0o700, 0o640));
}

/// Other links to such names lead to files of whoever follows them, and that is the mediator.
#[test]
fn names_of_open_files_stand_for_those_of_the_caller() {
    let place = Place::new();
    place.confined(1, || {
        let own = File::open(place.at("own/file")).unwrap();
        let other = File::open(place.at("other/file")).unwrap();
        for (number, folder) in
            ["/proc/self/fd", "/proc/thread-self/fd", "/dev/fd"].iter().enumerate()
        {
            let mode = 0o701 + u32::try_from(number).unwrap();
            let named = |file: &File| PathBuf::from(format!("{folder}/{}", file.as_raw_fd()));
            assert_eq!(set_mode(&named(&own), mode), Ok(()), "{folder}");
            assert_eq!(place.mode("own/file"), mode, "{folder}");
            assert_eq!(set_mode(&named(&other), mode), REFUSED, "{folder}");
        }
        let link = place.at("own/to-open");
        for folder in ["/proc/self/fd", "/proc/thread-self/fd", "/dev/fd"] {
            symlink(format!("{folder}/{}", own.as_raw_fd()), &link).unwrap();
            assert_eq!(set_mode(&link, 0o777), Err(Some(libc::ELOOP)), "{folder}");
            fs::remove_file(&link).unwrap();
        }
    });
    assert_eq!(place.mode("other/file"), 0o640);
}

#[test]
fn nobody_gets_the_rights_of_the_owner_and_no_folder_becomes_one_that_cannot_be_removed() {
    let place = Place::new();
    let new = place.at("own/new");
    place.confined(1, || {
        assert_eq!(set_mode(&place.at("own/file"), 0o4755), REFUSED);
        assert_eq!(set_mode(&place.at("own/file"), 0o2755), REFUSED);
        for mode in [0o4755, 0o2755] {
            let made = OpenOptions::new().write(true).create(true).mode(mode).open(&new);
            assert_eq!(made.unwrap_err().raw_os_error(), Some(libc::EPERM), "{mode:o}");
        }
        // A mode that no file gets.
        let known = OpenOptions::new().read(true).mode(0o4755).open(place.at("own/file"));
        known.unwrap();
        assert_eq!(set_mode(&place.at("own"), 0), Ok(()));
        assert_eq!(place.mode("own"), 0o700);
    });
    assert_eq!(place.mode("own/file"), 0o640);
}

#[test]
fn files_keep_their_owners_and_who_gives_them_to_their_owners_succeeds() {
    let place = Place::new();
    let known = fs::metadata(place.at("own/file")).unwrap();
    place.confined(1, || {
        let (user, group) = (known.uid(), known.gid());
        chown(place.at("own/file"), Some(user), Some(group)).unwrap();
        chown(place.at("own/file"), None, None).unwrap();
        for path in ["own/file", "other/file"] {
            let error = chown(place.at(path), Some(user + 1), None).unwrap_err();
            assert_eq!(error.raw_os_error(), Some(libc::EPERM));
        }
        assert!(chown(place.at("other/file"), Some(user), Some(group)).is_err());
    });
}

#[test]
fn times_change_below_what_is_writable_and_nowhere_else() {
    let place = Place::new();
    let at = |tv_sec| Timespec { tv_sec, tv_nsec: 5 };
    let times = Timestamps { last_access: at(1), last_modification: at(2) };
    let set = |path: &str, flags| utimensat(CWD, place.at(path), &times, flags);
    place.confined(1, || {
        set("own/file", AtFlags::empty()).unwrap();
        let modified = fs::metadata(place.at("own/file")).unwrap().modified().unwrap();
        assert_eq!(modified.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs(), 2);
        assert_eq!(set("own/link", AtFlags::empty()), Err(Errno::PERM));
        set("own/link", AtFlags::SYMLINK_NOFOLLOW).unwrap();
        assert_eq!(fs::symlink_metadata(place.at("own/link")).unwrap().mtime(), 2);
        assert_eq!(set("other/file", AtFlags::empty()), Err(Errno::PERM));
        assert_eq!(set("own/none", AtFlags::empty()), Err(Errno::NOENT));
        let open = File::open(place.at("other/file")).unwrap();
        assert!(open.set_modified(SystemTime::UNIX_EPOCH).is_err());
        let open = File::open(place.at("own/file")).unwrap();
        open.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    });
    assert_eq!(fs::metadata(place.at("own/file")).unwrap().mtime(), 0);
}

#[test]
fn where_somebody_listens_already_the_changes_are_refused_everywhere() {
    let place = Place::new();
    place.confined(2, || {
        assert_eq!(set_mode(&place.at("own/file"), 0o755), REFUSED);
        assert_eq!(set_mode(&place.at("other/file"), 0o755), REFUSED);
        fs::write(place.at("own/new"), "text").unwrap();
    });
    assert_eq!(place.mode("own/file"), 0o640);
}

/// A kernel without x32 answers `ENOSYS`, and one with x32 makes the calls.
#[cfg(target_arch = "x86_64")]
#[test]
fn the_calls_that_x32_has_numbers_of_its_own_for_are_refused() {
    const X32: i64 = 0x4000_0000;
    let place = Place::new();
    place.confined(1, || {
        // `unistd_x32.h`: from rt_sigaction to pwritev2.
        for call in 512..=547 {
            // SAFETY: the call is refused. With zeroes, none of them changes memory of this process
            // but rt_sigreturn, which ends it.
            let done =
                unsafe { libc::syscall(X32 | call, 0_i64, 0_i64, 0_i64, 0_i64, 0_i64, 0_i64) };
            let error = std::io::Error::last_os_error();
            assert_eq!((done, error.raw_os_error()), (-1, Some(libc::EPERM)), "{call}");
        }
    });
}

/// A filter that refuses new listeners stands for a kernel that has none.
#[test]
fn a_listener_that_the_kernel_refuses_is_reported_and_the_changes_are_refused_everywhere() {
    let place = Place::new();
    let refused = SeccompCondition::new(
        1,
        SeccompCmpArgLen::Qword,
        SeccompCmpOp::Eq,
        libc::SECCOMP_FILTER_FLAG_NEW_LISTENER,
    );
    let rules = vec![SeccompRule::new(vec![refused.unwrap()]).unwrap()];
    let filter = SeccompFilter::new(
        BTreeMap::from([(libc::SYS_seccomp, rules)]),
        SeccompAction::Allow,
        SeccompAction::Errno(libc::EINVAL.unsigned_abs()),
        std::env::consts::ARCH.try_into().unwrap(),
    );
    let filter: BpfProgram = filter.unwrap().try_into().unwrap();
    let confined = || {
        seccompiler::apply_filter(&filter).unwrap();
        let missing = place.confinement().enter();
        let seccomp: Vec<_> = missing.iter().filter(|missing| missing.layer == "seccomp").collect();
        assert!(
            matches!(&seccomp[..], [it] if it.reason.starts_with("no listener: ")),
            "{missing:?}"
        );
        assert_eq!(set_mode(&place.at("own/file"), 0o755), REFUSED);
    };
    thread::scope(|scope| scope.spawn(confined).join().unwrap());
    assert_eq!(place.mode("own/file"), 0o640);
}
