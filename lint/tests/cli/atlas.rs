//! `ioctl-lint atlas`: a page for a tree.

use crate::run::Folder;

const FIRST: &str = "\
#include <linux/ioctl.h>
struct foo { unsigned int a; unsigned long b; };
#define FOO_GET _IOR('V', 0xf0, struct foo)
#define FOO_RUN _IO('V', 0xf1)
";
const SECOND: &str = "\
#include <linux/ioctl.h>
#define BAR_STOP _IO('V', 0xf1)
";

#[test]
fn a_tree_is_a_page_with_its_collisions_and_layouts() {
    let folder = Folder::with("tree/foo.h", FIRST).and("tree/bar.h", SECOND);
    let done = folder.run(&["atlas", "tree"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let page = &done.stdout;
    assert!(page.starts_with("<!doctype html>"), "{page}");
    for name in ["FOO_GET", "FOO_RUN", "BAR_STOP", "<svg class=\"map\"", "<code>foo.h</code>"] {
        assert!(page.contains(name), "{name}");
    }
    assert!(page.contains("<tr class=\"collides\""), "{page}");
    assert!(!page.contains("tree/foo.h"), "files are named from the folder that was named");
    assert_eq!(folder.run(&["atlas", "tree"]).stdout, *page, "two runs give the same bytes");
}

#[test]
fn what_has_no_command_and_what_is_not_there_fail() {
    let folder = Folder::with("foo.h", "struct foo { int a; };\n");
    let done = folder.run(&["atlas", "foo.h"]);
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("no command could be read"), "{}", done.stderr);
    let done = folder.run(&["atlas", "nowhere.h"]);
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("nowhere.h"), "{}", done.stderr);
}

#[test]
fn what_was_not_understood_is_on_the_page_and_a_file_is_written_whole() {
    let broken = format!("{FIRST}#define FOO_LOST _IOR('V', 0xf2, struct lost)\n");
    let folder = Folder::with("foo.h", &broken);
    let done = folder.run(&["atlas", "--output", "out.html", "foo.h"]);
    assert_eq!((done.code, done.stdout.as_str()), (0, ""), "{}", done.stderr);
    let page = std::fs::read_to_string(folder.path("out.html")).unwrap();
    assert!(page.contains("<code>FOO_LOST</code>") && page.ends_with("</html>\n"), "{page}");
}
