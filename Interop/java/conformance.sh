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
        exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$path" \
            in.vyomo.tenancy.ConformanceClient "$@"
        ;;
esac
