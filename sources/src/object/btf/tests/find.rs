//! BTF in the memory of a kernel.

use super::*;

/// Types that can be a kernel's, with so many besides those that make it one.
pub(in crate::object) fn kernel(order: ByteOrder, more: usize) -> Vec<u8> {
    let mut writer = sample(order);
    let member = writer.name("unlocked_ioctl");
    writer.ty("file_operations", 4, 1, 8, &[member, 1, 0]);
    writer.ty("long unsigned int", 1, 0, 8, &[64]);
    for index in 0..more {
        writer.ty(&format!("type_{index}"), 8, 0, 1, &[]);
    }
    writer.section()
}

/// Bytes without a pattern, with magic numbers among them.
fn garbage(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_u32;
    let mut bytes: Vec<u8> = (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as u8
        })
        .collect();
    for at in (0..length.saturating_sub(8)).step_by(61) {
        let magic: [u8; 4] = if at % 2 == 0 { [0x9f, 0xeb, 1, 0] } else { [0xeb, 0x9f, 1, 0] };
        bytes[at..at + 4].copy_from_slice(&magic);
    }
    bytes
}

fn names(data: &[u8]) -> Option<usize> {
    find(data).map(|btf| btf.own_ids().len())
}

#[test]
fn the_types_are_found_among_garbage_with_magic_numbers() {
    for order in [ByteOrder::Little, ByteOrder::Big] {
        let image = [garbage(5001), kernel(order, 7), garbage(777)].concat();
        let btf = find(&image).unwrap();
        assert_eq!(btf.named("file_operations"), [4]);
        assert_eq!(btf.own_ids(), 1..13);
        assert_eq!(names(&garbage(5001)), None);
    }
}

#[test]
fn the_larger_of_two_is_taken_wherever_it_lies() {
    let (small, large) = (kernel(ByteOrder::Little, 2), kernel(ByteOrder::Little, 50));
    assert_eq!(names(&[small.clone(), large.clone()].concat()), Some(55));
    assert_eq!(names(&[large, garbage(100), small].concat()), Some(55));
}

#[test]
fn one_that_is_cut_off_is_passed_over() {
    let (small, large) = (kernel(ByteOrder::Little, 2), kernel(ByteOrder::Little, 50));
    assert_eq!(names(&[&small[..], &large[..large.len() - 1]].concat()), Some(7));
    for end in 0..small.len() {
        assert_eq!(names(&small[..end]), None, "cut at {end}");
    }
}

#[test]
fn a_header_that_claims_the_types_of_another_does_not_hide_them() {
    let mut image = kernel(ByteOrder::Little, 3);
    let whole = image.len() as u32;
    // Its claim is the longest: it begins in front, and what it calls types are none.
    let words = [24, 0, whole - 8, whole - 8, 8].map(u32::to_le_bytes).concat();
    let front = [&[0x9f, 0xeb, 1, 0][..], &words].concat();
    image = [front, image].concat();
    assert_eq!(names(&image), Some(8));
}

#[test]
fn the_types_of_a_program_are_not_a_kernels() {
    assert_eq!(names(&sample(ByteOrder::Little).section()), None);
}

/// Every header claims all that is behind it.
/// Enough for a search that is not linear to be felt.
const HEADERS: u32 = 40_000;

#[test]
fn headers_over_headers_take_no_more_time_than_bytes() {
    let mut image = Vec::new();
    for index in 0..HEADERS {
        let behind = (HEADERS - index - 1) * 24;
        let words = [24, 0, behind, behind, 4].map(u32::to_le_bytes).concat();
        image.extend([&[0x9f, 0xeb, 1, 0][..], &words].concat());
    }
    image.extend([0; 4]);
    let started = std::time::Instant::now();
    assert_eq!(names(&image), None);
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}

#[test]
fn damage_does_no_harm() {
    let whole = [garbage(100), kernel(ByteOrder::Little, 5), garbage(50)].concat();
    for at in 100..whole.len() - 50 {
        for bits in [1, 0x80, 0xff] {
            let mut turned = whole.clone();
            turned[at] ^= bits;
            find(&turned);
        }
    }
}
