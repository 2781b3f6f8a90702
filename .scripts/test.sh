#!/bin/bash
# Every test: Swift's, then the foreign clients against a server of their own. Run by searched.sh,
# which searches what the servers write down, and what is said here with the errors that came.
# Usage: test.sh [flags for swift test]
set -euo pipefail
cd "$(dirname "$0")/.."

# Tests that wait for each other's time are not starved when only so many run at once. The
# end-to-end tests start whole deployments; beside everything else they would starve it, and all at
# once each other: a call that finds no connection to the database for a second is refused.
tests_max=24
end_to_end_tests_max=12

swift test "$@" --skip EndToEndTests \
    --experimental-maximum-parallelization-width "$tests_max"
swift test "$@" --skip-build --filter EndToEndTests \
    --experimental-maximum-parallelization-width "$end_to_end_tests_max"
bin=$(swift build --show-bin-path)
export TENANCY_BIN=$bin
for client in Interop/*/test.sh; do
    echo "test: $client"
    "$client"
done
