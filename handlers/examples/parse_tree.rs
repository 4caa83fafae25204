//! Parses the `.c` files of folders that hold `ioctl`, and prints how much of them was understood.
//! `PARSE_TREE_VERBOSE=1` lists what was not, and `PARSE_TREE_FUNCTIONS=1` the functions.
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(Default, Clone, Copy)]
struct Counts {
    files: usize,
    bytes: usize,
    functions: usize,
    not_understood: usize,
}

fn main() {
    let folders: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let is_verbose = std::env::var_os("PARSE_TREE_VERBOSE").is_some();
    let mut files = Vec::new();
    for folder in &folders {
        collect(folder, &mut files);
    }
    let texts: Vec<(PathBuf, String)> = files
        .into_par_iter()
        .filter_map(|path| {
            let text = String::from_utf8_lossy(&std::fs::read(&path).ok()?).into_owned();
            text.contains("ioctl").then_some((path, text))
        })
        .collect();
    let start = Instant::now();
    let items: usize = texts
        .par_iter()
        .map(|(_, text)| ioctlkit_handlers::parse::Outline::new(text).items().count())
        .sum();
    println!("{items} items outlined in {:.2} s", start.elapsed().as_secs_f64());
    let start = Instant::now();
    let total = texts
        .par_iter()
        .map(|(path, text)| measure(path, text, is_verbose))
        .reduce(Counts::default, add);
    let seconds = start.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a share of a few thousand functions")]
    let share = 100.0 * total.not_understood as f64 / total.functions.max(1) as f64;
    #[expect(clippy::cast_precision_loss, reason = "megabytes with two digits")]
    let megabytes = total.bytes as f64 / 1e6;
    println!(
        "{} files, {} functions, {} not understood ({share:.3} %), {seconds:.2} s, {:.2} MB/s",
        total.files,
        total.functions,
        total.not_understood,
        megabytes / seconds
    );
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_symlink() {
        return;
    }
    if let Ok(entries) = std::fs::read_dir(path) {
        entries.flatten().for_each(|entry| collect(&entry.path(), files));
    } else if path.extension().is_some_and(|extension| extension == "c") {
        files.push(path.to_owned());
    }
}

fn measure(path: &Path, text: &str, is_verbose: bool) -> Counts {
    let unit = ioctlkit_handlers::parse::parse(text);
    let lost = unit.not_understood.iter().filter(|it| {
        it.function.is_none()
            || !unit.functions.iter().any(|function| Some(function.name) == it.function)
    });
    let broken = unit.functions.iter().filter(|function| !function.is_understood).count();
    let lost = lost.count();
    if std::env::var_os("PARSE_TREE_FUNCTIONS").is_some() {
        for function in &unit.functions {
            let name = &text[function.name.start as usize..function.name.end as usize];
            println!("{}: {name}", path.display());
        }
    }
    if is_verbose {
        for it in &unit.not_understood {
            let start = it.at.start as usize;
            let line =
                memchr::memchr_iter(b'\n', &text.as_bytes()[..start.min(text.len())]).count() + 1;
            let name = it
                .function
                .and_then(|name| text.get(name.start as usize..name.end as usize))
                .unwrap_or("-");
            let shown: String = String::from_utf8_lossy(&text.as_bytes()[start.min(text.len())..])
                .chars()
                .take(70)
                .collect();
            println!("{}:{line}: {name}: {shown:?}", path.display());
        }
    }
    Counts {
        files: 1,
        bytes: text.len(),
        functions: unit.functions.len() + lost,
        not_understood: broken + lost,
    }
}

fn add(left: Counts, right: Counts) -> Counts {
    Counts {
        files: left.files + right.files,
        bytes: left.bytes + right.bytes,
        functions: left.functions + right.functions,
        not_understood: left.not_understood + right.not_understood,
    }
}
