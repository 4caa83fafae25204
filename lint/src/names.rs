//! What the name of a command says.

/// What a command does, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// `GET`: user space asks for something.
    Get,
    /// `SET`: user space hands something over.
    Set,
}

/// Words that say which way the data of a command goes.
const OTHER_VERBS: [&str; 8] =
    ["READ", "WRITE", "SEND", "RECV", "RECEIVE", "PUT", "ADD", "EXCHANGE"];

/// Words that begin with a verb and are none.
const NO_VERBS: [&str; 6] = ["SETUP", "SETTING", "SETTINGS", "SETTLE", "SETS", "GETTY"];

/// The verb of a name, where it has exactly one: `KVM_SET_PIT` sets, `USBDEVFS_GETDRIVER` gets.
/// A last word `SET` is taken for a noun (`REG_SET`), and a name that also reads, writes or sends
/// says too little.
pub fn verb(name: &str) -> Option<Verb> {
    let words = words(name);
    if words.iter().any(|word| OTHER_VERBS.contains(&word.as_str())) {
        return None;
    }
    let verb_of = |(place, word): (usize, &String)| {
        let last = place + 1 == words.len();
        if NO_VERBS.contains(&word.as_str()) {
            None
        } else if word.starts_with("GET") {
            Some(Verb::Get)
        } else if word.starts_with("SET") && !(last && word == "SET") {
            Some(Verb::Set)
        } else {
            None
        }
    };
    let mut verbs = words.iter().enumerate().filter_map(verb_of);
    let first = verbs.next()?;
    verbs.next().is_none().then_some(first)
}

/// The words of a name in capitals; `IOC` and `IOCTL` are taken off, and so is what is run
/// together with them.
pub fn words(name: &str) -> Vec<String> {
    let name = in_capitals(name);
    name.split('_')
        .map(|word| match word.rfind("IOC") {
            Some(at) => word[at + 3..].trim_start_matches("TL"),
            None => word,
        })
        .filter(|word| !word.is_empty())
        .map(ToOwned::to_owned)
        .collect()
}

/// A name as a C macro would have it: `GET_CONFIG` for the variant `EchoIoctl::GetConfig` and for
/// the function `get_config`.
fn in_capitals(name: &str) -> String {
    let name = name.rsplit("::").next().unwrap_or(name);
    let is_camel_case = !name.contains('_') && name.contains(|c: char| c.is_ascii_lowercase());
    let mut capitals = String::new();
    let mut before = '_';
    for c in name.chars() {
        if is_camel_case && c.is_ascii_uppercase() && !before.is_ascii_uppercase() && before != '_'
        {
            capitals.push('_');
        }
        capitals.push(c.to_ascii_uppercase());
        before = c;
    }
    capitals
}

/// Whether two names are versions of one command: they differ in nothing but marks such as `32`,
/// `OLD`, `V2`, `TIME32` or `COMPAT`.
pub fn are_versions(a: &str, b: &str) -> bool {
    a != b && without_versions(a) == without_versions(b)
}

fn without_versions(name: &str) -> String {
    const MARKS: [&str; 15] = [
        "OLD",
        "NEW",
        "COMPAT",
        "NATIVE",
        "EXT",
        "EXTENDED",
        "EX",
        "TIME",
        "LEGACY",
        "ORIG",
        "DEPRECATED",
        "X",
        "V",
        "A",
        "B",
    ];
    let mut stem = String::new();
    for word in in_capitals(name).split('_') {
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
        if !word.is_empty() && !MARKS.contains(&word) {
            stem.push_str(word.trim_end_matches("EX"));
            stem.push('_');
        }
    }
    stem
}

/// Whether two names differ in their first word only and say enough behind it: one subsystem has
/// taken over another's command.
pub fn differ_in_first_word(a: &str, b: &str) -> bool {
    const ENOUGH: usize = 8;
    // FOO_SUBDEV_G_STD is FOO_G_STD for another kind of file.
    let enough = if a.split('_').next() == b.split('_').next() { 3 } else { ENOUGH };
    let (a, b) = (words(a), words(b));
    let whole = |words: &[String]| words.concat();
    let behind_first =
        |words: &[String]| words.iter().skip(1).map(String::as_str).collect::<String>();
    let tails = [behind_first(&a), behind_first(&b)];
    let same = |one: &str, other: &str| one == other && one.len() >= ENOUGH;
    let within = |one: &str, other: &str| one == other && one.len() >= enough;
    same(&tails[0], &tails[1]) || within(&whole(&a), &tails[1]) || within(&tails[0], &whole(&b))
}

/// Whether two names are the two directions of one command: they differ in nothing but a pair of
/// words such as `GET` and `SET`, `RD` and `WR`, or `G` and `S`.
pub fn are_directions(a: &str, b: &str) -> bool {
    const PAIRS: [(&str, &str); 8] = [
        ("GET", "SET"),
        ("RD", "WR"),
        ("READ", "WRITE"),
        ("G", "S"),
        ("R", "W"),
        ("IN", "OUT"),
        ("LOAD", "STORE"),
        ("SEND", "RECV"),
    ];
    let (a, b) = (&without_versions(a), &without_versions(b));
    PAIRS.iter().any(|(one, other)| differ_by(a, b, one, other) || differ_by(a, b, other, one))
}

/// Whether replacing one `from` in `a` by `to` yields `b`.
fn differ_by(a: &str, b: &str, from: &str, to: &str) -> bool {
    // The two words of a pair begin with different letters.
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let behind = (a.get(same..), b.get(same..));
    let (Some(a), Some(b)) = behind else { return false };
    matches!((a.strip_prefix(from), b.strip_prefix(to)), (Some(a), Some(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_are_found_at_the_start_of_a_word() {
        assert_eq!(verb("KVM_SET_PIT"), Some(Verb::Set));
        assert_eq!(verb("USBDEVFS_GETDRIVER"), Some(Verb::Get));
        assert_eq!(verb("FS_IOC_GETFLAGS"), Some(Verb::Get));
        assert_eq!(verb("PPPIOCGETX"), Some(Verb::Get));
        assert_eq!(verb("WDIOC_SETOPTIONS"), Some(Verb::Set));
    }

    #[test]
    fn a_variant_and_a_function_have_the_verbs_of_their_macro() {
        assert_eq!(verb("EchoIoctl::SetMode"), Some(Verb::Set));
        assert_eq!(verb("kvm_get_regs"), Some(Verb::Get));
        assert_eq!(words("EchoIoctl::GetConfig2"), ["GET", "CONFIG2"]);
        assert!(are_versions("EchoIoctl::GetInfoV2", "EchoIoctl::GetInfo"));
    }

    #[test]
    fn what_only_looks_like_a_verb_is_none() {
        for name in [
            "BTRFS_IOC_FORGET_DEV",
            "USBDEVFS_RESETEP",
            "BLKTRACESETUP",
            "FOO_SETUP_RING",
            "KVM_REG_SET",
            "SISFB_TVPOSOFFSET",
            "FOO_TARGET",
            "GADGET_HID_READ",
        ] {
            assert_eq!(verb(name), None, "{name}");
        }
    }

    #[test]
    fn a_name_with_two_verbs_says_too_little() {
        assert_eq!(verb("IPMICTL_SET_GETS_EVENTS_CMD"), None);
        assert_eq!(verb("GADGET_HID_WRITE_GET_REPORT"), None);
        assert_eq!(verb("FOO_GET_SET"), Some(Verb::Get), "the last SET is a noun");
    }

    #[test]
    fn versions_differ_in_their_marks_only() {
        assert!(are_versions("PTP_PIN_GETFUNC", "PTP_PIN_GETFUNC2"));
        assert!(are_versions("__SNDRV_PCM_IOCTL_SYNC_PTR64", "SNDRV_PCM_IOCTL_SYNC_PTR"));
        assert!(are_versions("FS_IOC32_GETFLAGS", "FS_IOC_GETFLAGS"));
        assert!(are_versions("FOO_GET_INFO_V2", "FOO_GET_INFO"));
        assert!(are_versions("VIDIOC_DQEVENT_TIME32", "VIDIOC_DQEVENT"));
        assert!(!are_versions("MSHV_CREATE_PARTITION", "MSHV_INITIALIZE_PARTITION"));
        assert!(!are_versions("FOO", "FOO"), "one name is no version of itself");
    }

    #[test]
    fn a_command_taken_over_differs_in_its_first_word() {
        assert!(differ_in_first_word("FS_IOC_GETFLAGS", "REISERFS_IOC_GETFLAGS"));
        assert!(differ_in_first_word("BTRFS_IOC_GET_FSLABEL", "FS_IOC_GETFSLABEL"));
        assert!(differ_in_first_word("VIDIOC_G_DV_TIMINGS", "VIDIOC_SUBDEV_G_DV_TIMINGS"));
        assert!(differ_in_first_word("VIDIOC_G_STD", "VIDIOC_SUBDEV_G_STD"));
        assert!(!differ_in_first_word("FOO_RESET", "BAR_RESET"), "says too little");
        assert!(!differ_in_first_word("VT_GETMODE", "VIDIOC_RESERVED"));
    }

    #[test]
    fn directions_differ_in_one_pair_of_words() {
        assert!(are_directions("SPI_IOC_RD_MODE", "SPI_IOC_WR_MODE"));
        assert!(are_directions("EVIOCGREP", "EVIOCSREP"));
        assert!(are_directions("FOO_SET_X", "FOO_GET_X"));
        assert!(are_directions("EVIOCSKEYCODE", "EVIOCGKEYCODE_V2"), "of two versions");
        assert!(!are_directions("FOO_GET_X", "FOO_SET_Y"));
        assert!(!are_directions("FOO_GET_X", "FOO_CLEAR_X"));
    }
}
