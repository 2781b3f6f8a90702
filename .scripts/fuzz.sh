#!/bin/bash
# Fuzzes what reads bytes of strangers, under AddressSanitizer. A crash, a trap, a hang or a broken
# promise ends it with the input that did it in .build/fuzz/findings.
# Usage: fuzz.sh [--keep] [SECONDS-PER-TARGET [TARGET …]]
#   --keep   afterwards adds what was found to the committed corpus, without what adds nothing
# One input again: TTRPC_FUZZ_TARGET=TARGET .build/fuzz/debug/ttrpc-fuzz FILE
set -euo pipefail
cd "$(dirname "$0")/.."

# Far more than the C code alone has.
counters_min=10000
input_bytes_max=1024
kept_input_bytes_max=256
input_seconds_max=60
all_targets=(frames streams envelope messages texts connection client)
corpus=$PWD/Tests/Fuzz/Corpus
scratch=$PWD/.build/fuzz

keep=
if [[ ${1:-} == --keep ]]; then
    keep=yes
    shift
fi
seconds=${1:-60}
targets=("${@:2}")
[[ ${#targets[@]} -gt 0 ]] || targets=("${all_targets[@]}")

# A debug build, because it checks the most. The fuzzer is named a second time because the compiler
# lets the last sanitizer decide about coverage, and SwiftPM gives them in no particular order.
TENANCY_FUZZ=1 swift build --product ttrpc-fuzz --scratch-path "$scratch" \
    --sanitize fuzzer --sanitize address -Xswiftc -sanitize=fuzzer
fuzzer=$scratch/debug/ttrpc-fuzz
if (($(size -A "$fuzzer" | awk '$1 == "__sancov_cntrs" { print $2 }') < counters_min)); then
    echo "fuzz: the Swift code is not instrumented" >&2
    exit 1
fi

# libFuzzer reports a crash itself; leaks are looked for by `make leaks`, on the server as it runs.
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0

unpack() {
    mkdir -p "$2"
    [[ ! -e $corpus/$1.tar.gz ]] || tar -xzf "$corpus/$1.tar.gz" -C "$2"
}

pack() {
    tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$2" -cf - . \
        | gzip -9n >"$corpus/$1.tar.gz"
}

fuzz() {
    local found=$scratch/found/$1 known=$scratch/known/$1
    rm -rf "$known"
    mkdir -p "$found" "$scratch/findings"
    unpack "$1" "$known"
    echo "fuzz: $1 for $seconds s"
    TTRPC_FUZZ_TARGET=$1 "$fuzzer" "$found" "$known" -max_total_time="$seconds" \
        -max_len="$input_bytes_max" -timeout="$input_seconds_max" -rss_limit_mb=4096 \
        -artifact_prefix="$scratch/findings/$1-" -print_final_stats=1 >"$scratch/$1.log" 2>&1 || {
        grep -v '^#' "$scratch/$1.log" | tail -n 60
        echo "fuzz: $1 failed: $scratch/$1.log" >&2
        return 1
    }
    grep -E 'stat::(number_of_executed_units|new_units_added)' "$scratch/$1.log"
}

keep() {
    local merged=$scratch/merged/$1
    rm -rf "$merged"
    mkdir -p "$merged"
    TTRPC_FUZZ_TARGET=$1 "$fuzzer" -merge=1 -max_len="$kept_input_bytes_max" \
        "$merged" "$scratch/known/$1" "$scratch/found/$1" >"$scratch/$1.merge.log" 2>&1
    pack "$1" "$merged"
}

for target in "${targets[@]}"; do
    fuzz "$target"
    [[ -z $keep ]] || keep "$target"
done
