//! Holds the layouts of an interface's structures against what a compiler says.

use std::collections::BTreeSet;
use std::fmt;

use ioctlkit_abi::{AbiId, LayoutError};
use ioctlkit_model::{Interface, Layouts, Record, RecordId, Type};

use crate::{Answers, Probe};

/// A structure or union and the way C names it.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Which one.
    pub id: RecordId,
    /// `struct x`, or a typedef's name.
    pub c_name: String,
}

/// A quantity on which engine and compiler disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// What was asked, as C.
    pub question: String,
    /// What the layout engine says.
    pub engine: String,
    /// What the compiler says.
    pub compiler: String,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: engine {}, gcc {}", self.question, self.engine, self.compiler)
    }
}

/// The questions about some structures, with what the engine answers.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    values: Vec<(String, u64)>,
    bit_fields: Vec<(String, String, u64, u64)>,
}

impl Comparison {
    /// Asks for the size, the alignment, and every member's place.
    ///
    /// # Errors
    /// [`LayoutError`] where the engine has no answer.
    pub fn add(
        &mut self,
        layouts: &Layouts<'_>,
        abi: AbiId,
        subject: &Subject,
    ) -> Result<(), LayoutError> {
        let layout = layouts.record(subject.id, abi)?;
        let name = &subject.c_name;
        let mut of_this = Self::default();
        of_this.value(format!("sizeof({name})"), layout.size);
        of_this.value(format!("_Alignof({name})"), layout.align);
        of_this.members(layouts, abi, subject, subject.id, "", 0)?;
        self.values.extend(of_this.values);
        self.bit_fields.extend(of_this.bit_fields);
        Ok(())
    }

    /// Asks for any number.
    pub fn value(&mut self, question: String, engine: u64) {
        self.values.push((question, engine));
    }

    /// How many questions there are.
    pub fn len(&self) -> usize {
        self.values.len() + self.bit_fields.len()
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn members(
        &mut self,
        layouts: &Layouts<'_>,
        abi: AbiId,
        subject: &Subject,
        id: RecordId,
        path: &str,
        base_bits: u64,
    ) -> Result<(), LayoutError> {
        let interface = layouts.interface();
        let members: Vec<_> = layouts.members(id, abi).collect();
        for (member, placement) in members {
            let offset_bits = base_bits + placement.offset_bits;
            let path = match &member.name {
                Some(name) if path.is_empty() => name.clone(),
                Some(name) => format!("{path}.{name}"),
                None => path.to_owned(),
            };
            if member.bits.is_some() {
                if member.name.is_some() {
                    let bits = one_bit_if_bool(interface, &member.ty, abi, placement.size_bits);
                    let designator = format!(".{path}");
                    self.bit_fields.push((subject.c_name.clone(), designator, offset_bits, bits));
                }
                continue;
            }
            if member.name.is_some() {
                let name = &subject.c_name;
                self.value(format!("__builtin_offsetof({name}, {path})"), offset_bits / 8);
                if !matches!(member.ty, Type::FlexibleArray(_)) {
                    let size = placement.size_bits / 8;
                    self.value(format!("sizeof((({name} *)0)->{path})"), size);
                }
            }
            // The members of a structure without a name can only be reached through this one.
            if let Some((inner, indices)) = nameless(interface, &member.ty) {
                let path = format!("{path}{indices}");
                self.members(layouts, abi, subject, inner, &path, offset_bits)?;
            }
        }
        Ok(())
    }

    /// Adds the questions to a probe.
    pub fn ask(&self, probe: &mut Probe) {
        for (question, _) in &self.values {
            probe.expression(question.clone());
        }
        for (ty, designator, _, _) in &self.bit_fields {
            probe.bit_field(ty.clone(), designator.clone());
        }
    }

    /// Adds the questions of another comparison behind these.
    pub fn extend(&mut self, other: &Self) {
        self.values.extend_from_slice(&other.values);
        self.bit_fields.extend_from_slice(&other.bit_fields);
    }

    /// The question with that number, in the order of [`Comparison::ask`].
    pub fn question(&self, index: usize) -> Option<String> {
        match index.checked_sub(self.values.len()) {
            None => self.values.get(index).map(|(question, _)| question.clone()),
            Some(index) => {
                let (ty, designator, ..) = self.bit_fields.get(index)?;
                Some(format!("bits of ({ty}){designator}"))
            }
        }
    }

    /// Takes questions out, by their numbers.
    pub fn remove(&mut self, indices: &BTreeSet<usize>) {
        let mut index = 0;
        let mut stays = || {
            index += 1;
            !indices.contains(&(index - 1))
        };
        self.values.retain(|_| stays());
        self.bit_fields.retain(|_| stays());
    }

    /// Takes the answers to these questions off the front of the answers to many.
    pub fn take_answers(&self, answers: &mut Answers) -> Answers {
        let values = answers.values.split_off(self.values.len().min(answers.values.len()));
        let bit_fields =
            answers.bit_fields.split_off(self.bit_fields.len().min(answers.bit_fields.len()));
        Answers {
            values: std::mem::replace(&mut answers.values, values),
            bit_fields: std::mem::replace(&mut answers.bit_fields, bit_fields),
        }
    }

    /// Compares, question by question.
    pub fn disagreements(&self, answers: &Answers) -> Vec<Disagreement> {
        let mut found = Vec::new();
        for ((question, engine), compiler) in self.values.iter().zip(&answers.values) {
            if engine != compiler {
                found.push(Disagreement {
                    question: question.clone(),
                    engine: engine.to_string(),
                    compiler: compiler.to_string(),
                });
            }
        }
        for ((ty, designator, offset_bits, bits), compiler) in
            self.bit_fields.iter().zip(&answers.bit_fields)
        {
            if (*offset_bits, *bits) != (compiler.offset_bits, compiler.bits) {
                found.push(Disagreement {
                    question: format!("bits of ({ty}){designator}"),
                    engine: format!("{bits} at {offset_bits}"),
                    compiler: format!("{} at {}", compiler.bits, compiler.offset_bits),
                });
            }
        }
        found
    }
}

/// The structure that `ty` is, or is an array of, if it has neither a tag nor a typedef; with the
/// indices that lead to its first element.
fn nameless(interface: &Interface, ty: &Type) -> Option<(RecordId, String)> {
    let mut indices = String::new();
    let mut ty = ty;
    while let Type::Array(element, _) | Type::FlexibleArray(element) = ty {
        indices.push_str("[0]");
        ty = element;
    }
    match ty {
        Type::Record(id) if interface.record(*id).is_anonymous() => Some((*id, indices)),
        _ => None,
    }
}

/// A `_Bool` cannot be made all ones: 1 is the most that it holds, in one bit.
fn one_bit_if_bool(interface: &Interface, ty: &Type, abi: AbiId, bits: u64) -> u64 {
    match interface.resolved(ty, abi) {
        Some(Type::Scalar(ioctlkit_abi::Scalar::Bool)) => bits.min(1),
        _ => bits,
    }
}

/// The way C names a structure, if it has one.
pub fn c_name(record: &Record) -> Option<String> {
    (!record.is_anonymous()).then(|| record.display_name())
}
