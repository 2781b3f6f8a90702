#!/bin/bash
# Makes the Python messages, their type stubs, the service stubs and the conformance client's
# table of them from Protos/. With --check: compares, changes nothing. protoc comes
# with grpcio-tools from PyPI, in an environment of its own.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
tools_version=1.71.2
venv=$root/.build/tools/python-grpcio-tools-$tools_version
package=$here/src/bfc_tenancy
files=(bfc/tenancy/v1/*.proto grpc/health/v1/health.proto ttrpc/request.proto)
descriptors=$(mktemp)
trap 'rm -f "$descriptors"' EXIT

install_tools() {
    local python=/usr/bin/python3
    [[ -x $python ]] || python=python3
    "$python" -m venv "$venv.new"
    "$venv.new/bin/pip" --quiet --disable-pip-version-check install \
        "grpcio-tools==$tools_version" googleapis-common-protos setuptools
    rm -rf "$venv"
    mv "$venv.new" "$venv"
}

# The messages live inside the package, so their imports of each other do too. google.rpc and
# google.protobuf are packages of their own.
generate() {
    local out=$1 tests=$2
    mkdir -p "$out/_pb"
    (
        cd "$root/Protos"
        # shellcheck disable=SC2086,SC2068
        "$venv/bin/python" -m grpc_tools.protoc -I . --python_out="$out/_pb" \
            --pyi_out="$out/_pb" --include_imports --include_source_info \
            --descriptor_set_out="$descriptors" ${files[@]}
    )
    find "$out/_pb" -name '*.py*' -exec sed -i -E \
        's/^from (bfc|grpc|ttrpc)(\.[a-z0-9_.]+)? import/from bfc_tenancy._pb.\1\2 import/' {} +
    find "$out/_pb" -type d -exec touch {}/__init__.py \;
    "$venv/bin/python" "$here/tools/generate_stubs.py" "$descriptors" "$out" "$tests"
}

check() {
    local fresh name status=0
    fresh=$(mktemp -d)
    mkdir "$fresh/tests"
    generate "$fresh" "$fresh/tests"
    for name in _pb _services.py v1.py; do
        diff -r -q -x __pycache__ "$package/$name" "$fresh/$name" || status=1
    done
    diff -q "$here/tests/typed_calls.py" "$fresh/tests/typed_calls.py" || status=1
    rm -r "$fresh"
    ((status == 0)) || echo "Interop/python is out of date: run 'make generate'" >&2
    return "$status"
}

[[ -x $venv/bin/python ]] || install_tools
if [[ ${1:-} == --tools ]]; then
    # Where other generators find the same tools.
    echo "$venv/bin/python"
elif [[ ${1:-} == --check ]]; then
    check
else
    rm -rf "$package/_pb" "$package/_services.py" "$package/v1.py"
    generate "$package" "$here/tests"
fi
