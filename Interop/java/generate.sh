#!/bin/bash
# Makes a class for every service, in src/main/generated, and the conformance client's table of
# their calls, in src/test/generated, from Protos/. With --check: compares, changes nothing. The
# messages are protoc's own, and made by every build.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
package=generated/in/vyomo/tenancy
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

(
    cd "$root/Protos"
    protoc -I . --include_imports --include_source_info \
        --descriptor_set_out="$fresh/descriptors" bfc/tenancy/v1/*.proto \
        grpc/health/v1/health.proto
)
mkdir "$fresh/main" "$fresh/test"
PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$here/tools/generate_services.py" \
    "$fresh/descriptors" "$fresh/main" "$fresh/test"
for part in main test; do
    folder=$here/src/$part/$package
    if [[ ${1:-} == --check ]]; then
        diff -r -q "$folder" "$fresh/$part" || {
            echo "Interop/java is out of date: run 'make generate'" >&2
            exit 1
        }
    else
        mkdir -p "$(dirname "$folder")"
        rm -rf "$folder"
        cp -R "$fresh/$part" "$folder"
    fi
done
