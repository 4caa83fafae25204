//! What is made for those who look at a module from outside, before the programs that it is for:
//! the compiler of each ABI, the formatters of manual pages, and the decoder as it runs.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use ioctl_gen::module::{Options, plan, render, userland};
use ioctlkit_abi::Abi;
use ioctlkit_oracle::Compiler;
use ioctlkit_sources::rust;
use ioctlkit_vm::{Cache, Headers, Release};

const DRIVERS: [&str; 4] = ["echo", "gong", "pulse", "shelf"];

/// syzkaller's architectures that Debian has a compiler for, the ABI, and the kernel's folder.
const ARCHES: [(&str, &str, &str); 8] = [
    ("386", "i386", "x86"),
    ("amd64", "x86_64", "x86"),
    ("arm", "arm", "arm"),
    ("arm64", "aarch64", "arm64"),
    ("mips64le", "mipsel_n64", "mips"),
    ("ppc64le", "powerpc64le", "powerpc"),
    ("riscv64", "riscv64", "riscv"),
    ("s390x", "s390x", "s390"),
];

fn committed(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    match name {
        "echo" => root.join("examples/echo/module"),
        name => root.join("fixtures/module").join(name),
    }
}

fn read(driver: &str, path: &str) -> String {
    let path = committed(driver).join(path.replace("NAME", driver));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// How many commands a driver has, each of which has a number at least.
fn commands(driver: &str) -> usize {
    let count =
        read(driver, "NAME.abi").lines().filter(|line| line.starts_with("command ")).count();
    assert!(count > 0, "{driver}");
    count
}

/// The constants of a syzkaller file on an architecture.
fn constants(text: &str, arch: &str) -> BTreeMap<String, u64> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.starts_with("arches"));
    lines
        .map(|line| {
            let (name, values) = line.split_once(" = ").unwrap();
            let mut value = None;
            for part in values.split(", ") {
                let (arches, number) = part.rsplit_once(':').unwrap_or(("", part));
                if arches.is_empty() || arches.split(':').any(|known| known == arch) {
                    value = Some(number.parse().unwrap());
                }
            }
            (name.to_owned(), value.unwrap())
        })
        .collect()
}

/// The folder with every architecture's headers of a kernel, which comes into the cache of the tests
/// like those that modules are built against.
fn common() -> &'static Path {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let cache = Cache::at(Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache/ioctlkit"));
        let release = Release::newest("6.12", &cache).unwrap();
        let headers = Headers::of(&release, &cache).unwrap();
        let version = release.as_str().strip_suffix("-cloud-amd64").unwrap();
        headers.folder().with_file_name(format!("linux-headers-{version}-common"))
    });
    &FOLDER
}

/// What is the same on most architectures, and is generated when the kernel exports its headers.
/// It is made once: the compilers of all tests read it side by side.
fn generic() -> &'static Path {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("userland/headers");
        fs::create_dir_all(made.join("asm")).unwrap();
        for name in ["types", "ioctl", "posix_types", "bitsperlong"] {
            let text = format!("#include <asm-generic/{name}.h>\n");
            fs::write(made.join(format!("asm/{name}.h")), text).unwrap();
        }
        made
    });
    &FOLDER
}

/// The folders in which a compiler finds the headers of an architecture. The generic ones come before
/// the machine's own, whose `asm/` is of one architecture.
fn headers(driver: &str, folder: &str) -> Vec<PathBuf> {
    let own = common().join("arch").join(folder).join("include/uapi");
    assert!(own.is_dir(), "{}", own.display());
    vec![committed(driver).join("include/uapi"), own, generic().into(), "/usr/include".into()]
}

#[test]
fn syzkallers_constants_are_what_the_compiler_of_each_architecture_makes_of_the_header() {
    for driver in DRIVERS {
        let defines: String = read(driver, "syzkaller/dev_NAME.txt")
            .lines()
            .filter(|line| line.starts_with("define "))
            .flat_map(|line| ["#", line, "\n"].map(str::to_owned))
            .collect();
        let file = read(driver, "syzkaller/dev_NAME.txt.const");
        for (arch, abi, folder) in ARCHES {
            let constants = constants(&file, arch);
            assert!(constants.len() >= commands(driver), "{driver}, {arch}");
            let mut source = format!("#define __user\n#include <linux/{driver}.h>\n{defines}");
            for (name, value) in constants {
                writeln!(source, "_Static_assert({name} == {value}u, \"{name}\");").unwrap();
            }
            let compiler = Compiler::of(Abi::by_name(abi).unwrap());
            let compiler = compiler.unwrap_or_else(|error| panic!("{error}"));
            let assembly = compiler.assembly(&source, &headers(driver, folder));
            assembly.unwrap_or_else(|error| panic!("{driver}, {arch}: {error}"));
        }
    }
}

#[test]
fn straces_entries_are_what_the_compiler_makes_of_the_header() {
    for driver in DRIVERS {
        for (bits, abi) in [(32, "i386"), (64, "x86_64")] {
            let entries = read(driver, &format!("tools/strace/ioctls_{bits}.inc"));
            let mut source = format!("#define __user\n#include <linux/{driver}.h>\n");
            let mut count = 0;
            for entry in entries.lines().filter_map(|line| line.strip_prefix("{ ")) {
                let entry = entry.strip_suffix(" },").unwrap();
                let fields: Vec<&str> = entry.split(", ").collect();
                let [header, name, direction, number, size] = fields[..] else {
                    panic!("{entry}");
                };
                assert_eq!(header, format!("\"linux/{driver}.h\""));
                let name = name.trim_matches('"');
                writeln!(
                    source,
                    "_Static_assert({name} == \
                     _IOC({direction}, {number} >> 8, {number} & 0xff, {size}), \"{name}\");"
                )
                .unwrap();
                count += 1;
            }
            assert!(count >= commands(driver), "{driver}: {count}");
            let compiler = Compiler::of(Abi::by_name(abi).unwrap());
            let compiler = compiler.unwrap_or_else(|error| panic!("{error}"));
            let assembly = compiler.assembly(&source, &headers(driver, "x86"));
            assembly.unwrap_or_else(|error| panic!("{driver}, {bits}: {error}"));
        }
    }
}

/// What a program says, on both of its outputs; it must not fail.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{command:?}\n{said}");
    said
}

#[test]
fn manual_pages_pass_groff_and_mandoc_without_a_word() {
    for driver in DRIVERS {
        let page = committed(driver).join(format!("man/{driver}.4"));
        let lint = run(Command::new("mandoc").args(["-T", "lint", "-W", "all"]).arg(&page));
        assert_eq!(lint, "", "{driver}");
        let groff = Command::new("groff").args(["-man", "-ww", "-z"]).arg(&page).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&groff.stderr), "", "{driver}");
        let page = read(driver, "man/NAME.4");
        for entry in read(driver, "tools/strace/ioctls_64.inc").lines().skip(1) {
            let name = entry.split('"').nth(3).unwrap().split('(').next().unwrap();
            assert!(page.contains(name), "{driver}: {name}");
        }
    }
}

/// A decoder, built for 64 and for 32 bits.
struct Decoders {
    folder: PathBuf,
    name: &'static str,
}

impl Decoders {
    fn built(name: &'static str, purpose: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("userland").join(purpose);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        run(Command::new("cp").arg("-r").arg(committed(name)).arg(folder.join(name)));
        let folder = folder.join(name).join("tools");
        run(Command::new("make")
            .arg("-s")
            .arg("-C")
            .arg(&folder)
            .arg("CFLAGS=-std=gnu11 -O2 -Wall -Wextra -Werror -fsanitize=undefined,address")
            .args([format!("{name}_decode"), format!("{name}_decode32")]));
        Self { folder, name }
    }

    fn run(&self, suffix: &str, arguments: &[&str]) -> Output {
        let program = self.folder.join(format!("{}_decode{suffix}", self.name));
        Command::new(program).args(arguments).output().unwrap()
    }

    fn says(&self, suffix: &str, arguments: &[&str]) -> String {
        let output = self.run(suffix, arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }
}

#[test]
fn a_decoder_knows_every_number_of_its_abi() {
    for driver in DRIVERS {
        let decoders = Decoders::built(driver, "numbers");
        let file = read(driver, "syzkaller/dev_NAME.txt.const");
        let description = read(driver, "syzkaller/dev_NAME.txt");
        let is_command = |name: &str| {
            description.contains(&format!("cmd const[{name}]"))
                || description.contains(&format!("define {name}\t"))
        };
        for (arch, suffix) in [("amd64", ""), ("386", "32")] {
            for (name, number) in constants(&file, arch).into_iter().filter(|(n, _)| is_command(n))
            {
                let said = decoders.says(suffix, &[&format!("{number:#x}")]);
                // `ECHO_CHANNEL_3` is `ECHO_CHANNEL(3)`.
                let said = said.replace('(', "_").replace(')', "");
                assert_eq!(said, name, "{arch}: {number:#x}");
            }
        }
    }
}

#[test]
fn a_decoder_says_what_the_bytes_of_an_argument_mean() {
    let gong = Decoders::built("gong", "members");
    for (number, bytes, said) in [
        ("0x4500", "", "GONG_RESET"),
        (
            "0x40184502",
            "01000000 02000000 fdffffff 00000000 0500000000000000",
            "GONG_SET_CONFIG {flags=0x1, mode=2, level=-3, _reserved0=[0, 0, 0, 0], delay_ns=5}",
        ),
        (
            "0x40184502",
            "05000000 02000000 03000000 00000001 0000000000000080",
            "GONG_SET_CONFIG {flags=0x5 /* not valid: 0x4 */, mode=2, level=3, \
             _reserved0=[0, 0, 0, 0x1 /* not valid: 0x1 */], delay_ns=9223372036854775808}",
        ),
        (
            "0x40184502",
            "01000000 0200",
            "GONG_SET_CONFIG {flags=0x1, mode=?, level=?, _reserved0=?, delay_ns=?}",
        ),
        ("0x4503", "ffffffff", "GONG_SET_MODE -1"),
        (
            "0x80104506",
            "0100000000000000 0200000000000000",
            "GONG_STATS {calls=1, bytes=2, errors=?}",
        ),
        ("0x80034508", "414243", "GONG_NAME(3) [65, 66, 67]"),
        ("0x80034508", "4142", "GONG_NAME(3) [65, 66] /* 2 of 3 bytes */"),
        (
            "0xc0084509",
            "02000000 00000000 ffffffff 01000000 02000000 00020000",
            "GONG_SAMPLES {count=2, _reserved0=[0, 0, 0, 0], samples=[{value=-1, flags=0x1}, \
             {value=2, flags=0x200 /* not valid: 0x200 */}]}",
        ),
        ("0xc0084542", "07000000 00000000", "GONG_CHANNEL(2) {gain=7, _reserved0=0}"),
    ] {
        for suffix in ["", "32"] {
            assert_eq!(gong.says(suffix, &[number, bytes]), said, "{number} {bytes}");
        }
    }
    // What differs between the two: a `long`, an address, and what is aligned behind them.
    let of_64_bits = "ffffffffffffffff 07000000 00000000 0800000000000000 1000000000000000 \
                      0100000000000000 0200000000000000 0300000000000000";
    let of_32_bits = "ffffffff 07000000 0800000000000000 10000000 01000000 02000000 03000000";
    let legacy = "GONG_LEGACY {when=-1, id=7, total=8, buffer=0x10, history=[1, 2, 3]}";
    assert_eq!(gong.says("", &["0xc038450c", of_64_bits]), legacy);
    assert_eq!(gong.says("32", &["0xc020450c", of_32_bits]), legacy);
}

#[test]
fn a_decoder_says_what_it_does_not_know() {
    let gong = Decoders::built("gong", "unknown");
    for number in ["0", "0x4512", "0xc0084548", "0x40184501", "0xffffffff"] {
        let output = gong.run("", &[number]);
        assert_eq!(output.status.code(), Some(1), "{number}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("no command of /dev/gong"));
    }
    for arguments in [&["gong"] as &[&str], &[""], &["0x100000000"], &["1", "2", "3"]] {
        let output = gong.run("", arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("usage: "));
    }
    assert_eq!(gong.says("", &[]).lines().count(), 21);
}

/// What compiles a header of functions, with the UAPI header as one that is installed.
fn compiles(compiler: &str, arguments: &[&str], module: &Path, header: &str, body: &str) {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join(if compiler == "gcc" { "x.c" } else { "x.cc" });
    fs::write(&source, format!("#include \"{header}\"\n{body}\n")).unwrap();
    run(Command::new(compiler)
        .args(arguments)
        .args(["-Wall", "-Wextra", "-Werror", "-pedantic", "-D__user=", "-c", "-isystem"])
        .arg(module.join("include/uapi"))
        .arg("-I")
        .arg(module.join("tools"))
        .arg(&source)
        .arg("-o")
        .arg(folder.path().join("x.o")));
}

#[test]
fn functions_compile_as_c_and_as_cpp_without_a_warning() {
    for driver in DRIVERS {
        let header = format!("{driver}_calls.h");
        let arguments: [(&str, &[&str]); 4] = [
            ("gcc", &["-std=c99"]),
            ("gcc", &["-std=c99", "-m32"]),
            ("gcc", &["-std=c11", "-Wconversion", "-Wno-sign-conversion"]),
            ("g++", &["-std=c++17", "-Wshadow"]),
        ];
        for (compiler, arguments) in arguments {
            // Twice: it guards itself.
            let again = format!("#include \"{header}\"");
            compiles(compiler, arguments, &committed(driver), &header, &again);
        }
    }
}

/// Runs Python with the tools of a module in its path.
fn python(tools: &Path, program: &str) -> String {
    run(Command::new("python3")
        .args(["-B", "-W", "error", "-c", program])
        .env("PYTHONPATH", tools)
        .current_dir(tools))
}

/// A program that prints what a module has, as if on an ABI.
fn printing(driver: &str, abi: Option<&str>, what: &str) -> String {
    let pretended = match abi {
        // What ctypes lays out is still that of this machine.
        Some(abi) => format!(
            "text = text.replace('\\n_ABI = _abi()\\n', '\\n_ABI = \"{abi}\"\\n')\n\
             assert '_ABI = \"{abi}\"' in text\n\
             text = text.replace('def _holds(', '_holds = lambda *_: None\\ndef _unused(')\n"
        ),
        None => String::new(),
    };
    format!(
        "import ctypes, pathlib, types\n\
         text = pathlib.Path('{driver}_calls.py').read_text()\n\
         {pretended}\
         module = types.ModuleType('calls')\n\
         exec(compile(text, 'calls', 'exec'), module.__dict__)\n\
         {what}"
    )
}

#[test]
fn the_sizes_and_offsets_of_python_are_those_of_the_compiler() {
    let what = "import re\n\
        for name, kind in vars(module).items():\n\
        \x20   if isinstance(kind, type) and issubclass(kind, ctypes.Structure) and name[0] != '_':\n\
        \x20       tag = re.sub('(?<!^)(?=[A-Z])', '_', name).lower()\n\
        \x20       print(f'sizeof(struct {tag}) == {ctypes.sizeof(kind)}')\n\
        \x20       for field, _ in kind._fields_:\n\
        \x20           place = getattr(kind, field).offset, field.replace('from_', 'from')\n\
        \x20           print(f'__builtin_offsetof(struct {tag}, {place[1]}) == {place[0]}')\n";
    for driver in DRIVERS {
        let said = python(&committed(driver).join("tools"), &printing(driver, None, what));
        assert!(said.lines().count() > 15, "{said}");
        let mut source = format!("#define __user\n#include <linux/{driver}.h>\n");
        for line in said.lines() {
            writeln!(source, "_Static_assert({line}, \"{line}\");").unwrap();
        }
        let compiler = Compiler::of(Abi::by_name("x86_64").unwrap());
        let compiler = compiler.unwrap_or_else(|error| panic!("{error}"));
        let assembly = compiler.assembly(&source, &headers(driver, "x86"));
        assembly.unwrap_or_else(|error| panic!("{driver}: {error}"));
    }
}

#[test]
fn the_numbers_of_python_are_what_the_compiler_of_each_architecture_makes_of_the_header() {
    let what = "for name, value in vars(module).items():\n\
        \x20   if name.isupper() and name[0] != '_': print(name, value)\n";
    for driver in DRIVERS {
        let header = read(driver, "include/uapi/linux/NAME.h");
        for (arch, abi, folder) in ARCHES {
            // One stands for all that no program of Python could tell apart.
            let known = match abi {
                "mipsel_n64" => "mips_n64",
                "powerpc64le" => "powerpc64",
                abi => abi,
            };
            let program = printing(driver, Some(known), what);
            let said = python(&committed(driver).join("tools"), &program);
            let mut source = format!("#define __user\n#include <linux/{driver}.h>\n");
            let mut count = 0;
            for line in said.lines() {
                let (name, value) = line.split_once(' ').unwrap();
                let is_head = header.contains(&format!("#define {name}("));
                let call = if is_head { format!("{name}(0)") } else { name.to_owned() };
                writeln!(source, "_Static_assert({call} == {value}, \"{name}\");").unwrap();
                count += 1;
            }
            assert!(count > 6, "{driver}, {arch}: {count}");
            let compiler = Compiler::of(Abi::by_name(abi).unwrap());
            let compiler = compiler.unwrap_or_else(|error| panic!("{error}"));
            let assembly = compiler.assembly(&source, &headers(driver, folder));
            assembly.unwrap_or_else(|error| panic!("{driver}, {arch}: {error}"));
        }
    }
}

/// The files of a module, made of Rust source.
fn made_of(source: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("source.rs");
    fs::write(&path, source).unwrap();
    let request = rust::Request { paths: vec![path], ..rust::Request::default() };
    let (interface, problems) = rust::read(&request);
    assert!(problems.is_empty(), "{problems:?}");
    let plan = plan(&interface, &Options::default()).unwrap();
    let mut files = render(&plan).unwrap();
    files.extend(userland(&interface, &plan).unwrap());
    for file in files {
        let path = folder.path().join(&file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file.text).unwrap();
    }
    folder
}

/// A structure that holds one which leads back to it, and that leads to itself.
const CIRCLES: &str = r#"
use ioctlkit::{Ioctl, IoctlData, Reserved, UserPtr};

/// What a node holds.
#[derive(IoctlData)]
#[repr(C)]
pub struct NodeInner<'a> {
    /// Where it belongs: at 50 % of it.
    #[ioctl(count = parents)]
    pub parent: UserPtr<'a, NodeOuter<'a>>,
    /// How many.
    pub parents: u32,
    pub _reserved0: Reserved<4>,
}

/// A node.
#[derive(IoctlData)]
#[repr(C)]
pub struct NodeOuter<'a> {
    /// What it holds.
    pub inner: NodeInner<'a>,
    /// The next ones.
    #[ioctl(count = others)]
    pub next: UserPtr<'a, NodeOuter<'a>>,
    /// How many.
    pub others: u64,
}

/// An invented device.
#[derive(Ioctl)]
#[ioctl(type = b'N', device = Node, unsafe(path = "/dev/node"), prefix = "NODE_")]
pub enum NodeIoctl<'a> {
    /// Sets it.
    #[ioctl(nr = 1, write)]
    Set(NodeOuter<'a>),
}
"#;

#[test]
fn structures_that_lead_in_a_circle_are_laid_out_cleared_and_decoded() {
    let folder = made_of(CIRCLES);
    let cleared = "void f(struct node_outer *it);\n\
                   void f(struct node_outer *it) { node_outer_clear_reserved(it); }";
    compiles("gcc", &["-std=c99"], folder.path(), "node_calls.h", cleared);
    let program = "import node_calls as node\nprint(node.NodeOuter.inner.size)\n";
    assert_eq!(python(&folder.path().join("tools"), program), "16\n");
    let page = fs::read_to_string(folder.path().join("man/node.4")).unwrap();
    assert!(page.contains("at 50 % of it"), "{page}");
    let tools = folder.path().join("tools");
    let decoder = tools.join("node_decode");
    run(Command::new("gcc")
        .args(["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-D__user=", "-I"])
        .arg(folder.path().join("include/uapi"))
        .arg(tools.join("node_decode.c"))
        .arg("-o")
        .arg(&decoder));
    let number = "0x40204e01";
    let node = format!("{:0<48}{:0<16}", "", "01");
    let next = format!("next={node}");
    let said = Command::new(&decoder).args([number, &node, &next]).output().unwrap();
    assert_eq!(said.status.code(), Some(0), "{said:?}");
    let out = String::from_utf8(said.stdout).unwrap();
    assert_eq!(out.matches("others=1").count(), 2, "{out}");
    let said = Command::new(&decoder).args([number, &node, "nxet=00"]).output().unwrap();
    assert_eq!(said.status.code(), Some(2), "{said:?}");
    assert!(String::from_utf8_lossy(&said.stderr).starts_with("nxet=00: no member"), "{said:?}");
}

const HOLDS_ANOTHER: &str = "/// Two.\n#[derive(IoctlData)]\n#[repr(C)]\npub struct GongPair {\n    \
    pub one: GongSample,\n    pub other: GongChannel,\n}\n\n/// Samples of the caller.";

#[test]
fn names_that_are_keywords_elsewhere_get_an_underscore() {
    let source = committed("echo").join("../../../fixtures/module/gong.rs");
    let mut text = fs::read_to_string(source).unwrap();
    for (from, to) in [
        ("pub mode: u32,", "pub class: u32,"),
        ("pub level: i32,", "pub template: i32,"),
        ("pub cookie: u64,", "pub None: u64,"),
        ("pub depth: u32,\n    pub _res", "pub lambda: u32,\n    pub _res"),
        ("Reset,", "Import,"),
        ("Legacy(GongLegacy)", "Close(GongLegacy)"),
        // A structure that another command has holds one of an earlier.
        ("/// Samples of the caller.", HOLDS_ANOTHER),
        (
            "    Channel(GongChannel),",
            "    Channel(GongChannel),\n    #[ioctl(nr = 0x50, write)]\n    Pair(GongPair),",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let folder = made_of(&text);
    for (compiler, standard, end) in [("gcc", "-std=c99", ""), ("g++", "-std=c++17", "_")] {
        let body = format!(
            "int f(struct gong_config *it);\n\
             int f(struct gong_config *it) {{ return (int)it->class{end} + it->template{end}; }}"
        );
        compiles(compiler, &[standard], folder.path(), "gong_calls.h", &body);
    }
    run(Command::new("gcc")
        .args(["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-D__user=", "-I"])
        .arg(folder.path().join("include/uapi"))
        .arg(folder.path().join("tools/gong_decode.c")));
    let program = "import gong_calls as gong\n\
        it = gong.GongConfig(class_=1, template=2)\n\
        print(it.class_, it.template, gong.GongQuery(None_=3, lambda_=4).None_)\n\
        print(gong.Device.import_.__name__, gong.Device.close_.__name__)\n";
    assert_eq!(python(&folder.path().join("tools"), program), "1 2 3\nimport_ close_\n");
}
