//! How one thing is spelled in Rust and in C.

/// `GetConfig`, `getConfig` or `GET_CONFIG` as `get_config`. A digit stays with the word before
/// it.
pub fn snake_case(name: &str) -> String {
    words(name).join("_").to_lowercase()
}

/// `GetConfig` as `GET_CONFIG`.
pub fn screaming_snake_case(name: &str) -> String {
    words(name).join("_").to_uppercase()
}

/// `get_config` or `GET_CONFIG` as `GetConfig`.
pub fn camel_case(name: &str) -> String {
    let capitalised = |word: String| {
        let mut letters = word.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters.map(|c| c.to_ascii_lowercase())).collect::<String>()
    };
    words(name).into_iter().map(capitalised).collect()
}

/// The names, without `struct` or `union`, under which C may know a Rust type, the likeliest
/// first: as it stands, and in snake case.
pub fn c_type_names(name: &str) -> Vec<String> {
    let name = name.strip_prefix("r#").unwrap_or(name);
    let mut names = vec![name.to_owned()];
    let snake = snake_case(name);
    if snake != name {
        names.push(snake);
    }
    names
}

/// The words of a name: at underscores, where a capital follows a small letter, and where one
/// begins a word behind an abbreviation or a digit (`IOCtl` is `IO`, `Ctl`).
fn words(name: &str) -> Vec<String> {
    let name = name.strip_prefix("r#").unwrap_or(name);
    let mut words: Vec<String> = Vec::new();
    for part in name.split('_').filter(|part| !part.is_empty()) {
        let letters: Vec<char> = part.chars().collect();
        let mut word = String::new();
        for (i, letter) in letters.iter().enumerate() {
            let before = i.checked_sub(1).map(|i| letters[i]);
            let after = letters.get(i + 1);
            let begins = letter.is_uppercase()
                && before.is_some_and(|before| {
                    before.is_lowercase() || after.is_some_and(|after| after.is_lowercase())
                });
            if begins && !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            word.push(*letter);
        }
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_change_their_case_word_by_word() {
        for (name, snake) in [
            ("GetConfig", "get_config"),
            ("GET_CONFIG", "get_config"),
            ("KvmRun", "kvm_run"),
            ("V4L2Format", "v4l2_format"),
            ("Reg64", "reg64"),
            ("r#Type", "type"),
            ("IOCtl", "io_ctl"),
        ] {
            assert_eq!(snake_case(name), snake, "{name}");
            assert_eq!(screaming_snake_case(name), snake.to_uppercase(), "{name}");
        }
        assert_eq!(camel_case("kvm_get_regs"), "KvmGetRegs");
        assert_eq!(camel_case("KVM_GET_REGS2"), "KvmGetRegs2");
        assert_eq!(c_type_names("KvmRegs"), ["KvmRegs", "kvm_regs"]);
        assert_eq!(c_type_names("kvm_regs"), ["kvm_regs"]);
    }
}
