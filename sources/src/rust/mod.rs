//! Rust source: the derives of `ioctlkit`, and what crates of today define commands with.
//!
//! The text is read before macros are expanded, with syn, file by file on all processors; crates
//! are found through cargo, and their modules are followed from their roots. Names are then
//! resolved once for each class of ABIs that the conditions of the source (`cfg`) treat alike,
//! and each command's number is worked out from what its macro or function is given. Macros that a
//! crate defines for itself are expanded.
//!
//! What stands for what in the model:
//!
//! | Rust | model |
//! |---|---|
//! | `u32`, `c_long`, `usize`, `libc::time_t` | a typedef of that name for the C type |
//! | `&T`, `&mut T`, `Box<T>`, `NonNull<T>`, `Option<&T>`, `fn` | a typedef named as it is written (`&Foo`, `Box<Foo>`) for a pointer; `*const T` and `*mut T` are plain pointers |
//! | `NonZeroU32`, `AtomicU32`, `MaybeUninit<T>`, `Wrapping<T>` | a typedef of that name for what is in it |
//! | `bool`, `char` | a typedef of that name for `_Bool`, for 32 bits |
//! | `#[repr(transparent)] struct A(B)` | a typedef `A` for `B` |
//! | `struct` without `repr(C)`, tuples | a structure with [`Representation::Unspecified`] |
//! | `[T]` at the end, `FlexibleArray<T>`, bindgen's `__IncompleteArrayField<T>` | a flexible array |
//! | `__bindgen_anon_1`, `#[ioctl(anonymous)]` | a member without a name |
//! | a field with `#[cfg(target_…)]` | a member with a condition |
//! | an enum without data | an enumeration of the integer that `repr` names |
//!
//! [`Representation::Unspecified`]: ioctlkit_model::Representation::Unspecified

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use ioctlkit_abi::{Abi, AbiSet};
use ioctlkit_model::{Header, Interface, Problem, ProblemKind};

mod constructors;
mod definitions;
mod evaluate;
mod recognise;
mod resolve;
mod syntax;
mod words;

use crate::Caution;
use crate::overlay::{self, Overlay};
use crate::reach::Reach;
use evaluate::Evaluator;
use evaluate::build::Builder;
use recognise::collect::Collector;
use resolve::crates::{Input, Resolver};
use resolve::discover::{self, Discovered};
use resolve::existence;
use resolve::files::Files;
use resolve::macros::Expansions;
use resolve::packages::Packages;
use resolve::sources::Sources;
use syntax::{condition, nesting};

pub use constructors::{Crate, Packing, crate_of};
pub use evaluate::build::Constants;
pub use resolve::cargo::{AskCargo, Cargo};
pub use resolve::discover::holds_source;
pub use resolve::features::{FeatureName, Features, Missing};
pub use syntax::comments::comments;
pub use words::{Expected, expected_at};

/// What to read, and how.
#[derive(Debug, Clone)]
pub struct Request {
    /// Files, folders of source, packages or workspaces.
    pub paths: Vec<PathBuf>,
    /// The ABIs to look at.
    pub abis: AbiSet,
    /// The features that packages are read with.
    pub features: Features,
    /// Which constants are plain numbers of commands.
    pub constants: Constants,
    /// What an earlier attempt has taught.
    pub caution: Caution,
    /// Texts that stand in for files.
    pub overlay: Overlay,
}

impl Request {
    /// How far reading may reach.
    pub(crate) fn reach(&self) -> Reach {
        Reach::of(&self.paths, &[])
    }
}

impl Default for Request {
    fn default() -> Self {
        Self {
            paths: Vec::new(),
            abis: AbiSet::ALL,
            features: Features::default(),
            constants: Constants::default(),
            caution: Caution::default(),
            overlay: Overlay::default(),
        }
    }
}

/// Reads what the request names. What can't be read becomes a [`Problem`]; the rest is complete.
///
/// Commands are those of the files that were asked for. Types are taken from wherever they are
/// defined: other crates of the workspace, and dependencies that cargo has unpacked before. Nothing
/// is downloaded, and nothing is compiled.
pub fn read(request: &Request) -> (Interface, Vec<Problem>) {
    read_asking(request, &Cargo)
}

/// As [`read`], with somebody else to ask cargo.
pub fn read_asking(request: &Request, cargo: &dyn AskCargo) -> (Interface, Vec<Problem>) {
    // Deeply nested source takes more stack than the caller's thread may have.
    let threads = usize::from(request.caution.is_slow());
    let pool =
        rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(nesting::STACK).build();
    match pool {
        Ok(pool) => {
            pool.install(|| overlay::during(&request.overlay, || read_here(request, cargo)))
        }
        Err(error) => {
            let problem = Problem {
                kind: ProblemKind::Failure,
                path: None,
                span: None,
                message: format!("cannot start threads to read Rust source: {error}"),
                help: None,
            };
            (Interface { abis: request.abis, ..Interface::default() }, vec![problem])
        }
    }
}

fn read_here(request: &Request, cargo: &dyn AskCargo) -> (Interface, Vec<Problem>) {
    let mut found = discover::discover(&request.paths, &request.reach());
    let files = Files::new(request.reach(), request.caution.clone());
    // Cargo takes longer to answer than a file takes to be read.
    let asked_for = found.asked_for.files.clone();
    let read_each = overlay::carried(|paths: &[PathBuf]| files.read_each(paths));
    rayon::join(|| found.ask(cargo, &request.features), || read_each(&asked_for));
    let Discovered { asked_for, roots, packages, problems: mut all_problems, .. } = found;
    let asked_for = Rc::new(asked_for);
    let packages = Packages::of_workspace(&packages);
    let mut expansions = Expansions::default();
    let first: Vec<PathBuf> = roots.iter().map(|root| root.file.clone()).collect();
    let abis = existence::of_files(&asked_for.files, &roots, &files, request.abis);
    files.read_within(&first, &|conditions| existence::may_hold(conditions, abis));
    // What no root leads to is read by itself.
    files.read_from(&asked_for.files);
    loop {
        let sources = Rc::new(Sources::new(asked_for.clone()));
        let mut builder = Builder::new(request.abis, sources.clone(), request.constants);
        let pairs = files.pairs();
        for abis in classes(abis, &pairs) {
            let Some(abi) = abis.first() else { continue };
            let input = Input {
                files: &files,
                sources: sources.clone(),
                packages: &packages,
                abis: request.abis,
            };
            let mut resolver = Resolver::new(input, &mut expansions, abi.abi());
            resolver.open_whole(&roots);
            resolver.open_rest(&roots, &request.features);
            Collector::new(Evaluator::new(resolver, &mut builder, abis)).collect();
        }
        // A dependency that was read along the way may tell ABIs apart that nothing did before.
        if files.pairs() == pairs {
            add_headers(&mut builder, &files, &sources, request.abis);
            let (mut interface, problems) = builder.finish();
            definitions::complete(&mut interface);
            all_problems.extend(problems);
            return (interface, all_problems);
        }
    }
}

/// The ABIs, with those together that all conditions treat alike.
fn classes(abis: AbiSet, pairs: &std::collections::BTreeSet<(String, String)>) -> Vec<AbiSet> {
    let answers = |abi: &Abi| -> Vec<bool> {
        pairs.iter().map(|(name, value)| condition::pair_holds(name, value, abi)).collect()
    };
    let mut classes: BTreeMap<Vec<bool>, AbiSet> = BTreeMap::new();
    for id in abis {
        classes.entry(answers(id.abi())).or_default().insert(id);
    }
    let mut classes: Vec<AbiSet> = classes.into_values().collect();
    classes.sort_by_key(|abis| abis.first());
    classes
}

/// Tells which files were looked at, and which of them could not be read.
fn add_headers(builder: &mut Builder, files: &Files, sources: &Sources, abis: AbiSet) {
    for path in sources.asked_for() {
        match files.get(path) {
            Err(reason) => builder.unreadable(path, &reason),
            Ok(parsed) => {
                let file = sources.file(&parsed);
                let id = builder.id(file);
                builder.interface.headers.push(Header {
                    file: id,
                    abis,
                    errors: Vec::new(),
                    not_read: Vec::new(),
                });
                if let Some((message, place)) = &parsed.mistake {
                    let message = format!("this is not Rust: {message}");
                    let help = "what the file defines is missing; the compiler refuses it too";
                    builder.say(ProblemKind::Failure, file, *place, message, Some(help.into()));
                }
            }
        }
    }
}
