//! Events in a page of the kernel's trace buffer, as `trace_pipe_raw` gives it. The form is that of
//! `include/linux/ring_buffer.h` and of `events/header_page` and `events/header_event` in tracefs.

/// The bytes in front of a page's events: a time stamp, and how many bytes of events there are.
const PAGE_HEADER: usize = 16;
/// What is no data: padding, and two kinds of time stamps.
const PADDING: u32 = 29;
const TIME_EXTEND: u32 = 30;
const TIME_STAMP: u32 = 31;
/// Bits of the page's length that say something else: events were lost, and how many is stored.
const LENGTH_BITS: u64 = (1 << 27) - 1;

/// The data of each event of a page, with the header that all events share. What is cut off ends it.
pub(super) fn events(page: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    let length = page.get(8..PAGE_HEADER).and_then(|bytes| bytes.first_chunk());
    let length = length.map_or(0, |bytes| u64::from_ne_bytes(*bytes) & LENGTH_BITS);
    let end = PAGE_HEADER.saturating_add(length as usize).min(page.len());
    let mut rest = page.get(PAGE_HEADER..end).unwrap_or_default();
    while let Some((header, behind)) = rest.split_first_chunk() {
        let header = u32::from_ne_bytes(*header);
        let kind = if cfg!(target_endian = "little") { header & 31 } else { header >> 27 };
        // How much of the bytes behind the header to skip, and where the data in them begins.
        let (skipped, data) = match kind {
            TIME_EXTEND | TIME_STAMP => (4, None),
            PADDING => match word(behind) {
                Some(bytes) => (bytes as usize, None),
                None => break,
            },
            0 => match word(behind) {
                Some(bytes) => (bytes as usize, Some(4)),
                None => break,
            },
            words => (words as usize * 4, Some(0)),
        };
        if let Some(data) = data {
            match behind.get(data..skipped) {
                Some(event) => found.push(event),
                None => break,
            }
        }
        let Some(next) = behind.get(skipped.next_multiple_of(4)..) else { break };
        if skipped == 0 {
            break;
        }
        rest = next;
    }
    found
}

fn word(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|bytes| u32::from_ne_bytes(*bytes))
}

#[cfg(all(test, target_endian = "little"))]
mod tests {
    use super::*;

    fn page(events: &[u32]) -> Vec<u8> {
        let mut page = vec![0; 8];
        page.extend((events.len() as u64 * 4).to_ne_bytes());
        page.extend(events.iter().flat_map(|word| word.to_ne_bytes()));
        page.resize(4096, 0xee);
        page
    }

    #[test]
    fn short_and_long_events_are_found_between_time_stamps_and_padding() {
        let page = page(&[
            2 | 5 << 5,
            0x1111_1111,
            0x2222_2222, // two words
            TIME_EXTEND,
            77, //
            0,
            12,
            0x3333_3333,
            0x4444_4444, // twelve bytes, the length among them
            PADDING,
            4,
        ]);
        let found = events(&page);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], [[0x11; 4], [0x22; 4]].concat());
        assert_eq!(found[1], [[0x33; 4], [0x44; 4]].concat());
    }

    #[test]
    fn a_page_that_is_cut_off_or_senseless_ends_without_a_panic() {
        let whole = page(&[2, 1, 2, 0, 12, 3, 4]);
        for end in 0..80 {
            assert!(events(&whole[..end.min(whole.len())]).len() <= 2);
        }
        for word in 0..64 {
            let _ = events(&page(&[word, u32::MAX, word, 0]));
        }
    }
}
