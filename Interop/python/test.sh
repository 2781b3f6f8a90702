#!/bin/bash
# Builds the wheel, installs it, and runs the tests and the first call against the server at
# TENANCY_SOCKET, or else against one of its own.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
venv=$root/.build/tools/python-test-3

if [[ -z ${TENANCY_SOCKET:-} ]]; then exec "$root/.scripts/with-server.sh" "$0"; fi

if [[ ! -x $venv/bin/python ]]; then
    python=/usr/bin/python3
    [[ -x $python ]] || python=python3
    rm -rf "$venv.new"
    "$python" -m venv "$venv.new"
    "$venv.new/bin/pip" --quiet --disable-pip-version-check install \
        pytest==8.4.2 setuptools wheel "protobuf>=5.29.0,<7" googleapis-common-protos \
        mypy==1.18.2 types-protobuf fastapi==0.116.1 httpx==0.28.1 uvicorn==0.35.0
    # What installing the package needs, for the README's commands.
    "$venv.new/bin/pip" --quiet --disable-pip-version-check wheel --wheel-dir "$venv.new/wheels" \
        setuptools wheel "protobuf>=5.29.0,<7" googleapis-common-protos
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
# What a program of somebody who is strict about types sees of the package.
(
    cd "$here/examples"
    "$venv/bin/python" -m mypy --strict --cache-dir=/dev/null "$here/tests/typed_call.py" \
        tenancy_middleware.py fastapi_app.py admin.py
)

# shellcheck source-path=SCRIPTDIR source=../readme.sh
. "$root/Interop/readme.sh"
folder=$(mktemp -d)
trap 'rm -rf "$source" "$messages" "$folder"' EXIT
# A copy here as well.
mkdir -p "$folder/top/Interop/python"
cp -R "$here/pyproject.toml" "$here/README.md" "$here/src" "$folder/top/Interop/python"
answer=$(PIP_NO_INDEX=1 PIP_FIND_LINKS=$venv/wheels PIP_QUIET=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    readme_try "$here/README.md" python "$folder")
[[ $answer == "allowed: True remaining: "*NOT_FOUND* ]] \
    || { echo "unexpected: $answer" && exit 1; }
echo "ok   what the README says to type"

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
