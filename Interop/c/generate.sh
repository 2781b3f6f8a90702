#!/bin/bash
# Makes the typed calls of the C library from Protos/. With --check: compares, changes nothing.
# The tools are those of Interop/python.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
header=$here/include/bfc_tenancy/services.h
descriptors=$(mktemp)
fresh=$(mktemp -d)
trap 'rm -rf "$descriptors" "$fresh"' EXIT

python=$("$root/Interop/python/generate.sh" --tools)
(
    cd "$root/Protos"
    "$python" -m grpc_tools.protoc -I . --include_imports --descriptor_set_out="$descriptors" \
        bfc/tenancy/v1/*.proto grpc/health/v1/health.proto
)
"$python" "$here/tools/generate_services.py" "$descriptors" "$fresh/services.h"
if [[ ${1:-} == --check ]]; then
    diff -q "$header" "$fresh/services.h" || {
        echo "Interop/c is out of date: run 'make generate'" >&2
        exit 1
    }
else
    cp "$fresh/services.h" "$header"
fi
