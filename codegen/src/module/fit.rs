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
        // The text about a member is a paragraph of its own.
        if line.starts_with(" * @") || !line.starts_with(" * ") {
            fill(&mut paragraph, columns, &mut fitted);
        }
        if line.starts_with(" * ") {
            paragraph.push(line);
        } else if width(line) <= columns {
            fitted.push_str(line);
            fitted.push('\n');
        } else if let Some((head, value)) = definition(line) {
            fitted.push_str(head);
            fitted.push_str(" \\\n");
            code(&format!("\t{value}"), columns, " \\", &mut fitted);
        } else if is_whole(line) {
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

/// The head of a macro that stands on one line, and its text.
fn definition(line: &str) -> Option<(&str, &str)> {
    let (head, value) = line.split_once('\t')?;
    (head.starts_with("#define ") && !value.contains('"')).then(|| (head, value.trim_start()))
}

/// Whether a line cannot be broken, however long it is.
fn is_whole(line: &str) -> bool {
    line.starts_with('#') || line.starts_with(" *") || line.trim_start().starts_with("/*")
}

/// Columns that a line takes.
fn width(line: &str) -> usize {
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
    // The text about a member continues a little further in.
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
    let mut open = Vec::new();
    for _ in 0..line.len() {
        if width(&rest) <= columns {
            break;
        }
        let Some(place) = place(&rest, &open, columns - end.len()) else { break };
        fitted.push_str(rest[..place.at].trim_end());
        fitted.push_str(end);
        fitted.push('\n');
        let indent = "\t".repeat(place.column / TAB) + &" ".repeat(place.column % TAB);
        rest = indent + rest[place.at..].trim_start();
        open = place.open;
    }
    fitted.push_str(&rest);
    fitted.push('\n');
}

/// Where to break a line.
struct Break {
    /// Behind so many bytes.
    at: usize,
    /// The column to go on at.
    column: usize,
    /// The columns behind the parentheses that are open there.
    open: Vec<usize>,
    /// What is taken apart.
    binding: Binding,
}

/// How close what stands on both sides of a place belongs together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    /// Arguments, and conditions.
    Loose,
    /// The operands of `|` and `&`.
    Close,
}

impl Binding {
    /// What ends there, if a line may.
    fn behind(text: &str) -> Option<Self> {
        if text.ends_with(',') || text.ends_with("&&") || text.ends_with("||") {
            return Some(Self::Loose);
        }
        text.ends_with(['|', '&']).then_some(Self::Close)
    }
}

impl Break {
    fn outside(at: usize, column: usize) -> Self {
        Self { at, column, open: Vec::new(), binding: Binding::Loose }
    }
}

/// Where to break a line before which those parentheses were open: the outermost place that binds
/// least is the best one, and the last of those.
fn place(line: &str, open_before: &[usize], columns: usize) -> Option<Break> {
    let begins = line.len() - line.trim_start().len();
    let mut column = 0;
    let mut open = open_before.to_vec();
    let mut best: Option<Break> = None;
    let masked = masked(line);
    for (at, c) in masked.char_indices() {
        column = if c == '\t' { (column / TAB + 1) * TAB } else { column + 1 };
        if column > columns && best.is_some() {
            break;
        }
        match c {
            '(' => open.push(column),
            ')' => {
                open.pop();
            }
            ' ' if at > begins => {
                let Some(binding) = Binding::behind(&masked[..at]) else { continue };
                let Some(&column) = open.last() else { continue };
                let is_better = best
                    .as_ref()
                    .is_none_or(|best| (open.len(), binding) <= (best.open.len(), best.binding));
                if is_better {
                    best = Some(Break { at: at + 1, column, open: open.clone(), binding });
                }
            }
            _ => {}
        }
    }
    let fits = |place: &Break| width(line[..place.at].trim_end()) <= columns;
    // Where names are long, the first place may be too far already: it is better than none.
    let (best, too_far) = best.map_or((None, None), |best| {
        if fits(&best) { (Some(best), None) } else { (None, Some(best)) }
    });
    let roomy = best.as_ref().is_some_and(|best| leaves_room(&line[best.at..], best, columns));
    best.filter(|_| roomy || before_function(&masked).is_none())
        .or_else(|| behind_equals(&masked, begins))
        .or_else(|| before_function(&masked))
        .or(too_far)
}

/// The line with nothing in its strings, characters and comments that could be taken for code.
fn masked(line: &str) -> String {
    let mut masked = String::with_capacity(line.len());
    let mut within: Option<char> = None;
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        let begins_comment = line[at..].starts_with("/*") || line[at..].starts_with("//");
        let is_code = within.is_none() && !begins_comment;
        within = match (within, c) {
            (None, '"' | '\'') => Some(c),
            // Until the end of the line: none is broken within a comment.
            (None, _) if begins_comment => Some('\n'),
            (Some(end), _) if end == c && !escaped => None,
            (within, _) => within,
        };
        escaped = c == '\\' && !escaped;
        masked.push(if is_code || !c.is_ascii() { c } else { '_' });
    }
    masked
}

/// Whether each part of what goes on there fits.
fn leaves_room(rest: &str, place: &Break, columns: usize) -> bool {
    rest.split_inclusive(", ").all(|part| place.column + width(part.trim_end()) <= columns)
}

/// A function's name goes to a line of its own, behind a type that leaves no room for it.
fn before_function(line: &str) -> Option<Break> {
    let name_ends = line.strip_prefix("static ").and(line.find('('))?;
    let at = line[..name_ends].rfind([' ', '*'])? + 1;
    (at > "static ".len()).then(|| Break::outside(at, 0))
}

/// An assignment without a better place goes on one tab further in.
fn behind_equals(line: &str, begins: usize) -> Option<Break> {
    let at = line.find(" = ")? + 3;
    let breaks = at < line.len() && at > begins && !line[at..].starts_with('{');
    breaks.then(|| Break::outside(at, width(&line[..begins]) + TAB))
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
    fn a_macro_that_is_too_long_for_its_line_begins_the_next_one() {
        let long = "#define SENSOR_CONFIG_FLAGS_VALID\t(SENSOR_CONFIG_ENABLED | \
                    SENSOR_CONFIG_VERBOSE | SENSOR_CONFIG_SYNCHRONOUS)\n";
        assert_eq!(
            fit(long),
            "#define SENSOR_CONFIG_FLAGS_VALID \\\n\
             \t(SENSOR_CONFIG_ENABLED | SENSOR_CONFIG_VERBOSE | \\\n\
             \t SENSOR_CONFIG_SYNCHRONOUS)\n"
        );
    }

    #[test]
    fn parentheses_stay_open_over_lines() {
        let long = "static_assert(__builtin_offsetof(struct barometric_pressure_sensor, \
                    interval_ms) == 4, \"struct barometric_pressure_sensor: interval_ms\");\n";
        assert_eq!(
            fit(long),
            "static_assert(__builtin_offsetof(struct barometric_pressure_sensor,\n\
             \t\t\t\t interval_ms) == 4,\n\
             \t      \"struct barometric_pressure_sensor: interval_ms\");\n"
        );
    }

    #[test]
    fn a_function_begins_a_line_where_its_parameters_would_leave_none() {
        let long = "static int sensor_ioctl_set_configuration(struct file *file, const struct \
                    sensor_configuration *arg);\n";
        assert_eq!(
            fit_columns(long, 72),
            "static int\n\
             sensor_ioctl_set_configuration(struct file *file,\n\
             \t\t\t       const struct sensor_configuration *arg);\n"
        );
    }

    #[test]
    fn nothing_within_a_string_a_character_or_a_comment_is_a_place() {
        for text in [
            "\tkernel_says(\"a text that goes on, and on, and on = so long that no line of it has room\");\n",
            "\tprint('\"', \"a text that goes on, and on, and on = so long that no line of it has room\");\n",
            "\tprint(\"a \\\"word\\\" that goes on, and on, and on = so long that no line of it has room\");\n",
            "\tx = 1; // a text that goes on, and on, and on (so long, that no line of it has room)\n",
        ] {
            let fitted = fit(text);
            let of_literals = |text: &str| text.matches("and on, and on").count();
            assert_eq!(of_literals(&fitted), of_literals(text), "{fitted}");
            assert!(fitted.contains("so long"), "{fitted}");
            assert!(fitted.lines().any(|line| line.contains("has room")), "{fitted}");
        }
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
