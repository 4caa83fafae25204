//! What a person tells the conformance test of calls that cannot be repeated for ever: a driver that
//! takes one configuration for each open file is tested with every kind of hook, and without one.

use std::fs;
use std::path::{Path, PathBuf};

use ioctlkit_vm::ktap::Outcome;
use ioctlkit_vm::{Script, Step, StepReport};

use crate::guest::bind;
use crate::support::{GONG, SERIES, boot, target};

/// Each program with the hooks that it is built with.
const HOOKS: [(&str, &str); 6] = [
    ("none", "{ .command = NULL }"),
    ("limit", "{ .command = \"GONG_SET_CONFIG\", .limit = 1 }, { .command = NULL }"),
    ("tear_down", "{ .command = \"GONG_SET_CONFIG\", .tear_down = forget }, { .command = NULL }"),
    ("set_up", "{ .command = \"GONG_SET_CONFIG\", .set_up = begin }, { .command = NULL }"),
    ("broken", "{ .command = \"GONG_SET_CONFIG\", .set_up = fail }, { .command = NULL }"),
    ("misspelled", "{ .command = \"GONG_SET_CONFIGS\", .limit = 1 }, { .command = NULL }"),
];

/// What the hooks call, though not each program needs each.
const FUNCTIONS: &str = r"
#include <errno.h>

__attribute__((unused)) static int begin(int fd)
{
	return ioctl(fd, GONG_RESET) ? -errno : 0;
}

__attribute__((unused)) static int fail(int fd)
{
	return fd < 0 ? 0 : -EBUSY;
}

__attribute__((unused)) static void forget(int fd, long answer, const void *argument)
{
	if (!answer && argument)
		ioctl(fd, GONG_RESET);
}

static struct hook hooks[] = {
";

/// The driver, with a configuration that is set but once until it is reset.
fn one_time_driver(folder: &Path) {
    let path = folder.join("gong_main.c");
    let mut text = fs::read_to_string(&path).unwrap();
    for (old, new) in [
        ("\tstruct gong_stats stats;\n};", "\tstruct gong_stats stats;\n\tbool is_set;\n};"),
        (
            "\tprivate->config = *arg;\n",
            "\tif (private->is_set) {\n\t\tmutex_unlock(&private->lock);\n\t\treturn -EBUSY;\n\t}\n\
             \tprivate->is_set = true;\n\tprivate->config = *arg;\n",
        ),
        (
            "\tmemset(&private->stats, 0, sizeof(private->stats));\n",
            "\tmemset(&private->stats, 0, sizeof(private->stats));\n\tprivate->is_set = false;\n",
        ),
    ] {
        assert_eq!(text.matches(old).count(), 1, "{old}");
        text = text.replace(old, new);
    }
    fs::write(path, text).unwrap();
}

fn program(folder: &Path, name: &str, hooks: &str) -> PathBuf {
    let header = folder.join("tests/gong_hooks.h");
    fs::write(header, format!("{FUNCTIONS}\t{hooks},\n}};\n")).unwrap();
    let built = GONG.programs(folder).remove(0);
    let kept = folder.join(name);
    fs::rename(built, &kept).unwrap();
    kept
}

/// The names of the tests that failed.
fn failed(step: &StepReport) -> Vec<&str> {
    let tests = step.ktap.iter().flat_map(|document| &document.tests);
    let failed = tests.filter(|test| matches!(test.outcome, Outcome::Failed { .. }));
    failed.map(|test| test.name.as_str()).collect()
}

#[test]
fn a_command_that_succeeds_once_is_tested_with_a_limit_a_set_up_or_a_tear_down() {
    let target = target(SERIES[1]);
    let folder = GONG.copy("hooks");
    one_time_driver(&folder);
    let (module, _) = target.build(&folder, &[&GONG.option()]);
    let mut script = Script::new().then(Step::load(&module));
    for (name, hooks) in HOOKS {
        let test = Step::test(program(&folder, name, hooks)).named(name);
        script = script.then(bind(GONG)).then(test);
    }
    let report = boot(&target.guest(), &script.then(Step::unload("gong")));
    let step = |name: &str| report.steps.iter().find(|step| step.name == name).unwrap();
    for name in ["limit", "tear_down", "set_up"] {
        assert_eq!(failed(step(name)), [""; 0], "{name}");
        assert!(step(name).ktap.as_ref().unwrap().counts().passed > 50, "{name}");
    }
    let without = failed(step("none"));
    assert!(without.contains(&"GONG_SET_CONFIG: an argument on two pages"), "{without:?}");
    let broken = failed(step("broken"));
    assert!(!broken.is_empty() && broken.iter().all(|test| test.starts_with("GONG_SET_CONFIG: ")));
    let misspelled = step("misspelled").ktap.as_ref().unwrap();
    let said = format!("{misspelled:?}");
    assert!(said.contains("a hook is for GONG_SET_CONFIGS, which is no command"), "{said}");
}
