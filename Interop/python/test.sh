#!/bin/bash
# Builds the wheel, installs it, and runs the tests and the first call against the server at
# TENANCY_SOCKET, or else against one of its own.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
venv=$root/.build/tools/python-test

if [[ -z ${TENANCY_SOCKET:-} ]]; then exec "$root/.scripts/with-server.sh" "$0"; fi

if [[ ! -x $venv/bin/python ]]; then
    python=/usr/bin/python3
    [[ -x $python ]] || python=python3
    rm -rf "$venv.new"
    "$python" -m venv "$venv.new"
    "$venv.new/bin/pip" --quiet --disable-pip-version-check install \
        pytest==8.4.2 setuptools wheel "protobuf>=5.29.0,<7" googleapis-common-protos \
        mypy==1.18.2 types-protobuf
    mv "$venv.new" "$venv"
fi
source=$(mktemp -d)
messages=$(mktemp -d)
trap 'rm -rf "$source" "$messages"' EXIT
# From a copy: building leaves folders beside the sources.
cp -R "$here/pyproject.toml" "$here/README.md" "$here/src" "$source"
"$venv/bin/python" -m pip --quiet --disable-pip-version-check install \
    --no-build-isolation --no-deps --force-reinstall "$source"

export PYTHONDONTWRITEBYTECODE=1
cd "$here"
"$venv/bin/python" -m pytest -q -p no:cacheprovider tests
"$venv/bin/python" -m mypy --cache-dir=/dev/null --ignore-missing-imports \
    "$here/tests/typed_call.py"

(
    cd "$root/Protos"
    protoc -I . --python_out="$messages" bfc/tenancy/v1/*.proto ttrpc/request.proto \
        google/rpc/*.proto
)
answer=$(PYTHONPATH=$messages /usr/bin/python3 "$here/first_call.py" "$TENANCY_SOCKET" default)
[[ $answer == "allowed: yes, used 0 of "* ]] || { echo "unexpected: $answer" && exit 1; }
if PYTHONPATH=$messages /usr/bin/python3 "$here/first_call.py" "$TENANCY_SOCKET" \
    no-such-tenant 2>/dev/null; then
    echo "a tenant that does not exist was answered" && exit 1
fi
echo "ok   first call in Python: $answer"
"$root/Interop/vectors/check.sh" python
