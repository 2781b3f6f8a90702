#!/bin/bash
# Runs the tests, the example of the README and those of examples/ against the server at
# TENANCY_SOCKET, or else against one of its own.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
if [[ -z ${TENANCY_SOCKET:-} ]]; then exec "$root/.scripts/with-server.sh" "$0"; fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$here/conformance.sh" build
python=$("$root/Interop/python/generate.sh" --tools)
vectors=$root/.build/node/vectors.jsonl
"$python" "$here/tests/make-vectors.py" "$root/.build/node/descriptors" >"$vectors"
golden=$root/.build/node/golden.jsonl
(
    cd "$root/Protos"
    "$python" -m grpc_tools.protoc -I . --include_imports --descriptor_set_out="$folder/all" \
        bfc/tenancy/v1/*.proto grpc/health/v1/health.proto google/rpc/error_details.proto
)
"$python" "$here/tests/make-vectors.py" "$folder/all" "$root/Interop/vectors/methods" >"$golden"
export BFC_VECTORS=$vectors BFC_GOLDEN=$golden BFC_ECHO=$root/.build/node/echo/messages.js

# A program that has this package and Express installed. Debian's modules lie in a folder that only
# Debian's own node looks into.
express=/usr/share/nodejs/express
mkdir "$folder/node_modules"
cp "$here"/examples/*.js "$folder"
echo '{ "type": "module" }' >"$folder/package.json"
ln -s "$here" "$folder/node_modules/bfc-tenancy"
ln -s "$express" "$folder/node_modules/express"
export BFC_EXAMPLES=$folder NODE_PATH=/usr/share/nodejs
node --test "$here/tests/codec.test.js" "$here/tests/client.test.js" \
    "$here/tests/middleware.test.js"

# shellcheck source-path=SCRIPTDIR source=../readme.sh
. "$root/Interop/readme.sh"
# As TypeScript it is valid JavaScript too.
answer=$(readme_try "$here/README.md" ts "$folder")
[[ $answer == "allowed: true remaining: "* ]] || { echo "unexpected: $answer" && exit 1; }
echo "ok   what the README says to type: $answer"

# As a program in TypeScript finds the package, by the old way and by the one with "exports".
cp "$here/tests/typed-call.ts" "$folder"
for way in 'esnext node' 'node16 node16'; do
    read -r module resolution <<<"$way"
    (cd "$folder" && tsc --strict --noEmit --target es2020 --lib es2020,dom \
        --module "$module" --moduleResolution "$resolution" typed-call.ts)
    echo "ok   the types of the Node client, found as $resolution finds them"
done
"$root/Interop/vectors/check.sh" node
