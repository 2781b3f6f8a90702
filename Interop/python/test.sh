#!/bin/bash
# Generates the messages and makes the first call in Python: against the server at TENANCY_SOCKET,
# or else against one of its own. Debian's python3-protobuf goes with Debian's protoc.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
messages=$(mktemp -d)
trap 'rm -rf "$messages"' EXIT

(
    cd "$root/Protos"
    protoc -I . --python_out="$messages" bfc/tenancy/v1/*.proto ttrpc/request.proto \
        google/rpc/*.proto
)

# shellcheck disable=SC2016
check='
    set -euo pipefail
    answer=$(/usr/bin/python3 "$1" "$TENANCY_SOCKET" default)
    [[ $answer == "allowed: yes, used 0 of "* ]] || { echo "unexpected: $answer"; exit 1; }
    ! /usr/bin/python3 "$1" "$TENANCY_SOCKET" no-such-tenant 2>/dev/null
    echo "ok   first call in Python: $answer"
'
export PYTHONPATH=$messages PYTHONDONTWRITEBYTECODE=1
if [[ -n ${TENANCY_SOCKET:-} ]]; then
    bash -c "$check" first-call "$here/first_call.py"
else
    "$root/.scripts/with-server.sh" bash -c "$check" first-call "$here/first_call.py"
fi
