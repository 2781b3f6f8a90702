#!/bin/bash
# Builds the Go client and lets it check a server: the one at TENANCY_SOCKET, or else one that
# this starts itself from the debug build, with a new database that is gone afterwards. Then the
# README's program, and the golden vectors. Usage: test.sh [-fresh]
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")

client=$root/.build/tools/go-client

# Debian's Go libraries lie in a GOPATH of their own; nothing is fetched from anywhere.
build_client() {
    export GOPATH=$here:/usr/share/gocode GO111MODULE=off GOPROXY=off GOFLAGS=
    mkdir -p "$(dirname "$client")"
    go vet go-client bfc/tenancy/client
    go test bfc/tenancy/client
    go build -o "$client" go-client
}

# shellcheck source-path=SCRIPTDIR source=../readme.sh
. "$root/Interop/readme.sh"

run_readme() {
    local folder answer
    folder=$(mktemp -d)
    answer=$(readme_try "$here/README.md" go "$folder")
    rm -r "$folder"
    [[ $answer == "allowed: true left: "* ]] || { echo "unexpected: $answer" && return 1; }
    echo "ok   what the README says to type: $answer"
}

build_client
if [[ -n ${TENANCY_SOCKET:-} ]]; then
    # With -fresh the server is this script's own, and new.
    "$client" "$@" "$TENANCY_SOCKET"
    run_readme
    "$root/Interop/vectors/check.sh" go
else
    "$root/.scripts/with-server.sh" "$0" -fresh
fi
