//! Structures, unions and enumerations.

use std::rc::Rc;
use std::sync::Arc;

use ioctlkit_abi::{RecordKind, Scalar};
use ioctlkit_model::{
    Attributes, Condition as Conditional, Constant, Definition as TextOf, EnumBody, Enumerator,
    Member, RecordBody, Representation, Type, TypedefBody,
};

use super::constants::{Bound, Env, literal};
use super::{Elsewhere, Evaluator};
use crate::rust::resolve::prelude;
use crate::rust::resolve::scopes::{CrateId, Definition, ScopeId};
use crate::rust::resolve::sources::FileIndex;
use crate::rust::syntax::condition::Condition;
use crate::rust::syntax::item::{Data, Enumeration, Field, Item, Kind, Repr, Ty, TyKind};
use crate::rust::syntax::stated;

impl Evaluator<'_> {
    fn repr(&self, krate: CrateId, reprs: &[(Vec<Condition>, Repr)]) -> Repr {
        let mut all = Repr::default();
        for (conditions, repr) in reprs {
            if self.names.hold(krate, conditions) {
                all.c |= repr.c;
                all.transparent |= repr.transparent;
                // The compiler refuses two of these that differ.
                all.packed = repr.packed.or(all.packed);
                all.align = repr.align.max(all.align);
                all.integer = repr.integer.clone().or(all.integer);
            }
        }
        all
    }

    /// A structure without parameters, to be defined when everything else is.
    pub(crate) fn declared(&mut self, scope: ScopeId, item: &Arc<Item>, data: &Data) -> Type {
        let krate = self.names.scope(scope).krate;
        if self.repr(krate, &data.reprs).transparent {
            return Type::Unknown(item.name.as_str().into());
        }
        let file = self.names.scope(scope).file;
        let id = self.builder.record(
            (file, item.place),
            kind_of(data),
            Some(item.name.clone()),
            data.c_name.clone(),
            item.name_place,
        );
        if !self.done.contains(&id) {
            self.pending.push((scope, item.clone()));
        }
        Type::Record(id)
    }

    /// A structure or union, with what its parameters stand for.
    pub(crate) fn data(
        &mut self,
        scope: ScopeId,
        item: &Arc<Item>,
        data: &Data,
        arguments: Vec<Bound>,
        env: &Env,
    ) -> Type {
        let name = self.instance_name(&item.name, &arguments);
        let mut bound = Vec::new();
        let mut arguments = arguments.into_iter();
        for parameter in &data.parameters {
            let value = match (arguments.next(), &parameter.default) {
                (Some(value), _) => value,
                (None, Some(default)) => {
                    let Some(inner) = env.step(scope, Vec::new()) else {
                        return Type::Unknown(name.into());
                    };
                    Bound::Type(self.ty(default, &inner))
                }
                (None, None) => Bound::Unknown,
            };
            bound.push((parameter.name.clone(), value));
        }
        let Some(mut inner) = env.step(scope, bound) else { return Type::Unknown(name.into()) };
        let file = self.names.scope(scope).file;
        let krate = self.names.scope(scope).krate;
        let repr = self.repr(krate, &data.reprs);
        if repr.transparent {
            return self.transparent(file, item, &name, data, &inner);
        }
        let id = self.builder.record(
            (file, item.place),
            kind_of(data),
            Some(name),
            data.c_name.clone(),
            item.name_place,
        );
        if self.done.insert(id) {
            inner.this = Some(Type::Record(id));
            let fields =
                data.fields.iter().filter(|field| self.names.hold(krate, &field.conditions));
            let fields: Vec<&Field> = fields.collect();
            let members =
                fields.into_iter().map(|field| self.member_of(file, field, &inner)).collect();
            let span = self.builder.span(file, item.place);
            let attributes =
                Attributes { derives_checks: data.derived, has_repr: !data.reprs.is_empty() };
            let definition = TextOf { attributes, ..TextOf::default() };
            self.builder.interface.definitions.add(span, definition);
            let body = RecordBody {
                span,
                representation: if repr.c {
                    Representation::C
                } else {
                    Representation::Unspecified
                },
                packed: repr.packed == Some(1),
                aligned: repr.align.map(Constant::Known),
                pack: repr.packed.filter(|bytes| *bytes > 1),
                members,
                observed: None,
            };
            let abis = self.abis;
            self.builder.define_record(id, abis, body);
            let record = &mut self.builder.interface.records[id.index()];
            record.docs.clone_from(&data.docs);
            record.differences = data.differences;
        }
        Type::Record(id)
    }

    fn instance_name(&self, name: &str, arguments: &[Bound]) -> String {
        if arguments.is_empty() {
            return name.to_owned();
        }
        let arguments: Vec<String> = arguments
            .iter()
            .map(|argument| match argument {
                Bound::Type(ty) => self.builder.interface.type_name(ty),
                Bound::Value(value) => {
                    literal(value).map_or("…".into(), |value| value.to_string())
                }
                Bound::Whole(_) | Bound::Unknown => "_".into(),
            })
            .collect();
        format!("{name}<{}>", arguments.join(", "))
    }

    fn member_of(&mut self, file: FileIndex, field: &Field, env: &Env) -> Member {
        let ty = self.ty(&field.ty, env);
        let span = self.builder.span(file, field.place);
        let mut pairs = std::collections::BTreeSet::new();
        field.conditions.iter().for_each(|condition| condition.collect_pairs(&mut pairs));
        let condition = pairs.first().map(|(name, value)| Conditional {
            text: format!("#[cfg({name} = \"{value}\")]"),
            span,
        });
        Member {
            purpose: self.purpose(&field.stated, env),
            name: (!field.anonymous).then(|| field.name.clone()),
            span,
            name_span: self.builder.span(file, field.name_place),
            ty,
            bits: None,
            packed: false,
            aligned: None,
            condition,
        }
    }

    /// A type that is another by its layout: a name for the member that takes place.
    fn transparent(
        &mut self,
        file: FileIndex,
        item: &Item,
        name: &str,
        data: &Data,
        env: &Env,
    ) -> Type {
        let id = self.builder.typedef(file, name, item.name_place);
        if !self.builder.typedef_has(id, self.abis) {
            let krate = self.names.scope(env.scope).krate;
            let mut held =
                data.fields.iter().filter(|field| self.names.hold(krate, &field.conditions));
            let place = held.clone().find(|field| !takes_no_place(&field.ty)).or(held.next_back());
            let ty = match place.map(|field| field.ty.clone()) {
                Some(ty) => self.ty(&ty, env),
                None => self.nothing(),
            };
            if ty == Type::Typedef(id) {
                return Type::Unknown(name.into());
            }
            let abis = self.abis;
            self.builder.define_typedef(id, abis, TypedefBody { ty, aligned: None });
        }
        Type::Typedef(id)
    }

    /// A tuple, whose layout no one states.
    pub(crate) fn tuple_record(
        &mut self,
        file: FileIndex,
        parts: &[Ty],
        ty: &Ty,
        env: &Env,
    ) -> Type {
        let name = super::types::spell(ty);
        let key = (file, ty.place);
        let id = self.builder.record(key, RecordKind::Struct, Some(name), None, ty.place);
        if self.done.insert(id) {
            let mut members = Vec::new();
            for (index, part) in parts.iter().enumerate() {
                let field = Field {
                    name: index.to_string(),
                    name_place: part.place,
                    place: part.place,
                    ty: part.clone(),
                    conditions: Vec::new(),
                    anonymous: false,
                    stated: stated::Member::default(),
                };
                members.push(self.member_of(file, &field, env));
            }
            let body = RecordBody {
                span: self.builder.span(file, ty.place),
                representation: Representation::Unspecified,
                packed: false,
                aligned: None,
                pack: None,
                members,
                observed: None,
            };
            let abis = self.abis;
            self.builder.define_record(id, abis, body);
        }
        Type::Record(id)
    }

    /// An enumeration without data, as the integer that holds it.
    pub(crate) fn enumeration(
        &mut self,
        scope: ScopeId,
        item: &Arc<Item>,
        found: &Enumeration,
        env: &Env,
    ) -> Option<Type> {
        let krate = self.names.scope(scope).krate;
        let file = self.names.scope(scope).file;
        if found.variants.iter().any(|variant| variant.holds_data) {
            return None;
        }
        let mut enumerators = Vec::new();
        for (index, variant) in found.variants.iter().enumerate() {
            if self.names.hold(krate, &variant.conditions) {
                let value = self.variant_value(scope, item, index, env);
                let value = value.as_ref().and_then(literal)?;
                enumerators.push(Enumerator { name: variant.name.clone(), value });
            }
        }
        let repr = self.repr(krate, &found.reprs);
        let low = enumerators.iter().map(|one| one.value).min().unwrap_or(0);
        let high = enumerators.iter().map(|one| one.value).max().unwrap_or(0);
        let underlying = match repr.integer.as_deref().and_then(prelude::scalar) {
            Some(scalar) => scalar,
            None if repr.c && low < 0 => Scalar::Int,
            None if repr.c => Scalar::UnsignedInt,
            None => smallest(low, high),
        };
        let body = EnumBody { underlying, enumerators };
        let abis = self.abis;
        let id = self.builder.enumeration(file, &item.name, item.name_place, abis, body);
        Some(Type::Enum(id))
    }

    /// A structure or union that no command may carry, but that is laid out for C: to be defined
    /// when everything else is.
    pub(crate) fn define_later(&mut self, definition: &Definition) {
        if let Kind::Data(data) = &definition.item.kind
            && data.parameters.is_empty()
            && data.reprs.iter().any(|(_, repr)| repr.c)
        {
            self.pending.push((definition.scope, definition.item.clone()));
        }
    }

    /// Defines what pointers point to and what no command carries, and says nothing of it.
    pub(crate) fn define_pending(&mut self) {
        self.elsewhere = Elsewhere::Left;
        while let Some((scope, item)) = self.pending.pop() {
            if let Kind::Data(data) = &item.kind {
                self.data(
                    scope,
                    &item,
                    data,
                    Vec::new(),
                    &Env { bound: Rc::default(), ..Env::of(scope) },
                );
            }
        }
        self.elsewhere = Elsewhere::Said;
    }
}

/// The integer that the Rust compiler takes where none is named.
fn smallest(low: i128, high: i128) -> Scalar {
    match (low, high) {
        (0.., ..256) => Scalar::UnsignedChar,
        (-128.., ..128) => Scalar::SignedChar,
        (0.., ..65_536) => Scalar::UnsignedShort,
        (-32_768.., ..32_768) => Scalar::Short,
        (0.., ..0x1_0000_0000) => Scalar::UnsignedInt,
        (-0x8000_0000.., ..0x8000_0000) => Scalar::Int,
        (0.., _) => Scalar::UnsignedLongLong,
        _ => Scalar::LongLong,
    }
}

fn kind_of(data: &Data) -> RecordKind {
    if data.union { RecordKind::Union } else { RecordKind::Struct }
}

/// Whether a member is there for the compiler only.
fn takes_no_place(ty: &Ty) -> bool {
    match &ty.kind {
        TyKind::Path(path) => matches!(path.last(), "PhantomData" | "PhantomPinned"),
        TyKind::Tuple(parts) => parts.is_empty(),
        _ => false,
    }
}
