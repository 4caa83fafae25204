//! What others wrote down: the manual page `ioctl_tty(2)`, and the wrapper of the system call in valgrind.

use std::collections::BTreeMap;
use std::process::Command;

use ioctlkit_model::abi::{Abi, AbiId};
use ioctlkit_model::kernel_copies::{self, Extent, Row, Use, What};
use ioctlkit_oracle::sources::valgrind;

use crate::{cache, is_full};

fn x86_64() -> AbiId {
    Abi::by_name("x86_64").unwrap().id()
}

/// What somebody says of an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    Nothing,
    Value,
    /// The type, and whether the kernel reads it rather than writes it.
    Pointer(String, bool),
}

/// What the page says and the kernel does not do.
const PAGE_DIFFERS: [(&str, &str); 2] = [
    ("TIOCGPKT", "pty_get_pktmode() puts an int; the page of man-pages 6.03 says `const int *`"),
    ("TIOCSPTLCK", "pty_set_lock() gets an int; the page says `int *`"),
];

#[test]
fn the_manual_page_about_terminals_agrees_with_the_table() {
    let page = "/usr/share/man/man2/ioctl_tty.2.gz";
    let output = Command::new("gzip").args(["--decompress", "--stdout", page]).output().unwrap();
    assert!(
        output.status.success(),
        "{page} is missing: `cargo xtask setup` installs manpages-dev"
    );
    let said = said_by_page(&String::from_utf8(output.stdout).unwrap());
    assert!(said.len() > 30, "{said:?}");
    let (mut confirmed, mut wrong) = (Vec::new(), Vec::new());
    for (name, said) in &said {
        let rows = kernel_copies::of(name);
        // TIOCTTYGSTRUCT is gone since Linux 2.5.
        if PAGE_DIFFERS.iter().any(|(differs, _)| differs == name) || rows.is_empty() {
            continue;
        }
        if rows.iter().any(|row| agrees(row, said)) {
            confirmed.push(name);
        } else {
            wrong.push(format!("{name}: {said:?}, and {rows:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(confirmed.len() >= 40, "{confirmed:?}");
}

/// `.B NAME`, `Argument:` and the type in the next line.
fn said_by_page(page: &str) -> BTreeMap<String, Said> {
    let lines: Vec<&str> = page.lines().collect();
    let of_three = |three: &[&str]| {
        let name = three[0].strip_prefix(".B ")?;
        if three[1] != "Argument:" {
            return None;
        }
        let said = match three[2].strip_prefix(".BI \"") {
            None => Said::Nothing,
            Some(quoted) => {
                let spelled = quoted.split('"').next()?.replace("\\~", " ");
                match spelled.trim_end().strip_suffix('*') {
                    None => Said::Value,
                    Some(ty) => {
                        let bare = ty.trim().strip_prefix("const ");
                        Said::Pointer(bare.unwrap_or(ty.trim()).to_owned(), bare.is_some())
                    }
                }
            }
        };
        Some((name.to_owned(), said))
    };
    lines.windows(3).filter_map(of_three).collect()
}

fn agrees(row: &Row<'_>, said: &Said) -> bool {
    match said {
        Said::Nothing => row.argument == Use::None,
        Said::Value => matches!(row.argument, Use::Value | Use::None),
        Said::Pointer(ty, is_read) => {
            let extent = if *is_read { &row.read } else { &row.written };
            extent.as_ref().is_some_and(|extent| is_of(extent, ty))
        }
    }
}

/// Whether as much is copied as a type has: by its name, or by its size where it is a scalar.
fn is_of(extent: &Extent<'_>, ty: &str) -> bool {
    let scalar = match ty {
        "int" | "unsigned int" | "pid_t" | "uint" | "__u32" | "__s32" => Some(4),
        "long" | "unsigned long" | "unsigned long long" | "__u64" | "uint64_t" | "size_t" => {
            Some(8)
        }
        "unsigned short" | "short" => Some(2),
        "char" | "unsigned char" => Some(1),
        _ => None,
    };
    let bare = |ty: &str| ty.trim_start_matches("struct ").trim_end_matches("_t").to_owned();
    let is_named = matches!(extent.what, What::Type(own) if bare(own) == bare(ty));
    is_named || scalar.is_some() && extent.bytes(x86_64()) == scalar
}

/// Where valgrind's authors and the table do not agree, and what the kernel's source says.
const VALGRIND_DIFFERS: [(&str, &str); 8] = [
    ("CDROM_GET_MCN", "cdrom_ioctl_get_mcn() copies to the program only"),
    ("FIGETBSZ", "do_vfs_ioctl() puts an int"),
    ("PIO_UNIMAPCLR", "vt_io_ioctl() does not look at the argument"),
    ("SNDCTL_SEQ_RESETSAMPLES", "snd_seq_oss_ioctl() gets an int"),
    ("SNDCTL_SEQ_TESTMIDI", "snd_seq_oss_ioctl() gets an int"),
    ("SIOCATMARK", "unix_ioctl() and smc_ioctl() put an int"),
    ("SNDCTL_TMR_SOURCE", "snd_seq_oss_timer_ioctl() does not look at the argument"),
    ("TIOCSPGRP", "tiocspgrp() gets a pid_t"),
];

/// valgrind's wrapper says of a command what is read (`PRE_MEM_READ`) and written (`PRE_MEM_WRITE`). It checks
/// no more than it has to, and often names one of two directions.
#[test]
fn valgrinds_wrapper_of_the_system_call_agrees_with_the_table() {
    if !is_full() {
        return;
    }
    let text = std::fs::read_to_string(valgrind(&cache()).unwrap()).unwrap();
    let said = said_by_wrapper(&text);
    assert!(said.len() > 190, "{}", said.len());
    let (mut confirmed, mut open, mut wrong) = (0, 0, Vec::new());
    for (name, said) in &said {
        let rows = kernel_copies::of(name);
        let differs = VALGRIND_DIFFERS.iter().any(|(differs, _)| differs == name);
        let Some(held) = rows.iter().map(|row| held_against(row, said)).max() else { continue };
        match (held, differs) {
            (Held::Confirms, false) => confirmed += 1,
            (Held::Open, false) => open += 1,
            (Held::Contradicts, true) => {}
            _ => wrong.push(format!("{name}: {said:?}, and {rows:?}")),
        }
    }
    println!("{confirmed} confirmed, {open} left open");
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(confirmed >= 135, "{confirmed}");
}

/// What the wrapper says of a command: the types, numbers or names of sizes that are read and written.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Wrapped {
    read: Vec<String>,
    written: Vec<String>,
}

/// The cases of the wrapper's `PRE(sys_ioctl)` that give all of what is copied, by command.
fn said_by_wrapper(text: &str) -> BTreeMap<String, Wrapped> {
    let begin = text.find("PRE(sys_ioctl)").unwrap();
    let end = text.find("POST(sys_ioctl)").unwrap();
    let mut said = BTreeMap::new();
    let (mut names, mut body) = (Vec::new(), String::new());
    for line in text[begin..end].lines() {
        let label = line.trim().strip_prefix("case VKI_").and_then(|rest| rest.split_once(':'));
        let Some((name, _)) = label else {
            let is_code = !line.trim().is_empty() && !line.trim().starts_with(['/', '*', '#']);
            if is_code && !names.is_empty() {
                body.push_str(line.trim());
                body.push(' ');
            }
            continue;
        };
        if !body.is_empty() {
            keep(&mut said, &mut names, &body);
            body.clear();
        }
        names.push(name.trim().to_owned());
    }
    keep(&mut said, &mut names, &body);
    said
}

fn keep(said: &mut BTreeMap<String, Wrapped>, names: &mut Vec<String>, body: &str) {
    let copied = |call: &str| {
        let calls = body.split(call).skip(1).filter_map(|rest| {
            let (_, size) = rest.split(';').next()?.split_once("ARG3,")?;
            let size = size.trim().strip_suffix(')')?.trim().replace("vki_", "");
            let inner = size.strip_prefix("sizeof").map(str::trim);
            let inner = inner.and_then(|inner| inner.strip_prefix('(')?.strip_suffix(')'));
            Some(inner.map_or(size.clone(), |ty| ty.trim().to_owned()))
        });
        calls.collect::<Vec<String>>()
    };
    // Members one by one, and code that reads the structure itself, say something else.
    let is_plain = !["FIELD", "RASCIIZ", "->", "if ("].iter().any(|word| body.contains(word));
    let wrapped = Wrapped { read: copied("PRE_MEM_READ"), written: copied("PRE_MEM_WRITE") };
    for name in names.drain(..) {
        if is_plain && wrapped != Wrapped::default() {
            said.entry(name).or_insert_with(|| wrapped.clone());
        }
    }
}

/// What comes of comparing a row, the best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Held {
    Contradicts,
    Open,
    Confirms,
}

fn held_against(row: &Row<'_>, said: &Wrapped) -> Held {
    if row.argument == Use::Unknown {
        return Held::Open;
    }
    let ways = [(&row.read, &said.read), (&row.written, &said.written)];
    let both = ways.into_iter().filter_map(|(extent, said)| {
        let extent = extent.as_ref().filter(|_| !said.is_empty())?;
        let comparable = |ty: &&String| ty.bytes().any(|byte| byte.is_ascii_lowercase());
        Some(match extent.what {
            What::Members(_) | What::Varying => Held::Open,
            _ if said.iter().any(|ty| is_of(extent, ty)) => Held::Confirms,
            What::Number => Held::Open,
            _ if !said.iter().all(|ty| comparable(&ty)) => Held::Open,
            _ => Held::Contradicts,
        })
    });
    // Nothing in common: one says that it is read, and the other that it is written, or no pointer.
    both.min().unwrap_or(Held::Contradicts)
}
