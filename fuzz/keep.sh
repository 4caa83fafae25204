#!/bin/sh
# Adds to seeds/NAME the inputs of corpus/NAME, of at most LENGTH bytes, that reach the most code:
# `./keep.sh header 512`. What is in seeds/ is committed, so it stays at a hundred inputs.
set -eu
cd "$(dirname "$0")"
name=$1
length=$2
mkdir -p "seeds/$name"
export RAYON_NUM_THREADS=1 CARGO_HOME=/nowhere
"${CARGO_TARGET_DIR:-target}/x86_64-unknown-linux-gnu/release/$name" -set_cover_merge=1 -use_counters=0 \
	-max_len="$length" "seeds/$name" "corpus/$name"
# The merge writes those that reach the most first.
cd "seeds/$name"
ls -t | head -n -100 | xargs -r rm --
