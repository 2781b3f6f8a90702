#!/bin/bash
# The conformance client of this language: `build` makes it, `run ARGUMENTS` is it. `test` runs the
# tests that are built beside it.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
build=$root/.build/java
jars=/usr/share/java
path=$build/bfc-tenancy.jar:$build/test:$jars/protobuf.jar
# For JSON, which the client itself does without.
path+=:$jars/protobuf-util.jar:$jars/gson.jar:$jars/guava.jar
case $1 in
    build)
        "$here/build.sh" "$build"
        (cd "$root/Protos" && protoc -I . --java_out="$build/test" ttrpc/testing/v1/echo.proto)
        find "$build/test" "$here/src/test" -name '*.java' >"$build/test-sources"
        javac --release 17 -nowarn -cp "$path" -d "$build/test" @"$build/test-sources"
        ;;
    run)
        shift
        exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$path" \
            in.vyomo.tenancy.ConformanceClient "$@"
        ;;
    test)
        java -cp "$path" in.vyomo.tenancy.VectorsTest "$root/Interop/vectors/methods"
        java -cp "$path" in.vyomo.tenancy.ConnectTest "$TENANCY_DATA/tls/ca.pem"
        ;;
esac
