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
export BFC_VECTORS=$vectors BFC_ECHO=$root/.build/node/echo/messages.js

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

# The README's own text, so that it cannot grow old; what it calls is valid JavaScript too.
awk '/^```ts$/ { on = 1; next } /^```$/ { on = 0 } on' "$here/README.md" \
    | sed "s|\.data/tenancyd\.sock|$TENANCY_SOCKET|; s|axis-securities|default|" \
        >"$folder/readme.mjs"
answer=$(node "$folder/readme.mjs")
[[ $answer == "allowed: true remaining: "* ]] || { echo "unexpected: $answer" && exit 1; }
echo "ok   first call in Node: $answer"
tsc --project "$here/tests/tsconfig.json"
echo "ok   the types of the Node client"
"$root/Interop/vectors/check.sh" node
