//! The pages of `check`, `atlas` and `layout` in a real browser, at the width of a screen and of a phone: nothing is
//! loaded, no text covers another, nothing leaves its frame, and the filters work under the page's own policy.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::path::Path;
use std::process::Command;

use ioctlkit_browser::ask;
use ioctlkit_oracle::kernel::Kernel;
use serde_json::{Value, json};

const HEADER: &str = "\
#include <linux/ioctl.h>
#include <linux/types.h>
struct foo_buffer {
	__u32 index;
	__u64 time;
	union { __u64 offset; unsigned long address; __s32 fd; };
	char a_name_that_is_much_longer_than_any_block_of_the_picture_has_room_for[4];
	void *next;
	__u8 tiny, smaller;
	char rest[8];
};
struct bar { __u32 fixed; };
#define FOO_QUEUE _IOWR('x', 1, struct foo_buffer)
#define FOO_DEQUEUE _IOR('x', 2, struct foo_buffer)
#define FOO_FIXED _IOW('x', 3, struct bar)
#define FOO_LOST _IOW('x', 4, struct nowhere)
";
const OTHER: &str = "\
#include <linux/ioctl.h>
#define OTHER_RUN _IO('x', 9)
#define OTHER_STOP _IO('V', 9)
";

const WIDTHS: [u32; 2] = [1280, 400];

/// What the program writes about a folder with both headers.
fn page(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    fs::write(folder.path().join("foo.h"), HEADER).unwrap();
    fs::write(folder.path().join("other.h"), OTHER).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_ioctl-lint"))
        .args(arguments)
        .current_dir(folder.path())
        .output()
        .unwrap();
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(page.starts_with("<!doctype html>"), "{}", String::from_utf8_lossy(&output.stderr));
    page
}

/// What holds of every page.
fn assert_tidy(answer: &Value, pictures: u64) {
    let inner = &answer["inner"];
    for nothing in ["loads", "broken", "sticksOut", "covered"] {
        assert_eq!(answer[nothing], json!([]), "{nothing} at {inner}");
    }
    assert!(answer["wide"].as_f64().unwrap() <= 0.0, "{} too wide at {inner}", answer["wide"]);
    assert!(answer["drawn"].as_u64().unwrap() >= pictures, "{answer}");
}

#[test]
fn findings_are_filtered_without_a_network_and_fit_a_phone() {
    let page = page(&["check", "--format", "html", "--profile", "new", "."]);
    let questions = r#"
        document.querySelectorAll("details").forEach(e => e.open = true);
        const set = (id, value, event) => {
            const field = document.getElementById(id);
            field.value = value;
            field.dispatchEvent(new Event(event));
            return [...document.querySelectorAll("article")].filter(e => box(e).height > 0).length;
        };
        const all = document.querySelectorAll("article").length;
        const filters = box(document.querySelector(".filters")).height;
        const errors = set("severity", "error", "change");
        const again = set("severity", "", "change");
        const unlikely = set("text", "no finding says this", "input");
        const named = set("text", "FOO_LOST", "input");
        set("text", "", "input");
        const pictures = [...document.querySelectorAll(".layout svg")].map(e => box(e).width);
        return { all, filters, errors, again, unlikely, named, pictures };
    "#;
    let Some(answers) = ask(&page, &WIDTHS, questions) else { return };
    for answer in &answers {
        assert_tidy(answer, 0);
        let count =
            |name: &str| answer[name].as_u64().unwrap_or_else(|| panic!("{name}: {answer}"));
        assert!(answer["filters"].as_f64().unwrap() > 0.0, "the script of the page runs");
        assert!(count("all") > 3 && count("again") == count("all"), "{answer}");
        assert!(count("errors") > 0 && count("errors") < count("all"), "{answer}");
        assert_eq!(count("unlikely"), 0);
        assert!(count("named") > 0 && count("named") < count("all"), "{answer}");
        assert!(!answer["pictures"].as_array().unwrap().is_empty(), "{answer}");
    }
}

#[test]
fn an_atlas_is_searched_and_fits_a_phone() {
    let page = page(&["atlas", "."]);
    let questions = r#"
        const field = document.getElementById("text");
        const rows = () => [...document.querySelectorAll(".letter tbody tr")].filter(e => box(e).height > 0).length;
        const all = rows();
        field.value = "foo_dequeue";
        field.dispatchEvent(new Event("input"));
        const found = rows();
        const cells = document.querySelectorAll(".grid > *").length;
        document.querySelectorAll("details").forEach(e => e.open = true);
        const letters = [...document.querySelectorAll(".grid > *")].filter(e => e.scrollWidth > e.clientWidth + 1);
        return { all, found, cells, cut: letters.map(e => e.textContent) };
    "#;
    let Some(answers) = ask(&page, &WIDTHS, questions) else { return };
    for answer in &answers {
        assert_tidy(answer, 0);
        assert_eq!([&answer["all"], &answer["found"], &answer["cells"]], [6, 1, 256], "{answer}");
        assert_eq!(answer["cut"], json!([]), "a letter has no room in its cell");
    }
}

#[test]
fn a_whole_kernel_is_a_page_that_a_browser_opens_at_once() {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../oracle");
    let kernel = Kernel::unpacked(&cache).unwrap().root();
    let page = page(&["atlas", "--no-config", kernel.to_str().unwrap()]);
    assert!(page.len() < 5_000_000, "{} bytes", page.len());
    let questions = r#"return { commands: document.querySelectorAll(".letter tbody tr").length,
        collisions: document.querySelectorAll(".grid .collision").length };"#;
    let Some(answers) = ask(&page, &[400], questions) else { return };
    assert_tidy(&answers[0], 0);
    let count = |name: &str| answers[0][name].as_u64().unwrap();
    assert!(count("commands") > 4000 && count("collisions") > 10, "{}", answers[0]);
}

#[test]
fn no_name_in_a_picture_covers_another_or_leaves_it() {
    let page = page(&["layout", "--format", "html", "foo_buffer", "foo.h"]);
    let Some(answers) = ask(&page, &WIDTHS, "return {};") else { return };
    for answer in &answers {
        assert_tidy(answer, 1);
    }
}
