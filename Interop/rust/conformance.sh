#!/bin/bash
# The conformance client of this language: `build` makes it, `run ARGUMENTS` is it.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
export CARGO_TARGET_DIR=$root/.build/rust
case $1 in
    build) (cd "$here" && cargo build --quiet --offline --bin conformance-client) ;;
    run)
        shift
        exec "$CARGO_TARGET_DIR/debug/conformance-client" "$@"
        ;;
esac
