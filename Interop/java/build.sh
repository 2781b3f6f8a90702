#!/bin/bash
# Makes bfc-tenancy.jar with Debian's protobuf and the JDK's compiler: the messages of Protos/, made
# anew each time, and the client. Usage: build.sh OUTPUT_FOLDER
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
mkdir -p "$1"
out=$(realpath "$1")
protobuf=/usr/share/java/protobuf.jar

rm -rf "$out/generated" "$out/classes" "$out/test"
mkdir -p "$out/generated" "$out/classes" "$out/test"
(
    cd "$root/Protos"
    protoc -I . --java_out="$out/generated" bfc/tenancy/v1/*.proto grpc/health/v1/health.proto \
        google/rpc/*.proto ttrpc/request.proto
)
find "$out/generated" "$here/src/main" -name '*.java' >"$out/sources"
javac --release 17 -nowarn -cp "$protobuf" -d "$out/classes" @"$out/sources" \
    2> >(grep -v '^Note: ' >&2)
jar --create --file "$out/bfc-tenancy.jar" -C "$out/classes" .
