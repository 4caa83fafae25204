//! Damaged objects are told, and nothing worse: real modules and an object with DWARF, cut off at
//! every kind of place and with bits turned over.

use std::path::{Path, PathBuf};
use std::process::Command;

use ioctlkit_model::ProblemKind;
use ioctlkit_oracle::Effort;
use ioctlkit_oracle::distribution::{Distribution, Flavour};
use ioctlkit_sources::object::{Request, Wanted, read, unpacked};

use crate::cache;

/// How often an object is damaged.
fn rounds() -> u64 {
    match Effort::from_environment() {
        Effort::Quick => 150,
        Effort::Full => 5000,
    }
}

/// A sequence of numbers without a pattern (xorshift), the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below as u64) as usize
    }
}

/// Reads bytes as a file of that name; what comes of it must be a result and no panic.
fn survives(folder: &Path, name: &str, bytes: &[u8], base: Option<&Path>) -> bool {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    let request = Request {
        paths: vec![path],
        base: base.map(Path::to_owned),
        types: Wanted::All,
        ..Request::default()
    };
    let (_, problems) = read(&request);
    problems.iter().any(|problem| problem.kind == ProblemKind::Failure)
}

fn module(kernel: &Distribution) -> PathBuf {
    kernel.modules().join("kernel/drivers/vdpa/vdpa_user/vduse.ko.xz")
}

#[test]
fn a_module_that_is_cut_off_anywhere_is_told() {
    let kernel = Distribution::unpacked(&cache(), Flavour::Cloud).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let bytes = unpacked(&module(&kernel)).unwrap();
    assert!(!survives(folder.path(), "whole.ko", &bytes, Some(&kernel.image())));
    let mut numbers = Numbers(1);
    for _ in 0..rounds() {
        let end = numbers.next(end_of_sections(&bytes));
        assert!(survives(folder.path(), "cut.ko", &bytes[..end], None), "cut at {end}");
    }
}

/// Where the table of sections ends: behind it is nothing but a signature.
fn end_of_sections(module: &[u8]) -> usize {
    let start = u64::from_le_bytes(*module[40..].first_chunk().unwrap());
    let count = u16::from_le_bytes(*module[60..].first_chunk().unwrap());
    start as usize + 64 * usize::from(count)
}

#[test]
fn a_compressed_module_that_is_cut_off_or_damaged_is_told() {
    let kernel = Distribution::unpacked(&cache(), Flavour::Cloud).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let bytes = std::fs::read(module(&kernel)).unwrap();
    let mut numbers = Numbers(2);
    for _ in 0..rounds() {
        let end = numbers.next(bytes.len());
        assert!(survives(folder.path(), "cut.ko.xz", &bytes[..end], None), "cut at {end}");
        let mut turned = bytes.clone();
        // Behind the header, everything is checked.
        let at = 24 + numbers.next(bytes.len() - 24);
        turned[at] ^= 1 << numbers.next(8);
        survives(folder.path(), "turned.ko.xz", &turned, None);
    }
}

#[test]
fn bits_that_are_turned_over_in_a_module_do_no_harm() {
    let kernel = Distribution::unpacked(&cache(), Flavour::Cloud).unwrap();
    let folder = tempfile::tempdir().unwrap();
    // The kernel's types once, not for every round.
    let base = folder.path().join("base.btf");
    std::fs::write(&base, btf_of(&unpacked(&kernel.image()).unwrap())).unwrap();
    let bytes = unpacked(&module(&kernel)).unwrap();
    let mut numbers = Numbers(3);
    for _ in 0..rounds() / 10 {
        let mut turned = bytes.clone();
        for _ in 0..=numbers.next(8) {
            let at = numbers.next(turned.len());
            turned[at] ^= 1 << numbers.next(8);
        }
        survives(folder.path(), "turned.ko", &turned, Some(&base));
    }
}

#[test]
fn bits_that_are_turned_over_in_types_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("types.c");
    let text = "struct file_operations { int a; } o; struct a { struct a *next; int b : 3; char c[4]; union { long d; }; } a;\n\
                typedef enum { A = 1 } kind; kind k; long f(struct a *x, kind k) { return 0; }\n";
    std::fs::write(&source, text).unwrap();
    let mut numbers = Numbers(4);
    for (name, option) in [
        ("four.o", "-gdwarf-4"),
        ("five.o", "-gdwarf-5"),
        ("btf.o", "-gdwarf-4"),
        ("image.o", "-gdwarf-4"),
    ] {
        let object = folder.path().join(name);
        let mut gcc = Command::new("gcc");
        assert!(
            gcc.args(["-c", option, "-o"]).arg(&object).arg(&source).status().unwrap().success()
        );
        let is_image = name == "image.o";
        if name == "btf.o" || is_image {
            let pahole = Command::new("pahole")
                .env("LLVM_OBJCOPY", "objcopy")
                .arg("--btf_encode")
                .arg(&object)
                .status();
            assert!(pahole.unwrap().success());
        }
        let mut bytes = std::fs::read(&object).unwrap();
        if is_image {
            bytes = flat_image(&btf_of(&bytes));
        }
        for _ in 0..rounds() * 4 {
            let mut turned = bytes.clone();
            for _ in 0..=numbers.next(4) {
                let at = numbers.next(turned.len());
                turned[at] = numbers.next(256) as u8;
            }
            survives(folder.path(), "turned.o", &turned, None);
        }
    }
}

/// A kernel's memory, as arm64 boots it, with these types in it.
fn flat_image(types: &[u8]) -> Vec<u8> {
    let mut image = vec![0; 0x38];
    image.extend(b"ARM\x64");
    image.extend([0; 99]);
    image.extend(types);
    image
}

/// The section `.BTF` of a file, found by its magic number and its header's own length.
fn btf_of(vmlinux: &[u8]) -> Vec<u8> {
    let header = [0x9f, 0xeb, 1, 0, 24, 0, 0, 0, 0, 0, 0, 0];
    let start = vmlinux.windows(header.len()).position(|bytes| bytes == header).unwrap();
    let word =
        |at: usize| u32::from_le_bytes(*vmlinux[start + at..].first_chunk().unwrap()) as usize;
    vmlinux[start..start + 24 + word(16) + word(20)].to_vec()
}
