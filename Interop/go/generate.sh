#!/bin/bash
# Makes the Go messages and stubs in src/ from Protos/, with the plugin that comes with
# containerd's ttrpc for Go, the client's typed calls, and the conformance client's table of
# them, all from Debian packages. With --check: compares, changes nothing.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$here/../..
plugin=$root/.build/tools/protoc-gen-gogottrpc
services=bfc/tenancy/client/services.go
calls=conformance-client/calls.go
sources=(bfc/tenancy/v1 google/rpc grpc/health/v1)

build_plugin() {
    mkdir -p "$(dirname "$plugin")"
    env GOPATH=/usr/share/gocode GO111MODULE=off GOPROXY=off GOFLAGS= \
        go build -o "$plugin" github.com/containerd/ttrpc/cmd/protoc-gen-gogottrpc
}

# Our files say nothing of Go, so every file's import path is given here: its folder's.
generate() {
    local out=$1 folder file options=plugins=ttrpc
    options+=,Mgoogle/protobuf/timestamp.proto=github.com/gogo/protobuf/types
    options+=,Mgoogle/protobuf/duration.proto=github.com/gogo/protobuf/types
    options+=,Mgoogle/protobuf/field_mask.proto=github.com/gogo/protobuf/types
    options+=,Mgoogle/protobuf/wrappers.proto=github.com/gogo/protobuf/types
    options+=,Mgoogle/protobuf/empty.proto=github.com/gogo/protobuf/types
    options+=,Mgoogle/protobuf/any.proto=github.com/gogo/protobuf/types
    for folder in "${sources[@]}"; do
        for file in "$root/Protos/$folder"/*.proto; do
            options+=",M$folder/$(basename "$file")=$folder"
        done
    done
    mkdir -p "$out"
    for folder in "${sources[@]}"; do
        (cd "$root/Protos" && protoc -I . --plugin="protoc-gen-gogottrpc=$plugin" \
            --gogottrpc_out="$options:$out" "$folder"/*.proto)
    done
    generate_services "$out/$services" "$out/$calls"
}

generate_services() {
    local descriptors
    descriptors=$(mktemp)
    (cd "$root/Protos" && protoc -I . --include_imports --include_source_info \
        --descriptor_set_out="$descriptors" bfc/tenancy/v1/*.proto grpc/health/v1/health.proto)
    mkdir -p "$(dirname "$1")" "$(dirname "$2")"
    PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$here/tools/generate_services.py" \
        "$descriptors" "$1" "$2"
    gofmt -w "$1" "$2"
    rm "$descriptors"
}

check() {
    local fresh folder status=0
    fresh=$(mktemp -d)
    generate "$fresh"
    for folder in "${sources[@]}" "$services" "$calls"; do
        diff -r -q "$here/src/$folder" "$fresh/$folder" || status=1
    done
    rm -r "$fresh"
    ((status == 0)) || echo "Interop/go/src is out of date: run 'make generate'" >&2
    return "$status"
}

[[ -x $plugin ]] || build_plugin
if [[ ${1:-} == --check ]]; then
    check
else
    for folder in "${sources[@]}"; do rm -rf "$here/src/$folder"; done
    generate "$here/src"
fi
