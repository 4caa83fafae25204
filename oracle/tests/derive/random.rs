//! Random structures that Rust and C can both say.

use std::fmt::Write as _;

/// A structure or union.
#[derive(Debug, Clone)]
pub(crate) struct Random {
    pub(crate) is_union: bool,
    pub(crate) packing: Packing,
    pub(crate) members: Vec<Member>,
}

/// How its members are aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Natural,
    /// To so many bytes at most.
    Packed(u64),
    /// The whole to so many bytes at least.
    Aligned(u64),
}

/// What a member holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member {
    pub(crate) ty: Type,
    /// An array of so many, where there is a number.
    pub(crate) length: Option<u64>,
}

/// The type of a member, or of its elements.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Type {
    /// Its names in Rust and C.
    Scalar(&'static str, &'static str),
    /// An earlier structure.
    Record(usize),
    /// A flexible array of this scalar, at the end.
    Flexible(&'static str, &'static str),
}

/// Types that are the same everywhere, often with the padding that makes their place the same.
const PORTABLE: [(&str, &str); 11] = [
    ("u8", "unsigned char"),
    ("i8", "signed char"),
    ("u16", "unsigned short"),
    ("i16", "short"),
    ("u32", "unsigned int"),
    ("i32", "int"),
    ("u32", "unsigned int"),
    ("u64", "unsigned long long"),
    ("i64", "long long"),
    ("ioctlkit::UserPtr<'static, u8>", "unsigned long long"),
    ("ioctlkit::CompatU64", "compat_u64"),
];

/// Types that follow the machine's words.
const WORDS: [(&str, &str); 4] = [
    ("core::ffi::c_long", "long"),
    ("core::ffi::c_ulong", "unsigned long"),
    ("usize", "__SIZE_TYPE__"),
    ("*const u8", "const unsigned char *"),
];

/// What C knows beside its own types: a 64-bit integer that is aligned to 4 bytes at most.
pub(crate) const PRELUDE: &str = "#pragma pack(push, 4)\n\
    typedef struct { unsigned long long value; } compat_u64;\n\
    #pragma pack(pop)\n";

/// Numbers that look random and are the same in every run of one seed.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        // Knuth's constants for a linear congruential generator of 64 bits.
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % bound
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// So many structures; later ones hold earlier ones.
pub(crate) fn records(numbers: &mut Numbers, count: usize) -> Vec<Random> {
    let mut records: Vec<Random> = Vec::new();
    for _ in 0..count {
        let record = record(numbers, &records);
        records.push(record);
    }
    records
}

fn record(numbers: &mut Numbers, earlier: &[Random]) -> Random {
    let is_union = numbers.chance(15);
    let packing = match numbers.below(10) {
        0 => Packing::Packed(numbers.pick(&[1, 2, 4])),
        1 => Packing::Aligned(numbers.pick(&[2, 4, 8, 16])),
        _ => Packing::Natural,
    };
    // Half of the structures hold nothing that follows the machine's words, so that enough of them
    // are portable.
    let words = if numbers.chance(50) { 0 } else { 25 };
    let mut members: Vec<Member> =
        (0..=numbers.below(6)).map(|_| member(numbers, packing, earlier, words)).collect();
    if !is_union && packing == Packing::Natural && numbers.chance(50) {
        members.sort_by_key(|member| std::cmp::Reverse(nominal(member, earlier)));
        fill(&mut members, earlier);
    }
    if !is_union && numbers.chance(8) {
        let (rust, c) = numbers.pick(&PORTABLE[..9]);
        members.push(Member { ty: Type::Flexible(rust, c), length: None });
    }
    Random { is_union, packing, members }
}

fn member(numbers: &mut Numbers, packing: Packing, earlier: &[Random], words: usize) -> Member {
    let length = numbers.chance(20).then(|| 1 + numbers.below(6) as u64);
    if numbers.chance(25) && !earlier.is_empty() {
        let index = numbers.below(earlier.len());
        if may_hold(packing, index, earlier) {
            return Member { ty: Type::Record(index), length };
        }
    }
    let (rust, c) =
        if numbers.chance(words) { numbers.pick(&WORDS) } else { numbers.pick(&PORTABLE) };
    Member { ty: Type::Scalar(rust, c), length }
}

/// Rust lets no packed type hold an aligned one, and a flexible array is the end of everything.
fn may_hold(packing: Packing, index: usize, earlier: &[Random]) -> bool {
    let record = &earlier[index];
    let aligned =
        matches!(packing, Packing::Packed(_)) && matches!(record.packing, Packing::Aligned(_));
    !aligned
        && record.members.iter().all(|member| match member.ty {
            Type::Scalar(..) => true,
            Type::Flexible(..) => false,
            Type::Record(inner) => may_hold(packing, inner, earlier),
        })
}

/// Alignment and size where every integer is aligned to its size, in bytes, roughly.
fn nominal(member: &Member, earlier: &[Random]) -> (u64, u64) {
    let (align, size) = match member.ty {
        Type::Scalar(rust, _) | Type::Flexible(rust, _) => {
            let size = match rust {
                "u8" | "i8" => 1,
                "u16" | "i16" => 2,
                "u32" | "i32" => 4,
                _ => 8,
            };
            (if rust == "ioctlkit::CompatU64" { 4 } else { size }, size)
        }
        Type::Record(index) => {
            let inner = earlier[index].members.iter().map(|member| nominal(member, earlier));
            inner.fold((1, 0), |(align, size), (a, s)| (align.max(a), size + s))
        }
    };
    (align, size * member.length.unwrap_or(1))
}

/// Reserved bytes up to a multiple of 8 at the end.
fn fill(members: &mut Vec<Member>, earlier: &[Random]) {
    let size: u64 = members.iter().map(|member| nominal(member, earlier).1).sum();
    if !size.is_multiple_of(8) {
        let length = Some(8 - size % 8);
        members.push(Member { ty: Type::Scalar("u8", "unsigned char"), length });
    }
}

/// The definition in Rust.
pub(crate) fn in_rust(index: usize, record: &Random) -> String {
    let repr = match record.packing {
        Packing::Natural => String::new(),
        Packing::Packed(1) => ", packed".to_owned(),
        Packing::Packed(bytes) => format!(", packed({bytes})"),
        Packing::Aligned(bytes) => format!(", align({bytes})"),
    };
    let keyword = if record.is_union { "union" } else { "struct" };
    let mut text = format!(
        "#[derive(Clone, Copy, ioctlkit::IoctlData)]\n#[repr(C{repr})]\n#[ioctl(not_portable)]\n\
         pub {keyword} R{index} {{\n"
    );
    for (place, member) in record.members.iter().enumerate() {
        let ty = match member.ty {
            Type::Scalar(rust, _) => rust.to_owned(),
            Type::Flexible(rust, _) => format!("ioctlkit::FlexibleArray<{rust}>"),
            Type::Record(index) => format!("R{index}"),
        };
        let ty = member.length.map_or(ty.clone(), |length| format!("[{ty}; {length}]"));
        let _ = writeln!(text, "    pub m{place}: {ty},");
    }
    text + "}\n"
}

/// The definition in C.
pub(crate) fn in_c(index: usize, record: &Random) -> String {
    let keyword = keyword(record);
    let (before, attribute, after) = match record.packing {
        Packing::Natural => (String::new(), String::new(), ""),
        Packing::Packed(1) => (String::new(), " __attribute__((packed))".to_owned(), ""),
        Packing::Packed(bytes) => {
            (format!("#pragma pack(push, {bytes})\n"), String::new(), "#pragma pack(pop)\n")
        }
        Packing::Aligned(bytes) => {
            (String::new(), format!(" __attribute__((aligned({bytes})))"), "")
        }
    };
    let mut text = format!("{before}{keyword} r{index} {{\n");
    for (place, member) in record.members.iter().enumerate() {
        let ty = match member.ty {
            Type::Scalar(_, c) | Type::Flexible(_, c) => c.to_owned(),
            Type::Record(index) => format!("T{index}"),
        };
        let bound = match (member.ty, member.length) {
            (Type::Flexible(..), _) => "[]".to_owned(),
            (_, Some(length)) => format!("[{length}]"),
            (_, None) => String::new(),
        };
        let _ = writeln!(text, "    {ty} m{place}{bound};");
    }
    let _ = writeln!(text, "}}{attribute};\n{after}typedef {keyword} r{index} T{index};");
    text
}

fn keyword(record: &Random) -> &'static str {
    if record.is_union { "union" } else { "struct" }
}
