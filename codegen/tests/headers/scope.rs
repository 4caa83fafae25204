//! What the text of a module says of where its items are.

use std::collections::{BTreeSet, HashMap};

use ioctlkit_abi::{Abi, AbiSet, ByteOrder};
use quote::ToTokens as _;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Attribute, Item, Meta, Token};

/// An item with a derive.
pub(crate) struct Derived {
    /// Its name.
    pub(crate) name: String,
    /// Its `#[cfg(…)]`, or nothing.
    pub(crate) cfg: String,
}

/// The ABIs of each structure, and of each variant of an enum, that this machine compiles.
pub(crate) type Scopes = HashMap<String, AbiSet>;

fn items(text: &str) -> Vec<Item> {
    syn::parse_file(text).unwrap().items
}

/// The enums that derive `Ioctl`.
pub(crate) fn derived_enums(text: &str) -> Vec<Derived> {
    let enums = items(text).into_iter().filter_map(|item| match item {
        Item::Enum(item) => {
            Some(Derived { name: item.ident.to_string(), cfg: shown_cfg(&item.attrs) })
        }
        _ => None,
    });
    enums.collect()
}

/// The structures and unions.
pub(crate) fn derived_records(text: &str) -> Vec<Derived> {
    let records = items(text).into_iter().filter_map(|item| {
        let (name, attributes) = match item {
            Item::Struct(item) => (item.ident.to_string(), item.attrs),
            Item::Union(item) => (item.ident.to_string(), item.attrs),
            _ => return None,
        };
        Some(Derived { name, cfg: shown_cfg(&attributes) })
    });
    records.collect()
}

/// Where what this machine compiles of each structure (`Name`) and variant (`Enum::Variant`) is
/// what a machine would compile there: the conditions on the item itself, and on all that it holds.
pub(crate) fn of_module(text: &str) -> Scopes {
    let mut own = Scopes::new();
    let mut holds: HashMap<String, Vec<String>> = HashMap::new();
    let host = host();
    let twice = defined_twice(text);
    let targeted = AbiSet::of(|abi| target(abi).is_some());
    let mut add = |name: String, attributes: &[Attribute], fields: Vec<&syn::Field>| {
        // One without a `cfg` beside another is for what Rust has targets for.
        let meant = if twice.contains(&name) { targeted } else { AbiSet::ALL };
        let abis = abis(attributes).intersection(meant);
        if abis.contains(host.id()) {
            own.insert(name.clone(), abis);
            let types = fields.iter().flat_map(|field| names_in(&field.ty.to_token_stream()));
            let of_attributes = attributes.iter().flat_map(|a| names_in(&a.to_token_stream()));
            holds.insert(name, types.chain(of_attributes).collect());
        }
    };
    for item in items(text) {
        match item {
            Item::Struct(item) => {
                add(item.ident.to_string(), &item.attrs, item.fields.iter().collect());
            }
            Item::Union(item) => {
                add(item.ident.to_string(), &item.attrs, item.fields.named.iter().collect());
            }
            Item::Enum(item) => {
                for variant in &item.variants {
                    let name = format!("{}::{}", item.ident, variant.ident);
                    add(name, &variant.attrs, variant.fields.iter().collect());
                }
            }
            _ => {}
        }
    }
    let names: Vec<String> = own.keys().cloned().collect();
    names.into_iter().map(|name| (name.clone(), within(&name, &own, &holds))).collect()
}

/// The structures and unions of which there are several definitions.
fn defined_twice(text: &str) -> BTreeSet<String> {
    let mut met = BTreeSet::new();
    derived_records(text)
        .into_iter()
        .map(|d| d.name)
        .filter(|name| !met.insert(name.clone()))
        .collect()
}

fn within(name: &str, own: &Scopes, holds: &HashMap<String, Vec<String>>) -> AbiSet {
    let inner = holds.get(name).into_iter().flatten().filter(|inner| *inner != name);
    let inner = inner.filter(|inner| own.contains_key(*inner));
    inner.fold(own[name], |all, inner| all.intersection(within(inner, own, holds)))
}

/// The names in tokens, but for those that are only pointed to.
fn names_in(tokens: &proc_macro2::TokenStream) -> Vec<String> {
    let mut names = Vec::new();
    let mut pointer = false;
    for token in tokens.clone() {
        match token {
            proc_macro2::TokenTree::Group(group) => names.extend(names_in(&group.stream())),
            proc_macro2::TokenTree::Ident(name) if name == "mut" => {}
            proc_macro2::TokenTree::Ident(name) => {
                if !pointer {
                    names.push(name.to_string());
                }
                pointer = false;
            }
            proc_macro2::TokenTree::Punct(punct) => pointer = punct.as_char() == '*',
            proc_macro2::TokenTree::Literal(_) => {}
        }
    }
    names
}

/// Every name in C that the module's attributes state or yield.
pub(crate) fn c_names(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for item in items(text) {
        let attributes = match &item {
            Item::Struct(item) => &item.attrs,
            Item::Union(item) => &item.attrs,
            Item::Enum(item) => {
                let derived: syn::DeriveInput = syn::parse2(item.to_token_stream()).unwrap();
                let syn::Data::Enum(data) = &derived.data else { continue };
                let interface = ioctlkit_syntax::Interface::parse(&derived, data).unwrap();
                names.extend(interface.commands.iter().map(|c| interface.c_name(c)));
                continue;
            }
            _ => continue,
        };
        let tokens = attributes.iter().map(|a| a.to_token_stream().to_string());
        names.extend(
            tokens.filter_map(|text| {
                Some(text.split_once("c = \"")?.1.split('"').next()?.to_owned())
            }),
        );
    }
    names
}

fn shown_cfg(attributes: &[Attribute]) -> String {
    let cfgs = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    let shown: Vec<String> = cfgs.map(|a| a.to_token_stream().to_string()).collect();
    shown.join(" ")
}

/// The ABIs on which all conditions hold. Without any these are all, else those that Rust has
/// targets for.
fn abis(attributes: &[Attribute]) -> AbiSet {
    let cfgs: Vec<Meta> = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"))
        .map(|attribute| attribute.parse_args().unwrap())
        .collect();
    AbiSet::of(|abi| {
        cfgs.is_empty() || target(abi).is_some_and(|t| cfgs.iter().all(|c| holds(c, &t)))
    })
}

/// `target_arch`, `target_pointer_width` and `target_endian`.
pub(crate) type Target = (&'static str, &'static str, &'static str);

/// An independent table of what rustc says of the targets of each ABI (`rustc --print cfg`).
pub(crate) fn target(abi: &Abi) -> Option<Target> {
    let arch = match abi.name {
        "x86_64" | "x32" => "x86_64",
        "i386" => "x86",
        "aarch64" => "aarch64",
        "arm" => "arm",
        "riscv64" => "riscv64",
        "riscv32" => "riscv32",
        "powerpc64" | "powerpc64le" => "powerpc64",
        "powerpc" => "powerpc",
        "mips_n64" | "mipsel_n64" | "mips_n32" | "mipsel_n32" => "mips64",
        "mips_o32" | "mipsel_o32" => "mips",
        "s390x" => "s390x",
        "sparc64" => "sparc64",
        "sparc" => "sparc",
        "m68k" => "m68k",
        "loongarch64" => "loongarch64",
        "csky" => "csky",
        "xtensa" => "xtensa",
        _ => return None,
    };
    let width = if abi.pointer_size == 8 { "64" } else { "32" };
    let endian = if abi.byte_order == ByteOrder::Big { "big" } else { "little" };
    Some((arch, width, endian))
}

fn holds(condition: &Meta, target: &Target) -> bool {
    let parts = |tokens: &proc_macro2::TokenStream| -> Vec<Meta> {
        let list = Punctuated::<Meta, Token![,]>::parse_terminated;
        list.parse2(tokens.clone()).unwrap().into_iter().collect()
    };
    match condition {
        Meta::List(list) if list.path.is_ident("any") => {
            parts(&list.tokens).iter().any(|part| holds(part, target))
        }
        Meta::List(list) if list.path.is_ident("all") => {
            parts(&list.tokens).iter().all(|part| holds(part, target))
        }
        Meta::List(list) if list.path.is_ident("not") => {
            !parts(&list.tokens).iter().any(|part| holds(part, target))
        }
        Meta::NameValue(pair) => {
            let value = pair.value.to_token_stream().to_string();
            let wanted = match pair.path.to_token_stream().to_string().as_str() {
                "target_arch" => target.0,
                "target_pointer_width" => target.1,
                "target_endian" => target.2,
                other => panic!("{other}"),
            };
            value.trim_matches('"') == wanted
        }
        other => panic!("{}", other.to_token_stream()),
    }
}

/// The ABI that the test is compiled for.
fn host() -> &'static Abi {
    let (arch, width, endian) = (
        std::env::consts::ARCH,
        if cfg!(target_pointer_width = "64") { "64" } else { "32" },
        if cfg!(target_endian = "big") { "big" } else { "little" },
    );
    let mut rows = ioctlkit_abi::ABIS.iter();
    rows.find(|abi| target(abi) == Some((arch, width, endian))).expect("the host has a row")
}
