//! What bindgen makes of a header: types, their documentation, and the values of constants.
//!
//! bindgen resolves every type for one target: `unsigned long` is `c_ulong`, but `size_t` and
//! `__kernel_size_t`, bit-fields and alignments are that target's. The types of members are
//! therefore taken from the model, which has them as symbols, and bindgen's sizes and offsets are
//! kept as a second opinion on them.

use std::collections::HashMap;
use std::path::Path;

use ioctlkit_abi::AbiId;
use ioctlkit_sources::c;
use syn::{Expr, Item, Lit};

use super::bindgen::Bindgen;

/// What bindgen made.
#[derive(Debug, Default)]
pub(crate) struct Bindings {
    /// Structures and unions by their names, which are C's tags or typedefs; anonymous ones have
    /// bindgen's.
    pub(crate) records: HashMap<String, Record>,
    /// Names of enumerations and typedefs with their documentation.
    pub(crate) aliases: HashMap<String, Vec<String>>,
    /// Constants in order, enumerators among them.
    pub(crate) constants: Vec<Constant>,
}

/// A structure or union.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// The lines of its comment.
    pub(crate) docs: Vec<String>,
    /// The members in order, without bit-fields.
    pub(crate) members: Vec<Member>,
    /// The comments of bit-fields by their names.
    pub(crate) bit_fields: HashMap<String, Vec<String>>,
    /// The size in bytes, and offsets of members, on the target.
    pub(crate) measured: Measured,
}

/// A member.
#[derive(Debug)]
pub(crate) struct Member {
    /// The name, as bindgen spells it.
    pub(crate) name: String,
    /// The lines of its comment.
    pub(crate) docs: Vec<String>,
    /// The last name in its type.
    pub(crate) ty: String,
}

/// What clang says of a layout, in bytes.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// The size.
    pub(crate) size: Option<u64>,
    /// Offsets by the name of the member.
    pub(crate) offsets: HashMap<String, u64>,
}

/// A constant.
#[derive(Debug)]
pub(crate) struct Constant {
    /// The name.
    pub(crate) name: String,
    /// The lines of its comment; macros have none here.
    pub(crate) docs: Vec<String>,
    /// The type, as bindgen spells it.
    pub(crate) ty: syn::Type,
    /// The value.
    pub(crate) value: Expr,
}

impl Constant {
    /// The value, if it is an integer.
    pub(crate) fn integer(&self) -> Option<i128> {
        integer(&self.value)
    }
}

/// Runs bindgen over `header` for an ABI, through `bind`.
///
/// # Errors
/// Why it could not, in a sentence.
pub(crate) fn read(
    request: &c::Request,
    header: &Path,
    abi: AbiId,
    bind: impl FnOnce(&Bindgen) -> Result<String, String>,
) -> Result<Bindings, String> {
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let invocation = c::invocation(request, header, abi, folder.path())
        .ok_or_else(|| "the header cannot be read".to_owned())?;
    for (path, text) in &invocation.stand_ins {
        write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    let path = std::path::absolute(header).unwrap_or_else(|_| header.to_owned());
    let mut request = request.clone();
    request.include_dirs.push(folder.path().to_owned());
    let text = bind(&Bindgen {
        header: path.display().to_string(),
        arguments: invocation.arguments,
        request,
    })?;
    let file = syn::parse_file(&text)
        .map_err(|error| format!("what bindgen made of the header cannot be read: {error}"))?;
    let mut bindings = Bindings::default();
    for item in &file.items {
        bindings.item(item);
    }
    Ok(bindings)
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)
}

impl Bindings {
    fn item(&mut self, item: &Item) {
        match item {
            Item::Struct(item) => self.record(&item.ident, &item.attrs, item.fields.iter()),
            Item::Union(item) => self.record(&item.ident, &item.attrs, item.fields.named.iter()),
            Item::Type(item) => {
                self.aliases.insert(item.ident.to_string(), docs(&item.attrs));
            }
            Item::Impl(item) => self.bit_fields(item),
            Item::Const(item) if item.ident == "_" => self.measure(&item.expr),
            Item::Const(item) => self.constants.push(Constant {
                name: plain_name(&item.ident),
                docs: docs(&item.attrs),
                ty: (*item.ty).clone(),
                value: (*item.expr).clone(),
            }),
            _ => {}
        }
    }

    fn record<'f>(
        &mut self,
        ident: &syn::Ident,
        attributes: &[syn::Attribute],
        fields: impl Iterator<Item = &'f syn::Field>,
    ) {
        let members = fields
            .filter_map(|field| {
                Some(Member {
                    name: plain_name(field.ident.as_ref()?),
                    docs: docs(&field.attrs),
                    ty: last_name(&field.ty).unwrap_or_default(),
                })
            })
            .collect();
        let record = self.records.entry(ident.to_string()).or_default();
        record.docs = docs(attributes);
        record.members = members;
    }

    /// Reads the bit-fields, which are functions here.
    fn bit_fields(&mut self, item: &syn::ItemImpl) {
        let Some(name) = last_name(&item.self_ty) else { return };
        for function in &item.items {
            if let syn::ImplItem::Fn(function) = function
                && let lines = docs(&function.attrs)
                && !lines.is_empty()
            {
                let record = self.records.entry(name.clone()).or_default();
                record.bit_fields.insert(plain_name(&function.sig.ident), lines);
            }
        }
    }

    /// Takes in bindgen's own test of a layout, which stands in a constant without a name:
    /// `["Size of x"][size_of::<x>() - 8usize];`.
    fn measure(&mut self, tests: &Expr) {
        let Expr::Block(block) = tests else { return };
        for statement in &block.block.stmts {
            let syn::Stmt::Expr(Expr::Index(index), _) = statement else { continue };
            let (Some(text), Some(value)) = (test_name(&index.expr), subtracted(&index.index))
            else {
                continue;
            };
            if let Some(name) = text.strip_prefix("Size of ") {
                self.records.entry(name.to_owned()).or_default().measured.size = Some(value);
            } else if let Some(field) = text.strip_prefix("Offset of field: ")
                && let Some((name, member)) = field.split_once("::")
            {
                let record = self.records.entry(name.to_owned()).or_default();
                record.measured.offsets.insert(member.to_owned(), value);
            }
        }
    }
}

impl Record {
    /// The member of that name in C.
    pub(crate) fn member(&self, name: &str) -> Option<&Member> {
        let with_underscore = format!("{name}_");
        let is_meant = |member: &&Member| member.name == name || member.name == with_underscore;
        self.members.iter().find(is_meant)
    }

    /// The members without a name in C.
    pub(crate) fn anonymous(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.name.starts_with("__bindgen_anon_"))
    }
}

impl Measured {
    /// The offset of the member of that name in C, in bytes.
    pub(crate) fn offset(&self, name: &str) -> Option<u64> {
        self.offsets.get(name).or_else(|| self.offsets.get(&format!("{name}_"))).copied()
    }
}

fn plain_name(ident: &syn::Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}

fn test_name(tested: &Expr) -> Option<String> {
    let Expr::Array(array) = tested else { return None };
    match array.elems.first()? {
        Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

fn subtracted(index: &Expr) -> Option<u64> {
    let Expr::Binary(difference) = index else { return None };
    u64::try_from(integer(&difference.right)?).ok()
}

/// The value of an integer literal, with or without a sign.
fn integer(value: &Expr) -> Option<i128> {
    match value {
        Expr::Lit(syn::ExprLit { lit: Lit::Int(literal), .. }) => literal.base10_parse().ok(),
        Expr::Lit(syn::ExprLit { lit: Lit::Byte(literal), .. }) => Some(literal.value().into()),
        Expr::Unary(syn::ExprUnary { op: syn::UnOp::Neg(_), expr, .. }) => Some(-integer(expr)?),
        _ => None,
    }
}

/// The last name in a type: of an array that of its elements.
fn last_name(ty: &syn::Type) -> Option<String> {
    match ty {
        syn::Type::Array(array) => last_name(&array.elem),
        syn::Type::Path(path) => {
            let last = path.path.segments.last()?;
            if let syn::PathArguments::AngleBracketed(arguments) = &last.arguments
                && let Some(syn::GenericArgument::Type(inner)) = arguments.args.first()
            {
                return last_name(inner);
            }
            Some(last.ident.to_string())
        }
        _ => None,
    }
}

fn docs(attributes: &[syn::Attribute]) -> Vec<String> {
    let mut lines = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        if let syn::Meta::NameValue(pair) = &attribute.meta
            && let Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) = &pair.value
        {
            lines.extend(text.value().lines().map(str::to_owned));
        }
    }
    lines
}
