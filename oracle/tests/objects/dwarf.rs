//! Layouts from DWARF are those that pahole reads from it, and from the BTF that it makes of it.

use std::path::Path;
use std::process::Command;

use crate::layouts::assert_equal_to_pahole;

/// What C can put into a structure.
const SOURCE: &str = r"
typedef unsigned long long __attribute__((aligned(8))) aligned_u64;
enum small { SMALL_A = -1, SMALL_B = 5 };
enum large { LARGE_A = 1ull << 33 };
struct inner { char c; unsigned short s; };
struct outer {
	char a;
	int b : 3;
	unsigned c : 7;
	unsigned : 0;
	unsigned long long wide : 40;
	long d;
	char m[2][3][4];
	struct inner i[2];
	union { int x; char y[3]; };
	struct { int z; struct { short q; } deep; } n;
	void *p;
	int (*f)(int, struct outer *);
	int (*g[2])(void);
	enum small e;
	enum large u;
	_Bool t;
	double real;
	long double longer;
	aligned_u64 v;
#ifdef __SIZEOF_INT128__
	__int128 huge;
#endif
	const volatile struct inner *q;
	int none[0];
	int last[];
};
struct __attribute__((packed)) packed { char a; int b; long long c : 33; };
struct __attribute__((aligned(64))) line { int a; };
union either { char c; double d; struct inner i; };
typedef struct { int q; } unnamed;
struct outer outer;
struct packed packed;
struct line line;
union either either;
unnamed without_tag;
long function(int a, struct outer *b) { return a; }
";

fn compile(folder: &Path, name: &str, options: &[&str]) -> std::path::PathBuf {
    compile_with("gcc", folder, name, options)
}

fn compile_with(program: &str, folder: &Path, name: &str, options: &[&str]) -> std::path::PathBuf {
    let source = folder.join("types.c");
    std::fs::write(&source, SOURCE).unwrap();
    let object = folder.join(name);
    let mut gcc = Command::new(program);
    gcc.arg("-c").args(options).arg("-o").arg(&object).arg(&source);
    assert!(gcc.status().unwrap().success(), "gcc {options:?}");
    object
}

/// The same as a program. pahole 1.24 does not apply the relocations of openrisc: it reads one name
/// for all there is in an object that was not linked.
fn link_with(program: &str, folder: &Path, options: &[&str]) -> std::path::PathBuf {
    let linked = folder.join("types");
    let mut gcc = Command::new(program);
    gcc.args(["-nostdlib", "-static", "-Wl,-e,0", "-o"]).arg(&linked).args(options);
    assert!(gcc.arg(folder.join("types.c")).status().unwrap().success(), "gcc {options:?}");
    linked
}

#[test]
fn dwarf_of_both_versions_compressed_or_not_has_the_layouts_that_pahole_reads() {
    let folder = tempfile::tempdir().unwrap();
    for options in [
        &["-gdwarf-4"][..],
        &["-gdwarf-5"],
        &["-gdwarf-5", "-gz"],
        &["-gdwarf-4", "-fdebug-types-section"],
        &["-gdwarf-5", "-fdebug-types-section"],
    ] {
        let object = compile(folder.path(), "types.o", options);
        assert_equal_to_pahole(&object, "dwarf");
    }
}

#[test]
fn objects_of_other_classes_and_byte_orders_have_the_layouts_that_pahole_reads() {
    let folder = tempfile::tempdir().unwrap();
    for (program, options, abi) in [
        ("gcc", &["-g", "-m32"][..], "i386"),
        ("gcc", &["-g", "-mx32"], "x32"),
        // Big-endian.
        ("or1k-elf-gcc", &["-g"], "openrisc"),
        ("xtensa-lx106-elf-gcc", &["-g"], "xtensa"),
    ] {
        let object = compile_with(program, folder.path(), "types.o", options);
        let interface = crate::layouts::read_all(&object);
        let linked = link_with(program, folder.path(), options);
        assert_equal_to_pahole(&linked, "dwarf");
        let of_linked = crate::layouts::read_all(&linked);
        let shapes = |of| crate::shapes::shapes(of, interface.objects[0].abi);
        assert_eq!(shapes(&interface), shapes(&of_linked), "{abi}");
        assert_eq!(interface.objects[0].abi.abi().name, abi);
        let char = &interface.records.iter().find(|one| one.name.as_deref() == Some("inner"));
        let member = &char.unwrap().variants.first().unwrap().members[0];
        assert_eq!(interface.type_name(&member.ty), "char", "{abi}");
    }
}

#[test]
fn btf_that_pahole_makes_has_the_layouts_that_pahole_reads() {
    let folder = tempfile::tempdir().unwrap();
    let object = compile(folder.path(), "types.o", &["-gdwarf-4"]);
    let made = Command::new("pahole")
        .env("LLVM_OBJCOPY", "objcopy")
        .arg("--btf_encode")
        .arg(&object)
        .status()
        .unwrap();
    assert!(made.success());
    assert_eq!(assert_equal_to_pahole(&object, "btf"), 5);
}

#[test]
fn objects_in_an_archive_are_read_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let objects =
        ["first_with_a_long_name.o", "b.o"].map(|name| compile(folder.path(), name, &["-g"]));
    let archive = folder.path().join("all.a");
    assert!(Command::new("ar").arg("rcs").arg(&archive).args(&objects).status().unwrap().success());
    let interface = crate::layouts::read_all(&archive);
    let path = |object: &ioctlkit_model::Object| interface.sources.file(object.file).path.clone();
    let paths: Vec<_> = interface.objects.iter().map(path).collect();
    assert_eq!(paths, ["first_with_a_long_name.o", "b.o"].map(|name| archive.join(name)));
    let outers = interface.records.iter().filter(|one| one.name.as_deref() == Some("outer"));
    assert_eq!(outers.filter(|record| !record.variants.is_empty()).count(), 2);
}
