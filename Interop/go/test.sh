#!/bin/bash
# Builds the Go client and lets it check a server: the one at TENANCY_SOCKET, or else one that
# this starts itself from the debug build, with a new database that is gone afterwards.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")

client=$root/.build/tools/go-client

# Debian's Go libraries lie in a GOPATH of their own; nothing is fetched from anywhere.
build_client() {
    export GOPATH=$here:/usr/share/gocode GO111MODULE=off GOPROXY=off GOFLAGS=
    mkdir -p "$(dirname "$client")"
    go vet go-client
    go build -o "$client" go-client
}

"$root/Interop/vectors/check.sh" go
build_client
if [[ -n ${TENANCY_SOCKET:-} ]]; then
    "$client" "$TENANCY_SOCKET"
else
    # shellcheck disable=SC2016
    "$root/.scripts/with-server.sh" bash -c '"$1" -fresh "$TENANCY_SOCKET"' go-client "$client"
fi
