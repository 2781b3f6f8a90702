#!/bin/bash
# The systemd units: valid, and at most as exposed as is promised. Nothing is started.
set -euo pipefail
cd "$(dirname "$0")/.."

# Tenths of what `systemd-analyze security` prints.
exposure_max=15
units=Sources/tenancyd/systemd
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

# The program is not installed here, and a unit whose program is missing does not pass.
for unit in "$units"/*; do
    sed 's|^ExecStart=/usr/bin/tenancyd |ExecStart=/bin/true |' "$unit" >"$copy/${unit##*/}"
done
systemd-analyze verify "$copy"/*.service "$copy"/*.socket
systemd-analyze security --offline=true --no-pager --threshold="$exposure_max" \
    "$units/tenancyd.service" >"$copy/report" \
    || { cat "$copy/report"; exit 1; }
grep 'Overall exposure level' "$copy/report"
