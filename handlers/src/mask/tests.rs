use super::mask;

/// The masked text.
fn masked(text: &str) -> String {
    let masked = mask(text);
    assert_eq!(masked.text.len(), text.len());
    String::from_utf8(masked.text).unwrap()
}

#[test]
fn debug_show() {
    if let Ok(path) = std::env::var("SHOW") {
        println!("{}", masked(&std::fs::read_to_string(path).unwrap()));
    }
}
