//! Types from their spelling: `__u8[16]`, `struct x *`, `void (void) *`.

use std::collections::HashMap;

use ioctlkit_abi::Scalar;
use ioctlkit_model::{Constant, EnumId, Expression, RecordId, Type, TypedefId};

/// What names stand for, each with the file that defines it.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    records: HashMap<&'a str, Vec<(&'a str, RecordId)>>,
    enums: HashMap<&'a str, Vec<(&'a str, EnumId)>>,
    typedefs: HashMap<&'a str, Vec<(&'a str, TypedefId)>>,
    count: u32,
    enum_count: u32,
}

/// Pointers and bounds past this are no type: a type is as deep as they are many.
const DEEPEST: u32 = 64;

/// A type in a dump.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spelled<'a> {
    /// As C spells it.
    pub(super) text: &'a str,
    /// The structure that it is, or is an array of.
    pub(super) record: Option<u32>,
    /// The enumeration without a tag that it is, or is an array of.
    pub(super) enumeration: Option<u32>,
    /// The bounds that the text has as `[…]`.
    pub(super) bounds: Option<&'a [u64]>,
    /// The size, in bytes, for what has no name.
    pub(super) size: Option<u64>,
    /// The file that it stands in.
    pub(super) file: &'a str,
    /// The typedef that it is the definition of.
    pub(super) defines: Option<&'a str>,
}

impl<'a> Names<'a> {
    pub(super) fn new(dump: &'a super::raw::Dump) -> Self {
        let mut names = Self {
            count: dump.types.len() as u32,
            enum_count: dump.enums.len() as u32,
            ..Self::default()
        };
        for (id, record) in dump.types.iter().enumerate() {
            let entry = names.records.entry(record.name.as_str()).or_default();
            entry.push((record.file.as_str(), RecordId(id as u32)));
        }
        for (id, found) in dump.enums.iter().enumerate() {
            let Some(name) = &found.name else { continue };
            let entry = names.enums.entry(name.as_str()).or_default();
            entry.push((found.file.as_str(), EnumId(id as u32)));
        }
        for (id, typedef) in dump.typedefs.iter().enumerate() {
            let entry = names.typedefs.entry(typedef.name.as_str()).or_default();
            entry.push((typedef.file.as_str(), TypedefId(id as u32)));
        }
        names
    }

    /// The type that is spelled.
    pub(super) fn ty(&self, spelled: Spelled<'_>) -> Type {
        self.nested(spelled, 0)
    }

    fn nested(&self, spelled: Spelled<'_>, depth: u32) -> Type {
        let text = spelled.text.trim();
        if depth > DEEPEST {
            return Type::Unknown(text.into());
        }
        if let Some(to) = text.strip_suffix('*') {
            let to = Spelled { text: to, size: None, ..spelled };
            return Type::Pointer(Box::new(self.nested(to, depth + 1)));
        }
        if text.ends_with(']')
            && let Some((element, bounds)) = bounds(text)
        {
            return self.array(element, &bounds, spelled, depth);
        }
        self.base(Spelled { text, ..spelled })
    }

    fn array(&self, element: &str, bounds: &[&str], spelled: Spelled<'_>, depth: u32) -> Type {
        let known = |index: usize| -> Option<u64> {
            let by_itself = bounds.get(index)?.parse().ok();
            by_itself.or_else(|| spelled.bounds?.get(index).copied())
        };
        // What one element has of the whole's bytes; nothing where a bound is not known.
        let count: Option<u64> = (0..bounds.len())
            .try_fold(1_u64, |all, index| known(index).and_then(|bound| all.checked_mul(bound)));
        let size =
            spelled.size.zip(count.filter(|count| *count > 0)).map(|(all, count)| all / count);
        let mut ty = self.nested(Spelled { text: element, size, ..spelled }, depth + 1);
        for (index, bound) in bounds.iter().enumerate().rev() {
            ty = match (bound.is_empty(), known(index)) {
                (true, _) => Type::FlexibleArray(Box::new(ty)),
                (false, Some(count)) => {
                    let is_said = bound.bytes().all(|digit| digit.is_ascii_digit());
                    let value = Expression::Literal(i128::from(count));
                    // What the name did not say is still not part of the name.
                    let unsaid = Constant::Expression(Box::new(value));
                    let count = if is_said { Constant::Known(count) } else { unsaid };
                    Type::Array(Box::new(ty), count)
                }
                (false, None) => Type::Unknown(spelled.text.into()),
            };
        }
        ty
    }

    fn base(&self, spelled: Spelled<'_>) -> Type {
        let text = spelled.text;
        if text == "void" {
            return Type::Void;
        }
        if text == "void (void)" {
            return Type::Function;
        }
        if let Some(scalar) = scalar(text) {
            return Type::Scalar(scalar);
        }
        if let Some(name) = text.strip_prefix("enum ") {
            return self.enumeration(name, spelled);
        }
        let is_tagged = text.starts_with("struct ") || text.starts_with("union ");
        let is_own = spelled.defines == Some(text);
        let typedef = find(&self.typedefs, text, spelled.file).filter(|_| !is_tagged && !is_own);
        if let Some(id) = typedef {
            return Type::Typedef(id);
        }
        let record = spelled.record.filter(|id| *id < self.count).map(RecordId);
        match record.or_else(|| find(&self.records, text, spelled.file)) {
            Some(id) => Type::Record(id),
            None => Type::Unknown(text.into()),
        }
    }

    /// An enumeration; one without a tag is known by its size alone.
    fn enumeration(&self, name: &str, spelled: Spelled<'_>) -> Type {
        if let Some(id) = find(&self.enums, name, spelled.file) {
            return Type::Enum(id);
        }
        if let Some(id) = spelled.enumeration.filter(|id| *id < self.enum_count) {
            return Type::Enum(EnumId(id));
        }
        match spelled.size {
            Some(1) => Type::Scalar(Scalar::UnsignedChar),
            Some(2) => Type::Scalar(Scalar::UnsignedShort),
            Some(4) => Type::Scalar(Scalar::UnsignedInt),
            Some(8) => Type::Scalar(Scalar::UnsignedLongLong),
            _ => Type::Unknown(spelled.text.into()),
        }
    }
}

/// The fundamental type of that name.
pub(super) fn scalar(name: &str) -> Option<Scalar> {
    Scalar::ALL.into_iter().find(|scalar| scalar.c_name() == name)
}

/// What a name stands for, in that file rather than in another.
fn find<T: Copy>(known: &HashMap<&str, Vec<(&str, T)>>, name: &str, file: &str) -> Option<T> {
    let all = known.get(name)?;
    let here = all.iter().find(|(other, _)| *other == file);
    here.or_else(|| all.first()).map(|(_, id)| *id)
}

/// The element and the bounds of an array, the outermost first.
fn bounds(text: &str) -> Option<(&str, Vec<&str>)> {
    let mut bounds = Vec::new();
    let mut element = text;
    while let Some(inner) = element.strip_suffix(']') {
        let (before, bound) = inner.rsplit_once('[')?;
        bounds.push(bound);
        element = before;
        if bounds.len() > DEEPEST as usize {
            return None;
        }
    }
    bounds.reverse();
    Some((element, bounds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ty(text: &str, bounds: Option<&[u64]>, size: Option<u64>) -> Type {
        let file = "a.h";
        let defines = None;
        Names::default().ty(Spelled {
            text,
            record: None,
            enumeration: None,
            bounds,
            size,
            file,
            defines,
        })
    }

    #[test]
    fn pointers_and_arrays_are_taken_off_from_the_outside() {
        let int = || Box::new(Type::Scalar(Scalar::Int));
        assert_eq!(ty("int *", None, None), Type::Pointer(int()));
        let row = Type::Array(int(), Constant::Known(3));
        assert_eq!(ty("int[2][3]", None, None), Type::Array(Box::new(row), Constant::Known(2)));
        let pointers = Type::Array(Box::new(Type::Pointer(int())), Constant::Known(4));
        assert_eq!(ty("int *[4]", None, None), pointers);
        assert_eq!(ty("int[]", None, None), Type::FlexibleArray(int()));
        let function = Type::Pointer(Box::new(Type::Function));
        assert_eq!(ty("void (void) *", None, None), function);
    }

    #[test]
    fn a_bound_that_the_name_does_not_say_is_taken_from_beside_it() {
        let int = Box::new(Type::Scalar(Scalar::Int));
        let seven = Constant::Expression(Box::new(Expression::Literal(7)));
        assert_eq!(ty("int[…]", Some(&[7]), None), Type::Array(int, seven));
        assert_eq!(ty("int[…]", None, None), Type::Unknown("int[…]".into()));
    }

    #[test]
    fn an_enumeration_without_a_tag_has_the_size_that_is_left_to_it() {
        let byte = Box::new(Type::Scalar(Scalar::UnsignedChar));
        let array = Type::Array(byte, Constant::Known(3));
        assert_eq!(ty("enum (anonymous)[3]", None, Some(3)), array);
    }

    #[test]
    fn nonsense_is_unknown_and_no_panic() {
        for text in
            ["", "[", "]", "[]", "*", "a]", "[[[]", "struct", "enum ", "int[99999999999999999999]"]
        {
            let _ = ty(text, Some(&[]), Some(u64::MAX));
        }
        for text in
            [format!("int {}", "*".repeat(1 << 20)), format!("int{}", "[1]".repeat(1 << 20))]
        {
            let _ = ty(&text, Some(&[]), Some(u64::MAX));
        }
    }
}
