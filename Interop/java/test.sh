#!/bin/bash
# Builds the client and runs the README's example with it, against the server at TENANCY_SOCKET, or
# else against one of its own.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
if [[ -z ${TENANCY_SOCKET:-} ]]; then exec "$root/.scripts/with-server.sh" "$0"; fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$here/build.sh" "$root/.build/java"
# The example is the README's own text, so that it cannot grow old.
awk '/^```java$/ { on = 1; next } /^```$/ { on = 0 } on' "$here/README.md" \
    | sed 's|axis-securities|default|' >"$folder/Quota.java"
path=$root/.build/java/bfc-tenancy.jar:/usr/share/java/protobuf.jar
javac --release 17 -cp "$path" -d "$folder" "$folder/Quota.java"
answer=$(java -cp "$folder:$path" Quota "$TENANCY_SOCKET")
[[ $answer == "allowed: true, left "* ]] || { echo "unexpected: $answer" && exit 1; }
echo "ok   first call in Java: $answer"
"$root/Interop/vectors/check.sh" java
