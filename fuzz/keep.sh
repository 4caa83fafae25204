#!/bin/sh
# Adds to seeds/NAME the few inputs of corpus/NAME, of at most LENGTH bytes, that reach all that the corpus reaches
# with such inputs: `./keep.sh header 512`. What is in seeds/ is committed, and should stay small.
set -eu
cd "$(dirname "$0")"
name=$1
length=$2
mkdir -p "seeds/$name"
export RAYON_NUM_THREADS=1 CARGO_HOME=/nowhere
exec "${CARGO_TARGET_DIR:-target}/x86_64-unknown-linux-gnu/release/$name" -set_cover_merge=1 -use_counters=0 \
	-max_len="$length" "seeds/$name" "corpus/$name"
