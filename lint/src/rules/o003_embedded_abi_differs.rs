//! O003 embedded-abi-differs.

use ioctlkit_abi::AbiId;
use ioctlkit_model::{
    AbiRecord, Command, Finding, Fix, Label, Layouts, Object, Record, RecordId, RecordedCommand,
    RecordedRecord, Safety, Span,
};

use crate::against::{ObjectSource, same_member, same_name};
use crate::context::{Context, finding};
use crate::declare_rule;
use crate::numbering::letter;

declare_rule! {
    /// module built from another version of the interface than the sources
    ///
    /// # What
    /// A module that `ioctl-gen` made holds a note with its interface: every command with its number
    /// and size, every structure with the offsets of its members. The note disagrees with the header or
    /// the Rust source that was given with `--header`, or one of the two has a command that the other
    /// lacks.
    ///
    /// # Why
    /// The loaded module was built from another version of the interface than your sources: programs
    /// compiled with these get `ENOTTY`, or read other members than they meant.
    ///
    /// # Source
    /// The note that `ioctl-gen module` writes, of type 1 by `ioctlkit`, also at
    /// `/sys/module/NAME/notes`.
    ///
    /// # Example
    /// ```text
    /// $ ioctl-lint check --header src/lib.rs echo.ko
    /// error[O003]: `ECHO_READ` is nr 0x03 in the module and nr 0x02 in lib.rs
    /// ```
    ///
    /// # Fix
    /// Generate and build the module again, or use the sources that it was built from.
    EMBEDDED_ABI_DIFFERS: "O003", "embedded-abi-differs", Error, legacy Error, for Object;
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(references) = cx.references else { return };
    for source in references.for_objects() {
        let layouts = Layouts::new(source.interface());
        for object in &cx.interface.objects {
            if let Some(record) = &object.record {
                let mut comparison = Comparison { source, layouts: &layouts, object, findings };
                comparison.compare(record);
            }
        }
    }
}

struct Comparison<'c, 'a> {
    source: &'a ObjectSource,
    layouts: &'c Layouts<'a>,
    object: &'a Object,
    findings: &'c mut Vec<Finding>,
}

impl Comparison<'_, '_> {
    fn compare(&mut self, record: &AbiRecord) {
        let interface = self.source.interface();
        for recorded in &record.commands {
            match interface.commands.iter().find(|command| is_named(command, &recorded.name)) {
                Some(command) => self.command(recorded, command),
                None => self.add(
                    recorded.span,
                    None,
                    &recorded.name,
                    format!("`{}` is in the module and not in the sources", recorded.name),
                ),
            }
        }
        for command in &interface.commands {
            if !record.commands.iter().any(|recorded| is_named(command, &recorded.name)) {
                let name = command.c_name.as_ref().unwrap_or(&command.name);
                let place = (command.span, "defined here".to_owned());
                let message =
                    format!("`{name}` is in {} and not in the module", self.file(command.span));
                self.add(record.span, Some(place), name, message);
            }
        }
        for recorded in &record.records {
            let found = interface.records.iter().enumerate().find(|(_, record)| {
                !record.variants.is_empty() && is_record(record, &recorded.name)
            });
            if let Some((index, record)) = found {
                self.record(recorded, RecordId(index as u32), record);
            }
        }
    }

    fn command(&mut self, recorded: &RecordedCommand, command: &Command) {
        let abi = self.object.abi;
        let Some(body) = command.variants.get(abi) else { return };
        let last_nr = command.contract.as_ref().and_then(|contract| contract.last_nr);
        let size = self.layouts.argument_size(&body.argument, abi).ok();
        let nr = |nr: u32| format!("nr {nr:#04x}");
        let (ours, theirs) = if recorded.type_letter != body.type_letter {
            (
                format!("type {}", letter(recorded.type_letter)),
                format!("type {}", letter(body.type_letter)),
            )
        } else if recorded.nr != body.nr {
            (nr(recorded.nr), nr(body.nr))
        } else if recorded.direction != body.direction {
            let words =
                |direction: ioctlkit_abi::Direction| format!("direction {}", direction.name());
            (words(recorded.direction), words(body.direction))
        } else if let (Some(ours), Some(theirs)) = (recorded.size, size)
            && ours != theirs
        {
            (format!("{ours} bytes"), format!("{theirs} bytes"))
        } else if let (Some(ours), Some(theirs)) = (recorded.last_nr, last_nr)
            && ours != theirs
        {
            (format!("up to {}", nr(ours)), format!("up to {}", nr(theirs)))
        } else {
            return;
        };
        let message = format!(
            "`{}` is {ours} in the module and {theirs} in {}",
            recorded.name,
            self.file(command.span)
        );
        self.add(recorded.span, Some((command.span, theirs)), &recorded.name, message);
    }

    fn record(&mut self, recorded: &RecordedRecord, id: RecordId, record: &Record) {
        let abi: AbiId = self.object.abi;
        let Some((body, layout)) = self.layouts.body_and_layout(id, abi) else { return };
        let file = self.file(record.span);
        if let Some(size) = recorded.size.filter(|size| *size != layout.size) {
            let theirs = format!("{} bytes", layout.size);
            let message =
                format!("`{}` is {size} bytes in the module and {theirs} in {file}", recorded.name);
            self.add(recorded.span, Some((record.span, theirs)), &recorded.name, message);
        }
        for member in &recorded.members {
            let found = body.members.iter().zip(&layout.members).find(|(known, _)| {
                known.name.as_ref().is_some_and(|name| same_member(name, &member.name))
            });
            let (span, place, message) = match (found, member.offset) {
                (Some((known, place)), Some(offset)) if place.offset() != offset => (
                    member.span,
                    Some((known.name_span, format!("at byte {}", place.offset()))),
                    format!(
                        "`{}` of `{}` is at byte {offset} in the module and at byte {} in {file}",
                        member.name,
                        recorded.name,
                        place.offset()
                    ),
                ),
                (None, _) => (
                    member.span,
                    Some((record.span, "it has no such member".to_owned())),
                    format!(
                        "`{}` has a member `{}` in the module and none in {file}",
                        recorded.name, member.name
                    ),
                ),
                _ => continue,
            };
            let name = format!("{}.{}", recorded.name, member.name);
            self.add(span, place, &name, message);
        }
    }

    fn file(&self, span: Span) -> String {
        self.source.file_name(span)
    }

    fn add(&mut self, span: Span, place: Option<(Span, String)>, about: &str, message: String) {
        let on = ioctlkit_abi::AbiSet::only(self.object.abi);
        let mut finding = finding(&EMBEDDED_ABI_DIFFERS, span, on, message);
        finding.command = Some(about.to_owned());
        finding.label = "what the module states".into();
        let place = place.map(|(span, text)| Label { span, text });
        finding.related = place.into_iter().collect();
        finding.fix = Some(Fix {
            message:
                "generate and build the module again, or use the sources that it was built from"
                    .into(),
            edits: Vec::new(),
            safety: Safety::Safe,
        });
        self.findings.push(finding);
    }
}

/// Whether a command of the sources is the one that a module states under a name of C.
fn is_named(command: &Command, name: &str) -> bool {
    let own = crate::against::last_of_path(&command.name);
    command.c_name.as_ref().map_or_else(|| same_name(own, name), |own| own == name)
}

fn is_record(record: &Record, name: &str) -> bool {
    let name = name.split_once(' ').map_or(name, |(_, tag)| tag);
    let own = record.name.as_ref().or(record.typedef_name.as_ref());
    match (&record.c_name, own) {
        (Some(c_name), _) => c_name.rsplit(' ').next() == Some(name),
        (None, Some(own)) => same_name(own, name),
        (None, None) => false,
    }
}
