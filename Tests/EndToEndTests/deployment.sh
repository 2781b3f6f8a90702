#!/bin/bash
# One deployment for the tests: Postgres, certificates and tenancyd, in the folder TENANCY_DATA.
# It is told what to do by lines on standard input and answers each on standard output. However
# its input ends, also with the death of the tests, everything it started ends, and the folder goes.
# Usage: deployment.sh FOLDER_OF_PROGRAMS
set -euo pipefail
root=$(realpath "$(dirname "$(realpath "$0")")/../..")
# A test that has lost a machine has lost its data as well.
export postgres_fsync=off
# shellcheck source-path=SCRIPTDIR source=../../.scripts/postgres.sh
. "$root/.scripts/postgres.sh"
# shellcheck source-path=SCRIPTDIR source=../../.scripts/server.sh
. "$root/.scripts/server.sh"
# shellcheck source-path=SCRIPTDIR source=../../.scripts/secrets.sh
. "$root/.scripts/secrets.sh"
bin=$1
others=()

# Answers go to descriptor 3, everything the scripts and programs say to standard error.
exec 3>&1 1>&2

answer() {
    printf '%s\n' "$*" >&3
}

finish() {
    local status=$? pid
    trap '' INT TERM HUP
    for pid in "${others[@]}" "${server_pid:-}"; do
        [[ -z $pid ]] || server_end "$pid"
    done
    server_pid=''
    secrets_look 3>&- </dev/null
    server_stop
    cd /
    rm -rf "$TENANCY_DATA"
    exit "$status"
}

start_server() {
    secrets_learn
    server_start "$bin" 3>&- </dev/null
    answer "$server_pid"
}

# One more tenancyd on the same database, with sockets of its own: NAME TLS-PORT OPS-PORT
# [POSTGRES-FOLDER].
start_another() {
    local first=$server_pid first_log=$server_log url=$TENANCY_DATABASE_URL
    [[ -z ${4-} ]] || url="postgresql://tenancy_app@/tenancy?host=$4"
    server_log=$TENANCY_DATA/$1.log
    TENANCY_DATABASE_URL=$url TENANCY_SOCKET=$TENANCY_DATA/$1.sock TENANCY_TLS_PORT=$2 \
        TENANCY_OPS_PORT=$3 server_start "$bin" 3>&- </dev/null
    others+=("$server_pid")
    server_pid=$first server_log=$first_log
    answer "${others[-1]}"
}

# The exit status of tenancyd, once it has ended: 128 and the signal's number after a signal.
wait_for_server() {
    local status=0
    wait "$server_pid" || status=$?
    server_pid=''
    answer "$status"
}

# Signed by the deployment's own authority, or by one of the name's own when there is one.
make_certificate() {
    local name=$1 uri=$2 authority=$3
    cd "$TENANCY_DATA/tls"
    if [[ ! -e $authority.pem ]]; then
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 2 \
            -keyout "$authority.key" -out "$authority.pem" -subj "/CN=$authority"
    fi
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout "$name.key" \
        -subj "/CN=$name" \
        | openssl x509 -req -CA "$authority.pem" -CAkey "$authority.key" -days 2 -out "$name.pem" \
            -extfile <(printf '%s\n' "basicConstraints=critical,CA:FALSE" \
                "keyUsage=critical,digitalSignature" "extendedKeyUsage=clientAuth" \
                "subjectKeyIdentifier=hash" "authorityKeyIdentifier=keyid" \
                "subjectAltName=URI:$uri")
    cd /
    answer "$TENANCY_DATA/tls/$name"
}

run_command() {
    case $1 in
        start) start_server ;;
        start-another) start_another "$2" "$3" "$4" "${5-}" ;;
        wait) wait_for_server ;;
        stop-postgres)
            postgres_control --mode "$2" --wait --timeout 60 stop 3>&-
            answer stopped
            ;;
        start-postgres)
            postgres_launch 3>&- </dev/null
            answer started
            ;;
        certificate) make_certificate "$2" "$3" "$4" ;;
        *)
            echo "deployment: unknown command: $1"
            return 1
            ;;
    esac
}

trap finish EXIT
trap 'exit 130' INT TERM HUP
server_settings
server_prepare "$bin" 3>&- </dev/null
answer "$postgres_sockets"
answer "$postgres_bin"
start_server
while read -r -a command; do
    run_command "${command[@]}"
done
