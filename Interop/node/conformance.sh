#!/bin/bash
# The conformance client of this language: `build` makes it, `run ARGUMENTS` is it.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
build=$root/.build/node
case $1 in
    build)
        python=$("$root/Interop/python/generate.sh" --tools)
        mkdir -p "$build/echo"
        (
            cd "$root/Protos"
            "$python" -m grpc_tools.protoc -I . --include_imports \
                --descriptor_set_out="$build/descriptors" ttrpc/testing/v1/echo.proto
        )
        "$python" "$here/tools/generate.py" "$build/descriptors" "$build/echo" ttrpc.testing.v1
        # The echo service's tables stand outside of the package, and use its codec.
        cp "$here/src/codec.js" "$build/codec.js"
        echo '{ "type": "module" }' >"$build/package.json"
        ;;
    run)
        shift
        exec node "$here/tests/conformance-client.js" "$build/echo/services.js" "$@"
        ;;
esac
