use super::*;
use ioctlkit_abi::{Abi, AbiId, AbiSet, Direction};

fn abi(name: &str) -> AbiId {
    Abi::by_name(name).unwrap().id()
}

#[test]
fn every_line_of_the_data_is_a_row_and_is_written_as_it_stands() {
    let rows = parse(DATA).unwrap();
    let lines: Vec<&str> = DATA.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(rows.len(), lines.len());
    for (row, line) in rows.iter().zip(&lines) {
        assert_eq!(row.to_string(), **line);
    }
    assert!(kernel().starts_with("Linux "), "{}", kernel());
}

#[test]
fn the_rows_of_a_name_are_found_and_no_others() {
    for row in rows() {
        let found = of(row.name);
        assert!(found.contains(row) && found.iter().all(|other| other.name == row.name));
    }
    assert!(of("").is_empty() && of("TUNSETIF").is_empty() && of("~").is_empty());
}

#[test]
fn a_line_that_is_no_row_is_refused_with_its_number_and_the_reason() {
    let good = "A\t12\tpointer\tint 4\t-\ta.c:f";
    assert!(parse(good).is_ok());
    for (bad, reason) in [
        ("A\t12\tpointer\tint 4\t-", "it does not have six fields with tabs between them"),
        ("A\tzz\tpointer\tint 4\t-\ta.c:f", "the number is not hexadecimal"),
        (
            "A\t12\tpoints\tint 4\t-\ta.c:f",
            "the argument is neither none, value, pointer nor unknown",
        ),
        ("A\t12\tpointer\tint\t-\ta.c:f", "what is copied has no size behind it"),
        ("A\t12\tpointer\tint 4/\t-\ta.c:f", "what is copied has no size behind it"),
        ("A\t12\tpointer\tint 4,vax=4\t-\ta.c:f", "what is copied has no size behind it"),
        (
            "A\t12\tpointer\tint 99999999999999999999\t-\ta.c:f",
            "what is copied has no size behind it",
        ),
        ("A\t12\tpointer\tint 4\t-\tf", "the place is not a file, a colon and a function"),
        ("A\t12\tpointer\tint 4\t-\ta.c:f +x", "behind the `+` stands no count of handlers"),
    ] {
        let text = format!("# Linux 1\n{good}\n{bad}\n");
        assert_eq!(parse(&text), Err(BadRow { line: 3, reason }), "{bad}");
    }
}

#[test]
fn sizes_are_those_of_the_abi() {
    let sizes = |text| Extent::parse(text).unwrap();
    let both = sizes("struct ifreq 40/32");
    assert_eq!((both.bytes(abi("x86_64")), both.bytes(abi("i386"))), (Some(40), Some(32)));
    let other = sizes("struct a 12,m68k=10,i386=?");
    assert_eq!(other.bytes(abi("x86_64")), Some(12));
    assert_eq!((other.bytes(abi("m68k")), other.bytes(abi("i386"))), (Some(10), None));
    assert_eq!(sizes("varying ?").bytes(abi("x86_64")), None);
}

#[test]
fn what_is_spelled_says_of_each_abi_what_was_known() {
    let word = |id: AbiId| Some(u64::from(id.abi().long_size));
    assert_eq!(Sizes::spelled(word), "8/4");
    let odd = |id: AbiId| match id.abi().name {
        "m68k" => Some(2),
        "i386" => None,
        _ => Some(6),
    };
    let text = Sizes::spelled(odd);
    assert_eq!(text, "6,i386=?,m68k=2");
    let text = format!("struct a {text}");
    let read = Extent::parse(&text).unwrap();
    assert!(AbiSet::ALL.iter().all(|id| read.bytes(id) == odd(id)));
}

#[test]
fn a_handler_differs_where_it_does_something_else_than_the_number_says() {
    let on = abi("x86_64");
    let says = |direction, size| Some(Declared { direction, size });
    let (read, write) = (Direction::Read, Direction::Write);
    for (line, declared, expected) in [
        ("A\t-\tpointer\t-\tu64 8\ta.c:f", says(read, 8), false),
        ("A\t-\tpointer\t-\tu64 8\ta.c:f", says(read, 4), true),
        ("A\t-\tpointer\t-\tu64 8\ta.c:f", says(write, 8), true),
        ("A\t-\tpointer\t-\tu64 8\ta.c:f", says(Direction::ReadWrite, 8), false),
        ("A\t-\tpointer\tu64 8\tu64 8\ta.c:f", says(read, 8), true),
        ("A\t-\tpointer\t-\tu64 8\ta.c:f", None, true),
        ("A\t-\tpointer\t-\tnumber ?\ta.c:f", says(read, 8), false),
        ("A\t-\tpointer\t-\t.a .b ?\ta.c:f", says(read, 8), false),
        ("A\t-\tpointer+\t-\tu64 8\ta.c:f", says(write, 8), true),
        ("A\t-\tvalue\t-\t-\ta.c:f", says(write, 4), true),
        ("A\t-\tvalue\t-\t-\ta.c:f", None, true),
        ("A\t-\tnone\t-\t-\ta.c:f", None, false),
        ("A\t-\tnone\t-\t-\ta.c:f", says(write, 4), true),
        ("A\t-\tnone+\t-\t-\ta.c:f", says(write, 4), false),
        ("A\t-\tunknown\t-\t-\ta.c:f", says(write, 4), false),
    ] {
        let rows = parse(line).unwrap();
        assert_eq!(differs(&rows[0], declared, on), expected, "{line} {declared:?}");
    }
}

#[test]
fn every_row_that_people_read_is_one_and_its_name_is_in_order_and_there_once() {
    let rows = parse(READ).unwrap();
    assert!(rows.len() > 150, "{}", rows.len());
    assert!(rows.windows(2).all(|pair| pair[0].name < pair[1].name), "sorted, and none twice");
    assert!(rows.iter().all(|row| row.is_complete && row.argument != Use::Unknown));
    assert_eq!(read_of("LOOP_CTL_GET_FREE")[0].argument, Use::None);
    assert!(is_known("BLKGETSIZE64") && is_known("HDIO_GET_DMA") && !is_known("NOBODY_KNOWS_IT"));
}

#[test]
fn a_number_finds_its_commands_with_and_without_the_size() {
    let names =
        |rows: Vec<&Row<'_>>| rows.iter().map(|row| row.name.to_owned()).collect::<Vec<_>>();
    assert_eq!(names(of_number(0x8008_1272)), ["BLKGETSIZE64"]);
    assert!(of_number(0x8004_1272).is_empty());
    assert_eq!(names(of_number_of_any_size(0x8004_1272)), ["BLKGETSIZE64"]);
    assert_eq!(size_in_number(0x8008_1272), 8);
}
