use ioctlkit_abi::{AbiSet, Direction, Scalar};
use ioctlkit_model::{
    Argument, Command, CommandBody, Differences, Encoder, Family, FamilyNumber, FileId, Finding,
    Interface, Languages, Layouts, Profiles, RuleInfo, Severity, Span, Type, Variants,
};

use super::*;

static RULE: RuleInfo = RuleInfo {
    code: "N010",
    slug: "collision",
    severity: Severity::Info,
    profiles: Profiles::New,
    languages: Languages::Both,
    summary: " two headers have one number",
    documentation: " two headers have one number\n",
};

/// A command of a letter that carries a type.
fn command(name: &str, file: FileId, nr: u32, ty: Type) -> Command {
    let span = Span { file, start: nr, end: nr + 1 };
    let body = CommandBody {
        span,
        through: "_IOW".into(),
        direction: Direction::Write,
        type_letter: u32::from(b'V'),
        nr,
        argument: Argument::Type(ty),
        encoder: Encoder::Kernel,
    };
    Command {
        name: name.into(),
        c_name: None,
        span,
        variants: Variants::one(AbiSet::ALL, body),
        contract: None,
        differences: Differences::Unmentioned,
    }
}

fn interface(name: &str) -> Interface {
    let mut interface = Interface { abis: AbiSet::ALL, ..Interface::default() };
    let file = interface.sources.add("foo.h".into(), "x".repeat(256).into());
    interface.commands = vec![
        command(name, file, 1, Type::Scalar(Scalar::UnsignedInt)),
        command("FOO_LONG", file, 2, Type::Scalar(Scalar::UnsignedLong)),
    ];
    interface
}

fn page(interface: &Interface, collisions: &[Finding]) -> String {
    let layouts = Layouts::new(interface);
    let mut out = Vec::new();
    Atlas::of(&layouts, collisions, &[], &[]).write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_command_stands_below_its_letter_and_what_differs_is_marked() {
    let page = page(&interface("FOO_FIXED"), &[]);
    assert!(
        page.contains("<b>'V' 0x56</b>: 2 commands")
            || page.contains("<b>&apos;V&apos; 0x56</b>: 2 commands"),
        "{page}"
    );
    let rows: Vec<&str> = page.split("<tr").filter(|row| row.contains("<code>FOO_")).collect();
    assert_eq!(rows.len(), 2);
    assert!(
        rows[0].contains("FOO_FIXED") && rows[0].contains("colspan") && !rows[0].contains("data-k")
    );
    assert!(
        rows[1].contains("FOO_LONG") && rows[1].contains(">8<") && rows[1].contains(" other\">4<")
    );
    assert!(rows[1].starts_with(" data-k=\"ln\""), "{}", rows[1]);
}

#[test]
fn abis_that_agree_in_everything_are_one_group() {
    let mut interface = interface("FOO_FIXED");
    interface.commands.pop();
    let layouts = Layouts::new(&interface);
    let atlas = Atlas::of(&layouts, &[], &[], &[]);
    // One for each way of encoding a `_IOW`.
    assert_eq!(atlas.columns.len(), 2);
    let all = atlas.columns.iter().fold(AbiSet::EMPTY, |all, column| all.union(column.abis));
    assert_eq!(all, AbiSet::ALL);
}

#[test]
fn who_has_a_number_of_another_header_is_red() {
    let interface = interface("FOO_FIXED");
    let span = interface.commands[0].span;
    let collision = Finding::new(&RULE, span, AbiSet::ALL, "the same number as `BAR`".into());
    let page = page(&interface, &[collision]);
    assert!(page.contains("<a class=\"collision\" href=\"#l56\""), "{page}");
    assert!(page.contains("<tr class=\"collides\" data-k=\"c\">"));
    assert!(page.contains("the same number as <code>BAR</code>"));
}

#[test]
fn names_of_strangers_are_text_and_only_the_pages_own_script_runs() {
    let mut interface = interface("</code><script>alert(1)</script>");
    interface.sources.rename(|_| "<img src=x onerror=alert(1)>".into());
    let page = page(&interface, &[]);
    assert_eq!(page.matches("<script").count(), 1);
    assert!(!page.contains("<img") && page.contains("default-src 'none'"));
}

#[test]
fn a_tree_without_commands_is_a_page_that_says_so() {
    let interface = Interface { abis: AbiSet::ALL, ..Interface::default() };
    let layouts = Layouts::new(&interface);
    assert!(Atlas::of(&layouts, &[], &[], &[]).is_empty());
    assert!(page(&interface, &[]).contains("Atlas of 0 ioctl commands"));
}

#[test]
fn a_macro_that_makes_commands_of_any_nr_is_named_among_what_is_not_shown() {
    let mut interface = interface("FOO_FIXED");
    let span = interface.commands[0].span;
    let family = |name: &str, number| Family {
        name: name.into(),
        span,
        parameters: vec!["x".into()],
        expansion: String::new(),
        of_any_length: None,
        number,
    };
    let number = FamilyNumber { direction: Direction::Read, type_letter: b'V', nr: 7 };
    interface.families = vec![family("FOO_ANY", None), family("FOO_NAME", Some(number))];
    let page = page(&interface, &[]);
    let (missing, rows) = page.split_once("<h2").unwrap();
    assert!(missing.contains("FOO_ANY") && !missing.contains("FOO_NAME"), "{missing}");
    assert!(rows.contains("<code>FOO_NAME</code>") && rows.contains("of any length"));
}

#[test]
fn every_kind_of_letter_has_a_name_of_its_own() {
    let names: std::collections::HashSet<String> = (0..=u8::MAX).map(letter).collect();
    assert_eq!(names.len(), 256);
}
