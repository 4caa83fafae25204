//! What is noticed between two ABIs, and what is kept of it.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use super::*;

const OLD: &str = "ioctlkit-abi 2\n\
    struct a 16\n\
    member 0 flags __u32 flags=0x3\n\
    member 4 _reserved __u32 reserved\n\
    member 8 length __u64 range=1..8\n\
    command X_A read 0x45 0x01 16 pointer struct a\n\
    command X_B write 0x45 0x02-0x05 16 growing-number struct a\n\
    constant X_ON 1\n\
    constant X_OFF 2\n\
    constant X_KINDS_MAX 2\n\
    constant X_KIND_HIGH 1 greatest\n\
    needs X_A capability=CAP_SYS_ADMIN\n\
    needs X_B mode=write first_size=8\n\
    retired X_C none 0x45 0x08 0 nothing\n";

fn broken(replace: &str, by: &str) -> Vec<String> {
    let new = OLD.replace(replace, by);
    assert_ne!(new, OLD);
    let new: Vec<&str> = new.lines().filter(|line| !line.starts_with("retired")).collect();
    let broken = Lock::parse(OLD.lines()).unwrap().broken_by(&Lock::parse(new).unwrap());
    broken.into_iter().map(|broken| broken.message).collect()
}

#[test]
fn what_callers_would_notice_is_said() {
    for (replace, by, said) in [
        ("X_A read", "X_A write", "`X_A` was"),
        ("X_A read 0x45 0x01", "X_A read 0x45 0x06", "`X_A` was"),
        ("command X_A", "command X_D", "`X_D` would have the nr that `X_A` had"),
        ("0x45 0x01 16", "0x45 0x08 16", "the nr that `X_C` had"),
        ("member 8 length", "member 8 size", "would lose `length`"),
        ("length __u64", "length __s64", "was `__u64` at 8, and would be `__s64`"),
        ("0x02-0x05", "0x02-0x04", "`X_B` was"),
        (
            "command X_A read 0x45 0x01 16 pointer struct a\n",
            "",
            "`X_A`, which is `X_A read 0x45 0x01 16",
        ),
        ("X_ON 1", "X_ON 2", "`X_ON` was 1, and would be 2"),
        ("X_ON 1", "X_ON varies", "`X_ON` was 1, and would be varies"),
        ("constant X_OFF 2\n", "", "`X_OFF`, which is 2, would be gone"),
        ("X_KINDS_MAX 2", "X_KINDS_MAX 1", "`X_KINDS_MAX` was 2, and would be 1"),
        ("X_KIND_HIGH 1", "X_KIND_HIGH 3", "`X_KIND_HIGH` was 1, and would be 3"),
        ("flags=0x3", "flags=0x1", "took the bits 0x3, and would take the bits 0x1"),
        ("flags=0x3", "flags=0x6", "took the bits 0x3, and would take the bits 0x6"),
        ("range=1..8", "range=2..8", "took 1 to 8, and would take 2 to 8"),
        ("range=1..8", "values=1,2", "took 1 to 8, and would take 1, 2"),
        ("_reserved __u32 reserved", "more __u32 range=1..2", "but not the 0 that callers"),
        (
            "capability=CAP_SYS_ADMIN",
            "capability=CAP_NET_ADMIN",
            "needed `CAP_SYS_ADMIN`, and would need",
        ),
        ("needs X_A capability=CAP_SYS_ADMIN\n", "", "needed `CAP_SYS_ADMIN`, and would need no"),
        ("needs X_B mode=write", "needs X_B capability=CAP_X mode=write", "needed no capability"),
        ("mode=write", "mode=read_write", "was for files that are open for writing"),
        ("mode=write ", "", "would be for every file"),
        ("first_size=8", "first_size=16", "took 8 bytes or more, and would take 16"),
        ("needs X_A ", "needs X_A returns=file ", "returned nothing, and would return a file"),
    ] {
        let broken = broken(replace, by);
        assert!(broken.iter().any(|line| line.contains(said)), "{by}: {broken:?}");
    }
}

#[test]
fn what_callers_would_not_notice_is_let_be() {
    for (replace, by) in [
        ("_reserved __u32 reserved", "more __u32"),
        ("flags=0x3", "flags=0x7"),
        (" flags=0x3", ""),
        ("range=1..8", "range=0..16"),
        ("range=1..8", "values=1,2,3,4,5,6,7,8,9"),
        ("_reserved __u32 reserved", "more __u32 flags=0x1"),
        ("constant X_ON 1", "constant X_IDLE 0\nconstant X_ON 1"),
        ("X_KINDS_MAX 2", "X_KINDS_MAX 3"),
        ("first_size=8", "first_size=4"),
        ("needs X_A", "command X_D none 0x45 0x20 0 nothing\nneeds X_D mode=read\nneeds X_A"),
        ("0x02-0x05", "0x02-0x06"),
        ("struct a 16", "struct a 24"),
    ] {
        assert_eq!(broken(replace, by), Vec::<String>::new(), "{by}");
    }
}

#[test]
fn a_command_that_is_gone_stays_in_the_file() {
    let old = Lock::parse(OLD.lines()).unwrap();
    let new = Lock::parse([FIRST_LINE]).unwrap();
    let text = old.followed_by(&new);
    assert!(text.contains("retired X_A read 0x45 0x01 16 pointer struct a\n"), "{text}");
    assert!(text.contains("retired X_C "), "{text}");
    let next = Lock::parse(text.lines()).unwrap();
    assert_eq!(next.followed_by(&new), text);
}

#[test]
fn what_was_accepted_is_kept_as_it_was_and_not_refused_again() {
    for (replace, by, was) in [
        ("X_ON 1", "X_ON 2", "was constant X_ON 1\n"),
        ("flags=0x3", "flags=0x1", "was member struct a 0 flags __u32 flags=0x3\n"),
        ("mode=write ", "", "was needs X_B mode=write first_size=8\n"),
        ("needs X_A capability=CAP_SYS_ADMIN\n", "", "was needs X_A capability=CAP_SYS_ADMIN\n"),
        ("X_A read", "X_A write", "was command X_A read 0x45 0x01 16 pointer struct a\n"),
        ("X_A read 0x45 0x01", "X_A read 0x45 0x06", "was command X_A read 0x45 0x01 16"),
        ("command X_A", "command X_D", "retired X_A read 0x45 0x01 16 pointer struct a\n"),
        ("X_A read 0x45 0x01", "X_A read 0x45 0x08", "retired X_C none 0x45 0x08 0 nothing\n"),
        ("struct a 16\n", "struct a 12\n", "was struct a 16\n"),
        ("length __u64", "length __s64", "was member struct a 8 length __u64 range=1..8\n"),
        (
            "member 8 length __u64 range=1..8\n",
            "",
            "was member struct a 8 length __u64 range=1..8\n",
        ),
    ] {
        let new = OLD.replace(replace, by);
        assert_ne!(new, OLD);
        let new: Vec<&str> = new.lines().filter(|line| !line.starts_with("retired")).collect();
        let new = Lock::parse(new).unwrap();
        let old = Lock::parse(OLD.lines()).unwrap();
        assert_ne!(old.broken_by(&new), [], "{by}");
        let text = old.followed_by(&new);
        assert!(text.contains(was), "{by}: {text}");
        let recorded = Lock::parse(text.lines()).unwrap();
        assert_eq!(recorded.broken_by(&new), [], "{by}: {text}");
        assert_eq!(recorded.followed_by(&new), text);
    }
}

#[test]
fn a_number_that_a_command_moved_away_from_stays_taken() {
    let moved = OLD.replace("X_A read 0x45 0x01", "X_A read 0x45 0x06");
    let recorded = format!("{moved}was command X_A read 0x45 0x01 16 pointer struct a\n");
    let recorded = Lock::parse(recorded.lines()).unwrap();
    let again = format!("{moved}command X_E read 0x45 0x01 16 pointer struct a\n");
    let said = recorded.broken_by(&Lock::parse(again.lines()).unwrap());
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(said[0].message, "`X_E` would have the nr that `X_A` had");
}

#[test]
fn a_family_that_grows_over_a_number_that_was_given_away_is_told() {
    let wider = OLD.replace("0x02-0x05", "0x02-0x08");
    let said = Lock::parse(OLD.lines()).unwrap().broken_by(&Lock::parse(wider.lines()).unwrap());
    assert_eq!(said[0].message, "`X_B` would have the nr that `X_C` had");
}

#[test]
fn a_line_of_no_abi_is_told() {
    for (text, line) in [
        ("", 1),
        ("struct a 4", 1),
        ("ioctlkit-abi 3", 1),
        ("ioctlkit-abi 1\nmember 0 a b", 2),
        ("ioctlkit-abi 1\nconstant X 1", 2),
        ("ioctlkit-abi 2\nconstant X one", 2),
        ("ioctlkit-abi 2\nneeds X mode=", 2),
        ("ioctlkit-abi 2\nneeds X colour=red", 2),
        ("ioctlkit-abi 2\nstruct a 4\nmember 0 b __u32 flags=3", 3),
        ("ioctlkit-abi 1\nwas nothing", 2),
        ("ioctlkit-abi 1\nwas command X", 2),
        ("ioctlkit-abi 1\nwas member 0 a b", 2),
        ("ioctlkit-abi 1\ncommand A none 0x45 0x01-0xffffffff 0 nothing", 2),
    ] {
        assert_eq!(Lock::parse(text.lines()), Err(line), "{text}");
    }
}

#[test]
fn a_file_without_constants_and_needs_gets_them_and_is_judged_by_the_rest() {
    let is_new = |line: &&str| line.starts_with("constant ") || line.starts_with("needs ");
    let old = OLD.replace("ioctlkit-abi 2", "ioctlkit-abi 1");
    let old = Lock::parse(old.lines().filter(|line| !is_new(line))).unwrap();
    let kept: Vec<&str> = OLD.lines().filter(|line| !line.starts_with("retired")).collect();
    let new = Lock::parse(kept).unwrap();
    assert_eq!(old.broken_by(&new), []);
    assert_eq!(old.followed_by(&new), OLD);
    let narrower = OLD.replace("range=1..8", "range=1..4");
    let narrower: Vec<&str> =
        narrower.lines().filter(|line| !line.starts_with("retired")).collect();
    assert_eq!(old.broken_by(&Lock::parse(narrower).unwrap()).len(), 1);
}

#[test]
fn another_structure_behind_an_address_is_told_where_the_file_says_what_was_there() {
    let of = |to: &str| {
        let text = format!("ioctlkit-abi 2\nstruct a 8\nmember 0 notes __u64 pointer{to}\n");
        Lock::parse(text.lines()).unwrap()
    };
    let said = of(" to=note[count]").broken_by(&of(" to=sound[count]"));
    let message =
        "`notes` of `struct a` pointed to `note[count]`, and would point to `sound[count]`";
    assert_eq!(said[0].message, message);
    assert_eq!(of(" to=note[count]").broken_by(&of("")).len(), 1);
    assert_eq!(of("").broken_by(&of(" to=note[count]")), []);
}

#[test]
fn a_command_that_comes_back_is_what_it_was() {
    let back = |line: &str| {
        let new = OLD.replace("retired X_C none 0x45 0x08 0 nothing", line);
        Lock::parse(OLD.lines()).unwrap().broken_by(&Lock::parse(new.lines()).unwrap())
    };
    assert_eq!(back("command X_C none 0x45 0x08 0 nothing"), []);
    assert_eq!(back("command X_C none 0x45 0x09 0 nothing").len(), 1);
}
