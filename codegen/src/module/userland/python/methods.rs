//! The methods of a class of files.

use serde::Serialize;

use super::layout::Spelling;
use super::names::Names;
use crate::module::plan::{Kind, Returns};
use crate::module::shape::Shape;
use crate::module::userland::man::sentence;
use crate::module::userland::view::{Files, View, Viewed};

/// What methods are made of.
pub(super) struct Module<'m> {
    pub(super) view: &'m View<'m>,
    pub(super) spelling: &'m Spelling<'m>,
    /// The classes of kinds of files.
    pub(super) classes: &'m [String],
    /// The class of other files.
    pub(super) file: &'m str,
    /// What the numbers of commands are called.
    pub(super) macros: &'m [String],
}

/// The class of a kind of files.
#[derive(Debug, Clone, Serialize)]
pub(super) struct File {
    class: String,
    docs: String,
    /// The file that is opened if no other is named.
    path: Option<String>,
    calls: Vec<Call>,
}

#[derive(Debug, Clone, Serialize)]
struct Call {
    method: String,
    /// Each behind a comma.
    parameters: String,
    summary: String,
    details: Vec<String>,
    lines: Vec<String>,
}

impl Module<'_> {
    pub(super) fn files(&self) -> Vec<File> {
        let mut macros = self.macros.iter();
        let files = self.view.interfaces.iter().zip(self.classes).enumerate();
        files
            .map(|(place, (files, class))| {
                let mut names = Names::of_file();
                let calls = files.commands.iter().zip(macros.by_ref());
                let calls =
                    calls.map(|(command, number)| self.call(command, number, &mut names)).collect();
                File {
                    class: class.clone(),
                    docs: self.docs(place, files),
                    path: (place == 0).then(|| self.view.plan.test_path.clone()),
                    calls,
                }
            })
            .collect()
    }

    fn docs(&self, place: usize, files: &Files<'_>) -> String {
        match place {
            0 => format!("The file {}, open.", self.view.plan.title),
            _ => format!("A {} file.", files.symbol),
        }
    }

    fn call(&self, command: &Viewed<'_>, number: &str, names: &mut Names) -> Call {
        let plan = command.plan;
        let mut body = Body::default();
        let mut number = number.to_owned();
        if let Some(last) = plan.family {
            body.parameters.push("index");
            number = format!("_member({number}, index, {last})");
        }
        self.argument(command, &mut body);
        if plan.kind == Kind::Buffer {
            number = format!("_sized({number}, arg)");
        }
        let call = match body.passed {
            Some(passed) => format!("_call(self, {number}, {passed})"),
            None => format!("_call(self, {number})"),
        };
        let file = || self.class_of(plan.opens.as_deref());
        let (result, kept) = match plan.returns {
            Returns::Nothing | Returns::Object => (None, call),
            Returns::Number => (Some("result"), format!("result = {call}")),
            Returns::File => (Some("result"), format!("result = {}({call})", file())),
        };
        let mut lines = body.before;
        if body.returned.is_empty() && body.behind.is_empty() {
            lines.push(kept.replacen("result = ", "return ", 1));
        } else {
            lines.push(kept);
            lines.extend(body.behind);
            let returned: Vec<&str> = result.into_iter().chain(body.returned).collect();
            if !returned.is_empty() {
                lines.push(format!("return {}", returned.join(", ")));
            }
        }
        Call {
            method: names.free(&plan.op),
            parameters: body.parameters.iter().flat_map(|name| [", ", name]).collect(),
            summary: sentence(&plan.summary),
            details: plan.details.clone(),
            lines,
        }
    }

    /// The class of a new file.
    fn class_of(&self, symbol: Option<&str>) -> String {
        let files = self.view.interfaces.iter().zip(self.classes);
        let found = files.into_iter().find(|(files, _)| Some(files.symbol) == symbol);
        found.map_or(self.file, |(_, class)| class.as_str()).to_owned()
    }

    fn argument(&self, command: &Viewed<'_>, body: &mut Body) {
        let plan = command.plan;
        let Some(shape) = &command.shape else { return };
        let ty = self.spelling.ty(shape);
        match plan.kind {
            Kind::Nothing => {}
            Kind::Value => {
                body.parameters.push("value");
                body.before.push(format!("value = _integer({ty}, value)"));
                body.passed = Some("value.value");
            }
            Kind::Pointer if matches!(shape, Shape::Record(_)) => {
                body.passed = Some("arg");
                match (plan.reads, plan.writes) {
                    (false, true) => {
                        body.before.push(format!("arg = {ty}()"));
                        body.returned.push("arg");
                    }
                    (true, true) => {
                        body.parameters.push("arg");
                        body.before.push(format!("_prepared({ty}, _checked({ty}, arg))"));
                    }
                    _ => {
                        body.parameters.push("arg");
                        body.before.push(format!("arg = _copied({ty}, arg)"));
                    }
                }
            }
            Kind::Pointer => {
                body.passed = Some("value");
                if plan.reads {
                    body.parameters.push("value");
                    body.before.push(format!("value = _integer({ty}, value)"));
                } else {
                    body.before.push(format!("value = {ty}()"));
                }
                if plan.writes {
                    body.returned.push("value.value");
                }
            }
            Kind::Buffer => {
                body.passed = Some("arg");
                if plan.reads {
                    body.parameters.push("elements");
                    body.before.push(format!("arg = _elements({ty}, elements)"));
                } else {
                    body.parameters.push("count");
                    body.before.push(format!("arg = ({ty} * count)()"));
                }
                if plan.writes {
                    body.returned.push("arg");
                }
            }
            Kind::Flexible => self.flexible(command, &ty, body),
        }
    }

    /// A structure, and the elements of the array behind it.
    fn flexible(&self, command: &Viewed<'_>, ty: &str, body: &mut Body) {
        let plan = command.plan;
        let Some(id) = command.record() else { return };
        let called = self.spelling.members.get(&id.0);
        let called = |name: &str| called.and_then(|names| names.get(name)).cloned();
        let of = |name: &str| self.view.member_shape(id, name);
        let (Some(array), Some(count), Some(counts), Some(Shape::Flexible(element))) =
            (called(&plan.array), called(&plan.count), of(&plan.count), of(&plan.array))
        else {
            return;
        };
        let counter = format!("(\"{count}\", {})", self.spelling.ty(&counts));
        let element = self.spelling.ty(&element);
        body.passed = Some("made");
        if plan.reads {
            body.parameters.extend(["arg", "elements"]);
            body.before.push(format!("elements = _elements({element}, elements)"));
            body.before.push(format!(
                "made, elements = _filled({ty}, arg, \"{array}\", {counter}, elements)"
            ));
            if plan.writes {
                body.behind.push(format!("_moved({ty}, arg, made)"));
                body.returned.push("elements");
            }
        } else {
            body.parameters.push("count");
            body.before.push(format!(
                "made, elements = _room({ty}, \"{array}\", {counter}, {element}, count)"
            ));
            body.returned.extend(["made", "elements"]);
        }
    }
}

/// A method in the making.
#[derive(Default)]
struct Body {
    parameters: Vec<&'static str>,
    before: Vec<String>,
    passed: Option<&'static str>,
    behind: Vec<String>,
    returned: Vec<&'static str>,
}
