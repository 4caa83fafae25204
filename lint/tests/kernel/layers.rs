//! What layers of the kernel pass on from 32-bit programs by themselves: the lists that the linter has, and
//! those of Linux 6.12.

use std::collections::BTreeSet;
use std::path::Path;

use ioctl_lint::conventions::layers::{
    ALIASES, FOR_ALL, Layer, OF_RAW_SOCKETS, Passes, RAW_SOCKETS, SOCKET, TTY, VIDEO,
};

use crate::tree::unpacked;

/// The files that have the lists. The headers of programs are there anyway.
pub(crate) const FILES: [&str; 9] = [
    "drivers/media/v4l2-core/v4l2-compat-ioctl32.c",
    "drivers/tty/tty_io.c",
    "fs/ioctl.c",
    "include/linux/mroute6.h",
    "net/core/sock.c",
    "net/ipv4/af_inet.c",
    "net/ipv4/ipmr.c",
    "net/ipv6/raw.c",
    "net/socket.c",
];

fn kernel() -> std::path::PathBuf {
    unpacked("6.12", "handlers", &crate::corpus::files())
}

/// The text of a function, from its name at the definition to the brace that ends it in the first column.
fn function(kernel: &Path, (file, name): (&str, &str)) -> String {
    let text = std::fs::read_to_string(kernel.join(file)).unwrap();
    let is_definition = |start: &usize| {
        let header = &text[*start..];
        let until = header.find(['{', ';']).unwrap();
        header[until..].starts_with('{')
    };
    let called = format!(" {name}(");
    let mut starts = text.match_indices(&called).map(|(start, _)| start);
    let start = starts.find(is_definition).unwrap_or_else(|| panic!("{file} has no {name}"));
    let end = text[start..].find("\n}").unwrap();
    text[start..start + end].to_owned()
}

fn labels(function: &str) -> BTreeSet<&str> {
    let lines = function.lines().map(str::trim);
    lines.filter_map(|line| line.strip_prefix("case ")?.split(':').next()).collect()
}

fn definition<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        let is_it = words.next() == Some("#define") && words.next() == Some(name);
        words.next().filter(|_| is_it)
    })
}

fn listed_source(layer: &Layer) -> ((&'static str, &'static str), BTreeSet<&'static str>) {
    match &layer.passes {
        Passes::Listed { names, source, .. } => (*source, names.iter().copied().collect()),
        Passes::Numbered { .. } => panic!("{} has no list", layer.noun),
    }
}

#[test]
fn the_lists_of_layers_are_those_of_linux_6_12() {
    let kernel = kernel();
    for layer in [&SOCKET, &TTY] {
        let (source, names) = listed_source(layer);
        assert_eq!(names, labels(&function(&kernel, source)), "{source:?}");
    }
}

#[test]
fn what_no_layer_keeps_back_is_answered_by_linux_6_12_before_a_driver_is_asked() {
    let text = function(&kernel(), ("fs/ioctl.c", "do_vfs_ioctl"));
    let labels = labels(&text);
    let unknown: Vec<_> = FOR_ALL.iter().filter(|name| !labels.contains(*name)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    // All else that goes to the native handler does so for regular files alone.
    assert_eq!(text.matches("vfs_ioctl(filp, cmd, arg)").count(), 1, "{text}");
    assert!(
        text.contains("case FIONREAD:\n\t\tif (!S_ISREG(inode->i_mode))\n\t\t\treturn vfs_ioctl(")
    );
}

#[test]
fn what_raw_sockets_alone_answer_is_so_in_linux_6_12() {
    let kernel = kernel();
    let every = function(&kernel, ("net/core/sock.c", "sk_ioctl"));
    let own = [
        ("AF_INET", "net/ipv4/ipmr.c", "ipmr_sk_ioctl"),
        ("AF_INET6", "include/linux/mroute6.h", "ip6mr_sk_ioctl"),
    ];
    let mut answered = BTreeSet::new();
    for (family, file, name) in own {
        let asked = format!(
            "if (sk->sk_type == SOCK_RAW && sk->sk_family == {family})\n\t\trc = {name}(sk, cmd, arg);"
        );
        assert!(every.contains(&asked), "{every}");
        answered.extend(labels(&function(&kernel, (file, name))).into_iter().map(str::to_owned));
    }
    assert_eq!(answered, OF_RAW_SOCKETS.map(str::to_owned).into());
    let files = ["net/ipv6/raw.c", "net/ipv4/af_inet.c"];
    for (file, table) in files.into_iter().zip(RAW_SOCKETS) {
        let text = std::fs::read_to_string(kernel.join(file)).unwrap();
        assert!(text.contains(&format!("const struct proto_ops {table} = {{")), "{file}");
    }
}

#[test]
fn ranges_and_other_names_of_numbers_are_those_of_linux_6_12() {
    let kernel = kernel();
    let read =
        |file: &str| std::fs::read_to_string(kernel.join("include/uapi").join(file)).unwrap();
    let [sockets, wireless, generic, video] =
        ["linux/sockios.h", "linux/wireless.h", "asm-generic/ioctls.h", "linux/videodev2.h"]
            .map(read);
    for (alias, name) in ALIASES {
        let found = definition(&sockets, alias).or_else(|| definition(&generic, alias));
        assert_eq!(found, Some(name), "{alias}");
    }
    let Passes::Listed { ranges, source, .. } = &SOCKET.passes else { panic!("{SOCKET:?}") };
    let number = |text: &str, name: &str| {
        let digits = definition(text, name).and_then(|it| it.strip_prefix("0x")).unwrap();
        u32::from_str_radix(digits, 16).unwrap()
    };
    let private = number(&sockets, "SIOCDEVPRIVATE");
    for (name, known) in ranges.iter().flat_map(|range| range.names) {
        let text = if definition(&sockets, name).is_some() { &sockets } else { &wireless };
        assert_eq!(number(text, name), *known, "{name}");
    }
    let wireless = (number(&wireless, "SIOCIWFIRST"), number(&wireless, "SIOCIWLASTPRIV"));
    let found: Vec<_> = ranges.iter().map(|range| range.numbers.clone()).collect();
    assert_eq!(found, [private..=private + 15, wireless.0..=wireless.1]);
    let trans = function(&kernel, *source);
    assert!(trans.contains("cmd >= SIOCDEVPRIVATE && cmd <= (SIOCDEVPRIVATE + 15)"), "{trans}");
    let before = function(&kernel, (source.0, "compat_sock_ioctl"));
    assert!(before.contains("cmd >= SIOCIWFIRST && cmd <= SIOCIWLAST"), "{before}");

    let Passes::Numbered { letter, end, source, .. } = &VIDEO.passes else { panic!("{VIDEO:?}") };
    assert_eq!(definition(&video, "BASE_VIDIOC_PRIVATE"), Some(&*end.to_string()));
    let core = function(&kernel, *source);
    let question = format!(
        "_IOC_TYPE(cmd) == '{}' && _IOC_NR(cmd) < BASE_VIDIOC_PRIVATE",
        char::from(*letter)
    );
    assert!(core.contains(&question), "{core}");
}
