//! The kernel's source.

use std::path::Path;

use ioctl_lint::kernel_copies_source::{data_file, differing, lines, read, version};
use ioctl_lint::kernel_structures_source::Files;
use ioctlkit_model::kernel_copies::{self, DATA, INPUTS, READ, STRUCTURES};
use ioctlkit_oracle::kernel::{Kernel, drivers};

use crate::{cache, is_full};

/// Files whose handlers follow nothing that lies elsewhere.
const BY_THEMSELVES: [&str; 2] = ["block/bsg.c", "kernel/power/user.c"];

/// The headers with their commands and structures.
const HEADERS: [&str; 2] = ["include/uapi/linux/bsg.h", "include/uapi/linux/suspend_ioctls.h"];

#[test]
fn what_some_files_of_the_kernel_do_is_in_the_table() {
    let kernel = Kernel::unpacked(&cache()).unwrap();
    let tree = kernel.root();
    assert_eq!(version(&tree).unwrap(), kernel_copies::kernel());
    let headers = HEADERS.map(|file| tree.join(file));
    let source = BY_THEMSELVES.map(|file| tree.join(file));
    let found = lines(&read(&headers, &source), &tree);
    assert!(found.len() > 15, "{found:#?}");
    let missing: Vec<&String> = found.iter().filter(|line| !is_in_the_table(line)).collect();
    assert!(missing.is_empty(), "`cargo xtask copies --write` would add {missing:#?}");
}

/// Whether the table says the same of the command; other handlers may do so, too.
fn is_in_the_table(line: &str) -> bool {
    let rows = kernel_copies::parse(line).unwrap();
    let row = &rows[0];
    kernel_copies::of(row.name).iter().any(|known| {
        known.argument == row.argument && known.read == row.read && known.written == row.written
    })
}

#[test]
fn the_tables_are_what_all_of_the_kernel_says() {
    if !is_full() {
        return;
    }
    let tree = drivers(&cache()).unwrap();
    let interface = read(std::slice::from_ref(&tree), std::slice::from_ref(&tree));
    let text = data_file(&interface, &tree, &version(&tree).unwrap());
    let files = Files::of(&interface, &text, &version(&tree).unwrap());
    let made = [(DATA, text), (STRUCTURES, files.structures), (INPUTS, files.inputs)];
    for (committed, text) in made {
        let differing = differing(committed, &text);
        assert!(differing.is_empty(), "run `cargo xtask copies --write`: {differing:#?}");
    }
}

/// What these rows say is compared with nothing, but where they lead is.
#[test]
fn the_handlers_of_the_table_that_is_written_by_hand_are_in_the_kernel() {
    if !is_full() {
        return;
    }
    let tree = drivers(&cache()).unwrap();
    let rows = kernel_copies::parse(READ).unwrap();
    // Linux 5.14 removed it.
    let (gone, rows): (Vec<_>, Vec<_>) =
        rows.iter().partition(|row| row.file == "drivers/ide/ide-ioctls.c");
    assert!(gone.len() < 30 && rows.len() > 200);
    for row in rows {
        let text = std::fs::read_to_string(tree.join(row.file)).expect(row.file);
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let has_it = text.split(|c| !is_part(c)).any(|word| word == row.function);
        assert!(has_it, "{}: {} has no {}", row.name, row.file, row.function);
    }
}

#[test]
fn a_folder_that_is_no_kernel_is_refused_with_the_reason() {
    let nowhere = version(Path::new("/nowhere")).unwrap_err();
    assert!(nowhere.to_string().starts_with("/nowhere/Makefile: "), "{nowhere}");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-kernel");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("Makefile"), "VERSION = 6\nall:\n").unwrap();
    let other = version(&folder).unwrap_err().to_string();
    assert!(other.contains("does not set VERSION, PATCHLEVEL and SUBLEVEL"), "{other}");
}
