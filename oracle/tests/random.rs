//! Random structures have the layout that gcc gives them, on every ABI that it has a compiler
//! for.

use ioctlkit_oracle::random::{RandomRecord, any_record, declarations, wrong};
use ioctlkit_oracle::{Compiler, Effort};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rayon::prelude::*;

/// How many types share a run of the compiler.
const BATCH: usize = 400;

#[test]
fn random_structures_have_the_layout_that_gcc_gives_them() {
    let compilers = Compiler::all().unwrap_or_else(|error| panic!("{error}"));
    let per_abi = match Effort::from_environment() {
        Effort::Quick => 3 * BATCH,
        Effort::Full => 20_000,
    };
    let mut runner = runner();
    for _ in 0..per_abi.div_ceil(BATCH) {
        let trees: Vec<_> =
            (0..BATCH).map(|_| any_record().new_tree(&mut runner).unwrap()).collect();
        let records: Vec<RandomRecord> = trees.iter().map(ValueTree::current).collect();
        let found: Vec<_> = compilers
            .par_iter()
            .flat_map_iter(|compiler| {
                let found = wrong(compiler, &records)
                    .unwrap_or_else(|error| panic!("{}: {error}", compiler.abi().name));
                found.into_iter().map(move |wrong| (compiler, wrong))
            })
            .collect();
        let count = found.len();
        if let Some((compiler, first)) = found
            .into_iter()
            .min_by_key(|(_, wrong)| declarations(&records[wrong.index], "t").len())
        {
            let tree = trees.into_iter().nth(first.index).unwrap();
            let smallest = shrunk(compiler, tree);
            let disagreements = wrong(compiler, std::slice::from_ref(&smallest)).unwrap();
            panic!(
                "{count} layouts differ; the smallest on {}:\n{}\n{}",
                compiler.abi().name,
                declarations(&smallest, "t0"),
                disagreements[0]
                    .disagreements
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join("\n"),
            );
        }
    }
}

/// The same types in every run, unless `IOCTLKIT_SEED` says otherwise.
fn runner() -> TestRunner {
    let seed: u64 = std::env::var("IOCTLKIT_SEED")
        .map_or(0, |seed| seed.parse().expect("IOCTLKIT_SEED is a number"));
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// The smallest type that this one shrinks to and that is still wrong.
fn shrunk(compiler: &Compiler, mut tree: impl ValueTree<Value = RandomRecord>) -> RandomRecord {
    let is_wrong =
        |record: RandomRecord| wrong(compiler, &[record]).is_ok_and(|found| !found.is_empty());
    let mut smallest = tree.current();
    for _ in 0..600 {
        if is_wrong(tree.current()) {
            smallest = tree.current();
            if !tree.simplify() {
                break;
            }
        } else if !tree.complicate() {
            break;
        }
    }
    smallest
}
