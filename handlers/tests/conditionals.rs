//! Which branch of a conditional is read.
mod shown;

use ioctlkit_handlers::parse::parse;
use shown::Shown;

#[track_caller]
fn is(text: &str, meaning: &str) {
    let source = format!("int f(void)\n{{\n{text}\n}}\n");
    let unit = parse(&source);
    let shown = Shown(&source);
    assert_eq!(shown.body(shown.function(&unit, "f")), meaning, "{text}");
    assert!(unit.not_understood.is_empty(), "{:?}", unit.not_understood);
}

fn live(condition: &str) -> bool {
    let source = format!("int f(void)\n{{\n{condition}\na();\n#endif\n}}\n");
    let unit = parse(&source);
    !unit.functions[0].body.is_empty()
}

#[test]
fn every_option_is_on_and_what_nobody_defines_is_off() {
    for condition in [
        "#ifdef CONFIG_X",
        "#if IS_ENABLED(CONFIG_X)",
        "#if defined(CONFIG_X) && !defined(DEBUG)",
        "#if defined CONFIG_X",
        "#ifdef __KERNEL__",
        "#ifndef FOO",
        "#if 1",
        "#if LINUX_VERSION_CODE >= KERNEL_VERSION(6,1,0)",
        "#if BITS_PER_LONG == 64",
        "#if (1 ? 2 : 0) && 3 - 1 == 0x2",
        "#  if 1 /* a\n b */",
        "#if defined(A) || \\\n defined(CONFIG_B)",
        "#if FOO == 0",
        "#if ~0 == -1",
        "#if IS_REACHABLE(CONFIG_X)",
    ] {
        assert!(live(condition), "{condition}");
    }
    for condition in [
        "#if 0",
        "#ifdef DEBUG",
        "#ifndef CONFIG_X",
        "#if !IS_ENABLED(CONFIG_X)",
        "#if !defined(CONFIG_X)",
        "#if FOO",
        "#if FOO(1, (2))",
        "#if LINUX_VERSION_CODE < KERNEL_VERSION(2,6,0)",
        "#if (",
        "#if 1 +",
        "#if 1 / 0",
        "#if",
        "#if defined(X",
        "#if 'a' == 98",
    ] {
        assert!(!live(condition), "{condition}");
    }
}

#[test]
fn the_first_live_branch_stays() {
    is("#if 0\na();\n#elif defined(CONFIG_B)\nb();\n#elif 1\nc();\n#else\nd();\n#endif", "b();");
    is("#ifdef X\na();\n#else\nb();\n#endif\nc();", "b(); c();");
    is("#if 0\n#if 1\na();\n#else\nb();\n#endif\n#endif\nc();", "c();");
}

#[test]
fn a_brace_that_both_branches_open_is_open_once() {
    is("#ifdef CONFIG_A\nif (a) {\n#else\nif (b) {\n#endif\nc();\n}", "if a { c(); }");
}

#[test]
fn macros_of_the_file_are_defined_from_there_on() {
    is(
        "#ifdef M\na();\n#endif\n#define M 2\n#if M == 2\nb();\n#endif\n#undef M\n#ifdef M\nc();\n#endif",
        "b();",
    );
    is("#define M M\n#if M\na();\n#endif\nb();", "b();");
}

#[test]
fn a_command_that_the_branch_handles_is_defined() {
    is(
        "switch (cmd) {\n#ifdef TIOCFOO\ncase TIOCFOO: a();\n#endif\n#ifdef TIOCBAR\nb();\n#endif\n}",
        "switch cmd { case TIOCFOO: a(); }",
    );
}

#[test]
fn definitions_are_not_code() {
    is(
        "#define A(x) do { \\\n\tx; \\\n} while (0)\na();\n# define B \"\nb();\n#error don't\nc();",
        "a(); b(); c();",
    );
}

#[test]
fn comments_are_not_code() {
    is(
        "a(); // b(); \\\nc();\nd(\"/* no */\", '\"', \"//\"); /* e(); */ f();",
        "a(); d(\"/* no */\", '\"', \"//\"); f();",
    );
}

#[test]
fn a_conditional_that_nothing_closes_is_reported() {
    let unit = parse("int f(void) { return 1; }\n#if 1\nint g(void) { return 2; }\n");
    assert_eq!(unit.functions.len(), 2);
    assert_eq!(unit.not_understood.len(), 1);
    assert_eq!(unit.not_understood[0].at.start, 26);
}
