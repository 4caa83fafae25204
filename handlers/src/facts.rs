//! What one run of the analysis over a handler collects.

use std::collections::{BTreeMap, BTreeSet};

use ioctlkit_model::{Access, Answer, CopiedIn, CopiedOut, Noticed, Span};

use crate::value::Id;

/// A label that leads to a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Label {
    /// The command's name, or what is written instead.
    pub(crate) name: String,
    /// Where.
    pub(crate) span: Span,
    /// Whether only a part of the number is compared.
    pub(crate) by_nr: bool,
}

/// What was seen.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Facts {
    /// Labels, in the order in which they were met.
    pub(crate) labels: Vec<Label>,
    /// Where these labels are.
    pub(crate) labelled: BTreeSet<Span>,
    /// Copies of the argument.
    pub(crate) accesses: Vec<Access>,
    /// Where the argument is used as a number.
    pub(crate) as_number: Option<Span>,
    /// Where it decides something by being zero or not, goes into a variable that no pointer fits in, or is the
    /// number of an open file.
    pub(crate) as_truth: Option<Span>,
    /// Whether the argument goes where nothing was read.
    pub(crate) escapes: bool,
    /// Whether it goes elsewhere than to the handler of a layer behind this one.
    pub(crate) is_lost: bool,
    /// Whether a question about 32-bit programs was asked.
    pub(crate) asks_for_compat: bool,
    /// Whether a label of the command that the run is for was met.
    pub(crate) is_met: bool,
    /// Whether `compat_ptr()` is called.
    pub(crate) converts_pointer: bool,
    /// Whether a number that is computed takes the place of the command's.
    pub(crate) computes_number: bool,
    /// What is copied in, by object.
    pub(crate) copied_in: BTreeMap<Id, CopiedIn>,
    /// What is copied out, by place.
    pub(crate) copied_out: BTreeMap<Span, CopiedOut>,
    /// What else was noticed.
    pub(crate) noticed: Vec<Noticed>,
    /// What the handler returns, with how often a command was looked for and not found before.
    pub(crate) returns: Vec<(u16, Option<Answer>)>,
    /// Functions whose source was not read and that were given something of interest.
    pub(crate) unknown_calls: u32,
}

/// Whether as much of an object is copied out as was copied in.
fn gives_back(out: &CopiedOut) -> bool {
    out.copied_in.as_ref() == Some(&out.amount)
}

impl Facts {
    /// Adds a copy of the argument; one that was seen on another path is that one.
    pub(crate) fn access(&mut self, access: Access) {
        let known = self.accesses.iter_mut().find(|known| {
            known.span == access.span && known.way == access.way && known.part == access.part
        });
        match known {
            Some(known) => known.guarded &= access.guarded,
            None => self.accesses.push(access),
        }
    }

    /// Adds an object that is copied out; of two paths, what holds on both counts. A path on which it was
    /// filled from the program says nothing of one on which it was not.
    pub(crate) fn copied_out(&mut self, out: CopiedOut) {
        match self.copied_out.get_mut(&out.span) {
            Some(known) if known.copied_in.is_some() && out.copied_in.is_none() => *known = out,
            Some(known) if known.copied_in.is_none() && out.copied_in.is_some() => {}
            // A path that gives back as much as it got says nothing of one that gives more.
            Some(known) if known.amount != out.amount && gives_back(&out) => {}
            Some(known) if known.amount != out.amount && gives_back(known) => *known = out,
            Some(known) => {
                known.cleared = known.cleared.min(out.cleared);
                known.set = known.set.intersection(&out.set).cloned().collect();
                known.is_touched |= out.is_touched;
                if known.copied_in != out.copied_in {
                    known.copied_in = None;
                }
            }
            None => {
                self.copied_out.insert(out.span, out);
            }
        }
    }

    /// Adds something noticed, once.
    pub(crate) fn notice(&mut self, noticed: Noticed) {
        if !self
            .noticed
            .iter()
            .any(|known| known.kind == noticed.kind && known.span == noticed.span)
        {
            self.noticed.push(noticed);
        }
    }

    /// Adds a label, once.
    pub(crate) fn label(&mut self, label: Label) {
        if self.labelled.insert(label.span) {
            self.labels.push(label);
        }
    }
}
