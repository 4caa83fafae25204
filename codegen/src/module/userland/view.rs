//! The interface as these emitters look at it: the plan's commands, each with its definition in the
//! model, because numbers and layouts are asked for on each ABI.

use std::borrow::Cow;

use ioctlkit_abi::{Abi, AbiId};
use ioctlkit_model::{
    Argument, Command as Definition, CommandBody, Constant, Contract, Layouts, Member, RecordId,
    Type,
};

use crate::module::command::{contract, macro_name, passed};
use crate::module::plan::{Command, Kind, Plan};
use crate::module::shape::{Shape, record_tag};

/// Elements of a buffer in what stands for all lengths.
pub(super) const BUFFER_ELEMENTS: u64 = 64;

/// The interface.
pub(super) struct View<'a> {
    pub(super) layouts: &'a Layouts<'a>,
    pub(super) plan: &'a Plan,
    /// The ABI whose types stand for all: what differs elsewhere is a `long` or an address there,
    /// too.
    pub(super) abi: AbiId,
    /// The kinds of files, that in `/dev` first.
    pub(super) interfaces: Vec<Files<'a>>,
}

/// The commands of one kind of file.
pub(super) struct Files<'a> {
    /// What the C names begin with.
    pub(super) symbol: &'a str,
    /// By nr.
    pub(super) commands: Vec<Viewed<'a>>,
}

/// A command.
pub(super) struct Viewed<'a> {
    pub(super) plan: &'a Command,
    pub(super) body: &'a CommandBody,
    pub(super) contract: Cow<'a, Contract>,
    /// The argument's type.
    pub(super) shape: Option<Shape>,
}

impl<'a> View<'a> {
    pub(super) fn new(layouts: &'a Layouts<'a>, plan: &'a Plan) -> Self {
        let model = layouts.interface();
        let abis = || model.abis.iter();
        let abi = Abi::by_name("x86_64").map(Abi::id).filter(|abi| abis().any(|id| id == *abi));
        let abi = abi.or_else(|| abis().next()).unwrap_or(ioctlkit_abi::ABIS[0].id());
        let definitions: Vec<(String, &Definition)> = model
            .commands
            .iter()
            .filter_map(|definition| {
                let body = definition.variants.get(abi)?;
                let group = model.groups.iter().find(|g| g.commands.contains(&definition.name));
                let prefix = group.map_or("", |group| group.prefix.as_str());
                Some((macro_name(definition, &contract(definition, body), prefix), definition))
            })
            .collect();
        let viewed = |command: &'a Command| {
            let (_, definition) = definitions.iter().find(|(name, _)| *name == command.r#macro)?;
            let body = definition.variants.get(abi)?;
            let contract = contract(definition, body);
            let shape = passed(&contract).and_then(|ty| Shape::of(layouts, abi, ty).ok());
            Some(Viewed { plan: command, body, contract, shape })
        };
        let interfaces = plan
            .interfaces
            .iter()
            .map(|interface| Files {
                symbol: &interface.symbol,
                commands: interface.commands.iter().filter_map(viewed).collect(),
            })
            .collect::<Vec<_>>();
        debug_assert_eq!(
            plan.interfaces.iter().map(|interface| interface.commands.len()).sum::<usize>(),
            interfaces.iter().map(|files: &Files<'_>| files.commands.len()).sum::<usize>(),
            "each command of the plan has its definition"
        );
        Self { layouts, plan, abi, interfaces }
    }

    /// Every command.
    pub(super) fn commands(&self) -> impl Iterator<Item = &Viewed<'a>> {
        self.interfaces.iter().flat_map(|files| &files.commands)
    }

    /// The structures that arguments are made of or lead to, each once, the inner behind the outer.
    pub(super) fn records(&self) -> Vec<RecordId> {
        let mut records = Vec::new();
        for command in self.commands() {
            let within = passed(&command.contract)
                .map(|ty| self.layouts.interface().records_reached(ty))
                .unwrap_or_default();
            for id in within {
                if !records.contains(&id) {
                    records.push(id);
                }
            }
        }
        records
    }

    /// The same, each behind those that it holds. What an address leads to may come later: a structure may
    /// lead to itself.
    pub(super) fn inner_first(&self) -> Vec<RecordId> {
        let mut ordered = Vec::new();
        for id in self.records().into_iter().rev() {
            self.put_behind_inner(id, &mut ordered);
        }
        ordered
    }

    fn put_behind_inner(&self, id: RecordId, done: &mut Vec<RecordId>) {
        if done.contains(&id) {
            return;
        }
        for (.., shape) in self.members(id) {
            if let Shape::Record(inner) = shape.element() {
                self.put_behind_inner(*inner, done);
            }
        }
        done.push(id);
    }

    /// The members of a structure that have a name, with their shapes.
    pub(super) fn members(&self, id: RecordId) -> Vec<(&'a str, &'a Member, Shape)> {
        let body = self.layouts.interface().body(id, self.abi);
        let members = body.into_iter().flat_map(|body| &body.members);
        members
            .filter_map(|member| {
                let shape = Shape::of(self.layouts, self.abi, &member.ty).ok()?;
                Some((member.name.as_deref()?, member, shape))
            })
            .collect()
    }

    /// Whether a type holds, or leads to, the structure of that tag.
    pub(super) fn leads_to(&self, ty: &Type, tag: &str) -> bool {
        let reached = self.layouts.interface().records_reached(ty);
        reached.into_iter().any(|id| self.tag(id) == tag)
    }

    /// The shape of a member.
    pub(super) fn member_shape(&self, id: RecordId, name: &str) -> Option<Shape> {
        let mut members = self.members(id).into_iter();
        members.find_map(|(known, _, shape)| (known == name).then_some(shape))
    }

    /// The tag of a structure.
    pub(super) fn tag(&self, id: RecordId) -> String {
        record_tag(self.layouts.interface(), id)
    }

    /// The number of a command on an ABI: of a family, that of the member `index`; of a buffer, that
    /// for [`BUFFER_ELEMENTS`].
    pub(super) fn number(&self, command: &Viewed<'_>, index: u32, abi: AbiId) -> Option<u32> {
        let mut body = command.body.clone();
        body.nr += index;
        if command.plan.kind == Kind::Buffer {
            body.argument = Argument::Size(Constant::Known(command.buffer_bytes()));
        }
        self.layouts.body_number(&body, abi).map(|numbered| numbered.number)
    }
}

impl Viewed<'_> {
    /// The structure that the argument is.
    pub(super) fn record(&self) -> Option<RecordId> {
        match &self.shape {
            Some(Shape::Record(id)) => Some(*id),
            _ => None,
        }
    }

    /// Bytes of a buffer with [`BUFFER_ELEMENTS`].
    pub(super) fn buffer_bytes(&self) -> u64 {
        BUFFER_ELEMENTS * self.plan.element_size
    }

    /// How many numbers there are.
    pub(super) fn count(&self) -> u32 {
        self.plan.family.map_or(1, |behind| behind + 1)
    }
}
