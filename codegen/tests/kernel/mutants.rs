//! The tests of generated drivers, tested: each check of a dispatcher is taken out, and a test has
//! to notice. `mutants.toml` lists the changes, and the tests that notice them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use ioctlkit_vm::ktap::Outcome;
use ioctlkit_vm::{Report, Script, Step, StepOutcome};
use serde::Deserialize;

use crate::guest::bind_again;
use crate::support::{DRIVERS, Driver, SERIES, Target, boot, is_full, run, target};

/// All changes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    mutant: Vec<Mutant>,
}

/// A change of a generated dispatcher.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mutant {
    /// What is wrong with it.
    name: String,
    /// The driver whose dispatcher is changed.
    driver: String,
    /// The function or table in which the text stands.
    within: String,
    /// The text.
    find: String,
    /// What takes its place.
    replace: String,
    /// A test that fails, as `test program: name of the test`.
    killed_by: Option<String>,
    /// Why no test can notice, where none can.
    unnoticed: Option<String>,
}

fn list() -> Vec<Mutant> {
    Mutant::listed(include_str!("mutants.toml"))
}

impl Mutant {
    /// Those of a list.
    pub(crate) fn listed(text: &str) -> Vec<Self> {
        let list: List = toml::from_str(text).unwrap();
        for mutant in &list.mutant {
            let said = mutant.killed_by.is_some() != mutant.unnoticed.is_some();
            assert!(said, "{}: either a test notices, or there is a reason", mutant.name);
        }
        list.mutant
    }

    pub(crate) fn is_of(&self, driver: Driver) -> bool {
        self.driver == driver.name
    }

    fn driver(&self) -> Driver {
        *DRIVERS.iter().find(|driver| driver.name == self.driver).unwrap()
    }

    fn title(&self) -> String {
        format!("{}: {}", self.driver, self.name)
    }

    /// The dispatcher with the change, which is exactly one.
    fn applied(&self, dispatcher: &str) -> String {
        let Some(begin) = dispatcher.find(&self.within) else {
            panic!("{}: there is no `{}`", self.name, self.within);
        };
        let Some(at) = dispatcher[begin..].find(&self.find) else {
            panic!("{}: `{}` does not hold the text", self.name, self.within);
        };
        let at = begin + at;
        format!("{}{}{}", &dispatcher[..at], self.replace, &dispatcher[at + self.find.len()..])
    }
}

fn dispatcher(driver: Driver) -> String {
    format!("gen/{}_ioctl.c", driver.name)
}

#[test]
fn every_listed_change_applies_to_the_committed_dispatchers() {
    let mut names: Vec<&str> = Vec::new();
    let list = list();
    for mutant in &list {
        let text =
            fs::read_to_string(mutant.driver().committed().join(dispatcher(mutant.driver())));
        let text = text.unwrap();
        assert_ne!(mutant.applied(&text), text, "{}", mutant.name);
        assert!(!names.contains(&mutant.name.as_str()), "{} stands twice", mutant.name);
        names.push(&mutant.name);
    }
}

/// Builds the mutants of a driver one after another: only one file changes.
fn build(
    driver: Driver,
    mutants: &[&Mutant],
    target: &Target,
    (folder, dispatcher): (&Path, &str),
) -> Vec<PathBuf> {
    let file = folder.join(dispatcher);
    let original = fs::read_to_string(&file).unwrap();
    let mut modules = Vec::new();
    for (index, mutant) in mutants.iter().enumerate() {
        fs::write(&file, mutant.applied(&original)).unwrap();
        // A function that nothing calls any more is what some changes come to.
        let flags = "KCFLAGS=-Wno-error -Wno-unused-function -Wno-unused-variable";
        let (module, _) = target.build(folder, &[&driver.option(), flags]);
        let kept = folder.join(format!("mutant-{index:02}.ko"));
        run(Command::new("strip").arg("--strip-debug").arg("-o").arg(&kept).arg(&module));
        modules.push(kept);
    }
    fs::write(&file, original).unwrap();
    modules
}

/// What each program says of a mutant. A mutant that cannot be unloaded comes last: nothing can be
/// loaded behind it.
fn script(driver: Driver, programs: &[PathBuf], modules: &[PathBuf]) -> Script {
    let name = driver.name;
    let mut script = Script::new();
    for module in modules {
        let label = module.file_stem().unwrap().to_string_lossy();
        script = script.then(Step::load(module).named(format!("{label} load")));
        for program in programs {
            let test = program.file_name().unwrap().to_string_lossy();
            script = script
                .then(Step::shell(format!("{label} bind"), bind_again(driver)))
                .then(Step::test(program).named(format!("{label} {test}")));
        }
        script = script.then(Step::unload(name).named(format!("{label} unload")));
    }
    script
}

/// The tests that fail for each mutant, by its label.
fn killers(report: &Report) -> BTreeMap<String, Vec<String>> {
    let mut killers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for step in &report.steps {
        let (label, program) = step.name.split_once(' ').unwrap();
        let killers = killers.entry(label.to_owned()).or_default();
        let tests = step.ktap.iter().flat_map(|document| &document.tests);
        let failed: Vec<String> = tests
            .filter(|test| matches!(test.outcome, Outcome::Failed { .. }))
            .map(|test| format!("{program}: {}", test.name))
            .collect();
        if failed.is_empty() && matches!(step.outcome, StepOutcome::Failed(_)) {
            killers.push(program.to_owned());
        }
        killers.extend(failed);
        let last = report.failures().pop();
        assert_ne!(step.outcome, StepOutcome::NotRun, "{} did not run: {last:?}", step.name);
    }
    killers
}

/// Each mutant with what is wrong about its line in the list.
fn wrong(driver: Driver, mutants: &[&Mutant], target: &Target) -> Vec<String> {
    let programs = driver.programs(&driver.copy("mutants-tests"));
    let (folder, dispatcher) = (driver.copy("mutants"), dispatcher(driver));
    missed(driver, mutants, target, (&folder, &dispatcher, &programs))
}

/// The same of the dispatcher in a folder, with the programs that test it.
pub(crate) fn missed(
    driver: Driver,
    mutants: &[&Mutant],
    target: &Target,
    (folder, dispatcher, programs): (&Path, &str, &[PathBuf]),
) -> Vec<String> {
    let modules = build(driver, mutants, target, (folder, dispatcher));
    let mut guest = target.guest();
    // Each step has a program of its own in the guest's memory.
    guest.memory = 2048;
    guest.limit = Duration::from_secs(3600);
    // What is printed of an address in a warning is of no interest: a test says what is wrong.
    "init_on_alloc=0 slub_debug=P".clone_into(&mut guest.command_line);
    let report = boot(&guest, &script(driver, programs, &modules));
    let killers = killers(&report);
    let mut wrong = Vec::new();
    for (module, mutant) in modules.iter().zip(mutants) {
        let label = module.file_stem().unwrap().to_string_lossy().into_owned();
        let by = killers.get(&label).map(Vec::as_slice).unwrap_or_default();
        println!(
            "{}: {}: {} tests fail: {:?}",
            driver.name,
            mutant.name,
            by.len(),
            by.iter().take(3).collect::<Vec<_>>()
        );
        match &mutant.killed_by {
            Some(name) if by.contains(name) => {}
            Some(name) => wrong.push(format!("{}: `{name}` does not fail: {by:?}", mutant.name)),
            None if by.is_empty() => {}
            None => wrong.push(format!("{}: is noticed after all: {by:?}", mutant.name)),
        }
    }
    wrong
}

#[test]
fn every_check_that_is_taken_out_is_missed_by_a_test() {
    if !is_full() {
        return;
    }
    let target = target(SERIES[1]);
    let list = list();
    // `MUTANTS=pulse:` for those of one driver, or a part of a name.
    let only = std::env::var("MUTANTS").unwrap_or_default();
    let mut all_wrong = Vec::new();
    for driver in DRIVERS {
        let chosen =
            |mutant: &&Mutant| mutant.driver == driver.name && mutant.title().contains(&only);
        let mutants: Vec<&Mutant> = list.iter().filter(chosen).collect();
        if !mutants.is_empty() {
            all_wrong.extend(wrong(driver, &mutants, &target));
        }
    }
    assert!(all_wrong.is_empty(), "{}", all_wrong.join("\n"));
}
