#!/bin/bash
# The conformance client of this language: `build` makes it, `run ARGUMENTS` is it.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
build=$root/.build/c
case $1 in
    build)
        make -s -j2 -C "$here" BUILD="$build"
        python=$("$root/Interop/python/generate.sh" --tools)
        (
            cd "$root/Protos"
            "$python" -m grpc_tools.protoc -I . --include_imports \
                --descriptor_set_out="$build/echo.descriptors" ttrpc/testing/v1/echo.proto
        )
        "$python" "$here/tools/generate_services.py" "$build/echo.descriptors" \
            "$build/echo_services.h" ttrpc.testing.v1
        # shellcheck disable=SC2046
        cc -std=c11 -D_DEFAULT_SOURCE -O1 -g -fsanitize=address,undefined -Wall -Wextra \
            -Wno-unused-function -Wno-unused-const-variable \
            -I "$here/include" -I "$root/Sources/CTenancyProtos/include" \
            -I "$root/Tests/CTestProtos/include" -I "$build" \
            -o "$build/conformance-client" "$here/tests/conformance_client.c" \
            $(find "$root/Tests/CTestProtos" -name '*.pb-c.c') "$build/libbfc-tenancy.a" \
            $(pkg-config --cflags --libs libprotobuf-c openssl)
        ;;
    run)
        shift
        exec "$build/conformance-client" "$@"
        ;;
esac
