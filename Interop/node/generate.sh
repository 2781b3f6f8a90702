#!/bin/bash
# Makes the codec tables, the types and the stubs for Node from Protos/. With --check: compares,
# changes nothing. The tools are those of Interop/python.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

python=$("$root/Interop/python/generate.sh" --tools)
(
    cd "$root/Protos"
    "$python" -m grpc_tools.protoc -I . --include_imports --include_source_info \
        --descriptor_set_out="$fresh/descriptors" bfc/tenancy/v1/*.proto \
        grpc/health/v1/health.proto ttrpc/request.proto google/rpc/*.proto
)
mkdir "$fresh/generated"
"$python" "$here/tools/generate.py" "$fresh/descriptors" "$fresh/generated"
if [[ ${1:-} == --check ]]; then
    diff -r -q "$here/src/generated" "$fresh/generated" || {
        echo "Interop/node is out of date: run 'make generate'" >&2
        exit 1
    }
else
    rm -rf "$here/src/generated"
    cp -R "$fresh/generated" "$here/src/generated"
fi
