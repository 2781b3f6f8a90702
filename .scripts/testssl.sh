#!/bin/bash
# Runs testssl.sh (the Debian package) against the TLS port of a server of its own, and fails when
# it finds something above INFO other than what an authority of one's own implies, or when it does
# not get through in time. It takes from one minute to eleven, by how busy the machine is.
# Usage: testssl.sh, after a build
set -euo pipefail
root=$(realpath "$(dirname "$(realpath "$0")")/..")

if [[ -z ${TENANCY_TLS_PORT:-} ]]; then
    TENANCY_BIN=${TENANCY_BIN:-$(swift build --package-path "$root" --show-bin-path)}
    export TENANCY_BIN
    exec "$root/.scripts/with-server.sh" "$(realpath "$0")"
fi

seconds_max=900

findings=$(mktemp -d)
trap 'rm -rf "$findings"' EXIT
started=$SECONDS
# Its exit status is a count of what it could not do.
timeout "$seconds_max" testssl --warnings batch --nodns none --color 0 --quiet --ip 127.0.0.1 \
    --jsonfile "$findings/all.json" "localhost:$TENANCY_TLS_PORT" </dev/null >"$findings/text" \
    || true
[[ $((SECONDS - started)) -lt $seconds_max ]] || {
    echo "testssl: it did not get through in $seconds_max s" >&2
    exit 1
}
[[ -s $findings/all.json ]] || {
    cat "$findings/text"
    echo "testssl: it found no server" >&2
    exit 1
}
/usr/bin/python3 "$root/.scripts/testssl.py" "$findings/all.json"
echo "testssl: $((SECONDS - started)) s"
