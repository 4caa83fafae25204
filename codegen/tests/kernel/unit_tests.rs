//! `--kunit`: the kernel's judges have nothing to say of the tests, they notice each check that is taken
//! out, and a kernel that gcc or clang compiled runs them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ioctlkit_vm::{Building, Cache, Interruption, SmallKernel, Sources, Toolchain};

use crate::assert_passes_judges;
use crate::support::{DRIVERS, Driver, GONG, SERIES, attempt, is_full, run, target};

/// What the unit tests take of the kernel, for a program: the functions that they test need no more.
const AS_A_PROGRAM: &str = r"
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <linux/types.h>
typedef uint8_t u8;
typedef uint32_t u32;
#define BIT_ULL(bit) (1ULL << (bit))
#define BITS_PER_TYPE(it) (8 * (int)sizeof(it))
#define ARRAY_SIZE(it) (sizeof(it) / sizeof((it)[0]))
#define GFP_KERNEL 0
struct kunit { int failed; };
struct kunit_case { void (*run)(struct kunit *test); };
struct kunit_suite { const char *name; struct kunit_case *test_cases; };
#define KUNIT_CASE(function) { function }
#define KUNIT_ASSERT_NOT_ERR_OR_NULL(test, it) do { if (!(it)) abort(); } while (0)
#define KUNIT_EXPECT_EQ(test, is, wanted) do { if ((is) != (wanted)) (test)->failed = 1; } while (0)
#define KUNIT_EXPECT_EQ_MSG(test, is, wanted, ...) KUNIT_EXPECT_EQ(test, is, wanted)
#define kunit_kzalloc(test, size, flags) calloc(1, size)
#define kunit_test_suite(suite) \
	int main(void) \
	{ \
		struct kunit test = {}; \
		for (struct kunit_case *one = (suite).test_cases; one->run; one++) \
			one->run(&test); \
		return test.failed; \
	}
static void *memchr_inv(const void *at, int byte, size_t size)
{
	for (const u8 *it = at; it < (const u8 *)at + size; it++)
		if (*it != byte)
			return (void *)it;
	return NULL;
}
";

/// The one with every kind of check, or all.
fn drivers() -> &'static [Driver] {
    if is_full() { &DRIVERS } else { &[GONG] }
}

fn unit_test_option(driver: Driver) -> String {
    format!("CONFIG_{}_KUNIT_TEST", driver.name.to_uppercase())
}

/// A driver that got unit tests, in a folder of the test that asks for it.
fn tested(purpose: &str, driver: Driver) -> PathBuf {
    let option = unit_test_option(driver);
    driver.made_with(purpose, "--kunit", &format!("ccflags-$({option}) += -D{option}"))
}

#[test]
fn unit_tests_leave_the_kernel_s_judges_nothing_to_say() {
    for driver in drivers() {
        let folder = tested("unit-tests-judged", *driver);
        assert_passes_judges(&folder);
        let series = if is_full() { &SERIES[..] } else { &SERIES[1..] };
        for series in series {
            // Debian's kernels have no KUnit to link with.
            let unit_tests = format!("{}=y", unit_test_option(*driver));
            let given =
                ["-s", "W=1", "C=2", "KBUILD_MODPOST_WARN=1", &driver.option(), &unit_tests];
            let (_, said) = target(series).build(&folder, &given);
            let (lacking, other): (Vec<&str>, Vec<&str>) = said
                .lines()
                .filter(|line| !line.starts_with("Skipping BTF generation"))
                .partition(|line| line.contains("WARNING: modpost: \"") && line.contains("kunit"));
            assert_eq!(other, [""; 0], "{} for {series}", driver.name);
            assert!(!lacking.is_empty(), "{} for {series} has no unit test", driver.name);
        }
    }
}

/// The functions that check arguments, with the unit tests as a program.
fn program(folder: &Path, driver: Driver, checks: &str) -> bool {
    let tests = fs::read_to_string(folder.join(format!("gen/{}_kunit.c", driver.name))).unwrap();
    let tests = tests.replace("#include <kunit/test.h>", "");
    let (source, program) = (folder.join("checks.c"), folder.join("checks"));
    let header = format!("#include <linux/{}.h>\n", driver.name);
    fs::write(&source, format!("{AS_A_PROGRAM}{header}{checks}{tests}")).unwrap();
    run(Command::new("gcc")
        .args(["-std=gnu11", "-O1", "-w", "-D__user=", "-I"])
        .arg(folder.join("include/uapi"))
        .arg("-o")
        .arg(&program)
        .arg(&source));
    attempt(&mut Command::new(&program)).0
}

#[test]
fn unit_tests_pass_and_notice_each_check_that_is_taken_out() {
    const REFUSAL: &str = "return -EINVAL;";
    for driver in drivers() {
        let folder = tested("unit-tests-mutants", *driver);
        let text = fs::read_to_string(folder.join(format!("gen/{}_ioctl.c", driver.name))).unwrap();
        let begin = text.find("/* What an argument may hold. */\n").unwrap();
        let end = text[begin + 3..].find("\n/* ").unwrap() + begin + 3;
        let checks = &text[begin..end];
        assert!(program(&folder, *driver, checks), "{}", driver.name);
        for (at, _) in checks.match_indices(REFUSAL) {
            let mutant = format!("{};{}", &checks[..at], &checks[at + REFUSAL.len()..]);
            let line = text[..begin + at].lines().count();
            assert!(!program(&folder, *driver, &mutant), "{}, line {line}", driver.name);
        }
    }
}

/// The small kernel that a toolchain makes: it takes minutes, and is kept.
fn small_kernel(toolchain: Toolchain) -> SmallKernel {
    let cache = Cache::of_user().unwrap();
    let building = Building::of(Sources::installed().unwrap(), toolchain);
    let kept = building.kept(&cache);
    kept.unwrap_or_else(|| {
        building.build(&cache, &Interruption::none(), &mut |_| {}).unwrap_or_else(|e| panic!("{e}"))
    })
}

/// Each takes a kernel of its own, which takes minutes to build.
#[test]
fn a_kernel_with_kunit_runs_the_unit_tests_whatever_compiled_it() {
    if !is_full() {
        return;
    }
    for toolchain in [Toolchain::Gnu, Toolchain::Llvm] {
        let kernel = small_kernel(toolchain);
        let image = kernel.kernel().unwrap().image().to_owned();
        for driver in DRIVERS {
            let folder = tested("unit-tests-run", driver);
            let (passed, said) = attempt(
                Command::new(env!("CARGO_BIN_EXE_ioctl-gen"))
                    .arg("test")
                    .arg(&folder)
                    .arg("--kernel")
                    .arg(&image),
            );
            assert!(passed, "{} on {toolchain:?}:\n{said}", driver.name);
            let suite = format!("{}_arguments", driver.name);
            let is_result =
                |line: &&str| line.trim_start().starts_with("ok ") && line.ends_with(&suite);
            assert_eq!(said.lines().filter(is_result).count(), 1, "{said}");
        }
    }
}
