#!/bin/bash
# `make run`: from nothing to a service that answers, in the foreground until Ctrl-C.
# TENANCY_* choose folder, socket, ports and database; see README.md. TENANCY_BIN names a folder
# with built programs and skips the build.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
# shellcheck source-path=SCRIPTDIR source=postgres.sh
. "$here/postgres.sh"
# shellcheck source-path=SCRIPTDIR source=server.sh
. "$here/server.sh"

example_code=axis-securities
was_asked_to_stop=''

say() {
    printf '\n== %s\n' "$*"
}

build() {
    local product
    if [[ -z ${TENANCY_BIN:-} ]]; then
        "$here/deps.sh"
        for product in tenancyd tenancyctl; do
            swift build --package-path "$here/.." -c release --product "$product"
        done
        TENANCY_BIN=$(swift build --package-path "$here/.." -c release --show-bin-path)
    fi
    bin=$TENANCY_BIN
}

# The two ways to the service, as tenancyctl takes them.
choose_addresses() {
    over_unix=(--socket "$TENANCY_SOCKET")
    over_tls=(--tls "localhost:$TENANCY_TLS_PORT" --ca "$TENANCY_TLS_CA"
        --cert "$TENANCY_DATA/tls/admin.pem" --key "$TENANCY_DATA/tls/admin.key")
}

# A second start makes the same call again, and its idempotency key brings back the same tenant.
# The key is forgotten some time after a day; then the code is taken, and the tenant is read.
example_tenant() {
    local service=bfc.tenancy.v1.TenantService complaint
    complaint=$("$bin/tenancyctl" "${over_unix[@]}" call "$service/CreateTenant" \
        "$(<"$here/example-tenant.json")" 2>&1 >&3) && return
    "$bin/tenancyctl" "${over_unix[@]}" call "$service/GetTenant" \
        "{\"tenantCode\":\"$example_code\"}" && return
    printf '%s\n' "$complaint" >&2
    return 1
} 3>&1

first_calls() {
    local quota=(quota check "$example_code" api_calls 1)
    say "the example tenant"
    example_tenant
    say "is an API call left? asked over the Unix socket"
    "$bin/tenancyctl" "${over_unix[@]}" "${quota[@]}"
    say "the same over TLS, with the administrator's certificate"
    "$bin/tenancyctl" "${over_tls[@]}" "${quota[@]}"
}

show_next_calls() {
    say "the next call is yours"
    printf '%q ' "$bin/tenancyctl" "${over_unix[@]}"
    printf '%s\n' "quota check $example_code"
    printf '%q ' "$bin/tenancyctl" "${over_tls[@]}"
    printf '%s\n' "call bfc.tenancy.v1.TenantService/GetTenant '{\"tenantCode\":\"$example_code\"}'"
    printf '\nUnix socket  %s\nTLS          localhost:%s\n' "$TENANCY_SOCKET" "$TENANCY_TLS_PORT"
    printf 'operations   http://127.0.0.1:%s/metrics, /healthz, /readyz\nlog          %s\n\n' \
        "$TENANCY_OPS_PORT" "$server_log"
}

# Whatever ends the script ends what it started; asked to stop while serving, that is success.
finish() {
    local status=$?
    trap '' INT TERM HUP
    [[ -z ${server_pid:-}${server_owns_postgres:-} ]] || say "stopping"
    server_stop
    [[ -z $was_asked_to_stop ]] || status=0
    exit "$status"
}

serve_until_stopped() {
    trap 'was_asked_to_stop=1; exit 0' INT TERM HUP
    echo "ready"
    wait "$server_pid" && return
    tail -n 20 "$server_log" >&2
    server_fail "ended by itself; its log is $server_log"
}

main() {
    trap finish EXIT
    trap 'exit 130' INT TERM HUP
    build
    server_settings
    server_lock
    choose_addresses
    say "database and certificates"
    server_prepare "$bin"
    server_start "$bin"
    first_calls
    show_next_calls
    serve_until_stopped
}

main
