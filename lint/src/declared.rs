//! What was declared, by the names that driver source uses.

use std::collections::HashMap;

use ioctlkit_abi::AbiId;
use ioctlkit_model::{
    Command, HandledCommand, Interface, Layouts, RawNumber, RecordId, Type, TypedefId,
};

/// An index of commands and types by name.
#[derive(Debug, Default)]
pub struct Declared<'a> {
    commands: HashMap<&'a str, &'a Command>,
    raw: HashMap<&'a str, &'a RawNumber>,
    /// By `struct tag` and `union tag`, and by the names of typedefs that name them.
    records: HashMap<String, RecordId>,
    typedefs: HashMap<&'a str, TypedefId>,
}

impl<'a> Declared<'a> {
    /// Of everything that was read.
    pub fn of(interface: &'a Interface) -> Self {
        let mut declared = Self::default();
        for command in &interface.commands {
            declared.commands.entry(&command.name).or_insert(command);
        }
        for raw in &interface.raw_numbers {
            declared.raw.entry(&raw.name).or_insert(raw);
        }
        for (place, record) in interface.records.iter().enumerate() {
            if !record.variants.is_empty() {
                let id = RecordId(place as u32);
                declared.records.entry(record.display_name()).or_insert(id);
            }
        }
        for (place, typedef) in interface.typedefs.iter().enumerate() {
            declared.typedefs.entry(&typedef.name).or_insert(TypedefId(place as u32));
        }
        declared
    }

    /// A command by its name.
    pub fn command(&self, name: &str) -> Option<&'a Command> {
        self.commands.get(name).copied()
    }

    /// A plain number by its name.
    pub fn raw(&self, name: &str) -> Option<&'a RawNumber> {
        self.raw.get(name).copied()
    }

    /// The structure or union that a type leads to, as C source spells it: `struct foo`, `foo_t`.
    pub fn record(&self, interface: &'a Interface, spelled: &str) -> Option<RecordId> {
        if let Some(id) = self.records.get(spelled) {
            return Some(*id);
        }
        let typedef = interface.typedef(*self.typedefs.get(spelled)?);
        let body = typedef.variants.first()?;
        match interface.behind_typedefs(&body.ty)? {
            Type::Record(id) => Some(*id),
            _ => None,
        }
    }

    /// The size of a type as C source spells it, in bytes, on an ABI; nothing where it was not declared.
    pub fn size(&self, layouts: &Layouts<'a>, spelled: &str, abi: AbiId) -> Option<u64> {
        if let Some(size) = kernel_type(spelled, abi) {
            return Some(size);
        }
        let interface = layouts.interface();
        if let Some(id) = self.record(interface, spelled) {
            return layouts.record(id, abi).ok().map(|layout| layout.size);
        }
        let id = *self.typedefs.get(spelled)?;
        layouts.type_size(&Type::Typedef(id), abi).ok().map(|size| size.size)
    }
}

/// Gives the commands of handlers a name that driver source knows by type letter and nr alone, as
/// `_IO('#', 0x00)`: every declared command with these.
pub fn name_numbered(interface: &mut Interface) {
    let mut names: HashMap<(u8, u32), Vec<String>> = HashMap::new();
    for command in &interface.commands {
        let Some(body) = command.variants.first() else { continue };
        let Ok(letter) = u8::try_from(body.type_letter) else { continue };
        names.entry((letter, body.nr)).or_default().push(command.name.clone());
    }
    for handler in &mut interface.code.handlers {
        let handled = std::mem::take(&mut handler.commands);
        handler.commands = handled
            .into_iter()
            .flat_map(|command| match numbered(&command.name).and_then(|key| names.get(&key)) {
                Some(names) => names
                    .iter()
                    .map(|name| HandledCommand { name: name.clone(), ..command.clone() })
                    .collect(),
                None => vec![command],
            })
            .collect();
    }
}

/// The type letter and the nr of `_IO('#', 0x00)`.
fn numbered(name: &str) -> Option<(u8, u32)> {
    let (letter, nr) = name.strip_prefix("_IO(")?.strip_suffix(')')?.split_once(", ")?;
    let number = |text: &str| match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    };
    let letter = match letter.as_bytes() {
        [b'\'', letter, b'\''] => *letter,
        _ => u8::try_from(number(letter)?).ok()?,
    };
    Some((letter, number(nr)?))
}

/// Sizes in bytes of the integer types that kernel source uses without a header of programs, from
/// include/uapi/asm-generic/int-ll64.h and include/linux/types.h.
fn kernel_type(spelled: &str, abi: AbiId) -> Option<u64> {
    let word = u64::from(abi.abi().pointer_size);
    Some(match spelled {
        _ if spelled.ends_with('*') => word,
        "u8" | "s8" | "__u8" | "__s8" | "char" | "unsigned char" | "signed char" | "uint8_t"
        | "int8_t" | "bool" => 1,
        "u16" | "s16" | "__u16" | "__s16" | "short" | "unsigned short" | "uint16_t" | "int16_t"
        | "__le16" | "__be16" => 2,
        "u32" | "s32" | "__u32" | "__s32" | "int" | "unsigned int" | "unsigned" | "uint32_t"
        | "int32_t" | "uint" | "__le32" | "__be32" | "compat_int_t" | "compat_uint_t"
        | "compat_long_t" | "compat_ulong_t" | "compat_uptr_t" | "compat_size_t" | "pid_t"
        | "uid_t" | "gid_t" | "dev_t" => 4,
        "u64" | "s64" | "__u64" | "__s64" | "long long" | "unsigned long long" | "uint64_t"
        | "int64_t" | "loff_t" | "__le64" | "__be64" => 8,
        "long" | "unsigned long" | "ulong" | "size_t" | "ssize_t" | "uintptr_t" => word,
        _ => return None,
    })
}
