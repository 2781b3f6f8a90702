#!/bin/bash
# The tests under ThreadSanitizer. Fails on the first report.
# Usage: tsan.sh [FILTER]   (a regular expression, as for swift test --filter)
set -euo pipefail
cd "$(dirname "$0")/.."

scratch=$PWD/.build/tsan
mutex=$scratch/mutex.so

swift build --build-tests --sanitize thread --scratch-path "$scratch"
clang=$(dirname "$(realpath "$(command -v swift)")")/clang
"$clang" -shared -fPIC -O1 -Wall -o "$mutex" Tests/ThreadSanitizer/mutex.c -ldl

export TSAN_OPTIONS="suppressions=$PWD/Tests/ThreadSanitizer/suppressions.txt halt_on_error=1"
export SWIFT_BACKTRACE=enable=no
# The end-to-end tests start programs of the other build; what they check is not in this process.
what=(--skip EndToEndTests)
[[ -z ${1:-} ]] || what+=(--filter "$1")
LD_PRELOAD=$mutex swift test --skip-build --sanitize thread --scratch-path "$scratch" "${what[@]}"
