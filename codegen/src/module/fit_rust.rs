//! Rust as rustfmt lays it out, for what templates make: templates are written without regard to how
//! long a name is, and to which parts are there.

use std::fmt::Write as _;

/// The columns that rustfmt fills.
const COLUMNS: usize = 100;

/// The text, with no blank line where rustfmt has none, and heads of functions broken that are too long.
pub(crate) fn fit_rust(text: &str) -> String {
    let mut fitted = String::with_capacity(text.len());
    let mut blank = false;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            blank = true;
            continue;
        }
        let begins = fitted.is_empty() || fitted.ends_with("{\n");
        if blank && !begins && !line.trim_start().starts_with('}') {
            fitted.push('\n');
        }
        blank = false;
        // What a comment says is no code, however it looks.
        let is_long = line.chars().count() > COLUMNS && !line.trim_start().starts_with("//");
        let broken = head(line).or_else(|| constant(line)).or_else(|| arm(line));
        match broken.filter(|_| is_long) {
            Some(broken) => fitted.push_str(&broken),
            None => fitted.extend([line, "\n"]),
        }
    }
    fitted
}

fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}

/// A constant, with its value on a line of its own.
fn constant(line: &str) -> Option<String> {
    let (front, value) = line.split_once(" = ")?;
    let is_constant =
        ["const ", "pub(crate) const "].iter().any(|word| front.trim_start().starts_with(word));
    is_constant.then(|| format!("{front} =\n{}    {value}\n", indentation(line)))
}

/// An arm of a `match`, as a block.
fn arm(line: &str) -> Option<String> {
    let (pattern, expression) = line.split_once(" => ")?;
    let (indent, expression) = (indentation(line), expression.strip_suffix(',')?);
    let end = if expression.starts_with("return ") { ";" } else { "" };
    Some(format!("{pattern} => {{\n{indent}    {expression}{end}\n{indent}}}\n"))
}

/// The head of a function, with a line for each parameter.
fn head(line: &str) -> Option<String> {
    let indent = indentation(line);
    let is_head = ["fn ", "pub(crate) fn "].iter().any(|word| line.trim_start().starts_with(word));
    let (front, rest) = line.split_once('(').filter(|_| is_head)?;
    // `pub(crate)` has brackets, too.
    let (front, rest) = match front.trim_start() {
        "pub" => {
            let (visibility, rest) = rest.split_once('(')?;
            (format!("{front}({visibility}"), rest)
        }
        _ => (front.to_owned(), rest),
    };
    let (parameters, behind) = rest.rsplit_once(") ->")?;
    let mut broken = format!("{front}(\n");
    for parameter in parameters.split(", ") {
        // Writing to a string does not fail.
        let _ = writeln!(broken, "{indent}    {parameter},");
    }
    Some(broken + indent + ") ->" + behind + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_that_is_too_long_has_a_line_for_each_parameter() {
        let long = "a".repeat(90);
        let text = format!("    pub(crate) fn {long}(&self, x: u32) -> Result {{\n    }}\n");
        let broken = format!(
            "    pub(crate) fn {long}(\n        &self,\n        x: u32,\n    ) -> Result {{\n    }}\n"
        );
        assert_eq!(fit_rust(&text), broken);
    }

    #[test]
    fn a_comment_is_never_broken_into_code() {
        let long = "x".repeat(100);
        for text in [
            format!("    /// see pub(crate) const X = 0; {long} = it_ran()\n"),
            format!("/// a => it_ran(), {long} => it_ran(),\n"),
            format!("// fn it_ran({long}) -> it_ran()\n"),
        ] {
            assert_eq!(fit_rust(&text), text);
        }
    }

    #[test]
    fn blank_lines_stand_alone_and_not_at_the_edge_of_a_block() {
        assert_eq!(fit_rust("\na\n\n\nb {\n\nc\n\n}\n"), "a\n\nb {\nc\n}\n");
    }
}
