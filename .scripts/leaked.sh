#!/bin/bash
# Fails when the deployments of the tests have found secrets in their logs or activity logs, could
# not look into some, or have not looked, or when there is one in what was said (FILE.said), also
# one of those that a deployment has learned (FILE.learned); removes what they wrote down.
# Usage: leaked.sh FILE, which E2E_LEAKS named
set -euo pipefail
trap 'rm -f "$1" "$1.looked" "$1.missed" "$1.said" "$1.learned"' EXIT
# shellcheck source-path=SCRIPTDIR source=secrets.sh
. "$(dirname "$0")/secrets.sh"
secrets_recall "$1"
[[ ! -f $1.said ]] || secrets_find "$1" "what the tests said" "$1.said"
if [[ -s $1 ]]; then
    echo "test: secrets were written down:" >&2
    head -n 20 "$1" >&2
    exit 1
fi
if [[ -s $1.missed ]]; then
    echo "test: what could not be searched for secrets:" >&2
    head -n 20 "$1.missed" >&2
    exit 1
fi
[[ -s $1.looked ]] || {
    echo "test: no deployment has looked for secrets" >&2
    exit 1
}
echo "test: no secret in the logs of $(wc -l <"$1.looked") deployments"
