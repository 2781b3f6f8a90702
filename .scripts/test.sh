#!/bin/bash
# Every test: Swift's, then the foreign clients against a server of their own.
# Usage: test.sh [flags for swift test]
set -euo pipefail
cd "$(dirname "$0")/.."

# The end-to-end tests start whole deployments; beside everything else they would starve it, and
# all at once each other: a call that finds no connection to the database for a second is refused.
end_to_end_tests_max=12

swift test "$@" --skip EndToEndTests
swift test "$@" --skip-build --filter EndToEndTests \
    --experimental-maximum-parallelization-width "$end_to_end_tests_max"
for client in Interop/*/test.sh; do
    echo "test: $client"
    "$client"
done
