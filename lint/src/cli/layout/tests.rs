use std::path::PathBuf;

use ioctlkit_sources::c::{Request, read};

use super::*;

/// The layout as printed, of a header with this text.
fn layout(name: &str, header: &str, abis: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.h");
    std::fs::write(&path, format!("#include <linux/types.h>\n{header}")).unwrap();
    let (interface, problems) = read(&Request { paths: vec![path.clone()], ..Request::default() });
    assert!(problems.is_empty(), "{problems:#?}");
    let within = AbiSet::of(|abi| abis.is_empty() || abis.contains(&abi.name));
    let layouts = Layouts::new(&interface);
    let mut out = Vec::new();
    for id in find(&interface, name) {
        write_record(&layouts, id, within, Style { colour: false }, &mut out).unwrap();
    }
    let shown: PathBuf = path;
    String::from_utf8(out).unwrap().replace(&shown.display().to_string(), "a.h")
}

#[test]
fn abis_with_equal_layouts_share_a_column_and_holes_have_their_own_lines() {
    let header = "struct foo { __u32 a; __u64 b; __u32 c; };\n";
    insta::assert_snapshot!(layout("foo", header, &[]));
}

#[test]
fn anonymous_unions_and_bit_fields_are_shown_inside() {
    let header = "struct foo {\n\t__u8 kind;\n\tunion {\n\t\tstruct { __u8 x; __u16 y; };\n\t\t\
                  __u64 all;\n\t};\n\t__u32 low : 3, high : 13;\n\tchar name[16];\n\tvoid *p;\n};\n";
    insta::assert_snapshot!(layout("struct foo", header, &["x86_64", "i386", "m68k"]));
}

#[test]
fn one_layout_everywhere_needs_no_legend() {
    let header = "typedef struct { __u32 a; __u32 b; } foo_t;\n";
    insta::assert_snapshot!(layout("foo_t", header, &["x86_64", "i386"]));
}

#[test]
fn members_that_depend_on_the_abi_have_a_table_each() {
    let header = "struct foo {\n#ifdef __i386__\n\t__u32 old;\n#else\n\t__u64 wide;\n#endif\n};\n";
    insta::assert_snapshot!(layout("foo", header, &["x86_64", "i386", "aarch64"]));
}

#[test]
fn a_command_stands_for_its_argument() {
    let header = "#include <linux/ioctl.h>\nstruct foo { __u32 a; };\n\
                  #define FOO_SET _IOW('x', 1, struct foo)\n";
    assert!(layout("FOO_SET", header, &["x86_64"]).starts_with("struct foo  a.h:3"));
}
