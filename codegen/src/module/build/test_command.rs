//! What the conformance test knows of a command.

use ioctlkit_model::Command as Definition;

use super::super::command;
use super::super::plan::{Command, Growth, Kind, Plan, TestCommand, TestScalar};
use super::super::shape::{Shape, record_tag};
use super::super::test_data;
use super::Builder;

impl Builder<'_> {
    /// Fills in what the test knows.
    pub(super) fn test(&self, plan: &mut Plan, command: &mut Command, definition: &Definition) {
        let Some(body) = definition.variants.get(self.abi) else { return };
        let contract = command::contract(definition, body);
        let shape =
            command::passed(&contract).and_then(|ty| Shape::of(self.layouts, self.abi, ty).ok());
        let mut test = TestCommand {
            number: command.number.clone(),
            members: test_data::NO_MEMBERS.into(),
            passing: match (command.kind, command.growth) {
                (Kind::Nothing, _) => "NOTHING",
                (Kind::Pointer, Growth::None) => "POINTER",
                (Kind::Pointer, Growth::Number) => "GROWING_NUMBER",
                (Kind::Pointer, Growth::Member) => "GROWING_MEMBER",
                (Kind::Flexible, _) => "FLEXIBLE",
                (Kind::Buffer, _) => "BUFFER",
                (Kind::Value, _) => "VALUE",
            },
            ..TestCommand::default()
        };
        match &shape {
            Some(Shape::Record(id)) => {
                let tag = record_tag(self.model, *id);
                test.size = format!("sizeof({})", command.r#type);
                test.valid = format!("&valid_{tag}");
                test.members = format!("{tag}_members");
                test.object = match command.kind {
                    Kind::Flexible => format!("valid_{tag}.head"),
                    _ => format!("valid_{tag}"),
                };
            }
            Some(shape) if command.by_address => {
                let (r#type, _) = shape.uapi(self.model, false);
                let short = r#type.trim_start_matches('_').to_owned();
                test.size = format!("sizeof({type})");
                test.valid = format!("&valid_{short}");
                test.members = format!("{short}_members");
                let scalar = TestScalar {
                    valid: format!("valid_{short}"),
                    members_name: format!("{short}_members"),
                    r#type,
                };
                if !plan.test_scalars.contains(&scalar) {
                    plan.test_scalars.push(scalar);
                }
            }
            _ => {}
        }
        if command.kind == Kind::Buffer {
            test.number = format!("{}(16 * {})", command.r#macro, test.size);
            test.members = test_data::NO_MEMBERS.into();
            test.valid = String::new();
        }
        command.test = test;
    }
}

/// Keeps only what a command refers to: the compiler warns of the rest.
pub(super) fn used_tests(plan: &mut Plan) {
    let commands = plan.interfaces.iter().flat_map(|interface| &interface.commands);
    let used: Vec<String> = commands
        .flat_map(|command| {
            let arrays = command.arrays.iter().map(|array| array.members.clone());
            arrays.chain([command.test.members.clone()])
        })
        .collect();
    plan.test_records.retain(|record| used.contains(&record.members_name));
    plan.test_scalars.retain(|scalar| used.contains(&scalar.members_name));
    for record in &mut plan.test_records {
        for value in &mut record.values {
            if value.value == "SIZE" {
                value.value = format!("sizeof({})", record.r#type);
            }
        }
    }
}
