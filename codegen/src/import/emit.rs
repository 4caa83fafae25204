//! The module as Rust: items in the order in which they are read.

use std::collections::{BTreeMap, HashSet};

use ioctlkit_abi::{AbiSet, Direction, RecordKind, Scalar};
use ioctlkit_model::{EnumId, RecordId};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::bits;
use super::commands::{CommandEnum, Identity, Payload, Planned};
use super::constants::Constant;
use super::definition::{Definition, Origin, Repr, RustMember};
use super::flexible;
use super::module::Module;
use super::names::{self, TypeNames, ident};
use super::portable::Portability;
use super::rust_type::{Pointee, RustType, scalar_name, underlying};
use super::target;
use super::tokens::{doc, group_docs, hexadecimal, letter};

/// Writes items.
pub(crate) struct Emitter<'m, 'a> {
    module: &'m Module<'a>,
    names: TypeNames,
    portability: Portability<'m, 'a>,
    /// What the header is called.
    shown: String,
    /// What has to be imported, by the items so far, and the ABIs that have one of these.
    used: BTreeMap<Used, AbiSet>,
    /// The ABIs that have the item that is being written.
    scope: AbiSet,
}

/// What the module imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Used {
    CLong,
    CULong,
    CVoid,
    Flexible,
    FlexibleArray,
    Ioctl,
    IoctlData,
}

impl Used {
    fn name(self) -> TokenStream {
        match self {
            Self::CLong => quote!(c_long),
            Self::CULong => quote!(c_ulong),
            Self::CVoid => quote!(c_void),
            Self::Flexible => quote!(Flexible),
            Self::FlexibleArray => quote!(FlexibleArray),
            Self::Ioctl => quote!(Ioctl),
            Self::IoctlData => quote!(IoctlData),
        }
    }
}

impl<'m, 'a> Emitter<'m, 'a> {
    pub(crate) fn new(module: &'m Module<'a>, shown: &str) -> Self {
        Self {
            module,
            names: TypeNames::of(module.interface()),
            portability: Portability::new(&module.definitions),
            shown: shown.to_owned(),
            used: BTreeMap::new(),
            scope: AbiSet::ALL,
        }
    }

    /// Every item but the imports, which depend on them. `device` is what the device newtype is to
    /// be called.
    pub(crate) fn items(&mut self, device: &str) -> Vec<TokenStream> {
        let mut items = self.interfaces(device);
        for id in &self.module.records {
            items.extend(self.record(*id));
        }
        items.extend(self.module.enums.iter().map(|id| self.enumeration(*id)));
        let constants = self.module.constants.iter().map(|constant| self.constant(constant));
        items.extend(constants.collect::<Vec<_>>());
        items
    }

    /// The imports.
    pub(crate) fn imports(&self) -> Vec<TokenStream> {
        let mut core = Vec::new();
        let mut ioctlkit = Vec::new();
        let mut on_some = Vec::new();
        for (used, abis) in &self.used {
            let name = used.name();
            let (of, names) = match used {
                Used::CLong | Used::CULong | Used::CVoid => (quote!(core::ffi), &mut core),
                _ => (quote!(ioctlkit), &mut ioctlkit),
            };
            // Where nothing uses it, the compiler would say so.
            match target::attribute(*abis) {
                Some(cfg) => on_some.push(quote!(#cfg use #of::#name;)),
                None => names.push(name),
            }
        }
        let import = |of: TokenStream, names: Vec<TokenStream>| match names.as_slice() {
            [] => None,
            [name] => Some(quote!(use #of::#name;)),
            names => Some(quote!(use #of::{#(#names),*};)),
        };
        import(quote!(core::ffi), core)
            .into_iter()
            .chain(import(quote!(ioctlkit), ioctlkit))
            .chain(on_some)
            .collect()
    }

    /// Takes down what the item that is being written uses.
    fn uses(&mut self, used: Used) {
        let abis = self.used.entry(used).or_default();
        *abis = abis.union(self.scope);
    }

    fn interfaces(&mut self, device: &str) -> Vec<TokenStream> {
        let device = self.names.free(device, "Device");
        let mut methods = HashSet::new();
        let mut items = Vec::new();
        let module = self.module;
        for (index, group) in module.groups.iter().enumerate() {
            self.scope = AbiSet::ALL;
            self.uses(Used::Ioctl);
            items.push(self.interface(&device, index, group, &mut methods));
        }
        items
    }

    fn interface(
        &mut self,
        device: &str,
        index: usize,
        group: &CommandEnum,
        methods: &mut HashSet<String>,
    ) -> TokenStream {
        let c_names: Vec<&str> = group.commands.iter().map(|c| c.c_name.as_str()).collect();
        let prefix = names::prefix(&c_names);
        let variants = names::variants(&c_names, prefix, methods);
        let enum_name = self.interface_name(device, index, group);
        let enum_name = ident(&self.names.unique(&enum_name));
        let device = ident(device);
        let letter = letter(group.letter);
        let attached = if index == 0 { quote!(device = #device) } else { quote!(on = #device) };
        let numbers_only = group.commands.iter().all(|c| matches!(c.identity, Identity::Number(_)));
        let ty = (!numbers_only).then(|| quote!(type = #letter,));
        let prefix = (!prefix.is_empty()).then(|| quote!(, prefix = #prefix));
        let members =
            group.commands.iter().zip(&variants).map(|(command, variant)| {
                self.command(command, &ident(&variant.name), variant.stated)
            });
        let members: Vec<TokenStream> = members.collect();
        let docs = doc(&[group_docs(group, &self.shown)]);
        quote! {
            #docs
            #[derive(Ioctl)]
            #[ioctl(#ty #attached #prefix)]
            pub enum #enum_name {
                #(#members)*
            }
        }
    }

    fn interface_name(&self, device: &str, index: usize, group: &CommandEnum) -> String {
        let repeated = if group.repeats { "Repeated" } else { "" };
        if index == 0 || self.module.groups.iter().all(|other| other.letter == group.letter) {
            return format!("{device}{repeated}Ioctl");
        }
        format!("{device}{repeated}Ioctl{:02X}", group.letter)
    }

    fn command(&mut self, command: &Planned, name: &Ident, stated: bool) -> TokenStream {
        let docs = doc(&command.docs);
        self.scope = self.module.command_scope(command);
        let cfg = target::attribute(self.scope);
        let mut words = vec![match command.identity {
            Identity::Nr(nr) => {
                let nr = hexadecimal(u32::from(nr), 2);
                quote!(nr = #nr)
            }
            Identity::Nrs(first, last) => {
                let (first, last) =
                    (hexadecimal(u32::from(first), 2), hexadecimal(u32::from(last), 2));
                quote!(nr = #first..=#last)
            }
            Identity::Number(number) => {
                let number = hexadecimal(number, 4);
                quote!(number = #number)
            }
        }];
        match command.direction {
            Direction::None => {}
            Direction::Read => words.push(quote!(read)),
            Direction::Write => words.push(quote!(write)),
            Direction::ReadWrite => words.push(quote!(read_write)),
        }
        let payload = match &command.payload {
            Payload::None => {
                words.push(quote!(returns = i32));
                None
            }
            Payload::Type(ty) => {
                if matches!(ty.element(), RustType::Scalar(scalar) if scalar.is_word_sized()) {
                    words.push(quote!(not_portable));
                }
                Some(self.ty(ty))
            }
            Payload::Flexible(id) => {
                self.uses(Used::Flexible);
                let structure = self.names.record(*id);
                Some(quote!(Flexible<#structure>))
            }
            Payload::Buffer(element) => {
                let element = self.ty(element);
                words.push(quote!(buffer = #element));
                None
            }
            Payload::Address => {
                words.push(quote!(value));
                Some(quote!(usize))
            }
        };
        if let Some(encoded) = &command.encoded {
            let encoded = self.ty(encoded);
            words.push(quote!(encoded = #encoded));
        }
        if command.large {
            words.push(quote!(large_argument));
        }
        if command.unsafe_call {
            words.push(quote!(unsafe));
        }
        if stated {
            let c_name = &command.c_name;
            words.push(quote!(c = #c_name));
        }
        let payload = payload.map(|ty| quote!((#ty)));
        quote! {
            #docs
            #cfg
            #[ioctl(#(#words),*)]
            #name #payload,
        }
    }

    fn ty(&mut self, ty: &RustType) -> TokenStream {
        match ty {
            RustType::Scalar(scalar) => self.scalar(*scalar),
            RustType::Pointer(pointee) => {
                let to = self.pointee(pointee);
                quote!(*mut #to)
            }
            RustType::Array(element, length) => {
                let element = self.ty(element);
                let length = Literal::u64_unsuffixed(*length);
                quote!([#element; #length])
            }
            RustType::Flexible(element) => {
                self.uses(Used::FlexibleArray);
                let element = self.ty(element);
                quote!(FlexibleArray<#element>)
            }
            RustType::Record(id) => {
                let name = self.names.record(*id);
                quote!(#name)
            }
            RustType::Enum(id) => {
                let name = self.names.enumeration(*id);
                quote!(#name)
            }
        }
    }

    fn scalar(&mut self, scalar: Scalar) -> TokenStream {
        match scalar {
            Scalar::Long => self.uses(Used::CLong),
            Scalar::UnsignedLong => self.uses(Used::CULong),
            _ => {}
        }
        let name = ident(scalar_name(scalar));
        quote!(#name)
    }

    fn pointee(&mut self, pointee: &Pointee) -> TokenStream {
        match pointee {
            Pointee::Scalar(scalar) => self.scalar(*scalar),
            Pointee::Record(id) if !self.module.definitions.of(*id).is_empty() => {
                let name = self.names.record(*id);
                quote!(#name)
            }
            Pointee::Record(_) | Pointee::Unknown => {
                self.uses(Used::CVoid);
                quote!(c_void)
            }
        }
    }

    fn record(&mut self, id: RecordId) -> Vec<TokenStream> {
        let module = self.module;
        module.definitions.of(id).iter().flat_map(|one| self.definition(id, one)).collect()
    }

    fn definition(&mut self, id: RecordId, definition: &Definition) -> Vec<TokenStream> {
        self.scope = self.module.scope(id, definition);
        self.uses(Used::IoctlData);
        let record = self.module.interface().record(id);
        let cfg = target::attribute(self.scope);
        let docs = doc(self.module.record_docs(id));
        let name = self.names.record(id);
        let repr = match definition.repr {
            Repr::C => quote!(C),
            Repr::Packed(1) => quote!(C, packed),
            Repr::Packed(bytes) => {
                let bytes = Literal::u64_unsuffixed(bytes);
                quote!(C, packed(#bytes))
            }
            Repr::Align(bytes) => {
                let bytes = Literal::u64_unsuffixed(bytes);
                quote!(C, align(#bytes))
            }
        };
        let c_name = names::c_name(record).map(|_| {
            let c_name = record.display_name();
            quote!(c = #c_name)
        });
        let reason = self.portability.reason(id, definition);
        let not_portable = reason.map(|reason| quote!(not_portable = #reason));
        let words: Vec<TokenStream> = c_name.into_iter().chain(not_portable).collect();
        let words = (!words.is_empty()).then(|| quote!(#[ioctl(#(#words),*)]));
        let counting = flexible::counting_member(&self.module.definitions, id, definition);
        let members: Vec<TokenStream> = definition
            .members
            .iter()
            .map(|member| {
                let counting = counting.map(|index| definition.members[index].name.as_str());
                self.member(id, member, counting)
            })
            .collect();
        let keyword = match record.kind {
            RecordKind::Struct => quote!(struct),
            RecordKind::Union => quote!(union),
        };
        let debug = (!self.holds_union(id)).then(|| quote!(Debug,));
        let item = quote! {
            #docs
            #cfg
            #[derive(Clone, Copy, #debug IoctlData)]
            #[repr(#repr)]
            #words
            pub #keyword #name {
                #(#members)*
            }
        };
        let accessors = bits::accessors(self.module, id, definition, &name);
        let accessors = accessors.map(|accessors| quote!(#cfg #accessors));
        std::iter::once(item).chain(accessors).collect()
    }

    fn member(&mut self, id: RecordId, member: &RustMember, counting: Option<&str>) -> TokenStream {
        let docs = match member.origin {
            Origin::BitFields => doc(&["Bit-fields.".to_owned()]),
            _ => doc(self.module.member_docs(id, &member.origin)),
        };
        let name = ident(&member.name);
        let ty = self.ty(&member.ty);
        let word = match (&member.origin, &member.ty, counting) {
            (Origin::Anonymous(_), _, _) => Some(quote!(anonymous)),
            (Origin::Padding, _, _) => Some(quote!(reserved)),
            (_, RustType::Flexible(_), Some(counting)) => {
                let counting = ident(counting);
                Some(quote!(count = #counting))
            }
            _ => None,
        };
        let word = word.map(|word| quote!(#[ioctl(#word)]));
        quote!(#docs #word pub #name: #ty,)
    }

    /// Whether a union is anywhere inside: nothing can show what is in it.
    fn holds_union(&self, id: RecordId) -> bool {
        let record = self.module.interface().record(id);
        record.kind == RecordKind::Union
            || self.module.definitions.of(id).iter().flat_map(|one| &one.members).any(|member| {
                matches!(member.ty.element(), RustType::Record(inner) if self.holds_union(*inner))
            })
    }

    fn enumeration(&self, id: EnumId) -> TokenStream {
        let name = self.names.enumeration(id);
        let first = AbiSet::ALL.first();
        let scalar = first.and_then(|abi| underlying(self.module.interface(), id, abi));
        let integer = ident(scalar_name(scalar.unwrap_or(Scalar::UnsignedInt)));
        let c_name = self.module.interface().enumeration(id).name.as_deref().unwrap_or("");
        let mut lines = self.module.enum_docs(id).to_vec();
        if lines.is_empty() {
            lines.push(format!("`enum {c_name}`"));
        }
        let docs = doc(&lines);
        quote!(#docs pub type #name = #integer;)
    }

    fn constant(&self, constant: &Constant) -> TokenStream {
        let docs = doc(&constant.docs);
        let name = ident(&constant.name);
        let value = &constant.value;
        let ty = match constant.of {
            Some(id) if self.module.enums.contains(&id) => {
                let name = self.names.enumeration(id);
                quote!(#name)
            }
            _ => constant.ty.clone(),
        };
        quote!(#docs pub const #name: #ty = #value;)
    }
}
