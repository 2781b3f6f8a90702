#!/bin/bash
# Every test: Swift's, then the foreign clients against a server of their own.
# Usage: test.sh [flags for swift test]
set -euo pipefail
cd "$(dirname "$0")/.."

# Tests that wait for each other's time are not starved when only so many run at once. The
# end-to-end tests start whole deployments; beside everything else they would starve it, and all at
# once each other: a call that finds no connection to the database for a second is refused.
tests_max=24
end_to_end_tests_max=12

# What servers write down is searched for secrets when they have ended, and what the tests and the
# clients say at the end: it has the errors that they got.
E2E_LEAKS=$(mktemp)
export E2E_LEAKS
install -m 600 /dev/null "$E2E_LEAKS.said"
trap 'rm -f "$E2E_LEAKS.said"' EXIT
said() { "$@" 2>&1 | tee -a "$E2E_LEAKS.said"; }

said swift test "$@" --skip EndToEndTests \
    --experimental-maximum-parallelization-width "$tests_max"
said swift test "$@" --skip-build --filter EndToEndTests \
    --experimental-maximum-parallelization-width "$end_to_end_tests_max"
bin=$(swift build --show-bin-path)
export TENANCY_BIN=$bin
for client in Interop/*/test.sh; do
    echo "test: $client"
    said "$client"
done
.scripts/leaked.sh "$E2E_LEAKS"
