#!/bin/bash
# Runs promtool with the arguments, which checks a metrics page on standard input:
#   curl -s localhost:7480/metrics | .scripts/promtool.sh check metrics
# It comes in the Debian package of the whole Prometheus server, which would start on the machine if
# it were installed; so it is only taken out of it, into the folder that `make clean` removes.
set -euo pipefail
tools=$(dirname "$(realpath "$0")")/../.build/tools

# A fresh machine may know no package yet.
download() {
    cd "$1" && { apt-get -q download prometheus \
        || { apt-get -q update && apt-get -q download prometheus; }; }
}

unpack() {
    local folder
    folder=$(mktemp -d)
    # apt downloads as a user of its own that has to be able to write here.
    chmod 0777 "$folder"
    (download "$folder") >&2
    dpkg-deb --extract "$folder"/prometheus_*.deb "$folder"
    mkdir -p "$tools"
    mv "$folder/usr/bin/promtool" "$tools/promtool"
    rm -rf "$folder"
}

promtool=$(command -v promtool) || promtool=$tools/promtool
[[ -x $promtool ]] || unpack
exec "$promtool" "$@"
