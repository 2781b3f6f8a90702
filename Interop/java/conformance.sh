#!/bin/bash
# The conformance client of this language: `build` makes it, `run ARGUMENTS` is it.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
build=$root/.build/java
path=$build/bfc-tenancy.jar:$build/test:/usr/share/java/protobuf.jar
case $1 in
    build)
        "$here/build.sh" "$build"
        (cd "$root/Protos" && protoc -I . --java_out="$build/test" ttrpc/testing/v1/echo.proto)
        find "$build/test" "$here/src/test" -name '*.java' >"$build/test-sources"
        javac --release 17 -nowarn -cp "$path" -d "$build/test" @"$build/test-sources"
        ;;
    run)
        shift
        # Each generated file is one outer class, which has the descriptor of its services.
        classes=$(cd "$build" && find generated/bfc generated/grpc test/ttrpc -name '*.java' \
            | sed -E 's|^[a-z]+/||; s|\.java$||; s|/|.|g' | paste -sd ,)
        exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$path" \
            -Douter.classes="$classes" in.vyomo.tenancy.ConformanceClient "$@"
        ;;
esac
