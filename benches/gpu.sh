#!/bin/sh
# All that a GPU is measured by, natively: `benches/gpu.sh PHOTO [FOLDER]`.
#
# Denoises the photo by Vulkan, from file to file, in 1 and in 25 steps, with numbers of 32 and of 16 bits, three times
# each. With a FOLDER of pictures, training is measured too: for a minute by Vulkan and for a minute by LibTorch, where
# it is installed (docs/training.md); the last line says how long a step takes.
set -eu
photo=$(realpath "$1")
folder=${2:+$(realpath "$2")}
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -r "$out"' EXIT

cargo build --release --features vulkan --bin denoise
for steps in 1 25; do
  for precision in f32 f16; do
    for turn in 1 2 3; do
      begun=$(date +%s%N)
      target/release/denoise "$photo" -o "$out/result.png" --force --device vulkan --precision $precision --steps $steps \
        > "$out/log" 2>&1 || { cat "$out/log"; break; }
      echo "$steps steps, $precision, turn $turn: $((($(date +%s%N) - begun) / 1000000)) ms"
    done
  done
done

[ -n "$folder" ] || exit 0
for device in vulkan libtorch:0; do
  echo "training by $device"
  cargo build --release --features "${device%:*}" --bin train || continue
  timeout --signal INT 60 target/release/train --device "$device" --data "$folder" --out "$out/${device%:*}" || true
done
