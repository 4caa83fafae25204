//! Lines of C that are too long are broken as the kernel's style breaks them: templates are
//! written without regard to how long a name is.

/// The columns that the kernel prefers.
const COLUMNS: usize = 80;
const TAB: usize = 8;

/// The text with no line over 80 columns where that can be.
pub(crate) fn fit(text: &str) -> String {
    fit_columns(text, COLUMNS)
}

/// The text with no line over `columns` where that can be.
pub(crate) fn fit_columns(text: &str, columns: usize) -> String {
    let mut fitted = String::with_capacity(text.len() + text.len() / 16);
    let mut paragraph: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        // What is said of a member is a paragraph of its own.
        if line.starts_with(" * @") || !line.starts_with(" * ") {
            fill(&mut paragraph, columns, &mut fitted);
        }
        if line.starts_with(" * ") {
            paragraph.push(line);
        } else if width(line) <= columns || is_whole(line) {
            fitted.push_str(line);
            fitted.push('\n');
        } else if fitted.ends_with("\\\n") {
            // What goes on with a macro's text has to say so, too.
            code(line, columns, " \\", &mut fitted);
        } else {
            code(line, columns, "", &mut fitted);
        }
    }
    fill(&mut paragraph, columns, &mut fitted);
    fitted
}

/// Whether a line cannot be broken, however long it is.
fn is_whole(line: &str) -> bool {
    line.starts_with('#') || line.starts_with(" *") || line.trim_start().starts_with("/*")
}

/// Columns that a line takes.
pub(crate) fn width(line: &str) -> usize {
    line.chars().fold(0, |column, c| if c == '\t' { (column / TAB + 1) * TAB } else { column + 1 })
}

/// A paragraph of a comment stays as it is, unless a line of it is too long.
fn fill(paragraph: &mut Vec<&str>, columns: usize, fitted: &mut String) {
    let lines = std::mem::take(paragraph);
    if lines.iter().all(|line| width(line) <= columns) {
        for line in lines {
            fitted.push_str(line);
            fitted.push('\n');
        }
        return;
    }
    // What is said of a member goes on a little further in.
    let more = if lines[0].starts_with(" * @") { " *  " } else { " *" };
    let mut current = String::from(" *");
    for word in lines.iter().flat_map(|line| line[" *".len()..].split_whitespace()) {
        if width(&current) + 1 + word.chars().count() > columns && current.len() > more.len() {
            fitted.push_str(&current);
            fitted.push('\n');
            more.clone_into(&mut current);
        }
        current.push(' ');
        current.push_str(word);
    }
    fitted.push_str(&current);
    fitted.push('\n');
}

/// Breaks a line of code behind the last comma or operator that fits, and goes on below the
/// innermost parenthesis that is open there. Each line but the last ends with `end`.
fn code(line: &str, columns: usize, end: &str, fitted: &mut String) {
    let mut rest = line.to_owned();
    for _ in 0..line.len() {
        if width(&rest) <= columns {
            break;
        }
        let Some((at, column)) = place(&rest, columns - end.len()) else { break };
        fitted.push_str(rest[..at].trim_end());
        fitted.push_str(end);
        fitted.push('\n');
        let indent = "\t".repeat(column / TAB) + &" ".repeat(column % TAB);
        rest = indent + rest[at..].trim_start();
    }
    fitted.push_str(&rest);
    fitted.push('\n');
}

/// Where to break, in bytes, and the column to go on at.
fn place(line: &str, columns: usize) -> Option<(usize, usize)> {
    let begins = line.len() - line.trim_start().len();
    let mut column = 0;
    let mut open: Vec<usize> = Vec::new();
    let mut best: Option<(usize, usize, usize)> = None;
    let mut quoted = false;
    let bytes = line.as_bytes();
    for (at, c) in line.char_indices() {
        column = if c == '\t' { (column / TAB + 1) * TAB } else { column + 1 };
        if column > columns && best.is_some() {
            break;
        }
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' => open.push(column),
            ')' => {
                open.pop();
            }
            ' ' if at > begins => {
                let before = bytes[at - 1];
                let breaks =
                    before == b',' || line[..at].ends_with("&&") || line[..at].ends_with("||");
                // The outermost place is the best one, and the last of those.
                if breaks
                    && let Some(column) = open.last()
                    && best.is_none_or(|(_, _, depth)| open.len() <= depth)
                {
                    best = Some((at + 1, *column, open.len()));
                }
            }
            _ => {}
        }
    }
    let best = best.map(|(at, column, _)| (at, column));
    // Where names are long, the first place may be too far already: it is better than none.
    best.filter(|(at, _)| width(line[..*at].trim_end()) <= columns)
        .or_else(|| behind_equals(line, begins))
        .or_else(|| before_function(line))
        .or(best)
}

/// A function's name goes to a line of its own, behind a type that leaves no room for it.
fn before_function(line: &str) -> Option<(usize, usize)> {
    let name_ends = line.strip_prefix("static ").and(line.find('('))?;
    let at = line[..name_ends].rfind([' ', '*'])? + 1;
    (at > "static ".len()).then_some((at, 0))
}

/// An assignment without a better place goes on one tab further in.
fn behind_equals(line: &str, begins: usize) -> Option<(usize, usize)> {
    let at = line.find(" = ")? + 3;
    let breaks = at < line.len() && at > begins && !line[at..].starts_with('{');
    breaks.then(|| (at, width(&line[..begins]) + TAB))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_go_on_below_the_parenthesis() {
        let long = "static long echo_do_set_configuration(struct file *file, unsigned int cmd, \
                    unsigned long arg)";
        assert_eq!(
            fit(long),
            "static long echo_do_set_configuration(struct file *file, unsigned int cmd,\n\
             \t\t\t\t      unsigned long arg)\n"
        );
    }

    #[test]
    fn a_function_with_a_long_type_begins_a_line() {
        let long = "static const struct a_module_with_a_long_name *find_it(const struct \
                    a_module_with_a_long_name *all, unsigned int count)";
        assert_eq!(
            fit(long),
            "static const struct a_module_with_a_long_name *\n\
             find_it(const struct a_module_with_a_long_name *all, unsigned int count)\n"
        );
    }

    #[test]
    fn a_break_is_outside_of_inner_calls_where_it_can_be() {
        let long = "\tif (copy_from_user(destination, source, array_size(sizeof(*destination), \
                    count_of_elements)))";
        assert_eq!(
            fit(long),
            "\tif (copy_from_user(destination, source,\n\
             \t\t\t   array_size(sizeof(*destination), count_of_elements)))\n"
        );
    }

    #[test]
    fn the_text_of_a_macro_goes_on_behind_a_backslash() {
        let long = "#define SENSOR_GET_INFORMATION \\\n\t_IOR(SENSOR_IOCTL_TYPE, 0x40, struct \
                    barometric_pressure_sensor_information)\n";
        assert_eq!(
            fit(long),
            "#define SENSOR_GET_INFORMATION \\\n\t_IOR(SENSOR_IOCTL_TYPE, 0x40, \\\n\
             \t     struct barometric_pressure_sensor_information)\n"
        );
    }

    #[test]
    fn what_is_short_or_a_string_stays_as_it_is() {
        for text in ["\treturn 0;\n", "#define A_LONG_NAME\t\"x, y\"\n", ""] {
            assert_eq!(fit(text), text);
        }
    }

    #[test]
    fn a_long_line_of_a_comment_is_filled() {
        let long = format!(" * @member: {}", "word ".repeat(20));
        for line in fit(&long).lines() {
            assert!(width(line) <= COLUMNS, "{line}");
            assert!(line.starts_with(" * @member: w") || line.starts_with(" *   word"), "{line}");
        }
    }
}
