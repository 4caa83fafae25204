//! Where lines go in a list of the kernel's: in its order, where it has one.

/// An entry of a list: the line that it begins at, from 0, and what it is sorted by.
pub(super) struct Entry<K> {
    pub(super) line: usize,
    pub(super) key: K,
}

/// The line to put an entry in front of; `end` is the line behind the list.
pub(super) fn line_of<K: Ord>(entries: &[Entry<K>], key: &K, end: usize) -> usize {
    let falls = entries.windows(2).filter(|pair| pair[0].key > pair[1].key).count();
    // A list that everybody appends to has no order that anything could be put in.
    if falls * 4 > entries.len() {
        return end;
    }
    // Where the fewest entries in front are greater, and the fewest behind are smaller: that ignores the
    // odd entry in the wrong place.
    let mut wrong = entries.iter().filter(|entry| entry.key < *key).count();
    let (mut best, mut best_wrong) = (0, wrong);
    for (index, entry) in entries.iter().enumerate() {
        if entry.key < *key {
            wrong -= 1;
        } else if entry.key > *key {
            wrong += 1;
        }
        if wrong <= best_wrong {
            (best, best_wrong) = (index + 1, wrong);
        }
    }
    entries.get(best).map_or(end, |entry| entry.line)
}

/// The text with lines in front of one of its own.
pub(super) fn inserted(text: &str, line: usize, lines: &str) -> String {
    let at = text.split_inclusive('\n').take(line).map(str::len).sum();
    let (front, behind) = text.split_at(at);
    let newline = if front.is_empty() || front.ends_with('\n') { "" } else { "\n" };
    [front, newline, lines, behind].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(list: &str, key: &str) -> String {
        let entries: Vec<Entry<&str>> =
            list.split(' ').enumerate().map(|(line, key)| Entry { line, key }).collect();
        let line = line_of(&entries, &key, entries.len());
        inserted(&list.replace(' ', "\n"), line, &format!("{key}\n")).trim_end().replace('\n', " ")
    }

    #[test]
    fn an_entry_goes_where_the_order_of_the_list_has_it() {
        assert_eq!(placed("a c e g", "d"), "a c d e g");
        assert_eq!(placed("a c e g", "A"), "A a c e g");
        assert_eq!(placed("a c e g", "z"), "a c e g z");
        // One that is in the wrong place leads nobody astray.
        assert_eq!(placed("a b z c d e f g h", "f2"), "a b z c d e f f2 g h");
    }

    #[test]
    fn an_entry_goes_to_the_end_of_a_list_without_order() {
        assert_eq!(placed("m a z b y", "c"), "m a z b y c");
    }
}
