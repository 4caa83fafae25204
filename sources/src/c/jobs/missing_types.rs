//! Types that a header takes from others: where they differ between ABIs although the header does
//! not, they are read for the remaining ABIs too.

use std::collections::{HashMap, HashSet};

use ioctlkit_abi::{AbiId, AbiSet};
use ioctlkit_model::{EnumId, Interface, RecordId, Type, TypedefId};

use crate::c::convert::{Arena, Wants};
use crate::c::driver::overlay;
use crate::c::files::Index;
use crate::c::jobs::collect::Collected;
use crate::c::jobs::job::{Job, Session};
use crate::c::lex::names::hash;

/// A type that is read for further ABIs may need others: so many times.
pub(crate) const ROUNDS: usize = 4;

/// The ABIs on which each type is needed, and the header that needs it.
#[derive(Default)]
struct Needs {
    records: HashMap<RecordId, (AbiSet, Index)>,
    enums: HashMap<EnumId, (AbiSet, Index)>,
    typedefs: HashMap<TypedefId, (AbiSet, Index)>,
}

/// The parses that read what is missing, but for what `asked` says was asked for before: asking
/// again finds no more.
pub(crate) fn jobs(
    session: &Session<'_>,
    arena: &Arena,
    collected: &Collected,
    asked: &mut HashSet<(AbiId, String)>,
) -> Vec<Job> {
    let interface = &arena.interface;
    let needs = needs(session, interface, collected);
    let mut missing: Vec<(String, AbiSet, Index)> = Vec::new();
    for (id, (abis, user)) in &needs.typedefs {
        let typedef = interface.typedef(*id);
        missing.push((typedef.name.clone(), abis.difference(typedef.variants.abis()), *user));
    }
    for (id, (abis, user)) in &needs.records {
        let record = interface.record(*id);
        // Declared and never defined is for the rules to judge.
        if let (Some(name), false) = (&record.name, record.variants.is_empty()) {
            missing.push((name.clone(), abis.difference(record.variants.abis()), *user));
        }
    }
    for (id, (abis, user)) in &needs.enums {
        let enumeration = interface.enumeration(*id);
        if let Some(name) = &enumeration.name {
            missing.push((name.clone(), abis.difference(enumeration.variants.abis()), *user));
        }
    }
    missing.retain(|(_, abis, _)| !abis.is_empty());
    missing.sort();
    let mut jobs = plan(session, missing);
    for job in &mut jobs {
        job.wants.names.retain(|name| asked.insert((job.abi, name.clone())));
    }
    jobs.retain(|job| !job.wants.names.is_empty());
    jobs
}

/// What is to be read for an ABI.
#[derive(Default)]
struct Missing {
    names: HashSet<String>,
    headers: Vec<Index>,
    libc: Vec<&'static str>,
}

/// One parse for each ABI that stands for others, with all names that it is asked for.
fn plan(session: &Session<'_>, missing: Vec<(String, AbiSet, Index)>) -> Vec<Job> {
    let mut jobs: HashMap<AbiId, Missing> = HashMap::new();
    let types_h =
        session.files.loaded.iter().position(|file| file.path.ends_with("linux/posix_types.h"));
    for (name, mut abis, user) in missing {
        let mentioning: Vec<Index> = (0..session.files.loaded.len())
            .filter(|index| session.files.loaded[*index].scan.mentions(hash(&name)))
            .collect();
        let header = match types_h {
            // Structures such as `__kernel_old_timeval` are elsewhere.
            Some(types_h) if name.starts_with("__kernel_") && name.ends_with("_t") => types_h,
            _ => user,
        };
        while let Some(abi) = abis.first() {
            let job = jobs.entry(abi).or_default();
            job.names.insert(name.clone());
            if !job.headers.contains(&header) {
                job.headers.push(header);
            }
            // What a header lacks is in libc's, as it was when its commands were asked for.
            job.libc.extend(overlay::libc_header_of(&name).filter(|one| !job.libc.contains(one)));
            let alike = mentioning
                .iter()
                .filter(|index| session.files.loaded[**index].abis.contains(abi))
                .fold(abis, |abis, index| abis.intersection(session.alike(*index, abi)));
            abis = abis.difference(alike).difference(AbiSet::only(abi));
        }
    }
    let mut jobs: Vec<Job> = jobs
        .into_iter()
        .map(|(abi, Missing { names, headers, libc })| Job {
            abi,
            libc,
            headers,
            wants: Wants { names, ..Wants::default() },
            alone: false,
        })
        .collect();
    jobs.sort_by_key(|job| job.abi);
    jobs
}

fn needs(session: &Session<'_>, interface: &Interface, collected: &Collected) -> Needs {
    let mut needs = Needs::default();
    for (at, variants) in collected.commands() {
        let user = session.macros.candidates[at].file;
        for (abis, body) in variants.iter() {
            if let Some(ty) = body.argument.ty() {
                needs.visit(interface, ty, abis, user);
            }
        }
    }
    let by_id: HashMap<_, Index> = session
        .files
        .wanted
        .iter()
        .map(|index| (session.files.loaded[*index].id, *index))
        .collect();
    for record in &interface.records {
        let Some(user) = by_id.get(&record.span.file) else { continue };
        for (abis, body) in record.variants.iter() {
            for member in &body.members {
                needs.visit(interface, &member.ty, abis, *user);
            }
        }
    }
    needs
}

impl Needs {
    fn visit(&mut self, interface: &Interface, ty: &Type, abis: AbiSet, user: Index) {
        match ty {
            Type::Array(element, _) | Type::FlexibleArray(element) => {
                self.visit(interface, element, abis, user);
            }
            Type::Typedef(id) => {
                if grow(self.typedefs.entry(*id).or_insert((AbiSet::EMPTY, user)), abis) {
                    for (on, body) in interface.typedef(*id).variants.iter() {
                        self.visit(interface, &body.ty, abis.intersection(on), user);
                    }
                }
            }
            Type::Record(id) => {
                if grow(self.records.entry(*id).or_insert((AbiSet::EMPTY, user)), abis) {
                    for (on, body) in interface.record(*id).variants.iter() {
                        for member in &body.members {
                            self.visit(interface, &member.ty, abis.intersection(on), user);
                        }
                    }
                }
            }
            Type::Enum(id) => {
                grow(self.enums.entry(*id).or_insert((AbiSet::EMPTY, user)), abis);
            }
            Type::Void | Type::Scalar(_) | Type::Pointer(_) | Type::Function | Type::Unknown(_) => {
            }
        }
    }
}

/// Adds ABIs; answers whether any was new.
fn grow(need: &mut (AbiSet, Index), abis: AbiSet) -> bool {
    let before = need.0;
    need.0 = before.union(abis);
    need.0 != before
}
