//! What a name may be spelled with.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::io::Write as _;
use std::process::{Command, Stdio};

use ioctlkit_abi::spelling::{
    CAPABILITIES, is_c_name, is_c_prefix, is_c_type, is_capability, is_device_path, is_driver_path,
    is_kernel_macro, is_module_name, is_type_name,
};

#[test]
fn no_character_that_another_language_reads_is_in_a_name_or_a_path() {
    for c in (0..=0x2100).filter_map(char::from_u32) {
        let is_word = c.is_ascii_alphanumeric() || c == '_';
        let name = format!("a{c}b");
        assert_eq!(is_c_name(&name), is_word, "{name:?}");
        assert_eq!(is_c_prefix(&name), is_word, "{name:?}");
        assert_eq!(is_type_name(&format!("A{c}b")), c.is_ascii_alphanumeric(), "{c:?}");
        assert_eq!(is_c_type(&format!("struct {name}")), is_word, "{name:?}");
        assert!(!is_capability(&format!("CAP_SYSLOG{c}")), "{c:?}");
        assert_eq!(is_device_path(&format!("/dev/{name}")), is_word || "./-".contains(c), "{c:?}");
    }
}

#[test]
fn what_is_spelled_so_is_taken() {
    for path in ["/dev/kvm", "/dev/net/tun", "/dev/loop-control", "/dev/a..b", "/dev/.a"] {
        assert!(is_device_path(path), "{path}");
    }
    assert!(is_driver_path("/proc/self/maps") && !is_device_path("/proc/self/maps"));
    for path in [
        "",
        "/",
        "dev/a",
        "/dev",
        "/dev/",
        "/dev//a",
        "/dev/../a",
        "/dev/a/..",
        "/dev/./a",
        "/devx/a",
    ] {
        assert!(!is_device_path(path), "{path}");
    }
    assert!(!is_device_path(&format!("/dev/{}", "a".repeat(251))));
    assert!(is_capability("CAP_SYS_ADMIN") && !is_capability("CAP_") && !is_capability("cap_bpf"));
    assert!(is_type_name("Echo") && is_type_name("E") && is_type_name("Rs485"));
    assert!(!is_type_name("") && !is_type_name("echo") && !is_type_name("4a"));
    assert!(!is_type_name(&"E".repeat(256)) && is_type_name(&"E".repeat(255)));
    assert!(is_c_type("union a") && is_c_type("a_t") && !is_c_type("enum a"));
    assert!(!is_c_type("struct  a") && !is_c_type("struct int") && !is_c_type("struct "));
}

#[test]
fn macros_of_the_kernel_are_found_wherever_they_stand_in_the_list() {
    let list = include_str!("../src/spelling/kernel_macros.txt");
    assert!(list.lines().is_sorted() && list.lines().count() > 7000);
    for name in list.lines() {
        assert!(is_kernel_macro(name), "{name}");
        assert!(!is_kernel_macro(&format!("{name}_of_echo")), "{name}");
    }
    for name in ["HZ", "PAGE_SIZE", "current", "linux", "NULL", "errno", "true", "d_lock"] {
        assert!(is_kernel_macro(name), "{name}");
    }
    // The members of UAPI structures are no names that are taken from them.
    for name in ["", "flags", "size", "ifr_name", "min", "max", "\n", "HZ\n"] {
        assert!(!is_kernel_macro(name), "{name:?}");
    }
}

/// Words that some C has for itself, and names that look like them.
const WORDS: &str = "_Accum _Fract _Sat _Float16 _Float32 _Float64 _Float128 _Float32x _Float64x \
    _Decimal32 _Decimal64 _Decimal128 _Alignas _Alignof _Atomic _Bool _Complex _Generic _Imaginary _Noreturn \
    _Static_assert _Thread_local _Pragma __alignof __alignof__ __asm __asm__ __attribute __attribute__ \
    __auto_type __builtin_va_arg __builtin_offsetof __builtin_choose_expr __complex __complex__ __const \
    __const__ __extension__ __func__ __FUNCTION__ __imag __inline __inline__ __int128 __label__ __null \
    __real __restrict __signed __thread __typeof __typeof__ __volatile __seg_fs __float128 asm auto \
    break case char const continue default do double else enum extern float for goto if inline int long \
    register restrict return short signed sizeof static struct switch typedef typeof union unsigned void \
    volatile while linux unix __linux __linux__ __unix __x86_64__ __x86_64 __LINE__ __FILE__ __DATE__ __COUNTER__ \
    __STDC__ __GNUC__ __has_include __VA_ARGS__ echo echo_config int32 while_ _while ECHO __echo __kernel_t";

/// Whether gcc takes it for the name of a function, of its parameter, of a tag and of a member.
fn gcc_takes(name: &str) -> bool {
    let text = format!(
        "int f_{name}(int {name});\nstruct {name} {{ int {name}; }};\n\
         int g(struct {name} *at) {{ int {name} = at->{name}; return {name}; }}\nint {name}(void);\n"
    );
    let mut gcc = Command::new("gcc")
        .args(["-std=gnu11", "-fsyntax-only", "-w", "-x", "c", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    gcc.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    gcc.wait().unwrap().success()
}

#[test]
fn every_name_is_one_for_gcc() {
    let mut refused = 0;
    for word in WORDS.split_whitespace() {
        if gcc_takes(word) {
            continue;
        }
        assert!(!is_c_name(word) && !is_module_name(word), "gcc refuses `{word}`");
        refused += 1;
    }
    assert!(refused > 80, "gcc refused {refused} alone");
    for word in ["echo", "echo_config", "int32", "while_", "_while", "ECHO", "__echo", "__kernel_t"]
    {
        assert!(gcc_takes(word) && is_c_name(word), "{word}");
    }
}

#[test]
fn a_module_is_called_what_kbuild_and_c_can_call_it() {
    for name in ["echo", "rs485", "a_b", &"a".repeat(55)] {
        assert!(is_module_name(name), "{name}");
    }
    for name in
        ["", "Echo", "2a", "_a", "a-b", "a b", "while", "linux", "mips", "é", &"a".repeat(56)]
    {
        assert!(!is_module_name(name), "{name}");
    }
}

/// Debian's linux-libc-dev has the header; newer kernels may have more.
#[test]
fn capabilities_are_those_of_the_kernels_header_in_its_order() {
    let header = std::fs::read_to_string("/usr/include/linux/capability.h").unwrap();
    let defined = header.lines().filter_map(|line| line.strip_prefix("#define CAP_"));
    let mut numbered: Vec<(u32, String)> = defined
        .filter_map(|line| line.split_once(char::is_whitespace))
        .filter_map(|(name, value)| Some((value.trim().parse().ok()?, format!("CAP_{name}"))))
        .collect();
    numbered.sort();
    let names: Vec<&str> = numbered.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(names, CAPABILITIES);
}
