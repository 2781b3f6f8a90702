#!/bin/bash
# Leases that a C program holds, against the server at TENANCY_SOCKET: what a decision costs, that
# no unit too many and none too few is given out, and what a lost server means.
# Usage: lease.sh FOLDER_OF_THE_INSTALLED_LIBRARY TENANCYCTL
set -euo pipefail
here=$(dirname "$(realpath "$0")")
installed=$1
control=$2
folder=$(mktemp -d)
relay=
finish() {
    [[ -z $relay ]] || kill "$relay"
    rm -rf "$folder"
}
trap finish EXIT
export PKG_CONFIG_PATH=$installed/lib/pkgconfig
flags=(-O2 -Wall -Wextra -Werror -Wno-unused-function -Wno-unused-const-variable)

new_tenant() {
    "$control" call TenantService/CreateTenant "{\"tenantCode\": \"$1\", \"tenantName\": \"C\",
        \"tenantType\": \"broker\", \"adminEmail\": \"admin@example.com\"}" >/dev/null
}

# One number of a tenant's transactions: current, reserved.
standing() {
    local all
    all=$("$control" call QuotaService/GetQuotas "{\"tenantCode\": \"$1\"}" | tr -d ' \n')
    all=${all#*\"transactions\":}
    [[ $all =~ \"$2\":([0-9]+) ]] && echo "${BASH_REMATCH[1]}"
}

# shellcheck disable=SC2046
cc "${flags[@]}" -o "$folder/bench" "$here/lease_bench.c" \
    $(pkg-config --cflags --libs --static bfc-tenancy)
# shellcheck disable=SC2046
cc "${flags[@]}" -fsanitize=address,undefined -o "$folder/loop" \
    "$here/../examples/leased-trading-loop.c" $(pkg-config --cflags --libs --static bfc-tenancy)
export LD_LIBRARY_PATH=$installed/lib
echo "ok   a decision of a lease in C: $("$folder/bench")"

# A limit of 1,000 in the middle of the orders.
tenant=lease-$RANDOM$RANDOM
new_tenant "$tenant"
answer=$("$folder/loop" "$TENANCY_SOCKET" "$tenant" 1000 5 | tail -1)
[[ $answer == "executed 1000, refused "*", consumed 1000, "* ]] \
    || { echo "unexpected: $answer" && exit 1; }
[[ $(standing "$tenant" current) == 1000 && $(standing "$tenant" reserved) == 0 ]] \
    || { echo "the server counts otherwise" && exit 1; }
echo "ok   no unit of a lease too many or too few: $answer"

mkfifo "$folder/ready"
find_server() {
    python3 "$here/relay.py" "$folder/relay" "$TENANCY_SOCKET" >"$folder/ready" &
    relay=$!
    read -r _ <"$folder/ready"
}
lose_server() {
    kill "$relay"
    wait "$relay" || true
    relay=
}
# Runs the loop in the background, at a rate for some seconds, and returns when it has executed
# orders.
begin_orders() {
    tenant=lease-$RANDOM$RANDOM
    new_tenant "$tenant"
    "$folder/loop" "$folder/relay" "$tenant" "$1" "$2" >"$folder/orders" &
    loop=$!
    until grep -q 'executed [1-9]' "$folder/orders" || ! kill -0 "$loop" 2>/dev/null; do
        sleep 0.1
    done
}
end_orders() {
    wait "$loop"
    answer=$(tail -1 "$folder/orders")
    [[ $answer =~ ^executed\ ([0-9]+),\ refused\ ([1-9][0-9]*),\ consumed\ ([0-9]+), ]]
    executed=${BASH_REMATCH[1]}
    ((executed == BASH_REMATCH[3] && executed < 1000))
}

# Waits until as many units count as were executed: what a lease has not reported counts as consumed
# once it has expired, and that is looked for now and then.
await_count() {
    local tries
    for ((tries = 0; tries < 300; tries++)); do
        current=$(standing "$tenant" current)
        ((executed > current)) || return 0
        sleep 0.1
    done
    echo "unexpected: $answer, and the server counts $current" && exit 1
}

# The server is lost after a while: the program goes on with what it holds, then refuses.
find_server
begin_orders 300 5
lose_server
end_orders
await_count
echo "ok   a lease outlives its server, and no longer than it may: $answer"

# It is lost for longer than a lease holds, and found again: that costs the block in hand, and no
# more.
find_server
begin_orders 100 6
lose_server
reports=$(wc -l <"$folder/orders")
until (($(wc -l <"$folder/orders") >= reports + 25)); do sleep 0.1; done
before=$(tail -1 "$folder/orders")
find_server
end_orders
await_count
[[ $before =~ ^executed\ ([0-9]+), ]]
((executed > BASH_REMATCH[1] && current <= executed + 11)) \
    || { echo "unexpected: $before, then $answer, and the server counts $current" && exit 1; }
echo "ok   a lease comes back after its server was lost: $answer, the server counts $current"
lose_server
