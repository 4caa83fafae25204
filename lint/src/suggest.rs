//! The name that was probably meant.

/// Nobody types a longer name by hand, in letters.
const LONGEST: usize = 128;

/// The candidate that is closest to `name`, if one is close enough to be a slip of the keyboard, or
/// the one that `name` is the beginning of.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let letters = wanted.chars().count();
    if letters > LONGEST {
        return None;
    }
    let allowed = (letters / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| {
            let known = candidate.to_lowercase();
            let is_beginning = letters >= 3 && known.starts_with(&wanted);
            // Each letter more or less is one mistake, at least.
            let distance = match known.chars().count().abs_diff(letters) {
                more if more > allowed => more,
                _ => strsim::damerau_levenshtein(&wanted, &known),
            };
            (if is_beginning { distance.min(allowed) } else { distance }, candidate)
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// ``did you mean `x`?``, for the help line of an error.
pub fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(name, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_another_word_finds_none() {
        let names = ["implicit-hole", "implicit-tail", "L001", "L010"];
        assert_eq!(nearest("implicit-hol", names), Some("implicit-hole"));
        assert_eq!(nearest("l001", names), Some("L001"));
        assert_eq!(nearest("LO10", names), Some("L010"));
        assert_eq!(nearest("impl", ["implicit-hole"]), Some("implicit-hole"));
        assert_eq!(nearest("padding", names), None);
        assert_eq!(nearest("", names), None);
    }
}
