#!/bin/bash
# Makes the golden vectors from Protos/. With --check: compares, changes nothing. The tools are
# those of Interop/python.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
swift=Tests/VectorTests/Generated/MessageTypes.swift
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

python=$("$root/Interop/python/generate.sh" --tools)
(
    cd "$root/Protos"
    # shellcheck disable=SC2046
    "$python" -m grpc_tools.protoc -I . --include_imports \
        --descriptor_set_out="$fresh/descriptors" \
        $(find bfc google grpc ttrpc -name '*.proto' | LC_ALL=C sort)
)
PYTHONDONTWRITEBYTECODE=1 "$python" "$here/make.py" "$fresh/descriptors" "$fresh/vectors" \
    "$fresh/MessageTypes.swift"

status=0
if [[ ${1:-} == --check ]]; then
    for name in methods errors.json streams.json; do
        diff -r -q "$here/$name" "$fresh/vectors/$name" || status=1
    done
    diff -q "$root/$swift" "$fresh/MessageTypes.swift" || status=1
    ((status == 0)) || echo "Interop/vectors is out of date: run 'make vectors'" >&2
else
    rm -rf "$here/methods"
    cp -R "$fresh/vectors/." "$here"
    mkdir -p "$(dirname "$root/$swift")"
    cp "$fresh/MessageTypes.swift" "$root/$swift"
fi
exit "$status"
