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

#[test]
fn what_has_no_room_is_named_above_the_strip() {
    let rows = vec![
        member("__u8 tiny", "tiny", (0, 1)),
        member("__u8 small", "small", (1, 1)),
        member("char rest[4094]", "rest", (2, 4094)),
    ];
    let text = drawn(&map(vec![strip("x86_64", 4096, rows)]));
    assert!(text.contains(">0 tiny · 1 small<"), "{text}");
    // Where everything has its name, there is no such line.
    assert!(!drawn(&with_a_hole()).contains(" · "));
}

#[test]
fn a_thousand_names_without_room_are_cut_and_counted() {
    let name = |at: u64| format!("a_member_with_a_long_name_{at}");
    let mut rows: Vec<Row> =
        (0..1000).map(|at| member(&format!("__u8 {}", name(at)), &name(at), (at, 1))).collect();
    rows.push(member("char rest[]", "rest", (1000, 1 << 20)));
    let text = drawn(&map(vec![strip("x86_64", 1000 + (1 << 20), rows)]));
    let document = Document::parse(&text).unwrap();
    let lines = document.descendants().filter(|it| it.attribute("class") == Some("quiet halo"));
    let lines: Vec<&str> = lines.filter_map(|it| it.text()).collect();
    assert!(lines.len() <= 6 && lines[5] == "and 978 more", "{lines:?}");
    assert!(lines.iter().all(|line| line.chars().count() <= 158));
}

/// Where each text is: left, right, top and bottom, by the width that a monospaced font has.
fn texts(document: &Document<'_>) -> Vec<(String, [f64; 4])> {
    let all = document.descendants().filter(|node| node.has_tag_name("text"));
    all.map(|node| {
        let text = node.text().unwrap_or_default().to_owned();
        let class = node.attribute("class").unwrap_or_default();
        let units = match class {
            "title" => 17.0,
            "offset" => 10.0,
            _ => 12.0,
        };
        let width = f64::from(u32::try_from(text.chars().count()).unwrap()) * units * 0.602;
        if let Some(place) = node.attribute("transform") {
            let place = place.strip_prefix("translate(").unwrap();
            let (place, _) = place.split_once(')').unwrap();
            let (x, y) = place.split_once(' ').unwrap();
            let (x, y): (f64, f64) = (x.parse().unwrap(), y.parse().unwrap());
            let half = width / 2.0;
            return (text, [x - units * 0.8, x + units * 0.2, y - half, y + half]);
        }
        let (x, y) = (number(node, "x"), number(node, "y"));
        let left = match node.attribute("text-anchor") {
            Some("middle") => x - width / 2.0,
            Some("end") => x - width,
            _ => x,
        };
        (text, [left, left + width, y - units * 0.8, y + units * 0.2])
    })
    .collect()
}

#[test]
fn no_text_covers_another_or_leaves_the_picture() {
    let many = |count: u64, size: u64| {
        let rows = (0..count).map(|at| {
            let name = format!("m{at}_{}", "x".repeat(usize::try_from(at % 30).unwrap()));
            member(&format!("__u8 {name}[{size}]"), &name, (at * size, size))
        });
        strip("x86_64", count * size, rows.collect())
    };
    for (count, size) in [(1, 1), (3, 1), (40, 1), (40, 7), (300, 2), (2000, 8), (32, 36)] {
        let mut small = many(count, size);
        small.abis = AbiSet::of(|one| one.name == "i386");
        small.rows.iter_mut().for_each(|row| row.offset_bits += 8);
        let text = drawn(&map(vec![many(count, size), small]));
        let document = Document::parse(&text).unwrap();
        let frame = document.root_element();
        let (wide, high) = (number(frame, "width"), number(frame, "height"));
        let texts = texts(&document);
        for (index, (text, [left, right, top, bottom])) in texts.iter().enumerate() {
            let is_inside = *left >= -0.5 && *right <= wide + 0.5 && *top >= 0.0 && *bottom <= high;
            assert!(is_inside, "{count} of {size}: {text} at {left} to {right}");
            for (other, [l, r, t, b]) in &texts[index + 1..] {
                let overlaps =
                    left.max(*l) < right.min(*r) - 1.0 && top.max(*t) < bottom.min(*b) - 1.0;
                assert!(!overlaps, "{count} of {size}: `{text}` and `{other}`");
            }
        }
    }
}

#[test]
fn alternatives_of_a_union_that_move_have_one_band() {
    let union_at = |abi: &str, offset: u64| {
        let declaration = "union {".to_owned();
        let mut rows = vec![row(What::Member { declaration, name: None }, 0, (offset, 8))];
        for (name, size) in [("a", 8), ("b", 4), ("c", 2)] {
            rows.push(Row {
                depth: 1,
                ..member(&format!("char {name}[{size}]"), name, (offset, size))
            });
        }
        rows.push(row(What::Close, 0, (0, 0)));
        strip(abi, offset + 8, rows)
    };
    let text = drawn(&map(vec![union_at("x86_64", 8), union_at("i386", 4)]));
    let document = Document::parse(&text).unwrap();
    let bands = document.descendants().filter(|node| node.attribute("class") == Some("band"));
    assert_eq!(bands.count(), 1, "{text}");
}
