#!/bin/bash
# Fails when the deployments of the tests have found secrets in their logs or activity logs, or have
# not looked; removes what they wrote down.
# Usage: leaked.sh FILE, which E2E_LEAKS named
set -euo pipefail
trap 'rm -f "$1" "$1.looked"' EXIT
if [[ -s $1 ]]; then
    echo "test: secrets were written down:" >&2
    head -n 20 "$1" >&2
    exit 1
fi
[[ -s $1.looked ]] || {
    echo "test: no deployment has looked for secrets" >&2
    exit 1
}
echo "test: no secret in the logs of $(wc -l <"$1.looked") deployments"
