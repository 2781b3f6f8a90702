#!/bin/bash
# Runs a command against a server of its own: a new database and a new tenancyd, both gone
# afterwards. The command finds the server by TENANCY_SOCKET, TENANCY_TLS_PORT, TENANCY_DATA and
# TENANCY_PID, its process.
# Builds the programs first, unless TENANCY_BIN names a folder that has them.
# Usage: with-server.sh COMMAND [ARGUMENT ...]
set -euo pipefail
root=$(realpath "$(dirname "$(realpath "$0")")/..")
# shellcheck source-path=SCRIPTDIR source=postgres.sh
. "$root/.scripts/postgres.sh"
# shellcheck source-path=SCRIPTDIR source=server.sh
. "$root/.scripts/server.sh"
# shellcheck source-path=SCRIPTDIR source=secrets.sh
. "$root/.scripts/secrets.sh"

# A port nobody listens on. Another program may take it in between; then tenancyd says so.
free_port() {
    local port
    for port in $(shuf -i 20000-32000 -n 100); do
        if ! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
    return 1
}

finish() {
    local status=$?
    trap '' INT TERM
    [[ -z ${server_pid:-} ]] || server_end "$server_pid"
    server_pid=''
    secrets_look
    server_stop
    rm -rf "$TENANCY_DATA"
    exit "$status"
}

bin=${TENANCY_BIN:-}
if [[ -z $bin ]]; then
    # The server, and the command that the commands here call it with.
    for product in tenancyd tenancyctl; do
        swift build --package-path "$root" --explicit-target-dependency-import-check error \
            --product "$product" >&2
    done
    bin=$(swift build --package-path "$root" --show-bin-path)
fi
# Nothing of the caller's settings: this must not touch a database somebody uses.
unset "${!TENANCY_@}"
TENANCY_DATA=$(mktemp -d /tmp/tenancy-XXXXXX)
chmod 0711 "$TENANCY_DATA"
TENANCY_TLS_PORT=$(free_port)
TENANCY_OPS_PORT=$(free_port)
export TENANCY_TLS_PORT TENANCY_OPS_PORT
trap finish EXIT
trap 'exit 130' INT TERM
server_settings
server_prepare "$bin" >/dev/null
server_start "$bin"
export TENANCY_PID=$server_pid
"$@"
