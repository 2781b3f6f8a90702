#!/bin/bash
# The tests under ThreadSanitizer, and the servers that the end-to-end tests start. Fails when
# anything was reported. Nothing is suppressed; Tests/ThreadSanitizer tells the sanitizer of what
# orders threads inside the Swift library, which it does not see.
# Usage: tsan.sh [--short | FILTER]
#   --short   those in which threads meet most, within minutes
#   FILTER    a regular expression, as for swift test --filter
set -euo pipefail
cd "$(dirname "$0")/.."

# The sanitizer makes everything about ten times slower; all tests at once would starve each other
# past what one may take.
tests_max=8
end_to_end_tests_max=3
# Of the end-to-end tests those in which threads of a server meet: many callers of one tenant,
# several servers, watches, what is remembered and ended elsewhere, files that are read anew, drains
# and lost databases. The others send one call after the other through the same code, which every
# test here does as well.
end_to_end='EndToEndTests\.(ConcurrentConsume|LeasedQuota|HeldLease|QuotaCalls|IdempotencyTests'
end_to_end+='|TwoServers|GrantsEverywhere|KeysEverywhere|Bearer|Token|WatchLife|SlowWatcher'
end_to_end+='|WatchActivity|WatchConfigurations|Reload|Drain|LostDatabase|KilledServer'
end_to_end+='|HostileBytes|ConnectionFairness|FailedAuthentication|OperationsPage|Tracing)'
# The short part: the modules that have threads, and of each way in which they meet in a server one
# suite that is quickly done.
short='^(Reactor|TTRPC|TTRPCInstrumentation|Postgres|PrometheusMetrics|PlainHTTP'
short+='|TenancyServer)Tests\.'
# One thread each, and half of the time.
short_without='FrameDecoderTests|PrescanTests'
short_end_to_end='EndToEndTests\.(ConcurrentConsume|LeasedQuota|HeldLease|WatchLife|Drain'
short_end_to_end+='|ConnectionFairness)'
scratch=$PWD/.build/tsan
happens_before=$scratch/happens-before.so
reports=$scratch/reports

swift build --build-tests --sanitize thread --scratch-path "$scratch"
clang=$(dirname "$(realpath "$(command -v swift)")")/clang
"$clang" -shared -fPIC -O1 -Wall -o "$happens_before" Tests/ThreadSanitizer/happens-before.c -ldl
echo "tsan: built, $SECONDS s"

rm -rf "$reports"
mkdir -p "$reports"
# All reports of a run at once, those of the servers too, each process in a file of its own; with
# any of them a process ends with an error.
export TSAN_OPTIONS="halt_on_error=0 log_path=$reports/report"
export SWIFT_BACKTRACE=enable=no

status=0
tests() {
    local width=$1
    shift
    LD_PRELOAD=$happens_before swift test --skip-build --sanitize thread \
        --scratch-path "$scratch" --experimental-maximum-parallelization-width "$width" "$@" \
        || status=$?
}

case ${1:-} in
    '')
        tests "$tests_max" --skip EndToEndTests
        tests "$end_to_end_tests_max" --filter "$end_to_end"
        ;;
    --short)
        tests "$tests_max" --filter "$short" --skip "$short_without"
        tests "$end_to_end_tests_max" --filter "$short_end_to_end"
        ;;
    *) tests "$end_to_end_tests_max" --filter "$1" ;;
esac
for report in "$reports"/*; do
    [[ -e $report ]] || continue
    head -n 200 "$report" >&2
    echo "tsan: $report" >&2
    status=1
done
echo "tsan: $SECONDS s"
exit "$status"
