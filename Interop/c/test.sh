#!/bin/bash
# Builds the first call in C and makes it: against the server at TENANCY_SOCKET, or else against
# one of its own.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
program=$root/.build/tools/first-call
mkdir -p "$(dirname "$program")"

# Everything a message may hold is compiled in; the linker leaves out what is not used.
mapfile -t sources < <(find "$root/Sources/CTenancyProtos" -name '*.pb-c.c')
# shellcheck disable=SC2046
cc -std=c11 -D_DEFAULT_SOURCE -Wall -Wextra -Werror -I "$root/Sources/CTenancyProtos/include" \
    -o "$program" "$here/first-call.c" "${sources[@]}" \
    $(pkg-config --cflags --libs libprotobuf-c)

# shellcheck disable=SC2016
check='
    set -euo pipefail
    answer=$("$1" "$TENANCY_SOCKET" default)
    [[ $answer == "allowed: yes, used 0 of "* ]] || { echo "unexpected: $answer"; exit 1; }
    ! "$1" "$TENANCY_SOCKET" no-such-tenant 2>/dev/null
    echo "ok   first call in C: $answer"
'
if [[ -n ${TENANCY_SOCKET:-} ]]; then
    bash -c "$check" first-call "$program"
else
    "$root/.scripts/with-server.sh" bash -c "$check" first-call "$program"
fi
