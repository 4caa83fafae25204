//! For which ABIs a header was read as it stands there.
//!
//! A machine usually has the `asm/` headers of its own architecture only, and the front end takes
//! them for every other: good enough to find what is wrong with a header, but no measure for what
//! another language says of `struct kvm_regs` on another architecture.

use std::collections::{BTreeSet, HashMap};

use ioctlkit_abi::AbiSet;
use ioctlkit_model::{FileId, Interface, RecordId, Type, TypedefId};
use ioctlkit_sources::c::asm_architecture;

use super::Numbered;

/// The ABIs that each file of an interface is for.
#[derive(Debug)]
pub(crate) struct Trust<'a> {
    interface: &'a Interface,
    /// Files that are not for all.
    files: HashMap<FileId, AbiSet>,
}

impl<'a> Trust<'a> {
    /// Every file is for every ABI.
    pub(crate) fn of_everything(interface: &'a Interface) -> Self {
        Self { interface, files: HashMap::new() }
    }

    /// Files of an `asm/` folder are for its architecture.
    pub(crate) fn of_architectures(interface: &'a Interface) -> Self {
        let files = interface.sources.iter().filter_map(|(id, file)| {
            let arch = asm_architecture(&file.path)?;
            Some((id, AbiSet::of(|abi| abi.kernel_arch == arch)))
        });
        Self { interface, files: files.collect() }
    }

    /// The ABIs that a file is for.
    pub(crate) fn of_file(&self, file: FileId) -> AbiSet {
        self.files.get(&file).copied().unwrap_or(AbiSet::ALL)
    }

    /// The ABIs on which a number is the header's own.
    pub(crate) fn of_number(&self, numbered: Numbered<'_>) -> AbiSet {
        let mut walk = Walk::new(self);
        walk.file(numbered.span().file);
        if let Numbered::Command(command) = numbered {
            for ty in command.variants.iter().filter_map(|(_, body)| body.argument.ty()) {
                walk.ty(ty);
            }
        }
        walk.abis
    }

    /// The ABIs on which a structure is the header's own.
    pub(crate) fn of_record(&self, id: RecordId) -> AbiSet {
        let mut walk = Walk::new(self);
        walk.record(id);
        walk.abis
    }
}

/// What a type is made of.
struct Walk<'t, 'a> {
    trust: &'t Trust<'a>,
    abis: AbiSet,
    records: BTreeSet<RecordId>,
    typedefs: BTreeSet<TypedefId>,
}

impl<'t, 'a> Walk<'t, 'a> {
    fn new(trust: &'t Trust<'a>) -> Self {
        let (records, typedefs) = (BTreeSet::new(), BTreeSet::new());
        Self { trust, abis: AbiSet::ALL, records, typedefs }
    }

    fn file(&mut self, file: FileId) {
        if let Some(abis) = self.trust.files.get(&file) {
            self.abis = self.abis.intersection(*abis);
        }
    }

    fn record(&mut self, id: RecordId) {
        if !self.records.insert(id) {
            return;
        }
        let record = self.trust.interface.record(id);
        self.file(record.span.file);
        for member in record.variants.iter().flat_map(|(_, body)| &body.members) {
            self.ty(&member.ty);
        }
    }

    fn ty(&mut self, ty: &Type) {
        match ty.innermost_element() {
            Type::Record(id) => self.record(*id),
            Type::Typedef(id) if self.typedefs.insert(*id) => {
                let typedef = self.trust.interface.typedef(*id);
                // The typedefs of `asm/` for integers are the same everywhere, or the front end
                // knows where they are not.
                if !matches!(
                    self.trust.interface.behind_typedefs(ty.innermost_element()),
                    Some(Type::Scalar(_))
                ) {
                    self.file(typedef.span.file);
                    for (_, body) in typedef.variants.iter() {
                        self.ty(&body.ty);
                    }
                }
            }
            _ => {}
        }
    }
}
