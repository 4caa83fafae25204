//! What the derive says of structures is what gcc makes of the same structures in C: sizes and
//! offsets on every ABI, and whether they are the same on all of them and without padding.

#[path = "derive/random.rs"]
mod random;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use ioctlkit_oracle::{Compiler, Effort, Probe};
use random::{Member, Numbers, Random, Type};

/// Size, alignment and offsets in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Layout {
    size: u64,
    align: u64,
    offsets: Vec<u64>,
}

/// What the derive says of a structure.
#[derive(Debug, Default)]
struct Said {
    is_portable: bool,
    /// By the ABI's name.
    layouts: HashMap<String, Layout>,
}

#[test]
fn descriptions_and_the_proof_agree_with_gcc_on_every_abi() {
    let seed = env::var("IOCTLKIT_SEED").map_or(0, |seed| seed.parse().expect("a number"));
    let count = match Effort::from_environment() {
        Effort::Quick => 200,
        Effort::Full => 1500,
    };
    let records = random::records(&mut Numbers(seed), count);
    let said = said(&records);
    let compilers = Compiler::all().unwrap_or_else(|error| panic!("{error}"));
    let asked: Vec<(&str, Vec<Layout>)> =
        compilers.iter().map(|compiler| (compiler.abi().name, asked(compiler, &records))).collect();
    for (abi, layouts) in &asked {
        for (index, layout) in layouts.iter().enumerate() {
            let described = &said[index].layouts[*abi];
            let shown = random::in_c(index, &records[index]);
            assert_eq!(described, layout, "on {abi}, the derive's and gcc's:\n{shown}");
        }
    }
    let mut portable = 0;
    for (index, record) in records.iter().enumerate() {
        let by_gcc = is_portable(index, &records, &asked);
        // A structure inside another one is proved by itself.
        let proved = said[index].is_portable && holds_portable(record, &records, &said);
        let shown = random::in_rust(index, record);
        assert_eq!(proved, by_gcc, "the derive's verdict and gcc's:\n{shown}");
        portable += usize::from(proved);
    }
    let refused = count - portable;
    assert!(portable > count / 10 && refused > count / 10, "{portable} of {count} are portable");
}

/// Whether all structures inside of this one are portable by themselves.
fn holds_portable(record: &Random, records: &[Random], said: &[Said]) -> bool {
    record.members.iter().all(|member| match member.ty {
        Type::Record(index) => {
            said[index].is_portable && holds_portable(&records[index], records, said)
        }
        Type::Scalar(..) | Type::Flexible(..) => true,
    })
}

/// Whether gcc makes the same of a structure on every ABI, and every byte of it is a member's.
fn is_portable(index: usize, records: &[Random], asked: &[(&str, Vec<Layout>)]) -> bool {
    let (_, first) = &asked[0];
    let same = asked.iter().all(|(_, layouts)| {
        let (one, other) = (&first[index], &layouts[index]);
        one.size == other.size && one.offsets == other.offsets
    });
    same && is_full(index, records, first)
        && records[index].members.iter().all(|member| match member.ty {
            Type::Record(inner) => is_portable(inner, records, asked),
            Type::Scalar(rust, _) => !follows_words(rust),
            Type::Flexible(..) => true,
        })
}

/// A word is not portable, even in a place where nothing moves with it.
fn follows_words(rust: &str) -> bool {
    matches!(rust, "usize" | "core::ffi::c_long" | "core::ffi::c_ulong") || rust.starts_with('*')
}

/// Whether every byte is a member's, and in a union every member's.
fn is_full(index: usize, records: &[Random], layouts: &[Layout]) -> bool {
    let (record, layout) = (&records[index], &layouts[index]);
    let sizes = record.members.iter().map(|member| size(member, layouts));
    if record.is_union {
        return sizes.into_iter().all(|size| size == layout.size);
    }
    sizes.sum::<u64>() == layout.size
}

fn size(member: &Member, layouts: &[Layout]) -> u64 {
    let one = match member.ty {
        Type::Flexible(..) => 0,
        Type::Record(index) => layouts[index].size,
        Type::Scalar("u8" | "i8", _) => 1,
        Type::Scalar("u16" | "i16", _) => 2,
        Type::Scalar("u32" | "i32", _) => 4,
        Type::Scalar(..) => 8,
    };
    one * member.length.unwrap_or(1)
}

/// Asks gcc.
fn asked(compiler: &Compiler, records: &[Random]) -> Vec<Layout> {
    let mut text = random::PRELUDE.to_owned();
    for (index, record) in records.iter().enumerate() {
        text.push_str(&random::in_c(index, record));
    }
    let mut probe = Probe::new(text);
    for (index, record) in records.iter().enumerate() {
        probe.expression(format!("sizeof(T{index})"));
        // The alignment inside a structure, which `_Alignof` is not on every ABI.
        probe.expression(format!("__builtin_offsetof(struct {{ char c; T{index} t; }}, t)"));
        for place in 0..record.members.len() {
            probe.expression(format!("__builtin_offsetof(T{index}, m{place})"));
        }
    }
    let name = compiler.abi().name;
    let answers = probe.ask(compiler).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut values = answers.values.into_iter();
    let mut next = || values.next().expect("an answer to each question");
    records
        .iter()
        .map(|record| Layout {
            size: next(),
            align: next(),
            offsets: record.members.iter().map(|_| next()).collect(),
        })
        .collect()
}

/// Compiles the structures with the derive, runs the program and reads what it prints.
fn said(records: &[Random]) -> Vec<Said> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("derived");
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut program = "#![allow(dead_code)]\n".to_owned();
    let mut calls = String::new();
    for (index, record) in records.iter().enumerate() {
        program.push_str(&random::in_rust(index, record));
        let offsets: Vec<String> = (0..record.members.len())
            .map(|place| format!("core::mem::offset_of!(R{index}, m{place})"))
            .collect();
        let _ = writeln!(calls, "    told::<R{index}>({index}, &[{}]);", offsets.join(", "));
    }
    program.push_str(include_str!("derive/program.rs"));
    let _ = write!(program, "\nfn main() {{\n{calls}}}\n");
    let ioctlkit = here.join("../ioctlkit").display().to_string();
    let manifest = format!(
        "[package]\nname = \"derived\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
         [workspace]\n[[bin]]\nname = \"derived\"\npath = \"main.rs\"\n\
         [dependencies]\nioctlkit = {{ path = {ioctlkit:?}, default-features = false }}\n\
         [profile.dev]\ndebug = false\n"
    );
    fs::create_dir_all(&folder).expect("the folder can be made");
    fs::write(folder.join("Cargo.toml"), manifest).expect("the manifest can be written");
    fs::write(folder.join("main.rs"), program).expect("the program can be written");
    fs::copy(here.join("../Cargo.lock"), folder.join("Cargo.lock")).expect("versions are locked");
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["run", "--quiet", "--manifest-path"])
        .arg(folder.join("Cargo.toml"))
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    read(&String::from_utf8_lossy(&output.stdout))
}

fn read(text: &str) -> Vec<Said> {
    let mut said: Vec<Said> = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            [_, verdict @ ("portable" | "refused")] => {
                said.push(Said { is_portable: verdict == "portable", ..Said::default() });
            }
            [_, abi, ref numbers @ ..] => {
                let mut numbers = numbers.iter().map(|word| word.parse().expect("a number"));
                let (size, align) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
                let layout = Layout { size, align, offsets: numbers.collect() };
                let last = said.last_mut().expect("a verdict comes first");
                last.layouts.insert(abi.to_owned(), layout);
            }
            _ => panic!("{line}"),
        }
    }
    said
}
