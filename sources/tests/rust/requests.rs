//! How requests reach `ioctl`, and what says which they are.

use ioctlkit_model::{Encoder, ProblemKind, THROUGH_CONSTANT};
use ioctlkit_sources::rust::{Constants, Request, read};

use crate::support::{Read, abi, command, names, number, read_files, write};

/// A crate of one file and its manifest.
fn crate_of(manifest: &str, files: &[(&str, &str)]) -> Read {
    let manifest = format!("[package]\nname = \"p\"\nversion = \"0.0.0\"\n{manifest}");
    let mut all = vec![("Cargo.toml", manifest.as_str())];
    all.extend(files);
    read_files(&all)
}

/// The plain numbers, and the reasons for what is unknown.
fn raw(read: &Read) -> Vec<(&str, u32)> {
    let numbers = read.interface.raw_numbers.iter();
    numbers.map(|raw| (raw.name.as_str(), *raw.variants.first().unwrap())).collect()
}

fn unknown(read: &Read) -> Vec<&str> {
    read.interface.not_understood.iter().map(|unknown| unknown.name.as_str()).collect()
}

fn source(text: &str) -> Read {
    read_files(&[("lib.rs", text)])
}

#[test]
fn an_opcode_of_rustix_inside_a_call_is_a_command() {
    let read = source(
        "use rustix::ioctl::{ioctl, opcode, Setter, Getter, Opcode};\n\
         const OP: Opcode = 0x4004_5510;\n\
         fn a(fd: F) { unsafe { ioctl(fd, Setter::<{ opcode::write::<i32>(b'g', 131) }, _>::new(3)) } }\n\
         fn b(fd: F) { unsafe { ioctl(fd, Setter::<OP, u32>::new(1)) } }\n\
         fn c(fd: F) { unsafe { ioctl(fd, Getter::<0x8004_5511, u32>::new()) } }\n",
    );
    assert_eq!(number(&read.interface, "a", "x86_64"), 0x4004_6783);
    let numbers: Vec<u32> = raw(&read).into_iter().map(|(_, number)| number).collect();
    assert_eq!(numbers, [0x4004_5510, 0x8004_5511]);
}

#[test]
fn types_of_others_that_are_named_as_those_of_rustix_are_none() {
    let read = source(
        "pub struct Setter<const N: u32, T>(T);\nimpl<const N: u32, T> Setter<N, T> { fn new(t: T) -> Self { Self(t) } }\n\
         fn a() { let _ = Setter::<0x4004_5510, u32>::new(1); }\n",
    );
    assert!(raw(&read).is_empty() && read.interface.commands.is_empty());
}

#[test]
fn what_opcode_of_an_implementation_yields_is_a_request() {
    let read = source(
        "struct A; struct B;\n\
         unsafe impl rustix::ioctl::Ioctl for A { fn opcode(&self) -> rustix::ioctl::Opcode { 0x8008_4803 } }\n\
         unsafe impl rustix::ioctl::Ioctl for B {\n\
             fn opcode(&self) -> rustix::ioctl::Opcode { rustix::ioctl::opcode::read::<u16>(b'H', 4) } }\n",
    );
    assert_eq!(raw(&read), [("A", 0x8008_4803)]);
    assert_eq!(number(&read.interface, "B", "x86_64"), 0x8002_4804);
}

#[test]
fn requests_are_followed_through_functions_methods_and_macros() {
    let read = source(
        "const GET_A: u64 = 0x4008_7001; const GET_B: u64 = 0x4008_7002; const GET_C: u64 = 0x4008_7003;\n\
         const GET_D: u64 = 0x4008_7004; const GET_E: u64 = 0x4008_7005;\n\
         unsafe fn xioctl(fd: i32, req: u64, p: *mut u8) -> i32 { libc::ioctl(fd, req as _, p) }\n\
         unsafe fn retry(fd: i32, req: u64, p: *mut u8) -> i32 { loop { xioctl(fd, req, p); } }\n\
         struct Dev { fd: i32 }\n\
         impl Dev { unsafe fn call(&self, cmd: u64, p: *mut u8) -> i32 { retry(self.fd, cmd, p) } }\n\
         macro_rules! ioctl { ($fd:expr, $req:expr) => { match libc::ioctl($fd, $req as _) { -1 => 1, _ => 0 } } }\n\
         use libc::ioctl as system;\n\
         unsafe fn all(d: &Dev, p: *mut u8, wide: bool) {\n\
             xioctl(0, GET_A, p); d.call(GET_B, p); ioctl!(0, GET_C); system(0, GET_D as _, p);\n\
             let req = if wide { GET_E } else { GET_A }; libc::ioctl(0, req as _, p);\n\
         }\n",
    );
    let mut found = raw(&read);
    found.sort_unstable();
    let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["GET_A", "GET_B", "GET_C", "GET_D", "GET_E"]);
    assert_eq!(unknown(&read), [] as [&str; 0]);
}

#[test]
fn a_function_of_c_is_known_by_its_symbol_whatever_rust_calls_it() {
    let read = source(
        "const GET_A: u64 = 0x4008_7001; const GET_B: u64 = 0x4008_7002; const GET_C: u64 = 0x4008_7003;\n\
         const GET_D: u64 = 0x4008_7004; const OTHER: u64 = 0x4008_7005;\n\
         mod sys { unsafe extern \"C\" {\n\
             #[link_name = \"ioctl\"] pub fn control(fd: i32, req: u64, ...) -> i32;\n\
             #[cfg_attr(target_pointer_width = \"32\", link_name = \"__ioctl_time64\")]\n\
             pub fn control_time64(fd: i32, req: u64, ...) -> i32;\n\
             #[link_name = \"syscall\"] pub fn call(number: i64, ...) -> i64;\n\
             #[link_name = \"prctl\"] pub fn prctl_control(fd: i32, req: u64, ...) -> i32;\n\
             pub fn ioctl(fd: i32, req: u64, ...) -> i32;\n\
         } }\n\
         use sys::ioctl as renamed;\n\
         unsafe fn all(p: *mut u8) {\n\
             sys::control(0, GET_A, p); sys::control_time64(0, GET_B, p); renamed(0, GET_C, p);\n\
             sys::call(libc::SYS_ioctl, 0, GET_D, p); sys::prctl_control(0, OTHER, p);\n\
         }\n\
         unsafe fn any() { let state = open(); sys::control(0, state.req, GET_A as *mut u8); }\n",
    );
    let mut found = raw(&read);
    found.sort_unstable();
    let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["GET_A", "GET_B", "GET_C", "GET_D"]);
    assert_eq!(unknown(&read), ["any"]);
}

#[test]
fn a_request_that_the_source_does_not_tell_is_accounted_for() {
    let read = source(
        "extern \"Rust\" { fn req() -> u64; }\nstruct D { cmd: u64 }\n\
         impl D { fn a(&self, p: *mut u8) { unsafe { libc::ioctl(0, self.cmd as _, p); } } }\n\
         fn b(p: *mut u8) { unsafe { libc::ioctl(0, req() as _, p); } }\n\
         fn c(p: *mut u8) { unsafe { libc::ioctl(0, libc::TIOCGWINSZ, p); } }\n\
         fn d(request: u64, p: *mut u8) { unsafe { libc::ioctl(0, request as _, p); } }\n",
    );
    assert_eq!(unknown(&read), ["D::a", "b"]);
}

#[test]
fn macros_are_commands_as_statements_and_by_other_names() {
    let read = source(
        "use nix::ioctl_read as get;\nget!(by_another_name, b'x', 1, i32);\n\
         fn f(fd: i32) { nix::ioctl_read!(in_function, b'x', 2, i32); }\n",
    );
    assert_eq!(number(&read.interface, "by_another_name", "x86_64"), 0x8004_7801);
    assert_eq!(number(&read.interface, "in_function", "x86_64"), 0x8004_7802);
}

#[test]
fn a_type_may_have_another_name_here() {
    let read =
        source("use std::os::raw::c_int as int;\nnix::ioctl_write_ptr!(overlay, b'V', 14, int);\n");
    assert!(read.problems.is_empty(), "{:#?}", read.problems);
    assert_eq!(number(&read.interface, "overlay", "x86_64"), 0x4004_560e);
}

#[test]
fn editions_before_2021_are_read() {
    let files = [
        (
            "src/lib.rs",
            "#[macro_use] extern crate nix;\nmod types;\nmod calls;\npub type Callback = Box<Fn(u8) + Send>;\n",
        ),
        ("src/types.rs", "#[repr(C)] pub struct Args { pub a: u64 }\n"),
        ("src/calls.rs", "use types::Args;\nioctl_read!(get, b'x', 1, Args);\n"),
    ];
    let read = crate_of("edition = \"2015\"\n", &files);
    assert!(read.problems.is_empty(), "{:#?}", read.problems);
    assert_eq!(number(&read.interface, "get", "x86_64"), 0x8008_7801);
}

#[test]
fn of_a_condition_that_the_build_script_sets_both_ways_are_read() {
    let files = [
        ("build.rs", "fn main() { println!(\"cargo:rustc-cfg=has_new\"); }\n"),
        (
            "src/lib.rs",
            "#[cfg(has_new)] nix::ioctl_none!(new, b'x', 1);\n#[cfg(not(has_new))] nix::ioctl_none!(old, b'x', 2);\n\
             #[cfg(other)] nix::ioctl_none!(other, b'x', 3);\n",
        ),
    ];
    let read = crate_of("edition = \"2021\"\n", &files);
    assert_eq!(names(&read.interface), ["new", "old"]);
}

#[test]
fn a_module_that_a_macro_brings_in_is_read() {
    let files = [
        (
            "src/lib.rs",
            "#[cfg(rustfmt)] mod hid;\nmacro_rules! all { ( $( mod $m:ident )+ ) => { $( mod $m; )+ } }\nall! { mod hid }\n",
        ),
        ("src/hid.rs", "nix::ioctl_read!(get, b'H', 1, i32);\n"),
    ];
    let read = crate_of("edition = \"2021\"\n", &files);
    assert_eq!(names(&read.interface), ["get"]);
}

#[test]
fn what_packs_a_number_depends_on_the_version_of_the_crate() {
    let text = "use iocuddle::*;\nconst KVM: Group = Group::new(0xAE);\n\
                pub const W: Ioctl<Write, &u64> = unsafe { KVM.write(0x40) };\n";
    let of = |version: &str| {
        let manifest = format!("edition = \"2021\"\n[dependencies]\niocuddle = \"={version}\"\n");
        let read = crate_of(&manifest, &[("src/lib.rs", text)]);
        number(&read.interface, "W", "powerpc64le")
    };
    assert_eq!(of("0.1.1"), 0x4008_ae40);
    assert_eq!(of("0.3.0"), 0x8008_ae40);
    assert_eq!(of("0.4.0"), 0x8008_ae40);
}

#[test]
fn shifts_that_know_each_architecture_are_the_kernels_numbers() {
    let read = source(
        "#[cfg(any(target_arch = \"powerpc\", target_arch = \"powerpc64\"))] const SIZE_BITS: u32 = 13;\n\
         #[cfg(not(any(target_arch = \"powerpc\", target_arch = \"powerpc64\")))] const SIZE_BITS: u32 = 14;\n\
         pub const GET: u32 = (2 << (16 + SIZE_BITS)) | ((size_of::<u32>() as u32) << 16) | ((b'f' as u32) << 8) | 1;\n",
    );
    let body = command(&read.interface, "GET").variants.first().unwrap();
    assert!(matches!(body.encoder, Encoder::Own(_)));
    assert_eq!(number(&read.interface, "GET", "x86_64"), 0x8004_6601);
    assert_eq!(number(&read.interface, "GET", "powerpc64le"), 0x4004_6601);
}

#[test]
fn constants_that_nothing_uses_are_read_where_they_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let text = "pub const FS_IOC_SETVERSION: u32 = 2147776002;\npub const SMALL: u32 = 3;\n";
    write(folder.path(), &[("lib.rs", text)]);
    let paths = vec![folder.path().to_owned()];
    let (few, _) = read(&Request { paths: paths.clone(), ..Request::default() });
    assert!(few.raw_numbers.is_empty());
    let (all, _) = read(&Request { paths, constants: Constants::All, ..Request::default() });
    let found: Vec<_> =
        all.raw_numbers.iter().map(|raw| (raw.name.as_str(), raw.through.as_str())).collect();
    assert_eq!(found, [("FS_IOC_SETVERSION", THROUGH_CONSTANT)]);
}

#[test]
fn functions_that_call_each_other_without_end_come_to_nothing() {
    let read = source(
        "const fn f(n: u32) -> u32 { f(n - 1) | f(n - 2) << 1 }\npub const A: u32 = f(100) << 30 | 0x6601;\n",
    );
    assert!(read.interface.commands.is_empty() && read.problems.is_empty());
}

#[test]
fn functions_that_call_each_other_too_often_are_reported() {
    // A call of each level makes sixteen of the next.
    let read = source(&format!(
        "const fn last({}n: u32) -> u32 {{ n }}\n\
         const fn f(n: u32) -> u32 {{ if n == 0 {{ 1 }} else {{ last({}f(n - 1)) }} }}\n\
         pub const A: u32 = 2 << 30 | f(6) << 16 | 0x6601;\n",
        "_: u32, ".repeat(15),
        "f(n - 1), ".repeat(15)
    ));
    let said = read.said(ProblemKind::Failure);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("constants call functions more than"), "{said:?}");
}

#[test]
fn a_request_is_followed_through_variables_and_methods_of_several_types() {
    let read = source(
        "const FOO_A: u64 = 0x4008_7001; const FOO_B: u64 = 0x4008_7002; const FOO_C: u64 = 0x4008_7003;\n\
         struct A; struct B;\n\
         impl A { fn call(&self, req: u64, p: *mut u8) { let req = req as i32; unsafe { libc::ioctl(0, req as _, p); } } }\n\
         impl B { fn call(&self, cmd: u64, p: *mut u8) { let code = cmd; unsafe { libc::ioctl(1, code as _, p); } } }\n\
         macro_rules! get { ($p:expr) => {{ let request = FOO_C; libc::ioctl(0, request as _, $p) }} }\n\
         fn all(a: &A, b: &B, p: *mut u8) { a.call(FOO_A, p); b.call(FOO_B, p); unsafe { get!(p); } }\n\
         impl A { const OWN: u64 = 0x4008_7004; fn own(&self, p: *mut u8) { unsafe { libc::ioctl(0, Self::OWN as _, p); } } }\n",
    );
    let mut names: Vec<&str> = raw(&read).into_iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    assert_eq!(names, ["FOO_A", "FOO_B", "FOO_C", "OWN"]);
    assert_eq!(unknown(&read), [] as [&str; 0]);
}

#[test]
fn what_a_build_script_decides_is_no_constant() {
    let files = [
        ("build.rs", "fn main() { println!(\"cargo:rustc-cfg=wide\"); }\n"),
        ("src/lib.rs", "nix::ioctl_none!(get, b'x', if cfg!(wide) { 1 } else { 2 });\n"),
    ];
    let read = crate_of("edition = \"2021\"\n", &files);
    assert_eq!(names(&read.interface), [] as [&str; 0]);
    assert_eq!(read.said(ProblemKind::Incomplete).len(), 1, "{:#?}", read.problems);
}

#[test]
fn macros_that_a_dependency_exports_are_expanded() {
    let library = "pub const LETTER: u8 = b'k';\n\
        mod macros;\n\
        pub unsafe fn raw_ioctl(fd: i32, request: u64) -> i32 { libc::ioctl(fd, request) }\n";
    let macros = "#[macro_export] macro_rules! get { ($name:ident, $nr:expr, $ty:ty) => {\n\
        nix::ioctl_read!($name, $crate::LETTER, $nr, $ty); } }\n\
        #[macro_export] macro_rules! number { ($nr:expr) => { (($crate::LETTER as u64) << 8) | $nr } }\n\
        #[macro_export] macro_rules! send { ($fd:expr, $request:expr) => { $crate::raw_ioctl($fd, $request) } }\n";
    let program = "use kit::{get as reads, number};\n\
        reads!(first, 1, u32);\n\
        kit::get!(second, 2, u64);\n\
        const THIRD: u64 = number!(3);\n\
        pub unsafe fn third(fd: i32) { libc::ioctl(fd, THIRD); }\n\
        pub unsafe fn fourth(fd: i32) { kit::send!(fd, 0x6b04); }\n";
    let manifest = |name: &str, rest: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n{rest}")
    };
    let (kit, own) =
        (manifest("kit", ""), manifest("own", "[dependencies]\nkit = { path = \"../kit\" }\n"));
    let read = read_files(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"own\", \"kit\"]\nresolver = \"2\"\n"),
        ("own/Cargo.toml", &own),
        ("own/src/lib.rs", program),
        ("kit/Cargo.toml", &kit),
        ("kit/src/lib.rs", library),
        ("kit/src/macros.rs", macros),
    ]);
    assert_eq!(number(&read.interface, "first", "x86_64"), 0x8004_6b01);
    assert_eq!(number(&read.interface, "second", "x86_64"), 0x8008_6b02);
    let numbers: Vec<u32> = read
        .interface
        .raw_numbers
        .iter()
        .flat_map(|raw| raw.variants.iter().map(|(_, number)| *number))
        .collect();
    assert_eq!(numbers, [0x6b03, 0x6b04]);
}

#[test]
fn numbers_of_own_functions_reach_ioctl_through_methods_macros_and_the_system_call() {
    let read = crate_of(
        "",
        &[(
            "src/lib.rs",
            "macro_rules! try_ioctl { ($fd:expr, $request:expr) => {\n\
               unsafe { libc::ioctl($fd, $request as _, 0) } } }\n\
             const fn io(nr: u32) -> u32 { ((b'q' as u32) << 8) | nr }\n\
             const fn iow<T>(nr: u32) -> u32 {\n\
               (1 << 30) | ((std::mem::size_of::<T>() as u32) << 16) | io(nr) }\n\
             pub struct Device(i32);\n\
             impl Device {\n\
               fn call(&self, request: u32) -> i32 { unsafe { libc::ioctl(self.0, request as _, 0) } }\n\
               pub fn first(&self) -> i32 { self.call(iow::<u32>(1)) }\n\
               pub fn second(&self, on: bool) -> i32 {\n\
                 let request = if on { 0x7102 } else { 0x7103 }; try_ioctl!(self.0, request) }\n\
             }\n\
             pub fn third(fd: i32) { unsafe { libc::syscall(libc::SYS_ioctl, fd, 0x7104, 0); } }\n\
             pub fn others(fd: i32) { for each in all() { unsafe { libc::ioctl(fd, each, 0); } } }\n\
             pub fn no_request(a: u32) { log(io(9), a); other::syscall(libc::SYS_read, 3, 0x7109); }\n\
             fn log(value: u32, a: u32) {}\n",
        )],
    );
    assert_eq!(number(&read.interface, "Device::first", "x86_64"), 0x4004_7101);
    let numbers: Vec<u32> = raw(&read).into_iter().map(|(_, number)| number).collect();
    assert_eq!(numbers, [0x7102, 0x7103, 0x7104]);
    let unknown: Vec<_> =
        read.interface.not_understood.iter().map(|it| (&*it.name, &*it.reason)).collect();
    assert_eq!(unknown, [("others", "it is known only when the program runs")]);
}

#[test]
fn a_request_that_depends_on_a_parameter_is_accounted_for() {
    let read = source(
        "trait Command { fn number(&self) -> u64; }\n\
         fn raw(fd: i32, request: u64, p: *mut u8) { unsafe { libc::ioctl(fd, request as _, p); } }\n\
         fn a<C: Command>(fd: i32, command: &C, p: *mut u8) { raw(fd, command.number(), p) }\n\
         fn b(fd: i32, nr: u64, p: *mut u8) { unsafe { libc::ioctl(fd, 0x7000 + nr, p); } }\n\
         fn c(fd: i32, buf: &mut [u8]) { unsafe { libc::ioctl(fd, other::NAME(buf.len()), buf); } }\n",
    );
    assert_eq!(unknown(&read), ["a", "b", "c"]);
}

#[test]
fn a_constant_that_names_one_of_libc_is_no_number_of_the_crate() {
    let read = source(
        "const OWN: libc::Ioctl = libc::SIOCGIFHWADDR as libc::Ioctl;\n\
         const LOST: u64 = elsewhere::FIRST as u64;\n\
         fn a(fd: i32, p: *mut u8) { unsafe { libc::ioctl(fd, OWN, p); } }\n\
         fn b(fd: i32, p: *mut u8) { unsafe { libc::ioctl(fd, LOST, p); } }\n",
    );
    assert_eq!(unknown(&read), ["b"]);
}

#[test]
fn a_file_that_a_module_has_under_a_condition_is_for_those_abis() {
    let read = read_files(&[
        ("Cargo.toml", "[package]\nname = \"p\"\nversion = \"0.0.0\"\n"),
        ("build.rs", "fn main() { println!(\"cargo:rustc-cfg=plain\"); }\n"),
        (
            "src/lib.rs",
            "#[cfg_attr(plain, path = \"plain.rs\")]\n\
             #[cfg_attr(not(plain), path = \"rich.rs\")]\nmod either;\n\
             #[cfg_attr(target_pointer_width = \"32\", path = \"narrow.rs\")]\n\
             #[cfg_attr(target_pointer_width = \"64\", path = \"wide/mod.rs\")]\nmod numbers;\n\
             fn a(fd: i32, p: *mut u8) { unsafe { libc::ioctl(fd, numbers::A as _, p); } }\n",
        ),
        ("src/plain.rs", "fn c(fd: i32) { unsafe { libc::ioctl(fd, 0x6b03, 0); } }\n"),
        ("src/rich.rs", "fn d(fd: i32) { unsafe { libc::ioctl(fd, 0x6b04, 0); } }\n"),
        ("src/narrow.rs", "pub const A: u64 = 0x4004_6b01;\n"),
        ("src/wide/mod.rs", "mod more; pub const A: u64 = 0x4008_6b01;\n"),
        ("src/wide/more.rs", "fn b(fd: i32) { unsafe { libc::ioctl(fd, 0x6b02, 0); } }\n"),
    ]);
    let on = |name: &str| -> Vec<u32> {
        let at = abi(name);
        let numbers = read.interface.raw_numbers.iter();
        let mut numbers: Vec<u32> =
            numbers.filter_map(|raw| raw.variants.get(at).copied()).collect();
        numbers.sort_unstable();
        numbers
    };
    assert_eq!(on("x86_64"), [0x6b02, 0x6b03, 0x6b04, 0x4008_6b01]);
    assert_eq!(on("i386"), [0x6b03, 0x6b04, 0x4004_6b01]);
}

#[test]
fn unknown_types_of_constants_that_are_neither_commands_nor_numbers_are_not_reported() {
    let folder = tempfile::tempdir().unwrap();
    let source = "\
        pub const IOCTL: u32 = 1;\n\
        pub struct Class(u32);\n\
        impl Class { pub const fn of<C, I>() -> Class { Class(1) } }\n\
        pub const CLASS: Class = Class::of::<u8, NotHere>();\n\
        pub const fn of<T>() -> u32 { 0x8000_6700 | (std::mem::size_of::<T>() as u32) << 16 }\n\
        pub const NUMBER: u32 = of::<NeitherHere>();\n";
    write(folder.path(), &[("lib.rs", source)]);
    for constants in [Constants::Requests, Constants::All] {
        let paths = vec![folder.path().to_path_buf()];
        let (interface, problems) = read(&Request { paths, constants, ..Request::default() });
        let said = Read { interface, problems };
        let said = said.said(ProblemKind::Incomplete);
        assert_eq!(said, ["the layout of `NeitherHere` is unknown: its source was not found"]);
    }
}

/// The numbers of all that is plain.
fn numbers(read: &Read) -> Vec<u32> {
    raw(read).into_iter().map(|(_, number)| number).collect()
}

#[test]
fn each_element_of_a_table_is_a_request() {
    let read = source(
        "const ALL: [u32; 2] = [0x7101, 0x4004_7102];\n\
         struct Entry { name: &'static str, request: u32 }\n\
         static TABLE: &[Entry] = &[Entry { name: \"a\", request: 0x7103 }, Entry { name: \"b\", request: 0x7104 }];\n\
         fn a(fd: i32) { for each in ALL { unsafe { libc::ioctl(fd, each as _); } } }\n\
         fn b(fd: i32) { for entry in TABLE.iter() { unsafe { libc::ioctl(fd, entry.request); } } }\n\
         fn c(fd: i32, at: usize) { unsafe { libc::ioctl(fd, LATER[at]); } }\n\
         static LATER: [u32; 1] = [0x7105];\n\
         fn d(fd: i32, given: &[u32]) { for &each in given { unsafe { libc::ioctl(fd, each); } } }\n\
         fn e(fd: i32) { d(fd, &[0x7106, 0x7107]); }\n\
         fn f(fd: i32, entry: &Entry) { unsafe { libc::ioctl(fd, entry.request); } }\n\
         fn g(fd: i32) { for nr in 0..4 { unsafe { libc::ioctl(fd, nr); } } }\n",
    );
    assert_eq!(numbers(&read), [0x7101, 0x4004_7102, 0x7103, 0x7104, 0x7105, 0x7106, 0x7107]);
    assert_eq!(unknown(&read), ["f", "g"]);
}

#[test]
fn the_variants_of_an_enumeration_are_requests_where_they_are_passed() {
    let read = source(
        "#[repr(u32)] pub enum Request { Get = 0x8004_7101, Set = 0x4004_7102, Plain }\n\
         fn call(fd: i32, request: Request) { unsafe { libc::ioctl(fd, request as _); } }\n\
         fn a(fd: i32) { call(fd, Request::Get); }\n\
         #[repr(u32)] pub enum Other { First = 0x7103, Second = 0x7104 }\n\
         impl Other { fn call(self, fd: i32) { unsafe { libc::ioctl(fd, self as u32 as _); } } }\n\
         pub enum Kind { On, Off }\n\
         impl Kind { fn request(&self) -> u32 { match self { Kind::On => 0x7105, Kind::Off => 0x7106 } } }\n\
         fn b(fd: i32, kind: Kind) { unsafe { libc::ioctl(fd, kind.request() as _); } }\n\
         fn open(nr: u32, on: bool) -> u32 { if on { 0x7107 } else { nr } }\n\
         fn c(fd: i32, nr: u32) { unsafe { libc::ioctl(fd, open(nr, true) as _); } }\n\
         fn d(fd: i32, nr: u32, on: bool) { unsafe { libc::ioctl(fd, open(nr, on) as _); } }\n\
         fn e(fd: i32, held: Held) { unsafe { libc::ioctl(fd, held.lie()); } }\n",
    );
    let all = [0x8004_7101, 0x7103, 0x7104, 0x7105, 0x7106, 0x7107];
    assert_eq!(numbers(&read), all);
    assert_eq!(unknown(&read), ["d", "e"]);
}

#[test]
fn a_call_is_known_through_a_variable_and_a_macro_of_the_system_call() {
    let read = source(
        "type Call = unsafe extern \"C\" fn(i32, u64, ...) -> i32;\n\
         fn a(fd: i32) { let call: Call = libc::ioctl; unsafe { call(fd, 0x7101); } }\n\
         fn b(fd: i32) { let call = libc::ioctl as Call; unsafe { call(fd, 0x7102, 0); } }\n\
         fn c(fd: i32, p: *mut u8) { unsafe { sc::syscall!(IOCTL, fd, c_uint(0x7103), p); } }\n\
         fn d(fd: i32, p: *mut u8) { unsafe { esyscall_!(nr::IOCTL, fd, request(), p); sc::syscall!(READ, fd, 0x7104, p); } }\n\
         fn e(fd: i32) { let call = libc::fcntl; unsafe { call(fd, 0x7105); } }\n",
    );
    assert_eq!(numbers(&read), [0x7101, 0x7102, 0x7103]);
    assert_eq!(unknown(&read), ["d"]);
}

#[test]
fn an_opcode_in_the_brackets_of_an_own_type_is_a_request_wherever_it_stands() {
    let read = source(
        "use rustix::ioctl::{Ioctl, Opcode};\n\
         pub struct Pass<'a, T, const OP: Opcode> { to: &'a mut T }\n\
         unsafe impl<T, const OP: Opcode> Ioctl for Pass<'_, T, OP> { fn opcode(&self) -> Opcode { OP } }\n\
         const NAMED: Opcode = 0x4004_7102;\n\
         fn a(fd: F, x: &mut u32) { unsafe { rustix::ioctl::ioctl(fd, Pass::<u32, 0x8004_7101> { to: x }); } }\n\
         fn b(fd: F, x: &mut u32) { unsafe { rustix::ioctl::ioctl(fd, Pass::<u32, NAMED> { to: x }); } }\n\
         struct Buffer<const N: usize>([u8; N]);\n\
         fn c() -> Buffer<4096> { Buffer::<4096>([0; 4096]) }\n",
    );
    let mut found = numbers(&read);
    found.sort_unstable();
    assert_eq!(found, [0x4004_7102, 0x8004_7101]);
}

#[test]
fn bytes_in_their_order_are_a_number() {
    let read = source(
        "const BIG: u64 = u64::from_be_bytes([0, 0, 0, 0, 0xc4, 0x40, b'T', 1]);\n\
         const LITTLE: u32 = u32::from_le_bytes([2, b'T', 0x40, 0xc4]);\n\
         fn a(fd: i32, p: *mut u8) { unsafe { libc::ioctl(fd, BIG as _, p); libc::ioctl(fd, LITTLE as _, p); } }\n\
         fn b(fd: i32, p: *mut u8) { unsafe { libc::ioctl(fd, u32::from_be_bytes([1, 2, 3]) as _, p); } }\n",
    );
    assert_eq!(raw(&read), [("BIG", 0xc440_5401), ("LITTLE", 0xc440_5402)]);
    assert_eq!(unknown(&read), ["b"]);
}

#[test]
fn a_constant_that_chooses_by_the_system_is_what_linux_has() {
    let interface = read_files(&[(
        "lib.rs",
        "use std::ffi::c_int;\n\
         use uoctl::{_IO, _IOR, _IOW, _IOWINT, Ioctl};\n\
         pub const GRAB: Ioctl<c_int> = if cfg!(target_os = \"freebsd\") { _IOWINT(b'E', 0x90) } else {\n\
             _IOW(b'E', 0x90).with_direct_arg() };\n\
         pub const WIDE: Ioctl<*mut u64> = if WORDS > 4 { _IOR(b'E', 1) } else { _IOR(b'E', 2) };\n\
         const WORDS: usize = 8;\n\
         pub const OPEN: Ioctl = if nobody::KNOWS { _IO(b'E', 3) } else { _IO(b'E', 4) };\n",
    )])
    .interface;
    assert_eq!(names(&interface), ["GRAB", "WIDE"]);
    assert_eq!(number(&interface, "GRAB", "x86_64"), 0x4004_4590);
    assert_eq!(number(&interface, "WIDE", "x86_64"), 0x8008_4501);
}
