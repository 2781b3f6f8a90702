#!/bin/bash
# What finds what tests alone do not, each for a bounded time, with how long each took:
# ThreadSanitizer over the tests in which threads meet most, every fuzz target under
# AddressSanitizer from the committed corpus, and what stays in memory after many calls. `make
# fuzz`, `make tsan` and `make leaks` do the same at full size.
# Usage: sanitize.sh [leaks] [fuzzing] [threads]    all of them when none is named
set -euo pipefail
cd "$(dirname "$0")/.."

fuzz_seconds=20
calls=300000
connects=50000
streams=20000

part() {
    local name=$1 start=$SECONDS
    shift
    echo "sanitize: $name"
    "$@"
    echo "sanitize: $name: $((SECONDS - start)) s"
}

wants() { [[ " ${parts[*]} " == *" $1 "* ]]; }

parts=("$@")
[[ $# -gt 0 ]] || parts=(leaks fuzzing threads)
# The debug build is there already, and counts what stays as well as any.
if wants leaks; then
    part "leaks" env TENANCY_BIN="$(swift build --show-bin-path)" .scripts/runtime.sh leaks \
        --calls "$calls" --connects "$connects" --streams "$streams"
fi
if wants fuzzing; then part "fuzzing" .scripts/fuzz.sh "$fuzz_seconds"; fi
if wants threads; then part "threads" .scripts/tsan.sh --short; fi
echo "sanitize: clean, $SECONDS s"
