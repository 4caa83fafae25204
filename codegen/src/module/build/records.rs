//! The structures of the UAPI header.

use ioctlkit_model::{RecordId, Type, Values};

use super::super::abi_record;
use super::super::command;
use super::super::header;
use super::super::names;
use super::super::plan::Plan;
use super::super::test_data;
use super::test_command::used_tests;
use super::{Builder, problem};

impl Builder<'_> {
    /// The structures, and the constants that they refer to.
    pub(super) fn records(&mut self, plan: &mut Plan) {
        let mut ids: Vec<(RecordId, Vec<u64>)> = Vec::new();
        for definition in &self.model.commands {
            let Some(body) = definition.variants.get(self.abi) else { continue };
            let contract = command::contract(definition, body);
            let mut types: Vec<&Type> = command::passed(&contract).into_iter().collect();
            types.extend(body.argument.ty());
            for ty in types {
                let mut within = self.model.records_reached(ty);
                within.reverse();
                for id in within {
                    if !ids.iter().any(|(known, _)| *known == id) {
                        ids.push((id, Vec::new()));
                    }
                }
                let (Some(first), Some(Type::Record(id))) =
                    (contract.min_size, self.model.resolved(ty, self.abi))
                else {
                    continue;
                };
                if let Some((_, sizes)) = ids.iter_mut().find(|(known, _)| known == id)
                    && !sizes.contains(&first)
                {
                    sizes.push(first);
                }
            }
        }
        let mut abi = Vec::new();
        for (id, sizes) in &ids {
            let span = self.model.record(*id).span;
            if sizes.len() > 1 {
                let message = "two commands disagree about the size of its first version";
                self.problems.push(problem(self.model, Some(span), message.into()));
            }
            if let Err(refusal) = header::possible_names(self.layouts, self.abi, *id) {
                self.problems.push(problem(self.model, Some(span), refusal));
                continue;
            }
            abi.extend(abi_record::record(self.layouts, self.abi, *id));
            if self.header_is_ours {
                let place = match plan.in_tree {
                    None => header::Destination::OwnFolder,
                    Some(_) => header::Destination::Tree,
                };
                match header::record(self.layouts, self.abi, *id, sizes, place) {
                    Ok(record) => plan.records.push(record),
                    Err(refusal) => self.problems.push(problem(self.model, Some(span), refusal)),
                }
            }
            match test_data::record(self.layouts, self.abi, *id) {
                Ok(test) => plan.test_records.push(test),
                // The header has said it.
                Err(_) if self.header_is_ours => {}
                Err(refusal) => self.problems.push(problem(self.model, Some(span), refusal)),
            }
        }
        plan.abi.splice(1..1, abi);
        let ids: Vec<RecordId> = ids.into_iter().map(|(id, _)| id).collect();
        self.refuse_members(&ids);
        if self.header_is_ours {
            self.named_constants(plan, &ids);
        }
        used_tests(plan);
    }

    /// Each constant goes in front of the first structure that refers to it, or to the head.
    fn named_constants(&self, plan: &mut Plan, ids: &[RecordId]) {
        let mut placed: Vec<&str> = Vec::new();
        for (record, id) in plan.records.iter_mut().zip(ids) {
            let Some(body) = self.model.body(*id, self.abi) else { continue };
            let mut defines = Vec::new();
            for member in &body.members {
                let is_mask = matches!(member.purpose.values, Values::Flags(_));
                for name in &member.purpose.constants {
                    let Some(constant) = names::named(self.model, name) else { continue };
                    if !placed.contains(&constant.name.as_str()) {
                        placed.push(&constant.name);
                        defines.push(names::define(constant, is_mask));
                    }
                }
            }
            record.defines.splice(0..0, defines);
        }
        let letters: Vec<String> = plan.constants.iter().map(|d| d.name.clone()).collect();
        for constant in names::exported(self.model) {
            if !placed.contains(&constant.name.as_str()) && !letters.contains(&constant.name) {
                plan.constants.push(names::define(constant, false));
            }
        }
    }
}
