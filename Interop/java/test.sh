#!/bin/bash
# Runs what the README says to type and the tests against the server at TENANCY_SOCKET, or
# else against one of its own.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
if [[ -z ${TENANCY_SOCKET:-} ]]; then exec "$root/.scripts/with-server.sh" "$0"; fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# shellcheck source-path=SCRIPTDIR source=../readme.sh
. "$root/Interop/readme.sh"
answer=$(readme_try "$here/README.md" java "$folder")
[[ $answer == "allowed: true, left "* ]] || { echo "unexpected: $answer" && exit 1; }
echo "ok   what the README says to type: $answer"
# Which builds them.
"$root/Interop/vectors/check.sh" java
"$here/conformance.sh" test
