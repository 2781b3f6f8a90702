#!/bin/bash
# Every test: Swift's, then the foreign clients against a server of their own.
# Usage: test.sh [flags for swift test]
set -euo pipefail
cd "$(dirname "$0")/.."

# The end-to-end tests start whole deployments; beside everything else they would starve it.
swift test "$@" --skip EndToEndTests
swift test "$@" --skip-build --filter EndToEndTests
for client in Interop/*/test.sh; do
    echo "test: $client"
    "$client"
done
