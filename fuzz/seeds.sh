#!/bin/sh
# Fills corpus/ with small objects made by this machine's compiler and with the fixtures. They add to the
# committed inputs in seeds/. Needs gcc, objcopy, pahole, xz and zstd.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p corpus/elf corpus/btf corpus/dwarf corpus/decode corpus/dump
mkdir -p corpus/header corpus/handlers corpus/rust_source corpus/database corpus/configuration

# Under a name that says where it is from: many fixtures are called alike.
fixtures() {
	find ../fixtures -name "*.$1" -size -9 | while read -r path; do
		cp "$path" "corpus/$2/$(echo "${path#../fixtures/}" | tr -c 'a-z0-9A-Z_.\n' -)"
	done
}
fixtures h header
fixtures c handlers
fixtures rs rust_source
cp ../codegen/scaffold-template/ioctl-lint.toml corpus/configuration/
cat >corpus/database/two <<'J'
[{"directory": "/b", "file": "a.h", "arguments": ["cc", "-DA=1", "-U", "B", "-I", "/i", "-std=gnu11", "-c"]},
 {"directory": "/b", "file": "b.c", "command": "cc -D'A(x)=x' -isystem /s -include \"c d.h\" -fshort-enums"}]
J

# The length of a file in two bytes, the upper one first.
length() {
	bytes=$(wc -c <"$1")
	printf "\\$(printf %03o $((bytes / 256)))\\$(printf %03o $((bytes % 256)))"
}

cat >"$work/types.c" <<'C'
struct inode;
struct file_operations {
	void *owner;
	long (*unlocked_ioctl)(struct file_operations *, unsigned int, unsigned long);
	long (*compat_ioctl)(struct file_operations *, unsigned int, unsigned long);
};
typedef enum { LOW = -1, HIGH = 5 } level_t;
struct __attribute__((packed)) inner { char c; long long wide : 33; };
struct outer {
	struct outer *next;
	int narrow : 3;
	unsigned rest : 17;
	struct inner inner[2][3];
	union { level_t level; _Bool flag; double real; };
	const char *name;
	int tail[];
};
struct outer outer;
long handler(struct file_operations *f, unsigned int command, unsigned long argument)
{
	return command + argument + (unsigned long)f;
}
const struct file_operations operations = { .unlocked_ioctl = handler };
const char info[] __attribute__((section(".modinfo"))) = "name=seed\0vermagic=0.0.0 SMP";
C
for version in 4 5; do
	gcc -c -O1 -gdwarf-$version -o "$work/dwarf$version.o" "$work/types.c"
	cp "$work/dwarf$version.o" corpus/elf/
	for section in info abbrev str; do
		objcopy -O binary --only-section=.debug_$section --set-section-flags .debug_$section=alloc \
			"$work/dwarf$version.o" "$work/$section"
	done
	# As the fuzzer takes three slices from its bytes: their lengths but the last one stand at the end, the
	# first one last.
	{
		cat "$work/info" "$work/abbrev" "$work/str"
		length "$work/abbrev"
		length "$work/info"
	} >corpus/dwarf/dwarf$version
done
gcc -c -O1 -gdwarf-5 -gz -o corpus/elf/compressed.o "$work/types.c"
gcc -c -O1 -g -m32 -o corpus/elf/i386.o "$work/types.c"
ar rcs corpus/elf/archive.a corpus/elf/dwarf4.o corpus/elf/i386.o
cp "$work/dwarf4.o" "$work/btf.o"
pahole --btf_encode "$work/btf.o"
cp "$work/btf.o" corpus/elf/
objcopy -O binary --only-section=.BTF --set-section-flags .BTF=alloc "$work/btf.o" corpus/btf/btf
# The memory of a kernel for arm64, with types in it.
{
	head -c 56 /dev/zero
	printf 'ARMd'
	head -c 99 /dev/zero
	cat corpus/btf/btf
} >corpus/elf/image
cp corpus/elf/image corpus/btf/
xz -kc "$work/btf.o" >corpus/elf/module.ko.xz
zstd -qc "$work/btf.o" >corpus/elf/module.ko.zst
gzip -c "$work/btf.o" >corpus/elf/module.ko.gz
cp data/decode.json corpus/dump/
cat >corpus/decode/line <<'T'
ioctl(3, 0xc0185879, "\x00\x10") = 0
(3, 0xc0185879, 00000000000000000010000000000000)
T
