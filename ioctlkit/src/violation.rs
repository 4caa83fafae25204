//! Values that an argument may not hold.

use core::fmt;

use ioctlkit_abi::{RecordKind, Scalar};

use crate::description::{Constraint, Member, Record, Role, Type};
use crate::{Errno, HOST, IoctlData};

/// What is wrong with an argument. As an [`Errno`] it is `EINVAL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Violation {
    member: &'static str,
    constraint: Option<Constraint>,
    value: i128,
}

impl Violation {
    /// The member's name.
    pub fn member(&self) -> &'static str {
        self.member
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { member, value, .. } = self;
        match self.constraint {
            Some(Constraint::Flags(mask)) => {
                let unknown = value & !i128::from(mask);
                write!(f, "`{member}` has unknown flags: {unknown:#x}")
            }
            Some(Constraint::Range { first, last }) => {
                write!(f, "`{member}` is {value}, and not from {first} to {last}")
            }
            Some(Constraint::Values(values)) => {
                write!(f, "`{member}` is {value}, and none of {values:?}")
            }
            Some(Constraint::None) | None => write!(f, "`{member}` is reserved, and not zero"),
        }
    }
}

impl core::error::Error for Violation {}

impl From<Violation> for Errno {
    fn from(_: Violation) -> Self {
        Self::INVAL
    }
}

/// Whether every member of an argument is what its definition allows: `flags`, `range`, `values`,
/// and zero where it is reserved. A driver looks at that before anything else; one in the same
/// process can do so with this function.
///
/// ```
/// use ioctlkit::{IoctlData, check};
///
/// #[derive(IoctlData)]
/// #[repr(C)]
/// struct Volume {
///     #[ioctl(range = 0..=100)]
///     percent: u32,
/// }
///
/// assert!(check(&Volume { percent: 100 }).is_ok());
/// let error = check(&Volume { percent: 101 }).unwrap_err();
/// assert_eq!(error.to_string(), "`percent` is 101, and not from 0 to 100");
/// ```
///
/// Unions are not looked into, since nobody knows which of their members is meant.
///
/// # Errors
/// The first member that holds something else.
pub fn check<T: IoctlData>(argument: &T) -> Result<(), Violation> {
    // SAFETY: the type describes itself, and an argument's members are all initialised.
    unsafe { check_type(&T::TYPE, (&raw const *argument).cast()) }
}

/// # Safety
/// `bytes` is the address of a value of the type.
unsafe fn check_type(ty: &Type, bytes: *const u8) -> Result<(), Violation> {
    match ty {
        Type::Record(record) if record.kind == RecordKind::Struct => {
            // SAFETY: the caller's.
            unsafe { check_record(record, bytes) }
        }
        Type::Array { element, length } if matches!(element, Type::Record(_)) => {
            let size = element.size_align(HOST).map_or(0, |layout| layout.size as usize);
            for index in 0..*length as usize {
                // SAFETY: the array is its elements, one after another.
                unsafe { check_type(element, bytes.add(index * size)) }?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// # Safety
/// `bytes` is the address of such a structure.
unsafe fn check_record(record: &'static Record, bytes: *const u8) -> Result<(), Violation> {
    for (member, place) in record.offsets(HOST) {
        let (offset, size) = (place.offset() as usize, (place.size_bits / 8) as usize);
        // SAFETY: the member is inside of the structure, and initialised.
        let (first, bytes) = unsafe {
            let first = bytes.add(offset);
            (first, core::slice::from_raw_parts(first, size))
        };
        if member.role == Role::Reserved {
            if bytes.iter().any(|byte| *byte != 0) {
                return Err(Violation { member: member.name, constraint: None, value: 0 });
            }
        } else {
            check_value(member, bytes)?;
            // SAFETY: the member is a value of its type.
            unsafe { check_type(&member.ty, first) }?;
        }
    }
    Ok(())
}

fn check_value(member: &'static Member, bytes: &[u8]) -> Result<(), Violation> {
    let Some(value) = integer(&member.ty, bytes) else {
        return Ok(());
    };
    let is_allowed = match member.constraint {
        Constraint::None => true,
        // A negative number has the sign's bit.
        Constraint::Flags(mask) => value & !i128::from(mask) == 0,
        Constraint::Range { first, last } => (first..=last).contains(&value),
        Constraint::Values(values) => values.contains(&value),
    };
    if is_allowed {
        return Ok(());
    }
    Err(Violation { member: member.name, constraint: Some(member.constraint), value })
}

/// The value of an integer of at most 8 bytes.
fn integer(ty: &Type, bytes: &[u8]) -> Option<i128> {
    let (Type::Scalar(scalar) | Type::Compat64(scalar)) = ty else {
        return None;
    };
    if *scalar == Scalar::Pointer || scalar.is_float() || bytes.len() > 8 {
        return None;
    }
    let mut wide = [0; 8];
    let bits = 8 * bytes.len();
    let value = if cfg!(target_endian = "little") {
        wide[..bytes.len()].copy_from_slice(bytes);
        u64::from_le_bytes(wide)
    } else {
        wide[8 - bytes.len()..].copy_from_slice(bytes);
        u64::from_be_bytes(wide)
    };
    let is_negative = scalar.is_signed(HOST) && bits > 0 && value >> (bits - 1) & 1 == 1;
    Some(i128::from(value) - if is_negative { 1 << bits } else { 0 })
}
