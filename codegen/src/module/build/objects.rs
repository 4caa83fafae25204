//! The objects that commands make, and that handles in arguments stand for.

use std::collections::BTreeMap;

use ioctlkit_model::{Command as Definition, RecordId};

use super::super::plan::{Command, Object};
use super::super::shape::record_tag;
use super::{Builder, problem};

impl Builder<'_> {
    /// The objects of an interface, by name.
    pub(super) fn objects(
        &mut self,
        made: &[(Command, &Definition)],
        symbol: &str,
        in_dev: bool,
    ) -> Vec<Object> {
        let mut objects: BTreeMap<&str, Object> = BTreeMap::new();
        for (place, (command, _)) in made.iter().enumerate() {
            let Some(created) = &command.created else { continue };
            let object = objects.entry(&created.object).or_insert_with(|| Object {
                name: created.object.clone(),
                symbol: created.symbol.clone(),
                creators: String::new(),
                creator: place,
                used: false,
                destroyed: false,
            });
            if !object.creators.is_empty() {
                object.creators.push_str(" or ");
            }
            object.creators.push_str(&command.r#macro);
        }
        for (command, definition) in made {
            let has_objects = command.created.is_some() || !command.handles.is_empty();
            if has_objects && !in_dev {
                let message = format!(
                    "only a file in `/dev` keeps objects, and {symbol} files are made by a \
                     command: let that command make the objects, too"
                );
                self.refuse(definition, &message);
            }
            for handle in &command.handles {
                let Some(object) = objects.get_mut(handle.object.as_str()) else {
                    let message = format!(
                        "`{}` is the handle of a {object}, but no command makes one: write \
                         `creates = {object}` at a member of the command that does",
                        handle.member,
                        object = handle.object
                    );
                    self.refuse(definition, &message);
                    continue;
                };
                object.used = true;
                object.destroyed |= handle.destroys;
            }
        }
        self.refuse_circles(made);
        let objects: Vec<Object> = objects.into_values().collect();
        self.refuse_shared_tags(&objects);
        objects
    }

    /// Objects none of which can be the first.
    fn refuse_circles(&mut self, made: &[(Command, &Definition)]) {
        let mut known: Vec<&str> = Vec::new();
        let creators: Vec<_> =
            made.iter().filter_map(|(c, _)| Some((c, c.created.as_ref()?))).collect();
        while let Some((_, next)) = creators.iter().find(|(command, created)| {
            let is_known = |object: &str| known.contains(&object);
            !is_known(&created.object) && command.handles.iter().all(|h| is_known(&h.object))
        }) {
            known.push(&next.object);
        }
        for (command, definition) in made {
            let Some(created) = &command.created else { continue };
            if !known.contains(&created.object.as_str()) {
                let message = format!(
                    "it makes a {} of objects that cannot be there before: let another command \
                     make the first",
                    created.object
                );
                self.refuse(definition, &message);
            }
        }
    }

    /// An object's structure is the driver's, and not one of the interface.
    fn refuse_shared_tags(&mut self, objects: &[Object]) {
        for (index, _) in (0u32..).zip(&self.model.records) {
            let id = RecordId(index);
            let tag = record_tag(self.model, id);
            if let Some(object) = objects.iter().find(|object| object.symbol == tag) {
                let message = format!(
                    "`struct {tag}` is what the driver has for the object `{}`: rename this \
                     structure or the object",
                    object.name
                );
                let span = self.model.record(id).span;
                self.problems.push(problem(self.model, Some(span), message));
            }
        }
    }
}
