#!/bin/bash
# Runs the conformance cases: builds what is missing, starts the servers, prints the matrix.
# Usage: run.sh [--languages python,c] [--tables runtime,key]
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
tools_version=1.71.2
venv=$root/.build/tools/conformance-$tools_version
descriptors=$root/.build/tools/conformance.descriptors

if [[ -z ${TENANCY_SOCKET:-} ]]; then
    swift build --package-path "$root" --explicit-target-dependency-import-check error \
        --product echo-server >&2
    exec "$root/.scripts/with-server.sh" "$0" "$@"
fi

if [[ ! -x $venv/bin/python ]]; then
    python=/usr/bin/python3
    [[ -x $python ]] || python=python3
    rm -rf "$venv"
    "$python" -m venv "$venv.new"
    "$venv.new/bin/pip" --quiet --disable-pip-version-check install \
        "grpcio-tools==$tools_version" googleapis-common-protos pyyaml setuptools
    mv "$venv.new" "$venv"
fi
(
    cd "$root/Protos"
    # shellcheck disable=SC2046
    "$venv/bin/python" -m grpc_tools.protoc -I . --include_imports \
        --descriptor_set_out="$descriptors" \
        $(find bfc google grpc ttrpc -name '*.proto')
)

languages=''
for ((i = 1; i < $#; i++)); do
    [[ ${!i} != --languages ]] || { j=$((i + 1)) && languages=${!j}; }
done
for client in "$root"/Interop/*/conformance.sh; do
    name=$(basename "$(dirname "$client")")
    [[ -z $languages || ,$languages, == *,$name,* ]] || continue
    "$client" build >&2
done

for port in $(shuf -i 20000-32000 -n 100); do
    (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
done
bin=${TENANCY_BIN:-$(swift build --package-path "$root" --show-bin-path)}
export ECHO_TLS_PORT=$port
exec "$venv/bin/python" "$here/run.py" --echo "$bin/echo-server" \
    --descriptors "$descriptors" "$@"
