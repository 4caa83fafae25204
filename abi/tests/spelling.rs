//! What a name may be spelled with.

use ioctlkit_abi::spelling::{
    is_c_name, is_c_prefix, is_c_type, is_capability, is_device_path, is_driver_path,
};

#[test]
fn no_character_that_another_language_reads_is_in_a_name_or_a_path() {
    for c in (0..=0x2100).filter_map(char::from_u32) {
        let is_word = c.is_ascii_alphanumeric() || c == '_';
        let name = format!("a{c}b");
        assert_eq!(is_c_name(&name), is_word, "{name:?}");
        assert_eq!(is_c_prefix(&name), is_word, "{name:?}");
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
    assert!(is_c_type("union a") && is_c_type("a_t") && !is_c_type("enum a"));
    assert!(!is_c_type("struct  a") && !is_c_type("struct int") && !is_c_type("struct "));
}
