use ioctlkit_abi::{Abi, RecordKind, Scalar};
use ioctlkit_model::{Constant, RecordId, Type};

use super::*;
use crate::testing::{Build, LONG, U8, U32, U64};

const INT: Type = Type::Scalar(Scalar::Int);

fn bytes(count: u64) -> Type {
    Type::Array(Box::new(U8), Constant::Known(count))
}

/// One structure with one command, as a C header has it.
fn header(members: &[(&str, Type)]) -> Interface {
    one("echo_config", "ECHO_GET_CONFIG", members)
}

/// The same as Rust source has it.
fn crate_of(members: &[(&str, Type)]) -> Interface {
    one("EchoConfig", "EchoIoctl::EchoGetConfig", members)
}

fn one(record: &str, command: &str, members: &[(&str, Type)]) -> Interface {
    let mut build = Build::new();
    let id = build.structure(record, members);
    build.command(command, Direction::Read, Type::Record(id));
    build.interface
}

/// The faults of the structure in a line each.
fn faults(rust: &Interface, c: &Interface) -> Vec<String> {
    let comparison = compare(rust, c);
    let record = comparison.pairs.iter().find(|pair| pair.item == Item::Record).unwrap();
    record
        .faults
        .iter()
        .map(|told| {
            let what = match &told.fault {
                Fault::Number { .. } => "number".into(),
                Fault::Size { rust, c } => format!("size {rust} for {c}"),
                Fault::Place { member, rust, c, .. } => {
                    format!("{}: {rust} for {c}", member.name)
                }
                Fault::OnlyInRust { member, rust } => {
                    format!("only in Rust {}: {rust}", member.name)
                }
                Fault::OnlyInC { c_member, c } => format!("only in C {}: {c}", c_member.name),
            };
            let on =
                if told.abis == AbiSet::ALL { "all".into() } else { told.abis.len().to_string() };
            format!("{what} ({on})")
        })
        .collect()
}

#[test]
fn equal_definitions_are_paired_on_every_abi_and_differ_nowhere() {
    let members = [("flags", U32), ("name", bytes(16)), ("value", U64), ("word", LONG)];
    let comparison = compare(&crate_of(&members), &header(&members));
    let summary: Vec<_> = comparison
        .pairs
        .iter()
        .map(|pair| (pair.item, pair.c_name.as_str(), pair.abis, pair.faults.len()))
        .collect();
    assert_eq!(
        summary,
        [
            (Item::Command, "ECHO_GET_CONFIG", AbiSet::ALL, 0),
            (Item::Record, "struct echo_config", AbiSet::ALL, 0),
        ]
    );
    assert_eq!(comparison.alone, []);
}

#[test]
fn a_missing_member_is_told_and_so_is_what_it_moves() {
    let c = header(&[("a", U32), ("b", U32), ("c", U64)]);
    let rust = crate_of(&[("a", U32), ("c", U64)]);
    let padded = AbiSet::of(|abi| !abi.under_aligns_64_bit()).len();
    let packed = AbiSet::ALL.len() - padded;
    assert_eq!(
        faults(&rust, &c),
        [
            "only in C b: byte 4, 4 bytes (all)".to_owned(),
            format!("size 12 for 16 ({packed})"),
            format!("c: byte 4, 8 bytes for byte 8, 8 bytes ({packed})"),
        ]
    );
}

#[test]
fn a_width_that_differs_on_some_abis_is_told_for_those() {
    let wide = AbiSet::of(Abi::is_64_bit).len();
    let found = faults(&crate_of(&[("a", LONG)]), &header(&[("a", U32)]));
    assert_eq!(
        found,
        [
            format!("size 8 for 4 ({wide})"),
            format!("a: byte 0, 8 bytes for byte 0, 4 bytes ({wide})")
        ]
    );
}

#[test]
fn swapped_members_are_found_by_their_names() {
    let found = faults(
        &crate_of(&[("width", U32), ("height", U32)]),
        &header(&[("height", U32), ("width", U32)]),
    );
    assert_eq!(
        found,
        [
            "height: byte 4, 4 bytes for byte 0, 4 bytes (all)",
            "width: byte 0, 4 bytes for byte 4, 4 bytes (all)"
        ]
    );
}

#[test]
fn a_member_where_c_has_padding_is_told() {
    let found =
        faults(&crate_of(&[("a", U8), ("b", U8), ("c", U32)]), &header(&[("a", U8), ("c", U32)]));
    assert!(found[0].starts_with("only in Rust b: byte 1, 1 byte"), "{found:?}");
}

#[test]
fn reserved_members_and_padding_may_be_spelled_as_each_side_likes() {
    let c = header(&[("a", U32), ("reserved", bytes(12)), ("b", U8), ("pad", bytes(3))]);
    let split =
        [("a", U32), ("_reserved0", U32), ("_reserved1", bytes(8)), ("b", U8), ("_x", bytes(3))];
    assert_eq!(faults(&crate_of(&split), &c), [] as [&str; 0]);
    // A later header gives reserved bytes a meaning; an older crate still fits.
    let newer =
        header(&[("a", U32), ("flags", U32), ("more", bytes(8)), ("b", U8), ("pad", bytes(3))]);
    let older = [("a", U32), ("reserved", bytes(12)), ("b", U8), ("pad", bytes(3))];
    assert_eq!(faults(&crate_of(&older), &newer), [] as [&str; 0]);
}

#[test]
fn an_integer_that_holds_bit_fields_is_what_c_calls_by_their_names() {
    let with_bits = |widths: &[u64]| {
        let names = ["on", "level", "mode"];
        let members: Vec<(&str, Type)> = std::iter::once(("size", U32))
            .chain(names.iter().zip(widths).map(|(name, _)| (*name, U32)))
            .collect();
        let mut c = header(&members);
        let record = &mut c.records[0];
        let mut body = record.variants.first().unwrap().clone();
        for (member, width) in body.members[1..].iter_mut().zip(widths) {
            member.bits = Some(*width);
        }
        record.variants = ioctlkit_model::Variants::one(AbiSet::ALL, body);
        c
    };
    let rust = crate_of(&[("size", U32), ("bits", U32)]);
    // m68k has no more bytes than the bits need.
    assert_eq!(faults(&rust, &with_bits(&[1])), ["size 8 for 6 (1)"]);
    assert_eq!(faults(&rust, &with_bits(&[1, 7, 24])), [""; 0]);
    let elsewhere = crate_of(&[("bits", U32), ("size", U32)]);
    assert!(!faults(&elsewhere, &with_bits(&[1, 7])).is_empty());
}

#[test]
fn members_under_other_names_are_known_by_their_place() {
    let found = faults(
        &crate_of(&[("kind", U32), ("match_", U32), ("addr", U64)]),
        &header(&[("type", U32), ("match", U32), ("address", U64)]),
    );
    assert_eq!(found, [] as [&str; 0]);
}

/// `struct { u32 a; union { u64 whole; u8 parts[8]; } …; }`, the union under that name.
fn with_union(build: &mut Build, outer: &str, union: &str, parts: &[(&str, Type)]) -> RecordId {
    let tag = if union.is_empty() { "" } else { "__bindgen_ty_1" };
    let inner = build.record(RecordKind::Union, tag, parts);
    build.structure(outer, &[("a", U64), (union, Type::Record(inner))])
}

#[test]
fn anonymous_unions_are_opened_on_both_sides() {
    let parts = [("whole", U64), ("parts", bytes(8))];
    let mut c = Build::new();
    with_union(&mut c, "echo_config", "", &parts);
    let mut bindgen = Build::new();
    let id = with_union(&mut bindgen, "echo_config", "__bindgen_anon_1", &parts);
    bindgen.command("ECHO", Direction::Read, Type::Record(id));
    assert_eq!(faults(&bindgen.interface, &c.interface), [] as [&str; 0]);
    let as_bytes = crate_of(&[("a", U64), ("data", bytes(8))]);
    assert_eq!(faults(&as_bytes, &c.interface), [] as [&str; 0]);
    let one_alternative = crate_of(&[("a", U64), ("parts", bytes(8))]);
    assert_eq!(faults(&one_alternative, &c.interface), [] as [&str; 0]);
    let other_width = crate_of(&[("a", U64), ("whole", U32), ("rest", U32)]);
    assert!(!faults(&other_width, &c.interface).is_empty());
}

#[test]
fn a_command_is_told_with_the_parts_of_its_number() {
    let mut c = Build::new();
    c.command("FOO_GET", Direction::Read, U32);
    let mut rust = Build::new();
    rust.command("foo_get", Direction::ReadWrite, INT);
    let comparison = compare(&rust.interface, &c.interface);
    let pair = &comparison.pairs[0];
    assert_eq!(pair.differing(), AbiSet::ALL);
    for told in &pair.faults {
        let Fault::Number { parts, .. } = &told.fault else { panic!("{told:?}") };
        assert_eq!(
            parts,
            &[Part::Direction { rust: Some(Direction::ReadWrite), c: Some(Direction::Read) }]
        );
    }
}

#[test]
fn a_stated_name_goes_before_every_convention() {
    let mut c = Build::new();
    c.command("FOO_GET", Direction::Read, U32);
    c.command("FOO_GET2", Direction::Read, U64);
    let mut rust = Build::new();
    rust.command("foo_get", Direction::Read, U64);
    rust.interface.commands[0].c_name = Some("FOO_GET2".into());
    let comparison = compare(&rust.interface, &c.interface);
    assert_eq!(comparison.pairs[0].c_name, "FOO_GET2");
    assert_eq!(comparison.differences().count(), 0);
    rust.interface.commands[0].c_name = Some("FOO_GET3".into());
    let comparison = compare(&rust.interface, &c.interface);
    assert_eq!(comparison.alone.len(), 1, "a stated name that is not there has no counterpart");
}

#[test]
fn arguments_of_one_command_are_one_structure_whatever_their_names() {
    let c = header(&[("a", U32), ("b", U32)]);
    let rust = one("Settings", "echo_get_config", &[("b", U32), ("a", U32)]);
    assert_eq!(faults(&rust, &c).len(), 2);
}

#[test]
fn a_structure_that_rust_lays_out_and_no_command_carries_is_somebody_elses() {
    let mut c = Build::new();
    c.structure("event", &[("a", U32)]);
    let mut rust = Build::new();
    let id = rust.structure("Event", &[("wrapper", U64)]);
    let body = rust.interface.records[id.index()].variants.first().unwrap().clone();
    let body = ioctlkit_model::RecordBody {
        representation: ioctlkit_model::Representation::Unspecified,
        ..body
    };
    rust.interface.records[id.index()].variants = ioctlkit_model::Variants::one(AbiSet::ALL, body);
    let comparison = compare(&rust.interface, &c.interface);
    assert_eq!((comparison.pairs.len(), comparison.alone.len()), (0, 0));
}
