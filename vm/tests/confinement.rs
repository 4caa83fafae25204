//! What a stranger's makefile cannot do while it builds, and what it can.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use ioctlkit_vm::{Interruption, Trust, build_programs};

/// Tries to connect to a port of this machine by TCP, and to send to it by UDP.
const CONNECT: &str = r#"
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])) };
	int tcp = socket(AF_INET, SOCK_STREAM, 0), udp = socket(AF_INET, SOCK_DGRAM, 0);

	inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
	if (!connect(tcp, (struct sockaddr *)&to, sizeof(to)))
		return 0;
	return sendto(udp, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)) != 1;
}
"#;

/// A makefile with an attack each; what succeeds leaves a file `did-NAME` beside it.
fn makefile(elsewhere: &Path, port: u16) -> String {
    let elsewhere = elsewhere.display();
    let attacks = [
        ("write", format!("echo x > {elsewhere}/written")),
        ("append", format!("echo x >> {elsewhere}/secret")),
        ("remove", format!("rm -f {elsewhere}/secret")),
        ("mode", format!("chmod 777 {elsewhere}/secret")),
        ("time", format!("touch -d 2001-01-01 {elsewhere}/secret")),
        ("read", format!("cat {elsewhere}/secret")),
        ("list", format!("ls {elsewhere}")),
        ("link", format!("ln {elsewhere}/secret stolen")),
        ("environment", "test -n \"$$CARGO_MANIFEST_DIR\"".to_owned()),
        ("variable", "test -n \"$(CARGO_MANIFEST_DIR)\"".to_owned()),
        ("parent", "cat /proc/$$PPID/environ || cat /proc/[0-9]*/environ | grep CARGO".to_owned()),
        ("shadow", "cat /etc/shadow".to_owned()),
        ("connect", format!("./connect {port}")),
        ("device", "mknod memory c 1 1".to_owned()),
        // In a namespace of its own, so that nothing stays where it works.
        ("mount", "unshare -rm mount -t tmpfs none .".to_owned()),
        ("namespace", "unshare -r true".to_owned()),
        ("kill", format!("kill -0 {}", std::process::id())),
    ];
    let attacks = attacks.map(|(name, attack)| format!("\t-( {attack} ) && touch did-{name}\n"));
    let head = "all: program\n\nprogram: program.c connect\n";
    let tail = "\ttouch tried\n\techo x > $(TMPDIR)/mine && rm $(TMPDIR)/mine\n\
             \t$(CC) $(LDFLAGS) -o $@ $<\n\nconnect: connect.c\n\t$(CC) -o $@ $<\n";
    format!("{head}{}{tail}", attacks.concat())
}

#[test]
fn a_makefile_builds_and_reaches_nothing_else() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let secret = elsewhere.path().join("secret");
    fs::write(&secret, "a secret").unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o640)).unwrap();
    let before = fs::metadata(&secret).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("Makefile", &makefile(elsewhere.path(), port));
    write("program.c", "int main(void) { return 0; }\n");
    write("connect.c", CONNECT);
    let here = Path::new("");
    let names = ["program".to_owned()];
    let none = Interruption::none();
    let built = build_programs(folder.path(), here, &names, Trust::Confined, &none).unwrap();
    assert!(built.files[0].is_file());
    let names: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(names.contains(&"tried".to_owned()) && names.contains(&"connect".to_owned()));
    let did: Vec<&String> = names.iter().filter(|name| name.starts_with("did-")).collect();
    assert!(did.is_empty(), "{did:?}");
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "somebody connected");
    let after = fs::metadata(&secret).unwrap();
    assert_eq!(fs::read_to_string(&secret).unwrap(), "a secret");
    assert_eq!(before.permissions(), after.permissions());
    assert_eq!(before.modified().unwrap(), after.modified().unwrap());
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 1);
    // This process is as free as before.
    fs::write(elsewhere.path().join("ours"), "ours").unwrap();
}

#[test]
fn the_attacks_are_real_where_nothing_is_confined() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(elsewhere.path().join("secret"), "a secret").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("Makefile", &makefile(elsewhere.path(), port));
    write("program.c", "int main(void) { return 0; }\n");
    write("connect.c", CONNECT);
    let names = ["program".to_owned()];
    let here = Path::new("");
    build_programs(folder.path(), here, &names, Trust::Trusted, &Interruption::none()).unwrap();
    for name in ["write", "append", "remove", "list", "environment", "parent", "connect", "kill"] {
        assert!(folder.path().join(format!("did-{name}")).exists(), "{name}");
    }
}
