#!/bin/bash
# Points a measurement of the runtime at a server of its own, in release builds, over a Unix socket
# and TLS. TENANCY_BIN names a folder with built programs and skips the build.
# Usage: runtime.sh leaks|idle [options of `tenancy-bench runtime …`]
set -euo pipefail
cd "$(dirname "$0")/.."

tls_port=${TENANCY_RUNTIME_TLS_PORT:-17443}
measurement=$1
shift

work=$(mktemp -d)
server=
finish() {
    [[ -z $server ]] || kill "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

if [[ -z ${TENANCY_BIN:-} ]]; then
    swift build -c release --product tenancy-bench >&2
    TENANCY_BIN=$(swift build -c release --show-bin-path)
fi
bench=$TENANCY_BIN/tenancy-bench

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null

# Twice 10,000 connections, and what else the processes have open.
ulimit -n "$(ulimit -H -n)"
"$bench" runtime serve --socket "$work/s" --tls-port "$tls_port" \
    --cert "$work/cert.pem" --key "$work/key.pem" 2>"$work/log" &
server=$!
until grep -qsx ready "$work/log"; do
    kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
    sleep 0.1
done

options=(--socket "$work/s" --pid "$server")
[[ $measurement != idle ]] || options+=(--tls-port "$tls_port" --ca "$work/cert.pem")
"$bench" runtime "$measurement" "${options[@]}" "$@"
