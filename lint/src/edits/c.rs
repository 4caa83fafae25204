//! Edits of declarations in C.

use ioctlkit_model::{Edit, Member, SourceMap, Span};

use super::indentation;

const STEP: &str = "\t";

/// As [`super::insert_behind`].
pub(super) fn insert_behind(sources: &SourceMap, member: Span, declaration: &str) -> Option<Edit> {
    let text = sources.file(member.file).text.as_ref();
    let rest = text.get(member.end as usize..)?;
    let to_semicolon = rest.len() - rest.trim_start().strip_prefix(';')?.len();
    let line_rest = rest[to_semicolon..].split('\n').next().unwrap_or("");
    // A comment at the end of the line speaks of the member and stays with it.
    let comment = line_rest.trim();
    let whole_line = comment.is_empty()
        || comment.starts_with("//")
        || (comment.starts_with("/*") && comment.find("*/") == Some(comment.len() - 2));
    let skipped = to_semicolon + if whole_line { line_rest.trim_end().len() } else { 0 };
    let at = member.end + u32::try_from(skipped).ok()?;
    Some(Edit {
        span: Span { file: member.file, start: at, end: at },
        replacement: format!("\n{}{declaration};", indentation(text, member.start as usize, STEP)),
    })
}

/// As [`super::insert_before`].
pub(super) fn insert_before(sources: &SourceMap, member: Span, declaration: &str) -> Option<Edit> {
    let text = sources.file(member.file).text.as_ref();
    let before = text.get(..member.start as usize)?.trim_end();
    let behind_another = before.ends_with([';', '{']) || before.ends_with("*/");
    behind_another.then(|| Edit {
        span: Span { end: member.start, ..member },
        replacement: format!("{declaration};\n{}", indentation(text, member.start as usize, STEP)),
    })
}

/// As [`super::retype`].
pub(super) fn retype(sources: &SourceMap, member: &Member, ty: &str) -> Option<Edit> {
    let text = sources.file(member.span.file).text.as_ref();
    let specifiers = text.get(member.span.start as usize..member.name_span.start as usize)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || "_*".contains(c);
    let follows = text.get(member.span.end as usize..)?.trim_start();
    if specifiers.trim().is_empty() || !specifiers.chars().all(plain) || !follows.starts_with(';') {
        return None;
    }
    // The space before the name lines it up with its neighbours; what stands around a star does
    // not.
    let kept = specifiers.trim_end_matches(|c: char| c == '*' || c.is_ascii_whitespace());
    let space = &specifiers[kept.len()..];
    let space = if space.is_empty() || space.contains('*') { " " } else { space };
    Some(Edit {
        span: Span { end: member.name_span.start, ..member.span },
        replacement: format!("{ty}{space}"),
    })
}

/// As [`super::replace_leading_type`].
pub(super) fn replace_leading_type(
    sources: &SourceMap,
    member: Span,
    from: &str,
    to: &str,
) -> Option<Edit> {
    let rest = sources.text(member).strip_prefix(from)?;
    rest.starts_with([' ', '\t']).then(|| Edit {
        span: Span { end: member.start + from.len() as u32, ..member },
        replacement: to.to_owned(),
    })
}

/// As [`super::empty_bound`].
pub(super) fn empty_bound(sources: &SourceMap, member: Span) -> Option<Edit> {
    let text = sources.text(member);
    let open = text.rfind('[')?;
    let bound = text[open + 1..].strip_suffix(']')?;
    (bound.trim() == "0").then(|| {
        let start = member.start + open as u32 + 1;
        let end = start + bound.len() as u32;
        Edit { span: Span { start, end, ..member }, replacement: String::new() }
    })
}

#[cfg(test)]
mod tests {
    use super::super::marked::{applied, marked};
    use super::*;

    fn inserted(text: &str) -> Option<String> {
        let (sources, member) = marked("x.h", text);
        applied(&sources, insert_behind(&sources, member.span, "__u32 r"))
    }

    fn retyped(text: &str) -> Option<String> {
        let (sources, member) = marked("x.h", text);
        applied(&sources, retype(&sources, &member, "__u32"))
    }

    #[test]
    fn a_declaration_goes_on_a_line_of_its_own() {
        assert_eq!(inserted("\t|int 'a'|;\n\tint b;").unwrap(), "\tint a;\n\t__u32 r;\n\tint b;");
        assert_eq!(inserted("{ |int 'a'| ; int b; }").unwrap(), "{ int a ;\n\t__u32 r; int b; }");
    }

    #[test]
    fn a_comment_stays_with_its_member() {
        assert_eq!(
            inserted("  |int 'a'|; /* why */\n  int b;").unwrap(),
            "  int a; /* why */\n  __u32 r;\n  int b;"
        );
        assert_eq!(
            inserted("  |int 'a'|; /* long\n why */\n  int b;").unwrap(),
            "  int a;\n  __u32 r; /* long\n why */\n  int b;"
        );
    }

    #[test]
    fn a_shared_declaration_is_left_alone() {
        assert_eq!(inserted("\t|int 'a'|, b;\n"), None);
        assert_eq!(retyped("\t|int 'a'|, b;\n"), None);
        assert_eq!(retyped("\t|int a, 'b'|;\n"), None);
    }

    #[test]
    fn a_declaration_goes_before_a_member() {
        let (sources, member) = marked("x.h", "{\n\tint n;\n\t|int 'a'[]|;\n}");
        assert_eq!(
            applied(&sources, insert_before(&sources, member.span, "__u32 r")).unwrap(),
            "{\n\tint n;\n\t__u32 r;\n\tint a[];\n}"
        );
    }

    #[test]
    fn another_type_keeps_the_name_in_its_column() {
        assert_eq!(retyped("\t|enum kind\t\t'k'|;").unwrap(), "\t__u32\t\tk;");
        assert_eq!(retyped("\t|void __user *'p'|;").unwrap(), "\t__u32 p;");
        assert_eq!(retyped("\t|char * 'p'[4]|;").unwrap(), "\t__u32 p[4];");
    }

    #[test]
    fn a_type_is_replaced_where_the_declaration_begins_with_its_name() {
        let replaced = |text| {
            let (sources, member) = marked("x.h", text);
            applied(&sources, replace_leading_type(&sources, member.span, "__u64", "__aligned_u64"))
        };
        assert_eq!(replaced("\t|__u64\t'a'[2]|;").unwrap(), "\t__aligned_u64\ta[2];");
        assert_eq!(replaced("\t|__u64_t 'a'|;"), None);
        assert_eq!(replaced("\t|const __u64 'a'|;"), None);
    }

    #[test]
    fn a_bound_of_zero_is_taken_out() {
        let emptied = |text| {
            let (sources, member) = marked("x.h", text);
            applied(&sources, empty_bound(&sources, member.span))
        };
        assert_eq!(emptied("\t|int 'a'[ 0 ]|;").unwrap(), "\tint a[];");
        assert_eq!(emptied("\t|int 'a'[NONE]|;"), None);
        assert_eq!(emptied("\t|int 'a'|;"), None);
    }

    #[test]
    fn a_function_pointer_is_left_alone() {
        assert_eq!(retyped("\t|int (*'f')(int)|;"), None);
    }
}
