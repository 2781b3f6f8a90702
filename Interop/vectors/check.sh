#!/bin/bash
# Checks the client of a language against the golden vectors. Usage: check.sh LANGUAGE
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
descriptors=$(mktemp)
trap 'rm -f "$descriptors"' EXIT

python=$("$root/Interop/python/generate.sh" --tools)
"$root/Interop/$1/conformance.sh" build >&2
(
    cd "$root/Protos"
    # shellcheck disable=SC2046
    "$python" -m grpc_tools.protoc -I . --include_imports --descriptor_set_out="$descriptors" \
        $(find bfc google grpc ttrpc -name '*.proto')
)
PYTHONDONTWRITEBYTECODE=1 "$python" "$here/play.py" "$1" "$descriptors"
