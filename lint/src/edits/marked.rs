//! Declarations as tests of edits write them, and what an edit makes of them.

use std::sync::Arc;

use ioctlkit_abi::Scalar;
use ioctlkit_model::{Edit, Member, Purpose, SourceMap, Span, Type};

/// The text of a file with `|` around a member's declaration and `'` around its name.
pub(super) fn marked(file: &str, text: &str) -> (SourceMap, Member) {
    let mut plain = String::new();
    let (mut bars, mut quotes) = (Vec::new(), Vec::new());
    for c in text.chars() {
        match c {
            '|' => bars.push(plain.len() as u32),
            '\'' => quotes.push(plain.len() as u32),
            other => plain.push(other),
        }
    }
    let mut sources = SourceMap::default();
    let file = sources.add(file.into(), Arc::from(plain));
    let member = Member {
        name: Some("x".into()),
        span: Span { file, start: bars[0], end: bars[1] },
        name_span: Span { file, start: quotes[0], end: quotes[1] },
        ty: Type::Scalar(Scalar::Int),
        bits: None,
        packed: false,
        aligned: None,
        condition: None,
        purpose: Purpose::default(),
    };
    (sources, member)
}

/// The file's text behind the edit.
pub(super) fn applied(sources: &SourceMap, edit: Option<Edit>) -> Option<String> {
    let edit = edit?;
    let text = sources.file(edit.span.file).text.as_ref();
    let (start, end) = (edit.span.start as usize, edit.span.end as usize);
    Some(format!("{}{}{}", &text[..start], edit.replacement, &text[end..]))
}
