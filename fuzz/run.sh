#!/bin/sh
# Runs a fuzz target that build.sh has built: `./run.sh header -runs=1000000`. New inputs go to corpus/NAME,
# and one that fails to artifacts/NAME.
set -eu
cd "$(dirname "$0")"
name=$1
shift
mkdir -p "corpus/$name" "seeds/$name" "artifacts/$name"
# One thread, so that the same input takes the same way; and no crate that cargo has unpacked is read.
export RAYON_NUM_THREADS=1 CARGO_HOME=/nowhere
exec "${CARGO_TARGET_DIR:-target}/x86_64-unknown-linux-gnu/release/$name" "corpus/$name" "seeds/$name" \
	-artifact_prefix="artifacts/$name/" -timeout=10 -rss_limit_mb=2048 "$@"
