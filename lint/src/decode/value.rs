//! Bytes as values.

use ioctlkit_abi::{AbiId, ByteOrder, Scalar};
use ioctlkit_model::{Layouts, Member, Type};

/// Elements of an array that are told.
const ELEMENTS: u64 = 16;

/// The value of a type that is no structure at an offset in bits; `None` where the bytes end
/// before it, or where it is not known how large it is.
pub(super) fn of(
    layouts: &Layouts<'_>,
    ty: &Type,
    abi: AbiId,
    bytes: &[u8],
    offset_bits: u64,
) -> Option<String> {
    let start = usize::try_from(offset_bits / 8).ok()?;
    let rest = bytes.get(start..)?;
    match layouts.interface().resolved(ty, abi)? {
        Type::Array(element, count) => {
            let count = layouts.constant(count, abi).ok()?;
            array(layouts, element, count, abi, rest)
        }
        Type::FlexibleArray(element) => {
            let size = layouts.type_size(element, abi).ok()?.size;
            let count = (rest.len() as u64).checked_div(size)?;
            array(layouts, element, count, abi, rest)
        }
        Type::Scalar(kind) => scalar(*kind, abi, rest),
        Type::Pointer(_) => scalar(Scalar::Pointer, abi, rest),
        Type::Enum(id) => {
            let body = layouts.interface().enumeration(*id).variants.get(abi)?;
            let (value, _) = integer(body.underlying, abi, rest)?;
            let known = body.enumerators.iter().find(|one| one.value == value);
            Some(known.map_or_else(|| value.to_string(), |one| format!("{} ({value})", one.name)))
        }
        _ => None,
    }
}

/// The value of a bit-field, which begins at that bit in the order of the ABI.
pub(super) fn of_bits(
    layouts: &Layouts<'_>,
    member: &Member,
    abi: AbiId,
    bytes: &[u8],
    offset_bits: u64,
    width: u64,
) -> Option<String> {
    if width == 0 || width > 64 {
        return None;
    }
    let mut value: u64 = 0;
    for index in 0..width {
        let bit = offset_bits.checked_add(index)?;
        let byte = *bytes.get(usize::try_from(bit / 8).ok()?)?;
        match abi.abi().byte_order {
            ByteOrder::Little => value |= u64::from(byte >> (bit % 8) & 1) << index,
            ByteOrder::Big => value = value << 1 | u64::from(byte >> (7 - bit % 8) & 1),
        }
    }
    let is_signed = match layouts.interface().resolved(&member.ty, abi)? {
        Type::Scalar(scalar) => is_signed(*scalar, abi),
        _ => false,
    };
    Some(shown(signed(value, width, is_signed), value))
}

fn array(
    layouts: &Layouts<'_>,
    element: &Type,
    count: u64,
    abi: AbiId,
    bytes: &[u8],
) -> Option<String> {
    let size = layouts.type_size(element, abi).ok()?.size;
    let inner = layouts.interface().resolved(element, abi)?;
    if size == 1 {
        let length = usize::try_from(count).ok()?.min(bytes.len());
        return Some(text(&bytes[..length], matches!(inner, Type::Scalar(Scalar::Char))));
    }
    let mut parts = Vec::new();
    for index in 0..count.min(ELEMENTS) {
        let at = index.checked_mul(size)?.checked_mul(8)?;
        match of(layouts, element, abi, bytes, at) {
            Some(value) => parts.push(value),
            None => break,
        }
    }
    if parts.is_empty() && count > 0 {
        return None;
    }
    let all = parts.len() as u64 == count;
    let more = if all { "" } else { ", …" };
    Some(format!("[{}{more}]", parts.join(", ")))
}

/// Bytes as text where they are some, else one by one.
fn text(bytes: &[u8], is_char: bool) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (head, tail) = bytes.split_at(end);
    let printable = head.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    if is_char && printable && tail.iter().all(|byte| *byte == 0) {
        return format!("{:?}", String::from_utf8_lossy(head));
    }
    if bytes.iter().all(|byte| *byte == 0) {
        return "all zero".into();
    }
    let shown: Vec<String> =
        bytes.iter().take(ELEMENTS as usize * 2).map(|byte| format!("{byte:02x}")).collect();
    let more = if bytes.len() > shown.len() { " …" } else { "" };
    format!("{}{more}", shown.join(" "))
}

fn scalar(scalar: Scalar, abi: AbiId, bytes: &[u8]) -> Option<String> {
    match scalar {
        Scalar::Float => {
            let (_, bits) = integer(Scalar::UnsignedInt, abi, bytes)?;
            Some(f32::from_bits(bits as u32).to_string())
        }
        Scalar::Double => {
            let (_, bits) = integer(Scalar::UnsignedLongLong, abi, bytes)?;
            Some(f64::from_bits(bits as u64).to_string())
        }
        Scalar::LongDouble => None,
        Scalar::Pointer => {
            let (_, bits) = integer(Scalar::Pointer, abi, bytes)?;
            Some(if bits == 0 { "NULL".into() } else { format!("{bits:#x}") })
        }
        _ => {
            let (value, bits) = integer(scalar, abi, bytes)?;
            Some(shown(value, bits as u64))
        }
    }
}

/// An integer's value, and its bits alone.
fn integer(scalar: Scalar, abi: AbiId, bytes: &[u8]) -> Option<(i128, u128)> {
    let size = usize::try_from(abi.abi().size_of(scalar)?).ok()?;
    let bytes = bytes.get(..size)?;
    let join = |value: u128, byte: &u8| value << 8 | u128::from(*byte);
    let bits = match abi.abi().byte_order {
        ByteOrder::Big => bytes.iter().fold(0, join),
        ByteOrder::Little => bytes.iter().rev().fold(0, join),
    };
    let value = match u64::try_from(bits) {
        Ok(bits) if size <= 8 => signed(bits, size as u64 * 8, is_signed(scalar, abi)),
        _ => bits.cast_signed(),
    };
    Some((value, bits))
}

fn is_signed(scalar: Scalar, abi: AbiId) -> bool {
    match scalar {
        Scalar::Char => abi.abi().char_signed,
        Scalar::SignedChar
        | Scalar::Short
        | Scalar::Int
        | Scalar::Long
        | Scalar::LongLong
        | Scalar::Int128 => true,
        _ => false,
    }
}

fn signed(bits: u64, width: u64, is_signed: bool) -> i128 {
    let value = i128::from(bits);
    let negative = is_signed && width > 0 && bits >> (width - 1) & 1 == 1;
    if negative { value - (1_i128 << width) } else { value }
}

/// A number, and its bits where they tell more.
fn shown(value: i128, bits: u64) -> String {
    if (-9..=9).contains(&value) { value.to_string() } else { format!("{value} ({bits:#x})") }
}
