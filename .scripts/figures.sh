#!/bin/bash
# The runtime's figures in Sources/tenancy-bench/BENCHMARKS.md, on a machine that does nothing else:
# beside the bare C server, with and without instruments and polling, and what connections cost.
# Usage: figures.sh FOLDER    where compare.py is, with the load generator built in FOLDER/build
set -euo pipefail
cd "$(dirname "$0")/.."
compare=$(realpath "$1")

tls_port=17444
rounds=3
slice_seconds=1
poll_us=100

work=$(mktemp -d)
server=
stop() {
    [[ -z $server ]] || { kill "$server" && wait "$server"; } 2>/dev/null || true
    server=
}
trap 'stop; rm -rf "$work"' EXIT

swift build -c release --product tenancy-bench >&2
bench=$(swift build -c release --show-bin-path)/tenancy-bench
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
ulimit -n "$(ulimit -H -n)"

# Shapes, then options of `runtime serve`. The server has a core and the load generator the other.
measure() {
    local shapes=$1
    shift
    echo "figures: $shapes ${*:-plain}"
    rm -f "$work/log"
    taskset -c 0 "$bench" runtime serve --socket "$work/s" --tls-port "$tls_port" \
        --cert "$work/cert.pem" --key "$work/key.pem" "$@" 2>"$work/log" &
    server=$!
    until grep -qsx ready "$work/log"; do
        kill -0 "$server" || { cat "$work/log" >&2; exit 1; }
        sleep 0.1
    done
    "$compare/compare.py" --bin "$compare/build" --unix "$work/s" --tls "$tls_port" \
        --pid "$server" --shapes "$shapes" --rounds "$rounds" --secs "$slice_seconds"
    stop
}

measure 1x1,16x1,16x16,1000x1
measure 16x1,16x16 --instrumented
measure 1x1 --busy-poll-us "$poll_us"
# Built by `make OUT=build all peers`; needs libgrpc++-dev and redis-server.
if [[ -x $compare/build/grpc-server ]]; then
    echo "figures: what else there is"
    "$compare/peers/run.py" --bin "$compare/build" --secs "$slice_seconds" --only limit,grpc,redis
fi
echo "figures: idle"
.scripts/runtime.sh idle
echo "figures: hostile"
.scripts/hostile.sh
