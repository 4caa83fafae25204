//! Bit-fields as functions on the integers that hold them.

use ioctlkit_abi::RecordKind;
use ioctlkit_abi::{AbiId, ByteOrder};
use ioctlkit_model::RecordId;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::definition::{Definition, Origin};
use super::module::Module;
use super::names::ident;
use super::rust_type::{RustType, scalar_name};
use super::tokens::doc;

/// A bit-field on ABIs of one byte order.
#[derive(Debug, Clone, PartialEq, Eq)]
struct BitField {
    name: String,
    width: u64,
    /// The index of the member that holds it.
    member: usize,
    /// How many bits of that member are below it.
    shift: u64,
}

/// A function that reads and one that sets each bit-field of a structure; `None` where it has none.
pub(crate) fn accessors(
    module: &Module<'_>,
    id: RecordId,
    definition: &Definition,
    structure: &Ident,
) -> Option<TokenStream> {
    let record = module.interface().record(id);
    let has_bits = definition.members.iter().any(|member| member.origin == Origin::BitFields);
    if !has_bits || record.kind == RecordKind::Union {
        return None;
    }
    let of_order = |order: ByteOrder| -> Vec<BitField> {
        let mut abis = definition.abis.iter().filter(|id| id.abi().byte_order == order);
        abis.next().map_or_else(Vec::new, |abi| bit_fields(module, id, definition, abi))
    };
    let little = of_order(ByteOrder::Little);
    let big = of_order(ByteOrder::Big);
    let all = if little.is_empty() { &big } else { &little };
    let functions: Vec<TokenStream> = all
        .iter()
        .filter_map(|field| {
            let on = |fields: &[BitField]| fields.iter().find(|f| f.name == field.name).cloned();
            let (little, big) = (on(&little), on(&big));
            let other = little.clone().or(big.clone())?;
            let (little, big) = (little.unwrap_or(other.clone()), big.unwrap_or(other));
            let same_place = little.member == big.member && little.width == big.width;
            same_place.then(|| pair(module, id, definition, &little, &big))
        })
        .collect();
    (!functions.is_empty()).then(|| quote!(impl #structure { #(#functions)* }))
}

fn bit_fields(
    module: &Module<'_>,
    id: RecordId,
    definition: &Definition,
    abi: AbiId,
) -> Vec<BitField> {
    let record = module.interface().record(id);
    let Some((places, _)) = module.definitions.fold(record.kind, definition, abi) else {
        return Vec::new();
    };
    let named = module.definitions.layouts().members(id, abi).filter_map(|(member, field)| {
        let name = member.name.clone().filter(|_| member.bits.is_some())?;
        let inside = |index: &usize| {
            let place = places[*index];
            definition.members[*index].origin == Origin::BitFields
                && place.offset_bits <= field.offset_bits
                && field.end_bits() <= place.end_bits()
        };
        let holder = (0..places.len()).find(inside)?;
        let place = places[holder];
        let shift = match abi.abi().byte_order {
            ByteOrder::Little => field.offset_bits - place.offset_bits,
            ByteOrder::Big => place.end_bits() - field.end_bits(),
        };
        Some(BitField { name, width: field.size_bits, member: holder, shift })
    });
    named.collect()
}

fn pair(
    module: &Module<'_>,
    id: RecordId,
    definition: &Definition,
    little: &BitField,
    big: &BitField,
) -> TokenStream {
    let holder = &definition.members[little.member];
    let storage = ident(&holder.name);
    let ty = match &holder.ty {
        RustType::Scalar(scalar) => ident(scalar_name(*scalar)),
        _ => format_ident!("u32"),
    };
    let get = ident(&little.name);
    let set = format_ident!("set_{}", little.name);
    let mask = mask(little.width);
    let shift = if little.shift == big.shift {
        let shift = Literal::u64_unsuffixed(little.shift);
        quote!(#shift)
    } else {
        let (little, big) =
            (Literal::u64_unsuffixed(little.shift), Literal::u64_unsuffixed(big.shift));
        quote!(if cfg!(target_endian = "little") { #little } else { #big })
    };
    let bits = if little.width == 1 { "1 bit".into() } else { format!("{} bits", little.width) };
    let mut lines = vec![format!("The bit-field `{}`: {bits}.", little.name)];
    let said = module.named_docs(id, &little.name);
    if !said.is_empty() {
        lines.push(String::new());
        lines.extend_from_slice(said);
    }
    let docs = doc(&lines);
    let sets = doc(&[format!("Sets `{}`; bits that it does not have are cut off.", little.name)]);
    quote! {
        #docs
        pub const fn #get(&self) -> #ty {
            const SHIFT: u32 = #shift;
            (self.#storage >> SHIFT) & #mask
        }

        #sets
        pub const fn #set(&mut self, value: #ty) {
            const SHIFT: u32 = #shift;
            self.#storage = self.#storage & !(#mask << SHIFT) | (value & #mask) << SHIFT;
        }
    }
}

fn mask(width: u64) -> TokenStream {
    let mask = if width >= 64 { u64::MAX } else { (1 << width) - 1 };
    let text = format!("{mask:#x}");
    syn::parse_str::<Literal>(&text).map_or_else(
        |_| {
            let literal = Literal::u64_unsuffixed(mask);
            quote!(#literal)
        },
        |literal| quote!(#literal),
    )
}
