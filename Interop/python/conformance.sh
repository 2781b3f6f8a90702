#!/bin/bash
# The conformance client of this language: `build` makes it, `run ARGUMENTS` is it.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
venv=$root/.build/tools/python-client
messages=$root/.build/tools/python-echo
case $1 in
    build)
        if [[ ! -x $venv/bin/python ]]; then
            python=/usr/bin/python3
            [[ -x $python ]] || python=python3
            rm -rf "$venv.new"
            "$python" -m venv "$venv.new"
            "$venv.new/bin/pip" --quiet --disable-pip-version-check install \
                "protobuf>=5.29.0,<7" googleapis-common-protos grpcio-tools==1.71.2 setuptools
            mv "$venv.new" "$venv"
        fi
        mkdir -p "$messages"
        (
            cd "$root/Protos"
            "$venv/bin/python" -m grpc_tools.protoc -I . --python_out="$messages" \
                ttrpc/testing/v1/echo.proto
        )
        ;;
    run)
        shift
        export PYTHONPATH=$here/src:$messages PYTHONDONTWRITEBYTECODE=1
        exec "$venv/bin/python" "$here/tests/conformance_client.py" "$@"
        ;;
esac
