#!/bin/bash
# The conformance client of this language: `build` makes it, `run ARGUMENTS` is it.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
build=$root/.build/go
case $1 in
    build)
        # The plugin is made by the generator of the committed messages.
        "$here/generate.sh" --check
        mkdir -p "$build/src"
        options=plugins=ttrpc,Mttrpc/testing/v1/echo.proto=ttrpc/testing/v1
        (
            cd "$root/Protos"
            protoc -I . --plugin="protoc-gen-gogottrpc=$root/.build/tools/protoc-gen-gogottrpc" \
                --gogottrpc_out="$options:$build/src" ttrpc/testing/v1/echo.proto
        )
        export GOPATH=$here:$build:/usr/share/gocode GO111MODULE=off GOPROXY=off GOFLAGS=
        go vet bfc/tenancy/client bfc/tenancy/client/wire conformance-client
        go build -o "$build/conformance-client" conformance-client
        ;;
    run)
        shift
        exec "$build/conformance-client" "$@"
        ;;
esac
