#!/bin/sh
# Builds the fuzz targets for libFuzzer with the installed stable compiler. The flags are those of cargo-fuzz
# without a sanitizer, and checks of arithmetic and debug assertions stay in. Words are passed on to cargo:
# `./build.sh --bin header`. Needs a C++ compiler, for libFuzzer itself.
set -eu
cd "$(dirname "$0")"
coverage="-Cpasses=sancov-module"
for option in level=4 inline-8bit-counters pc-table trace-compares; do
	coverage="$coverage -Cllvm-args=-sanitizer-coverage-$option"
done
export RUSTFLAGS="--cfg fuzzing -Cdebug-assertions $coverage"
# With a target, build scripts and procedural macros are left as they are.
exec cargo build --release --target x86_64-unknown-linux-gnu "$@"
