#!/bin/bash
# Runs buf on Protos/. It comes from PyPI, into an environment of its own that `make clean` removes
# with the rest.
#   buf.sh check      the style of the files, and that nobody's client breaks by a change
#   buf.sh baseline   makes the present files what later ones are compared with
set -euo pipefail
cd "$(dirname "$0")/.."

buf_version=1.75.0
venv=$PWD/.build/tools/buf-$buf_version
baseline=Protos/baseline.binpb

if [[ ! -x $venv/bin/buf ]]; then
    python=/usr/bin/python3
    [[ -x $python ]] || python=python3
    rm -rf "$venv.new"
    "$python" -m venv "$venv.new"
    "$venv.new/bin/pip" --quiet --disable-pip-version-check install "buf-bin==$buf_version"
    mv "$venv.new" "$venv"
fi

breaking() {
    "$venv/bin/buf" breaking Protos --against "$baseline"
}

case ${1:-} in
    check)
        "$venv/bin/buf" lint Protos
        breaking
        ;;
    baseline)
        # A deleted one is how a break is published that is meant.
        [[ ! -e $baseline ]] || breaking
        "$venv/bin/buf" build Protos --exclude-source-info -o "$baseline"
        ;;
    *)
        echo "usage: buf.sh check|baseline" >&2
        exit 2
        ;;
esac
