#!/bin/bash
# Runs a command that starts servers, and then fails when these have written down a secret, or when
# the command has said one.
# Usage: searched.sh COMMAND [ARGUMENT ...]
set -euo pipefail

E2E_LEAKS=$(mktemp)
export E2E_LEAKS
trap 'rm -f "$E2E_LEAKS" "$E2E_LEAKS".{looked,missed,said,learned}' EXIT
install -m 600 /dev/null "$E2E_LEAKS.said"
status=0
"$@" 2>&1 | tee -a "$E2E_LEAKS.said" || status=$?
if ! "$(dirname "$0")/leaked.sh" "$E2E_LEAKS" && ((status == 0)); then status=1; fi
exit "$status"
