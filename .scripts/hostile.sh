#!/bin/bash
# What strangers that promise large frames cost a service in release builds and a tenant of it: over
# the Unix socket, then over TLS, each on a service of its own, because memory that the first have
# made it take would hide what the others do. TENANCY_BIN names a folder with built programs and
# skips the build.
# Usage: hostile.sh [options of `tenancy-bench hostile`]
set -euo pipefail
cd "$(dirname "$0")/.."

# A handshake costs both sides far more than a bare connection does: at the rate of the Unix socket
# all of them together would be more than two cores can do.
tls_rate=200

# Beside a server, as this script starts itself: the way, the program, its options.
if [[ -n ${TENANCY_PID:-} ]]; then
    way=$1 bench=$2
    shift 2
    options=(--pid "$TENANCY_PID")
    [[ $way != tls ]] || options+=(--tls "localhost:$TENANCY_TLS_PORT" --rate "$tls_rate")
    exec "$bench" hostile "${options[@]}" "$@"
fi

if [[ -z ${TENANCY_BIN:-} ]]; then
    for product in tenancyd tenancyctl tenancy-bench; do
        swift build -c release --product "$product" >&2
    done
    TENANCY_BIN=$(swift build -c release --show-bin-path)
fi
export TENANCY_BIN
# 10,000 connections on either side, and what else the processes have open.
ulimit -n "$(ulimit -H -n)"
status=0
for way in unix tls; do
    .scripts/with-server.sh .scripts/hostile.sh "$way" "$TENANCY_BIN/tenancy-bench" "$@" \
        || status=1
done
exit "$status"
