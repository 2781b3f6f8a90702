#!/bin/bash
# The tests under ThreadSanitizer. Fails when anything was reported.
# Usage: tsan.sh [FILTER]   (a regular expression, as for swift test --filter)
set -euo pipefail
cd "$(dirname "$0")/.."

# The sanitizer makes everything about ten times slower; all tests at once would starve each other
# past what one may take.
tests_max=8
scratch=$PWD/.build/tsan
happens_before=$scratch/happens-before.so

swift build --build-tests --sanitize thread --scratch-path "$scratch"
clang=$(dirname "$(realpath "$(command -v swift)")")/clang
"$clang" -shared -fPIC -O1 -Wall -o "$happens_before" Tests/ThreadSanitizer/happens-before.c -ldl

# All reports of a run at once; with any of them the program ends with an error.
export TSAN_OPTIONS=halt_on_error=0
export SWIFT_BACKTRACE=enable=no
# The end-to-end tests start programs of the other build; what they check is not in this process.
what=(--skip EndToEndTests)
[[ -z ${1:-} ]] || what+=(--filter "$1")
LD_PRELOAD=$happens_before swift test --skip-build --sanitize thread --scratch-path "$scratch" \
    --experimental-maximum-parallelization-width "$tests_max" "${what[@]}"
