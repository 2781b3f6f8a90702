#!/bin/bash
# Runs the tests against the server at TENANCY_SOCKET, or else against one of its own.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
if [[ -z ${TENANCY_SOCKET:-} ]]; then exec "$root/.scripts/with-server.sh" "$0"; fi

"$here/conformance.sh" build
python=$("$root/Interop/python/generate.sh" --tools)
vectors=$root/.build/node/vectors.jsonl
"$python" "$here/tests/make-vectors.py" "$root/.build/node/descriptors" >"$vectors"
export BFC_VECTORS=$vectors BFC_ECHO=$root/.build/node/echo/messages.js
node --test "$here/tests/codec.test.js" "$here/tests/client.test.js"
tsc --project "$here/tests/tsconfig.json"
echo "ok   the types of the Node client"
"$root/Interop/vectors/check.sh" node
