use ioctlkit_abi::{AbiSet, RecordKind};
use roxmltree::{Document, Node};

use super::*;
use crate::layout_rows::{Row, What};

fn member(declaration: &str, name: &str, bytes: (u64, u64)) -> Row {
    let what = What::Member { declaration: declaration.into(), name: Some(name.into()) };
    row(what, 0, bytes)
}

fn row(what: What, depth: usize, (offset, size): (u64, u64)) -> Row {
    Row { depth, what, offset_bits: offset * 8, bits: size * 8, is_bit_field: false }
}

fn strip(abi: &str, size: u64, rows: Vec<Row>) -> Strip {
    Strip { abis: AbiSet::of(|one| one.name == abi), rows, size, align: 4 }
}

fn map(strips: Vec<Strip>) -> Map {
    Map {
        name: "struct foo".into(),
        kind: RecordKind::Struct,
        place: "foo.h:3".into(),
        within: AbiSet::ALL,
        strips,
    }
}

fn drawn(map: &Map) -> String {
    let mut out = Vec::new();
    write(std::slice::from_ref(map), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The rectangles of a class, with their groups' titles.
fn blocks<'a>(document: &'a Document<'_>, class: &str) -> Vec<(Node<'a, 'a>, &'a str)> {
    let all = document.descendants().filter(|node| node.attribute("class") == Some(class));
    let rectangles = all.filter(|node| node.has_tag_name("rect") && node.has_attribute("x"));
    rectangles
        .filter_map(|node| {
            let title = node.parent()?.children().find(|node| node.has_tag_name("title"))?;
            Some((node, title.text()?))
        })
        .collect()
}

fn number(node: Node<'_, '_>, attribute: &str) -> f64 {
    node.attribute(attribute).unwrap().parse().unwrap()
}

/// A hole on `x86_64` that i386 does not have.
fn with_a_hole() -> Map {
    map(vec![
        strip(
            "x86_64",
            16,
            vec![
                member("__u32 a", "a", (0, 4)),
                row(What::Hole, 0, (4, 4)),
                member("__u64 b", "b", (8, 8)),
            ],
        ),
        strip("i386", 12, vec![member("__u32 a", "a", (0, 4)), member("__u64 b", "b", (4, 8))]),
    ])
}

#[test]
fn what_is_elsewhere_is_marked_and_joined_and_holes_are_hatched() {
    let text = drawn(&with_a_hole());
    let document = Document::parse(&text).unwrap();
    let titles = |class| -> Vec<&str> {
        blocks(&document, class).into_iter().map(|(_, title)| title).collect()
    };
    assert_eq!(titles("hole"), ["hole; at byte 4, 4 bytes"]);
    assert_eq!(titles("moved"), ["__u64 b; at byte 4, 8 bytes"]);
    assert_eq!(titles("member").len(), 3);
    let bands = document.descendants().filter(|node| node.attribute("class") == Some("band"));
    assert_eq!(bands.count(), 1);
}

#[test]
fn widths_are_in_scale() {
    let text = drawn(&with_a_hole());
    let document = Document::parse(&text).unwrap();
    let all = blocks(&document, "member");
    let (a, b) = (number(all[0].0, "width"), number(all[1].0, "width"));
    assert!((b / a - 2.0).abs() < 0.01, "{a} {b}");
}

#[test]
fn labels_stay_in_their_blocks_whatever_their_length() {
    let long = "a_member_with_a_name_that_is_longer_than_any_block_could_be_and_then_some_more";
    for size in [4, 8, 100, 5000, 1 << 40] {
        let declaration = format!("__u32 {long}");
        let rows =
            vec![member(&declaration, long, (0, 4)), member("char rest[]", "rest", (4, size))];
        let text = drawn(&map(vec![strip("x86_64", size + 4, rows)]));
        let document = Document::parse(&text).unwrap();
        for (block, _) in blocks(&document, "member") {
            let labels = block.parent().unwrap().children().filter(|it| it.has_tag_name("text"));
            for label in labels.filter(|it| it.attribute("class") == Some("halo")) {
                let length = u32::try_from(label.text().unwrap().chars().count()).unwrap();
                assert!(f64::from(length) * 7.3 <= number(block, "width"), "{size}: {label:?}");
            }
        }
    }
}

#[test]
fn alternatives_of_a_union_stand_one_below_the_other_and_many_of_them_are_counted() {
    let union_of = |count: u64| {
        let declaration = "union {".to_owned();
        let mut rows = vec![row(What::Member { declaration, name: None }, 0, (0, 8))];
        rows.extend((0..count).map(|at| Row {
            depth: 1,
            ..member(&format!("__u64 m{at}"), &format!("m{at}"), (0, 8))
        }));
        rows.push(row(What::Close, 0, (0, 0)));
        drawn(&map(vec![strip("x86_64", 8, rows)]))
    };
    let two = union_of(2);
    let document = Document::parse(&two).unwrap();
    let tops: Vec<f64> =
        blocks(&document, "member").iter().map(|(node, _)| number(*node, "y")).collect();
    assert!(tops.len() == 2 && tops[0] < tops[1], "{tops:?}");
    assert!(union_of(30).contains(">30 alternatives<"));
}

#[test]
fn hostile_names_stay_text() {
    let hostile = "x</title><script>\u{1b}[2J\u{202e}\"'&";
    let mut map = map(vec![strip("x86_64", 8, vec![member(hostile, hostile, (0, 8))])]);
    map.name = hostile.into();
    map.place = hostile.into();
    let svg = drawn(&map);
    let document = Document::parse(&svg).unwrap();
    assert!(!document.descendants().any(|node| node.has_tag_name("script")));
    let mut page = Vec::new();
    write_page(&[map], &[hostile.to_owned()], &mut page).unwrap();
    let page = String::from_utf8(page).unwrap();
    assert!(!page.contains("<script") && !page.contains('\u{1b}') && !page.contains('\u{202e}'));
}

#[test]
fn a_structure_without_any_layout_says_so() {
    assert!(drawn(&map(Vec::new())).contains("no layout on any of the ABIs"));
}
