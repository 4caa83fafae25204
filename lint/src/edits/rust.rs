//! Edits of declarations in Rust.

use ioctlkit_model::{Edit, Member, SourceMap, Span};

use super::indentation;

const STEP: &str = "    ";

/// As [`super::insert_behind`]: behind the comma that ends the member, or with one.
pub(super) fn insert_behind(sources: &SourceMap, member: Span, declaration: &str) -> Option<Edit> {
    let text = sources.file(member.file).text.as_ref();
    let rest = text.get(member.end as usize..)?;
    let blank = rest.len() - rest.trim_start().len();
    let (comma, skipped) = match rest.trim_start().chars().next()? {
        ',' => ("", blank + 1),
        '}' => (",", 0),
        _ => return None,
    };
    // A comment at the end of the line speaks of the member and stays with it.
    let line_rest = rest.get(skipped..)?.split('\n').next().unwrap_or("");
    let whole_line = comma.is_empty() && line_rest.trim_start().starts_with("//");
    let skipped = skipped + if whole_line { line_rest.trim_end().len() } else { 0 };
    let at = member.end + u32::try_from(skipped).ok()?;
    let (own, visibility) =
        (indentation(text, member.start as usize, STEP), visibility(sources, member));
    Some(Edit {
        span: Span { file: member.file, start: at, end: at },
        replacement: format!("{comma}\n{own}{visibility}{declaration},"),
    })
}

/// As [`super::insert_before`]: before the attributes and comments of the member, with which its head
/// begins.
pub(super) fn insert_before(
    sources: &SourceMap,
    head: Span,
    member: Span,
    declaration: &str,
) -> Option<Edit> {
    let text = sources.file(member.file).text.as_ref();
    let before = text.get(..head.start as usize)?;
    if !before.trim_end().ends_with([',', '{']) || !before.ends_with('\n') {
        return None;
    }
    let at = head.start;
    let (own, visibility) =
        (indentation(text, member.start as usize, STEP), visibility(sources, member));
    Some(Edit {
        span: Span { file: member.file, start: at, end: at },
        replacement: format!("{own}{visibility}{declaration},\n"),
    })
}

/// As [`super::retype`].
pub(super) fn retype(sources: &SourceMap, member: &Member, ty: &str) -> Option<Edit> {
    let file = sources.file(member.span.file);
    let declared = file.text.get(member.name_span.end as usize..member.span.end as usize)?;
    let old = declared.trim_start().strip_prefix(':')?.trim();
    // The element of an array, however deep.
    let element = old.rsplit('[').next()?;
    let element = if old.starts_with('[') { element.split(';').next()? } else { old }.trim_end();
    let plain = !element.is_empty() && !element.contains([';', '/', '(', '#', '!']);
    let at = declared.find(element).filter(|_| plain)?;
    let start = member.name_span.end + u32::try_from(at).ok()?;
    let end = start + u32::try_from(element.len()).ok()?;
    Some(Edit { span: Span { start, end, ..member.span }, replacement: ty.to_owned() })
}

/// As [`super::attribute`].
pub(super) fn attribute(sources: &SourceMap, name: Span, attribute: &str) -> Option<Edit> {
    let text = sources.file(name.file).text.as_ref();
    let before = text.get(..name.start as usize)?;
    // The keyword stands on the line of the name, behind the visibility.
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let own = before[start..].trim_start();
    let indent = &before[start..before.len() - own.len()];
    let is_head = ["pub", "struct ", "union "].iter().any(|word| own.starts_with(word));
    let at = (start + indent.len()) as u32;
    is_head.then(|| Edit {
        span: Span { start: at, end: at, ..name },
        replacement: format!("{attribute}\n{indent}"),
    })
}

/// The visibility of a member, which its new neighbour shares: an unnameable member would make the
/// structure impossible to construct.
fn visibility(sources: &SourceMap, member: Span) -> &str {
    let declared = sources.text(member);
    let Some(at) = declared.find("pub") else { return "" };
    let begins = declared[..at].chars().next_back().is_none_or(char::is_whitespace);
    let Some(colon) = declared.find(':').filter(|colon| begins && at < *colon) else { return "" };
    // `pub(in crate::x)` has colons of its own.
    let rest = &declared[at..];
    let end = if rest["pub".len()..].starts_with('(') {
        rest.find(')').map(|close| close + 1)
    } else {
        rest.find(char::is_whitespace).filter(|space| at + space < colon)
    };
    end.and_then(|end| rest.get(..=end)).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::super::marked::{applied, marked};
    use super::*;

    fn inserted(text: &str) -> Option<String> {
        let (sources, member) = marked("x.rs", text);
        applied(&sources, insert_behind(&sources, member.span, "_r: u32"))
    }

    fn retyped(text: &str) -> Option<String> {
        let (sources, member) = marked("x.rs", text);
        applied(&sources, retype(&sources, &member, "u64"))
    }

    #[test]
    fn a_member_goes_behind_another_as_visible_as_that() {
        assert_eq!(
            inserted("{\n    |pub 'a': u8|,\n    b: u8,\n}").unwrap(),
            "{\n    pub a: u8,\n    pub _r: u32,\n    b: u8,\n}"
        );
        assert_eq!(
            inserted("{\n    |pub(in crate::x) 'a': u8|\n}").unwrap(),
            "{\n    pub(in crate::x) a: u8,\n    pub(in crate::x) _r: u32,\n}"
        );
        assert_eq!(inserted("{ |'publish': u8| }").unwrap(), "{ publish: u8,\n    _r: u32, }");
    }

    #[test]
    fn a_comment_stays_with_its_member() {
        assert_eq!(
            inserted("{\n    |'a': u8|, // why\n}").unwrap(),
            "{\n    a: u8, // why\n    _r: u32,\n}"
        );
    }

    #[test]
    fn what_is_no_plain_member_is_left_alone() {
        assert_eq!(inserted("(|'u8'|)"), None);
        assert_eq!(retyped("{ |'f': fn(u32)| }"), None);
        assert_eq!(retyped("{ |'f': make!()| }"), None);
    }

    #[test]
    fn a_member_goes_before_another_and_its_attributes() {
        let (sources, member) = marked(
            "x.rs",
            "struct A {\n    n: u32,\n    /// doc\n    #[x]\n    |pub 'a': [u8; 0]|,\n}",
        );
        let text = &sources.file(member.span.file).text;
        let start = text.find("    /// doc").unwrap() as u32;
        let head = Span { start, end: member.name_span.start, ..member.span };
        assert_eq!(
            applied(&sources, insert_before(&sources, head, member.span, "_r: u32")).unwrap(),
            "struct A {\n    n: u32,\n    pub _r: u32,\n    /// doc\n    #[x]\n    pub a: [u8; 0],\n}"
        );
    }

    #[test]
    fn an_attribute_goes_above_the_keyword() {
        let (sources, member) = marked("x.rs", "/// doc\n  pub struct |'A'| { a: u8 }");
        let edit = attribute(&sources, member.name_span, "#[repr(C)]");
        assert_eq!(
            applied(&sources, edit).unwrap(),
            "/// doc\n  #[repr(C)]\n  pub struct A { a: u8 }"
        );
        let (sources, member) = marked("x.rs", "make!(|'A'|);");
        assert_eq!(attribute(&sources, member.name_span, "#[repr(C)]"), None);
    }

    #[test]
    fn another_type_takes_the_place_of_the_element() {
        assert_eq!(retyped("{ |pub 'a': *mut c_void| }").unwrap(), "{ pub a: u64 }");
        assert_eq!(retyped("{ |'a': [usize; N]|, }").unwrap(), "{ a: [u64; N], }");
        assert_eq!(retyped("{ |'a': [[bool; 2]; 4]|, }").unwrap(), "{ a: [[u64; 2]; 4], }");
        assert_eq!(retyped("{ |'a': Option<&T>|, }").unwrap(), "{ a: u64, }");
    }
}
