//! What a stranger's makefile cannot do while it builds, and what it can.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::io::Read as _;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::PathBuf;
use std::time::Duration;

use ioctlkit_vm::{Built, Headers, Interruption, Trust, VmError};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::TempDir;

/// The calls that an attack makes where no program does.
const ATTACK: &str = include_str!("attacks/attack.c");

const SECRET: &str = "a secret\n";

/// An attempt: a name, a command, and why it may fail though nothing is confined.
///
/// In the command, `OTHER` is a file of its own elsewhere, and `READABLE` one among the kernel's headers,
/// which may be read. `VICTIM` is the process that tests.
type Attempt = (&'static str, &'static str, Option<&'static str>);

const NAMESPACES: Option<&str> = Some("user namespaces may be switched off");
const ATTRIBUTES: Option<&str> = Some("the file system may have no attributes of users");
const TEMPORARY: Option<&str> = Some("the file system may have no files without a name");
const ROOT: Option<&str> = Some("it takes root");
const NEW: Option<&str> = Some("the kernel may be older than the call");

/// What succeeds where nothing is confined, and must not where something is.
const ATTACKS: &[Attempt] = &[
    ("write", "echo x > OTHER.new", None),
    ("append", "echo x >> OTHER", None),
    ("remove", "rm OTHER", None),
    ("rename", "mv OTHER OTHER.moved", None),
    ("read", "cat OTHER", None),
    ("list", "ls $$(dirname OTHER)", None),
    ("link", "ln OTHER stolen", None),
    ("move", "mv OTHER taken", None),
    ("write-headers", "echo x >> READABLE", None),
    ("mode", "chmod 777 OTHER", None),
    ("mode-of-readable", "chmod 777 READABLE", None),
    ("mode-through-link", "ln -s OTHER mode-link && chmod 777 mode-link", None),
    ("mode-by-relative-path", "cd / && chmod 777 .OTHER", None),
    ("mode-through-proc", "chmod 777 /proc/self/root/OTHER", None),
    ("mode-of-who-runs-it", "cp /bin/sh own-sh && chmod 4755 own-sh", None),
    ("set-uid-open", "./attack set-uid-open own-uid-open", None),
    ("set-gid-open", "./attack set-gid-open own-gid-open", None),
    ("set-uid-old-open", "./attack set-uid-old-open own-uid-old-open", None),
    ("set-gid-old-open", "./attack set-gid-old-open own-gid-old-open", None),
    ("set-uid-creat", "./attack set-uid-creat own-uid-creat", None),
    ("set-gid-creat", "./attack set-gid-creat own-gid-creat", None),
    ("set-uid-mknod", "./attack set-uid-mknod own-uid-mknod", None),
    ("set-gid-mknod", "./attack set-gid-mknod own-gid-mknod", None),
    ("set-uid-mknodat", "./attack set-uid-mknodat own-uid-mknodat", None),
    ("set-gid-mknodat", "./attack set-gid-mknodat own-gid-mknodat", None),
    ("set-uid-tmpfile", "./attack set-uid-tmpfile own-uid-tmpfile", TEMPORARY),
    ("set-gid-tmpfile", "./attack set-gid-tmpfile own-gid-tmpfile", TEMPORARY),
    ("fchmod", "./attack fchmod READABLE", None),
    ("fchmodat2", "./attack fchmodat2 OTHER", NEW),
    ("mode-without-link", "./attack fchmodat OTHER", None),
    ("owner", "./attack chown OTHER", ROOT),
    ("fchown", "./attack fchown READABLE", ROOT),
    ("time", "touch -d 2001-01-01 OTHER", None),
    ("futimens", "./attack futimens READABLE", None),
    ("utimensat", "./attack utimensat OTHER", None),
    ("time-by-empty-path", "./attack empty-path READABLE", None),
    ("truncate", "./attack truncate OTHER", None),
    ("truncate-readable", "./attack truncate READABLE", None),
    ("open-truncate", "./attack open-truncate READABLE", None),
    ("open-neither", "./attack open-neither OTHER", None),
    ("open-neither-truncate", "./attack open-neither-truncate READABLE", None),
    ("old-open-neither", "./attack old-open-neither OTHER", None),
    ("old-open-neither-truncate", "./attack old-open-neither-truncate READABLE", None),
    ("setxattr", "./attack setxattr OTHER", ATTRIBUTES),
    ("lsetxattr", "./attack lsetxattr OTHER", ATTRIBUTES),
    ("fsetxattr", "./attack fsetxattr READABLE", ATTRIBUTES),
    ("setxattrat", "./attack setxattrat OTHER", NEW),
    ("flags", "./attack flags READABLE", Some("the file system may have no flags")),
    ("watch", "./attack watch OTHER", None),
    ("environment", "test -n \"$$CARGO_MANIFEST_DIR\"", None),
    ("variable", "test -n \"$(CARGO_MANIFEST_DIR)\"", None),
    ("environment-of-others", "grep -q CARGO_MANIFEST_DIR /proc/VICTIM/environ", None),
    ("shadow", "cat /etc/shadow", ROOT),
    ("tcp", "./attack tcp PORT", None),
    ("udp", "./attack udp PORT", None),
    ("device", "mknod memory c 1 1", ROOT),
    // In a namespace of its own, so that nothing stays where it works.
    ("mount", "unshare -rm mount -t tmpfs none .", NAMESPACES),
    ("unshare", "./attack unshare 0", NAMESPACES),
    ("clone", "./attack clone 0", NAMESPACES),
    ("clone3", "./attack clone3 0", NAMESPACES),
    ("prlimit", "./attack prlimit VICTIM", None),
    ("affinity", "./attack affinity VICTIM", None),
    ("scheduler", "./attack scheduler VICTIM", None),
    ("priority", "./attack priority VICTIM", None),
    ("ioprio", "./attack ioprio VICTIM", None),
    ("kill", "./attack kill VICTIM", None),
    ("kill-all", "./attack kill-all 0", None),
    ("shm", "./attack shm 0", Some("the kernel may lack System V IPC")),
    ("msg", "./attack msg 0", Some("the kernel may lack System V IPC")),
    ("sem", "./attack sem 0", Some("the kernel may lack System V IPC")),
    ("mq", "./attack mq 0", Some("the kernel may lack POSIX message queues")),
    ("session", "setsid -w true", None),
];

/// What a build does with its own files, and must be able to.
const WORK: &[Attempt] = &[
    ("run-linked", "./linked", None),
    ("run-script", "echo 'exit 0' > tool; chmod +x tool; ./tool", None),
    ("mode-of-own", "touch own; chmod 640 own; test $$(stat -c %a own) = 640", None),
    ("mode-below", "mkdir sub; touch sub/own; cd sub; chmod 600 ../sub/own", None),
    ("mode-of-no-link", "touch nl; ./attack fchmodat nl; test $$(stat -c %a nl) = 600", None),
    (
        "mode-by-descriptor",
        "exec 9<>held; chmod 640 /dev/fd/9; test $$(stat -c %a held) = 640",
        None,
    ),
    (
        "mode-by-proc",
        "exec 9<>kept; chmod 640 /proc/self/fd/9; test $$(stat -c %a kept) = 640",
        None,
    ),
    (
        "mode-by-thread",
        "exec 9<>got; chmod 640 /proc/thread-self/fd/9; test $$(stat -c %a got) = 640",
        None,
    ),
    ("install", "install -m 755 linked installed && ./installed", None),
    ("copy", "cp -p linked copied && ./copied && test ! copied -nt linked", None),
    ("copy-link", "ln -s linked soft && cp -a soft softer && test -L softer", None),
    ("archive", "tar cf a.tar linked && rm linked && tar xf a.tar && ./linked", None),
    ("edit", "echo a > text; sed -i s/a/b/ text; grep -q b text", None),
    ("time-of-own", "touch -d 2001-01-01 old; test $$(stat -c %Y old) -lt 1000000000", None),
    ("length", "echo long > cut; ./attack truncate cut; test ! -s cut", None),
    ("library", "$(CC) -c linked.c && ar rcs liblinked.a linked.o && ranlib liblinked.a", None),
    ("temporary", "echo x > $(TMPDIR)/mine && chmod 600 $(TMPDIR)/mine && rm $(TMPDIR)/mine", None),
    ("thread", "nice -n 1 true; (ulimit -c 0; true) & wait", None),
];

/// Sources, beside headers whose makefile does what that of the sources says, and files of others.
struct Place {
    folder: TempDir,
    listener: TcpListener,
}

impl Place {
    fn new(attempts: &[Attempt]) -> Self {
        let place = Self {
            folder: tempfile::tempdir().unwrap(),
            listener: TcpListener::bind("127.0.0.1:0").unwrap(),
        };
        for folder in ["headers/include/config", "headers/scripts", "sources", "others"] {
            fs::create_dir_all(place.at(folder)).unwrap();
        }
        place.write("headers/Makefile", "modules:\n\t$(MAKE) -C $(M)\n");
        place.write("headers/include/config/auto.conf", "");
        place.write("headers/scripts/Makefile.build", "");
        place.write("sources/attack.c", ATTACK);
        place.write("sources/linked.c", "int main(void) { return 0; }\n");
        let makefile: String = attempts.iter().map(|attempt| place.recipe(attempt)).collect();
        let head = "all: attack linked\n\t: > modules.order\n";
        let tail = "\ttouch tried\n\nattack linked: %: %.c\n\t$(CC) -o $@ $<\n";
        place.write("sources/Makefile", &format!("{head}{makefile}{tail}"));
        place
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.at(path), text).unwrap();
    }

    /// The line of an attempt, which leaves `did-NAME` where it succeeds. Its files are made for it.
    fn recipe(&self, (name, command, _): &Attempt) -> String {
        let (other, readable) = (format!("others/{name}"), format!("headers/{name}"));
        let mut command = (*command).to_owned();
        for (word, path) in [("OTHER", &other), ("READABLE", &readable)] {
            if command.contains(word) {
                self.write(path, SECRET);
                command = command.replace(word, self.at(path).to_str().unwrap());
            }
        }
        let port = self.listener.local_addr().unwrap().port().to_string();
        let command = command.replace("PORT", &port);
        let command = command.replace("VICTIM", &std::process::id().to_string());
        format!("\t-( {command} ) && touch did-{name}\n")
    }

    fn build(&self, trust: Trust) -> Result<Built, VmError> {
        let headers = Headers::at(self.at("headers")).unwrap();
        headers.build(&self.at("sources"), &[], trust, &Interruption::none())
    }

    /// Builds, and answers with what succeeded and what make printed.
    fn succeeded(&self, trust: Trust) -> (BTreeSet<String>, String) {
        let built = self.build(trust).unwrap();
        assert!(self.at("sources/tried").exists(), "{}", built.output);
        let names = fs::read_dir(self.at("sources")).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let did = names.filter_map(|name| Some(name.strip_prefix("did-")?.to_owned()));
        (did.collect(), built.output)
    }

    /// All files of others, with what an attack may change.
    fn others(&self) -> Vec<(PathBuf, Vec<u8>, [i64; 5])> {
        let folders = ["others", "headers"].map(|folder| fs::read_dir(self.at(folder)).unwrap());
        let paths = folders.into_iter().flatten().map(|entry| entry.unwrap().path());
        let files = paths.filter(|path| path.is_file()).map(|path| {
            let data = fs::metadata(&path).unwrap();
            let (owner, group, mode) = (data.uid().into(), data.gid().into(), data.mode().into());
            let known = [mode, owner, group, data.mtime(), data.mtime_nsec()];
            let text = fs::read(&path).unwrap();
            (path, text, known)
        });
        let mut files: Vec<_> = files.collect();
        files.sort();
        files
    }
}

/// The version of Landlock's interface on this machine, as the attacks' own program tells it.
fn landlock(place: &Place) -> u32 {
    let said = std::process::Command::new(place.at("sources/attack")).arg("landlock").output();
    String::from_utf8(said.unwrap().stdout).unwrap().trim().parse().unwrap_or(0)
}

#[test]
fn every_attack_fails_in_a_confined_build_and_changes_nothing() {
    let place = Place::new(ATTACKS);
    let before = place.others();
    let (mut did, output) = place.succeeded(Trust::Confined);
    if landlock(&place) < 6 {
        eprintln!("not proved here: Landlock keeps signals since its sixth version only");
        did.remove("kill");
    }
    assert_eq!(did, BTreeSet::new(), "{output}");
    assert_eq!(place.others(), before, "{output}");
    place.listener.set_nonblocking(true).unwrap();
    assert!(place.listener.accept().is_err(), "somebody connected");
    // This process is as free as before.
    place.write("others/ours", "ours");
    fs::set_permissions(place.at("others/ours"), Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn every_attack_succeeds_where_nothing_is_confined() {
    let place = Place::new(ATTACKS);
    let (did, output) = place.succeeded(Trust::Trusted);
    for (name, _, unless) in ATTACKS.iter().filter(|(name, ..)| !did.contains(*name)) {
        let Some(reason) = unless else { panic!("{name} is no attack: {output}") };
        eprintln!("{name} cannot be tried here: {reason}");
    }
}

#[test]
fn a_confined_build_does_what_it_likes_with_its_own_files() {
    for trust in [Trust::Confined, Trust::Trusted] {
        let (did, output) = Place::new(WORK).succeeded(trust);
        let wanted: BTreeSet<String> = WORK.iter().map(|(name, ..)| (*name).to_owned()).collect();
        assert_eq!(did, wanted, "{trust:?}: {output}");
    }
}

#[test]
fn what_a_confined_build_leaves_running_is_killed_at_its_end() {
    // A process holds a pipe open for as long as it lives. Make waits until it does.
    const HOLDS: &str = "sh -c 'trap \"\" HUP TERM; echo > ready; exec sleep 1000'";
    for leaves in ["HOLDS", "(HOLDS &)", "(setsid HOLDS || HOLDS)"] {
        let place = Place::new(&[]);
        let leaves = leaves.replace("HOLDS", HOLDS);
        let recipe = format!("{leaves} > held & read line < ready; : > modules.order");
        place.write("sources/Makefile", &format!("all:\n\tmkfifo ready\n\t{recipe}\n"));
        let owner = Mode::RUSR | Mode::WUSR;
        mknodat(CWD, place.at("sources/held"), FileType::Fifo, owner, 0).unwrap();
        let mut options = fs::OpenOptions::new();
        let held = options.read(true).custom_flags(libc::O_NONBLOCK).open(place.at("sources/held"));
        let mut held = held.unwrap();
        place.build(Trust::Confined).unwrap();
        // It is known that nobody holds it any more when reading it finds its end.
        let limit = Timespec::try_from(Duration::from_secs(60)).unwrap();
        let mut ended = [PollFd::new(&held, PollFlags::IN)];
        poll(&mut ended, Some(&limit)).unwrap();
        assert!(ended[0].revents().contains(PollFlags::HUP), "{leaves}");
        assert_eq!(held.read(&mut [0]).unwrap(), 0, "{leaves}");
    }
}
