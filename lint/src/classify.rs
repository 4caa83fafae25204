//! What kind of type a member has, in the words of the kernel's guide. Every type gets exactly
//! one answer, so that no member is reported twice for one fault.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use ioctlkit_abi::{AbiSet, Scalar};
use ioctlkit_model::{
    Argument, Command, CommandBody, EnumId, Finding, Fix, Interface, Language, Layouts, Member,
    Record, RecordBody, Safety, Span, Type, Variants,
};

use crate::abis::by_value;
use crate::context::{ArgumentRecord, Context, command_finding};
use crate::spelling::Spelling;
use crate::{Rule, edits, words};

/// The kinds of types that the rules tell apart. Arrays are what their elements are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Class {
    /// The same size everywhere, by the name that it goes by: `__u64`, or a typedef of `int`.
    Fixed,
    /// An integer of the same size everywhere under a name other than the kernel's, with the name
    /// that the kernel's headers use.
    Unfixed(&'static str),
    /// `long` or `unsigned long`.
    Long,
    /// A pointer.
    Pointer,
    /// `size_t` and its relatives.
    Size,
    /// `time_t`, or a structure made of it.
    Time,
    /// A typedef that varies by architecture.
    Legacy,
    /// An enumeration.
    Enum(EnumId),
    /// `bool`.
    Bool,
    /// `char`, neither signed nor unsigned.
    Char,
    /// `float`, `double`, `long double`.
    Float,
    /// A structure, a union, or something that is no type for an ABI.
    Other,
}

/// Names that mean the same number of bits on every ABI, whatever stands behind them.
const FIXED: [&str; 32] = [
    "__u8",
    "__u16",
    "__u32",
    "__u64",
    "__u128",
    "__s8",
    "__s16",
    "__s32",
    "__s64",
    "__s128",
    "__le16",
    "__le32",
    "__le64",
    "__be16",
    "__be32",
    "__be64",
    "__sum16",
    "__wsum",
    "__poll_t",
    "__aligned_u64",
    "__aligned_s64",
    "__aligned_be64",
    "__aligned_le64",
    "__kernel_time64_t",
    "__kernel_loff_t",
    "__kernel_off64_t",
    "__kernel_ino64_t",
    "loff_t",
    "off64_t",
    "ino64_t",
    "__kernel_uid32_t",
    "__kernel_gid32_t",
];

/// Names that mean the same number of bits on every ABI, and the kernel's name for each.
const UNFIXED: [(&str, &str); 28] = [
    ("uint8_t", "__u8"),
    ("uint16_t", "__u16"),
    ("uint32_t", "__u32"),
    ("uint64_t", "__u64"),
    ("int8_t", "__s8"),
    ("int16_t", "__s16"),
    ("int32_t", "__s32"),
    ("int64_t", "__s64"),
    ("u_int8_t", "__u8"),
    ("u_int16_t", "__u16"),
    ("u_int32_t", "__u32"),
    ("u_int64_t", "__u64"),
    ("u8", "__u8"),
    ("u16", "__u16"),
    ("u32", "__u32"),
    ("u64", "__u64"),
    ("s8", "__s8"),
    ("s16", "__s16"),
    ("s32", "__s32"),
    ("s64", "__s64"),
    ("uint", "__u32"),
    ("ushort", "__u16"),
    ("u_int", "__u32"),
    ("u_short", "__u16"),
    ("quad_t", "__s64"),
    ("u_quad_t", "__u64"),
    ("__int64_t", "__s64"),
    ("__uint64_t", "__u64"),
];

/// Typedefs that are `long` in all but name, even where x32 makes them `long long`.
const LONG: [&str; 4] = ["__kernel_long_t", "__kernel_ulong_t", "ulong", "u_long"];

const SIZE: [&str; 14] = [
    "size_t",
    "ssize_t",
    "off_t",
    "ptrdiff_t",
    "intptr_t",
    "uintptr_t",
    "__kernel_size_t",
    "__kernel_ssize_t",
    "__kernel_off_t",
    "__kernel_ptrdiff_t",
    "__kernel_uintptr_t",
    "__size_t",
    "__ssize_t",
    "__off_t",
];

const TIME: [&str; 10] = [
    "time_t",
    "suseconds_t",
    "clock_t",
    "__time_t",
    "__suseconds_t",
    "__clock_t",
    "__kernel_time_t",
    "__kernel_old_time_t",
    "__kernel_suseconds_t",
    "__kernel_clock_t",
];

const TIME_RECORDS: [&str; 8] = [
    "timeval",
    "timespec",
    "itimerval",
    "itimerspec",
    "timex",
    "__kernel_old_timeval",
    "__kernel_old_timespec",
    "__kernel_old_itimerval",
];

const LEGACY: [&str; 22] = [
    "__kernel_old_dev_t",
    "__kernel_uid_t",
    "__kernel_gid_t",
    "__kernel_old_uid_t",
    "__kernel_old_gid_t",
    "__kernel_mode_t",
    "__kernel_nlink_t",
    "__kernel_ipc_pid_t",
    "__kernel_daddr_t",
    "__kernel_ino_t",
    "__kernel_fsid_t",
    "__kernel_sigset_t",
    "dev_t",
    "ino_t",
    "mode_t",
    "nlink_t",
    "daddr_t",
    "fsid_t",
    "sigset_t",
    "blksize_t",
    "blkcnt_t",
    "umode_t",
];

/// What Rust's own names and those of its libc crate mean. A name that is not here is what stands
/// behind it.
const RUST: [(&[&str], Class); 14] = [
    // bindgen defines these as C does.
    (&FIXED, Class::Fixed),
    (&["uint8_t", "c_uchar"], Class::Unfixed("__u8")),
    (&["uint16_t", "c_ushort"], Class::Unfixed("__u16")),
    (&["uint32_t", "c_uint"], Class::Unfixed("__u32")),
    (&["uint64_t", "c_ulonglong"], Class::Unfixed("__u64")),
    (&["int8_t", "c_schar"], Class::Unfixed("__s8")),
    (&["int16_t", "c_short"], Class::Unfixed("__s16")),
    (&["int32_t", "c_int"], Class::Unfixed("__s32")),
    (&["int64_t", "c_longlong"], Class::Unfixed("__s64")),
    (&["c_long", "c_ulong", "__kernel_long_t", "__kernel_ulong_t"], Class::Long),
    (&["usize", "isize"], Class::Size),
    (&SIZE, Class::Size),
    (&TIME, Class::Time),
    (&["char"], Class::Fixed),
];

/// The class of a type on the ABIs of `within`.
pub fn classify(layouts: &Layouts<'_>, ty: &Type, within: AbiSet) -> Class {
    let interface = layouts.interface();
    let language = Spelling::of(interface).language();
    let mut ty = ty;
    // No chain of typedefs and arrays of a type that exists is this long.
    for _ in 0..=interface.typedefs.len() + 16 {
        match ty {
            Type::Array(element, _) | Type::FlexibleArray(element) => ty = element,
            Type::Typedef(id) => {
                let typedef = interface.typedef(*id);
                if let Some(class) = by_name(language, &typedef.name) {
                    return class;
                }
                if let Some(class) = by_variation(layouts, ty, within) {
                    return class;
                }
                let Some(body) = typedef.variants.first() else { return Class::Other };
                ty = &body.ty;
                if let Type::Scalar(scalar) = ty {
                    return match of_scalar(*scalar) {
                        Class::Unfixed(_) => Class::Fixed,
                        other => other,
                    };
                }
            }
            Type::Scalar(scalar) => return of_scalar(*scalar),
            Type::Pointer(_) => return Class::Pointer,
            Type::Enum(id) => return Class::Enum(*id),
            Type::Record(id) if is_time_record(interface.record(*id)) => return Class::Time,
            Type::Record(_) | Type::Void | Type::Function | Type::Unknown(_) => {
                return Class::Other;
            }
        }
    }
    Class::Other
}

/// Whether a structure is one of those that hold a time of varying width.
pub fn is_time_record(record: &Record) -> bool {
    record.name.as_deref().is_some_and(|name| TIME_RECORDS.contains(&name))
}

fn by_name(language: Language, name: &str) -> Option<Class> {
    if language == Language::Rust {
        let known = RUST.iter().find(|(names, _)| names.contains(&name));
        return known.map(|(_, class)| class.clone());
    }
    if FIXED.contains(&name) {
        return Some(Class::Fixed);
    }
    if let Some((_, kernel)) = UNFIXED.iter().find(|(other, _)| *other == name) {
        return Some(Class::Unfixed(kernel));
    }
    [(&LONG[..], Class::Long), (&SIZE, Class::Size), (&TIME, Class::Time), (&LEGACY, Class::Legacy)]
        .into_iter()
        .find_map(|(names, class)| names.contains(&name).then_some(class))
}

/// What follows from a typedef's being defined otherwise on some ABIs.
fn by_variation(layouts: &Layouts<'_>, ty: &Type, within: AbiSet) -> Option<Class> {
    let interface = layouts.interface();
    let Type::Typedef(id) = ty else { return None };
    let variants = &interface.typedef(*id).variants;
    let bodies: Vec<&Type> = variants
        .iter()
        .filter(|(abis, _)| !abis.intersection(within).is_empty())
        .map(|(_, body)| &body.ty)
        .collect();
    // A typedef may also vary through an array's bound or a structure's members: what counts is
    // the text of its own definition.
    if bodies.len() < 2 || !bodies.iter().all(|ty| is_integer(interface, ty)) {
        return None;
    }
    let sizes = by_value(within, |abi| layouts.type_size(ty, abi).ok().map(|size| size.size));
    if sizes.len() == 1 {
        return Some(Class::Fixed);
    }
    let all_long =
        bodies.iter().all(|ty| matches!(ty, Type::Scalar(Scalar::Long | Scalar::UnsignedLong)));
    (!all_long).then_some(Class::Legacy)
}

fn is_integer(interface: &Interface, ty: &Type) -> bool {
    let behind = interface.behind_typedefs(ty);
    matches!(behind, Some(Type::Scalar(scalar)) if !scalar.is_float())
}

fn of_scalar(scalar: Scalar) -> Class {
    match scalar {
        Scalar::Long | Scalar::UnsignedLong => Class::Long,
        Scalar::Pointer => Class::Pointer,
        Scalar::Bool => Class::Bool,
        Scalar::Char => Class::Char,
        Scalar::Float | Scalar::Double | Scalar::LongDouble => Class::Float,
        Scalar::Short => Class::Unfixed("__s16"),
        Scalar::UnsignedShort => Class::Unfixed("__u16"),
        Scalar::Int => Class::Unfixed("__s32"),
        Scalar::UnsignedInt => Class::Unfixed("__u32"),
        Scalar::LongLong => Class::Unfixed("__s64"),
        Scalar::UnsignedLongLong => Class::Unfixed("__u64"),
        // Bytes have eight bits, whatever they are called.
        Scalar::SignedChar | Scalar::UnsignedChar | Scalar::Int128 | Scalar::UnsignedInt128 => {
            Class::Fixed
        }
    }
}

/// Something that has a type, in one place of the text. The type may be another one on other
/// ABIs, where a header of the architecture declares it.
#[derive(Debug)]
pub struct Classified<'a, T> {
    /// The ABIs that have it.
    pub abis: AbiSet,
    /// What it is, as the first of these ABIs has it.
    pub subject: T,
    /// Its type on each ABI.
    pub types: Variants<&'a Type>,
    /// The type on the first of the ABIs.
    pub ty: &'a Type,
    /// Its class.
    pub class: Class,
    /// The size of one element on each ABI, in bytes.
    pub sizes: Variants<u64>,
}

impl<'a, T> Classified<'a, T> {
    fn new(layouts: &Layouts<'_>, subject: T, types: Variants<&'a Type>) -> Option<Self> {
        let ty: &'a Type = types.first()?;
        let abis = types.abis();
        let sizes = by_value(abis, |abi| {
            let element = types.get(abi)?.innermost_element();
            Some(layouts.type_size(element, abi).ok()?.size)
        });
        let first = classify(layouts, ty, abis);
        let one_class = types.iter().all(|(_, ty)| classify(layouts, ty, abis) == first);
        let class = if one_class || sizes.len() == 1 { first } else { Class::Legacy };
        Some(Self { abis, subject, types, ty, class, sizes })
    }

    /// The type as it is spelled, with what stands behind a typedef.
    pub fn spelled(&self, spelling: Spelling<'_>) -> String {
        words::spelled(spelling, &self.types)
    }
}

/// A member of a structure.
#[derive(Debug, Clone, Copy)]
pub struct MemberPlace<'a> {
    /// The definition that it is in.
    pub body: &'a RecordBody,
    /// Its place in the definition.
    pub index: usize,
    /// The member.
    pub member: &'a Member,
}

/// A member with its class.
pub type ClassifiedMember<'a> = Classified<'a, MemberPlace<'a>>;

impl ClassifiedMember<'_> {
    /// What `rule` says of a member whose width follows that of words; `width` says how wide it
    /// is, in words.
    pub fn word_sized_finding(
        &self,
        cx: &Context<'_>,
        argument: &ArgumentRecord<'_>,
        rule: &'static Rule,
        width: &str,
    ) -> Finding {
        let member = self.subject.member;
        let (message, harm) = self.width_varies(cx, argument, width);
        let mut finding = argument.member_finding(rule, member, self.abis, message);
        finding.notes.extend(words::sizes(&self.sizes));
        finding.notes.push(harm);
        width.clone_into(&mut finding.label);
        let fixed = cx.spelling.fixed(widest(cx.interface, &member.ty));
        finding.fix = Some(Fix {
            message: format!("make it {}", words::with_article(fixed)),
            edits: edits::retype(&cx.interface.sources, member, fixed).into_iter().collect(),
            safety: Safety::ChangesAbi,
        });
        finding
    }

    /// What is to be said of a member that has no one width, and whom that hurts; `otherwise`
    /// describes the width where it is the same on all ABIs of the run.
    fn width_varies(
        &self,
        cx: &Context<'_>,
        argument: &ArgumentRecord<'_>,
        otherwise: &str,
    ) -> (String, String) {
        let message = format!(
            "{} is {}, {}",
            words::member(cx.interface, self.subject.body, self.subject.index),
            self.spelled(cx.spelling),
            words::widths(&self.sizes).unwrap_or_else(|| otherwise.into()),
        );
        (message, self.lays_out_differently(argument))
    }

    /// Which programs lay out the structure in their own way, as a note.
    pub fn lays_out_differently(&self, argument: &ArgumentRecord<'_>) -> String {
        let victims = words::victims_of_sizes(&self.sizes);
        format!("{victims} lay out {} differently", argument.words())
    }
}

/// Every member of a structure, once for each place in the text. The members of `struct timeval`
/// and the like are left out: the fault is with whoever uses those. Worked out once, for whichever
/// rule asks first.
pub fn members<'c, 'a>(
    cx: &Context<'_>,
    argument: &'c ArgumentRecord<'a>,
) -> &'c [ClassifiedMember<'a>] {
    argument.classified.get_or_init(|| classified_members(cx, argument.record))
}

fn classified_members<'a>(cx: &Context<'_>, record: &'a Record) -> Vec<ClassifiedMember<'a>> {
    if is_time_record(record) {
        return Vec::new();
    }
    let mut places: Vec<(MemberPlace<'a>, Variants<&'a Type>)> = Vec::new();
    let mut known: HashMap<(Span, Option<&str>), usize> = HashMap::new();
    for (abis, body) in record.variants.iter() {
        for (index, member) in body.members.iter().enumerate() {
            match known.entry((member.name_span, member.name.as_deref())) {
                Entry::Occupied(entry) => places[*entry.get()].1.add(abis, &member.ty),
                Entry::Vacant(entry) => {
                    entry.insert(places.len());
                    places.push((
                        MemberPlace { body, index, member },
                        Variants::one(abis, &member.ty),
                    ));
                }
            }
        }
    }
    places
        .into_iter()
        .filter_map(|(place, types)| Classified::new(cx.layouts, place, types))
        .collect()
}

/// A command whose argument is a type: `_IOR('x', 1, long)`.
#[derive(Debug, Clone, Copy)]
pub struct CommandPlace<'a> {
    /// The command.
    pub command: &'a Command,
    /// Its definition.
    pub body: &'a CommandBody,
}

/// A command with the class of its argument.
pub type ClassifiedCommand<'a> = Classified<'a, CommandPlace<'a>>;

impl ClassifiedCommand<'_> {
    /// What a rule says of a command whose argument has no one width; `otherwise` describes the
    /// width where it is the same on all ABIs of the run.
    pub fn word_sized_finding(
        &self,
        cx: &Context<'_>,
        rule: &'static Rule,
        otherwise: &str,
    ) -> Finding {
        let CommandPlace { command, body } = self.subject;
        let message = format!(
            "`{}` takes {}, {}",
            command.name,
            self.spelled(cx.spelling),
            words::widths(&self.sizes).unwrap_or_else(|| otherwise.into()),
        );
        let mut finding = command_finding(rule, command, body.span, self.abis, message);
        finding.notes.extend(words::sizes(&self.sizes));
        let victims = words::victims_of_sizes(&self.sizes);
        finding.notes.push(format!("{victims} send another number"));
        finding
    }
}

/// Every command with a type for an argument, once for each place in the text. Worked out once, for
/// whichever rule asks first.
pub fn commands<'c, 'a>(cx: &'c Context<'a>) -> &'c [ClassifiedCommand<'a>] {
    cx.classified_commands.get_or_init(|| classified_commands(cx))
}

fn classified_commands<'a>(cx: &Context<'a>) -> Vec<ClassifiedCommand<'a>> {
    let mut found = Vec::new();
    for command in &cx.interface.commands {
        let mut places: Vec<(CommandPlace<'a>, Variants<&'a Type>)> = Vec::new();
        for (abis, body) in command.variants.iter() {
            let Argument::Type(ty) = &body.argument else { continue };
            match places.iter_mut().find(|(known, _)| known.body.span == body.span) {
                Some((_, types)) => types.add(abis, ty),
                None => places.push((CommandPlace { command, body }, Variants::one(abis, ty))),
            }
        }
        found.extend(
            places
                .into_iter()
                .filter_map(|(place, types)| Classified::new(cx.layouts, place, types)),
        );
    }
    found
}

fn is_signed_scalar(scalar: Scalar) -> bool {
    matches!(
        scalar,
        Scalar::SignedChar
            | Scalar::Short
            | Scalar::Int
            | Scalar::Long
            | Scalar::LongLong
            | Scalar::Int128
    )
}

/// Whether an integer type can be negative, as its first definition has it.
pub fn is_signed(interface: &Interface, ty: &Type) -> bool {
    let mut ty = ty;
    for _ in 0..=interface.typedefs.len() + 16 {
        match ty {
            Type::Array(element, _) | Type::FlexibleArray(element) => ty = element,
            Type::Typedef(id) => match interface.typedef(*id).variants.iter().next() {
                Some((_, body)) => ty = &body.ty,
                None => return false,
            },
            Type::Scalar(scalar) => return is_signed_scalar(*scalar),
            Type::Enum(id) => {
                let body = interface.enumeration(*id).variants.first();
                return body.is_some_and(|body| is_signed_scalar(body.underlying));
            }
            _ => return false,
        }
    }
    false
}

/// The fixed-width type of the same sign that holds every value of a word-sized one.
pub fn widest(interface: &Interface, ty: &Type) -> &'static str {
    if is_signed(interface, ty) { "__s64" } else { "__u64" }
}

#[cfg(test)]
mod tests {
    use ioctlkit_abi::Abi;

    use super::*;
    use crate::testing::{Build, LONG as PLAIN_LONG, U8, U32, U64};

    fn class(build: &Build, ty: &Type) -> Class {
        classify(&Layouts::new(&build.interface), ty, AbiSet::ALL)
    }

    #[test]
    fn a_typedef_of_long_is_long_and_a_fixed_name_is_not() {
        let mut build = Build::new();
        let own = build.typedef("frames_t", &[(AbiSet::ALL, PLAIN_LONG)]);
        let nested = build.typedef("position_t", &[(AbiSet::ALL, own)]);
        let fixed = build.typedef("__u64", &[(AbiSet::ALL, PLAIN_LONG)]);
        assert_eq!(class(&build, &nested), Class::Long);
        assert_eq!(class(&build, &fixed), Class::Fixed);
    }

    #[test]
    fn a_typedef_that_varies_in_text_but_not_in_width_is_fixed() {
        let wide = AbiSet::of(Abi::is_64_bit);
        let rest = AbiSet::ALL.difference(wide);
        let mut build = Build::new();
        let own = build.typedef("own_u64", &[(wide, PLAIN_LONG), (rest, U64)]);
        let legacy = build.typedef("frame_t", &[(wide, U64), (rest, U32)]);
        assert_eq!(class(&build, &own), Class::Fixed);
        assert_eq!(class(&build, &legacy), Class::Legacy);
    }

    #[test]
    fn the_name_decides_between_size_time_and_long() {
        let mut build = Build::new();
        let kernel_long = build.typedef("__kernel_long_t", &[(AbiSet::ALL, PLAIN_LONG)]);
        let time = build.typedef("__kernel_old_time_t", &[(AbiSet::ALL, kernel_long.clone())]);
        let size = build.typedef("__kernel_ssize_t", &[(AbiSet::ALL, kernel_long.clone())]);
        let record = build.structure("timeval", &[("tv_sec", time.clone())]);
        assert_eq!(class(&build, &kernel_long), Class::Long);
        assert_eq!(class(&build, &time), Class::Time);
        assert_eq!(class(&build, &size), Class::Size);
        assert_eq!(class(&build, &Type::Record(record)), Class::Time);
    }

    #[test]
    fn an_array_is_what_its_elements_are() {
        let build = Build::new();
        let pointers = Type::Array(
            Box::new(Type::Pointer(Box::new(Type::Void))),
            ioctlkit_model::Constant::Known(4),
        );
        assert_eq!(class(&build, &pointers), Class::Pointer);
        assert_eq!(class(&build, &Type::FlexibleArray(Box::new(U8))), Class::Fixed);
        assert_eq!(class(&build, &U32), Class::Unfixed("__u32"));
    }

    #[test]
    fn a_typedef_that_names_itself_ends() {
        let mut build = Build::new();
        let itself = Type::Typedef(ioctlkit_model::TypedefId(0));
        build.typedef("loop_t", &[(AbiSet::ALL, itself.clone())]);
        assert_eq!(class(&build, &itself), Class::Other);
        assert!(!is_signed(&build.interface, &itself));
    }
}
