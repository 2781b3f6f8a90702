#!/bin/bash
# What finds what tests alone do not, each for a bounded time, with how long each took:
# ThreadSanitizer over the tests, every fuzz target under AddressSanitizer from the committed
# corpus, what stays in memory after many calls, and the quota ledger's simulation.
set -euo pipefail
cd "$(dirname "$0")/.."

fuzz_seconds=20
calls=1000000
connects=100000
streams=100000
seeds=10000

part() {
    local name=$1 start=$SECONDS
    shift
    echo "sanitize: $name"
    "$@"
    echo "sanitize: $name: $((SECONDS - start)) s"
}

part "threads" .scripts/tsan.sh
part "fuzzing" .scripts/fuzz.sh "$fuzz_seconds"
part "leaks" .scripts/runtime.sh leaks \
    --calls "$calls" --connects "$connects" --streams "$streams"
part "simulation" .scripts/simulate.sh "$seeds" 1
echo "sanitize: clean, $SECONDS s"
